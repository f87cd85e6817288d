# SPDX-License-Identifier: Apache-2.0
"""Bringing a log's mirror up to the log (L-11).

The checkpoint goes last and only in the place of the one that was read, so that whoever reads finds every file that a
checkpoint stands for, whenever a push breaks off, and a mirror goes from one state of the log to a later one and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ruleout.adapters.files import MIB
from ruleout.adapters.mirror.store import Held, Mirror
from ruleout.adapters.tile_store import (
    MAX_DESCRIPTION,
    MAX_TILE,
    LogView,
    audit_log,
    description,
    object_path,
    parse_description,
    read_log,
)
from ruleout.app.audit.host_copy import objects_named
from ruleout.app.mirror.lines import with_lines_of, without_false_lines
from ruleout.app.witnessing.policy import witness_entries
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, open_checkpoint
from ruleout.ledger.note import MAX_NOTE_BYTES

#: What is told of progress: how many files are done.
Told = Callable[[int], None]
AT_ONCE = 16
_FORK = "Nothing was written. Keep both: what was published is not what this log holds."
_LATE = "Somebody else pushed at the same time. Run it again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push came to: the mirror's state now, the one before, None for none, and how many files were put."""

    head: Checkpoint
    before: Checkpoint | None
    files: int


def push(log: Path, mirror: Mirror, *, is_whole: bool = False, told: Told = lambda _: None) -> Pushed:
    """Put what the mirror lacks of a log, once all of the log's files hold; then its checkpoint.

    Effect: reads the log; writes to the store. A push that broke off is made good by the next.

    Args:
        log: the log's folder.
        is_whole: look at every file, also at those of which the mirror's checkpoint says that they are there.

    Raises:
        VerificationFailed: the log does not hold, or the mirror is not a state of it; then its checkpoint stays.
        LedgerError: a file of the log is missing.
        RuleoutError: the store failed, or another push came first.

    Source: L-5, L-11.
    """
    described, noted = stated(mirror)
    view = read_log(log)  # no earlier than the mirror is, though others push and the log grows meanwhile
    head = audit_log(view, view.keys)
    _require_keys(view, described, mirror)
    before = None if noted is None else _earlier(view, noted.data, mirror)
    count = _put_all(_files(view, 0 if is_whole or before is None else before.size), mirror, told)
    for path, data, held in (
        ("log.json", description(view.log_keys), described),
        ("checkpoint", _note(view, noted).encode(), noted),
    ):
        count += _put_last(path, data, held, mirror)
    return Pushed(head=head, before=before, files=count)


def stated(mirror: Mirror) -> tuple[Held | None, Held | None]:
    """Return a mirror's `log.json` and checkpoint; of two states, as while somebody pushes, the keys are the later ones."""
    noted = mirror.read("checkpoint", limit_bytes=MAX_NOTE_BYTES)
    return mirror.read("log.json", limit_bytes=MAX_DESCRIPTION), noted


def _require_keys(view: LogView, described: Held | None, mirror: Mirror) -> None:
    """What the mirror says of the log's keys must be what the log said once."""
    if described is None:
        return
    there = parse_description(described.data, shown=mirror.shown("log.json")).generations
    if view.log_keys.generations[: len(there)] != there:
        got = "others" if len(there) <= len(view.log_keys.generations) else "later ones"
        raise VerificationFailed("key", f"{mirror.shown()}: expected keys of {view.origin}, got {got}", hint=_FORK)


def _earlier(view: LogView, noted: bytes, mirror: Mirror) -> Checkpoint:
    """The mirror's checkpoint, which must be of this log as it is now or was."""
    before = open_checkpoint(noted.decode("utf-8", "replace"), view.keys, origin=view.origin)
    if before.size > view.size:
        got = f"{mirror.shown()}: expected at most the {view.size} entries of this log, got {before.size}"
        raise VerificationFailed("consistency", got, hint=_FORK)
    if view.root_at(before.size) != before.root:
        got = f"{mirror.shown()}: expected the first {before.size} entries of this log, got others"
        raise VerificationFailed("consistency", got, hint=_FORK)
    return before


def _note(view: LogView, noted: Held | None) -> str:
    """Our checkpoint; where the mirror's is of the same state, with what witnesses signed there besides."""
    if noted is None:
        return view.checkpoint
    return with_lines_of(view.checkpoint, without_false_lines(noted.data.decode("utf-8", "replace"), view))


def _files(view: LogView, since: int) -> Iterator[tuple[str, bytes]]:
    """What is put once and for all: objects by which keys and witnesses are judged, bundles and tiles."""
    for digest, data in objects_named(view.path, witness_entries(view.entries())).items():
        yield object_path(digest), data
    yield from view.files(since=since)


def _put_all(files: Iterable[tuple[str, bytes]], mirror: Mirror, told: Told) -> int:
    """Put many at once, and hold no more in memory: a bundle may have megabytes; return how many were not there."""
    count = done = 0
    rest = iter(files)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(rest, AT_ONCE)):
            count += sum(pool.map(lambda one: _put(one[0], one[1], mirror), some))
            done += len(some)
            told(done)
    return count


def _put(path: str, data: bytes, mirror: Mirror) -> bool:
    """Put a file that never changes; return whether it was not there."""
    if mirror.create(path, data):
        return True
    held = mirror.read(path, limit_bytes=max(MIB, MAX_TILE))
    if held is None or held.data != data:
        got = f"{mirror.shown(path)}: expected the bytes of this log's file, got others"
        raise VerificationFailed("tile", got, hint="Find out who put it there; nothing of the mirror was replaced.")
    return False


def _put_last(path: str, data: bytes, before: Held | None, mirror: Mirror) -> bool:
    """Replace what was read; return whether it was other than this. A put whose answer was lost counts as done."""
    if before is not None and before.data == data:
        return False
    if not mirror.replace(path, data, before):
        now = mirror.read(path, limit_bytes=MAX_DESCRIPTION)
        if now is None or now.data != data:
            raise RuleoutError(f"{mirror.shown(path)}: expected it as it was read, got another by now", hint=_LATE)
    return True
