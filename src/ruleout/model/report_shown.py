# SPDX-License-Identifier: Apache-2.0
"""A report as a reviewer is shown it: pieces to be answered one by one, holes, and what of it the public does not see (A-7 to A-9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """Words, or the hole where they are withheld.

    Attributes:
        says: "" at a hole.
        hole: digest of what is withheld, "" where nothing is.
        standing: how the hole came to be: redacted, erased, or withheld without a reason; "" where there is none.
        hole_class: class of the redaction, or ground of the erasure; "" without a reason.
        reason: public words for the hole; "" without a reason.
        not_public: why the public is not shown these words, in one line; "" where it is shown them.
    """

    says: str
    hole: str = ""
    standing: str = ""
    hole_class: str = ""
    reason: str = ""
    not_public: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatement:
    """One sentence under a field's title, and the ids of the entries behind it."""

    text: ShownText
    entries: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRow:
    """One row of a table, and the ids of the entries behind it; a hole is a row of one cell."""

    cells: tuple[ShownText, ...]
    entries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTable:
    """A table of facts under a field's title."""

    columns: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    topic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSection:
    """A piece of a report that is reviewed as one: a section, or one item of a section that has items.

    Attributes:
        id: SECTION, or SECTION--ITEM.
        public_id, public_title: as the public may be told; positions where it is shown neither.
    """

    id: str
    title: str
    public_id: str
    public_title: str
    blocks: tuple[ShownStatement | ShownTable, ...]

    @property
    def texts(self) -> Iterator[ShownText]:
        """Every text, cell and hole, in order."""
        for block in self.blocks:
            if isinstance(block, ShownStatement):
                yield block.text
            else:
                yield from (cell for row in block.rows for cell in row.cells)

    @property
    def entries(self) -> frozenset[str]:
        """Ids of every entry behind it."""
        return frozenset(
            name
            for block in self.blocks
            for one in ((block,) if isinstance(block, ShownStatement) else block.rows)
            for name in one.entries
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReport:
    """A report: its entry, title, pieces in order, what it says of itself, and the digest of what is shown.

    Attributes:
        public_title: the title as the public may be told.
        about: (label, words) of what the whole report says of itself.
    """

    entry: str
    title: str
    public_title: str
    about: tuple[tuple[str, ShownText], ...]
    sections: tuple[ShownSection, ...]
    digest: str

    @property
    def section_ids(self) -> tuple[str, ...]:
        """Ids of every piece, in order."""
        return tuple(section.id for section in self.sections)
