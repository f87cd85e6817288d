# SPDX-License-Identifier: Apache-2.0
"""The fake provider's HTTP/1.1 side: keep-alive, chunked server-sent events, and a record of what it was sent."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.fake_upstream.answers import Plan, answer

_REASONS = {200: "OK", 202: "Accepted", 404: "Not Found"}
_SEEN: list[dict[str, Any]] = []


async def serve(port: int) -> None:
    """Serve on 127.0.0.1 for ever; print the port first."""
    server = await asyncio.start_server(_connection, "127.0.0.1", port, limit=1 << 24)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def _connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await _request(reader, writer):
            pass
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def _request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    path = head[0].split(" ")[1]
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await _body(reader, headers)
    if path == "/_seen":
        _send(writer, 200, json.dumps(_SEEN).encode())
        return True
    seen = {"path": path, "headers": headers, "body": body.decode("utf-8", "replace"), "left_early": False}
    _SEEN.append(seen)
    plan = answer(path, body)
    if plan.stream is None:
        await asyncio.sleep(plan.pause)
        _send(writer, plan.status, plan.body, plan.headers)
        await writer.drain()
        return True
    try:
        return await _stream(reader, writer, plan)
    except ConnectionError:
        seen["left_early"] = True
        raise


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)


def _send(writer: asyncio.StreamWriter, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}", f"content-length: {len(body)}"]
    if body:
        lines.append("content-type: application/json")
    lines += [f"{name}: {value}" for name, value in headers]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


async def _stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, plan: Plan) -> bool:
    assert plan.stream is not None
    writer.write(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n"
        b"transfer-encoding: chunked\r\n\r\n"
    )
    for event in plan.stream:
        for part in (event[at : at + 1] for at in range(len(event))) if plan.split else (event,):
            writer.write(b"%x\r\n%s\r\n" % (len(part), part))
            await writer.drain()
            if plan.split:
                await asyncio.sleep(0)
        await asyncio.sleep(plan.pause)
        if reader.at_eof():
            raise ConnectionResetError
    if plan.silent:
        await reader.read(1)
        raise ConnectionResetError
    if plan.cut:
        return False
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True
