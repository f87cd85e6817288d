# SPDX-License-Identifier: Apache-2.0
"""Directories as tools write them, taken apart all entries at once (E-1).

A log of twenty thousand samples has as many members, and asking each question of each of them costs more than unpacking
them. What stands here answers for entries that are plain in every way, or says that it cannot: then `directory` asks one
by one, and says what is wrong. So nothing is refused here, nothing is let through that it would refuse, and a test
holds both ways against each other on damaged directories.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from operator import add, itemgetter
from typing import NamedTuple

from ruleout.evidence.archive.columns import Columns

ENTRY_MAGIC = b"PK\x01\x02"
#: What is fixed of a local header, with its magic; then comes the name.
LOCAL_BYTES = 30

# An entry without its magic, up to its name: what `Entry` holds of it.
_FIXED = struct.Struct("<4x2H4x3L14xL")
_NAME = itemgetter(slice(_FIXED.size, None))
# Flags to name length, as a local header repeats them.
_SHARED = slice(4, 26)


class Entry(NamedTuple):
    """One entry of the central directory; sizes in bytes, `offset` that of the local header.

    `raw` holds the entry's own bytes, from behind the magic to the end of the name.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int
    raw: bytes

    @property
    def raw_name(self) -> bytes:
        """The name as it stands in the directory."""
        return self.raw[_FIXED.size :]

    @property
    def shared(self) -> bytes:
        """The fields that a local header repeats, in the same order: flags to name length."""
        return self.raw[_SHARED]


_new = partial(tuple.__new__, Entry)


class Rooms(NamedTuple):
    """What the members of an archive take, each list in the order of the entries, in bytes.

    Attributes:
        offsets: where the local header begins.
        leasts: where the member ends if its local header has no extra field.
        sizes: the content.
    """

    offsets: Sequence[int]
    leasts: Sequence[int]
    sizes: Sequence[int]


class UsualEntries(Mapping[str, Entry]):
    """Entries by name that are plain: each is made of its bytes when it is asked for, which for most is never."""

    __slots__ = ("_columns", "raw")

    def __init__(self, raw: dict[str, bytes], columns: Columns) -> None:
        self.raw = raw
        self._columns = columns

    def __getitem__(self, name: str) -> Entry:
        raw = self.raw[name]
        return _new((name, *_FIXED.unpack_from(raw), raw))

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def __contains__(self, name: object) -> bool:
        return name in self.raw

    def rooms(self) -> Rooms:
        """Return what the members take. Pure."""
        columns, offsets = self._columns, self._columns.offsets
        bodies = map(add, offsets, map(LOCAL_BYTES.__add__, columns.lengths))
        return Rooms(offsets, list(map(add, bodies, columns.packed_sizes)), columns.sizes)


def usual_entries(directory: bytes, count: int, skip: bytes) -> UsualEntries | None:
    """Return the entries of a central directory; None if any is not plain, or if it is not made of `count` of them.

    Plain is an entry with an ASCII name and nothing behind it, not encrypted, on disk 0, its sizes below 4 GiB. Pure.

    Args:
        skip: entries whose names begin so are left out, checked only for where they end; b"" leaves out none.
    """
    # Pieces that have the lengths they state are what a walk from entry to entry would find, wherever the magic stands.
    pieces = directory.split(ENTRY_MAGIC)
    before = pieces.pop(0)
    lengths = [length - _FIXED.size for length in map(len, pieces)]
    if before or len(pieces) != count or min(lengths, default=0) < 0:
        return None
    columns = Columns(pieces)
    if columns.lengths != lengths or not columns.are_plain:
        return None
    if skip:
        # What is left out matters no more: most of a log, and cheaper not to take apart.
        pieces = [piece for piece in pieces if not piece.startswith(skip, _FIXED.size)]
    raw = _by_name(pieces)
    if raw is None:
        return None
    return UsualEntries(raw, columns if len(raw) == count else Columns(raw.values()))


def _by_name(pieces: Sequence[bytes]) -> dict[str, bytes] | None:
    """Entries by their names; None if not all of these are ASCII without NUL bytes."""
    together = b"\0".join(map(_NAME, pieces))
    if not together.isascii() or together.count(b"\0") != max(len(pieces) - 1, 0):
        return None
    # Of two entries with one name the last wins, in the place of the first.
    return dict(zip(together.decode("ascii").split("\0"), pieces, strict=True)) if pieces else {}
