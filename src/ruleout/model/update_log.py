# SPDX-License-Identifier: Apache-2.0
"""What a developer said of its own roadmap: dated entries of its update log and of other pages, told in our words (A-2).

An entry *tells of* fields. What changed between two goal files without any entry telling of it is found by comparing
them (`accountability.roadmap.changes.compare`); nobody writes down here what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class UpdateKind(Enum):
    """What an entry says became of a goal. CLOSED: it counts as done by something published elsewhere."""

    COMPLETED = "completed"
    MOVED = "moved"
    REMOVED = "removed"
    REVISED = "revised"
    CORRECTED = "corrected"
    CLOSED = "closed"


class KnownFrom(Enum):
    """How well a statement is known: read in the text itself, read elsewhere, remembered, or concluded."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    RECALLED = "recalled"
    INFERRED = "inferred"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePage:
    """A page on which updates stand. `own` says whether it is the roadmap's own log.

    Attributes:
        id: key by which updates name it.
        title: what it is called.
        url: where it stands or stood.
        read_in: where its text was read, in words.
        known: how well.
        own: whether it is the update log of the roadmap page itself.
    """

    id: str
    title: str
    url: str
    read_in: str
    known: KnownFrom
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change that an entry tells of.

    Attributes:
        field: path within the goal, as a comparison names it: `target`, `parts.prototype.target`; "" is the whole goal.
        was: what it says stood there before; "" if it does not say.
        now: what it says stands there now; "" if it does not say.
    """

    field: str
    was: str = ""
    now: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One entry.

    Attributes:
        id: unique in its file.
        on: the day the entry carries, or, on a page whose entries carry none, the day of what it tells.
        page: id of the page it stands on.
        goal: id of the goal.
        kind: what it says became of the goal.
        says: what it says, in our words.
        anchor: SHA-256 of the entry's own sentence, as clauses have it; None where its text was not read.
        happened: the day on which what it tells happened, where the entry says so.
        owed_by: the day by which it says something follows.
        tells: the changes it tells of; empty for one that only reports.
        note: what is uncertain about it.
    """

    id: str
    on: date
    page: str
    goal: str
    kind: UpdateKind
    says: str
    anchor: str | None
    happened: date | None
    owed_by: date | None
    tells: tuple[Told, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLog:
    """A file of updates: for which roadmap, the pages they stand on, the entries in the file's order."""

    roadmap: str
    pages: tuple[UpdatePage, ...]
    updates: tuple[Update, ...]

    def page_of(self, update: Update) -> UpdatePage:
        """Return the page an update stands on."""
        return next(page for page in self.pages if page.id == update.page)
