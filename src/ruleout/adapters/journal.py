# SPDX-License-Identifier: Apache-2.0
"""The journal: the one file of a log that cannot be rebuilt (L-5).

A frame holds the entries of one append: mark, index of the first entry, length, SHA-256 of these and of the content.
Its sync is the acknowledgement. What stands behind the last valid frame was never acknowledged and may be dropped;
damage with a valid frame behind it was, and is an error that nothing here repairs.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ruleout.adapters.durable_file import FileOps
from ruleout.errors import LedgerError, VerificationFailed
from ruleout.ledger.tile import pack_bundle, unpack_bundle

HEADER = b"ruleout-journal/1\n"
MAX_FRAME_BYTES = 64 * 1024 * 1024
_MARK = b"\x00RJ\x01"
_HEAD = struct.Struct(">4sQII32s")


@dataclass(frozen=True, slots=True)
class Frame:
    """Entries that were appended together, the log index of the first, and where in the file the frame ends."""

    first: int
    entries: tuple[bytes, ...]
    end: int


def pack_frame(first: int, entries: Sequence[bytes]) -> bytes:
    """Return the frame that holds `entries`, the first of them at index `first`.

    Pure. Raises ValueError for an entry or a frame that is too long.
    """
    content = pack_bundle(entries)
    if len(content) > MAX_FRAME_BYTES:
        raise ValueError(f"expected at most {MAX_FRAME_BYTES} bytes in one append, got {len(content)}")
    return _HEAD.pack(_MARK, first, len(entries), len(content), _digest(first, len(entries), content)) + content


def read_frames(file: BinaryIO, *, name: str) -> Iterator[Frame]:
    """Yield the valid frames from the start of a journal, in order, up to the first that is not.

    Raises:
        LedgerError: the file is not a journal, or damage lies before a valid frame.
    """
    if file.read(len(HEADER)) != HEADER:
        raise LedgerError(f"{name}: expected a journal, got another file", hint="Restore the journal from a copy.")
    end, size = len(HEADER), 0
    while (frame := _read_frame(file, end)) is not None and frame.first == size:
        yield frame
        end, size = frame.end, size + len(frame.entries)
    _require_torn(file, end, size=size, name=name)


def _read_frame(file: BinaryIO, at: int) -> Frame | None:
    """Return the frame at byte `at`, or None if no valid frame stands there."""
    file.seek(at)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    mark, first, count, length, digest = _HEAD.unpack(head)
    if mark != _MARK or length > MAX_FRAME_BYTES:
        return None
    content = file.read(length)
    if len(content) != length or _digest(first, count, content) != digest:
        return None
    try:
        entries = unpack_bundle(content, count)
    except VerificationFailed:
        return None
    return Frame(first, entries, at + _HEAD.size + length)


def _require_torn(file: BinaryIO, end: int, *, size: int, name: str) -> None:
    """Refuse a journal in which a valid frame stands behind the first invalid one.

    One append is written at a time, so a crash leaves at most one frame unfinished, and nothing valid behind it.
    """
    for at in _marks(file, end):
        frame = _read_frame(file, at)
        if frame is not None:
            raise LedgerError(
                f"{name}: expected entry {size} at byte {end}, got damage before a valid frame at byte {at}",
                hint="Restore the journal from a copy; nothing was changed.",
            )


def _marks(file: BinaryIO, start: int) -> Iterator[int]:
    """Yield where the mark stands at or behind byte `start`, reading in pieces."""
    at = start
    while True:
        file.seek(at)
        piece = file.read(1 << 20)
        found = piece.find(_MARK)
        while found >= 0:
            yield at + found
            found = piece.find(_MARK, found + 1)
        if len(piece) < 1 << 20:
            return
        at += len(piece) - len(_MARK) + 1


def _digest(first: int, count: int, content: bytes) -> bytes:
    return hashlib.sha256(struct.pack(">QII", first, count, len(content)) + content).digest()


class Journal:
    """A journal open for appending. One writer at a time, which the log's lock sees to; not for several threads."""

    def __init__(self, path: Path, ops: FileOps) -> None:
        self._ops = ops
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND)

    def append(self, first: int, entries: Sequence[bytes]) -> None:
        """Append one frame; durable on return. Raises OSError, after which nothing more may be appended."""
        self._ops.write(self._fd, pack_frame(first, entries))
        self._ops.sync(self._fd)

    def settle(self, end: int) -> None:
        """Drop what stands behind byte `end` and make the rest durable.

        A frame that a crash left valid but unsynced becomes durable here, before anything is signed over it.
        """
        if os.fstat(self._fd).st_size > end:
            self._ops.truncate(self._fd, end)
        self._ops.sync(self._fd)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)
