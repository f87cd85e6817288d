# SPDX-License-Identifier: Apache-2.0
"""What workers answer from their own event loops, and asking them: the way a kill proves itself (G-6).

A page and a slot can be right while the loop that serves hangs. So each worker answers here itself, and who does not
answer is named: *stuck* if its process lives.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import socket
from collections.abc import Callable, Iterable
from pathlib import Path

from ruleout.adapters.clock import seconds
from ruleout.adapters.kill.host import bound, short_path, started
from ruleout.serving.epoch.proof import Answer

MOST_ANSWER_BYTES = 512


class ProbeServer:
    """Answers on this worker's own socket, from its own event loop; also wakes it when the agent nudges.

    `enforced` returns the newest epoch whose killed streams have all ended here, and how many streams still have to end.
    """

    def __init__(
        self, probes: Path, nudges: Path, enforced: Callable[[], tuple[int, int]], nudged: Callable[[], None]
    ) -> None:
        name = f"{os.getpid()}-{started(os.getpid())}.sock"
        self._paths = (probes / name, nudges / name)
        self._enforced, self._nudged = enforced, nudged
        self._server: asyncio.Server | None = None
        self._datagrams: socket.socket | None = None

    async def start(self) -> None:
        """Begin to answer. Effect: makes two sockets. Raises OSError."""
        listening = bound(self._paths[0], socket.SOCK_STREAM)
        self._server = await asyncio.start_unix_server(self._answer, sock=listening)
        self._datagrams = bound(self._paths[1], socket.SOCK_DGRAM)
        asyncio.get_running_loop().add_reader(self._datagrams.fileno(), self._on_nudge)

    async def close(self) -> None:
        """Stop. Effect: removes the sockets."""
        if self._datagrams is not None:
            asyncio.get_running_loop().remove_reader(self._datagrams.fileno())
            self._datagrams.close()
        if self._server is not None:
            self._server.close()
        for path in self._paths:
            path.unlink(missing_ok=True)

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        epoch, live = self._enforced()
        said = {"pid": os.getpid(), "started": started(os.getpid()), "epoch": epoch, "live": live}
        try:
            writer.write(json.dumps(said).encode("ascii") + b"\n")
            await asyncio.wait_for(writer.drain(), 1.0)
        except (OSError, TimeoutError):
            return
        finally:
            writer.close()

    def _on_nudge(self) -> None:
        self._nudged()
        try:
            while self._datagrams is not None and self._datagrams.recv(16):
                pass
        except OSError:
            return


def known_workers(probes: Path, slots: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return (pid, start) of every worker that the page or a socket names and that lives. Effect: looks."""
    found = set(slots)
    for path in probes.glob("*.sock") if probes.is_dir() else ():
        pid, _, began = path.stem.partition("-")
        if pid.isdigit() and began.isdigit():
            found.add((int(pid), int(began)))
    return sorted(one for one in found if started(one[0]) == one[1])


def ask(probes: Path, worker: tuple[int, int], *, epoch: int, timeout_s: float) -> Answer:
    """Ask one worker once. Effect: connects; returns within the time. `acknowledged` takes this very epoch and no live stream."""
    began = seconds()
    said, state = _asked(probes / f"{worker[0]}-{worker[1]}.sock", began + timeout_s)
    after_ms = int((seconds() - began) * 1000)
    if said is None:
        if started(worker[0]) != worker[1]:
            state = "gone"
        return Answer(*worker, state, 0, 0, after_ms)
    if (said["pid"], said["started"]) != worker:
        return Answer(*worker, "unreachable", 0, 0, after_ms)
    has_done = said["epoch"] >= epoch and said["live"] == 0
    return Answer(*worker, "acknowledged" if has_done else "behind", said["epoch"], said["live"], after_ms)


def _asked(path: Path, deadline: float) -> tuple[dict[str, int] | None, str]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.setblocking(False)
        try:
            with short_path(path) as short:
                asking.connect(short)
            data = _line(asking, deadline)
        except BlockingIOError:
            return None, "stuck"  # its queue of callers is full: nobody takes them
        except OSError:
            return None, "unreachable"
    if data is None:
        return None, "stuck"
    return _said(data), "unreachable"


def _line(asking: socket.socket, deadline: float) -> bytes | None:
    data = b""
    while not data.endswith(b"\n") and len(data) < MOST_ANSWER_BYTES:
        ready, _, _ = select.select([asking], [], [], max(0.0, deadline - seconds()))
        if not ready:
            return None
        more = asking.recv(MOST_ANSWER_BYTES)
        if not more:
            break
        data += more
    return data


def _said(data: bytes) -> dict[str, int] | None:
    try:
        value = json.loads(data)
    except ValueError:
        return None
    names = ("pid", "started", "epoch", "live")
    whole = type(value) is dict and all(type(value.get(name)) is int for name in names)
    return {name: value[name] for name in names} if whole else None
