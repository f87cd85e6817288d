# SPDX-License-Identifier: Apache-2.0
"""A field of a report as blocks to show: sentences, rows, holes, and what of them the public does not see (A-8, A-9)."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.accountability.reporting.publication import Field, Hole, Row, Statement, Table, Text
from ruleout.model.report_shown import ShownRow, ShownStatement, ShownTable, ShownText

_WITHHELD = "(withheld)"


def blocks_of(own: Field | Hole, public: Field | Hole) -> Iterator[ShownStatement | ShownTable]:
    """Yield what a field says to a reviewer, in order. Pure.

    Args:
        own: the field as the reviewer gets it; a hole where nothing of it is shown.
        public: the same as the public gets it.
    """
    if isinstance(own, Hole):
        yield ShownStatement(text=words_or_hole(own, ""))
        return
    topic = _plain(own.title)
    if isinstance(own.statements, Hole):
        yield ShownStatement(text=words_or_hole(own.statements, ""), topic=topic)
    else:
        theirs = public if isinstance(public, Hole) else public.statements
        for nth, one in enumerate(own.statements):
            yield _statement(one, theirs if isinstance(theirs, Hole) else theirs[nth], topic)
    if isinstance(own.table, Hole):
        yield ShownStatement(text=words_or_hole(own.table, ""), topic=topic)
    elif own.table is not None:
        beside = public if isinstance(public, Hole) else public.table
        yield _table(own.table, beside, topic)
    if own.nothing:
        yield ShownStatement(text=words_or_hole(own.nothing, public_reason(public)), topic=topic)


def words_or_hole(value: Text | Hole, not_public: str) -> ShownText:
    """Return a text as shown, or its hole. Pure.

    Args:
        not_public: why the public is not shown it; "" where it is.
    """
    if not isinstance(value, Hole):
        return ShownText(says=value, not_public=not_public)
    return ShownText(
        says="",
        hole=value.digest,
        standing=value.standing,
        hole_class=value.redaction_class,
        reason=value.justification,
    )


def public_reason(value: object) -> str:
    """Return why the public is not shown something, from what it is shown in its place; "" where that is no hole. Pure."""
    if not isinstance(value, Hole):
        return ""
    if not value.redaction_class:
        return "no reason is recorded"
    material = {"yes": ", material", "no": ", not material"}.get(value.material, "")
    return f"{value.redaction_class}{material}: {value.justification}"


def _statement(own: Statement | Hole, public: Statement | Hole | None, topic: str) -> ShownStatement:
    if isinstance(own, Hole):
        return ShownStatement(text=words_or_hole(own, ""), topic=topic)
    theirs = public.says if isinstance(public, Statement) else public
    text = words_or_hole(own.says, public_reason(theirs))
    return ShownStatement(text=text, entries=_words(own.entries), topic=topic)


def _table(own: Table, public: Table | Hole | None, topic: str) -> ShownTable:
    rows = () if isinstance(own.rows, Hole) else own.rows
    theirs = public.rows if isinstance(public, Table) else public
    shown = tuple(_row(one, theirs[nth] if isinstance(theirs, tuple) else theirs) for nth, one in enumerate(rows))
    if isinstance(own.rows, Hole):
        shown = (ShownRow(cells=(words_or_hole(own.rows, ""),)),)
    return ShownTable(columns=_words(own.columns), rows=shown, topic=topic)


def _row(own: Row | Hole, public: Row | Hole | None) -> ShownRow:
    if isinstance(own, Hole) or isinstance(own.cells, Hole):
        hole = own if isinstance(own, Hole) else own.cells
        return ShownRow(cells=(words_or_hole(hole, ""),))  # type: ignore[arg-type]
    theirs = public.cells if isinstance(public, Row) else public
    cells = (
        words_or_hole(cell, public_reason(theirs[nth] if isinstance(theirs, tuple) else theirs))
        for nth, cell in enumerate(own.cells)
    )
    return ShownRow(cells=tuple(cells), entries=_words(own.entries))


def _words(value: tuple[Text, ...] | Hole) -> tuple[str, ...]:
    return (_WITHHELD,) if isinstance(value, Hole) else tuple(map(_plain, value))


def _plain(value: Text) -> str:
    return _WITHHELD if isinstance(value, Hole) else value
