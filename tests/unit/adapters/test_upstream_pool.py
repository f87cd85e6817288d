# SPDX-License-Identifier: Apache-2.0
"""Connections to an upstream: kept where HTTP allows it, bounded, refused beyond their number, ended on request."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import uvloop
from tests.client_server import until

from ruleout.adapters.upstream.connection import MOST_HEADERS, MOST_WAITING, Interrupted, UpstreamFailed
from ruleout.adapters.upstream.pool import Pool, origin_of

ASKED = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
PLAIN = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
CLOSES = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"
OFFERS = b"HTTP/1.1 200 OK\r\nupgrade: h2,h2c\r\nconnection: upgrade\r\ncontent-length: 5\r\n\r\nhello"
LATE = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 4\r\n\r\nlate"
ENDLESS = b"y" * 2**23
TO_THE_END = b"HTTP/1.1 200 OK\r\n\r\nhello"


class Server:
    """Answers each request by the same bytes, says `late` a while later, and counts connections."""

    def __init__(self, answer: bytes, *, ends: bool = False, late: bytes = b"") -> None:
        self.answer, self.ends, self.late, self.connections = answer, ends, late, 0
        self.at_work: set[Any] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.at_work.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(self.answer)
                await writer.drain()
                if self.late:
                    await asyncio.sleep(0.01)
                    writer.write(self.late)
                if self.ends:
                    break
        writer.close()

    async def rest(self) -> None:
        """Until each of its connections has ended, so that none is left to a loop that closes."""
        await asyncio.gather(*self.at_work, return_exceptions=True)


def with_pool(server: Server, use: Callable[[Pool], Any], *, most: int = 4) -> Any:
    async def run() -> Any:
        listening = await asyncio.start_server(server, "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        pool = Pool(origin_of(f"http://127.0.0.1:{port}"), most=most, connect_s=60)
        try:
            return await asyncio.wait_for(use(pool), 120)
        finally:
            pool.close()
            listening.close()
            await server.rest()

    return asyncio.run(run())


async def fetch(pool: Pool) -> bytes:
    connection = await pool.take()
    try:
        connection.send(ASKED)
        assert await connection.head() == 200
        body = b""
        while data := await connection.body():
            body += data
        return body
    finally:
        connection.finish()


async def five(pool: Pool) -> list[bytes]:
    return [await fetch(pool) for _ in range(5)]


@pytest.mark.parametrize("answer", [PLAIN, CHUNKED, OFFERS])
def test_a_connection_whose_answer_was_read_is_used_again(answer):
    """Five requests in turn, one connection: the reason for a pool."""
    server = Server(answer)

    assert with_pool(server, five) == [b"hello"] * 5
    assert server.connections == 1


@pytest.mark.parametrize(("answer", "ends"), [(CLOSES, False), (CLOSES, True), (TO_THE_END, True)])
def test_a_connection_that_is_to_close_is_not(answer, ends):
    server = Server(answer, ends=ends)

    assert with_pool(server, five) == [b"hello"] * 5
    assert server.connections == 5


@pytest.mark.parametrize("more", [PLAIN, LATE, b"HTTP/1.1 200 OK\r\ncontent-le", b"what?"])
def test_what_an_upstream_says_unasked_is_no_answer_to_what_is_asked_next(more):
    """Behind its answer at once; and a while after it, as servers do that close what was quiet for long."""

    async def quiet(pool: Pool) -> list[bytes]:
        first = await fetch(pool)
        await until(lambda: not pool._open)
        return [first, await fetch(pool)]

    server, late = Server(PLAIN + more), Server(PLAIN, late=more)
    assert with_pool(server, five) == [b"hello"] * 5
    assert with_pool(late, quiet) == [b"hello"] * 2
    assert (server.connections, late.connections) == (5, 2)


class Blunt:
    """An upstream of a thread of its own, which goes on while the loop stands still: it answers whatever comes, and says `unasked` when it is told to."""

    def __init__(self, unasked: bytes) -> None:
        self.unasked, self.taken = unasked, list[socket.socket]()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.pool = Pool(origin_of(f"http://127.0.0.1:{self.listening.getsockname()[1]}"), most=1, connect_s=60)
        threading.Thread(target=self.take, daemon=True).start()

    def take(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                one, _ = self.listening.accept()
                self.taken.append(one)
                threading.Thread(target=self.answer, args=(one,), daemon=True).start()

    def answer(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while one.recv(65536):
                one.sendall(PLAIN)

    def say(self) -> None:
        """Say it on the first connection, or end that where there is nothing to say; the loop stands still meanwhile."""
        if self.unasked:
            self.taken[0].sendall(self.unasked)
        else:
            self.taken[0].shutdown(socket.SHUT_WR)
        time.sleep(0.1)

    def end(self) -> None:
        self.pool.close()
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for one in self.taken:
            one.close()


@pytest.mark.parametrize("runs", [uvloop.run, asyncio.run])
@pytest.mark.parametrize("unasked", [PLAIN.replace(b"hello", b"other"), LATE, b"what?", b""])
def test_what_came_unasked_while_the_loop_stood_still_is_no_answer_to_what_is_asked_next(unasked, runs):
    """Another connection is taken, though this one is of all there may be, and nobody has seen to its end."""

    async def main() -> None:
        upstream = Blunt(unasked)
        try:
            assert await fetch(upstream.pool) == b"hello"
            upstream.say()
            assert await fetch(upstream.pool) == b"hello"
            assert await fetch(upstream.pool) == b"hello"
            assert len(upstream.taken) == 2
        finally:
            upstream.end()
            await asyncio.sleep(0.05)

    runs(main())


def test_what_comes_before_a_request_has_left_is_no_answer_to_it():
    """It leaves at the end of the loop's turn, and the loop reads before that: where it says so, nothing is sent."""

    async def main() -> None:
        upstream = Blunt(PLAIN.replace(b"hello", b"other"))
        try:
            assert await fetch(upstream.pool) == b"hello"
            connection = await upstream.pool.take()
            connection.send(ASKED)
            upstream.say()
            with pytest.raises(UpstreamFailed, match="without being asked"):
                await connection.head()
            connection.finish()
            await asyncio.sleep(0.05)
            assert await fetch(upstream.pool) == b"hello"
        finally:
            upstream.end()
            await asyncio.sleep(0.05)

    uvloop.run(main())


def test_connections_that_were_kept_for_too_long_leave_their_room_to_the_next():
    """At once: whoever asks then is not refused because all of them are in use."""

    async def quiet(pool: Pool) -> list[bytes]:
        pool._idle_s = 0
        return await five(pool)

    server = Server(PLAIN)
    assert with_pool(server, quiet, most=1) == [b"hello"] * 5
    assert server.connections == 5


def test_an_answer_that_is_not_read_to_its_end_gives_no_connection_back():
    """What is left of it would be taken for the next answer."""
    server = Server(PLAIN)

    async def leave(pool: Pool) -> bytes:
        connection = await pool.take()
        connection.send(ASKED)
        await connection.head()
        connection.finish()
        return await fetch(pool)

    assert with_pool(server, leave) == b"hello"
    assert server.connections == 2


@pytest.mark.parametrize(
    ("fields", "headers", "encoded"),
    [
        (b"X-A: 1\r\nx-a: 2\r\nX-B: \xe9\r\n", {"x-a": "2", "x-b": "\xe9"}, False),
        (b"Content-Encoding: gzip\r\n", {"content-encoding": "gzip"}, True),
        (b"content-encoded: gzip\r\n", {"content-encoded": "gzip"}, False),
    ],
)
def test_header_fields_are_told_by_lower_names_and_the_last_of_each(fields, headers, encoded):
    """A body that is written otherwise than plainly is told; what was announced before the answer is not."""
    early = b"HTTP/1.1 103 Early Hints\r\ncontent-encoding: br\r\nx-c: 1\r\n\r\n"
    server = Server(early + b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n" + fields + b"\r\nhello")

    async def use(pool):
        connection = await pool.take()
        connection.send(ASKED)
        await connection.head()
        found = connection.headers, connection.is_encoded, await connection.body()
        connection.finish()
        return found

    assert with_pool(server, use) == ({"content-length": "5", **headers}, encoded, b"hello")


def test_a_field_behind_the_body_is_no_field_of_the_header():
    """However much of the body waits when it comes."""
    size = MOST_HEADERS + 1
    body = b"%x\r\n%b\r\n0\r\ncontent-encoding: gzip\r\n\r\n" % (size, b"a" * size)

    async def use(pool: Pool) -> tuple[bytes, dict[str, str], bool]:
        connection = await pool.take()
        connection.send(ASKED)
        got = b""
        try:
            await connection.head()
            while data := await connection.body():
                got += data
        finally:
            connection.finish()
        return got, connection.headers, connection.is_encoded

    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + body
    assert with_pool(Server(answer), use) == (b"a" * size, {"transfer-encoding": "chunked"}, False)


def test_one_more_than_there_may_be_is_refused_at_once_and_later_not():
    async def crowd(pool: Pool) -> bytes:
        held = [await pool.take() for _ in range(2)]
        with pytest.raises(UpstreamFailed, match="in use"):
            await pool.take()
        for one in held:
            one.close()
        await until(lambda: not pool._open)
        return await fetch(pool)

    assert with_pool(Server(PLAIN), crowd, most=2) == b"hello"


def test_who_is_told_to_stop_while_it_connects_makes_no_room():
    """At whatever step of it: what was told to stop just as it stood is counted out once."""

    async def crowd(pool: Pool) -> None:
        for steps in range(30):
            connecting = asyncio.create_task(pool.connect())
            for _ in range(steps):
                await asyncio.sleep(0)
            connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                (await connecting).close()
            await asyncio.sleep(0.01)
        held = []
        with contextlib.suppress(UpstreamFailed):
            while len(held) < 20:
                held.append(await pool.take())
        for one in held:
            one.close()
        assert len(held) == 2

    with_pool(Server(PLAIN), crowd, most=2)


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * MOST_HEADERS + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhel",
        b"",
    ],
)
def test_what_is_no_whole_answer_is_a_failure(answer):
    with pytest.raises(UpstreamFailed):
        with_pool(Server(answer, ends=True), fetch)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nx: " + ENDLESS,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100_000 + PLAIN,
        CHUNKED[:-2] + b"x: " + ENDLESS,
        CHUNKED[:-2] + b"x: y\r\n" * 500_000 + b"\r\n",
    ],
    ids=["a field", "announcements", "a field behind the body", "fields behind the body"],
)
def test_what_is_no_body_is_bounded_while_it_comes(answer):
    """Also what the parser keeps until it is whole: to add to it costs more each time."""

    async def soon(pool: Pool) -> bytes:
        async with asyncio.timeout(30):
            return await fetch(pool)

    with pytest.raises(UpstreamFailed, match="too large"):
        with_pool(Server(answer), soon)


def test_another_protocol_is_a_failure_by_name():
    switched = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"
    with pytest.raises(UpstreamFailed, match="another protocol"):
        with_pool(Server(switched), fetch)


def test_a_reader_that_is_slow_holds_the_upstream_and_not_the_memory():
    """A body of 64 MiB: never more than the bound and what one read brings waits here."""
    size = 64 * 2**20
    head = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size

    async def slowly(pool: Pool) -> tuple[int, int]:
        connection = await pool.take()
        connection.send(ASKED)
        await connection.head()
        got = largest = 0
        for _ in range(5):
            await asyncio.sleep(0.05)
            data = await connection.body()
            got, largest = got + len(data), max(largest, len(data))
        connection.close()
        return got, largest

    got, largest = with_pool(Server(head + b"x" * size), slowly)
    assert got < size // 4
    assert largest <= 2 * MOST_WAITING + 2**20


def test_whoever_waits_can_be_told_to_stop():
    async def wait(pool: Pool) -> object:
        connection = await pool.take()
        connection.send(ASKED)
        asyncio.get_running_loop().call_later(0.02, connection.interrupt, "killed")
        with pytest.raises(Interrupted) as told:
            await connection.head()
        connection.finish()
        return told.value.reason

    assert with_pool(Server(b""), wait) == "killed"


@pytest.mark.parametrize(("answer", "ends"), [(PLAIN, False), (CLOSES, True), (TO_THE_END, True)])
def test_a_held_answer_is_had_once_it_is_let_go(answer, ends):
    """Also where its connection has ended since; nobody is said to wait for upstream meanwhile."""

    async def hold(pool: Pool) -> tuple[bool, bytes]:
        connection = await pool.take()
        connection.send(ASKED, is_held=True)
        head = asyncio.ensure_future(connection.head())
        await asyncio.sleep(0.05)
        early = head.done() or connection.is_awaited
        connection.let_go()
        assert await head == 200
        body = b""
        while data := await connection.body():
            body += data
        connection.finish()
        return early, body

    assert with_pool(Server(answer, ends=ends), hold) == (False, b"hello")


def test_what_is_let_go_before_it_comes_is_waited_for():
    async def hold(pool: Pool) -> bytes:
        connection = await pool.take()
        connection.send(ASKED, is_held=True)
        connection.let_go()
        assert await connection.head() == 200
        connection.finish()
        return await fetch(pool)

    assert with_pool(Server(PLAIN), hold) == b"hello"


@pytest.mark.parametrize(("answer", "ends"), [(PLAIN, False), (CLOSES, True), (b"what?", True), (b"", True)])
def test_whoever_waits_for_a_held_answer_can_be_told_to_stop(answer, ends):
    """Whatever has become of the answer and its connection by then."""

    async def hold(pool: Pool) -> object:
        connection = await pool.take()
        connection.send(ASKED, is_held=True)
        asyncio.get_running_loop().call_later(0.05, connection.interrupt, "killed")
        with pytest.raises(Interrupted) as told:
            await connection.head()
        connection.finish()
        return told.value.reason

    assert with_pool(Server(answer, ends=ends), hold) == "killed"


@pytest.mark.parametrize("answer", [b"what?", b"", b"HTTP/1.1 200 OK\r\n"])
def test_a_held_answer_that_is_none_is_a_failure_once_it_is_let_go(answer):
    async def hold(pool: Pool) -> int:
        connection = await pool.take()
        connection.send(ASKED, is_held=True)
        asyncio.get_running_loop().call_later(0.05, connection.let_go)
        try:
            return await connection.head()
        finally:
            connection.finish()

    with pytest.raises(UpstreamFailed):
        with_pool(Server(answer, ends=True), hold)


@pytest.mark.parametrize("url", ["ftp://x", "http://", "http://u:p@x", "http://x?q=1", "http://x/#f", "http://x/ y"])
def test_an_address_with_more_than_where_it_is_is_refused(url):
    with pytest.raises(ValueError, match="expected"):
        origin_of(url)
