# SPDX-License-Identifier: Apache-2.0
"""What a page about a roadmap shows of it: plain words and dates, each taken from the state of the register.

Every date on a page stands in one of these fields as a date, and is spelled where it is shown. Words that somebody wrote
may name no other date (`accountability.roadmap.dates_in_words`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

#: How each status is coloured; the word always stands beside the colour.
TONES = {
    "met": "good",
    "on track": "plain",
    "upcoming": "plain",
    "superseded": "plain",
    "met late": "warn",
    "partly met": "warn",
    "date moved": "warn",
    "revised": "warn",
    "removed": "warn",
    "contested": "warn",
    "missed": "bad",
    "overdue": "bad",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DateShown:
    """A day by which something was or is due: what, the day first set, and the day that counts now.

    `now` is None where no day is set any more. `status` is that of a part, "" for the goal itself.
    """

    what: str
    first: date | None
    now: date | None
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventShown:
    """One line of a goal's history: the day, a word for what happened, and what was said."""

    on: date
    what: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalShown:
    """One goal at an instant.

    Attributes:
        id: its id.
        area: the area it belongs to.
        title, says: what it is, in our words.
        status: the computed status, one of the words of `TONES`.
        because: why, one sentence each.
        dates: what is due when; the goal's own target first.
        confidence: what the author says of its confidence; "" where nothing is stated.
        rule: how it is graded, one sentence each; empty where no rule is stated.
        reported: what its author reported, "" if nothing.
        differs: where the computed status differs from what was reported, one sentence each.
        history: what became of it, oldest first.
    """

    id: str
    area: str
    title: str
    says: str
    status: str
    because: tuple[str, ...]
    dates: tuple[DateShown, ...]
    confidence: str
    rule: tuple[str, ...]
    reported: str
    differs: tuple[str, ...]
    history: tuple[EventShown, ...]

    @property
    def target(self) -> date | None:
        """The goal's own target; None where none is set."""
        return self.dates[0].now if self.dates else None

    @property
    def days(self) -> tuple[date, ...]:
        """Every day that is known of it."""
        due = (day for one in self.dates for day in (one.first, one.now) if day is not None)
        return (*due, *(event.on for event in self.history))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapShown:
    """A roadmap at an instant.

    Attributes:
        title: its title.
        developer: whose it is.
        at: aware instant at which statuses were computed.
        goals: its goals in the file's order, removed ones last.
        says: what a reader must know about how it was made, one sentence each.
        source: where it was published, with its digest; "" for one's own.
    """

    title: str
    developer: str
    at: datetime
    goals: tuple[GoalShown, ...]
    says: tuple[str, ...]
    source: str


def spelled(day: date) -> str:
    """Return a day in words, the same everywhere: `30 September 2026`. Pure."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
