# SPDX-License-Identifier: Apache-2.0
"""Writing files so that they are there after a crash (L-5): temp, sync, rename, directory sync.

Everything that changes a log's files goes through `FileOps`, six operations, so that a test can fail or kill at each.
An error of any of them is passed on as it is: the caller decides, and a log's writer stops for good.

Files under a SHA-256 are kept by several processes at once, perhaps of several hosts: each writes a temporary file
of its own and holds its lock, which goes with the process. A temporary file that nobody holds and that was last written a
day before another one beside it is abandoned: whoever writes next in its folder removes it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from ruleout.errors import LedgerError

_ABANDONED_S = 86_400
#: Of a temporary file for an object, also as versions before named them.
_TEMPORARY = re.compile(r"[0-9a-f]{62,64}(\.[0-9a-f]+)?\.tmp")


class FileOps(Protocol):
    """The operations by which files change. All raise OSError; none is retried."""

    def write(self, fd: int, data: bytes) -> None:
        """Write all of `data` at the file's position. Not durable."""

    def sync(self, fd: int) -> None:
        """Return when the file's (or directory's) content is on disk."""

    def append(self, fd: int, data: bytes) -> None:
        """Write all of `data` at the end of a file that was opened to be appended to; on disk on return."""

    def rename(self, source: Path, target: Path) -> None:
        """Replace `target` by `source` in one step. Not durable until the directory is synced."""

    def truncate(self, fd: int, size_bytes: int) -> None:
        """Cut the file. Not durable until synced."""

    def remove(self, path: Path) -> None:
        """Remove a file. Not durable until the directory is synced."""


class SystemFiles:
    """The operating system's files."""

    def write(self, fd: int, data: bytes) -> None:
        """See `FileOps`."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]

    def sync(self, fd: int) -> None:
        """See `FileOps`. The file's length is part of what fdatasync makes durable."""
        os.fdatasync(fd)

    def append(self, fd: int, data: bytes) -> None:
        """See `FileOps`."""
        self.write(fd, data)
        self.sync(fd)

    def rename(self, source: Path, target: Path) -> None:
        """See `FileOps`."""
        source.replace(target)

    def truncate(self, fd: int, size_bytes: int) -> None:
        """See `FileOps`."""
        os.ftruncate(fd, size_bytes)

    def remove(self, path: Path) -> None:
        """See `FileOps`."""
        path.unlink(missing_ok=True)


class OneCallFiles(SystemFiles):
    """The operating system's files; an append is one call of it, so that a thread waits once for the interpreter and not twice."""

    def append(self, fd: int, data: bytes) -> None:
        """See `FileOps`. Content and length are on disk as after fdatasync (pwritev(2), RWF_DSYNC); where that is not to be had, as there."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.pwritev(fd, [rest], 0, os.RWF_DSYNC) :]
        except OSError as error:
            if error.errno != errno.EOPNOTSUPP:
                raise
            super().append(fd, bytes(rest))


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn an error of the operating system about the log at `path` into a LedgerError."""
    try:
        yield
    except OSError as error:
        raise LedgerError(
            f"{path}: the disk failed: {error}", hint="Find out what the disk did, then try again."
        ) from error


def replace_files(files: Iterable[tuple[Path, bytes]], ops: FileOps) -> None:
    """Write files, each whole or not at all; durable on return.

    Directories that are missing are made. Files appear in the order given; each directory is synced once, at the end.
    """
    directories: dict[Path, None] = {}
    for path, data in files:
        make_directory(path.parent, ops)
        temporary = path.with_name(f"{path.name}.tmp")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            ops.write(fd, data)
            ops.sync(fd)
        finally:
            os.close(fd)
        ops.rename(temporary, path)
        directories[path.parent] = None
    for directory in directories:
        sync_directory(directory, ops)


def write_object(target: Path, pieces: Iterable[bytes], ops: FileOps) -> None:
    """Write a file whose name is a digest, of these pieces or of what they tell of, whole or not at all; durable on return.

    Folders that are missing are made. What crashed writers left in the file's folder is removed, once it is surely theirs.

    Raises:
        OSError: the disk failed. What reading the pieces raises is passed on; nothing is kept then.
    """
    make_directory(target.parent, ops)
    # A process's id is no name of it: in two containers that share the folder there may be one.
    temporary = target.with_name(f"{target.name}.{secrets.token_hex(8)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        written_s = _fill(descriptor, pieces, ops)
        ops.rename(temporary, target)
    finally:
        os.close(descriptor)
        temporary.unlink(missing_ok=True)  # it is there only if something failed
    _remove_abandoned(target.parent, written_s)
    sync_directory(target.parent, ops)


def keep_object(target: Path, pieces: Iterable[bytes], ops: FileOps) -> None:
    """Write the file whose name is the digest of these pieces, unless it is there; durable on return. Raises as `write_object`."""
    if target.exists():
        # Whoever wrote it may have been killed, or told that the disk failed, before its name was on disk.
        sync_directory(target.parent, ops)
    else:
        write_object(target, pieces, ops)


def make_directory(path: Path, ops: FileOps) -> None:
    """Make a directory and those above it; each is durable in its parent on return."""
    if path.is_dir():
        return
    make_directory(path.parent, ops)
    path.mkdir(exist_ok=True)
    sync_directory(path.parent, ops)


def sync_directory(path: Path, ops: FileOps) -> None:
    """Return when the names in a directory are on disk."""
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        ops.sync(fd)
    finally:
        os.close(fd)


def _fill(descriptor: int, pieces: Iterable[bytes], ops: FileOps) -> float:
    """Write the bytes under the file's lock; return when that was, by the clock of the disk."""
    with contextlib.suppress(OSError):  # where files have no locks nothing is taken for abandoned either
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    for piece in pieces:
        ops.write(descriptor, piece)
    ops.sync(descriptor)
    return os.fstat(descriptor).st_mtime


def _remove_abandoned(folder: Path, now_s: float) -> None:
    with contextlib.suppress(OSError):  # another time: the object is kept
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name) and _is_old(path, now_s):
                _remove_unheld(path)


def _is_old(path: Path, now_s: float) -> bool:
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_mtime < now_s - _ABANDONED_S
    return False


def _remove_unheld(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb"), contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
