# SPDX-License-Identifier: Apache-2.0
"""An upstream that answers with any bytes at all, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Answer = Callable[[socket.socket, bytes], None]


def framed(body: bytes, status: str = "200 OK", *fields: str) -> bytes:
    """A whole answer."""
    told = ("content-type: application/json", *fields, f"content-length: {len(body)}")
    return f"HTTP/1.1 {status}\r\n".encode() + "\r\n".join(told).encode() + b"\r\n\r\n" + body


def sends(data: bytes, *, ends: bool = True) -> Answer:
    """An answer of these bytes; then the connection ends, or stays."""

    def answer(to: socket.socket, _: bytes) -> None:
        to.sendall(data)
        if ends:
            raise ConnectionAbortedError

    return answer


class RawUpstream:
    """One server; `answer` may be changed at any time, `asked` holds every request."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.answer: Answer = sends(framed(b"{}"))
        self.asked: list[bytes] = []
        self.sent = 0
        self._over = False
        self._threads: list[threading.Thread] = []
        self._kept: set[socket.socket] = set()
        self._begin()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _begin(self) -> None:
        thread = threading.Thread(target=self._accept, args=(self._listening,), daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(one,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, one: socket.socket) -> None:
        one.settimeout(60)
        self._kept.add(one)
        with one, contextlib.suppress(OSError):
            while not self._over:
                data = b""
                while b"\r\n\r\n" not in data:
                    more = one.recv(65536)
                    if not more:
                        return
                    data += more
                head, _, body = data.partition(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                while len(body) < length:
                    body += one.recv(65536)
                self.asked.append(head + b"\r\n\r\n" + body)
                self.answer(one, data)

    def refuse_connections(self) -> None:
        """Listen no more, and let go of connections that are kept."""
        for one in tuple(self._kept):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._kept.clear()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def listen_again(self) -> None:
        """Listen at the same place."""
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._begin()

    def close(self) -> None:
        self._over = True
        with contextlib.suppress(OSError):
            self.refuse_connections()
        for thread in self._threads:
            thread.join(0.01)


def waits(before: bytes = b"", seconds: float = 60) -> Answer:
    """An answer that begins with these bytes and then stays silent until its reader goes."""

    def answer(to: socket.socket, _: bytes) -> None:
        to.sendall(before)
        to.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            to.recv(1)
        time.sleep(0)
        raise ConnectionAbortedError

    return answer


@contextmanager
def raw_upstream() -> Iterator[RawUpstream]:
    """A server while the block runs."""
    one = RawUpstream()
    try:
        yield one
    finally:
        one.close()
