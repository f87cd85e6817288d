# SPDX-License-Identifier: Apache-2.0
"""Facts of the record, each with the entries it comes from, and what a document may know of the record (A-7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ruleout.accountability.reporting.publication import Hole, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An entry as a document names it: its place in the log, and the digest of its leaf, which proves what it said."""

    index: int
    id: str
    kind: str
    ts: str
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of one source.

    Attributes:
        entries: ids of the entries it comes from, the one that states it first; never empty.
        values: what it says, by column; every fact of a source has the same columns.
        about: names of what it is about: a threshold, a model, a safeguard, a case.
        hidden: columns that a reader of the document may not see, each with its hole; `values` has no word of them.
    """

    entries: tuple[str, ...]
    values: Mapping[str, str]
    about: tuple[str, ...] = ()
    hidden: Mapping[str, Hole] = field(default_factory=dict)

    def cell(self, column: str) -> Text:
        """What stands in a column: what it says, "" for nothing, or a hole."""
        return self.hidden.get(column, self.values.get(column, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The last document of the same kind: its entry, and the instant it was published."""

    entry: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One time that the calendar says a document of the kind is due.

    Attributes:
        entries: what it runs from, and what says that it was done.
        about: model or thing; "" for nothing in particular.
        ends: aware instant of the deadline; None where no time is set.
        is_done: whether the record says that it was done by now.
        section: of the law.
    """

    entries: tuple[str, ...]
    about: str
    ends: datetime | None
    is_done: bool
    section: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the record says, as of one instant, to whoever builds a document from it.

    Attributes:
        at: aware instant of publication.
        linked: an entry by its id; None where the record has none.
        fields: what a sentence may quote of an entry, by name: its header, and what facts say of it.
        facts: the facts of a source by its name.
        columns: the columns of a source by its name, with their titles.
        stale: why an entry carries nothing any more, by id: withdrawn, expired, or a decision that rests on such.
        previous: None if this is the first of its kind.
        due: when the calendar says that a document of the kind is due, by deadline.
        origin, size, root: the log up to its last entry that was read, and the tree hash (hex) of those entries.
    """

    at: datetime
    linked: Callable[[str], Linked | None]
    fields: Callable[[str], Mapping[str, str]]
    facts: Callable[[str], tuple[Fact, ...]]
    columns: Callable[[str], Mapping[str, str]]
    stale: Mapping[str, str] = field(default_factory=dict)
    previous: Previous | None = None
    due: tuple[Due, ...] = ()
    origin: str = ""
    size: int = 0
    root: str = ""
