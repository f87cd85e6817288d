# SPDX-License-Identifier: Apache-2.0
"""A provider whose streams never end: a chunk every 20 ms, or a few and then silence where the question says so.

python benchmarks/material/steady_upstream.py PORT
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

import httptools

PACE_S = 0.02
#: A question that holds this is answered by so many chunks, then by nothing more.
SILENT, BEFORE_SILENCE = b"fall silent", 3
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


def _chunk() -> bytes:
    choice = {"index": 0, "delta": {"content": "hello "}, "finish_reason": None}
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "helper", "choices": [choice]}
    data = b"data: " + json.dumps(told).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


_CHUNK = _chunk()


class Provider(asyncio.Protocol):
    """One connection: whatever is asked, a stream without an end begins."""

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
        """The question is whole: begin."""
        left = BEFORE_SILENCE if SILENT in self.body else -1
        self.body, self.parser = b"", httptools.HttpRequestParser(self)
        self.transport.write(_HEAD)
        self._next(left)

    def _next(self, left: int) -> None:
        if left and not self.transport.is_closing():
            self.transport.write(_CHUNK)
            asyncio.get_running_loop().call_later(PACE_S, self._next, left - 1)


async def provide(port: int) -> None:
    """Answer for ever."""
    server = await asyncio.get_running_loop().create_server(Provider, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(provide(int(sys.argv[1])))
