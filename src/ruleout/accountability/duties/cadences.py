# SPDX-License-Identifier: Apache-2.0
"""Duties that come again: every so often from what started them, until something ends them (A-3).

Rules
- A period runs from the last delivery, or from the deadline where that came first: being late buys no time.
- A delivery settles the oldest period that is not settled; each period wants its own.
- Periods that were missed are counted from where the last one kept began, so that the ends of months do not drift.
- Another cadence that was filed or agreed holds for periods that begin after it was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ruleout.accountability.duties.starts import Span, Start, clamped, span_of, starts_of, things
from ruleout.clocks import day_begins, deadline
from ruleout.model.clock import Deadline, Limit, TimeUnit
from ruleout.model.duty import Acts, AgreedCadence, Delivery, LegalDuty, OwnSchedule, Regime
from ruleout.model.expiry import has_ended
from ruleout.model.occurrence import Occurrence

_DAY = TimeUnit.DAYS
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """One run of a cadence: what started it, and the instant that ends it, or None."""

    start: Start
    stops: datetime | None


def cadence_occurrences(
    duty: LegalDuty, regime: Regime, acts: Acts, *, at: datetime, horizon: datetime
) -> Iterator[Occurrence]:
    """Yield every period of a cadence up to the first one open that ends after `horizon`, with what was delivered by `at`.

    Pure. Status is not judged yet.
    """
    span = span_of(duty, regime.calendar)
    own = [d for d in acts.deliveries if d.regime == regime.id and d.duty == duty.id and d.at <= at]
    found = dict(things(starts_of(duty, regime, acts), duty))
    for about, starts in found.items():
        # A cadence about nothing in particular takes what is about nothing else: a quarter, a report's number.
        mine = (d for d in own if d.about == about or (not about and d.about not in found))
        deliveries = sorted(mine, key=lambda d: (d.at, d.entry))
        for series in _series(duty, starts, span, acts):
            yield from _periods(duty, regime, series, deliveries, _cadences(duty, regime, acts), horizon)


def _series(duty: LegalDuty, starts: tuple[Start, ...], span: Span, acts: Acts) -> Iterator[_Series]:
    """The first start, then whatever starts after its end; what comes in between changes nothing.

    A start that was taken back hides no other: its run has the deadlines that had passed by then, and no more. So has a run
    whose end was recorded late.
    """
    about = starts[0].about
    ends = [h for h in acts.happenings if h.event in duty.until and h.about == about and h.taken_back is None]
    free = None
    for raw in starts:
        start = clamped(raw, span) if duty.first is None else raw
        if (span.ends is not None and start.at >= span.ends) or (free is not None and start.at < free):
            continue
        over = [end for end in ends if end.at >= start.at]
        ended = _first_of(*(end.at for end in over), span.ends)
        yield _Series(start=start, stops=_first_of(*(end.known for end in over), span.ends, start.taken_back))
        if start.taken_back is None and ended is None:
            return
        free = ended if start.taken_back is None else start.at


def _first_of(*ends: datetime | None) -> datetime | None:
    return min((end for end in ends if end is not None), default=None)


def _cadences(duty: LegalDuty, regime: Regime, acts: Acts) -> tuple[AgreedCadence, ...]:
    """The other cadences that may stand for a duty: where it must be agreed, only what was."""
    if duty.own_schedule is OwnSchedule.NONE:
        return ()
    named = (c for c in acts.cadences if c.regime == regime.id and c.duty == duty.id)
    return tuple(c for c in named if c.agreed_by or duty.own_schedule is OwnSchedule.FILED)


def _periods(
    duty: LegalDuty,
    regime: Regime,
    series: _Series,
    deliveries: list[Delivery],
    cadences: tuple[AgreedCadence, ...],
    horizon: datetime,
) -> Iterator[Occurrence]:
    """The periods of one run. Takes the deliveries that settle them out of `deliveries`; the rest is the next run's."""
    anchor, entry, event, times = series.start.at, series.start.entry, series.start.event, 1
    first = duty.first
    while True:
        every = _every(duty, anchor, cadences)
        due = _first(duty, regime, anchor) if first else _after(regime, anchor, every, times)
        if series.stops is not None and due.ends > series.stops:
            return
        delivery = _take(deliveries, series.start.at)
        yield Occurrence(
            regime=regime,
            duty=duty,
            about=series.start.about,
            event=event,
            runs_from=anchor,
            entry=entry,
            opens=_opens(duty, regime, anchor) if times == 1 and not first and every == duty.limit else None,
            deadline=due,
            done=None if delivery is None else delivery.at,
            done_entry="" if delivery is None else delivery.entry,
            done_recorded=None if delivery is None else delivery.recorded,
        )
        if delivery is None and due.ends > horizon:
            return
        if delivery is not None and delivery.at < due.ends:
            anchor, entry, event, times = delivery.at, delivery.entry, duty.id, 1
        elif first:
            anchor = due.ends - _TICK
        else:
            times += 1
        first = None


def _take(deliveries: list[Delivery], start: datetime) -> Delivery | None:
    """The next delivery from the start of a run on, taken out of the list; None where none is left."""
    delivery = next((d for d in deliveries if d.at >= start), None)
    if delivery is not None:
        deliveries.remove(delivery)
    return delivery


def _every(duty: LegalDuty, anchor: datetime, cadences: tuple[AgreedCadence, ...]) -> Limit:
    """The cadence of a period that begins at `anchor`: the last one recorded that stands then, or the text's own."""
    standing = [c for c in cadences if c.at <= anchor and not has_ended(c.last_day, anchor.date())]
    return standing[-1].every if standing else _longest(duty)


def _longest(duty: LegalDuty) -> Limit:
    if duty.limit is None:
        raise ValueError(f"the cadence of {duty.id} has no time")
    return duty.limit


def _after(regime: Regime, anchor: datetime, every: Limit, times: int) -> Deadline:
    return deadline(anchor, Limit(count=every.count * times, unit=every.unit), regime.calendar)


def _first(duty: LegalDuty, regime: Regime, start: datetime) -> Deadline:
    """The later of the first time after the start and the end of the law's first day."""
    by_event = deadline(start, duty.first or _longest(duty), regime.calendar)
    begins = day_begins(duty.from_day, regime.calendar)
    by_law = deadline(begins, Limit(count=0, unit=_DAY), regime.calendar)
    return max(by_event, by_law, key=lambda one: one.ends)


def _opens(duty: LegalDuty, regime: Regime, anchor: datetime) -> datetime | None:
    if duty.shortest is None:
        return None
    last = deadline(anchor, duty.shortest, regime.calendar).last_day
    return None if last is None else day_begins(last, regime.calendar)
