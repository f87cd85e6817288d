# SPDX-License-Identifier: Apache-2.0
"""What this host is asked: its clock since boot, which boot it is, which process is which, and sockets by folder."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_gettime, _BOOT = time.clock_gettime_ns, time.CLOCK_BOOTTIME


def boottime_ns() -> int:
    """Return nanoseconds since boot, sleep included; setting the wall clock does not move it. Effect: reads a clock."""
    return _gettime(_BOOT)


def boot_words() -> tuple[int, int]:
    """Return this boot's id as two words. Effect: reads it from the kernel. Raises OSError."""
    data = bytes.fromhex(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip().replace("-", ""))
    return int.from_bytes(data[:8], "little"), int.from_bytes(data[8:], "little")


def started(pid: int) -> int:
    """Return when a process began, in clock ticks since boot; 0 if there is none, or only its remains. Effect: reads."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return 0 if fields[0] in (b"Z", b"X") else int(fields[19])
    except (OSError, IndexError, ValueError):
        return 0


def end_process(pid: int, began: int) -> bool:
    """Kill exactly the process that began then; return whether it was there. Effect: SIGKILL, through a descriptor.

    The descriptor names one process: its number cannot pass to another between the check and the signal.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if began == 0 or started(pid) != began:
            return False
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True


def is_still_mapped(path: Path) -> bool:
    """Whether a process of this user maps a file that stood at a path and was deleted since. Effect: looks at every process."""
    gone = os.fsencode(f"{path.resolve()} (deleted)\n")
    return any(gone in _maps(folder) for folder in Path("/proc").glob("[0-9]*"))


def _maps(folder: Path) -> bytes:
    try:
        return (folder / "maps").read_bytes() if folder.stat().st_uid == os.geteuid() else b""
    except OSError:
        return b""


@contextmanager
def short_path(path: Path) -> Iterator[str]:
    """Lend a path of the same socket that is short enough for the kernel (108 bytes), however deep the folder. Effect: opens it."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def bound(path: Path, kind: socket.SocketKind) -> socket.socket:
    """Return a socket that listens at a path for this user alone, in place of what stood there. Effect: makes it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, kind)
    made.setblocking(False)
    with short_path(path) as short:
        made.bind(short)
    path.chmod(0o600)
    return made


def nudge_all(folder: Path) -> None:
    """Send one byte to every datagram socket in a folder; nobody is waited for, and the dead are left out. Effect: sends."""
    if not folder.is_dir():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for path in folder.glob("*.sock"):
            try:
                with short_path(path) as short:
                    sender.sendto(b"!", short)
            except OSError:
                continue  # gone, or full: then it has been nudged already
