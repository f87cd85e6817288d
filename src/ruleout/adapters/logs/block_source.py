# SPDX-License-Identifier: Apache-2.0
"""Bytes of a file that stay those of its digest (E-1).

A small file is read once into memory: what is digested is what is read. Of a larger one each block of 1 MiB gets a tag when it is
first read and must have it whenever it is read again; the digest takes the blocks in their order, as they are read where that is
their order, with those that were passed over just before, and the others when it is asked for. So a file that changes in between
is refused and never half believed. Memory: the file up to 32 MiB, else a few blocks and 16 bytes per block.

The tag is a Poly1305 under a key that is drawn for this one opening and told to nobody, four times as fast as a second
digest. Whoever writes to the file sees neither key nor tag, and any other block of 1 MiB has the same tag with a probability
of at most 2^-87 (8 ⌈L/16⌉ / 2^106: Bernstein 2005, theorem 3.3), whatever is known of the file.

A quick look digests nothing and reads only what is asked for; what it finds is for display and never kept.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from ruleout.errors import NotFound, RuleoutError, UnreadableLog
from ruleout.evidence import Source

BLOCK_BYTES = 1 << 20
#: Up to here a file is held in memory.
HELD_BYTES = 32 << 20
_BLOCKS_HELD = 4
#: So many blocks that are passed over are read for the digest at once: later, those behind them would have to be read again.
_PASSED_OVER = 16
_KEY_BYTES = 32
_WAIT = "Wait until nothing writes to it any more, then try again."

#: Told how many more bytes were hashed or fetched.
OnBytes = Callable[[int], None]


class OpenSource(Source, Protocol):
    """A source that holds a file open until it is closed."""

    def close(self) -> None:
        """Release the file; nothing can be read afterwards. Closing twice does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSource:
    """Bytes in memory with their digest, computed once."""

    data: bytes
    sha256: str

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes from `start` on, at most `length`. Pure."""
        return self.data[start : start + length]

    def close(self) -> None:
        """Nothing is held open."""


class Seen:
    """What is known of a file by its blocks of 1 MiB, read in any order, some twice.

    A tag of each that was read; the SHA-256 of those from the first on as far as each was read in its turn.

    Attributes:
        hashed: how many blocks are in the digest.
    """

    def __init__(self) -> None:
        """Effect: draws the key of the tags."""
        from cryptography.hazmat.primitives.poly1305 import Poly1305  # noqa: PLC0415 - costs 10 ms, for large files only

        self._tag = partial(Poly1305.generate_tag, os.urandom(_KEY_BYTES))
        self._tags: dict[int, bytes] = {}
        self._whole = hashlib.sha256()
        self.hashed = 0

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the blocks in the digest."""
        return self._whole.hexdigest()

    def take(self, number: int, block: bytes) -> bool:
        """Take note of a block, and add it to the digest if it is its turn; return whether it is what it was before."""
        tag = self._tag(block)
        if self._tags.setdefault(number, tag) != tag:
            return False
        if number == self.hashed:
            self._whole.update(block)
            self.hashed += 1
        return True


class GlanceSource:
    """An open file that is read where asked and never digested: for a quick look. It owns the descriptor."""

    sha256 = ""

    def __init__(self, descriptor: int, size: int, *, name: str) -> None:
        self._descriptor = descriptor
        self._name = name
        self.size = size

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes from `start` on, at most `length`. Effect: reads the file. Raises RuleoutError."""
        return _read_at(self._descriptor, start, min(length, self.size - start), self._name)

    def close(self) -> None:
        """Close the file; see `OpenSource`."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


class BlockSource:
    """An open file whose blocks stay what they were when they were first read. It owns the descriptor.

    Args:
        seen: what is known of its blocks already.
        require_still: raises `changed` where somebody wrote to the file; asked once, when the digest is whole.
        on_bytes: told how many more bytes are in the digest.
    """

    def __init__(
        self, descriptor: int, size: int, *, name: str, seen: Seen, require_still: Callable[[], None], on_bytes: OnBytes
    ) -> None:
        self._descriptor = descriptor
        self._name = name
        self._seen, self._require_still, self._on_bytes = seen, require_still, on_bytes
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self._sha256 = ""
        self.size = size

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of all bytes. Effect: reads what was not read in its turn. Raises: as `read`."""
        if not self._sha256:
            while (number := self._seen.hashed) * BLOCK_BYTES < self.size:
                self._block(number)
            self._require_still()
            self._sha256 = self._seen.sha256
        return self._sha256

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes from `start` on, `length` of them or up to the end. Effect: reads the file.

        Raises:
            UnreadableLog: changed, when a block is no longer the one that was read first.
            RuleoutError: the system cannot read it.
        """
        end = min(start + length, self.size)
        if start >= end:
            return b""
        first, last = start // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        if first == last:  # nearly always: members are small
            return self._block(first)[start - first * BLOCK_BYTES : end - first * BLOCK_BYTES]
        head = self._block(first)[start - first * BLOCK_BYTES :]
        between = (self._block(number) for number in range(first + 1, last))
        return b"".join((head, *between, self._block(last)[: end - last * BLOCK_BYTES]))

    def close(self) -> None:
        """Close the file; see `OpenSource`."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1
        self._held.clear()

    def _block(self, number: int) -> bytes:
        held = self._held.get(number)
        if held is not None:
            self._held.move_to_end(number)
            if number == self._seen.hashed:  # it was read before its turn
                self._take(number, held)
            return held
        while self._seen.hashed < number <= self._seen.hashed + _PASSED_OVER:
            self._block(self._seen.hashed)
        block = self._fetch(number)
        self._held[number] = block
        if len(self._held) > _BLOCKS_HELD:
            self._held.popitem(last=False)
        return block

    def _fetch(self, number: int) -> bytes:
        """Read a block and take note of it."""
        at = number * BLOCK_BYTES
        # Only as much as there was: what a growing file has gained in its last block is none of it.
        length = min(BLOCK_BYTES, self.size - at)
        block = _read_at(self._descriptor, at, length, self._name)
        if len(block) != length:
            raise changed(self._name, f"expected {self.size} bytes, got fewer")
        self._take(number, block)
        return block

    def _take(self, number: int, block: bytes) -> None:
        before = self._seen.hashed
        if not self._seen.take(number, block):
            raise changed(self._name, f"byte {number * BLOCK_BYTES} and following are not those that were read before")
        if self._seen.hashed > before:
            self._on_bytes(len(block))


def changed(name: str, detail: str) -> UnreadableLog:
    """Return the refusal of a log that is no longer what it was when it was digested. Pure."""
    return UnreadableLog(name, "changed", detail, hint=_WAIT)


def open_file(path: str, *, name: str, limit_bytes: int, on_bytes: OnBytes, glance: bool = False) -> OpenSource:
    """Return a file's bytes. Effect: opens the file, and reads a small one, but for a glance.

    Links are followed. A pipe, folder or device is refused at once and never waited for.

    Args:
        name: what to call it in messages.
        limit_bytes: a larger file is refused before it is read.
        on_bytes: told of progress.
        glance: for a quick look: the source has no digest ("").

    Raises:
        NotFound: there is no such file.
        UnreadableLog: too-large; changed, when something writes to it.
        RuleoutError: it is no regular file, or the system cannot read it.
    """
    with ExitStack() as stack:
        descriptor = _open(path, name)
        stack.callback(os.close, descriptor)
        source = _source(descriptor, name, limit_bytes, on_bytes, glance=glance)
        if not isinstance(source, HeldSource):  # the others close it themselves
            stack.pop_all()
        return source


def _open(path: str, name: str) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise NotFound(f"{name}: no such evaluation log", hint="Check the path.") from error
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error


def _source(descriptor: int, name: str, limit_bytes: int, on_bytes: OnBytes, *, glance: bool) -> OpenSource:
    before = os.fstat(descriptor)
    if not stat.S_ISREG(before.st_mode):
        raise RuleoutError(f"{name}: expected a regular evaluation log", hint="Name a file or a folder.")
    if before.st_size > limit_bytes:
        raise too_large(name, limit_bytes, before.st_size)
    if glance:
        return GlanceSource(descriptor, before.st_size, name=name)
    if before.st_size <= HELD_BYTES:
        data = _read_at(descriptor, 0, before.st_size, name)
        on_bytes(len(data))
        _require_still(descriptor, before, len(data), name)
        return HeldSource(data=data, sha256=hashlib.sha256(data).hexdigest())
    still = partial(_require_still, descriptor, before, before.st_size, name)
    return BlockSource(descriptor, before.st_size, name=name, seen=Seen(), require_still=still, on_bytes=on_bytes)


def too_large(name: str, limit_bytes: int, got: int | None) -> UnreadableLog:
    """Return the refusal of a log over the limit; `got` is its size where it is known. Pure."""
    size = "more" if got is None else str(got)
    return UnreadableLog(
        name, "too-large", f"expected at most {limit_bytes} bytes, got {size}", hint="Split the evaluation."
    )


def _require_still(descriptor: int, before: os.stat_result, got: int, name: str) -> None:
    after = os.fstat(descriptor)
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns) or got != before.st_size:
        raise changed(name, f"expected {before.st_size} bytes that nobody writes to, got another file while reading")


def _read_at(descriptor: int, at: int, length: int, name: str) -> bytes:
    """Up to `length` bytes; fewer only at the end of the file."""
    pieces: list[bytes] = []
    while length > 0:
        try:
            piece = os.pread(descriptor, length, at)
        except OSError as error:
            raise _unreadable(name, error) from error
        if not piece:
            break
        pieces.append(piece)
        at, length = at + len(piece), length - len(piece)
    # Nearly always one piece, which joining would copy.
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _unreadable(name: str, error: OSError | ValueError) -> RuleoutError:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return RuleoutError(f"{name}: cannot read this evaluation log: {why}", hint="Check the path and its permissions.")
