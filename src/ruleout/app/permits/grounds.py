# SPDX-License-Identifier: Apache-2.0
"""From a decision of the record to what it allows at an instant: decided again, with all that the record says by then (G-1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ruleout.app.accountability.request_register import register_in
from ruleout.app.evidence.again import Archive, Decided
from ruleout.app.evidence.standing import standing_in
from ruleout.app.ledger import Record
from ruleout.engine.evaluate import atoms_asked
from ruleout.engine.permitting import Check, Ground, ground_of, issuing_roles
from ruleout.engine.permitting.last_days import ends_of
from ruleout.errors import NotFound, RuleoutError
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.key_life import key_life
from ruleout.ledger.permits import signatures_of
from ruleout.model.case import Act
from ruleout.model.case import Record as Whose
from ruleout.model.decision import Decision
from ruleout.model.permit import RestingOn, SignedBy
from ruleout.model.request import ExceptionGrant
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A decision of the record as it comes out at an instant, and what that allows.

    `issuers` are the roles that may issue a permit under it, `barred` the persons who may not, whatever their role.
    """

    decided: Decided
    now: Decision
    ground: Ground
    issuers: tuple[str, ...]
    barred: frozenset[str]


def decision_entry(record: Record, name: str) -> LedgerEntry:
    """Return the entry of a decision by its id. Pure. Raises NotFound, with the decisions there are."""
    decisions = record.of_type(EntryType.DECISION)
    found = next((entry for entry in decisions if entry.content.id == name), None)
    if found is None:
        known = ", ".join(entry.content.id for entry in decisions[-5:]) or "none"
        raise NotFound(f"no decision {name!r} in the record; the last are: {known}", hint="See `ruleout log`.")
    return found


def archive_of(record: Record) -> Archive:
    """Return the record's decisions with what ends their evidence. Effect: reads what the record's entries name."""
    return Archive(record, standing_in(record))


def judge(entry: LedgerEntry, archive: Archive, *, at: datetime) -> Judged:
    """Return what a decision allows at an instant. Effect: reads what entries name.

    Raises:
        RuleoutError: what it rests on cannot be read any more.

    Source: G-1, A-12.
    """
    decided = archive.read(entry)
    now = archive.decide(decided, at=at)
    grants = _grants(decided, archive.record, at)
    ends = ends_of(
        decided.framework,
        decided.case,
        decided.measurements,
        received_until={name: archive.standing.last_day_of(one) for name, one in decided.measurements.items()},
        grants=grants,
        at=at,
    )
    ground = ground_of(
        now,
        decided.framework,
        ends=ends,
        exceptions=grants,
        also_owed=_owed(grants, archive.record),
        checks=tuple(_checks(decided, now)),
    )
    return Judged(
        decided=decided,
        now=now,
        ground=ground,
        issuers=issuing_roles(decided.framework, decided.activity),
        barred=frozenset((*decided.case.prepared_by, *decided.case.recused)),
    )


def resting_on(judged: Judged, record: Record) -> RestingOn:
    """Return what a permit says of the decision under it. Pure."""
    entry, now = judged.decided.entry, judged.now
    refs = {ref.name: ref.sha256 for ref in entry.content.refs}
    return RestingOn(
        decision=entry.content.id,
        index=entry.index,
        entry_sha256=hashlib.sha256(entry.data).hexdigest(),
        input_digest=now.input_digest,
        result_sha256=refs.get("decision", ""),
        framework=now.framework,
        framework_sha256=now.framework_digest,
        engine=now.engine,
        outcome=now.outcome,
        signed=signed_under(judged, record),
    )


def signed_under(judged: Judged, record: Record) -> tuple[SignedBy, ...]:
    """Return the signatures that a decision leans on: its own, of its approvals, and of acts that except it.

    Pure. Approvals that do not count any more are not leant on (L-7). Findings and safeguards have signed entries of their
    own, which the engine weighs.
    """
    used = {one.request for one in judged.ground.exceptions}
    life = key_life(record.entries)
    found = [judged.decided.entry]
    for entry in record.entries:
        subject = entry.content.subject
        approves = (
            entry.content.type is EntryType.APPROVAL
            and subject.get("decision") == judged.decided.name
            and subject["input_digest"] == judged.now.input_digest
            and subject["act"] != Act.REFUSE.value
            and not life.is_void(entry)
        )
        if approves or (entry.content.type is EntryType.REQUEST and subject["request"] in used):
            found.append(entry)
    return tuple(one for entry in sorted(found, key=lambda e: e.index) for one in signatures_of(entry))


def later_about_the_same(
    decided: Decided, archive: Archive, *, seen_at: datetime | None = None
) -> Iterator[LedgerEntry]:
    """Yield decisions recorded after one on its case or its subject; also those that cannot be read.

    Effect: reads cases. Without `seen_at` every later entry counts, whatever instant it states. Its subject is the same activity and scope of a model of the same developer and name or digest.
    """
    for entry in archive.decisions():
        unseen = seen_at is not None and datetime.fromisoformat(entry.content.ts) > seen_at
        if entry.index <= decided.entry.index or unseen:
            continue
        if entry.content.subject["activity"] == decided.activity.value and _may_be_same(entry, decided, archive):
            yield entry


def _may_be_same(entry: LedgerEntry, decided: Decided, archive: Archive) -> bool:
    try:
        other = archive.read(entry).case
    except RuleoutError:
        return True
    mine, theirs = decided.case.subject, other.subject
    same_model = mine.model == theirs.model or bool(mine.model_digest and mine.model_digest == theirs.model_digest)
    same_place = mine.developer == theirs.developer and mine.scope == theirs.scope
    return other.id == decided.case.id or (same_model and same_place)


def _checks(decided: Decided, now: Decision) -> Iterator[Check]:
    """What must be so of the decision itself, at any instant."""
    recorded = decided.entry.content.subject
    own = decided.case.record is Whose.OWN
    yield Check(
        name="a decision of the developer's own record, whose approvals are signed",
        holds=Verdict.YES if own else Verdict.NO,
        why="own" if own else "one told from published documents",
    )
    same = now.input_digest == recorded["input_digest"]
    yield Check(
        name=f"the inputs {str(recorded['input_digest'])[:12]} that were decided on and approved",
        holds=Verdict.YES if same else Verdict.NO,
        why="the same" if same else f"{now.input_digest[:12]}: evidence, an exception or the engine is another by now",
    )
    asked = set(atoms_asked(decided.framework, decided.activity))
    if not now.outcome.opens:
        for quorum in now.quorums:
            if quorum.atom in asked and quorum.verdict is not Verdict.YES:
                why = f"missing {', '.join(quorum.missing) or 'a person for each role'}"
                if quorum.refused:
                    why += f"; refused by {', '.join(quorum.refused)}"
                yield Check(name=f"{quorum.atom} to stand", holds=quorum.verdict, why=why)
    if now.outcome.value != recorded["outcome"]:
        why = f"{now.outcome.value} at {now.at.date()}, by {', '.join(now.determined_by)}"
        yield Check(name=f"{recorded['outcome']}, as recorded", holds=Verdict.NO, why=why)


def _grants(decided: Decided, record: Record, at: datetime) -> tuple[ExceptionGrant, ...]:
    """The exceptions in force that the case names; one that is not in force carries nothing (the engine says so)."""
    if not decided.case.exceptions:
        return ()
    named = {one.request for one in decided.case.exceptions}
    states = register_in(record).states
    found = (grant for name in sorted(named & states.keys()) for grant in states[name].grants())
    return tuple(grant for grant in found if grant.is_in_force(at))


def _owed(grants: tuple[ExceptionGrant, ...], record: Record) -> tuple[str, ...]:
    """The words of every condition of those exceptions: what was granted was granted with them."""
    if not grants:
        return ()
    states = register_in(record).states
    return tuple(words for grant in grants for _, words in states[grant.request].answers[-1].answer.conditions)
