# SPDX-License-Identifier: Apache-2.0
"""How long a client is waited for, how many are served at once, and how a server ends."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from dataclasses import replace

import pytest
from tests.client_server import POST, READING, SHORT, bodies, none_left, run, said, served, until

from ruleout.adapters.clients.connection import ClientConnection, Service
from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.outbox import Outbox


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
            answer = await said(port, data)
            assert answer.startswith(begins)
            if data == POST[:-1]:
                assert bodies(answer)[0]["fault"] == "too-slow"
            await asyncio.wait_for(none_left(server), 60)

    run(main())


@pytest.mark.parametrize(
    ("data", "more", "begins"),
    [
        (b"", b"\r\n", b""),
        (b"POST / HTTP/1.1\r\n", b"x: 1\r\n", b"HTTP/1.1 408 "),
        (POST[:-4].replace(b": 4", b": 4000"), b"a", b"HTTP/1.1 200 "),
        (POST[:-4].replace(b"content-length: 4", b"transfer-encoding: chunked"), b"1\r\na\r\n", b"HTTP/1.1 200 "),
        (POST, b"\r\n", b"HTTP/1.1 200 "),
        (POST + b"POST / HTTP/1.1\r\n", b"x: 1\r\n", b"HTTP/1.1 200 "),
        (POST + POST[:-4].replace(b": 4", b": 4000"), b"a", b"HTTP/1.1 200 "),
    ],
    ids=["nothing", "a header", "a body", "chunks", "behind an answer", "a second header", "a second body"],
)
def test_a_request_that_comes_little_by_little_has_an_end_too(data: bytes, more: bytes, begins: bytes) -> None:
    async def main() -> None:
        async with served(waits=SHORT) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            answer = asyncio.create_task(reader.read(2**20))
            async with asyncio.timeout(30):
                with contextlib.suppress(ConnectionError):
                    while not reader.at_eof() and not writer.is_closing():
                        writer.write(more)
                        await asyncio.sleep(0.05)
                assert (await answer).startswith(begins)
            writer.close()

    run(main())


def test_a_client_that_does_not_take_its_answer_is_dropped_and_one_that_is_slow_is_not() -> None:
    size = 8 * 2**20

    async def large(one: Incoming) -> None:
        one.whole(200, [], b"a" * size)

    async def main() -> None:
        async with served(large, waits=replace(SHORT, taken_s=4)) as (port, server):
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
            async with asyncio.timeout(60):
                await none_left(server)
            lazy.close()

    run(main())


@pytest.mark.parametrize("ends", [False, True])
def test_a_client_keeps_its_connection_while_it_takes_so_much_a_second(ends: bool) -> None:
    """Of its last answer too, and whether its connection is kept or ends behind that."""
    size = 4 * 2**20

    async def answer(one: Incoming) -> None:
        one.keeps = not ends
        one.whole(200, [], b"a" * size)

    async def takes(port: int, each: int) -> int:
        loop, got = asyncio.get_running_loop(), 0
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * each)  # so that what it takes shows soon
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", port))
            await loop.sock_sendall(client, POST)
            with contextlib.suppress(ConnectionError):
                while got <= size and (part := await loop.sock_recv(client, each)):
                    got += len(part)
                    await asyncio.sleep(0.1)
        return got

    async def main() -> None:
        waits = replace(SHORT, taken_s=1, least_bytes_s=100_000)
        async with served(answer, waits=waits) as (port, _):
            async with asyncio.timeout(60):
                enough, little = await asyncio.gather(takes(port, 2**18), takes(port, 2000))
            assert enough > size
            assert little < size

    run(main())


class Untaken:
    """A transport whose client takes what a test says."""

    def __init__(self) -> None:
        self.waiting, self.is_aborted = 0, False

    def write(self, data: bytes) -> None:
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def get_extra_info(self, _: str) -> socket.socket:
        return self.beside

    def set_write_buffer_limits(self, high: int) -> None:
        self.beside, self.other = socket.socketpair()

    def is_closing(self) -> bool:
        return self.is_aborted

    def write_eof(self) -> None:
        pass

    def abort(self) -> None:
        self.is_aborted = True
        self.beside.close()
        self.other.close()


def test_what_a_client_takes_is_measured_over_one_wait_alone() -> None:
    """The wait behind a last answer is short: what is asked for in a long one does not count in it."""

    async def main() -> None:
        waits = replace(SHORT, taken_s=30, leave_s=2, least_bytes_s=240)
        service = Service(
            handle=large, reading=READING, waits=waits, date=lambda: "", left=lambda _: None, outbox=Outbox(), is_draining=True
        )  # fmt: skip
        one, way = ClientConnection(service, asyncio.get_running_loop()), Untaken()
        one.made(way)  # type: ignore[arg-type]  # all of a transport that it uses
        one.data_received(POST)
        one.pause_writing()
        await asyncio.sleep(0)
        one.look(one.late_s + 1)
        way.waiting -= 4_000  # 2 kB/s, and there is room for the rest
        one.resume_writing()
        await asyncio.sleep(0.01)
        one.look(one.late_s + 1)
        assert not way.is_aborted
        way.waiting -= 60_000
        one.look(one.late_s + 1)
        assert not way.is_aborted
        way.waiting -= 7_000
        one.look(one.late_s + 1)
        assert way.is_aborted

    run(main())


async def large(one: Incoming) -> None:
    one.whole(200, [], b"a" * 2**23)


def test_half_a_request_behind_the_last_answer_ends_no_wait_of_others() -> None:
    """Its client has ended its side and takes its answer; once that is taken nothing can be said to the half."""

    async def main() -> None:
        async with served(large, waits=SHORT) as (port, server):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
            writer.write(POST + POST[:20])
            await asyncio.sleep(0.1)
            writer.write_eof()
            assert len(await reader.read()) > 2**23
            await asyncio.sleep(2)
            writer.close()
            silent = socket.create_connection(("127.0.0.1", port))
            async with asyncio.timeout(4):
                await none_left(server)
            silent.close()

    run(main())


def test_more_connections_than_may_be_wait_for_their_turn() -> None:
    async def main() -> None:
        async with served(most=2) as (port, server):
            kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
            for _, writer in kept:
                writer.write(POST)
            await until(lambda: len(server) == 2)
            await asyncio.sleep(0.1)
            assert len(server) == 2
            for reader, writer in kept:
                assert (await asyncio.wait_for(reader.readline(), 60)) == b"HTTP/1.1 200 OK\r\n"
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
            drained = asyncio.create_task(server.drain(60))
            assert await idle.read() == b""  # it was ended at once
            kept.close()
            go_on.set()
            assert (await asked).endswith(b"second\r\n0\r\n\r\n")
            await asyncio.wait_for(drained, 60)
            assert len(server) == 0

    run(main())


def test_a_drain_leaves_nothing_of_kept_connections() -> None:
    """A coroutine that still waited when its loop ends would be told of as destroyed."""

    async def main() -> None:
        async with served() as (port, server):
            before = asyncio.all_tasks()
            kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
            for reader, writer in kept:
                writer.write(POST)
                assert (await asyncio.wait_for(reader.readline(), 60)) == b"HTTP/1.1 200 OK\r\n"
            assert len(asyncio.all_tasks()) == len(before) + len(kept)
            await server.drain(60)
            assert asyncio.all_tasks() == before
            for _, writer in kept:
                writer.close()

    run(main())


def test_nothing_is_left_of_a_client_that_has_gone() -> None:
    async def main() -> None:
        async with served() as (port, server):
            before = asyncio.all_tasks()
            for _ in range(3):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(POST)
                assert (await asyncio.wait_for(reader.readline(), 60)) == b"HTTP/1.1 200 OK\r\n"
                writer.close()
            await asyncio.wait_for(none_left(server), 60)
            await until(lambda: asyncio.all_tasks() == before)

    run(main())


def test_whoever_answers_may_be_broken_off_and_the_connection_ends() -> None:
    async def main() -> None:
        async def broken(one: Incoming) -> None:
            raise asyncio.CancelledError

        async with served(broken) as (port, server):
            assert await said(port, POST + POST) == b""
            await asyncio.wait_for(none_left(server), 60)

    run(main())


def test_a_drain_has_an_end() -> None:
    async def main() -> None:
        left: list[int] = []
        is_asked: list[Incoming] = []

        async def never(one: Incoming) -> None:
            is_asked.append(one)
            over = asyncio.Event()
            one.on_gone = over.set
            await over.wait()
            left.append(1)

        async with served(never) as (port, server):
            asked = asyncio.create_task(said(port, POST))
            await until(lambda: is_asked)
            await asyncio.wait_for(server.drain(0.1), 60)
            assert await asked == b""
            assert left == [1]
            assert len(server) == 0

    run(main())
