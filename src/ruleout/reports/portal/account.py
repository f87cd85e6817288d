# SPDX-License-Identifier: Apache-2.0
"""What the account's page tells: plain words and dates, each taken from the record, and the files it leads to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of the account: what it is to a reader, and its place in the folder, with `/` between parts."""

    label: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One document: `files` is empty where this audience gets none, and `says` then tells why.

    `ended` tells which of its entries rest on evidence that has ended since it was published; "" while all of it counts.
    """

    title: str
    says: str
    files: tuple[File, ...]
    ended: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Documents of one sort. `id` is the fragment by which a page can be linked to it."""

    id: str
    title: str
    says: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionShown:
    """One recorded decision: `outcome` is proceed, restrict, hold or stop; `index` its entry's place in the log.

    `ended` is what became of evidence that it rests on: withdrawn, expired or unusable; "" while all of it counts.
    """

    on: date
    case: str
    activity: str
    framework: str
    outcome: str
    index: int
    ended: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsentShown:
    """What one act hides or removes from this audience, or what is absent without a reason.

    Attributes:
        what: how many values and of which entry.
        why: class and public justification; "" where nobody says.
        who: the role that answers for it; "" where nobody says.
        review_by: last day by which it is looked at again; None without one.
        is_overdue: whether that day has passed.
    """

    what: str
    why: str
    who: str
    review_by: date | None
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the verification of the copy in the folder: passed, not done, with what was found."""

    name: str
    status: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything the page shows.

    Attributes:
        origin: the log's name.
        audience: for whom it is made.
        at: aware instant it was made for.
        entries: how many the log holds.
        root: Merkle root of the checkpoint, hex.
        level: what verification established of the copy in the folder.
        steps: each step of it; caveats: what it does not show.
        keys: the log's keys as text.
        shelves, decisions, absent: as their classes say, in the order of the page.
        record: the copy of the record; verifier: the one-file verifier; both as places in the folder.
    """

    origin: str
    audience: str
    at: datetime
    entries: int
    root: str
    level: str
    steps: tuple[Step, ...]
    caveats: tuple[str, ...]
    keys: tuple[str, ...]
    shelves: tuple[Shelf, ...]
    decisions: tuple[DecisionShown, ...]
    absent: tuple[AbsentShown, ...]
    record: str
    verifier: str
