# SPDX-License-Identifier: Apache-2.0
"""An event's instant and a limit -> a deadline (A-3).

Rules
- Hours are elapsed hours: 72 hours over the change to summer time are 72 hours, not "the same time three days later".
- Days, weeks, months and years are days of the calendar of the place whose authority waits. The day of the event is
  day zero; the deadline ends with the last moment of the last day. A month's day is clipped: 31 January plus one
  month is the last day of February.
- Business days are counted from the next day on, without Saturdays, Sundays and the calendar's holidays.
- A notice before an event is counted back: two weeks before the 29th is the 15th, and that day counts to its end, but never
  past the event itself.
- Nothing rolls forward from a weekend or a holiday. Some places' rules of computation allow it, and a deadline that
  comes out early harms nobody. Likewise a text that says only "days" means calendar days.

Source: A-3; facts on all clocks of the statutes and the Code, ../facts/standards.md section 12.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from ruleout.model.clause import Period
from ruleout.model.clock import Calendar, Deadline, Limit, TimeUnit

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


def deadline(event: datetime, limit: Limit, calendar: Calendar) -> Deadline:
    """Return by when something is owed that runs from an event.

    Pure.

    Args:
        event: aware instant.
        limit: how long; a count of 0 gives the event's own instant for hours, the end of its day for the others.

    Raises:
        OverflowError: the deadline is past the year 9999.

    Source: A-3.
    """
    if limit.unit is TimeUnit.HOURS:
        ends = event.astimezone(UTC) + timedelta(hours=limit.count)
        return Deadline(ends=ends, last_day=None, zone=calendar.name)
    last = _last_day(event.astimezone(calendar.zone).date(), limit, calendar)
    return Deadline(ends=day_begins(last + _ONE_DAY, calendar), last_day=last, zone=calendar.name)


def notice(event: datetime, limit: Limit, calendar: Calendar) -> Deadline:
    """Return by when something is owed that must come so long before an event.

    Pure.

    Args:
        event: aware instant, past or planned.
        limit: how long before; a count of 0 gives the event's own instant.

    Raises:
        OverflowError: the deadline is before the year 1.

    Source: A-3.
    """
    if limit.unit is TimeUnit.HOURS or limit.count == 0:
        hours = limit.count if limit.unit is TimeUnit.HOURS else 0
        return Deadline(ends=event.astimezone(UTC) - timedelta(hours=hours), last_day=None, zone=calendar.name)
    last = _first_day(event.astimezone(calendar.zone).date(), limit, calendar)
    return Deadline(ends=day_begins(last + _ONE_DAY, calendar), last_day=last, zone=calendar.name)


def day_begins(day: date, calendar: Calendar) -> datetime:
    """Return the UTC instant at which a day begins in the calendar's place. Pure.

    Midnight by the wall clock of the place; where it does not exist, the change's own instant.
    """
    return datetime.combine(day, time(), calendar.zone).astimezone(UTC)


def earliest(deadlines: Iterable[Deadline]) -> Deadline:
    """Return the deadline that ends first; where two clocks run for one duty, the earlier counts. Pure."""
    return min(deadlines, key=lambda one: one.ends)


def _last_day(day: date, limit: Limit, calendar: Calendar) -> date:
    match limit.unit:
        case TimeUnit.BUSINESS_DAYS:
            return _business_days_after(day, limit.count, calendar.holidays)
        case TimeUnit.WEEKS:
            return day + timedelta(weeks=limit.count)
        case TimeUnit.MONTHS:
            return Period(months=limit.count).after(day)
        case TimeUnit.YEARS:
            return Period(years=limit.count).after(day)
        case _:
            return day + timedelta(days=limit.count)


def _first_day(day: date, limit: Limit, calendar: Calendar) -> date:
    match limit.unit:
        case TimeUnit.BUSINESS_DAYS:
            # An event on a weekend: the last business day of the notice is the one before it.
            last = day if _is_business_day(day, calendar.holidays) else _back(day, 1, calendar.holidays)
            return _back(last, limit.count, calendar.holidays)
        case TimeUnit.WEEKS:
            return day - timedelta(weeks=limit.count)
        case TimeUnit.MONTHS:
            return Period(months=-limit.count).after(day)
        case TimeUnit.YEARS:
            return Period(years=-limit.count).after(day)
        case _:
            return day - timedelta(days=limit.count)


def _business_days_after(day: date, count: int, holidays: frozenset[date], *, step: timedelta = _ONE_DAY) -> date:
    while count > 0:
        day += step
        if _is_business_day(day, holidays):
            count -= 1
    return day


def _back(day: date, count: int, holidays: frozenset[date]) -> date:
    return _business_days_after(day, count, holidays, step=-_ONE_DAY)


def _is_business_day(day: date, holidays: frozenset[date]) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays
