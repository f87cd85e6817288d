# SPDX-License-Identifier: Apache-2.0
"""Split a stream into server-sent events wherever its bytes were cut; bounded, and byte for byte what was sent, but for `in_one_line`."""

from __future__ import annotations

import re
from typing import NamedTuple

from ruleout.serving.wires.values import CutShort

MAX_EVENT = 4 * 2**20
#: Comments keep a connection alive and are read by nobody: a long one could only hide something.
MAX_COMMENT = 64
MAX_ID = 128
_BOM = b"\xef\xbb\xbf"
_END = re.compile(rb"(?:\r\n|\n|\r(?!\n)){2}")
_LINE = re.compile(rb"\r\n|\n|\r")
#: Letters in JSON, and ends of lines to some readers of streams, Python's `splitlines` among them; and how else JSON writes them.
_ENDS_TO_SOME = ((b"\xc2\x85", rb"\u0085"), (b"\xe2\x80\xa8", rb"\u2028"), (b"\xe2\x80\xa9", rb"\u2029"))


def in_one_line(raw: bytes) -> bytes:
    """Return an event whose JSON says the same and ends no line early, whatever its reader takes for an end of one. Pure.

    Else a model could say an event of its own to such a reader: a call of a tool that nobody judged.
    """
    if not raw.isascii():
        for end, escape in _ENDS_TO_SOME:
            raw = raw.replace(end, escape)
    return raw


class Event(NamedTuple):
    """One event: its name (empty if none), its data (None: only comments), and the bytes as they may leave."""

    name: bytes
    data: bytes | None
    raw: bytes


class Events:
    """Bytes in, whole events out. Keeps at most `MAX_EVENT` bytes and what one feed brought."""

    __slots__ = ("_begun", "_cr", "_kept", "_seen")

    def __init__(self) -> None:
        self._kept = bytearray()
        self._seen = 0
        self._cr = False
        self._begun = False

    def feed(self, data: bytes) -> tuple[list[Event], CutShort | None]:
        """Return the events that are whole now, and what stops the rest from being read, if anything."""
        if not self._kept and not self._cr and b"\r" not in data and self._begun:
            if 2 < len(data) <= MAX_EVENT and data.find(b"\n\n") == len(data) - 2:
                event = _event(data[:-2], data)
                return ([event], None) if event is not None else self._read([(data[:-2], data)])
            *blocks, rest = data.split(b"\n\n")
            self._kept += rest
            self._seen = max(0, len(rest) - 1)
            return self._read([(block, block + b"\n\n") for block in blocks])
        self._kept += data
        self._cr = self._cr or b"\r" in data
        return self._read(self._blocks(last=False))

    def close(self) -> tuple[list[Event], CutShort | None]:
        """Return what a last carriage return held back."""
        return self._read(self._blocks(last=True))

    @property
    def left(self) -> bool:
        """Whether an event was begun and not ended."""
        return bool(self._kept.strip(b"\r\n"))

    def _blocks(self, *, last: bool) -> list[tuple[bytes, bytes]]:
        kept = self._kept
        # A carriage return at the end may be half of a line end: it waits, so that every split reads the same.
        stop = len(kept) - (not last and kept.endswith(b"\r"))
        blocks, start, at = [], 0, self._seen
        while found := _END.search(kept, at, stop):
            at = found.end()
            blocks.append((bytes(kept[start : found.start()]), bytes(kept[start:at])))
            start = at
        del kept[:start]
        self._seen = max(0, stop - start - 3)
        return blocks

    def _read(self, blocks: list[tuple[bytes, bytes]]) -> tuple[list[Event], CutShort | None]:
        events: list[Event] = []
        for block, raw in blocks:
            whole = block if self._begun else block.removeprefix(_BOM)
            self._begun = True
            event = _event(whole, raw)
            if event is None or len(raw) > MAX_EVENT:
                return events, CutShort("an event of the answer cannot be read")
            events.append(event)
        if len(self._kept) > MAX_EVENT:
            return events, CutShort("an event of the answer is too large")
        return events, None


def _event(block: bytes, raw: bytes) -> Event | None:
    """Return the event of one block; None: it has a line that could hide something."""
    raw = in_one_line(raw)
    if b"\r" not in block:
        if block.startswith(b"data: ") and b"\n" not in block:
            return Event(b"", block[6:], raw)
        head, _, rest = block.partition(b"\n")
        if head.startswith(b"event: ") and rest.startswith(b"data: ") and b"\n" not in rest:
            return Event(head[7:], rest[6:], raw)
    return _lines(block, raw)


def _lines(block: bytes, raw: bytes) -> Event | None:
    name, data = b"", list[bytes]()
    for line in _LINE.split(block):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if not line or (not field and len(line) <= MAX_COMMENT):
            continue
        if field == b"data":
            data.append(value)
        elif field == b"event" and not name:
            name = value
        elif not (field == b"id" and len(value) <= MAX_ID) and not (field == b"retry" and value.isdigit()):
            return None
    if name and not data:
        return None
    return Event(name, b"\n".join(data) if data else None, raw)
