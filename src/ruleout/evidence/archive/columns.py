# SPDX-License-Identifier: Apache-2.0
"""Fields of all entries of a zip directory at once, each a list (E-1).

Bytes that stand equally far apart are taken out in one step, however many there are. Nothing is refused here: entries that
do not have the length they state must not be asked for.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from operator import itemgetter

# What is fixed of an entry without its magic.
_FIXED_BYTES = 42
_HEAD = itemgetter(slice(0, _FIXED_BYTES))
# Two bytes behind each make it eleven words, so that a field of all entries is every eleventh word; but the offset, which
# begins between two words unless they are counted from two bytes later.
_PAD = b"\0\0"
_STEP = _FIXED_BYTES + len(_PAD)
_STEP_WORDS = _STEP // 4
_PACKED, _SIZE, _LENGTHS, _COMMENT_AND_DISK, _OFFSET = 4, 5, 6, 7, 9
_FLAGS = 4
# Bits 0, 6 and 13 of the flags say that a member is encrypted: the bytes without them, for the two of the flags.
_OPEN = [bytes(byte for byte in range(256) if not byte & bits) for bits in (0x41, 0x20)]
# The highest bytes of the sizes and the offset: not 0xff where they are not kept elsewhere as 64 bits.
_HIGHEST = (19, 23, 41)


class Columns:
    """What entries state, a list for each field, in their order."""

    __slots__ = ("_heads", "_words")

    def __init__(self, raws: Iterable[bytes]) -> None:
        """Take entries as `Entry.raw`, none shorter than what is fixed of it."""
        self._heads = _PAD.join([*map(_HEAD, raws), b""])
        self._words = _words(self._heads)

    def _column(self, at: int) -> list[int]:
        return self._words[at::_STEP_WORDS].tolist()

    @property
    def offsets(self) -> list[int]:
        """Where the local header begins."""
        return _words(self._heads[len(_PAD) : -len(_PAD)])[_OFFSET::_STEP_WORDS].tolist()

    @property
    def packed_sizes(self) -> list[int]:
        """The length of the content as it is packed."""
        return self._column(_PACKED)

    @property
    def sizes(self) -> list[int]:
        """The length of the content."""
        return self._column(_SIZE)

    @property
    def lengths(self) -> list[int]:
        """The length of the name, and 65536 times that of the extra field."""
        return self._column(_LENGTHS)

    @property
    def are_plain(self) -> bool:
        """Whether nothing is encrypted, large, commented or on another disk."""
        encrypted = any(self._heads[_FLAGS + at :: _STEP].translate(None, plain) for at, plain in enumerate(_OPEN))
        large = any(b"\xff" in self._heads[at::_STEP] for at in _HIGHEST)
        return not large and not encrypted and not any(self._column(_COMMENT_AND_DISK))


def _words(data: bytes) -> array[int]:
    """Numbers of four bytes, the lowest first."""
    words = array("I", data)
    if sys.byteorder == "big":
        words.byteswap()
    return words
