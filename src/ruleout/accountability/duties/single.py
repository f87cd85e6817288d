# SPDX-License-Identifier: Apache-2.0
"""Duties that are due once for each thing: within a time, before an event, kept so long, or without a time (A-3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ruleout.accountability.duties.starts import Span, Start, span_of, starts_of, things, within_law
from ruleout.clocks import deadline, notice
from ruleout.model.clock import Deadline, TimeUnit
from ruleout.model.duty import Acts, Delivery, LegalDuty, Regime, Term
from ruleout.model.occurrence import Occurrence


def single_occurrences(duty: LegalDuty, regime: Regime, acts: Acts, *, at: datetime) -> Iterator[Occurrence]:
    """Yield when a duty that is no cadence is due, once for each thing, with what was delivered by `at`.

    Pure. Status is not judged yet.
    """
    span = span_of(duty, regime.calendar)
    deliveries, due = _deliveries(duty, regime, acts, at), []
    for about, starts in things(starts_of(duty, regime, acts), duty):
        ends = [d.at for d in deliveries if d.about == about] if about and duty.term is Term.AT_LEAST else []
        for part in _until_each(ends, within_law(starts, duty, span), duty):
            found = _occurrence(duty, regime, about, part, acts)
            if found is not None and _is_owed(found, span):
                due.append(found)
    yield from _settled(due, deliveries)


def _until_each(ends: list[datetime], starts: tuple[Start, ...], duty: LegalDuty) -> Iterator[tuple[Start, ...]]:
    """The starts up to each end of what is kept, and those after it: what was ended too soon is not kept longer since.

    After an end the later of several begins anew once one of them comes again; the others count as they came before.
    """
    past: tuple[Start, ...] = ()
    rest = starts
    for end in (*ends, None):
        part = tuple(start for start in rest if end is None or start.at <= end)
        if part and not duty.is_later_of:
            yield part
        elif part and (not _standing(past) or _standing(past) & _standing(part)):
            yield (*past, *part)
        past, rest = (*past, *part), rest[len(part) :]


def _standing(starts: tuple[Start, ...]) -> set[str]:
    return {start.event for start in starts if start.taken_back is None}


def _occurrence(
    duty: LegalDuty, regime: Regime, about: str, starts: tuple[Start, ...], acts: Acts
) -> Occurrence | None:
    """The first start whose deadline stands; the last one for what is kept; none where nothing stands."""
    if duty.is_later_of:
        return _of_later(duty, regime, about, starts, acts)
    for start in reversed(starts) if duty.term is Term.AT_LEAST else starts:
        made = _from(start, duty, regime, acts)
        if start.taken_back is None or (made.deadline is not None and start.stands_for(made.deadline.ends)):
            return made
    return None


def _of_later(duty: LegalDuty, regime: Regime, about: str, starts: tuple[Start, ...], acts: Acts) -> Occurrence | None:
    standing = [start for start in starts if start.taken_back is None]
    if not standing:
        return None
    if {start.event for start in standing}.issuperset(duty.after):
        return _from(standing[-1], duty, regime, acts)
    missing = " and ".join(name for name in duty.after if name not in {start.event for start in standing})
    return Occurrence(regime=regime, duty=duty, about=about, event=missing, runs_from=None, entry=standing[-1].entry)


def _from(start: Start, duty: LegalDuty, regime: Regime, acts: Acts) -> Occurrence:
    made = Occurrence(
        regime=regime, duty=duty, about=start.about, event=start.event, runs_from=start.at, entry=start.entry
    )
    if duty.limit is None:
        return made
    if duty.term is Term.BEFORE:
        # So many hours before is in time at that very instant; "before", with none, is not.
        counts = duty.limit.unit is TimeUnit.HOURS and duty.limit.count > 0
        return replace(made, deadline=notice(start.at, duty.limit, regime.calendar), at_the_end_counts=counts)
    at_once = duty.term is Term.WITHIN and duty.limit.unit is TimeUnit.HOURS and duty.limit.count == 0
    first = replace(made, deadline=deadline(start.at, duty.limit, regime.calendar), at_the_end_counts=at_once)
    return first if duty.slip is None else _slipped(first, acts)


def _slipped(first: Occurrence, acts: Acts) -> Occurrence:
    slip = first.duty.slip
    if slip is None or first.runs_from is None:
        return first
    given = any(
        h.event == slip.given and h.about == first.about and h.taken_back is None and not first.is_late(h.known)
        for h in acts.happenings
    )
    later: Deadline = deadline(first.runs_from, slip.limit, first.regime.calendar)
    return replace(first, deadline=later, at_the_end_counts=False) if given else first


def _is_owed(found: Occurrence, span: Span) -> bool:
    """Not where the law ends before the deadline comes. What is to be kept is kept on."""
    if span.ends is None or found.deadline is None or found.duty.term is Term.AT_LEAST:
        return True
    return found.deadline.ends <= span.ends


def _deliveries(duty: LegalDuty, regime: Regime, acts: Acts, at: datetime) -> list[Delivery]:
    own = (d for d in acts.deliveries if d.regime == regime.id and d.duty == duty.id and d.at <= at)
    return sorted(own, key=lambda d: (d.at, d.entry))


def _settled(due: list[Occurrence], deliveries: list[Delivery]) -> Iterator[Occurrence]:
    """The oldest unsettled occurrence of a thing takes its next delivery."""
    open_ = list(deliveries)
    for one in sorted(due, key=_by_end):
        delivery = next((d for d in open_ if d.about == one.about and _may_settle(one, d)), None)
        if delivery is None:
            yield one
            continue
        open_.remove(delivery)
        yield replace(one, done=delivery.at, done_entry=delivery.entry, done_recorded=delivery.recorded)


def _may_settle(one: Occurrence, delivery: Delivery) -> bool:
    """What is kept ends after it began; and where no thing is named, a delivery from before the event is of another."""
    is_kept = one.duty.term is Term.AT_LEAST
    before_is_fine = one.duty.term is Term.BEFORE or one.at_the_end_counts
    if one.runs_from is None or before_is_fine or not (is_kept or not one.about):
        return True
    return delivery.at >= one.runs_from


def _by_end(one: Occurrence) -> tuple[bool, str, str]:
    at = one.deadline.ends if one.deadline is not None else one.runs_from
    return one.deadline is None, "" if at is None else at.isoformat(), one.about
