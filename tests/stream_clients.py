# SPDX-License-Identifier: Apache-2.0
"""Many clients of streams in one process of their own, which read at once whatever comes and keep when it came.

Two instants of each piece: its arrival, stamped by the kernel, which says what was sent after another instant however late this
process reads it; and its being read, which is when a client sees it. All are nanoseconds since boot, as in every process of the host.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import re
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import NamedTuple

from ruleout.adapters.kill.host import boottime_ns

STAMPS = 35  # SO_TIMESTAMPNS of Linux, as an option and as the kind of a control message
ROOM = socket.CMSG_SPACE(16)
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_KEPT = 4096
_WHY = re.compile(rb'"ruleout":\s*\{[^{}]*"why":\s*"([a-z-]+)"')


class Seen(NamedTuple):
    """What one client saw of its stream.

    Attributes:
        port: its own, by which its worker is found.
        ended_ns: when it read the stream's end: its last chunk or the connection's end; 0 while it goes on.
        why: what the stream's own last words gave as the reason; "" for none.
        is_native: whether it ended by its format's last words and a last chunk, not by a connection that broke.
        pieces: arrival and bytes of each read.
    """

    port: int
    ended_ns: int
    why: str
    is_native: bool
    pieces: tuple[tuple[int, int], ...]

    @property
    def last_ns(self) -> int:
        """When its last byte arrived."""
        return self.pieces[-1][0]

    def bytes_after(self, ns: int) -> int:
        """Bytes that arrived after an instant."""
        return sum(count for at, count in self.pieces if at > ns)


class _Client:
    """One connection with one stream."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.SOL_SOCKET, STAMPS, 1)
        self.socket.sendall(request)
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.tail, self.ended_ns, self.has_begun, self.is_open = b"", 0, False, True
        self.pieces: list[tuple[int, int]] = []

    def read(self, offset_ns: int) -> None:
        """Read what is there."""
        try:
            data, stamps, _, _ = self.socket.recvmsg(65536, ROOM)
        except BlockingIOError:
            return
        except OSError:
            data, stamps = b"", []
        now = boottime_ns()
        if data:
            self.pieces.append((arrived(stamps, offset_ns) or now, len(data)))
            self.tail = (self.tail + data)[-_KEPT:]
            self.has_begun = self.has_begun or b"data:" in self.tail
        self.is_open = bool(data)
        if not self.ended_ns and (not data or self.tail.endswith(_LAST_CHUNK)):
            self.ended_ns = now

    def seen(self) -> Seen:
        """What it saw until now."""
        found = _WHY.findall(self.tail)
        why = found[-1].decode() if found else ""
        return Seen(self.port, self.ended_ns, why, bool(why) and _LAST_CHUNK in self.tail, tuple(self.pieces))


def arrived(stamps: list[tuple[int, int, bytes]], offset_ns: int) -> int:
    """When the kernel had what was read, by the clock that the wall clock is ahead of by so much; 0 where it does not say."""
    for level, kind, data in stamps:
        if (level, kind) == (socket.SOL_SOCKET, STAMPS) and len(data) >= 16:
            whole, part = struct.unpack("qq", data[:16])
            return int(whole * 1_000_000_000 + part - offset_ns)
    return 0


def wall_ahead_ns(clock_ns: Callable[[], int]) -> int:
    """What the wall clock has beyond another clock, off by less than the narrowest of some looks at both takes.

    Whoever is put aside between two clocks would take each stamp for milliseconds later than it was.
    """
    looks = ((clock_ns(), time.time_ns(), clock_ns()) for _ in range(20))
    before, wall, after = min(looks, key=lambda look: look[2] - look[0])
    return wall - (before + after) // 2


def request_bytes(body: dict[str, object], key: str) -> bytes:
    """A chat that asks for a stream, as it goes over the wire."""
    data = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


def _serve(pipe: Connection, port: int) -> None:
    """Open streams when told to and say when all run; say what was seen when asked, and go away."""
    while (told := pipe.recv()) is not None:
        count, request = told
        clients = {one.socket.fileno(): one for one in (_Client(port, request) for _ in range(count))}
        offset_ns, told_of = wall_ahead_ns(boottime_ns), 0
        with select.epoll() as poll:
            poll.register(pipe.fileno(), select.EPOLLIN)
            for descriptor in clients:
                poll.register(descriptor, select.EPOLLIN)
            while not pipe.poll(0):
                for descriptor, _ in poll.poll(0.5):
                    if descriptor in clients:
                        clients[descriptor].read(offset_ns)
                        if not clients[descriptor].is_open:
                            poll.unregister(descriptor)
                if told_of == 0 and all(one.has_begun or one.ended_ns for one in clients.values()):
                    told_of = 1
                    pipe.send("running")
                if told_of == 1 and all(one.ended_ns for one in clients.values()):
                    told_of = 2
                    pipe.send("ended")
        pipe.recv()
        pipe.send([one.seen() for one in clients.values()])
        for one in clients.values():
            one.socket.close()


class Clients:
    """The process, from outside of it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def open(self, count: int, request: bytes) -> None:
        """Open so many streams, and wait until something of each has come."""
        self._pipe.send((count, request))
        self._wait(90, f"not all of {count} streams began")

    def ended(self, timeout_s: float) -> None:
        """Wait until each has ended."""
        self._wait(timeout_s, "not all streams ended")

    def _wait(self, timeout_s: float, otherwise: str) -> None:
        if not self._pipe.poll(timeout_s):
            raise RuntimeError(f"{otherwise} within {timeout_s:g} s")
        self._pipe.recv()

    def close(self) -> list[Seen]:
        """Go away; return what each saw."""
        self._pipe.send("enough")
        while isinstance(found := self._pipe.recv(), str):
            pass
        return list(found)


@contextlib.contextmanager
def clients_of(port: int) -> Iterator[Clients]:
    """Run the process until the block ends."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_serve, args=(theirs, port), daemon=True)
    process.start()
    try:
        yield Clients(ours)
    finally:
        process.terminate()
        process.join()
