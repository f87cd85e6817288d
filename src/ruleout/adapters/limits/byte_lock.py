# SPDX-License-Identifier: Apache-2.0
"""Locks on single bytes of an open file, which end with the process that holds them (Linux, F_OFD_SETLK).

They belong to the opened file, not to the process: two that open it in one process exclude each other too.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Callable
from typing import TypeVar

from ruleout.serving.limits.store import StoreClosed

_FLOCK = struct.Struct("hhqqi4x")
#: Tries for a lock while a request waits, without a pause.
_TRIES = 200

Made = TypeVar("Made")


def try_lock(fd: int, place: int, *, shared: bool = False) -> bool:
    """Lock one byte, or return False at once if another holds it. Effect: takes the lock, or makes of the own one such a one.

    Args:
        shared: others may share it too; nobody has it alone meanwhile.
    """
    kind = fcntl.F_RDLCK if shared else fcntl.F_WRLCK
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, place, 1, 0))
    except BlockingIOError:
        return False
    return True


def unlock(fd: int, place: int) -> None:
    """Let go of one byte. Effect: ends the lock."""
    fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _FLOCK.pack(fcntl.F_UNLCK, os.SEEK_SET, place, 1, 0))


def locked(fd: int, place: int, step: Callable[[], Made], *, tries: int = _TRIES, pause_s: float = 0) -> Made:
    """Take a step while one byte is locked. Effect: the step's. Raises StoreClosed where another holds it for too long."""
    for _ in range(tries):
        if try_lock(fd, place):
            break
        if pause_s:
            time.sleep(pause_s)
    else:
        raise StoreClosed("another worker holds this counter")
    try:
        return step()
    finally:
        unlock(fd, place)
