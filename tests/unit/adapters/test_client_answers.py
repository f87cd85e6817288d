# SPDX-License-Identifier: Apache-2.0
"""What clients are answered, and what leaves no more after an answer is cut (RFC 9112, G-6)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.certificates import certificate
from tests.client_server import POST, SHORT, all_of, echo, none_left, rest_of, run, said, served, until

from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.outlet import MOST_WAITING, ClientGone, Outlet
from ruleout.adapters.clients.server import tls_of
from ruleout.adapters.outbox import Outbox


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

        write_last = write

    one = Incoming(Never(lambda: "", Outbox()))
    with pytest.raises(ValueError):
        one.whole(200, [("x-a", value)], b"")


def test_whoever_answers_is_told_once_that_the_client_has_gone() -> None:
    gone: list[str] = []
    is_asked: list[str] = []

    async def waits(one: Incoming) -> None:
        left = asyncio.Event()
        is_asked.append(one.path)

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
            await until(lambda: is_asked)
            writer.close()
            async with asyncio.timeout(60):
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
            await until(lambda: faults)
            assert faults == ["broke-off"]

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
            await until(lambda: len(server) == 0)

    run(main())


def test_a_client_that_reads_nothing_holds_back_who_sends() -> None:
    sent: list[int] = []
    is_slow: list[bool] = []

    async def much(one: Incoming) -> None:
        one.begin(200, [])
        with contextlib.suppress(ClientGone):
            while True:
                one.send(b"a" * 65536)
                sent.append(65536)
                if one.is_slow:
                    is_slow.append(True)
                    await one.taken()

    async def main() -> None:
        async with served(much) as (port, _):
            lazy = socket.create_connection(("127.0.0.1", port))
            lazy.sendall(POST)
            await until(lambda: is_slow)
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
            await until(lambda: len(server) == 0)
            if reads:
                got += await asyncio.to_thread(rest_of, lazy)
                assert got.endswith(b"last words\r\n0\r\n\r\n")
            else:
                with pytest.raises(ConnectionResetError):
                    all_of(lazy)
            lazy.close()

    run(main())


def test_over_tls_what_was_not_taken_is_dropped_too(tmp_path: Path) -> None:
    """Its connection ends, and whoever waits for that is told: a wait without an end would leave a kill unacknowledged."""
    certificate(tmp_path)
    tls = tls_of(tmp_path / "chain.pem", tmp_path / "key.pem")
    dropped: list[bool] = []

    async def much(one: Incoming) -> None:
        one.begin(200, [])
        one.send(b"a" * 2**23)
        await asyncio.wait_for(one.finish(0.05), 60)
        dropped.append(True)

    async def main() -> None:
        async with served(much, tls=tls) as (port, server):
            trusting = ssl.create_default_context(cafile=str(tmp_path / "chain.pem"))
            trusting.check_hostname = False
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting, limit=1024)
            writer.write(POST)
            async with asyncio.timeout(60):
                await none_left(server)
            writer.transport.abort()
            del reader

    run(main())
    assert dropped == [True]


async def much(one: Incoming) -> None:
    one.whole(200, [], b"a" * 2**23)


@pytest.mark.parametrize("ends", [True, False])
def test_a_slow_client_gets_all_of_its_answer_and_the_next(ends: bool) -> None:
    """Whether it keeps its connection, or ends its own side as soon as it has asked for what it wants."""

    async def main() -> None:
        async with served(much, waits=replace(SHORT, taken_s=10)) as (port, server):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            for _ in range(1 if ends else 3):
                writer.write(POST)
                await asyncio.sleep(0.1)
                if ends:
                    writer.write_eof()
                await asyncio.sleep(0.1)
                await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(2**23)
            writer.close()
            async with asyncio.timeout(60):
                await none_left(server)

    run(main())


def test_a_client_that_ends_its_side_amid_an_answer_has_gone() -> None:
    """What waits for it is dropped: behind a socket that is closed it could not be any more."""
    begun, gone = asyncio.Event(), asyncio.Event()

    async def half(one: Incoming) -> None:
        one.on_gone = gone.set
        one.begin(200, [])
        one.send(b"a" * 2**23)
        begun.set()
        await gone.wait()

    async def main() -> None:
        async with served(half) as (port, server):
            lazy = socket.create_connection(("127.0.0.1", port))
            lazy.sendall(POST)
            await asyncio.wait_for(begun.wait(), 60)
            await asyncio.sleep(0.1)
            lazy.shutdown(socket.SHUT_WR)
            async with asyncio.timeout(60):
                await none_left(server)
            assert gone.is_set()
            with pytest.raises(ConnectionResetError):
                all_of(lazy)
            lazy.close()

    run(main())
