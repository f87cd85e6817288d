# SPDX-License-Identifier: Apache-2.0
"""Fuzzing of what comes back from an upstream: an answer, or a failure by name; never another answer than others read (RFC 9112).

    python -m tests.fuzz.upstreams --seconds 600 --seed 1

Each input is what an upstream sends to one request, piece by piece, until it closes. A failure is: anything raised but what is
promised; an answer whose status or body h11, which shares no code with our parser, reads otherwise; and a connection that is given
back although something came behind its answer.
"""

from __future__ import annotations

import asyncio

import h11
from tests.fuzz.pieces import Target, Transport, Wrong, main

from ruleout.adapters.outbox import Outbox
from ruleout.adapters.upstream.connection import Connection, UpstreamFailed

_OK = b"HTTP/1.1 200 OK\r\n"
SEEDS = (
    _OK + b"content-type: application/json\r\ncontent-length: 4\r\n\r\nbody", _OK + b"content-length: 0\r\n\r\n",
    _OK + b"transfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2;a=b\r\ndy\r\n0\r\nx-a: late\r\n\r\n", _OK + b"connection: close\r\n\r\nuntil its end",
    b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n", b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 2\r\n\r\nno",
    b"HTTP/1.0 200 OK\r\ncontent-length: 4\r\nconnection: keep-alive\r\n\r\nbody", b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\nPRI", _OK + b"upgrade: h2,h2c\r\nconnection: upgrade\r\ncontent-length: 4\r\n\r\nbody", b"HTTP/1.1 408 Request Timeout\r\n\r\n",
)  # fmt: skip
_LINES = (
    b"content-length: 4\r\n", b"content-length: 5\r\n", b"content-length: +4\r\n", b"content-length : 4\r\n", b"content-length: 99999999999999999999\r\n",
    b"transfer-encoding: chunked\r\n", b"transfer-encoding: xchunked\r\n", b"transfer-encoding:\x0bchunked\r\n", b"content-encoding: gzip\r\n",
    b"x-a: " + b"a" * 3000 + b"\r\n", b"x-a: " + b"a" * 70_000 + b"\r\n", b"x-a:\r\n folded\r\n", b"x-a: \x00\r\n", b"connection: close\r\n", b"upgrade: h2c\r\nconnection: upgrade\r\n",
    b"\r\n", b"\n", b"\r", b"0\r\n\r\n", b"ffffffffffffffff1\r\n", b"4\nbody\r\n", b"-1\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n", b"HTTP/9.9 ", b" ",
)  # fmt: skip


def answer(loop: asyncio.AbstractEventLoop, pieces: list[bytes]) -> str:
    """Ask once, send the pieces, close; return the shape of what was read. Raises whatever is wrong."""
    raised: list[object] = []
    loop.set_exception_handler(lambda _, context: raised.append(context))
    found, kept, took = loop.run_until_complete(_asked(pieces))
    if raised:
        raise Wrong(f"the loop was told: {raised}")
    sent = b"".join(pieces)
    other = _by_h11(sent)
    if found is not None and other is not None and found != other[:2]:
        raise Wrong(f"h11 reads {other}, we {found}")
    if kept and other is not None and took > other[2]:
        raise Wrong("a connection is kept on which more came than an answer")
    return f"{found and (found[0], bool(found[1]))} {kept} {other and (other[0], bool(other[1]))}"


async def _asked(pieces: list[bytes]) -> tuple[tuple[int, bytes] | None, bool, int]:
    """Status and body, whether the connection is kept, and how many bytes had come by then."""
    released: list[Connection] = []
    one, transport, took = Connection(released.append, Outbox()), Transport(), 0
    one.connection_made(transport)  # type: ignore[arg-type]
    one.send(b"GET / HTTP/1.1\r\n\r\n")
    reading = asyncio.ensure_future(_read(one))
    await asyncio.sleep(0)
    for piece in pieces:
        if transport.over or reading.done():
            break
        one.data_received(piece)
        took += len(piece)
        for _ in range(3):
            await asyncio.sleep(0)
    if not reading.done():
        one.connection_lost(None)
    found = await asyncio.wait_for(reading, 60)
    return found, one.is_usable and one in released, took


async def _read(one: Connection) -> tuple[int, bytes] | None:
    try:
        status, body = await one.head(), b""
        while data := await one.body():
            body += data
    except UpstreamFailed as error:
        if not str(error).isprintable():
            raise Wrong(f"a failure with control characters: {str(error)!r}") from error
        return None
    finally:
        one.finish()
    return status, body


def _by_h11(sent: bytes) -> tuple[int, bytes, int] | None:
    """Status, body and length of the first answer that is none on the way (1xx), None where h11 reads none whole."""
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=2**20)
    reader.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    reader.send(h11.EndOfMessage())
    status, body = 0, b""
    try:
        reader.receive_data(sent)
        reader.receive_data(b"")
        while True:
            event = reader.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                # Empty lines before an answer are nothing (RFC 9112 §2.2).
                return status, body, len(sent) - len(reader.trailing_data[0].lstrip(b"\r\n"))
            elif not isinstance(event, h11.InformationalResponse):
                return None
    except (h11.ProtocolError, RuntimeError):
        return None


TARGET = Target(name="upstreams", seeds=SEEDS, lines=_LINES, answer=answer)


if __name__ == "__main__":
    raise SystemExit(main(TARGET, str(__doc__)))
