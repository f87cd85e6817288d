# SPDX-License-Identifier: Apache-2.0
"""One segment as a file that is only appended to, and the segments of a folder (G-8).

A segment's file is `NAME.audit`, for its owner alone (0600). It is opened once, by the process that made it; whoever
comes after opens a new one. After an error of any operation a segment takes nothing more. Until its first records are on
disk it is called `NAME.audit.tmp`, which is no segment: what can be seen can be sealed, and must be there after a crash.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.durable_file import FileOps, disk_errors, make_directory, sync_directory
from ruleout.errors import LedgerError, NotFound
from ruleout.ledger.batches import is_segment_name, is_worker_name
from ruleout.serving.audit import Parsed, first_head, frame, parse_segment

SUFFIX = ".audit"
UNFINISHED = ".tmp"
MAX_SEGMENT_BYTES = 1024 * 1024 * 1024
_BEGAN = re.compile(r"-([0-9]{20})-[^-]*$")
#: What opening says of a name that no plain file bears: nothing there, a link, a socket.
_NO_FILE = frozenset({errno.ENOENT, errno.ELOOP, errno.ENXIO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Where a segment ends, as far as it is whole: its name, the number of the last record (-1 for none), the head (hex)."""

    segment: str
    last: int
    head: str


class SegmentFile:
    """A segment open for appending. Not for several threads."""

    def __init__(self, folder: Path, name: str, ops: FileOps) -> None:
        """Create the file; no segment of the name is there before the first `append`. Raises OSError."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self.name, self._ops, self._path = name, ops, _path(folder, name)
        self._unfinished = self._path.with_name(f"{self._path.name}{UNFINISHED}")
        if os.path.lexists(self._path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self._path))
        self._fd = os.open(self._unfinished, flags, 0o600)
        self._head, self._next, self.size = first_head(name), 0, 0

    def append(self, records: Sequence[bytes]) -> None:
        """Append records with one sync for all; durable on return. The first ones bring the segment into the folder.

        Raises:
            OSError: nobody knows what the disk holds of them; the segment must take nothing more.
        """
        head, parts = self._head, []
        for record in records:
            data, head = frame(head, record)
            parts.append(data)
        whole = b"".join(parts)
        self._ops.append(self._fd, whole)
        if not self.size:  # the name, too: if we crash before, there is no segment, and nobody was told of a record
            self._ops.rename(self._unfinished, self._path)
            sync_directory(self._path.parent, self._ops)
        self._head, self._next, self.size = head, self._next + len(records), self.size + len(whole)

    @property
    def ending(self) -> Ending:
        """Where it ends, acknowledged records only."""
        return Ending(segment=self.name, last=self._next - 1, head=self._head.hex())

    def close(self) -> None:
        """Release the file. Never raises: what was acknowledged is durable already."""
        try:
            os.close(self._fd)
        except OSError:
            return

    def discard(self) -> None:
        """Release the file, and remove it where nobody can have seen it. Raises OSError."""
        self.close()
        self._unfinished.unlink(missing_ok=True)


def begin_segment(folder: Path, name: str, records: Sequence[bytes], ops: FileOps) -> SegmentFile:
    """Return a new segment that holds its first records, durable.

    Raises:
        OSError: there is no such segment, and what was written of it is removed as far as possible; or it is whole in the
            folder already, and stays: it may have been sealed.
    """
    file = SegmentFile(folder, name, ops)
    try:
        file.append(records)
    except (OSError, MemoryError):
        file.discard()
        raise
    return file


def prepare_folder(folder: Path, ops: FileOps) -> None:
    """Make the folder, for its owner alone, if it is missing. Raises LedgerError if the disk failed."""
    with disk_errors(folder):
        make_directory(folder.parent, ops)
        if not folder.is_dir():
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_directory(folder.parent, ops)


def segments_in(folder: Path) -> tuple[str, ...]:
    """Return the names of a folder's segments, in order of worker and time. Effect: lists it; none if it is missing."""
    if not folder.is_dir():
        return ()
    names = (path.name.removesuffix(SUFFIX) for path in folder.iterdir() if path.name.endswith(SUFFIX))
    return tuple(sorted(name for name in names if is_segment_name(name)))


def name_for(worker: str, at_ns: int, salt: str, *, before: str = "") -> str:
    """Return the name of a new segment: its worker, when it began, and something that nobody repeats. Pure.

    Behind the worker's segment `before` in order of name, though the clock was set back meanwhile: the newest is found by it.

    Raises:
        LedgerError: a worker may not be called so.
    """
    if not is_worker_name(worker):
        raise LedgerError(
            f"expected a worker of a-z, 0-9, '.' and '-', got {worker[:80]!r}", hint="Choose a short name."
        )
    began = _BEGAN.search(before)
    return f"{worker}-{max(at_ns, int(began[1]) + 1 if began else 0):020d}-{salt}"


def worker_of(name: str) -> str:
    """Return the worker of a segment, by its name. Pure."""
    return name.rsplit("-", 2)[0]


def read_bytes(folder: Path, name: str, *, offset: int = 0) -> bytes:
    """Return a segment's bytes from an offset. Effect: reads the file.

    Raises:
        NotFound: no plain file is called so.
        LedgerError: it is larger than a gigabyte, or cannot be read.
    """
    path = _path(folder, name)
    with os.fdopen(_open(path), "rb") as file, disk_errors(path):
        file.seek(offset)
        data = file.read(MAX_SEGMENT_BYTES + 1)
    if len(data) > MAX_SEGMENT_BYTES:
        raise LedgerError(f"{path}: expected at most {MAX_SEGMENT_BYTES} bytes, got more", hint="Move it away.")
    return data


def size_of(folder: Path, name: str) -> int:
    """Return how many bytes a segment's file has. Effect: asks the system. Raises OSError; NotFound if it is no plain file."""
    path = _path(folder, name)
    return _plain(path, path.lstat()).st_size


def sync_segment(folder: Path, name: str, ops: FileOps) -> None:
    """Return when all that stands in a segment's file is on disk: nothing else may be sealed. Raises as `read_bytes`."""
    path = _path(folder, name)
    fd = _open(path)
    try:
        with disk_errors(path):
            ops.sync(fd)
    finally:
        os.close(fd)


def last_of(folder: Path, worker: str, ops: FileOps) -> Ending | None:
    """Return where the newest segment of a worker ends, None if there is none.

    Effect: syncs and reads it. Whoever wrote it may have been killed before its sync, and what the next segment says of
    it must be there after a crash. Raises as `read_bytes`.
    """
    own = [name for name in segments_in(folder) if worker_of(name) == worker]
    if not own:
        return None
    sync_segment(folder, own[-1], ops)
    parsed = parse_segment(read_bytes(folder, own[-1]), own[-1])
    return ending_of(own[-1], parsed)


def ending_of(name: str, parsed: Parsed) -> Ending:
    """Return where a parsed segment ends, as far as it is whole. Pure."""
    return Ending(segment=name, last=parsed.records[-1].number if parsed.records else -1, head=parsed.head.hex())


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}{SUFFIX}"


def _open(path: Path) -> int:
    """Open a plain file to read; not what a link points to, and without waiting for whoever writes a pipe."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        kind = NotFound if error.errno in _NO_FILE else LedgerError
        raise kind(f"{path}: expected a segment, got {error.strerror}", hint="Bring it back from a copy.") from error
    try:
        _plain(path, os.fstat(fd))
    except (NotFound, OSError):
        os.close(fd)
        raise
    return fd


def _plain(path: Path, found: os.stat_result) -> os.stat_result:
    if not stat.S_ISREG(found.st_mode):
        raise NotFound(f"{path}: expected a segment, got no plain file", hint="Move it away, and ask who put it there.")
    return found
