# SPDX-License-Identifier: Apache-2.0
"""Whoever keeps the same bytes at once meets nobody, and what a crash left goes once nobody can be writing it (L-10)."""

from __future__ import annotations

import fcntl
import os
from hashlib import sha256
from pathlib import Path

import pytest

from ruleout.adapters.durable_file import SystemFiles
from ruleout.adapters.logs.kept import put_source
from ruleout.adapters.tile_store import get_object, put_object
from ruleout.errors import LedgerError
from ruleout.evidence.source import MemorySource

DATA = b"what was measured"
DIGEST = sha256(DATA).hexdigest()
TWO_DAYS_S = 172_800


class MetFiles(SystemFiles):
    """When half of the bytes are written, another keeps the same."""

    def __init__(self, log: Path) -> None:
        self._log = log

    def write(self, fd: int, data: bytes) -> None:
        super().write(fd, data[:3])
        self.seen = (put_object(self._log, DATA), get_object(self._log, DIGEST))
        super().write(fd, data[3:])


def folder_of(log: Path) -> Path:
    return log / "objects" / DIGEST[:2]


def left_behind(log: Path, name: str, *, age_s: int) -> Path:
    """What a writer that ended in the middle left: half of the bytes, last written so long ago."""
    folder_of(log).mkdir(parents=True, exist_ok=True)
    path = folder_of(log) / name
    path.write_bytes(b"what was")
    then = path.stat().st_mtime - age_s
    os.utime(path, (then, then))
    return path


def test_two_that_keep_the_same_bytes_at_once_do_not_meet(tmp_path: Path) -> None:
    """Each ends well, none sees half of them, and nothing else is left."""
    met = MetFiles(tmp_path)

    assert put_object(tmp_path, DATA, ops=met) == DIGEST
    assert met.seen == (DIGEST, DATA)
    assert get_object(tmp_path, DIGEST) == DATA
    assert [path.name for path in folder_of(tmp_path).iterdir()] == [DIGEST[2:]]


def test_a_process_s_number_is_no_name_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In two containers that share the folder there may be two processes of one number."""
    left_behind(tmp_path, f"{DIGEST[2:]}.{os.getpid()}.tmp", age_s=0)
    put_source(tmp_path, MemorySource(DATA))

    assert get_object(tmp_path, DIGEST) == DATA
    assert (folder_of(tmp_path) / f"{DIGEST[2:]}.{os.getpid()}.tmp").read_bytes() == b"what was"


def test_what_a_crash_left_is_removed_once_it_is_surely_abandoned(tmp_path: Path) -> None:
    """A day without a byte, and nobody holds it: the next object that is kept in the folder takes it away."""
    other = "0" * 62
    names = (f"{other}.{'a' * 16}.tmp", f"{other}.4711.tmp", f"{other}.tmp", f"{other}00.tmp")
    old = [left_behind(tmp_path, name, age_s=TWO_DAYS_S) for name in names]
    fresh = left_behind(tmp_path, f"{other}.{'b' * 16}.tmp", age_s=60)
    foreign = left_behind(tmp_path, "notes.tmp", age_s=TWO_DAYS_S)
    put_object(tmp_path, DATA)

    assert [path for path in old if path.exists()] == []
    assert fresh.exists()
    assert foreign.exists()


def test_what_is_being_written_stays_however_old_it_looks(tmp_path: Path) -> None:
    """Whoever writes holds the file's lock, which goes with the process."""
    held = left_behind(tmp_path, f"{'0' * 62}.{'a' * 16}.tmp", age_s=TWO_DAYS_S)
    descriptor = os.open(held, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    put_object(tmp_path, DATA)
    assert held.exists()

    os.close(descriptor)
    put_object(tmp_path, b"something else, of another folder")
    assert held.exists()
    (folder_of(tmp_path) / DIGEST[2:]).unlink()
    put_object(tmp_path, DATA)
    assert not held.exists()


def test_what_a_writer_holds_while_it_writes_is_locked(tmp_path: Path) -> None:
    """Otherwise its own file would be taken away by another."""
    locked: list[bool] = []

    class Looking(SystemFiles):
        def sync(self, fd: int) -> None:
            for path in folder_of(tmp_path).glob("*.tmp"):
                descriptor = os.open(path, os.O_RDWR)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    locked.append(True)
                os.close(descriptor)
            super().sync(fd)

    put_object(tmp_path, DATA, ops=Looking())
    assert locked == [True]


def test_a_disk_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Neither the object nor half of it."""

    class Failing(SystemFiles):
        def write(self, fd: int, data: bytes) -> None:
            super().write(fd, data[:3])
            raise OSError(28, "No space left on device")

    with pytest.raises(LedgerError, match="the disk failed"):
        put_object(tmp_path, DATA, ops=Failing())
    assert list(folder_of(tmp_path).iterdir()) == []


def test_what_another_has_kept_is_on_disk_before_it_is_said_to_be_kept(tmp_path: Path) -> None:
    """Its writer may have been killed before the name was on disk, or told that it may not be: a loss of power would take it away."""
    synced: list[int] = []

    class Failing(SystemFiles):
        def sync(self, fd: int) -> None:
            synced.append(os.fstat(fd).st_ino)
            if synced.count(folder_of(tmp_path).stat().st_ino) == 1:
                raise OSError(5, "Input/output error")
            super().sync(fd)

    folder_of(tmp_path).mkdir(parents=True)
    with pytest.raises(LedgerError, match="the disk failed"):
        put_object(tmp_path, DATA, ops=Failing())
    synced.clear()
    with pytest.raises(LedgerError, match="the disk failed"):
        put_object(tmp_path, DATA, ops=Failing())

    assert put_object(tmp_path, DATA, ops=Failing()) == DIGEST
    assert synced == [folder_of(tmp_path).stat().st_ino] * 2
