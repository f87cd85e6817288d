# SPDX-License-Identifier: Apache-2.0
"""File operations that fail or kill at a chosen step (a stand-in for `FileOps`), and what looks like a file and is none."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from ruleout.adapters.durable_file import SystemFiles

FORMS = ("before", "after", "torn")


class StepFiles(SystemFiles):
    """Counts operations and does `trip` at number `step` (from 1): before it, after it, or half way into a write."""

    def __init__(self, step: int, form: str, trip: Callable[[], None]) -> None:
        self.count, self.trace = 0, []
        self._step, self._form, self._trip = step, form, trip

    def write(self, fd: int, data: bytes) -> None:
        half = (lambda: SystemFiles.write(self, fd, data[: len(data) // 2])) if self._form == "torn" else None
        self._do("write", lambda: SystemFiles.write(self, fd, data), half)

    def sync(self, fd: int) -> None:
        self._do("sync", lambda: SystemFiles.sync(self, fd))

    def rename(self, source: Path, target: Path) -> None:
        self._do(f"rename {target.name}", lambda: SystemFiles.rename(self, source, target))

    def truncate(self, fd: int, size_bytes: int) -> None:
        self._do("truncate", lambda: SystemFiles.truncate(self, fd, size_bytes))

    def remove(self, path: Path) -> None:
        self._do("remove", lambda: SystemFiles.remove(self, path))

    def _do(self, name: str, operation: Callable[[], None], half: Callable[[], None] | None = None) -> None:
        self.count += 1
        self.trace.append(name)
        if self.count == self._step and half is not None:
            half()
            self._trip()
        if self.count == self._step and self._form != "after":
            self._trip()
        operation()
        if self.count == self._step and self._form == "after":
            self._trip()


def fail() -> None:
    """The disk reports an error."""
    raise OSError(5, "Input/output error")


def kill() -> None:
    """The process ends as by `kill -9`: nothing of it runs any more."""
    os.kill(os.getpid(), signal.SIGKILL)


class UnplugFiles(StepFiles):
    """Loses, when unplugged, all that was not synced: written bytes, renames and removals without their directory's.

    The harshest disk that keeps its promises; a real one may lose less.
    """

    def __init__(self, step: int, form: str) -> None:
        super().__init__(step, form, self._unplug)
        self._unsynced: list[tuple[Path, Path, bytes | None]] = []  # whose sync settles it, what, what it was

    def write(self, fd: int, data: bytes) -> None:
        self._remember(_path_of(fd), _path_of(fd))
        super().write(fd, data)

    def sync(self, fd: int) -> None:
        super().sync(fd)
        settled = _path_of(fd)
        self._unsynced = [change for change in self._unsynced if change[0] != settled]

    def rename(self, source: Path, target: Path) -> None:
        self._remember(target.parent, target)
        super().rename(source, target)

    def truncate(self, fd: int, size_bytes: int) -> None:
        self._remember(_path_of(fd), _path_of(fd))
        super().truncate(fd, size_bytes)

    def remove(self, path: Path) -> None:
        self._remember(path.parent, path)
        super().remove(path)

    def _remember(self, settled_by: Path, path: Path) -> None:
        self._unsynced.append((settled_by, path, path.read_bytes() if path.exists() else None))

    def _unplug(self) -> None:
        for _, path, before in reversed(self._unsynced):
            if before is None:
                path.unlink(missing_ok=True)
            elif path.parent.is_dir():
                path.write_bytes(before)
        raise Unplugged


class Unplugged(Exception):
    """The power is gone."""


def _path_of(fd: int) -> Path:
    return Path(f"/proc/self/fd/{fd}").readlink()


def no_file(kind: str, path: Path) -> Path:
    """Put at `path` what is no regular file: a folder, a pipe, or a link to a device or a folder."""
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero" if kind == "link to a device" else path.parent)
    return path
