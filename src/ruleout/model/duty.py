# SPDX-License-Identifier: Apache-2.0
"""What laws and frameworks make somebody owe, as data, and what happened and was delivered (A-3).

A regime is a profile: a law, or a framework read as one. Events and deliveries are acts of a record; what is due
follows from both and stands in `model/occurrence.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ruleout.model.clock import Calendar, Limit


class Sourcing(Enum):
    """How well an item of law data is known: read in the text itself, told by others, remembered, or concluded."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    RECALLED = "recalled"
    INFERRED = "inferred"


class Term(Enum):
    """What the time of a duty means.

    WITHIN: at most so long after an event; a count of 0 hours means before the event or at it.
    BEFORE: at least so long before an event; 0 hours means earlier than it.
    EVERY: again and again, each time at most so long after the last.
    AT_LEAST: something is kept, or left open, at least so long; ending it sooner breaks the duty.
    OPEN: an event starts it and the text sets no time.
    """

    WITHIN = "within"
    BEFORE = "before"
    EVERY = "every"
    AT_LEAST = "at-least"
    OPEN = "open"


class OwnSchedule(Enum):
    """Whether another cadence than the text's may stand: never, once it is stated in writing, once it is agreed to."""

    NONE = "none"
    FILED = "filed"
    AGREED = "agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A later deadline for whoever did something by the first one: `limit` from the same event, `given` the event."""

    limit: Limit
    given: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalDuty:
    """One duty with its clock.

    Attributes:
        id: unique within its regime; a duty's id also names the event that it was delivered.
        clock: number in our list of clocks, such as "C3"; "" outside it.
        says: the rule in our own words.
        section: where it stands.
        source: where that text was read.
        grade: how well it is known.
        owed_by: who owes it, in words; "" where the regime says.
        to: names of those to whom it is owed; empty where to nobody outside.
        after: events that start it, of which the earliest counts; ids of duties stand for their delivery.
        is_later_of: all of `after` must have happened and the latest counts.
        until: events that end a cadence.
        term: what `limit` means.
        limit: how long; None exactly for OPEN.
        shortest: for a range, the shortest period of a cadence.
        first: for a cadence, the time to its first deadline where that differs.
        slip: a later deadline on a condition.
        own_schedule: whether another cadence may stand.
        is_voluntary: nobody misses it.
        starts_with_law: what began before the duty existed starts it on its first day.
        condition: when it applies, in words; "" for always.
        from_day: first day on which it is owed.
        to_day: last day on which it is; None for no end.
        met_by: what of the record delivers it besides an act that says so: "framework-publication", or "" for nothing.
        note: what is uncertain, or how the text is read.
    """

    id: str
    says: str
    section: str
    source: str
    grade: Sourcing
    after: tuple[str, ...]
    term: Term
    limit: Limit | None
    from_day: date
    clock: str = ""
    owed_by: str = ""
    to: tuple[str, ...] = ()
    is_later_of: bool = False
    until: tuple[str, ...] = ()
    shortest: Limit | None = None
    first: Limit | None = None
    slip: Slip | None = None
    own_schedule: OwnSchedule = OwnSchedule.NONE
    is_voluntary: bool = False
    starts_with_law: bool = False
    condition: str = ""
    to_day: date | None = None
    met_by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyDate:
    """A day on which something of a regime changes, and how well that is known."""

    day: date
    says: str
    source: str
    grade: Sourcing


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """A law, or a framework read as one.

    Attributes:
        id: such as "new-york", or a framework's name.
        title: its name.
        law: its citation.
        calendar: where its days are counted.
        from_day: first day on which it holds.
        to_day: last day; None for no end.
        events: (name, meaning) of every event that starts or ends its duties.
        duties: in the file's order.
        key_dates: by day.
    """

    id: str
    title: str
    law: str
    calendar: Calendar
    from_day: date
    to_day: date | None
    events: tuple[tuple[str, str], ...]
    duties: tuple[LegalDuty, ...]
    key_dates: tuple[KeyDate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened, or is planned, as the record has it.

    Attributes:
        event: its name.
        at: aware instant at which it happened.
        about: what it is about: a model, a version, an incident; "" for nothing in particular.
        entry: id of the entry that says so.
        taken_back: instant at which it was taken back; deadlines that had passed by then stand.
        recorded: the entry's own instant, which may be later than what it says; None where it is not known.
    """

    event: str
    at: datetime
    about: str
    entry: str
    taken_back: datetime | None = None
    recorded: datetime | None = None

    @property
    def known(self) -> datetime:
        """From when on it had happened and the record said so: no deadline before is moved by it."""
        return self.at if self.recorded is None else max(self.at, self.recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A duty was done: when, about what, by which entry. For AT_LEAST: what was kept was ended.

    `recorded` is the entry's own instant, which may be later than what it says; None where it is not known.
    """

    regime: str
    duty: str
    at: datetime
    about: str
    entry: str
    recorded: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCadence:
    """Another cadence than the text's: from an instant on, to a last day; `agreed_by` is "" where it was only filed."""

    regime: str
    duty: str
    every: Limit
    at: datetime
    last_day: date | None
    agreed_by: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """Everything in a record that a calendar follows from."""

    happenings: tuple[Happening, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    cadences: tuple[AgreedCadence, ...] = ()
