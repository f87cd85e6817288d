# SPDX-License-Identifier: Apache-2.0
"""Clients as they are and as they should not be: what is read, what is refused, how long is waited, what leaves (RFC 9112)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import uvloop
from tests.certificates import certificate

from ruleout.adapters.clients.connection import MOST_BEHIND, Waits
from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.outlet import MOST_WAITING, ClientGone, Outlet
from ruleout.adapters.clients.reading import MOST_HEAD, MOST_TARGET, Reading
from ruleout.adapters.clients.server import ClientServer, listen, tls_of

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


async def said(port: int, data: bytes, *, within_s: float = 8, ends: bool = False) -> bytes:
    """Everything that the server says to these bytes until it ends the connection, or a while has passed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
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


def all_of(client: socket.socket) -> None:
    while client.recv(2**20):
        pass


def run(coroutine: Awaitable[object]) -> None:
    uvloop.run(coroutine)  # type: ignore[arg-type]


def bodies(answers: bytes) -> list[dict[str, object]]:
    """What was echoed, answer by answer."""
    parts = answers.split(b"HTTP/1.1 200 OK\r\n")[1:]
    return [json.loads(part.partition(b"\r\n\r\n")[2]) for part in parts]


# --- requests ---------------------------------------------------------------------------------------------------------


def test_a_request_is_read_as_it_was_sent() -> None:
    async def main() -> None:
        async with served() as (port, _):
            (told,) = bodies(await said(port, POST.replace(b"host: x", b"connection: close\r\nhost: x")))
            assert told == {
                "method": "POST", "path": "/there", "query": "q=1", "a": ["one"], "body": "body", "fault": "",
            }  # fmt: skip

    run(main())


def test_requests_that_come_together_are_answered_in_their_order() -> None:
    async def slowly(one: Incoming) -> None:
        await asyncio.sleep(0.05 if one.body == b"0000" else 0)
        await echo(one)

    async def main() -> None:
        async with served(slowly) as (port, _):
            sent = b"".join(POST.replace(b"body", b"%04d" % number) for number in range(5))
            told = bodies(await said(port, sent, within_s=0.6))
            assert [one["body"] for one in told] == ["0000", "0001", "0002", "0003", "0004"]

    run(main())


def test_what_is_sent_before_its_turn_is_bounded() -> None:
    async def main() -> None:
        async with served() as (port, _):
            told = bodies(await said(port, POST * 5000))
            assert 1 <= len(told) <= MOST_BEHIND + 1

    run(main())


def test_a_connection_serves_one_request_after_the_other() -> None:
    async def main() -> None:
        async with served() as (port, server), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for number in range(20):
                answer = await client.post("/", content=str(number).encode(), headers={"x-a": "1"})
                assert answer.json()["body"] == str(number)
                assert len(server) == 1
            chunked = await client.post("/", content=_parts())
            assert chunked.json()["body"] == "ab" * 100
            head = await client.head("/")
            assert head.status_code == 200
            assert not head.content
            assert int(head.headers["content-length"]) > 0

    async def _bytes() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"ab"

    def _parts() -> AsyncIterator[bytes]:
        return _bytes()

    run(main())


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (POST.replace(b"content-length: 4", b"content-length: 4\r\ncontent-length: 5"), 400),
        (POST.replace(b"content-length: 4", b"content-length: 4\r\ntransfer-encoding: chunked"), 400),
        (POST.replace(b"content-length: 4", b"content-length: -4"), 400),
        (POST.replace(b"content-length: 4", b"content-length: +4"), 400),
        (POST.replace(b"content-length: 4", b"content-length : 4"), 400),
        (POST.replace(b"content-length: 4", b"transfer-encoding: xchunked"), 400),
        (POST.replace(b"X-A: one", b"X-A: one\x00two"), 400),
        (POST.replace(b"X-A: one", b"X-A: one\rX-B: two"), 400),
        (b"GET /" + b"a" * MOST_TARGET + b" HTTP/1.1\r\nhost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * MOST_HEAD, 431),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-b: 1\r\n" * (MOST_HEAD // 8 + 10), 431),
    ],
)
def test_what_is_no_request_is_refused_and_its_connection_ended(data: bytes, status: int) -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, server):
            answer = await said(port, data)
            assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer[:80]
            assert answer.endswith(b"\r\n\r\n")
            await asyncio.sleep(0.1)
            assert len(server) == 0

    run(main())


def test_no_request_behind_a_request_does_not_harm_its_answer() -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            answer = await said(port, POST + b"no request\r\n\r\n")
            assert answer.count(b"HTTP/1.1 ") == 1
            assert bodies(answer)[0]["body"] == "body"

    run(main())


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100001\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + b"2710\r\n" + b"a" * 10000 + b"\r\n2710\r\n" + b"a" * 95000,
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 60_000,
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 300000\r\n\r\n" + b"a" * 300_000,
    ],
    ids=["told", "told beyond numbers", "chunks", "small chunks", "told and sent"],
)  # fmt: skip
def test_a_body_that_is_too_large_is_answered_before_it_has_come(data: bytes) -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            answer = await said(port, data)
            if b"99999999999999999999" in data:
                assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 200"))
            elif b"2710\r\na" in data:
                assert answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 400"))
            else:
                assert bodies(answer)[0]["fault"] == "too-large"
                assert b"connection: close" in answer

    run(main())


def test_a_client_that_waits_to_be_told_is_told() -> None:
    async def main() -> None:
        async with served() as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST.replace(b"host: x", b"host: x\r\nexpect: 100-continue").removesuffix(b"body"))
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"body")
            assert (await reader.readline()) == b"HTTP/1.1 200 OK\r\n"
            writer.close()

    run(main())


def test_nothing_but_this_protocol_is_spoken() -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            fields = b"host: x\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk"
            answer = await said(port, POST.replace(b"host: x", fields))
            assert len(bodies(answer)) == 1
            assert b" 101 " not in answer

    run(main())


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (b"", b""),
        (b"POST / HTTP/1.1\r\nhost:", b"HTTP/1.1 408 "),
        (POST[:-1], b"HTTP/1.1 200 "),
        (POST + POST[:20], b"HTTP/1.1 200 "),
    ],
    ids=["nothing", "half a header", "half a body", "half a second header"],
)
def test_every_wait_has_an_end(data: bytes, begins: bytes) -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, server):
            answer = await said(port, data, within_s=6)
            assert answer.startswith(begins)
            if data == POST[:-1]:
                assert bodies(answer)[0]["fault"] == "too-slow"
            await asyncio.sleep(0.1)
            assert len(server) == 0

    run(main())


def test_a_client_that_does_not_take_its_answer_is_dropped_and_one_that_is_slow_is_not() -> None:
    size = 8 * 2**20

    async def large(one: Incoming) -> None:
        one.whole(200, [], b"a" * size)

    async def main() -> None:
        async with served(large, waits=SHORT) as (port, server):
            lazy = socket.create_connection(("127.0.0.1", port))
            lazy.sendall(POST)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST)
            got = 0
            while got < size:
                got += len(await reader.read(2**20))
                await asyncio.sleep(0.2)
            assert got >= size
            writer.close()
            async with asyncio.timeout(8):
                await none_left(server)
            lazy.close()

    run(main())


# --- answers ----------------------------------------------------------------------------------------------------------


async def stream(one: Incoming) -> None:
    one.begin(200, [("content-type", "text/event-stream")])
    for number in range(3):
        one.send(b"data: %d\n\n" % number)
        one.send(b"")
        await asyncio.sleep(0)
    one.end()


def test_an_answer_in_chunks() -> None:
    async def main() -> None:
        async with served(stream) as (port, _), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            for _ in range(3):
                answer = await client.post("/", content=b"x")
                assert answer.text == "data: 0\n\ndata: 1\n\ndata: 2\n\n"
                assert answer.headers["transfer-encoding"] == "chunked"
                assert "date" in answer.headers

    run(main())


def test_a_client_of_the_older_protocol_gets_no_chunks() -> None:
    async def main() -> None:
        async with served(stream) as (port, _):
            answer = await said(port, POST.replace(b"HTTP/1.1", b"HTTP/1.0"))
            assert answer.partition(b"\r\n\r\n")[2] == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
            assert b"chunked" not in answer

    run(main())


def test_an_answer_that_was_not_given_to_its_end_breaks_off() -> None:
    async def half(one: Incoming) -> None:
        one.begin(200, [])
        one.send(b"half")

    async def main() -> None:
        async with served(half) as (port, _), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            with pytest.raises(httpx.TransportError):
                await client.post("/", content=b"x")

    run(main())


@pytest.mark.parametrize("value", ["a\r\nx-b: 1", "a\nb", "a\rb"])
def test_a_field_is_one_field(value: str) -> None:
    class Never(Outlet):
        def write(self, data: bytes) -> None:
            raise AssertionError("expected nothing to leave")

    one = Incoming(Never(lambda: ""))
    with pytest.raises(ValueError):
        one.whole(200, [("x-a", value)], b"")


def test_whoever_answers_is_told_once_that_the_client_has_gone() -> None:
    gone: list[str] = []

    async def waits(one: Incoming) -> None:
        left = asyncio.Event()

        def leave() -> None:
            gone.append(one.path)
            left.set()

        one.on_gone = leave
        await left.wait()
        with pytest.raises(ClientGone):
            one.whole(200, [], b"")

    async def main() -> None:
        async with served(waits) as (port, server):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(POST)
            await asyncio.sleep(0.05)
            writer.close()
            async with asyncio.timeout(5):
                await none_left(server)
            assert gone == ["/there"]

    run(main())


def test_a_body_that_breaks_off_is_told_of() -> None:
    faults: list[object] = []

    async def note(one: Incoming) -> None:
        faults.append(one.fault and one.fault.value)
        await echo(one)

    async def main() -> None:
        async with served(note) as (port, _):
            await said(port, POST[:-2], ends=True)
            await asyncio.sleep(0.05)
            assert faults == ["broke-off"]

    run(main())


# --- what does not leave ----------------------------------------------------------------------------------------------


def test_a_client_that_reads_nothing_holds_back_who_sends() -> None:
    sent: list[int] = []

    async def much(one: Incoming) -> None:
        one.begin(200, [])
        with contextlib.suppress(ClientGone):
            while True:
                one.send(b"a" * 65536)
                sent.append(65536)
                if one.is_slow:
                    await one.taken()

    async def main() -> None:
        async with served(much) as (port, _):
            lazy = socket.create_connection(("127.0.0.1", port))
            lazy.sendall(POST)
            await asyncio.sleep(0.5)
            here = sum(sent)
            await asyncio.sleep(0.3)
            assert sum(sent) == here
            assert here < 16 * 2**20 + MOST_WAITING
            lazy.close()

    run(main())


@pytest.mark.parametrize("reads", [True, False])
def test_after_its_end_no_byte_of_a_cut_answer_leaves(reads: bool) -> None:
    """One that reads sees the last words; one that does not sees nothing of what waited, and its connection is reset."""
    ended = asyncio.Event()

    async def cut(one: Incoming) -> None:
        one.begin(200, [])
        for _ in range(2 if reads else 200):
            one.send(b"a" * 65536)
        await asyncio.sleep(0.05)
        with contextlib.suppress(ClientGone):
            one.send(b"last words")
            one.end()
        await one.finish(0.015)
        ended.set()

    async def main() -> None:
        async with served(cut) as (port, server):
            lazy = socket.create_connection(("127.0.0.1", port))
            lazy.setblocking(False)
            lazy.sendall(POST)
            got = b""
            while not ended.is_set():
                with contextlib.suppress(BlockingIOError):
                    got += lazy.recv(2**20) if reads else b""
                await asyncio.sleep(0.002)
            await asyncio.sleep(0.05)
            assert len(server) == 0
            if reads:
                assert got.endswith(b"last words\r\n0\r\n\r\n")
            else:
                with pytest.raises(ConnectionResetError):
                    all_of(lazy)
            lazy.close()

    run(main())


# --- many, and their end ----------------------------------------------------------------------------------------------


def test_more_connections_than_may_be_wait_for_their_turn() -> None:
    async def main() -> None:
        async with served(most=2) as (port, server):
            kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
            for _, writer in kept:
                writer.write(POST)
            await asyncio.sleep(0.1)
            assert len(server) == 2
            for reader, writer in kept:
                assert (await asyncio.wait_for(reader.readline(), 5)) == b"HTTP/1.1 200 OK\r\n"
                writer.close()

    run(main())


def test_a_drain_lets_what_is_under_way_end_and_takes_nothing_more() -> None:
    async def main() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(one: Incoming) -> None:
            one.begin(200, [])
            one.send(b"first")
            begun.set()
            await go_on.wait()
            one.send(b"second")
            one.end()

        async with served(slow) as (port, server):
            idle, kept = await asyncio.open_connection("127.0.0.1", port)
            asked = asyncio.create_task(said(port, POST))
            await begun.wait()
            drained = asyncio.create_task(server.drain(5))
            assert await idle.read() == b""  # it was ended at once
            kept.close()
            go_on.set()
            assert (await asked).endswith(b"second\r\n0\r\n\r\n")
            await asyncio.wait_for(drained, 2)
            assert len(server) == 0

    run(main())


def test_a_drain_has_an_end() -> None:
    async def main() -> None:
        left: list[int] = []

        async def never(one: Incoming) -> None:
            over = asyncio.Event()
            one.on_gone = over.set
            await over.wait()
            left.append(1)

        async with served(never) as (port, server):
            asked = asyncio.create_task(said(port, POST))
            await asyncio.sleep(0.1)
            await asyncio.wait_for(server.drain(0.1), 2)
            assert await asked == b""
            assert left == [1]
            assert len(server) == 0

    run(main())


def test_over_tls(tmp_path: Path) -> None:
    certificate(tmp_path)
    tls = tls_of(tmp_path / "chain.pem", tmp_path / "key.pem")
    trust = ssl.create_default_context(cafile=str(tmp_path / "chain.pem"))

    async def main() -> None:
        async with served(stream, tls=tls, waits=SHORT) as (port, server):
            async with httpx.AsyncClient(base_url=f"https://localhost:{port}", verify=trust) as client:
                for _ in range(3):
                    assert (await client.post("/", content=b"x" * 90_000)).text.endswith("data: 2\n\n")
            assert b"HTTP" not in await said(port, POST, within_s=2)  # no TLS, no answer
            assert await said(port, b"", ends=True) == b""
            await asyncio.sleep(0.2)
            assert len(server) == 0

    run(main())
