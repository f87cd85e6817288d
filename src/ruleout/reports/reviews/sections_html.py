# SPDX-License-Identifier: Apache-2.0
"""Pieces of a report as HTML: holes shown, and what the public is not shown marked, so that nobody repeats it unawares (A-8, A-9)."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import groupby, zip_longest

from ruleout.model.report_shown import ShownRow, ShownSection, ShownStatement, ShownTable, ShownText
from ruleout.reports.publication.columns import is_cramped

#: A text of fewer letters, such as a date, stands on one line.
_SHORT = 13


def section_html(section: ShownSection) -> str:
    """Return what a piece says as HTML, each sentence and row with the entries behind it. Pure."""
    shown = (
        f"<h3>{escape(topic)}</h3>\n{words}" if topic else words
        for topic, group in groupby(section.blocks, key=lambda one: one.topic)
        for words in ("\n".join(map(_block, group)),)
    )
    return "\n".join(shown) or '<p class="quiet">Nothing is said here.</p>'


def text_html(text: ShownText) -> str:
    """Return a text with its mark, or its hole, as HTML within a line. Pure."""
    return _hole(text) if text.hole else _marked(text)


def _block(one: ShownStatement | ShownTable) -> str:
    return _table(one) if isinstance(one, ShownTable) else _statement(one)


def _statement(one: ShownStatement) -> str:
    if one.text.hole:
        return f'<div class="hole" role="note">{_hole(one.text)}</div>'
    kind = "statement secret" if one.text.not_public else "statement"
    return f'<p class="{kind}">{_marked(one.text)}{_entries(one.entries)}</p>'


def _table(one: ShownTable) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in one.columns)
    rows = "\n".join(_row(row, one.columns) for row in one.rows)
    look, label = "wide cards" if _is_cards(one) else "wide", escape(one.topic or "Table")
    return (
        f'<div class="{look}" tabindex="0" role="region" aria-label="{label}"><table><thead><tr>{head}'
        f'<th scope="col">record</th></tr></thead>\n<tbody>{rows}</tbody></table></div>{_reasons(one)}'
    )


def _is_cards(one: ShownTable) -> bool:
    """Whether each row stands as a list, because columns side by side would be cut off or a word wide; a hole needs room, too."""
    if any(cell.hole for row in one.rows for cell in row.cells if len(row.cells) > 1):
        return True
    cells = zip_longest(*([_whole(cell.says) for cell in row.cells] for row in one.rows), fillvalue="")
    records = [", ".join(row.entries) for row in one.rows]
    return is_cramped(
        [[name, *texts] for name, texts in zip((*one.columns, "record"), (*cells, records), strict=False)]
    )


def _whole(text: str) -> str:
    """A text as it is measured: a short one never breaks."""
    return "m" * len(text) if len(text) < _SHORT else text


def _reasons(one: ShownTable) -> str:
    """Why marked cells are not public: once below the table, not in each cell."""
    reasons = dict.fromkeys(cell.not_public for row in one.rows for cell in row.cells if cell.not_public)
    return "".join(f'<p class="small"><span class="mark">not public: {escape(reason)}</span></p>' for reason in reasons)


def _row(row: ShownRow, columns: tuple[str, ...]) -> str:
    if len(row.cells) == 1 and row.cells[0].hole:
        return f'<tr><td colspan="{len(columns) + 1}" class="hole">{_hole(row.cells[0])}</td></tr>'
    cells = "".join(_cell(cell, name) for cell, name in zip(row.cells, columns, strict=False))
    return f'<tr>{cells}<td class="entries" data-label="record">{escape(", ".join(row.entries))}</td></tr>'


def _cell(cell: ShownText, column: str) -> str:
    """A cell that names its column, for where rows stand as lists; its text is one item of such a line."""
    label = f'data-label="{escape(column)}"'
    if cell.hole:
        return f'<td class="hole" {label}><div>{_hole(cell)}</div></td>'
    if cell.not_public:
        return f'<td class="secret" {label}><div>{escape(cell.says)} <span class="mark">not public</span></div></td>'
    short = ' class="short"' if len(cell.says) < _SHORT else ""
    return f"<td{short} {label}>{escape(cell.says)}</td>"


def _marked(text: ShownText) -> str:
    if not text.not_public:
        return escape(text.says)
    return f'{escape(text.says)} <span class="mark">not public: {escape(text.not_public)}</span>'


def _entries(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f'<span class="entries">record: {escape(listed)}</span>' if listed else ""


def _hole(text: ShownText) -> str:
    class_ = f", {text.hole_class}" if text.hole_class else ""
    reason = f"{text.standing}{class_}: {text.reason}" if text.reason else "No reason is recorded."
    return f'<strong>Withheld.</strong> {escape(reason)} <span class="entries">digest {escape(text.hole)}</span>'
