# SPDX-License-Identifier: Apache-2.0
"""Rows of a CSV file by column name, for the small tables that people hand to estimates.

Rules
- The first line names the columns; those asked for must be there, others are ignored. Every row has as many cells.
- Bounded: so many rows, and cells of so many characters. A refusal says the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from ruleout.errors import RuleoutError
from ruleout.evidence.csv_text import rows

MOST_ROWS = 200_000
_LONGEST_CELL = 500
_MOST_HEADS = 12


def rows_of_csv(data: bytes, *, columns: Sequence[str], name: str) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Return (place, cells by column) of every row that holds something, in order.

    Pure.

    Args:
        data: the file's bytes; anything at all.
        columns: those that must be there.
        name: what to call the file in messages.

    Raises:
        RuleoutError: the bytes are no such table, or it has no row.
    """
    lines = _lines(data, name)
    heads = next(lines, (1, []))[1]
    lacking = [column for column in columns if column not in heads]
    if lacking or len(set(heads)) != len(heads):
        raise refusal(name, "line 1", f"the columns {', '.join(columns)}", _heads_text(heads, lacking))
    rows = []
    for line, cells in lines:
        if len(cells) != len(heads):
            raise refusal(name, f"line {line}", f"{len(heads)} cells", f"{len(cells)}")
        rows.append((f"line {line}", dict(zip(heads, cells, strict=True))))
        if len(rows) > MOST_ROWS:
            raise refusal(name, f"line {line}", f"at most {MOST_ROWS} rows", "more")
    if not rows:
        raise refusal(name, "the table", "at least one row", "none")
    return tuple(rows)


def number(text: str, what: str, name: str, where: str) -> Decimal:
    """Return a finite number that a cell holds. Pure. Raises RuleoutError with the place."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise refusal(name, where, what, repr(text[:40]))
    return value


def refusal(name: str, where: str, expected: str, got: str) -> RuleoutError:
    """Return the error that refuses a table: where, what was expected, what was found. Pure."""
    return RuleoutError(f"{name}: {where}: expected {expected}, got {got}", hint="Mend the table and try again.")


def _heads_text(heads: Sequence[str], lacking: Sequence[str]) -> str:
    """What the first line holds instead: all of it, so that a column of another name is seen beside the one that lacks."""
    found = ", ".join(repr(head[:40]) for head in heads[:_MOST_HEADS]) + (", …" if len(heads) > _MOST_HEADS else "")
    return f"{found or 'nothing'} ({'without ' + ', '.join(lacking) if lacking else 'a column twice'})"


def _lines(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    for row in rows([data], log=name):
        cells = [cell.strip() for cell in row.cells]
        if any(len(cell) > _LONGEST_CELL for cell in cells):
            raise refusal(name, f"line {row.number}", f"cells of at most {_LONGEST_CELL} characters", "more")
        if any(cells):
            yield row.number, cells
