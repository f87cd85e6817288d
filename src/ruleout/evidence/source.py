# SPDX-License-Identifier: Apache-2.0
"""A log as it is handed to a reader: named parts whose bytes can be read piece by piece (E-1).

Rules
- What is read is what was digested: a source gives the bytes that its digest names, or refuses.
- Names are labels for messages and for finding one's part; a reader never makes a path of one.
- Nothing is opened here. Files and addresses become sources in `adapters`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

_PIECE_BYTES = 1 << 20


class Source(Protocol):
    """The bytes of one file, wherever they are. One reader at a time."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of all bytes."""

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes from `start` on, `length` of them or up to the end.

        Raises:
            UnreadableLog: changed, when they are no longer those of the digest.
        """


@dataclass(frozen=True, slots=True)
class MemorySource:
    """Bytes in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of all bytes."""
        return hashlib.sha256(self.data).hexdigest()

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes from `start` on, at most `length`. Pure."""
        return self.data[start : start + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of a log: its plain name, without folders, and its bytes."""

    name: str
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One log as handed in: the file that was named, and the files beside it that belong to it.

    Attributes:
        name: what to call it in messages.
        main: the file a reader starts from.
        others: its companions: samples beside results, the other files of a run's folder.
    """

    name: str
    main: Part
    others: tuple[Part, ...] = field(default=())

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every file, the main one first."""
        return (self.main, *self.others)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the file; of several, that of the lines `<sha256>  <name>` sorted by name.

        That is the output of `sha256sum` over the files, sorted by name, and so can be checked without us.
        """
        if not self.others:
            return self.main.source.sha256
        lines = [f"{part.source.sha256}  {part.name}\n" for part in sorted(self.parts, key=lambda p: p.name)]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def part_digests(self) -> tuple[tuple[str, str], ...]:
        """(name, SHA-256) of each file of a log in several parts, sorted by name; empty for a single file."""
        if not self.others:
            return ()
        return tuple((part.name, part.source.sha256) for part in sorted(self.parts, key=lambda p: p.name))

    @property
    def size(self) -> int:
        """Length of all parts together, in bytes."""
        return sum(part.source.size for part in self.parts)


def memory_log(data: bytes, name: str) -> Log:
    """Return a log of one file that is in memory. Pure."""
    return Log(name=name, main=Part(name=name, source=MemorySource(data)))


def whole(source: Source) -> bytes:
    """Return all bytes of a source. Pure but for the source's reading."""
    return source.read(0, source.size)


def pieces(source: Source, *, size: int = _PIECE_BYTES) -> Iterator[bytes]:
    """Yield the bytes of a source in order, `size` bytes at a time."""
    at = 0
    while at < source.size:
        yield source.read(at, size)
        at += size
