# SPDX-License-Identifier: Apache-2.0
"""How each permit stands at an instant: by its dates, by its own acts, and by whether what it rests on still holds (G-1).

Nothing is stored: the same record gives *in force* on the last day of a permit and *expired* after it, and a withdrawal
recorded today makes a permit void without an act about the permit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ruleout.app.evidence.again import Archive
from ruleout.app.permits.grounds import decision_entry, judge, later_about_the_same
from ruleout.app.permits.register import Issued
from ruleout.engine.permitting import Ground, refusals
from ruleout.errors import RuleoutError
from ruleout.ledger.permits import compromises, signatures_of, void_signatures
from ruleout.ledger.permits.together import conflicts
from ruleout.model.permit import Permit, PermitStanding, PermitState
from ruleout.model.plain import instant_text

#: What a request is refused for when it is made, and what ends a permit by its own date later.
_EXPIRY = "expiry"


def standings_of(
    found: Iterable[Issued], archive: Archive, *, at: datetime, seen_at: datetime | None = None
) -> Mapping[str, PermitStanding]:
    """Return how every permit of a register stands at an aware instant, by id. Effect and terms as `standing_of`.

    Of those in force none may serve a name for other weights than another does: both are in conflict, and none serves.

    Source: G-1.
    """
    known = {one.id: one for one in found}
    alone = {name: standing_of(one, archive, at=at, seen_at=seen_at) for name, one in known.items()}
    served = [
        one.permit
        for name, one in known.items()
        if one.permit is not None and alone[name].state is PermitState.IN_FORCE
    ]
    told = {one.id: conflicts(one, (other for other in served if other != one)) for one in served}
    return {
        name: replace(standing, state=PermitState.CONFLICT, because=told[name]) if told.get(name) else standing
        for name, standing in alone.items()
    }


def standing_of(issued: Issued, archive: Archive, *, at: datetime, seen_at: datetime | None = None) -> PermitStanding:
    """Return how a permit stands at an aware instant by itself. Effect: reads what entries name, and decides again.

    Args:
        issued: the permit as the register has it, which may be the register as of an instant.
        seen_at: leave out later decisions that state a later instant, for the past as it was; None for none: what stands in
            the record counts, even if its producer's clock was ahead.

    A revocation comes before everything, then a date that has passed, then what it rests on, then a date to come.

    Source: G-1, A-12.
    """
    permit = issued.permit
    if issued.ended is not None:
        why = f"revoked at {instant_text(issued.ended.at)} by {', '.join(issued.ended.by)}: {issued.ended.reason}"
        return PermitStanding(permit=issued.id, state=PermitState.REVOKED, because=(why,))
    if permit is None:
        return PermitStanding(permit=issued.id, state=PermitState.UNKNOWN, because=(issued.fault,))
    by_date = permit.state_at(at)
    if by_date is PermitState.EXPIRED:
        return PermitStanding(permit=issued.id, state=by_date, because=(f"expired after {_last(permit)}",))
    if void := tuple(dict.fromkeys(_void(issued, permit, archive, at, seen_at))):
        return PermitStanding(permit=issued.id, state=PermitState.VOID, because=void)
    if by_date is PermitState.NOT_YET:
        first = instant_text(permit.first_instant)
        return PermitStanding(permit=issued.id, state=by_date, because=(f"begins at {first}",))
    return PermitStanding(permit=issued.id, state=by_date, because=())


def _last(permit: Permit) -> str:
    return permit.last_day.isoformat()


def _void(issued: Issued, permit: Permit, archive: Archive, at: datetime, seen_at: datetime | None) -> Iterator[str]:
    """Why what a permit rests on does not carry it at an instant. What cannot be read carries nothing."""
    try:
        yield from _lost(issued, permit, archive, at, seen_at)
    except RuleoutError as error:
        yield f"cannot be decided again: {error}"
    signed = (*signatures_of(issued.entry), *permit.rests_on.signed)
    yield from void_signatures(signed, compromises(archive.record.entries, archive.record.keyring))


def _lost(issued: Issued, permit: Permit, archive: Archive, at: datetime, seen_at: datetime | None) -> Iterator[str]:
    judged = judge(decision_entry(archive.record, permit.rests_on.decision), archive, at=at)
    yield from _beyond(permit, judged.ground, at)
    if judged.now.input_digest != permit.rests_on.input_digest:
        yield f"the decision rests on other inputs by now: {judged.now.input_digest[:12]}"
    if issued.role not in judged.issuers:
        yield f"issued in role {issued.role}, and only {', '.join(judged.issuers)} may"
    for later in later_about_the_same(judged.decided, archive, seen_at=seen_at):
        # A later decision is judged by itself, on its own inputs.
        ground = judge(later, archive, at=at).ground
        yield from (f"{later.content.id}: {why}" for why in _beyond(permit, ground, at))


def _beyond(permit: Permit, ground: Ground, at: datetime) -> Iterator[str]:
    # A later end than the permit's own has not come yet: what has ended shows in the outcome.
    yield from (str(one) for one in refusals(permit.terms, ground, at=at) if one.rule != _EXPIRY)
