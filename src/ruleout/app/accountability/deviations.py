# SPDX-License-Identifier: Apache-2.0
"""The register of deviations: open, amend and close one by signed acts; the clause it names must exist (A-6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.changes import Change, changes
from ruleout.accountability.deviations.fold import AMEND, CLOSE, OPEN, DeviationAct, DeviationState, fold
from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.app.accountability.acts import RecordedAct, acts_in, next_id, record_act
from ruleout.app.accountability.signed import holder_of, stated_reason
from ruleout.app.ledger import Record, Recorder
from ruleout.documents.field_names import closest
from ruleout.documents.fields import parse_instant
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.ledger import EntryType, Signer
from ruleout.model.deviation import Deviation
from ruleout.model.framework import Framework
from ruleout.model.listed_clauses import clauses_of
from ruleout.model.plain import instant_text

#: A framework by its name `ID@VERSION`; raises NotFound where there is none.
FrameworkOf = Callable[[str], Framework]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationRegister:
    """Every deviation of a record by id, and the acts behind each as they were recorded."""

    states: Mapping[str, DeviationState]
    acts: Mapping[str, tuple[RecordedAct, ...]]

    def state(self, deviation: str) -> DeviationState:
        """Return one deviation. Raises NotFound with those there are, and where no statement of it can be read."""
        if deviation in self.acts and deviation not in self.states:
            hint = "State it anew with `ruleout deviation amend`, without what was removed."
            raise NotFound(f"no statement of deviation {deviation!r} is here any more", hint=hint)
        if deviation not in self.states:
            known = ", ".join(sorted(self.states)) or "none"
            raise NotFound(f"no deviation {deviation!r} in the record; there are: {known}", hint="Name one of these.")
        return self.states[deviation]

    def changes_by(self, deviation: str) -> dict[str, tuple[Change, ...]]:
        """What each act of a deviation changed, by its entry's id; nothing for the first."""
        before = b""
        found: dict[str, tuple[Change, ...]] = {}
        for act in self.acts[deviation]:
            found[act.id] = changes(before, act.statement) if before and act.statement else ()
            before = act.statement or before
        return found


def deviations_of(record: Record, *, seen_at: datetime | None = None) -> DeviationRegister:
    """Return the register as the record has it, up to an aware instant. Effect: reads what its entries name.

    Raises:
        NotFound, VerificationFailed, BadInput: something an act names is not kept, or not as it was.
    """
    by_id: dict[str, list[RecordedAct]] = {}
    for act in acts_in(record, EntryType.DEVIATION):
        if seen_at is None or datetime.fromisoformat(act.ts) <= seen_at:
            by_id.setdefault(str(act.subject["deviation"]), []).append(act)
    folded = {name: fold(_act(act) for act in acts) for name, acts in by_id.items()}
    states = {name: state for name, state in folded.items() if state is not None}
    return DeviationRegister(states=states, acts={name: tuple(acts) for name, acts in by_id.items()})


def open_deviation(
    data: bytes,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    framework_of: FrameworkOf,
    file: str = "deviation",
) -> str:
    """Draft the act that opens a deviation; return its entry's id.

    Effect: keeps the file and drafts one entry; the caller commits.

    Raises:
        BadInput: the file has problems.
        NotFound: the framework, the clause or the report that it departs from does not exist.
        RuleoutError: it is in the record already, or the key is not in the keyring.
    """
    holder_of(record, signer)
    deviation = parse_deviation(data, file=file)
    if deviation.id in deviations_of(record).acts:
        hint = f"Use `ruleout deviation amend {deviation.id} --reason WHY`."
        raise RuleoutError(f"deviation {deviation.id!r} is in the record already", hint=hint)
    _require_departure(deviation, record, framework_of)
    return _state(OPEN, deviation, data, "", recorder, signer)


def amend_deviation(
    data: bytes,
    reason: str,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    framework_of: FrameworkOf,
    closes: bool = False,
    file: str = "deviation",
) -> str:
    """Draft the act that states a deviation anew, or that closes it; return its entry's id.

    Effect: keeps file and reason and drafts one entry; the caller commits.

    Args:
        closes: whether this closes it; the file then states `correction:`, `corrected:` and every step's `done:`.

    Raises:
        BadInput, NotFound: as for opening; or no such deviation is open.
        RuleoutError: nothing changes, it is not corrected, or no reason is given.
    """
    holder_of(record, signer)
    deviation = parse_deviation(data, file=file)
    register = deviations_of(record)
    if deviation.id not in register.acts:
        register.state(deviation.id)
    state, last = register.states.get(deviation.id), register.acts[deviation.id][-1].statement
    is_same = last and not changes(last, data)
    if is_same and not (closes and state is not None and not state.is_closed):
        raise RuleoutError(f"the file of {deviation.id!r} says what the record says", hint="Nothing was added.")
    _require_departure(deviation, record, framework_of)
    if closes:
        _require_corrected(deviation)
    return _state(CLOSE if closes else AMEND, deviation, data, stated_reason(reason), recorder, signer)


def _require_departure(deviation: Deviation, record: Record, framework_of: FrameworkOf) -> None:
    if deviation.report:
        if deviation.report not in record.ids:
            hint = "Name the entry that `ruleout log` lists."
            raise NotFound(f"no entry {deviation.report!r} in the record", hint=hint)
        return
    known = [clause.id for clause in clauses_of(framework_of(deviation.framework))]
    if deviation.clause not in known:
        near = closest(deviation.clause, known)
        hint = f"Did you mean {near}?" if near else f"See `ruleout framework show {deviation.framework}`."
        raise NotFound(f"{deviation.framework} has no clause {deviation.clause!r}", hint=hint)


def _require_corrected(deviation: Deviation) -> None:
    undone = [step.says for step in deviation.steps if step.done is None]
    if deviation.corrected is None or not deviation.correction or undone:
        got = f"undone: {'; '.join(undone)}" if undone else "no correction"
        hint = "State `correction:`, `corrected:` and `done:` of every step, or leave it open."
        raise RuleoutError(f"expected {deviation.id!r} to be corrected, got {got}", hint=hint)


def _state(act: str, deviation: Deviation, data: bytes, reason: str, recorder: Recorder, signer: Signer) -> str:
    name, _, version = deviation.framework.partition("@")
    header = {
        "framework": name,
        "version": version,
        "clause": deviation.clause,
        "discovered": instant_text(deviation.discovered),
        "corrected": "" if deviation.corrected is None else instant_text(deviation.corrected),
    }
    subject = {"deviation": deviation.id, "act": act, **{key: value for key, value in header.items() if value}}
    entry = next_id(recorder, f"deviation/{deviation.id}")
    return record_act(recorder, EntryType.DEVIATION, entry, subject, signer=signer, statement=data, reason=reason)


def _act(act: RecordedAct) -> DeviationAct:
    deviation = None if act.is_unread else _stated(act)
    return DeviationAct(
        id=act.id,
        act=str(act.subject["act"]),
        ts=datetime.fromisoformat(act.ts),
        by=act.by,
        reason=act.reason,
        deviation=deviation,
        discovered=_discovered(act) if deviation is None else None,
    )


def _stated(act: RecordedAct) -> Deviation:
    deviation = parse_deviation(act.statement, file=act.id)
    if deviation.id != act.subject["deviation"]:
        expected = f"a statement of {act.subject['deviation']}"
        raise VerificationFailed("entry", f"expected {expected} in {act.id}, got one of {deviation.id}")
    return deviation


def _discovered(act: RecordedAct) -> datetime | None:
    """The instant of discovery that a header keeps; an act of others' making may say anything."""
    try:
        return parse_instant(act.subject.get("discovered", ""))
    except ValueError:
        return None
