# SPDX-License-Identifier: Apache-2.0
"""Assess a case, and put the decision with everything it rests on into the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.app.accountability.request_register import grants_in
from ruleout.app.approvals import approvals_in, case_as_signed, decision_name, statement_name, within_an_id
from ruleout.app.change_control.in_force import require_in_force
from ruleout.app.evidence.bars import Asked
from ruleout.app.evidence.standing import measurements_under, standing_in
from ruleout.app.ledger import DECISION, MEASUREMENT, SUMMARY, YAML, Record, Recorder
from ruleout.app.sources import CaseFile, FrameworkFile
from ruleout.engine.decide import decide
from ruleout.errors import RuleoutError
from ruleout.evidence.stored import measurement_bytes
from ruleout.evidence.summary import summary_bytes
from ruleout.ledger import EntryType, Ref, Signer
from ruleout.model.canonical import canonical
from ruleout.model.case import Assessment, Case, Determination
from ruleout.model.decision import Decision
from ruleout.model.outcome import Activity
from ruleout.model.plain import instant_text, plain
from ruleout.model.request import ExceptionGrant

#: References an entry may hold, less those of decision, framework and case.
_MOST_MEASUREMENTS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: one case under one framework, one activity, one instant."""

    framework: FrameworkFile
    case: CaseFile
    activity: Activity
    at: datetime

    @property
    def name(self) -> str:
        """What approvals and decisions of this question share."""
        return decision_name(self.case.case, self.framework.framework, self.activity)


def at_its_own_instant(question: Question, record: Record | None) -> Question:
    """Return the question as of the case's own instant, or of the last act on record about it if that is later.

    Pure: the instant follows from files alone, so the same files give the same decision on any day.
    """
    acts = () if record is None else approvals_in(record.entries, record.keyring, decision=question.name)
    return replace(question, at=max([question.case.case.at, *(act.at for act in acts)]))


def under_record(question: Question, record: Record | None) -> Question:
    """Return the question with its evidence as the record has it count: withdrawn, expired, under bars that moved.

    Effect: reads what the record's entries name. Source: A-12.
    """
    if record is None:
        return question
    asked = Asked(framework=question.framework.framework, case=question.case.case, at=question.at)
    measurements = measurements_under(asked, question.case.measurements, record, standing_in(record))
    return replace(question, case=replace(question.case, measurements=measurements))


def as_recorded(case: CaseFile, framework: FrameworkFile, record: Record | None, *, at: datetime) -> CaseFile:
    """Return the case with its evidence as the record has it count at an instant, for its own activity.

    Effect: reads what the record's entries name. Source: A-12.
    """
    activity = case.case.subject.activity
    return under_record(Question(framework=framework, case=case, activity=activity, at=at), record).case


def exceptions_for(case: CaseFile, record: Record | None) -> tuple[ExceptionGrant, ...]:
    """Return what the record grants, ended grants too; read only for a case that rests on an exception.

    Effect: reads what the record's entries name. Source: A-5.
    """
    return grants_in(record, record.keyring) if record is not None and case.case.exceptions else ()


def assess(question: Question, record: Record | None) -> Decision:
    """Return the decision, with the approvals that the record holds and its evidence as the record has it count.

    Effect: reads what the record's entries name.
    """
    return _decided(under_record(question, record), record)


def _decided(question: Question, record: Record | None, *, new: frozenset[str] = frozenset()) -> Decision:
    entries = () if record is None else record.entries
    approvals = () if record is None else approvals_in(record.entries, record.keyring, decision=question.name)
    return decide(
        question.framework.framework,
        case_as_signed(question.case.case, entries, new=new),
        activity=question.activity,
        at=question.at,
        measurements=question.case.measurements,
        approvals=approvals,
        exceptions=exceptions_for(question.case, record),
    )


def decision_bytes(decision: Decision) -> bytes:
    """Return a decision's canonical bytes: same inputs, same bytes, anywhere. Pure. Source: D-12."""
    return canonical(plain(decision))


def record_decision(question: Question, record: Record, recorder: Recorder, signer: Signer) -> Decision:
    """Assess a case and draft the entries of the decision and of all it rests on.

    Effect: keeps the files as objects and drafts entries; the caller commits.

    Raises:
        RuleoutError: the case has more logs than one entry can name, or the version is under change control and not in
            force at the instant of the decision (D-16).
    """
    if len(question.case.measurements) > _MOST_MEASUREMENTS:
        count = len(question.case.measurements)
        raise RuleoutError(f"expected at most {_MOST_MEASUREMENTS} logs in a case, got {count}", hint="Split the case.")
    require_in_force(question.framework.framework, record, at=question.at)
    question = under_record(question, record)
    framework = recorder.keep("framework", question.framework.data, YAML)
    case = recorder.keep("case", question.case.data, YAML)
    told = question.case.case
    stem = f"{told.id}/{case.sha256[:12]}"
    decision = _decided(question, record, new=frozenset(_about_to_be_signed(told, stem, recorder)))
    measured = _keep_measurements(question, recorder)
    _record_sources(question, recorder, signer, framework=framework, case=case, measured=measured)
    whole = recorder.keep("decision", decision_bytes(decision), DECISION)
    number = sum(1 for e in record.of_type(EntryType.DECISION) if e.content.id.startswith(f"{question.name}/"))
    fid = question.framework.framework.id
    recorder.add(
        EntryType.DECISION,
        f"{question.name}/{number + 1}",
        {
            "case": decision.case,
            "framework": fid.name,
            "version": fid.version,
            "activity": decision.activity.value,
            "outcome": decision.outcome.value,
            "input_digest": decision.input_digest,
            "engine": decision.engine,
            "at": instant_text(decision.at),
        },
        refs=(whole, framework, case, *measured),
        signer=signer,
    )
    return decision


def _keep_measurements(question: Question, recorder: Recorder) -> tuple[Ref, ...]:
    measured = question.case.measurements
    return tuple(
        recorder.keep(f"measurement-{index}", measurement_bytes(measured[item.id]), MEASUREMENT)
        for index, item in enumerate(question.case.case.evidence)
        if item.id in measured
    )


def _about_to_be_signed(told: Case, stem: str, recorder: Recorder) -> Iterator[str]:
    """What the key that records the decision vouches for by it: the statements that the record does not hold yet."""
    statements: tuple[Determination | Assessment, ...] = (*told.determinations, *told.safeguards)
    for stated in statements:
        name = statement_name(stated)
        kind, part = name.split("/")[:2]
        if not recorder.has(f"{stem}/{kind}/{part}"):
            yield name
    for index, fact in enumerate(told.peer_facts):
        if not recorder.has(f"{stem}/peer/{index}"):
            yield statement_name(fact)


def _record_sources(
    question: Question,
    recorder: Recorder,
    signer: Signer,
    *,
    framework: Ref,
    case: Ref,
    measured: tuple[Ref, ...],
) -> None:
    """Draft the entries of what the decision rests on, each once: a changed file gives new ids."""
    fid, told = question.framework.framework.id, question.case.case
    name = f"{told.id}/{case.sha256[:12]}"
    drafts: list[tuple[EntryType, str, dict[str, str], tuple[Ref, ...]]] = [
        (
            EntryType.FRAMEWORK,
            f"framework/{fid}/{framework.sha256[:12]}",
            {"framework": fid.name, "version": fid.version},
            (framework,),
        )
    ]
    logs = [item for item in told.evidence if item.id in question.case.measurements]
    for item, ref in zip(logs, measured, strict=True):
        subject = {"case": told.id, "evidence": item.id}
        summary = recorder.keep("summary", summary_bytes(question.case.measurements[item.id]), SUMMARY)
        drafts.append((EntryType.EVIDENCE, f"{name}/evidence/{ref.sha256[:12]}", subject, (ref, summary)))
    for d in told.determinations:
        part = within_an_id(f"{d.threshold}.{d.prong}") if d.prong else d.threshold
        subject = {"case": told.id, "threshold": d.threshold, "finding": d.finding.value, "dated": d.dated.isoformat()}
        drafts.append((EntryType.DETERMINATION, f"{name}/determination/{part}", subject, (case,)))
    for a in told.safeguards:
        subject = {"case": told.id, "safeguard": a.subject, "met": a.met.value, "dated": a.dated.isoformat()}
        drafts.append((EntryType.SAFEGUARD, f"{name}/safeguard/{a.subject}", subject, (case,)))
    for index, fact in enumerate(told.peer_facts):
        subject = {
            "case": told.id,
            "question": fact.answers,
            "holds": fact.holds.value,
            "covers": fact.covers.value,
            "grade": fact.grade.value,
            "as_of": fact.as_of.isoformat(),
        }
        drafts.append((EntryType.PEER, f"{name}/peer/{index}", subject, (case,)))
    for kind, entry_id, subject, refs in drafts:
        if not recorder.has(entry_id):
            recorder.add(kind, entry_id, subject, refs=refs, signer=signer)
