# SPDX-License-Identifier: Apache-2.0
"""Bytes of a file that stay those of its digest (E-1).

A small file is read once into memory: what is digested is what is read. A larger one is hashed as a whole while each of
its blocks of 1 MiB gets a tag, and every block that is read later must have its tag, so a file that changes in between
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
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from ruleout.errors import NotFound, RuleoutError, UnreadableLog
from ruleout.evidence import Source

BLOCK_BYTES = 1 << 20
#: Up to here a file is held in memory.
HELD_BYTES = 32 << 20
_BLOCKS_HELD = 4
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockDigests:
    """Digest of a file: SHA-256 (hex) and size in bytes of the whole; a tag of each block of 1 MiB in order.

    `tag` makes the tag of a block. It holds the key.
    """

    sha256: str
    size: int
    tags: tuple[bytes, ...]
    tag: Callable[[bytes], bytes] = field(repr=False)


def digest_blocks(blocks: Iterable[bytes]) -> BlockDigests:
    """Return the digests of blocks that are all of 1 MiB, but for the last. Effect: draws a key."""
    from cryptography.hazmat.primitives.poly1305 import Poly1305  # noqa: PLC0415 - costs 10 ms, for large files only

    tag = partial(Poly1305.generate_tag, os.urandom(_KEY_BYTES))
    whole, tags, size = hashlib.sha256(), [], 0
    for block in blocks:
        whole.update(block)
        tags.append(tag(block))
        size += len(block)
    return BlockDigests(sha256=whole.hexdigest(), size=size, tags=tuple(tags), tag=tag)


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
    """An open file whose blocks must have their tags whenever they are read. It owns the descriptor."""

    def __init__(self, descriptor: int, digests: BlockDigests, *, name: str) -> None:
        self._descriptor = descriptor
        self._digests = digests
        self._name = name
        self._held: OrderedDict[int, bytes] = OrderedDict()

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self._digests.size

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of all bytes."""
        return self._digests.sha256

    def read(self, start: int, length: int) -> bytes:
        """Return the bytes from `start` on, `length` of them or up to the end. Effect: reads the file.

        Raises:
            UnreadableLog: changed, when a block is no longer the one that was digested.
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
            return held
        at = number * BLOCK_BYTES
        # Only as much as was digested: what a growing file has gained in its last block is none of it.
        block = _read_at(self._descriptor, at, min(BLOCK_BYTES, self.size - at), self._name)
        if self._digests.tag(block) != self._digests.tags[number]:
            raise changed(self._name, f"byte {at} and following are not those that were digested")
        self._held[number] = block
        if len(self._held) > _BLOCKS_HELD:
            self._held.popitem(last=False)
        return block


def changed(name: str, detail: str) -> UnreadableLog:
    """Return the refusal of a log that is no longer what it was when it was digested. Pure."""
    return UnreadableLog(name, "changed", detail, hint=_WAIT)


def open_file(path: str, *, name: str, limit_bytes: int, on_bytes: OnBytes, glance: bool = False) -> OpenSource:
    """Return a file's bytes, digested. Effect: opens the file, and reads all of it once, but for a glance.

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
    digests = digest_blocks(_blocks(descriptor, before.st_size, name, on_bytes))
    _require_still(descriptor, before, digests.size, name)
    return BlockSource(descriptor, digests, name=name)


def too_large(name: str, limit_bytes: int, got: int | None) -> UnreadableLog:
    """Return the refusal of a log over the limit; `got` is its size where it is known. Pure."""
    size = "more" if got is None else str(got)
    return UnreadableLog(
        name, "too-large", f"expected at most {limit_bytes} bytes, got {size}", hint="Split the evaluation."
    )


def _blocks(descriptor: int, most_bytes: int, name: str, on_bytes: OnBytes) -> Iterator[bytes]:
    at = 0
    while at < most_bytes and (block := _read_at(descriptor, at, min(BLOCK_BYTES, most_bytes - at), name)):
        yield block
        at += len(block)
        on_bytes(len(block))


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
