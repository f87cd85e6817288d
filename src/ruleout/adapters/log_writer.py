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
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self, cast

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
from ruleout.adapters.tile_store import LogKeys, read_description, write_description
from ruleout.errors import LedgerError
from ruleout.ledger.checkpoint import Checkpoint, sign_checkpoint
from ruleout.ledger.cosignature import Algorithm, Cosigner, LogKey, cosigner_key, post_quantum_line
from ruleout.ledger.entry import MAX_BYTES
from ruleout.ledger.merkle import EMPTY_ROOT
from ruleout.ledger.note import Signer, verifier_key, with_lines
from ruleout.ledger.tile import WIDTH, tile_path

_REOPEN = "Find out what the disk did, then open the log again."


def create_log(path: Path, signer: Signer, *, post_quantum: bool = False, ops: FileOps | None = None) -> None:
    """Create an empty log in folder `path`, named as the signer's key, with a signed checkpoint of size 0.

    Durable on return. A creation that a crash cut short can be repeated; a log is never created over another.

    Args:
        post_quantum: sign every checkpoint with ML-DSA-44 too; the signer must be a `Cosigner` then.

    Raises:
        LedgerError: there is a log here already, or the disk failed.
        VerificationFailed: check "key"; the signer's name or key is unfit.
    """
    files = ops or SystemFiles()
    keys = LogKeys((keys_of(signer, post_quantum=post_quantum),))
    journal = path / "journal"
    if (path / "log.json").exists() or (journal.exists() and journal.stat().st_size > len(HEADER)):
        raise LedgerError(f"{path}: expected no log, got one", hint="Open it instead, or choose another folder.")
    note = sign_with_all(Checkpoint(keys.key.name, 0, EMPTY_ROOT), signer, keys)
    with disk_errors(path):
        make_directory(path, files)
        # If we crash before log.json is there, there is no log yet, and this runs again from the start.
        replace_files([(journal, HEADER), (path / "checkpoint", note.encode("utf-8"))], files)
        write_description(path, keys, files)


def keys_of(signer: Signer, *, post_quantum: bool) -> tuple[LogKey, ...]:
    """Return the public keys with which a signer signs a log's checkpoints. Asks the signer; otherwise pure."""
    key = verifier_key(signer.name, signer.public_key)
    if not post_quantum:
        return (key,)
    return key, cosigner_key(signer.name, cast("Cosigner", signer).post_quantum_key, Algorithm.ML_DSA_44)


def sign_with_all(checkpoint: Checkpoint, signer: Signer, keys: LogKeys) -> str:
    """Return the checkpoint signed with each of the log's current keys. Asks the signer; otherwise pure."""
    note = sign_checkpoint(checkpoint, signer)
    if len(keys.current) == 1:
        return note
    return with_lines(note, [post_quantum_line(checkpoint, cast("Cosigner", signer))])


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
    keys = read_description(path)
    if (signer.name, signer.public_key) != (keys.key.name, keys.key.public_key):
        raise LedgerError(f"{path}: expected the key {keys.key.key_id}, got one of {signer.name[:80]!r}")
    with disk_errors(path), ExitStack() as opened:
        lock = _lock(path)
        opened.callback(os.close, lock)
        state, end = recover(path, last_checkpoint(path, keys, may_miss=rebuild), rebuild=rebuild)
        journal = Journal(path / "journal", files)
        opened.callback(journal.close)
        writer = LogWriter(path, (signer, keys), state, journal=journal, ops=files, release=opened.pop_all())
    with ExitStack() as unsettled:
        unsettled.callback(writer.close)
        writer.settle(end)
        unsettled.pop_all()
    return writer


class LogWriter:
    """A log open for writing. One per log; not for several threads. Made by `open_log`; a context manager."""

    def __init__(
        self,
        path: Path,
        keys: tuple[Signer, LogKeys],
        state: State,
        *,
        journal: Journal,
        ops: FileOps,
        release: ExitStack,
    ) -> None:
        self._path, (self._signer, self._keys), self._state = path, keys, state
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
            head = Checkpoint(self._signer.name, state.edge.size, state.edge.root())
            note = sign_with_all(head, self._signer, self._keys)
            self._run(lambda: self._write(state, note))
            self._state = state.published(note)
        return self._state.note

    def add_lines(self, lines: Sequence[str]) -> str:
        """Write the checkpoint again with more signature lines and return it: other people's, over the same text.

        Durable on return. If we crash, the old note or the new one stands, both over the same size.

        Raises:
            LedgerError: nothing is published yet, the disk failed, or the writer has stopped before.
            VerificationFailed: check "note"; a line is none.
        """
        self._require_running()
        if not self._state.note:
            raise LedgerError(f"{self._path}: expected a published checkpoint to add to, got entries not yet published")
        note = with_lines(self._state.note, lines)
        self._run(lambda: replace_files([(self._path / "checkpoint", note.encode("utf-8"))], self._ops))
        self._state = self._state.published(note)
        return note

    def hand_over(self, signer: Signer) -> str:
        """Sign with another key from now on, and the checkpoint as it stands again with it; return that note.

        Durable on return. The caller has published the entry in which the old key names the new one: nobody takes the
        new key's word before. If we crash between the two steps, `log.json` names the new key and the checkpoint bears
        the old one, which counts up to that entry; the next publication signs with the new one.

        Raises:
            LedgerError: entries are not published yet, the disk failed, or the writer has stopped before.
        """
        self._require_running()
        if not self._state.note:
            raise LedgerError(f"{self._path}: expected all entries to be published before the key changes, got others")
        keys = LogKeys((*self._keys.generations, keys_of(signer, post_quantum=len(self._keys.current) > 1)))
        self._run(lambda: write_description(self._path, keys, self._ops))
        self._signer, self._keys = signer, keys
        self._state = replace(self._state, note="")
        return self.publish()

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
