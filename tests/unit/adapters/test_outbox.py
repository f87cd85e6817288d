# SPDX-License-Identifier: Apache-2.0
"""What waits for the end of the loop's turn: sent in its order, before whatever must come behind it, or dropped with its connection."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from tests.client_server import run

from ruleout.adapters.clients.outlet import LITTLE, MOST_TOGETHER, ClientGone, Outlet
from ruleout.adapters.outbox import Outbox


class Tells(asyncio.Protocol):
    """Tells of the connection's end."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def eof_received(self) -> bool:
        return self._outlet.stays()

    def connection_lost(self, _: Exception | None) -> None:
        self._outlet.lost()


Way = tuple[Outlet, asyncio.Transport, socket.socket]


@asynccontextmanager
async def way(outbox: Outbox) -> AsyncIterator[Way]:
    """The way out of a connection, its transport, and who reads at the other end without waiting."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    outlet = Outlet(lambda: "", outbox)
    transport, _ = await asyncio.get_running_loop().create_connection(lambda: Tells(outlet), sock=ours)
    outlet.open(transport)
    try:
        yield outlet, transport, theirs
    finally:
        transport.abort()
        theirs.close()


def come(theirs: socket.socket) -> bytes | None:
    """What has come; None if nothing has, b"" at the end."""
    try:
        return theirs.recv(65536)
    except BlockingIOError:
        return None


async def turns() -> None:
    """Let the loop go round, each time with a look at its sockets, however little time there was for that."""
    for _ in range(20):
        await asyncio.sleep(0.001)


def test_what_was_added_is_sent_when_the_turn_ends() -> None:
    async def main() -> None:
        outbox = Outbox()
        async with way(outbox) as (one, _, of_one), way(outbox) as (other, _, of_other):
            one.write_last(b"1")
            other.write_last(b"2")
            one.write_last(b"3")
            assert (come(of_one), come(of_other)) == (None, None)
            await turns()
            assert (come(of_one), come(of_other)) == (b"13", b"2")

    run(main())


@pytest.mark.parametrize("then", [Outlet.close, Outlet.half_close, lambda out: out.write(b" more") or out.close()])
def test_what_comes_behind_it_comes_behind_it(then: Callable[[Outlet], object]) -> None:
    """Another write, the end of what is sent, and the connection's end."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, _, theirs):
            outlet.write_last(b"said")
            then(outlet)
            assert await all_of(theirs) in (b"said", b"said more")

    run(main())


def test_what_is_large_goes_at_once() -> None:
    """So whoever gave it knows, before he goes on, whether the client must take some first."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, _, theirs):
            outlet.write_last(b"small ")
            outlet.write_last(b"a" * (MOST_TOGETHER + 1))
            assert theirs.recv(6 + MOST_TOGETHER + 1) == b"small " + b"a" * (MOST_TOGETHER + 1)

    run(main())


def test_a_connection_that_fails_takes_no_other_with_it() -> None:
    class Ended(asyncio.Transport):
        aborted = 0

        def is_closing(self) -> bool:
            return False

        def write(self, data: object) -> None:
            raise RuntimeError("the handler is closed")

        def abort(self) -> None:
            self.aborted += 1

    async def main() -> None:
        outbox, ended = Outbox(), Ended()
        async with way(outbox) as (outlet, _, theirs):
            outbox.add(ended, b"lost")
            outlet.write_last(b"said")
            await turns()
            assert (ended.aborted, come(theirs)) == (1, b"said")

    run(main())


def test_a_connection_that_is_dropped_drops_what_waits() -> None:
    async def main() -> None:
        async with way(Outbox()) as (outlet, _, theirs):
            outlet.write_last(b"said")
            outlet.reset()
            assert await all_of(theirs) == b""
            with pytest.raises(ClientGone):
                outlet.write_last(b"more")

    run(main())


def test_what_is_dropped_is_dropped_once_it_is_told() -> None:
    """Whoever waits for the end of a connection may say that no byte follows: its socket is closed by then, not about to be."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, transport, _):
            held = transport.get_extra_info("socket").fileno()
            outlet.write(b"a" * 2**22)
            assert outlet.queued()
            await outlet.drain_or_drop(0)
            with pytest.raises(OSError):
                os.fstat(held)

    run(main())


def test_who_asks_what_is_not_taken_has_it_sent_first() -> None:
    """Nobody may be told that nothing is on its way while something waits for the turn's end."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, _, theirs):
            outlet.write_last(b"said")
            outlet.queued()
            await turns()
            assert come(theirs) == b"said"
            assert outlet.queued() == 0

    run(main())


async def all_of(theirs: socket.socket) -> bytes:
    """Everything that comes until the end."""
    parts = b""
    async with asyncio.timeout(60):
        while (part := come(theirs)) != b"":
            parts += part or b""
            await asyncio.sleep(0.001)
    return parts


async def taken(theirs: socket.socket, size: int) -> None:
    """Take so many bytes, or all there are until the end."""
    while size > 0:
        data = come(theirs)
        if data == b"":
            return
        size -= len(data or b"")
        await asyncio.sleep(0)


def test_much_that_is_not_taken_is_held_until_it_is() -> None:
    """Both what waits here and what only the system has."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, transport, theirs):
            for size in (2**22, LITTLE + 1):
                outlet.write(b"a" * size)
                assert outlet.holds()
                await taken(theirs, size)
                assert (outlet.holds(), transport.get_write_buffer_size()) == (False, 0)

    run(main())


def test_nobody_asks_the_system_after_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of answers that are taken one by one it is asked once in so many bytes, between two of them, and never at their end."""
    asked: list[int] = []
    monkeypatch.setattr(Outlet, "queued", lambda _: asked.append(1))

    async def main() -> None:
        async with way(Outbox()) as (outlet, _, theirs):
            for _ in range(100):
                outlet.begin()
                outlet.write_last(b"a" * 1000)
                assert not outlet.holds()
                await asyncio.sleep(0)
                await taken(theirs, 1000)

    run(main())
    assert not asked


def test_many_small_answers_that_nobody_takes_are_held() -> None:
    async def main() -> None:
        async with way(Outbox()) as (outlet, _, _):
            for _ in range(20):
                outlet.begin()
                outlet.write_last(b"a" * 1000)
                await asyncio.sleep(0)
            assert outlet.holds()

    run(main())


@pytest.mark.parametrize("ends", [Outlet.close, lambda _: None])
def test_a_connection_that_ends_stays_ours_until_much_is_taken(ends: Callable[[Outlet], object]) -> None:
    """Whichever side ends it: a socket that is closed sends on what the system holds, and nobody could drop that any more."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, _, theirs):
            outlet.write(b"a" * (4 * LITTLE))
            ends(outlet)
            theirs.shutdown(socket.SHUT_WR)
            await turns()
            assert not outlet.is_gone
            assert outlet.holds()
            dropped = asyncio.Event()
            outlet.drop(dropped.set)
            async with asyncio.timeout(60):
                await dropped.wait()
            assert outlet.is_gone

    run(main())


def test_who_has_it_dropped_is_called_once_the_socket_is_closed() -> None:
    """Each of those that asked, and at once where the connection has gone already."""

    async def main() -> None:
        async with way(Outbox()) as (outlet, transport, _):
            held = transport.get_extra_info("socket").fileno()
            outlet.write(b"a" * 2**22)
            told: list[bool] = []

            def closed() -> None:
                with pytest.raises(OSError):
                    os.fstat(held)
                told.append(True)

            outlet.drop(closed)
            outlet.drop(closed)
            assert told == []
            async with asyncio.timeout(60):
                while len(told) < 2:  # noqa: ASYNC110 - a test's own wait
                    await asyncio.sleep(0.001)
            assert told == [True, True]
            outlet.drop(closed)
            assert told == [True, True, True]

    run(main())
