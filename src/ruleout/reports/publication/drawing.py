# SPDX-License-Identifier: Apache-2.0
"""A picture of a table's rows: a bar from low to high, a mark at the value, lines at the bars. Plain SVG, no library.

Labels stand above their bars, so that the picture can be as narrow as a telephone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from ruleout.accountability.reporting.publication import Picture, Row, Table
from ruleout.model.plain import decimal_text
from ruleout.reports.publication.escaping import html_text

WIDTH, _LEFT, _ROW, _TOP = 400, 8, 34, 30
_SPAN = WIDTH - 2 * _LEFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """Colours and font: CSS values for a page, plain ones for paper."""

    ground: str
    text: str
    soft: str
    bar: str
    line: str
    font: str


PAGE = Ink(
    ground="var(--paper)", text="var(--ink)", soft="var(--soft)", bar="var(--bar)", line="var(--mark)", font="inherit"
)
PAPER = Ink(ground="#ffffff", text="#1a1d21", soft="#5a626c", bar="#4a6fa5", line="#9f1d1d", font="Libertinus Serif")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    label: str
    low: Decimal
    value: Decimal
    high: Decimal


def drawing(table: Table, picture: Picture, ink: Ink) -> str:
    """Return the picture as SVG, "" where no row can be drawn or a part of it is hidden. Pure."""
    marks, lines = tuple(_marks(table, picture)), _lines(table, picture)
    if not marks:
        return ""
    most = max([one.high for one in marks] + list(lines.values())) * Decimal("1.12")
    most = max(most, Decimal("0.0001"))
    height = _TOP + _ROW * len(marks) + 18
    said = "; ".join(f"{m.label}: {m.value}, from {m.low} to {m.high}" for m in marks)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"',
        f' aria-label="{html_text(said)}" font-family="{ink.font}" font-size="11">',
        *_ruled(lines, most, height, ink),
        *(part for index, mark in enumerate(marks) for part in _bar(mark, index, most, ink)),
        f'<line x1="{_LEFT}" x2="{WIDTH - _LEFT}" y1="{height - 16}" y2="{height - 16}" stroke="{ink.soft}"/>',
        f'<text x="{_LEFT}" y="{height - 4}" fill="{ink.soft}" font-size="10">0</text>',
        f'<text x="{WIDTH - _LEFT}" y="{height - 4}" fill="{ink.soft}" font-size="10" text-anchor="end">',
        f"{decimal_text(round(most, 3))}</text>",
        "</svg>",
    ]
    return "\n".join(parts)


def _marks(table: Table, picture: Picture) -> Iterator[_Mark]:
    for row in table.rows if isinstance(table.rows, tuple) else ():
        cells = _cells(row, table)
        wanted = [cells.get(str(name), "") for name in (picture.low, picture.value, picture.high)]
        numbers = [one for one in map(_number, wanted) if one is not None]
        if len(numbers) == len(wanted):
            yield _Mark(label=cells.get(str(picture.label), ""), low=numbers[0], value=numbers[1], high=numbers[2])


def _lines(table: Table, picture: Picture) -> dict[str, Decimal]:
    """Lines at which every row agrees; one that differs between rows would say of one what is true of another."""
    rows = [_cells(row, table) for row in (table.rows if isinstance(table.rows, tuple) else ())]
    found: dict[str, Decimal] = {}
    for name in picture.lines if isinstance(picture.lines, tuple) else ():
        values = {row.get(str(name), "") for row in rows}
        number = _number(next(iter(values))) if len(values) == 1 else None
        if number is not None:
            found[str(name).replace("-", " ")] = number
    return found


def _cells(row: object, table: Table) -> Mapping[str, str]:
    if not isinstance(row, Row) or not isinstance(row.cells, tuple) or not isinstance(table.names, tuple):
        return {}
    pairs = zip(table.names, row.cells, strict=False)
    return {name: cell for name, cell in pairs if isinstance(name, str) and isinstance(cell, str)}


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None


def _x(value: Decimal, most: Decimal) -> str:
    return decimal_text(round(_LEFT + value / most * _SPAN, 2))


def _ruled(lines: Mapping[str, Decimal], most: Decimal, height: int, ink: Ink) -> Iterator[str]:
    for index, (name, value) in enumerate(lines.items()):
        x, y = _x(value, most), 10 + 12 * (index % 2)
        anchor = "end" if value / most > Decimal("0.7") else "start"
        label = f"{name} {decimal_text(value)}"
        yield (
            f'<line x1="{x}" x2="{x}" y1="{y + 3}" y2="{height - 16}" stroke="{ink.line}" stroke-dasharray="3 3"/>'
            f'<text x="{x}" y="{y}" fill="{ink.line}" font-size="10" text-anchor="{anchor}">{html_text(label)}</text>'
        )


def _bar(mark: _Mark, index: int, most: Decimal, ink: Ink) -> Sequence[str]:
    y = _TOP + _ROW * index
    low, value, high = (_x(one, most) for one in (mark.low, mark.value, mark.high))
    width = decimal_text(Decimal(high) - Decimal(low))
    told = f"{mark.label}: {decimal_text(mark.value)} ({decimal_text(mark.low)} to {decimal_text(mark.high)})"
    return (
        (
            f'<text x="{_LEFT}" y="{y + 10}" fill="{ink.text}" stroke="{ink.ground}" stroke-width="3"'
            f' stroke-linejoin="round" paint-order="stroke">{html_text(told)}</text>'
        ),
        f'<rect x="{low}" y="{y + 16}" width="{width}" height="7" rx="3.5" fill="{ink.bar}" fill-opacity="0.45"/>',
        f'<circle cx="{value}" cy="{y + 19.5}" r="4.5" fill="{ink.bar}"/>',
    )
