# SPDX-License-Identifier: Apache-2.0
"""Opening a found log: every file a source whose bytes stay those of its digest (E-1)."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from ruleout.adapters.logs.block_source import HELD_BYTES, OnBytes, OpenSource, open_file
from ruleout.adapters.logs.found import FoundFile, FoundLog
from ruleout.errors import UnreadableLog
from ruleout.evidence import Log, Part
from ruleout.evidence.limits import DEFAULT_LIMITS


def unwatched(_more: int) -> None:
    """Take note of nothing."""


@contextmanager
def open_log(
    found: FoundLog,
    *,
    on_bytes: OnBytes = unwatched,
    limit_bytes: int = DEFAULT_LIMITS.log_bytes,
    glance: bool = False,
) -> Iterator[Log]:
    """Yield a log whose files can be read until the end of the block.

    Effect: opens files, or downloads them; cyclic garbage is not looked for until the end.

    Args:
        on_bytes: told of progress.
        limit_bytes: of all files together.
        glance: for a quick look: a log that is one file of this machine is not digested; its digest is "".

    Raises:
        NotFound, UnreadableLog, RuleoutError: a file is not there, over the limit, changing, or cannot be read.
    """
    _require_plain_names(found)
    glance = glance and len(found.files) == 1
    with ExitStack() as stack:
        stack.enter_context(_collection_waits())
        _keep_memory()
        parts: list[Part] = []
        for file in found.files:
            left = limit_bytes - sum(part.source.size for part in parts)
            source = stack.enter_context(closing(_open(file, left, on_bytes, glance=glance)))
            parts.append(Part(name=file.name, source=source))
        yield Log(name=found.shown, main=parts[0], others=tuple(parts[1:]))


@contextmanager
def _collection_waits() -> Iterator[None]:
    """Put off the search for cyclic garbage: a log makes a million values and no cycle, and looking costs a sixth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _keep_memory() -> None:
    """Have the C library keep memory that is given back, instead of asking the system for it again for every log.

    Of glibc: once a block of some size was given back, blocks up to that size come from what it keeps. The block is never
    written to, so it takes no memory. Where the library is another, nothing happens.
    """
    bytes(HELD_BYTES)


def _open(file: FoundFile, limit_bytes: int, on_bytes: OnBytes, *, glance: bool) -> OpenSource:
    if not file.address:
        return open_file(file.path, name=file.shown, limit_bytes=limit_bytes, on_bytes=on_bytes, glance=glance)
    from ruleout.adapters.logs.download import download  # noqa: PLC0415 - costs 40 ms, needed for addresses only

    return download(file, limit_bytes=limit_bytes, on_bytes=on_bytes)


def _require_plain_names(found: FoundLog) -> None:
    """The digest of several files is over lines with their names: a line break in a name would forge one."""
    if len(found.files) == 1:
        return
    for file in found.files:
        if not file.name.isprintable():
            raise UnreadableLog(
                found.shown, "wrong-shape", f"file name {file.name[:60]!r} holds control characters", hint="Rename it."
            )
