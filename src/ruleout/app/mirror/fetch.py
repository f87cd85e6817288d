# SPDX-License-Identifier: Apache-2.0
"""A copy of a log from its mirror, in a folder as the log's own (L-11).

The store is not trusted: every file has a bound, all of them are audited, and a copy that is there goes on only to a later
state of the same log.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles, disk_errors, make_directory, replace_files
from ruleout.adapters.files import MIB
from ruleout.adapters.mirror.store import Mirror
from ruleout.adapters.tile_store import (
    MAX_TILE,
    LogKeys,
    LogView,
    audit_log,
    description,
    object_path,
    parse_description,
    put_object,
    read_log,
)
from ruleout.app.audit.host_copy import digests_named
from ruleout.app.mirror.lines import with_lines_of, without_false_lines
from ruleout.app.mirror.push import AT_ONCE, Told, stated
from ruleout.app.witnessing.policy import witness_entries
from ruleout.errors import LedgerError, NotFound, VerificationFailed
from ruleout.ledger.checkpoint import open_checkpoint
from ruleout.ledger.cosignature import LogKey
from ruleout.ledger.key_life import is_log_rotation, keys_named, open_head
from ruleout.ledger.merkle import HASH_BYTES
from ruleout.ledger.tile import WIDTH, tile_path, tiles_of

_FORK = "The copy stays as it was. Keep both: what the store holds now is not the log that the copy is of."

#: What stands in a copy's folder before its checkpoint, the last file; also where the writing of a file broke off.
_UNFINISHED = frozenset({"lock", "log.json", "log.json.tmp", "tile", "objects", "checkpoint.tmp"})
_LATE = "Somebody else fetched at the same time. Run it again."
_DAMAGED = "Nothing was kept. Tell whoever pushes there, who can look at every file with `ruleout mirror push --all`."


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a fetch came to: the copy, how many entries it had before, None where there was none, and how many files came."""

    view: LogView
    before: int | None
    files: int


def fetch(mirror: Mirror, folder: Path, *, vkeys: Iterable[LogKey] = (), told: Told = lambda _: None) -> Fetched:
    """Make a folder a copy of the log, or bring one that is up to its mirror.

    Effect: reads from the store, writes to the folder; a copy's checkpoint changes last, and only once all files hold.

    Args:
        vkeys: keys of the log as known from elsewhere, from which its own rotations must lead to what signs; else its own
            word counts.

    Raises:
        NotFound: there is no log at that address.
        VerificationFailed: what is there does not hold, or is no later state of the copy; then the copy stays as it was.
        LedgerError: a file is missing or too large, the disk failed, the folder holds something else, or another fetch is at work.
        RuleoutError: the store failed.

    Source: L-5, L-11.
    """
    old, known = _copy_at(folder), tuple(vkeys)
    view = _told_by(mirror, folder, old, known)
    with _alone(folder):
        if _copy_at(folder) != old:
            raise LedgerError(f"{folder}: expected it as it was, got another copy by now", hint=_LATE)
        return _fetched(view, mirror, old, known, told)


def _fetched(view: LogView, mirror: Mirror, old: LogView | None, known: tuple[LogKey, ...], told: Told) -> Fetched:
    folder = view.path
    wrote: list[Path] = []
    with ExitStack() as otherwise:
        otherwise.callback(_remove, wrote)
        count = _bring(view, mirror, 0 if old is None else old.size, wrote, told)
        _require_sound(view, old)
        view = replace(view, log_keys=_led(view, known), checkpoint=_note(view, old))
        otherwise.pop_all()
    last = (("log.json", description(view.log_keys)), ("checkpoint", view.checkpoint.encode("utf-8")))
    with disk_errors(folder):
        replace_files([(folder / name, data) for name, data in last], SystemFiles())
    return Fetched(view=view, before=None if old is None else old.size, files=count)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder, made where it is not there: of two at once the one that fails would take away what the other wrote."""
    with disk_errors(folder):
        make_directory(folder, SystemFiles())
        fd = os.open(
            folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
        )  # NFS locks files that may be written
    try:
        _lock(fd, folder)
        yield
    finally:
        os.close(fd)


def _lock(fd: int, folder: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LedgerError(f"{folder}: expected no other fetch, got one", hint="Wait for it to end.") from error
    except OSError:  # a file system without locks: there two at once are the caller's to keep apart
        return


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _copy_at(folder: Path) -> LogView | None:
    """The copy that is there; None for nothing, an empty folder, or what a first fetch left that broke off."""
    if not folder.exists():
        return None
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    if "journal" in names:
        raise LedgerError(f"{folder}: expected a copy of a log, got the log itself", hint="Name another folder.")
    if "checkpoint" in names:
        return read_log(folder)
    if not names <= _UNFINISHED:
        got = f"{folder}: expected a copy of a log or an empty folder, got another"
        raise LedgerError(got, hint="Name another folder.")
    return None


def _told_by(mirror: Mirror, folder: Path, old: LogView | None, vkeys: tuple[LogKey, ...]) -> LogView:
    """The log as the mirror states it, by keys that follow those known; nothing of it is checked but the signature."""
    described, noted = stated(mirror)
    if described is None or noted is None:
        raise NotFound(f"{mirror.shown()}: no log there", hint="Check the address, or `ruleout mirror push` first.")
    keys = parse_description(described.data, shown=mirror.shown("log.json"))
    _require_keys(keys, () if old is None else old.log_keys.generations, vkeys)
    note = noted.data.decode("utf-8", "replace")
    return LogView(folder, keys, note, open_checkpoint(note, keys.every, origin=keys.key.name))


def _require_keys(keys: LogKeys, known: tuple[tuple[LogKey, ...], ...], vkeys: tuple[LogKey, ...]) -> None:
    missing = [key for key in vkeys if key not in keys.every]
    if missing or keys.generations[: len(known)] != known:
        expected = missing[0] if missing else known[-1][0]
        got = ", ".join(key.key_id for key in keys.every)
        raise VerificationFailed("key", f"expected {expected.key_id} among the log's keys, got {got}", hint=_FORK)


def _bring(view: LogView, mirror: Mirror, since: int, wrote: list[Path], told: Told) -> int:
    """Write the files that the copy lacks, and those objects by which keys and witnesses are judged; return how many."""
    own = {tile_path(*one) for one in tiles_of(since, since=since)}  # what the copy stands on is never written over
    lacking = (name for one in tiles_of(view.size, since=since) if (name := tile_path(*one)) not in own)
    count = _write(lacking, view.path, mirror, wrote, told)
    for digest in sorted(digests_named(witness_entries(view.entries()))):
        path = view.path / object_path(digest)
        held = None if path.exists() else mirror.read(object_path(digest), limit_bytes=MIB)
        if held is not None:
            wrote.append(path)
            if hashlib.sha256(held.data).hexdigest() != digest:
                raise VerificationFailed("objects", f"expected bytes with digest {digest[:12]}, got others", hint=_FORK)
            put_object(view.path, held.data)
            count += 1
    return count


def _write(paths: Iterator[str], folder: Path, mirror: Mirror, wrote: list[Path], told: Told) -> int:
    done = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(paths, AT_ONCE)):
            held = pool.map(lambda path: _read(path, mirror), some)
            files = [(folder / path, data) for path, data in zip(some, held, strict=True)]
            wrote += [path for path, _ in files if not path.exists()]
            with disk_errors(folder):
                replace_files(files, SystemFiles())
            done += len(some)
            told(done)
    return done


def _read(path: str, mirror: Mirror) -> bytes:
    held = mirror.read(path, limit_bytes=MAX_TILE if path.startswith("tile/entries/") else WIDTH * HASH_BYTES)
    if held is None:
        raise LedgerError(
            f"{mirror.shown(path)}: expected a file of the log, got none", hint="Push it again, with --all."
        )
    return held.data


def _require_sound(view: LogView, old: LogView | None) -> None:
    try:
        audit_log(view, view.keys)
    except VerificationFailed as error:
        error.hint = error.hint or (_DAMAGED if old is None else _FORK)
        raise
    if old is None:
        return
    if view.size < old.size or view.root_at(old.size) != old.head.root:
        got = f"expected the {old.size} entries of the copy, and perhaps more, got {view.size} others"
        raise VerificationFailed("consistency", got, hint=_FORK)


def _led(view: LogView, known: tuple[LogKey, ...]) -> LogKeys:
    """The keys that `log.json` names as far as the log's own rotations do, which lead from them, and from those known, to what signs.

    It may name one more: a push broke off behind it.
    """
    told = view.log_keys.generations
    changes = witness_entries(view.entries())
    led = (told[0], *(keys_named(one.content) for one in changes if is_log_rotation(one.content)))
    some = min(len(told), len(led))
    if told[:some] != led[:some]:
        raise VerificationFailed(
            "key", f"expected the keys that {view.origin} says it changed to, got others", hint=_FORK
        )
    for start in (told[0], *(one for one in told if set(one) & set(known))):
        open_head(view.checkpoint, start, changes, origin=view.origin)
    return LogKeys(told[:some])


def _note(view: LogView, old: LogView | None) -> str:
    """The checkpoint; of the state that the copy has already, the copy's with what witnesses signed since: no store takes that away."""
    note = without_false_lines(view.checkpoint, view)
    if old is None or old.head != view.head:
        return note
    return with_lines_of(without_false_lines(old.checkpoint, view), note)
