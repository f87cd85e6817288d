# SPDX-License-Identifier: Apache-2.0
"""The register of incidents: open, amend, merge, resolve and report one by signed acts, and see how each stands (A-4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.changes import Change, changes
from ruleout.accountability.incidents.fold import AMEND, MERGE, OPEN, REPORT, RESOLVE, IncidentAct, IncidentState, fold
from ruleout.accountability.incidents.parse import parse_incident
from ruleout.accountability.incidents.report import given_at
from ruleout.accountability.incidents.standing import Standing, head_of, standing_under
from ruleout.app.accountability.acts import RecordedAct, acts_in, next_id, record_act
from ruleout.app.accountability.incident_regimes import calendar_of
from ruleout.app.accountability.signed import holder_of, stated_reason
from ruleout.app.ledger import Record, Recorder
from ruleout.documents.fields import parse_instant
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.ledger import EntryType, Signer
from ruleout.model.incident import Incident
from ruleout.model.incident_regime import IncidentRegime
from ruleout.model.plain import instant_text

_STATING = (OPEN, AMEND, RESOLVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Every incident of a record by id, and the acts behind each as they were recorded."""

    states: Mapping[str, IncidentState]
    acts: Mapping[str, tuple[RecordedAct, ...]]

    def state(self, incident: str) -> IncidentState:
        """Return one incident. Raises NotFound with those there are, and where no statement of it can be read."""
        if incident in self.acts and incident not in self.states:
            hint = "State it anew with `ruleout incident amend`, without what was removed."
            raise NotFound(f"no statement of incident {incident!r} is here any more", hint=hint)
        if incident not in self.states:
            known = ", ".join(sorted(self.states)) or "none"
            raise NotFound(f"no incident {incident!r} in the record; there are: {known}", hint="Name one of these.")
        return self.states[incident]

    @property
    def unread(self) -> tuple[str, ...]:
        """Incidents whose last statement is not here any more: which clocks run is not known."""
        return tuple(one for one in self.acts if one not in self.states or self.states[one].is_unread)

    def last_statement(self, incident: str) -> bytes:
        """The file as it was last stated; b"" where that is not here."""
        acts = self.acts.get(incident, ())
        return next((act.statement for act in reversed(acts) if act.subject["act"] in _STATING), b"")

    def changes_by(self, incident: str) -> tuple[tuple[RecordedAct, tuple[Change, ...]], ...]:
        """Each act with what it changed in the file before it; nothing for acts that state no file."""
        before = b""
        found = []
        for act in self.acts[incident]:
            states_file = act.subject["act"] in _STATING
            is_here = states_file and bool(act.statement)
            found.append((act, changes(before, act.statement) if is_here and before else ()))
            before = act.statement if is_here else before
        return tuple(found)


def register_of(record: Record, *, seen_at: datetime | None = None) -> Register:
    """Return the register as the record has it. Effect: reads what its entries name.

    Args:
        record: the audited record.
        seen_at: aware instant; later acts are left out.

    Raises:
        NotFound, VerificationFailed, BadInput: something an act names is not kept, or not as it was.
    """
    by_id: dict[str, list[RecordedAct]] = {}
    for act in acts_in(record, EntryType.INCIDENT):
        if seen_at is None or datetime.fromisoformat(act.ts) <= seen_at:
            by_id.setdefault(str(act.subject["incident"]), []).append(act)
    folded = {incident: fold(_act(act) for act in acts) for incident, acts in by_id.items()}
    states = {incident: state for incident, state in folded.items() if state is not None}
    return Register(states=states, acts={incident: tuple(acts) for incident, acts in by_id.items()})


def standings(
    incident: str, register: Register, regimes: Sequence[IncidentRegime], *, at: datetime
) -> tuple[Standing, ...]:
    """Return how an incident stands under each regime. Effect: reads rules of time zones. Source: A-4."""
    register.state(incident)
    return tuple(standing_under(incident, register.states, one, calendar_of(one), at=at) for one in regimes)


def open_incident(
    data: bytes, record: Record, recorder: Recorder, signer: Signer, *, facts: Collection[str], file: str = "incident"
) -> str:
    """Draft the act that opens an incident; return its entry's id.

    Effect: keeps the file and drafts one entry; the caller commits.

    Args:
        data: the incident's file.
        facts: the facts that regimes ask for.
        file: name used in problems.

    Raises:
        BadInput: the file has problems.
        RuleoutError: the incident is open already, or the key is not in the keyring.
    """
    holder_of(record, signer)
    incident = parse_incident(data, file=file, facts=facts)
    if incident.id in register_of(record).acts:
        hint = f"Use `ruleout incident amend {incident.id} --reason WHY`."
        raise RuleoutError(f"incident {incident.id!r} is in the record already", hint=hint)
    return _state(OPEN, incident, data, "", recorder, signer)


def amend_incident(
    data: bytes,
    reason: str,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    facts: Collection[str],
    resolves: bool = False,
    file: str = "incident",
) -> str:
    """Draft the act that states an incident's file anew, or that resolves it; return its entry's id.

    Effect: keeps file and reason and drafts one entry; the caller commits. What counted before stays in the record.

    Args:
        resolves: whether this resolves it; the file then states `known: resolved:`.

    Raises:
        BadInput: the file has problems.
        NotFound: no such incident is open.
        RuleoutError: nothing changes, a correction takes back what was never stated, or no reason is given.
    """
    holder_of(record, signer)
    incident = parse_incident(data, file=file, facts=facts)
    register = register_of(record)
    if incident.id not in register.acts:
        register.state(incident.id)
    last = register.last_statement(incident.id)
    if last and not changes(last, data):
        raise RuleoutError(f"the file of {incident.id!r} says what the record says", hint="Nothing was added.")
    if incident.id in register.states:
        _require_corrections(incident, register.states[incident.id])
    if resolves and "resolved" not in incident.instants:
        hint = "Write `resolved:` with its instant under `known:`."
        raise RuleoutError(f"expected when {incident.id!r} was resolved, got nothing", hint=hint)
    return _state(RESOLVE if resolves else AMEND, incident, data, stated_reason(reason), recorder, signer)


def merge_incident(incident: str, into: str, reason: str, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the act that has an incident reported with another where a regime allows it; return its entry's id.

    Effect: keeps the reason and drafts one entry; the caller commits. Regimes that allow no merging go on as before.

    Raises:
        NotFound: one of them is not in the record.
        RuleoutError: they are merged already, or no reason is given.
    """
    holder_of(record, signer)
    register = register_of(record)
    register.state(incident)
    register.state(into)
    if head_of(into, register.states) == head_of(incident, register.states):
        hint = "Nothing was added."
        raise RuleoutError(f"{incident!r} and {into!r} are one or are merged already", hint=hint)
    if register.states[incident].merged_into:
        hint = f"Merge {register.states[incident].merged_into} into {into}."
        raise RuleoutError(f"{incident!r} was merged before", hint=hint)
    subject = {"incident": incident, "act": MERGE, "into": into}
    entry = next_id(recorder, f"incident/{incident}")
    return record_act(recorder, EntryType.INCIDENT, entry, subject, signer=signer, reason=stated_reason(reason))


def _state(act: str, incident: Incident, data: bytes, reason: str, recorder: Recorder, signer: Signer) -> str:
    subject = {"incident": incident.id, "act": act}
    if "discovered" in incident.instants:
        subject["discovered"] = instant_text(incident.instants["discovered"])
    entry = next_id(recorder, f"incident/{incident.id}")
    return record_act(recorder, EntryType.INCIDENT, entry, subject, signer=signer, statement=data, reason=reason)


def _require_corrections(incident: Incident, state: IncidentState) -> None:
    for correction in incident.corrections:
        if correction.was not in [one.value for one in state.stated(correction.instant)]:
            hint = f"Give the value that the record has: `ruleout incident show {incident.id}`."
            got = instant_text(correction.was)
            raise RuleoutError(f"expected a value once stated of {correction.instant}, got {got}", hint=hint)


def _act(act: RecordedAct) -> IncidentAct:
    subject = {name: str(value) for name, value in act.subject.items()}
    states_file = subject["act"] in _STATING
    is_unread = states_file and act.is_unread
    return IncidentAct(
        id=act.id,
        act=subject["act"],
        ts=datetime.fromisoformat(act.ts),
        by=act.by,
        reason=act.reason,
        incident=_stated(act) if states_file and not is_unread else None,
        regime=subject.get("regime", ""),
        stage=subject.get("stage", ""),
        given=given_at(act.statement) if subject["act"] == REPORT and not act.is_unread else None,
        into=subject.get("into", ""),
        is_unread=is_unread,
        discovered=_discovered(subject) if is_unread else None,
    )


def _discovered(subject: Mapping[str, str]) -> datetime | None:
    """The instant of discovery that a header keeps; an act of others' making may say anything."""
    try:
        return parse_instant(subject.get("discovered", ""))
    except ValueError:
        return None


def _stated(act: RecordedAct) -> Incident:
    incident = parse_incident(act.statement, file=act.id)
    if incident.id != act.subject["incident"]:
        expected = f"a statement of {act.subject['incident']}"
        raise VerificationFailed("entry", f"expected {expected} in {act.id}, got one of {incident.id}")
    return incident
