# SPDX-License-Identifier: Apache-2.0
"""A document as a value: sections, sentences, tables, and the entry behind each; any part of it may be a hole (A-7, A-8).

Its plain form is the machine-readable twin. Whoever sees an audience's copy sees the same value with holes.
"""

from __future__ import annotations

from dataclasses import dataclass

FORMAT = "ruleout-publication/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A part that an audience may not see: its digest stays, with the class and the public justification (A-8).

    Attributes:
        digest: of the disclosure that is not here; 43 characters.
        standing: redacted, erased, or withheld where the record gives no reason.
        redaction_class: class of the redaction such as public-safety, or ground of the erasure; "" without a reason.
        justification: the public one; "" where the record says nothing.
        review_by: ISO date by which it is looked at again; "" for none.
        material: yes or no, as its author holds that a reader needs it to judge; "" where nobody says.
    """

    digest: str
    standing: str = "withheld"
    redaction_class: str = ""
    justification: str = ""
    review_by: str = ""
    material: str = ""


Text = str | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence, and the ids of the entries that it rests on."""

    says: Text
    entries: tuple[Text, ...] | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact of the record: a cell for each column of its table, and the ids of its entries."""

    cells: tuple[Text, ...] | Hole
    entries: tuple[Text, ...] | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Facts of one source. `columns` are titles; `names` are what pictures call them."""

    names: tuple[Text, ...] | Hole
    columns: tuple[Text, ...] | Hole
    rows: tuple[Row | Hole, ...] | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Which columns of a field's table to draw: a bar from low to high, a mark at value, lines."""

    label: Text
    low: Text
    value: Text
    high: Text
    lines: tuple[Text, ...] | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: what is asked and by which text, and what is said.

    Attributes:
        origin: "written", or the source of the record that fills it.
        required: whether it had to be there.
        table, picture: None where there is none.
        nothing: what is said where the record holds nothing; "" elsewhere.
    """

    id: Text
    title: Text
    asks: Text
    section: Text
    source: Text
    grade: Text
    origin: Text
    required: bool | Hole
    statements: tuple[Statement | Hole, ...] | Hole
    table: Table | Hole | None
    picture: Picture | Hole | None
    nothing: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section's fields for one item; of a section without items there is one part without a title."""

    id: Text
    title: Text
    fields: tuple[Field | Hole, ...] | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section."""

    id: Text
    title: Text
    each: Text
    parts: tuple[Part | Hole, ...] | Hole


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A question that decides what the document must hold, and what its authors answered: yes or no."""

    id: Text
    asks: Text
    section: Text
    says: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLink:
    """An entry that the document rests on: a reader who has the log finds it at `index` and checks `leaf` (L-10)."""

    index: int | Hole
    id: Text
    kind: Text
    ts: Text
    leaf: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A whole document.

    Attributes:
        report, kind: its id, and the kind's.
        law, regime: the text that asks for it, and whose it is.
        published: ISO date (UTC); `at` is the instant up to which the record was read.
        covers: ISO date up to which it covers practice.
        timing: what follows from dates: how old the coverage is, and how the day fits the cadence.
        previous: entry of the last document of the kind, "" for the first.
        answers: to the questions of the kind.
        entries: every entry that is named, in the log's order.
        origin, size, root: the log that was read: its name, how many entries, their tree hash (hex).
    """

    format: Text
    report: Text
    kind: Text
    title: Text
    developer: Text
    law: Text
    regime: Text
    published: Text
    at: Text
    covers: Text
    models: tuple[Text, ...] | Hole
    framework: Text
    trigger: Text
    previous: Text
    timing: tuple[Statement | Hole, ...] | Hole
    answers: tuple[Answer | Hole, ...] | Hole
    sections: tuple[Section | Hole, ...] | Hole
    entries: tuple[EntryLink | Hole, ...] | Hole
    origin: Text
    size: int | Hole
    root: Text
    disclaimer: Text
