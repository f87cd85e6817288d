# SPDX-License-Identifier: Apache-2.0
"""One calendar of every duty: what is due from what, and how each stands at an instant (A-3).

What was missed stays missed: a later act never changes how a deadline that has passed stood, it only adds that it was
done late.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ruleout.accountability.duties.cadences import cadence_occurrences
from ruleout.accountability.duties.single import single_occurrences
from ruleout.model.duty import Acts, Happening, LegalDuty, Regime, Term
from ruleout.model.occurrence import Occurrence, Status

#: Events of every regime: they forbid to end what is kept about a thing, or about everything.
HOLD, LIFTED = "legal-hold", "legal-hold-lifted"
HOLD_EVENTS = (
    (HOLD, "Nothing about this thing may be destroyed, whatever its time; about nothing: nothing at all."),
    (LIFTED, "The legal hold on this thing is lifted."),
)
_LAST = datetime.max.replace(tzinfo=UTC)


def calendar_of(regimes: Iterable[Regime], acts: Acts, *, at: datetime, horizon: datetime) -> tuple[Occurrence, ...]:
    """Return every occurrence of the regimes' duties, by deadline; those without one last.

    Pure.

    Args:
        regimes: laws, and frameworks read as such.
        acts: what the record says happened and was delivered; what comes after `at` is planned.
        at: aware instant from which to look.
        horizon: aware instant up to which periods of cadences are listed, and the first after it.

    Source: A-3, L-9.
    """
    found = (
        replace(_held(one, acts, at=at), status=_status(one, acts, at=at))
        for regime in regimes
        for duty in regime.duties
        for one in _occurrences(duty, regime, acts, at=at, horizon=horizon)
    )
    return tuple(sorted(found, key=_order))


def _occurrences(
    duty: LegalDuty, regime: Regime, acts: Acts, *, at: datetime, horizon: datetime
) -> Iterator[Occurrence]:
    if duty.term is Term.EVERY:
        return cadence_occurrences(duty, regime, acts, at=at, horizon=horizon)
    return single_occurrences(duty, regime, acts, at=at)


def _order(one: Occurrence) -> tuple[datetime, str, str, str]:
    ends = one.deadline.ends if one.deadline is not None else _LAST
    return ends, one.regime.id, one.duty.id, one.about


def _status(one: Occurrence, acts: Acts, *, at: datetime) -> Status:
    if one.duty.term is Term.AT_LEAST:
        return _kept(one, acts, at=at)
    if one.done is not None:
        return Status.LATE if one.is_late(one.done) and not one.duty.is_voluntary else Status.DONE
    if one.deadline is None:
        return Status.UNDATED
    if one.is_late(at):
        return Status.UNTAKEN if one.duty.is_voluntary else Status.MISSED
    return Status.AHEAD if one.opens is not None and at < one.opens else Status.DUE


def _kept(one: Occurrence, acts: Acts, *, at: datetime) -> Status:
    """How something stands that is kept: while the end of its time is not known, it has not come."""
    then = at if one.done is None else one.done
    may_end = one.deadline is not None and then >= one.deadline.ends and not _holds(one, acts, at=at)
    if one.done is None:
        return Status.RELEASED if may_end else Status.KEPT
    if may_end:
        return Status.DONE
    return Status.UNTAKEN if one.duty.is_voluntary else Status.BROKEN


def _held(one: Occurrence, acts: Acts, *, at: datetime) -> Occurrence:
    if one.duty.term is not Term.AT_LEAST:
        return one
    return replace(one, held_by=tuple(hold.entry for hold in _holds(one, acts, at=at)))


def _holds(one: Occurrence, acts: Acts, *, at: datetime) -> tuple[Happening, ...]:
    """The legal holds on a thing that stand when it was ended, or else at an instant.

    A lifting counts if it was told of by the time the end was: told later it mends nothing.
    """
    told = max(one.done, one.done_recorded or one.done) if one.done is not None else at
    at = at if one.done is None else one.done
    lifts = [h for h in acts.happenings if h.event == LIFTED and h.at <= at and h.known <= told and _stands(h, at)]
    return tuple(
        hold
        for hold in acts.happenings
        if hold.event == HOLD
        and hold.at <= at
        and hold.about in (one.about, "")
        and _stands(hold, at)
        and not any(lift.about == hold.about and lift.at >= hold.at for lift in lifts)
    )


def _stands(one: Happening, at: datetime) -> bool:
    """Whether a happening was not taken back by an instant."""
    return one.taken_back is None or at < one.taken_back
