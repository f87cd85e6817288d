# SPDX-License-Identifier: Apache-2.0
"""Directories as tools write them, taken apart all entries at once (E-1).

A log of twenty thousand samples has as many members, and asking each question of each of them costs more than unpacking
them. What stands here answers for entries that are plain in every way, or says that it cannot: then `directory` asks one
by one, and says what is wrong. So nothing is refused here, nothing is let through that it would refuse, and a test
holds both ways against each other on damaged directories.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import add, itemgetter
from typing import NamedTuple

ENTRY_MAGIC = b"PK\x01\x02"
#: What is fixed of a local header, with its magic; then comes the name.
LOCAL_BYTES = 30

# An entry without its magic, up to its name: what `Entry` holds of it, and what says which room its member takes.
_FIXED = struct.Struct("<4x2H4x3L14xL")
_ROOM = struct.Struct("<16x2LH12xL")
_HEAD = itemgetter(slice(0, _FIXED.size))
# Bytes there that are zero in a plain entry: name of 256 bytes or more, extra field, comment, disk.
_ZERO = (25, 26, 27, 28, 29, 30, 31)
_FLAGS, _NAME_LENGTH = 4, 24
# Bits 0, 6 and 13 of the flags, which say that a member is encrypted, in the byte where each stands.
_ENCRYPTED = (0x41, 0x20)
# The highest bytes of the sizes and the offset: not 0xff where they are not kept elsewhere as 64 bits.
_HIGHEST = (19, 23, 41)
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

    __slots__ = ("raw",)

    def __init__(self, raw: dict[str, bytes]) -> None:
        self.raw = raw

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
        columns = zip(*_ROOM.iter_unpack(_heads(self.raw.values())), strict=True)
        packed, sizes, lengths, offsets = columns if self.raw else ((),) * 4
        leasts = map(LOCAL_BYTES.__add__, map(add, map(add, offsets, lengths), packed))
        return Rooms(list(offsets), list(leasts), sizes)


def usual_entries(directory: bytes, count: int, skip: bytes) -> UsualEntries | None:
    """Return the entries of a central directory; None if any is not plain, or if it is not made of `count` of them.

    Plain is an entry with an ASCII name and nothing behind it, not encrypted, on disk 0, its sizes below 4 GiB. Pure.

    Args:
        skip: entries whose names begin so are left out, checked only for where they end; b"" leaves out none.
    """
    # Pieces that have the lengths they state are what a walk from entry to entry would find, wherever the magic stands.
    pieces = directory.split(ENTRY_MAGIC)
    if pieces.pop(0) or len(pieces) != count or not _are_plain(pieces):
        return None
    if skip:
        # What is left out matters no more: most of a log, and cheaper not to take apart.
        pieces = [piece for piece in pieces if not piece.startswith(skip, _FIXED.size)]
    together = b"\0".join([piece[_FIXED.size :] for piece in pieces])
    if not together.isascii() or together.count(b"\0") != max(len(pieces) - 1, 0):
        return None
    # Of two entries with one name the last wins, in the place of the first.
    return UsualEntries(dict(zip(together.decode("ascii").split("\0"), pieces, strict=True)) if pieces else {})


def _heads(pieces: Iterable[bytes]) -> bytes:
    return b"".join([*map(_HEAD, pieces)])


def _are_plain(pieces: Sequence[bytes]) -> bool:
    """Look at one byte of all entries at a time: which are few columns, and quick to look through."""
    heads, step = _heads(pieces), _FIXED.size
    lengths = [length - step for length in map(len, pieces)]
    if len(heads) != step * len(pieces) or list(heads[_NAME_LENGTH::step]) != lengths:
        return False
    return (
        not any(heads[at::step].strip(b"\0") for at in _ZERO)
        and not any(b"\xff" in heads[at::step] for at in _HIGHEST)
        and not any(byte & _ENCRYPTED[0] for byte in set(heads[_FLAGS::step]))
        and not any(byte & _ENCRYPTED[1] for byte in set(heads[_FLAGS + 1 :: step]))
    )
