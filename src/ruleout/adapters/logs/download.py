# SPDX-License-Identifier: Apache-2.0
"""A log at an address, fetched once into a file without a name, and read from there (E-1).

The file is nobody else's and gone when it is closed; its blocks are digested as they come, so that what is read later
is what was fetched. Fetching stops at the limit, whatever the store said about the size.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

from ruleout.adapters.logs.block_source import (
    BLOCK_BYTES,
    BlockSource,
    OnBytes,
    OpenSource,
    Seen,
    too_large,
)
from ruleout.adapters.logs.found import FoundFile
from ruleout.adapters.logs.stores import open_store
from ruleout.errors import RuleoutError


def download(file: FoundFile, *, limit_bytes: int, on_bytes: OnBytes) -> OpenSource:
    """Return a file's bytes, fetched and digested. Effect: asks the store, writes a temporary file.

    Raises:
        NotFound, RuleoutError: it is not there, the store refuses, the connection breaks, or the disk is full.
        UnreadableLog: too-large.
    """
    if file.size is not None and file.size > limit_bytes:
        raise too_large(file.shown, limit_bytes, file.size)
    pieces = open_store(file.address).pieces(file.path)
    return spool(pieces, name=file.shown, limit_bytes=limit_bytes, on_bytes=on_bytes)


def spool(pieces: Iterable[bytes], *, name: str, limit_bytes: int, on_bytes: OnBytes) -> OpenSource:
    """Return bytes that come in pieces of any size as a source in a temporary file. Effect: writes the file.

    Raises:
        UnreadableLog: too-large, before more than the limit is written.
        RuleoutError: the file cannot be written.
    """
    with _temporary() as file:
        seen, size = Seen(), 0
        for number, block in enumerate(_written(pieces, file, name, limit_bytes, on_bytes)):
            seen.take(number, block)
            size += len(block)
        descriptor = os.dup(file.fileno())
        return BlockSource(descriptor, size, name=name, seen=seen, require_still=_nobody_else, on_bytes=_told)


def _nobody_else() -> None:
    """Nobody else has the file."""


def _told(_: int) -> None:
    """All of it was told of when it came."""


def _temporary() -> IO[bytes]:
    try:
        return tempfile.TemporaryFile(buffering=0)
    except OSError as error:
        raise _no_space(error) from error


def _written(
    pieces: Iterable[bytes], file: IO[bytes], name: str, limit_bytes: int, on_bytes: OnBytes
) -> Iterator[bytes]:
    got = 0
    for block in in_blocks(pieces):
        got += len(block)
        if got > limit_bytes:
            raise too_large(name, limit_bytes, None)
        try:
            _write(file, block)
        except OSError as error:
            raise _no_space(error) from error
        on_bytes(len(block))
        yield block


def _write(file: IO[bytes], block: bytes) -> None:
    rest = memoryview(block)
    while rest:
        rest = rest[file.write(rest) :]


def in_blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in blocks of 1 MiB, the last as long as it is. Pure."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= BLOCK_BYTES:
            yield bytes(held[:BLOCK_BYTES])
            del held[:BLOCK_BYTES]
    if held:
        yield bytes(held)


def _no_space(error: OSError) -> RuleoutError:
    hint = "Make space, or set TMPDIR to a folder with enough of it."
    return RuleoutError(f"cannot keep a download in {tempfile.gettempdir()}: {error.strerror}", hint=hint)
