# SPDX-License-Identifier: Apache-2.0
"""Fuzzing of the way in for clients: whatever their bytes, requests are answered in order or refused, and nothing else (RFC 9112).

    python -m tests.fuzz.clients --seconds 600 --seed 1

Each input goes piece by piece into a connection with a transport of ours. A failure is: anything raised; an answer that is not
whole; more or fewer answers than requests; a body or a line beyond its bound; and a request that h11, which shares no code with our
parser, reads too and reads otherwise. Inputs that are answered in a new way are kept where `--corpus` says. Exit status 1 if anything failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import h11
from tests.fuzz.pieces import Target, Transport, Wrong, main

from ruleout.adapters.clients.connection import ClientConnection, Service, Waits
from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.reading import MOST_TARGET, Reading
from ruleout.adapters.outbox import Outbox

MOST_BODY = 2000
_READING = Reading(fields=frozenset({b"x-a", b"content-length", b"expect"}), most_body_bytes=MOST_BODY)
_LINE = b"POST /there?q=1 HTTP/1.1\r\n"
SEEDS = (
    _LINE + b"host: x\r\nX-A: one\r\ncontent-length: 4\r\n\r\nbody",
    _LINE + b"host: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nbo\r\n2;a=b\r\ndy\r\n0\r\nx-a: late\r\n\r\n",
    _LINE + b"host: x\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\nbody",
    b"GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n", b"HEAD /x HTTP/1.1\r\nhost: y\r\nconnection: close\r\n\r\n",
    _LINE + b"host: x\r\nupgrade: h2c\r\ncontent-length: 4\r\nconnection: upgrade\r\n\r\nbody",
    b"GET / HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)  # fmt: skip
_LINES = (
    b"content-length: 4\r\n", b"content-length: 0\r\n", b"content-length: 4, 4\r\n", b"content-length: +4\r\n", b"content-length : 4\r\n",
    b"content-length: 99999999999999999999\r\n", b"content-length: 2001\r\n", b"transfer-encoding: chunked\r\n", b"transfer-encoding: identity\r\n",
    b"transfer-encoding: chunked, chunked\r\n", b"transfer-encoding: xchunked\r\n", b"transfer-encoding:\x0bchunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
    b"x-a: " + b"a" * 3000 + b"\r\n", b"x-a:\r\n folded\r\n", b"x-a: \x00\r\n", b"connection: close\r\n", b"connection: keep-alive, x-a\r\n", b"expect: 100-continue\r\n",
    b"\r\n", b"\n", b"\r", b"0\r\n\r\n", b"ffffffffffffffff1\r\n", b"4\nbody\r\n", b"-1\r\n", b"4 \r\n", b"a" * 9000, b" ", b"\t", b"HTTP/1.1", b"HTTP/9.9", b"CONNECT x:1 ",
)  # fmt: skip


def answer(loop: asyncio.AbstractEventLoop, pieces: list[bytes]) -> str:
    """Send the pieces and return the shape of what came back. Raises whatever is wrong."""
    seen: list[Incoming] = []
    raised: list[Any] = []

    async def handle(one: Incoming) -> None:
        seen.append(one)
        if len(one.body) % 3 == 1:
            await asyncio.sleep(0)
        one.whole(200, [("x-n", str(len(seen)))], b"said")

    async def talk() -> None:
        left: list[object] = []
        service = Service(
            handle=handle, reading=_READING, waits=Waits(), date=lambda: "now", left=left.append, outbox=Outbox()
        )
        one, transport = ClientConnection(service, loop), Transport()
        one.connection_made(transport)  # type: ignore[arg-type]
        for piece in pieces:
            if not transport.over:
                one.data_received(piece)
            if len(piece) % 2:
                await asyncio.sleep(0)
        for _ in range(3 * len(seen) + 60):
            await asyncio.sleep(0)
        before = len(seen)
        one.connection_lost(None)
        for _ in range(6):
            await asyncio.sleep(0)
        if left != [one] or len(asyncio.all_tasks()) != 1:
            raise Wrong("something of it stays")
        statuses = list(_statuses(transport.out, seen[:before]))
        if statuses.count(200) != before or len(statuses) > before + 1:
            raise Wrong(f"{before} requests were answered by {statuses}")
        raised.append(statuses)

    loop.set_exception_handler(lambda _, context: raised.append(context))
    loop.run_until_complete(talk())
    if len(raised) != 1:
        raise Wrong(f"the loop was told: {raised}")
    _look_at(seen)
    _compare(seen, b"".join(pieces))
    faults = [one.fault.value if one.fault else one.method[:8] for one in seen]
    return f"{raised[0][-3:]} {len(raised[0]) > 3} {faults[-3:]} {[one.keeps for one in seen[-2:]]} {[bool(one.body) for one in seen[-2:]]}"


def _statuses(out: bytes, seen: list[Incoming]) -> Iterator[int]:
    """The final answers in what was written, each whole."""
    number = 0
    while out:
        head, mark, out = out.partition(b"\r\n\r\n")
        if not mark or not head.startswith(b"HTTP/1.1 "):
            raise Wrong(f"no answer: {head[:60]!r}")
        status = int(head[9:12])
        if status == 100:
            continue
        if status == 200 and seen[number].method != "HEAD":
            if not out.startswith(b"said"):
                raise Wrong("an answer without its body")
            out = out[4:]
        number += status == 200
        yield status


def _look_at(seen: list[Incoming]) -> None:
    for one in seen:
        if len(one.body) > MOST_BODY or len(one.path) + len(one.query) > MOST_TARGET:
            raise Wrong("more than may be")
        if any(c in one.path + one.query + one.method for c in "\r\n \0"):
            raise Wrong(f"a line that is two: {one.path!r}")
        if {name for name, _ in one.fields} - _READING.fields or any(b"\n" in v or b"\r" in v for _, v in one.fields):
            raise Wrong(f"fields: {one.fields}")


def _compare(seen: list[Incoming], sent: bytes) -> None:
    """See that h11 reads the same requests, as far as both read any: else one of two servers in a row could be deceived."""
    for ours, (method, target, body) in zip((one for one in seen if one.fault is None), _by_h11(sent), strict=False):
        path, mark, query = target.partition("?")
        if (ours.method, ours.path, ours.query, ours.body) != (method, path, query if mark else "", body):
            raise Wrong(f"h11 reads {method} {target!r} {body!r}, we {ours.method} {ours.path!r} {ours.body!r}")


def _by_h11(sent: bytes) -> Iterator[tuple[str, str, bytes]]:
    reader = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
    reader.receive_data(sent)
    request, body = None, b""
    try:
        while True:
            event = reader.next_event()
            if isinstance(event, h11.Request):
                request, body = event, b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and request is not None:
                yield request.method.decode("latin-1"), request.target.decode("latin-1"), body
                reader.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
                reader.send(h11.EndOfMessage())
                reader.start_next_cycle()
            else:
                return
    except h11.ProtocolError:
        return


TARGET = Target(name="clients", seeds=SEEDS, lines=_LINES, answer=answer)


if __name__ == "__main__":
    raise SystemExit(main(TARGET, str(__doc__)))
