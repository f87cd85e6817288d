# SPDX-License-Identifier: Apache-2.0
"""CSV bytes -> rows of cells, strictly by RFC 4180, row by row (E-1).

Rules
- Cells are separated by commas, rows by CRLF or LF. A cell that holds a comma, a quote or a line end is in quotes, and a
  quote inside is doubled. Anything else about quotes is refused: a lenient reader can be shown another table.
- Text is UTF-8; a byte order mark at the start is taken off. Control characters other than those of line ends and
  tabs are refused.
- A line with nothing on it is no row.

Source: RFC 4180 section 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ruleout.errors import UnreadableLog

MAX_ROW_BYTES = 16 * 2**20
MAX_CELLS = 10_000
_MARK = b"\xef\xbb\xbf"
_CELL = re.compile(r'(?:"((?:[^"]++|"")*+)"|([^",\r\n]*+))(,|\Z)')
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the number of its first line in the file, from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


def rows(chunks: Iterable[bytes], *, log: str) -> Iterator[Row]:
    """Yield the rows of a file, the header among them.

    Raises:
        UnreadableLog: bad-text for broken UTF-8, quoting or control characters; too-large for a row over 16 MiB.

    Source: RFC 4180.
    """
    for number, data in _records(chunks, log=log):
        if not data:
            continue
        yield Row(number=number, cells=tuple(_cells(data, number, log=log)))


def _records(chunks: Iterable[bytes], *, log: str) -> Iterator[tuple[int, bytes]]:
    """Yield (number of the first line, bytes) of each record; a line end inside quotes does not end one."""
    held: list[bytes] = []
    quotes = length = 0
    start = number = 1
    for line in _lines(chunks, log=log):
        held.append(line)
        quotes += line.count(b'"')
        length += len(line) + 1
        number += 1
        if length > MAX_ROW_BYTES:
            raise _too_large(log, start)
        if quotes % 2 == 0:
            yield start, b"\n".join(held).removesuffix(b"\r")
            held, quotes, length, start = [], 0, 0, number
    if held:
        raise UnreadableLog(log, "bad-text", f"row {start}: a quote is never closed", hint=_HINT)


_HINT = "Write the file anew as comma-separated UTF-8 with double quotes."


def _lines(chunks: Iterable[bytes], *, log: str) -> Iterator[bytes]:
    held, first = bytearray(), True
    for chunk in chunks:
        begin, *rest = chunk.split(b"\n")
        held += begin
        for following in rest:
            yield bytes(held).removeprefix(_MARK) if first else bytes(held)
            held, first = bytearray(following), False
        if len(held) > MAX_ROW_BYTES:
            raise _too_large(log, 0)
    if held:
        yield bytes(held).removeprefix(_MARK) if first else bytes(held)


def _cells(data: bytes, number: int, *, log: str) -> Iterator[str]:
    text = _text(data, number, log=log)
    at = count = 0
    while True:
        found = _CELL.match(text, at)
        count += 1
        if found is None:
            detail = f"row {number}: expected a comma or the end of the row after cell {count}, as quotes stand"
            raise UnreadableLog(log, "bad-text", detail, hint=_HINT)
        if count > MAX_CELLS:
            raise UnreadableLog(log, "too-large", f"row {number}: expected at most {MAX_CELLS} cells", hint=_HINT)
        quoted = found[1]
        yield found[2] if quoted is None else quoted.replace('""', '"')
        at = found.end()
        if not found[3]:
            return


def _text(data: bytes, number: int, *, log: str) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise UnreadableLog(log, "bad-text", f"row {number}: {error.reason}, expected UTF-8", hint=_HINT) from error
    if _CONTROL.search(text):
        raise UnreadableLog(log, "bad-text", f"row {number}: control characters", hint=_HINT)
    return text


def _too_large(log: str, number: int) -> UnreadableLog:
    where = f"row {number}" if number else "a row"
    return UnreadableLog(log, "too-large", f"{where}: expected at most {MAX_ROW_BYTES} bytes", hint=_HINT)
