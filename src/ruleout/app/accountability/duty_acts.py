# SPDX-License-Identifier: Apache-2.0
"""Acts about duties: what happened, what was delivered, another cadence, and an event taken back (A-3, ADR 0017).

An act says what it says once and for all. An event that is taken back stays in the record, and a deadline that had
passed by then stays missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

from ruleout.accountability.duties import HOLD_EVENTS, parse_cadence
from ruleout.app.accountability.acts import RecordedAct, acts_in, next_id, record_act
from ruleout.app.ledger import Record, Recorder
from ruleout.documents.field_names import closest
from ruleout.documents.fields import parse_instant
from ruleout.errors import NotFound, RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.model.duty import Acts, AgreedCadence, Delivery, Happening, OwnSchedule, Regime
from ruleout.model.plain import instant_text

_ABOUT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/ -]{0,119}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """An event that was taken back: the act's id and instant, the event, and why, in its author's words."""

    entry: str
    at: datetime
    event: str
    about: str
    happened: datetime
    reason: str


def duty_acts(record: Record) -> Acts:
    """Return everything that a record's duty acts say. Effect: reads statements and reasons.

    Raises:
        BadInput, NotFound, VerificationFailed: an act's statement cannot be read.
    """
    acts = tuple(acts_in(record, EntryType.DUTY))
    return Acts(
        happenings=tuple(_happenings(acts)),
        deliveries=tuple(_delivery(a) for a in acts if a.subject["act"] == "done"),
        cadences=tuple(_cadence(a) for a in acts if a.subject["act"] == "schedule"),
    )


def taken_back(record: Record) -> tuple[TakenBack, ...]:
    """Return every event that was taken back, in the record's order. Effect: reads the reasons."""
    return tuple(_taken_back(tuple(acts_in(record, EntryType.DUTY))).values())


def record_event(
    recorder: Recorder, event: str, *, at: datetime, about: str, signer: Signer, regimes: Iterable[Regime]
) -> str:
    """Draft the entry that something happened, or is planned to happen; return its id.

    Effect: drafts one entry; the caller commits.

    Args:
        event: a name that a regime knows, or a legal hold.
        at: aware instant; may be to come.
        about: a model, a version, an incident; never a person. "" for nothing in particular.
        regimes: those whose events are known, frameworks among them.

    Raises:
        NotFound: no regime knows the event; the message has the closest.
        RuleoutError: what it is about is no name.
    """
    known = {name for regime in regimes for name, _ in regime.events} | {name for name, _ in HOLD_EVENTS}
    if event not in known:
        near = closest(event, known)
        hint = f"Did you mean {near}?" if near else "See `ruleout due names`."
        raise NotFound(f"no regime knows the event {event[:80]!r}", hint=hint)
    subject = {"act": "event", "event": event, "at": instant_text(at), **_about(about)}
    return record_act(recorder, EntryType.DUTY, next_id(recorder, f"duty/{event}"), subject, signer=signer)


def record_done(
    recorder: Recorder,
    duty: str,
    regime: str,
    *,
    at: datetime,
    about: str,
    signer: Signer,
    regimes: Iterable[Regime],
    reason: str = "",
) -> str:
    """Draft the entry that a duty was done; return its id. Effect: drafts one entry; the caller commits.

    Args:
        duty, regime: its id and whose it is.
        at: aware instant at which it was done, not after the recorder's.
        about: what its event is about.
        reason: words about it, such as where it was filed; name no person.

    Raises:
        NotFound: the regime has no such duty.
        RuleoutError: it is said to be done in the future, or what it is about is no name.
    """
    own = {r.id: [d.id for d in r.duties] for r in regimes}
    if duty not in own.get(regime, ()):
        near = closest(duty, own.get(regime, ()))
        hint = f"Did you mean {near}?" if near else "See `ruleout due names`."
        raise NotFound(f"no duty {duty[:80]!r} under {regime[:80]!r}", hint=hint)
    if at > recorder.at:
        hint = "Record it once it is done; a plan is an event."
        raise RuleoutError(f"expected an instant up to {instant_text(recorder.at)}, got {instant_text(at)}", hint=hint)
    subject = {"act": "done", "duty": duty, "regime": regime, "at": instant_text(at), **_about(about)}
    entry_id = next_id(recorder, f"duty/{duty}")
    return record_act(recorder, EntryType.DUTY, entry_id, subject, signer=signer, reason=reason)


def record_cadence(
    recorder: Recorder, statement: bytes, *, file: str, signer: Signer, regimes: Iterable[Regime]
) -> str:
    """Draft the entry of another cadence for a duty; return its id. Effect: keeps it, drafts one; the caller commits.

    It holds for periods that begin after it was recorded, whatever day it names.

    Raises:
        BadInput: the statement has problems.
        NotFound, RuleoutError: there is no such duty, it lets no other cadence stand, or an agreement is needed and
            none is stated.
    """
    doc = parse_cadence(statement, file=file)
    duty = next((d for r in regimes if r.id == doc.regime for d in r.duties if d.id == doc.cadence_of), None)
    if duty is None:
        raise NotFound(f"no duty {doc.cadence_of!r} under {doc.regime!r}", hint="See `ruleout due names`.")
    if duty.own_schedule is OwnSchedule.NONE:
        raise RuleoutError(f"{doc.cadence_of} of {doc.regime} lets no other cadence stand", hint="Keep to the text's.")
    if duty.own_schedule is OwnSchedule.AGREED and not doc.agreed_by:
        hint = "Add `agreed-by:` once it has agreed."
        raise RuleoutError(f"{doc.cadence_of} of {doc.regime} needs the agreement of {', '.join(duty.to)}", hint=hint)
    subject = {"act": "schedule", "duty": doc.cadence_of, "regime": doc.regime, "at": doc.from_.isoformat()}
    if doc.until is not None:
        subject["until"] = doc.until.isoformat()
    entry_id = next_id(recorder, f"duty/{doc.cadence_of}")
    return record_act(recorder, EntryType.DUTY, entry_id, subject, signer=signer, statement=statement)


def take_back(
    recorder: Recorder, record: Record, event: str, *, at: datetime, about: str, reason: str, signer: Signer
) -> str:
    """Draft the entry that takes back an event that was planned, or recorded in error; return its id.

    Effect: keeps the reason, drafts one entry; the caller commits. Deadlines that have passed by then stand.

    Raises:
        NotFound: the record has no such event that stands; the message lists those of this name.
        RuleoutError: there is no reason.
    """
    if not reason.strip():
        raise RuleoutError("expected a reason, got none", hint="Say why the event did not happen; name no person.")
    standing = [h for h in duty_acts(record).happenings if h.event == event and h.taken_back is None]
    if not any(h.at == at and h.about == about for h in standing):
        names = ", ".join(f"{instant_text(h.at)} {h.about}".strip() for h in standing) or "none"
        hint = "Give --at and --about as they were recorded."
        raise NotFound(f"no event {event!r} at {instant_text(at)} {about} stands; there are: {names}", hint=hint)
    subject = {"act": "cancel", "event": event, "at": instant_text(at), **_about(about)}
    entry_id = next_id(recorder, f"duty/{event}")
    return record_act(recorder, EntryType.DUTY, entry_id, subject, signer=signer, reason=reason.strip())


def _about(about: str) -> dict[str, str]:
    if about and not _ABOUT.fullmatch(about):
        hint = "Use letters, digits, spaces and . _ : @ / -; name a thing, not a person."
        raise RuleoutError(f"expected a name of at most 120 characters, got {about[:60]!r}", hint=hint)
    return {"about": about} if about else {}


def _key(act: RecordedAct) -> tuple[str, str, str]:
    return str(act.subject.get("event", "")), str(act.subject.get("at", "")), str(act.subject.get("about", ""))


def _taken_back(acts: tuple[RecordedAct, ...]) -> dict[tuple[str, str, str], TakenBack]:
    """What was taken back, by event, instant and thing. An act that names an event before it takes back that event."""
    found: dict[tuple[str, str, str], TakenBack] = {}
    for act in acts:
        if act.subject["act"] == "event":
            found.pop(_key(act), None)
        elif act.subject["act"] == "cancel":
            found[_key(act)] = TakenBack(
                entry=act.id,
                at=parse_instant(act.ts),
                event=_key(act)[0],
                about=_key(act)[2],
                happened=_instant(act),
                reason=act.reason,
            )
    return found


def _instant(act: RecordedAct) -> datetime:
    try:
        return parse_instant(act.subject.get("at", ""))
    except ValueError as error:
        got = str(act.subject.get("at", ""))[:40]
        raise RuleoutError(f"{act.id}: expected an instant, got {got!r}", hint="Take the act back.") from error


def _happenings(acts: tuple[RecordedAct, ...]) -> Iterator[Happening]:
    """Each event as it was recorded, with the first act after it that takes it back: to state it anew is another record."""
    backs: dict[tuple[str, str, str], datetime] = {}
    found: list[Happening] = []
    for act in reversed(acts):
        event, _, about = _key(act)
        if act.subject["act"] == "cancel":
            backs[_key(act)] = parse_instant(act.ts)
        elif act.subject["act"] == "event":
            back, recorded = backs.get(_key(act)), parse_instant(act.ts)
            found.append(
                Happening(event=event, at=_instant(act), about=about, entry=act.id, taken_back=back, recorded=recorded)
            )
    yield from reversed(found)


def _delivery(act: RecordedAct) -> Delivery:
    subject = act.subject
    return Delivery(
        regime=str(subject.get("regime", "")),
        duty=str(subject.get("duty", "")),
        at=_instant(act),
        about=str(subject.get("about", "")),
        entry=act.id,
        recorded=parse_instant(act.ts),
    )


def _cadence(act: RecordedAct) -> AgreedCadence:
    doc = parse_cadence(act.statement, file=act.id)
    begins = datetime.combine(doc.from_, time(), UTC)
    return AgreedCadence(
        regime=doc.regime,
        duty=doc.cadence_of,
        every=doc.every,
        at=max(begins, parse_instant(act.ts)),
        last_day=doc.until,
        agreed_by=doc.agreed_by or "",
        entry=act.id,
    )
