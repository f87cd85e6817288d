# SPDX-License-Identifier: Apache-2.0
"""A client of a gateway under test that sees every byte and when it came; and eyes on the gateway's processes and records.

Whoever waits here waits for a state, and for long: a machine that does other things may put any process aside for seconds.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.gateway_world import KEY, Running, World
from tests.stream_clients import ROOM, STAMPS, arrived, wall_ahead_ns

from ruleout.adapters.kill.probe import known_workers
from ruleout.serving.audit import parse_segment

CHAT, RESPONSES, MESSAGES = "/v1/chat/completions", "/v1/responses", "/v1/messages"
_HEAD_ENDS = b"\r\n\r\n"
PATIENCE_S = 60


def chat(text: str = "say:hi", *, model: str = "helper", stream: bool = False, **more: Any) -> dict[str, Any]:
    """The body of a chat."""
    turns = [{"role": "user", "content": text}]
    return {"model": model, "messages": turns, "max_tokens": 50, **({"stream": True} if stream else {}), **more}


def request_bytes(path: str, body: bytes, headers: Mapping[str, str], *, method: str = "POST") -> bytes:
    """A request as it goes over the wire."""
    told = {"host": "gateway", "content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join(lines).encode("latin-1") + _HEAD_ENDS + body


class Stream:
    """A request on a connection of its own; a thread keeps each piece that comes with the instant at which it came.

    The instant is the kernel's, by the monotonic clock in seconds: however late this thread reads.

    Args:
        raw: bytes to send as they are, in place of a body and headers.
        is_read: False for a client that sends and reads nothing.
    """

    def __init__(
        self,
        running: Running,
        body: object = None,
        *,
        path: str = CHAT,
        key: str = KEY,
        headers: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        is_read: bool = True,
        receive: int = 0,
    ) -> None:
        listen = running.world.settings["listen"]
        self.socket = socket.socket()
        if receive:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        self.socket.setsockopt(socket.SOL_SOCKET, STAMPS, 1)
        self.socket.settimeout(2 * PATIENCE_S)
        try:
            self.socket.connect((listen["address"], listen["port"]))
        except OSError:
            self.socket.close()
            raise
        self.pieces: list[tuple[float, bytes]] = []
        self.ended: float | None = None
        self.broke = False
        if raw is None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            told = {**({"authorization": f"Bearer {key}"} if key else {}), **(headers or {})}
            raw = request_bytes(path, data, told)
        with suppress(ConnectionError):  # of a process that has just ended; the thread that reads hears of it
            self.socket.sendall(raw)
        self._ahead_ns = wall_ahead_ns(time.monotonic_ns)
        self._thread = threading.Thread(target=self._read, daemon=True)
        if is_read:
            self._thread.start()

    def read_on(self) -> None:
        """Begin to read, for a client that did not."""
        self._thread.start()

    def _read(self) -> None:
        try:
            while True:
                data, stamps, _, _ = self.socket.recvmsg(65536, ROOM)
                if not data:
                    break
                came_ns = arrived(stamps, self._ahead_ns) or time.monotonic_ns()
                self.pieces.append((came_ns / 1e9, data))
                if self._is_whole():
                    break
        except OSError:
            self.broke = True
        self.socket.close()
        self.ended = time.monotonic()

    def _is_whole(self) -> bool:
        head, _, body = self.data.partition(_HEAD_ENDS)
        length = re.search(rb"content-length: ([0-9]+)", head.lower())
        if length:
            return len(body) >= int(length[1])
        return b"chunked" in head.lower() and body.endswith(b"0\r\n\r\n")

    @property
    def data(self) -> bytes:
        return b"".join(piece for _, piece in tuple(self.pieces))

    @property
    def body(self) -> bytes:
        head, _, body = self.data.partition(_HEAD_ENDS)
        if b"chunked" not in head.lower():
            return body
        out = b""
        while body:
            size, _, body = body.partition(b"\r\n")
            if not size or not int(size, 16):
                break
            out, body = out + body[: int(size, 16)], body[int(size, 16) + 2 :]
        return out

    @property
    def status(self) -> int:
        return int(self.data[9:12] or 0)

    @property
    def request(self) -> str:
        """The gateway's id of it, from the answer's header."""
        found = re.search(rb"x-ruleout-request: ([0-9a-f]+)", self.data)
        return found[1].decode() if found else ""

    @property
    def last(self) -> float:
        """When the last byte came."""
        return self.pieces[-1][0]

    def wait(self, timeout_s: float = PATIENCE_S) -> Stream:
        """Wait until the server has ended it."""
        self._thread.join(timeout_s)
        assert self.ended is not None, f"still under way after {timeout_s} s: {self.data[-300:]!r}"
        return self

    def began(self, timeout_s: float = PATIENCE_S) -> Stream:
        """Wait until a piece of the answer itself has come."""
        until(lambda: b"data:" in self.data or self.ended is not None, timeout_s)
        assert self.status == 200, self.data
        return self

    def close(self) -> None:
        """Go away; also where another thread reads."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def ask(running: Running, body: object = None, **more: Any) -> Stream:
    """Ask and wait for the whole answer."""
    one = Stream(running, chat() if body is None else body, **more).wait()
    one.close()
    return one


def why(one: Stream) -> str:
    """The ground of a refusal or a cut, from an answer in whatever form; "" where there is none."""
    found = re.findall(rb'"ruleout":\s*\{[^{}]*"why":\s*"([a-z-]+)"', one.body)
    return found[-1].decode() if found else ""


def until(holds: Callable[[], Any], timeout_s: float = PATIENCE_S) -> float:
    """Wait until something holds; return after how many seconds."""
    start = time.monotonic()
    while not holds():
        assert time.monotonic() - start < timeout_s, "it did not come to hold in time"
        time.sleep(0.005)
    return time.monotonic() - start


@contextmanager
def live(running: Running, *bodies: object, **more: Any) -> Iterator[list[Stream]]:
    """Streams that have begun; they are left at the end."""
    some = [Stream(running, body, **more) for body in bodies]
    try:
        for one in some:
            one.began()
        yield some
    finally:
        for one in some:
            one.close()


def workers(world: World) -> list[int]:
    """Processes that serve."""
    return [pid for pid, _ in known_workers(world.site().places.probes, [])]


def host_of(running: Running) -> int:
    """The process of the host's agent, 0 while there is none."""
    serving = workers(running.world)
    children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    every = {int(pid) for task in children.parent.parent.iterdir() for pid in (task / "children").read_text().split()}
    for pid in every - set(serving):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in command and _maps_page(pid, running.world):
            return pid
    return 0


def _maps_page(pid: int, world: World) -> bool:
    try:
        return str(world.site().places.page) in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def pause(pid: int) -> None:
    """Stop a process and wait until it stands."""
    assert pid > 1, "there is no such process"
    os.kill(pid, 19)
    until(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")


def records(world: World) -> list[Any]:
    """Every audit record that is on disk, by segment and order."""
    found = []
    for path in sorted((world.folder / world.settings["audit"]).glob("*.audit")):
        parsed = parse_segment(path.read_bytes(), path.name.removesuffix(".audit"))
        found += [one.record for one in parsed.records]
    return found


def of(world: World, request: str) -> list[Any]:
    """The records of one request."""
    return [one for one in records(world) if getattr(one, "request", None) == request]


def kinds(world: World, request: str) -> list[str]:
    """The kinds of the records of one request."""
    return [type(one).__name__ for one in of(world, request)]
