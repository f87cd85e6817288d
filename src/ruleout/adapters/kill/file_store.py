# SPDX-License-Identifier: Apache-2.0
"""Epochs as files of one folder on one host, the default.

A number is taken by link(2), which fails where the name exists: no lock is held, so that no stopped process can stand
between a person and a kill. A reserve of room is given up when the disk is full.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
import socket
from pathlib import Path

from ruleout.adapters.durable_file import FileOps, SystemFiles, make_directory, sync_directory
from ruleout.adapters.files import read_bounded
from ruleout.adapters.kill.host import bound, nudge_all
from ruleout.adapters.kill.store import Conflict, StoreUnavailable
from ruleout.errors import NotFound, RuleoutError
from ruleout.serving.epoch import MOST_BYTES

RESERVE_BYTES = 4 * MOST_BYTES
MOST_HISTORY = 10_000


class FileStore:
    """See `EpochStore`. `folder` is made when something is first written."""

    def __init__(self, folder: Path, ops: FileOps | None = None) -> None:
        self._folder = folder
        self._ops: FileOps = ops or SystemFiles()
        self._watching: socket.socket | None = None
        self._socket_path = folder / "watchers" / f"{os.getpid()}-{id(self):x}.sock"

    def newest(self) -> tuple[int, bytes] | None:
        """See `EpochStore`."""
        number = self._highest()
        return None if number == 0 else (number, self._read(number))

    def append(self, number: int, data: bytes) -> None:
        """See `EpochStore`."""
        if number != self._highest() + 1:
            raise Conflict(f"expected epoch {self._highest() + 1}, got {number}", hint="Try again.")
        try:
            self._place_somehow(number, data)
        except FileExistsError:
            raise Conflict(f"epoch {number} was written by somebody else", hint="Try again.") from None
        self._sync_name(number)
        self._keep_reserve()

    def history(self, first: int = 1) -> list[bytes]:
        """See `EpochStore`."""
        last = min(self._highest(), first + MOST_HISTORY - 1)
        return [self._read(number) for number in range(first, last + 1)]

    def watch(self, timeout_s: float) -> bool:
        """See `EpochStore`."""
        if self._watching is None:
            try:
                self._watching = bound(self._socket_path, socket.SOCK_DGRAM)
            except OSError as error:
                raise StoreUnavailable(f"{self._folder}: cannot be watched: {error}") from error
            return True
        ready, _, _ = select.select([self._watching], [], [], max(0.0, timeout_s))
        if ready:
            self._drain(self._watching)
        return bool(ready)

    def close(self) -> None:
        """See `EpochStore`."""
        if self._watching is not None:
            self._watching.close()
            self._socket_path.unlink(missing_ok=True)
            self._watching = None

    def _highest(self) -> int:
        try:
            names = [path.name for path in self._folder.iterdir()]
        except FileNotFoundError:
            return 0
        except OSError as error:
            raise StoreUnavailable(f"{self._folder}: cannot be read: {error}") from error
        numbers = [
            int(name[:-5]) for name in names if len(name) == 15 and name[:-5].isdigit() and name.endswith(".json")
        ]
        return max(numbers, default=0)

    def _read(self, number: int) -> bytes:
        try:
            return read_bounded(self._path(number), limit_bytes=MOST_BYTES, what="epoch")
        except NotFound as error:
            raise _unread(number, "is missing") from error
        except (OSError, RuleoutError) as error:
            raise _unread(number, f"cannot be read: {error}") from error

    def _place(self, number: int, data: bytes) -> None:
        make_directory(self._folder, self._ops)
        # A process's id is no name of it: in two containers that share the folder there may be one.
        temporary = self._folder / f".{number}.{secrets.token_hex(8)}.tmp"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._ops.write(descriptor, data)
            self._ops.sync(descriptor)
            os.link(temporary, self._path(number))
            # From here on whoever asks finds it: nobody waits for its name to be on disk, but for the word that it is.
            with contextlib.suppress(OSError):  # whoever is not nudged looks by itself
                nudge_all(self._folder / "watchers")
        finally:
            os.close(descriptor)
            with contextlib.suppress(OSError):  # on a full disk it may not go: what is in force is in force
                self._ops.remove(temporary)

    def _sync_name(self, number: int) -> None:
        """See to it that the name of an epoch, by which it is found already, is on disk."""
        try:
            sync_directory(self._folder, self._ops)
        except OSError as error:
            says = f"epoch {number} is in force, but its name may not be on disk: {error}"
            raise StoreUnavailable(says, hint="Look at the disk, then at `ruleout kill --list`.") from error

    def _place_somehow(self, number: int, data: bytes) -> None:
        try:
            self._place(number, data)
        except FileExistsError:
            raise
        except OSError as error:
            self._place_in_reserve(number, data, error)

    def _place_in_reserve(self, number: int, data: bytes, error: OSError) -> None:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise StoreUnavailable(
                f"{self._folder}: the disk failed: {error}", hint="Stop the gateway by hand."
            ) from error
        self._reserve.unlink(missing_ok=True)
        try:
            self._place(number, data)
        except FileExistsError:
            raise
        except OSError as second:
            hint = "Stop the gateway by hand: the kill was NOT written."
            raise StoreUnavailable(f"{self._folder}: the disk is full: {second}", hint=hint) from second

    def _keep_reserve(self) -> None:
        """Set room aside for the next epoch; without any, the epoch written now counts all the same."""
        try:
            descriptor = os.open(self._reserve, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
        except OSError:
            return
        finally:
            os.close(descriptor)

    @property
    def _reserve(self) -> Path:
        return self._folder / "reserve"

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:010d}.json"

    @staticmethod
    def _drain(waiting: socket.socket) -> None:
        try:
            while waiting.recv(16):
                pass
        except BlockingIOError:
            return


def _unread(number: int, says: str) -> StoreUnavailable:
    """An epoch is there, as its name says, and not known."""
    error = StoreUnavailable(f"epoch {number} {says}", hint="Restore the state folder.")
    error.number = number
    return error
