# SPDX-License-Identifier: Apache-2.0
"""A provider that costs next to nothing, and clients that cost little: what stands around a gateway that is measured.

python benchmarks/material/quick_upstream.py PORT
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import httptools

CHUNKS = 20
_WHOLE = json.dumps(
    {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "helper",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello world " * 20}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 40, "total_tokens": 60},
    }
).encode()  # fmt: skip


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "helper", "choices": [choice]}
    data = b"data: " + json.dumps(told).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


_EVENTS = [_chunk({"role": "assistant", "content": ""}, None), *[_chunk({"content": "hello "}, None)] * CHUNKS]
_EVENTS += [_chunk({}, "stop"), b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n"]
_PLAIN = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(_WHOLE), _WHOLE)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


class Provider(asyncio.Protocol):
    """One connection: answers whatever is asked, whole or in chunks a millisecond apart."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self.transport = cast("asyncio.Transport", transport)
        self.parser = httptools.HttpRequestParser(self)
        self.body = b""

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self.parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self.body += body

    def on_message_complete(self) -> None:
        """The message is whole."""
        streams = b'"stream":true' in self.body.replace(b": ", b":")
        self.body, self.parser = b"", httptools.HttpRequestParser(self)
        if streams:
            self.transport.write(_HEAD)
            self._next(0)
        else:
            self.transport.write(_PLAIN)

    def _next(self, number: int) -> None:
        self.transport.write(_EVENTS[number])
        if number + 1 < len(_EVENTS):
            asyncio.get_running_loop().call_later(0.001, self._next, number + 1)


@dataclass(slots=True)
class Asking:
    """What clients saw: seconds of each request, and how many were not answered by 200."""

    seconds: list[float] = field(default_factory=list)
    failed: int = 0


class Client(asyncio.Protocol):
    """One kept connection that asks again as soon as it is answered, while `more` allows it."""

    def __init__(self, request: bytes, asking: Asking, more: Callable[[], bool], done: asyncio.Future[None]) -> None:
        self.request, self.asking, self.more, self.done = request, asking, more, done
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self.parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The message is whole."""
        self.asking.seconds.append(time.perf_counter() - self.began)
        self.asking.failed += self.parser.get_status_code() != 200
        self.parser = httptools.HttpResponseParser(self)
        self._ask()

    def connection_lost(self, _: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        if self.more():
            self.began = time.perf_counter()
            self.transport.write(self.request)
        else:
            self.transport.close()


async def ask(port: int, request: bytes, *, count: int, at_once: int) -> Asking:
    """Ask `count` times over `at_once` connections."""
    loop, asking, left = asyncio.get_running_loop(), Asking(), iter(range(count))
    waits = []
    for _ in range(at_once):
        done: asyncio.Future[None] = loop.create_future()
        more = lambda: next(left, None) is not None  # noqa: E731
        await loop.create_connection(
            lambda done=done, more=more: Client(request, asking, more, done), "127.0.0.1", port
        )
        waits.append(done)
    await asyncio.gather(*waits)
    return asking


async def provide(port: int) -> None:
    """Answer for ever."""
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(provide(int(sys.argv[1])))
