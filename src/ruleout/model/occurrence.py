# SPDX-License-Identifier: Apache-2.0
"""One time that something is due: from what, by when, whether it was done, and how it stands at an instant (A-3, L-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ruleout.model.clock import Deadline
from ruleout.model.duty import LegalDuty, Regime


class Status(Enum):
    """How an occurrence stands at an instant.

    MISSED: the deadline passed and it is not done. LATE: done after the deadline; that it was missed stays.
    DUE: open, and may be done. AHEAD: a cadence whose shortest period has not passed. UNDATED: open, no time is set.
    DONE: in time. KEPT: must still be kept. RELEASED: may be ended. BROKEN: was ended too soon.
    UNTAKEN: a voluntary one whose time passed.
    """

    MISSED = "missed"
    BROKEN = "ended too soon"
    LATE = "done late"
    DUE = "due"
    AHEAD = "ahead"
    UNDATED = "undated"
    KEPT = "kept"
    RELEASED = "released"
    UNTAKEN = "not taken"
    DONE = "done"

    @property
    def is_failure(self) -> bool:
        """Whether something is missing, or gone, that should be there."""
        return self in (Status.MISSED, Status.BROKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time that a duty is due.

    Attributes:
        regime, duty: what it is owed under.
        about: what it is about; "" for nothing in particular.
        event: name of what it runs from.
        runs_from: aware instant; None where what it runs from is not complete (the later of two, one not yet there).
        entry: id of the entry it runs from, or of the delivery before it.
        opens: first instant of a range; None where there is none.
        deadline: None where no time is set or it is not yet known.
        at_the_end_counts: doing it at the deadline's own instant is in time.
        done: the instant it was done; None while it is not.
        done_entry: id of the entry that says so; "" while it is not.
        done_recorded: when that entry was made, as it says itself.
        held_by: entries of legal holds that forbid to end what is kept.
        status: at the instant asked about.
    """

    regime: Regime
    duty: LegalDuty
    about: str
    event: str
    runs_from: datetime | None
    entry: str
    opens: datetime | None = None
    deadline: Deadline | None = None
    at_the_end_counts: bool = False
    done: datetime | None = None
    done_entry: str = ""
    done_recorded: datetime | None = None
    held_by: tuple[str, ...] = ()
    status: Status = Status.DUE

    def is_late(self, instant: datetime) -> bool:
        """Whether doing it at an instant is late. Pure."""
        if self.deadline is None:
            return False
        return instant > self.deadline.ends or (instant == self.deadline.ends and not self.at_the_end_counts)

    @property
    def is_told_late(self) -> bool:
        """Whether it is said to be in time by an entry that was made only after the deadline."""
        if self.done is None or self.done_recorded is None:
            return False
        return not self.is_late(self.done) and self.is_late(self.done_recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An entry that should be in the record and is not, or may be missing (L-9).

    Attributes:
        kind: kind of entry, such as "duty".
        act: what it would say: "done" or "event".
        name: the duty or the event.
        regime, about: as in that entry; "" where open.
        by: the instant at which it was missed; None where nobody knows.
        because: what makes it expected.
        entry: id of the entry that makes it expected, "" for none.
        is_certain: whether it is absent; else only the developer knows whether it should be there.
    """

    kind: str
    act: str
    name: str
    regime: str
    about: str
    by: datetime | None
    because: str
    entry: str
    is_certain: bool
