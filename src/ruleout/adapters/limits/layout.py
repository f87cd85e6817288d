# SPDX-License-Identifier: Apache-2.0
"""How a store of limits stands in its file: a header, a row for each counter under a checksum, then what workers hold of each (G-1).

Whose lock guards what is not known here: see `page`.
"""

from __future__ import annotations

import mmap
import struct
import zlib
from typing import NamedTuple

from ruleout.adapters.limits.held import HELD_BYTES, MOST_WORKERS, NOBODY, read_held, write_held
from ruleout.serving.limits.rows import DAY_SPAN, MINUTE_SPAN, WIDTH, Row
from ruleout.serving.limits.store import StoreClosed

MOST_ROWS = 4096
MAGIC = b"ruleout-limits/1"
_HEADER = struct.Struct("<16s36sI")
_ROW = struct.Struct(f"<16sqB7x{WIDTH}Q")
_CRC = struct.Struct("<I4x")
#: So that none lies on two pages of memory, of which a loss of power may keep one alone.
_ROW_BYTES = 256
_START = 4096
#: What workers hold of each row stands behind all rows.
_HELD = _START + MOST_ROWS * _ROW_BYTES
SIZE = _HELD + MOST_ROWS * HELD_BYTES
#: Bytes that are locked lie behind the file's end: one per worker, one for the header, one for each row that somebody has.
PLACES, HEADER_LOCK = SIZE, SIZE + MOST_WORKERS
HOLDERS = HEADER_LOCK + 1
STREAM_SPAN = 0
_SPANS = {"requests-per-minute": MINUTE_SPAN, "concurrent-streams": STREAM_SPAN}


class Header(NamedTuple):
    """Of which boot of the host the minutes and streams are, and how many rows there are."""

    magic: bytes
    boot: bytes
    rows: int


def empty_file(boot: bytes) -> bytes:
    """Return the bytes of a store without a row. Pure."""
    return _HEADER.pack(MAGIC, boot, 0).ljust(SIZE, b"\0")


def read_header(data: mmap.mmap) -> Header:
    """Return the header as it stands. Effect: reads the page."""
    return Header(*_HEADER.unpack_from(data, 0))


def write_header(data: mmap.mmap, boot: bytes, rows: int) -> None:
    """Write the header. Effect: writes to the page."""
    _HEADER.pack_into(data, 0, MAGIC, boot, rows)


def span_of(data: mmap.mmap, row: int) -> int:
    """Return the span of a row, its checksum not asked. Effect: reads the page."""
    return int(_ROW.unpack_from(data, _at(row))[2])


def name_of(data: mmap.mmap, row: int) -> bytes:
    """Return whose counter a row is, its checksum not asked. Effect: reads the page."""
    return data[_at(row) : _at(row) + 16]


def read_row(data: mmap.mmap, row: int) -> Row:
    """Return a counter. Effect: reads the page. Raises StoreClosed where it is damaged."""
    at = _at(row)
    packed = data[at : at + _ROW.size]
    if zlib.crc32(packed) != _CRC.unpack_from(data, at + _ROW.size)[0]:
        raise _damaged()
    unpacked = _ROW.unpack(packed)
    return Row(unpacked[1], unpacked[3:])


def write_row(data: mmap.mmap, row: int, value: Row) -> None:
    """Write a counter; it stays whose it is. Effect: writes to the page."""
    _put(data, row, name_of(data, row), span_of(data, row), value)


def begin_row(data: mmap.mmap, row: int, key: str, name: bytes) -> None:
    """Write a counter that counts nothing yet, and whose it is. Effect: writes to the page."""
    _put(data, row, name, _SPANS.get(key.rpartition("\0")[2], DAY_SPAN), Row())
    write_streams(data, row, NOBODY)


def read_streams(data: mmap.mmap, row: int) -> Row:
    """Return what each worker holds of a row. Effect: reads the page. Raises StoreClosed where one of both is damaged."""
    read_row(data, row)
    held = read_held(data, _HELD + row * HELD_BYTES)
    if held is None:
        raise _damaged()
    return held


def write_streams(data: mmap.mmap, row: int, held: Row) -> None:
    """Write what each worker holds of a row. Effect: writes to the page."""
    write_held(data, _HELD + row * HELD_BYTES, held)


def sync_row(data: mmap.mmap, row: int) -> None:
    """Return when a row is on disk. Effect: as said."""
    data.flush(_at(row) - _at(row) % mmap.PAGESIZE, mmap.PAGESIZE)


def _put(data: mmap.mmap, row: int, name: bytes, span: int, value: Row) -> None:
    at = _at(row)
    packed = _ROW.pack(name, value.latest, span, *value.counts)
    data[at : at + _ROW.size + _CRC.size] = packed + _CRC.pack(zlib.crc32(packed))


def _at(row: int) -> int:
    return _START + row * _ROW_BYTES


def _damaged() -> StoreClosed:
    return StoreClosed("a counter of limits is damaged")
