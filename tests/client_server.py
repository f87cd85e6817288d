# SPDX-License-Identifier: Apache-2.0
"""A server of clients with what it answers, and clients that say and take whatever they like."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import uvloop

from ruleout.adapters.clients.connection import Waits
from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.outlet import ClientGone
from ruleout.adapters.clients.reading import Reading
from ruleout.adapters.clients.server import ClientServer, listen

MOST_BODY = 100_000
READING = Reading(fields=frozenset({b"x-a", b"content-length", b"expect"}), most_body_bytes=MOST_BODY)
SHORT = Waits(head_s=0.5, body_s=0.5, idle_s=0.5, taken_s=0.5, leave_s=0.5)
POST = b"POST /there?q=1 HTTP/1.1\r\nhost: x\r\nX-A: one\r\ncontent-length: 4\r\n\r\nbody"


async def echo(one: Incoming) -> None:
    told = {
        "method": one.method, "path": one.path, "query": one.query, "a": one.every(b"x-a"), "body": one.body.decode("latin-1"),
        "fault": one.fault.value if one.fault else "",
    }  # fmt: skip
    with contextlib.suppress(ClientGone):
        one.whole(200, [("content-type", "application/json")], json.dumps(told).encode())


@contextlib.asynccontextmanager
async def served(
    handle: Callable[[Incoming], Awaitable[None]] = echo,
    *,
    waits: Waits | None = None,
    most: int = 50,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[int, ClientServer]]:
    listening = listen("127.0.0.1", 0)
    server = ClientServer(listening, handle, READING, most=most, waits=waits, tls=tls)
    server.start()
    try:
        yield listening.getsockname()[1], server
    finally:
        await server.drain(0)
        listening.close()


async def said(port: int, *pieces: bytes, within_s: float = 60, ends: bool = False) -> bytes:
    """Everything that the server says to these bytes until it ends the connection, or a while has passed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0)
    if ends:
        writer.write_eof()
    parts = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(within_s):
            while part := await reader.read(65536):
                parts += part
    writer.close()
    return parts


async def none_left(server: ClientServer) -> None:
    while len(server):  # noqa: ASYNC110 - a test's own wait
        await asyncio.sleep(0.02)


async def until(holds: Callable[[], object], within_s: float = 60) -> None:
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - a test's own wait
            await asyncio.sleep(0.005)


def rest_of(client: socket.socket) -> bytes:
    """What a client has not read of what was sent to it, until the connection's end."""
    client.settimeout(60)
    parts = b""
    while part := client.recv(2**20):
        parts += part
    return parts


def all_of(client: socket.socket) -> None:
    while client.recv(2**20):
        pass


def run(coroutine: Awaitable[object]) -> None:
    uvloop.run(coroutine)  # type: ignore[arg-type]


def bodies(answers: bytes) -> list[dict[str, object]]:
    """What was echoed, answer by answer."""
    parts = answers.split(b"HTTP/1.1 200 OK\r\n")[1:]
    return [json.loads(part.partition(b"\r\n\r\n")[2]) for part in parts]
