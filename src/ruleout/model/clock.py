# SPDX-License-Identifier: Apache-2.0
"""Legal time: lengths of time in the units that laws use, calendars to count them in, and deadlines (A-3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import Enum


class TimeUnit(Enum):
    """The unit a text counts in. Hours are elapsed hours; the others are days of a place's calendar."""

    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business-days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A length of time in one unit, as a text states it: `count` is at least 0; 0 means at the event itself."""

    count: int
    unit: TimeUnit

    def __str__(self) -> str:
        unit = self.unit.value.replace("-", " ")
        return f"{self.count} {unit[:-1] if self.count == 1 else unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Where days are counted.

    Attributes:
        name: IANA name of the time zone, such as "America/Los_Angeles".
        zone: its rules; handed in, since reading them is an effect.
        holidays: days besides Saturday and Sunday that are no business days. Where they are not known, none: then a
            deadline in business days comes out early, never late.
    """

    name: str
    zone: tzinfo
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """By when something is owed.

    Attributes:
        ends: aware UTC instant at which it is missed: what happens before it is in time, what happens at it is late.
        last_day: the last day that counts, in the calendar's place; None for a deadline in hours.
        zone: name of the calendar's time zone.
    """

    ends: datetime
    last_day: date | None
    zone: str
