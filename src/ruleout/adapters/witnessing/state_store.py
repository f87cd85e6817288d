# SPDX-License-Identifier: Apache-2.0
"""What a witness remembers: the latest checkpoint it cosigned of each log, one file each, durable (L-8).

One process keeps a witness's folder, which a lock sees to; within it one log is handled by one thread at a time. A file
is replaced whole: temporary file, sync, rename, directory sync. After an error of the disk the store does nothing more,
because nobody knows then what the disk holds.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ruleout.adapters.durable_file import FileOps, SystemFiles, replace_files
from ruleout.adapters.files import make_folder, read_bounded
from ruleout.errors import LedgerError, NotFound, VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint
from ruleout.ledger.note import MAX_NOTE_BYTES
from ruleout.ledger.witnessing import Seen


class StateStore:
    """The folder of a witness's state, locked against other processes until `close`."""

    def __init__(self, folder: Path, *, ops: FileOps | None = None) -> None:
        """Open the store. Effect: makes the folder, takes its lock. Raises LedgerError if another process has it."""
        make_folder(folder, mode=0o700)
        self._folder, self._ops, self._stopped = folder, ops or SystemFiles(), ""
        self._guard, self._locks = threading.Lock(), dict[str, threading.Lock]()
        self._fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            hint = "Two servers with one key would vouch for two histories: end the other one."
            raise LedgerError(f"{folder}: expected no other witness here, got one", hint=hint) from error

    def close(self) -> None:
        """Release the folder."""
        os.close(self._fd)

    @contextmanager
    def alone(self, origin: str) -> Iterator[None]:
        """Keep every other thread away from one log: between them, what is read and what is written is one step."""
        with self._guard:
            lock = self._locks.setdefault(origin, threading.Lock())
        with lock:
            yield

    def seen(self, origin: str) -> Seen:
        """Return the latest tree cosigned for a log; the empty one if there is none. Effect: reads its file.

        Raises:
            LedgerError: the file is damaged, or the disk failed before. A witness that forgot is no witness.
        """
        if self._stopped:
            raise LedgerError(f"{self._folder}: expected a running witness, got one that stopped: {self._stopped}")
        return seen_in(self._folder, origin)

    def store(self, head: Checkpoint, note: str) -> None:
        """Remember a log's checkpoint; durable on return. Effect: replaces its file.

        Raises:
            LedgerError: the disk failed. What is stored then is the old checkpoint or the new one, whole.
        """
        try:
            replace_files([(_path(self._folder, head.origin), note.encode("utf-8"))], self._ops)
        except OSError as error:
            self._stopped = f"the disk failed: {error}"
            hint = "Find out what the disk did, then start the witness again."
            raise LedgerError(f"{self._folder}: {self._stopped}", hint=hint) from error


def seen_in(folder: Path, origin: str) -> Seen:
    """Return the latest tree that is remembered of a log; the empty one if there is none. Effect: reads its file.

    Needs no lock: a file is only ever replaced whole.

    Raises:
        LedgerError: the file is damaged. A witness that forgot is no witness.
    """
    path = _path(folder, origin)
    try:
        note = read_bounded(path, limit_bytes=MAX_NOTE_BYTES, what="stored checkpoint").decode("utf-8")
    except NotFound:
        return Seen()
    except UnicodeDecodeError as error:
        raise LedgerError(f"{path}: expected a checkpoint, got other bytes", hint="Restore the file.") from error
    try:
        head = parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
    except VerificationFailed as error:
        raise LedgerError(f"{path}: expected a checkpoint, got {error}", hint="Restore the file.") from error
    if head.origin != origin:
        raise LedgerError(f"{path}: expected a checkpoint of {origin}, got {head.origin}", hint="Restore the file.")
    return Seen(size=head.size, root=head.root)


def _path(folder: Path, origin: str) -> Path:
    # An origin is anybody's text: it never becomes a path.
    return folder / f"{hashlib.sha256(origin.encode('utf-8')).hexdigest()}.checkpoint"
