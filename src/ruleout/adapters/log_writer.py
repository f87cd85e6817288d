# SPDX-License-Identifier: Apache-2.0
"""The one writer of a log: journal, then tiles, then checkpoint (L-5, L-6).

Invariants: an index that was returned is in the journal for good; no size is signed that the journal does not hold
durably; two checkpoints are never signed for trees of which one does not contain the other; after an error of a file
operation the writer does nothing more. Opening after a crash is the ordinary opening.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from ruleout.adapters.durable_file import (
    FileOps,
    SystemFiles,
    disk_errors,
    make_directory,
    replace_files,
    sync_directory,
)
from ruleout.adapters.journal import HEADER, Journal
from ruleout.adapters.log_recovery import State, last_checkpoint, recover
from ruleout.adapters.tile_store import read_description, write_description
from ruleout.errors import LedgerError
from ruleout.ledger.checkpoint import Checkpoint, sign_checkpoint
from ruleout.ledger.entry import MAX_BYTES
from ruleout.ledger.merkle import EMPTY_ROOT
from ruleout.ledger.note import Signer, verifier_key
from ruleout.ledger.tile import WIDTH, tile_path

_REOPEN = "Find out what the disk did, then open the log again."


def create_log(path: Path, signer: Signer, *, ops: FileOps | None = None) -> None:
    """Create an empty log in folder `path`, named as the signer's key, with a signed checkpoint of size 0.

    Durable on return. A creation that a crash cut short can be repeated; a log is never created over another.

    Raises:
        LedgerError: there is a log here already, or the disk failed.
        VerificationFailed: check "key"; the signer's name or key is unfit.
    """
    files = ops or SystemFiles()
    key = verifier_key(signer.name, signer.public_key)
    journal = path / "journal"
    if (path / "log.json").exists() or (journal.exists() and journal.stat().st_size > len(HEADER)):
        raise LedgerError(f"{path}: expected no log, got one", hint="Open it instead, or choose another folder.")
    note = sign_checkpoint(Checkpoint(key.name, 0, EMPTY_ROOT), signer)
    with disk_errors(path):
        make_directory(path, files)
        # If we crash before log.json is there, there is no log yet, and this runs again from the start.
        replace_files([(journal, HEADER), (path / "checkpoint", note.encode("utf-8"))], files)
        write_description(path, key, files)


def open_log(path: Path, signer: Signer, *, rebuild: bool = False, ops: FileOps | None = None) -> LogWriter:
    """Return the writer of the log in folder `path`, which is then locked against other writers.

    Reads the whole journal, drops an unacknowledged tail, and compares the tree with the last checkpoint.

    Args:
        path: the log's folder.
        signer: the log's key.
        rebuild: write all tiles and the checkpoint anew at the next `publish`; the checkpoint may then be missing.
        ops: file operations; None for the system's.

    Raises:
        LedgerError: no log here, locked by another writer, damaged, another key, or older than its own checkpoint (a
            restored copy): nothing is changed then.

    Source: L-5, L-6.
    """
    files = ops or SystemFiles()
    key = read_description(path)
    if (signer.name, signer.public_key) != (key.name, key.public_key):
        raise LedgerError(f"{path}: expected the key {key.key_id}, got one of {signer.name[:80]!r}")
    with disk_errors(path), ExitStack() as opened:
        lock = _lock(path)
        opened.callback(os.close, lock)
        state, end = recover(path, last_checkpoint(path, signer, may_miss=rebuild), rebuild=rebuild)
        journal = Journal(path / "journal", files)
        opened.callback(journal.close)
        writer = LogWriter(path, signer, state, journal=journal, ops=files, release=opened.pop_all())
    with ExitStack() as unsettled:
        unsettled.callback(writer.close)
        writer.settle(end)
        unsettled.pop_all()
    return writer


class LogWriter:
    """A log open for writing. One per log; not for several threads. Made by `open_log`; a context manager."""

    def __init__(
        self, path: Path, signer: Signer, state: State, *, journal: Journal, ops: FileOps, release: ExitStack
    ) -> None:
        self._path, self._signer, self._state = path, signer, state
        self._journal, self._ops, self._release = journal, ops, release
        self._stopped = ""
        self._pending: list[Sequence[bytes]] = []
        self._size = state.edge.size

    @property
    def size(self) -> int:
        """How many entries the journal holds, published or not."""
        return self._size

    def append(self, entries: Sequence[bytes]) -> list[int]:
        """Append entries together and return their indices; durable on return, with one sync for all.

        Args:
            entries: bytes of at most 32 KiB each; nothing is appended if one is longer.

        Raises:
            ValueError: an entry, or all together, are too long.
            LedgerError: the disk failed, or the writer has stopped before. What was not acknowledged may or may not be
                in the log when it is opened again.
        """
        self._require_running()
        if any(len(entry) > MAX_BYTES for entry in entries):
            raise ValueError(f"expected entries of at most {MAX_BYTES} bytes, got {max(map(len, entries))}")
        if not entries:
            return []
        first = self._size
        self._run(lambda: self._journal.append(first, entries))
        self._pending.append(tuple(entries))
        self._size = first + len(entries)
        return list(range(first, self._size))

    def publish(self) -> str:
        """Write the tiles of all appended entries, then sign and write the checkpoint, which is returned.

        Durable on return. Publishing again without new entries returns the same checkpoint.

        Raises:
            LedgerError: the disk failed, or the writer has stopped before; the last checkpoint stands.
        """
        self._require_running()
        if self._pending:
            self._state = self._state.added([entry for batch in self._pending for entry in batch])
            self._pending.clear()
        state = self._state
        if not state.note:
            note = sign_checkpoint(Checkpoint(self._signer.name, state.edge.size, state.edge.root()), self._signer)
            self._run(lambda: self._write(state, note))
            self._state = state.published(note)
        return self._state.note

    def settle(self, end: int) -> None:
        """Make the journal durable up to byte `end` and drop the rest. For `open_log`, before anything else."""
        self._run(lambda: self._journal.settle(end))

    def close(self) -> None:
        """Release the log. Entries that were appended but not published stay in the journal."""
        self._stopped = self._stopped or "it was closed"
        self._release.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, state: State, note: str) -> None:
        # The journal holds all of this durably before we get here, whatever happens now.
        # (1) Tiles and bundles, durable with their directories. If we crash here, the old checkpoint stands, its tiles
        #     are all there, and the same files are written again, with the same bytes, after the next opening.
        tiles = [(tile.path, tile.data) for tile in (*state.full, *state.edge.partial_tiles())]
        replace_files([(self._path / name, data) for name, data in (*state.bundles(), *tiles)], self._ops)
        # (2) The checkpoint. If we crash here, either the old or the new one stands, and both have their tiles.
        replace_files([(self._path / "checkpoint", note.encode("utf-8"))], self._ops)
        # (3) Partial tiles whose full tile is now there. If we crash here, some stay; nobody misses or needs them.
        full = [tile.path for tile in state.full] + [tile_path("entries", nth, WIDTH) for nth in state.full_bundles()]
        for name in full:
            self._prune(self._path / f"{name}.p")

    def _prune(self, directory: Path) -> None:
        if directory.is_dir():
            for partial in sorted(directory.iterdir()):
                self._ops.remove(partial)
            directory.rmdir()
            sync_directory(directory.parent, self._ops)

    def _run(self, step: Callable[[], None]) -> None:
        """Take a step on the disk. An error stops the writer: after a failed sync nobody knows what the disk holds."""
        try:
            step()
        except OSError as error:
            self._stopped = f"the disk failed: {error}"
            raise LedgerError(f"{self._path}: {self._stopped}", hint=_REOPEN) from error

    def _require_running(self) -> None:
        if self._stopped:
            raise LedgerError(
                f"{self._path}: expected a running writer, got one that stopped: {self._stopped}", hint=_REOPEN
            )


def _lock(path: Path) -> int:
    """Return the descriptor that holds the log's lock until it is closed."""
    fd = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(fd)
        raise LedgerError(
            f"{path}: expected no other writer, got one", hint="Wait for it to end, or end it."
        ) from error
    return fd
