# SPDX-License-Identifier: Apache-2.0
"""The register of concerns: receive, update and close one by signed acts, without whoever it concerns (A-13).

The record keeps the fields of a concern and nothing else of how it came: no file name, no comment, no user, no address.
Headers hold its number, its status and whether it is anonymous; words stand in objects, which redaction can take away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ruleout.accountability.concerns.fold import (
    CLOSE,
    RECEIVE,
    UPDATE,
    ConcernAct,
    ConcernState,
    closes,
    fold,
)
from ruleout.accountability.concerns.parse import kept_bytes, parse_concern, parse_update, update_bytes
from ruleout.accountability.concerns.recipients import persons_concerned
from ruleout.accountability.concerns.roll_up import quarter_of
from ruleout.app.accountability.acts import RecordedAct, acts_in, next_id, record_act
from ruleout.app.accountability.signed import holder_of
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.ledger import EntryType, Signer
from ruleout.model.concern import Concern, ConcernStatus, ConcernUpdate

#: A concern whose text is not here any more: it is counted, by what its header keeps, and moved by nobody.
UNREAD = Concern(title="(its text is not here)", says="", roles=(), persons=(), reporter="")
_NAMED = replace(UNREAD, reporter="(not here)")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


def concerns_of(record: Record, *, seen_at: datetime | None = None) -> dict[int, ConcernState]:
    """Return every concern by number, as the record has it up to an aware instant. Effect: reads what entries name.

    Raises:
        NotFound, VerificationFailed, BadInput: something an act names is not kept, or not as it was.
    """
    by_number: dict[int, list[ConcernAct]] = {}
    for act in acts_in(record, EntryType.CONCERN):
        if seen_at is None or datetime.fromisoformat(act.ts) <= seen_at:
            by_number.setdefault(_number(act), []).append(_act(act))
    folded = {number: fold(number, acts) for number, acts in sorted(by_number.items())}
    return {number: state for number, state in folded.items() if state is not None}


def concern_in(number: int, concerns: Mapping[int, ConcernState]) -> ConcernState:
    """Return one concern. Raises NotFound with those there are."""
    if number not in concerns:
        known = ", ".join(str(one) for one in concerns) or "none"
        raise NotFound(f"no concern {number} in the record; there are: {known}", hint="Name one of these.")
    return concerns[number]


def holders_of(record: Record) -> dict[str, tuple[str, ...]]:
    """Return the persons who hold each role, as the record's keyring names them. Pure."""
    found: dict[str, list[str]] = {}
    for holder in record.keyring.values():
        for role in holder.roles:
            found.setdefault(role, []).append(holder.person)
    return {role: tuple(sorted(set(persons))) for role, persons in found.items()}


def receive_concern(
    data: bytes, record: Record, recorder: Recorder, signer: Signer, *, file: str = "concern"
) -> tuple[int, str]:
    """Draft the act that receives a concern; return its number and its entry's id.

    Effect: keeps the concern's fields and drafts one entry; the caller commits.

    Raises:
        BadInput: the concern has problems.
        RuleoutError: whoever signs is concerned by it.
        KeyUnavailable: the key is not in the keyring.
    """
    concern = parse_concern(data, file=file)
    _require_apart(concern, record, signer)
    number = 1 + max(concerns_of(record), default=0)
    while recorder.has(f"concern/{number}/1"):
        number += 1
    subject: Subject = {
        "concern": str(number),
        "act": RECEIVE,
        "quarter": quarter_of(recorder.at),
        "anonymous": not concern.reporter,
    }
    kept = kept_bytes(data, file=file)
    return number, _record(number, subject, kept, recorder, signer)


def update_concern(number: int, update: ConcernUpdate, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the act that states how a concern stands; return its entry's id. A closing status closes it.

    Effect: keeps the update and drafts one entry; the caller commits.

    Raises:
        NotFound: no such concern.
        RuleoutError: the update states nothing, or whoever signs is concerned.
        KeyUnavailable: the key is not in the keyring.
    """
    state = concern_in(number, concerns_of(record))
    _require_apart(state.concern, record, signer)
    if update == ConcernUpdate():
        hint = "State --status, --material, --told, --notified or --correction."
        raise RuleoutError("expected something to state about the concern, got nothing", hint=hint)
    is_closing = update.status is not None and closes(update.status)
    # Word to the reporter after the end does not open the matter again.
    act = CLOSE if is_closing or (state.closed is not None and update.status is None) else UPDATE
    status = update.status or state.status
    subject: Subject = {"concern": str(number), "act": act, "status": status.value, "anonymous": state.is_anonymous}
    return _record(number, subject, update_bytes(number, update), recorder, signer)


def _record(number: int, subject: Subject, data: bytes, recorder: Recorder, signer: Signer) -> str:
    entry = next_id(recorder, f"concern/{number}")
    return record_act(recorder, EntryType.CONCERN, entry, subject, signer=signer, statement=data)


def _require_apart(concern: Concern, record: Record, signer: Signer) -> None:
    """Whoever a concern is about neither receives nor decides it, in whatever role; of one that is gone nobody can tell."""
    holder = holder_of(record, signer)
    if concern in (UNREAD, _NAMED):
        hint = "What was recorded before the text was removed stands."
        raise RuleoutError("the concern's text is not here any more, so whom it concerns is not known", hint=hint)
    if holder.person in persons_concerned(concern, holders_of(record)):
        hint = "Have somebody sign whom it does not concern: `ruleout concern list` names who receives it."
        raise RuleoutError(f"key {signer.name!r} is of somebody whom this concerns", hint=hint)


def _number(act: RecordedAct) -> int:
    text = str(act.subject["concern"])
    if not _NUMBER.fullmatch(text):
        raise VerificationFailed("entry", f"expected the number of a concern in {act.id}, got {text[:40]!r}")
    return int(text)


def _act(act: RecordedAct) -> ConcernAct:
    receives = act.subject["act"] == RECEIVE
    if act.is_unread:
        return _unread(act, receives=receives)
    return ConcernAct(
        id=act.id,
        act=str(act.subject["act"]),
        ts=datetime.fromisoformat(act.ts),
        by=act.by,
        concern=parse_concern(act.statement, file=act.id) if receives else None,
        update=None if receives else parse_update(act.statement, file=act.id),
    )


def _unread(act: RecordedAct, *, receives: bool) -> ConcernAct:
    """An act by its header alone: that there was one, whether it had a name, and the status it stated."""
    status = str(act.subject.get("status", ""))
    known = ConcernStatus(status) if status in [one.value for one in ConcernStatus] else None
    concern = UNREAD if act.subject.get("anonymous") is True else _NAMED
    return ConcernAct(
        id=act.id,
        act=str(act.subject["act"]),
        ts=datetime.fromisoformat(act.ts),
        by=act.by,
        concern=concern if receives else None,
        update=None if receives else ConcernUpdate(status=known),
    )
