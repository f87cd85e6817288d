# SPDX-License-Identifier: Apache-2.0
"""When something that has a last day has ended: one rule for evidence, statements, peer facts, requests and permits.

Rules
- A last day counts wholly. What ends on 31 March counts at every instant of 31 March and at none of 1 April.
- Days are days of UTC, as everywhere in the record: of two people who ask at the same instant, both get the same
  answer, wherever they sit.
- What has no last day does not end by itself.
- Expiry needs no act. Whoever asks compares with the instant asked about, never with a stored state "expired".

Nothing else compares a last day: `tests/test_expiry.py` looks for it in every module. What ends at an instant, such as
a deadline in a place's own calendar (`clocks`), is another thing and compares instants.

Source: A-5, A-12, D-2.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta


def has_ended(last_day: date | None, at: datetime | date) -> bool:
    """Return whether what counts up to and including `last_day` counts no more at `at`.

    Pure. Monotone: what has ended at an instant has ended at every later one.

    Args:
        last_day: the last day that counts; None for what has no end.
        at: an aware instant, whose day in UTC is taken, or a day of UTC itself.

    Raises:
        ValueError: an instant without a time zone; which day it falls on cannot be known.

    Source: A-5, A-12.
    """
    return last_day is not None and last_day < utc_day(at)


def ends_by(last_day: date | None, day: date) -> bool:
    """Return whether something has its last day on `day` or before: what a reminder that looks ahead asks. Pure."""
    return last_day is not None and last_day <= day


def last_day_after(start: date, days: int) -> date:
    """Return the last day of something that counts for so many days after `start`, which is day zero. Pure.

    `start` may be anybody's word and `days` any number: the calendar ends with the year 9999.
    """
    return date.fromordinal(min(start.toordinal() + days, date.max.toordinal()))


def first_instant_after(last_day: date) -> datetime:
    """Return the first instant at which `has_ended` says so: midnight, UTC, of the next day. Pure.

    Raises:
        OverflowError: for 31 December 9999, after which there is no day.
    """
    return datetime.combine(last_day + timedelta(days=1), time(), UTC)


def utc_day(at: datetime | date) -> date:
    """Return the day of UTC on which an instant falls; a day is its own. Pure.

    Raises:
        ValueError: an instant without a time zone.
    """
    if not isinstance(at, datetime):
        return at
    if at.tzinfo is None:
        raise ValueError(f"expected an instant with a time zone, got {at.isoformat()}")
    return at.astimezone(UTC).date()
