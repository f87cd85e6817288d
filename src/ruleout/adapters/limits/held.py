# SPDX-License-Identifier: Apache-2.0
"""How many streams of one counter each worker of a host holds, as bytes under a checksum (G-1)."""

from __future__ import annotations

import struct
import zlib
from mmap import mmap

from ruleout.serving.limits.rows import Row

#: Workers at once: as many as settings allow, and those that follow them at a reload, while the first still drain.
MOST_WORKERS = 512
_COUNTS, _CRC = struct.Struct(f"<{MOST_WORKERS}I"), struct.Struct("<I4x")
HELD_BYTES = _COUNTS.size + _CRC.size
NOBODY = Row(-1, (0,) * MOST_WORKERS)


def read_held(data: mmap, at: int) -> Row | None:
    """Return what each worker holds, None where it is damaged. Effect: reads the page."""
    packed = data[at : at + _COUNTS.size]
    sound = zlib.crc32(packed) == _CRC.unpack_from(data, at + _COUNTS.size)[0]
    return Row(-1, _COUNTS.unpack(packed)) if sound else None


def write_held(data: mmap, at: int, held: Row) -> None:
    """Write what each worker holds. Effect: writes to the page."""
    packed = _COUNTS.pack(*held.counts)
    data[at : at + HELD_BYTES] = packed + _CRC.pack(zlib.crc32(packed))
