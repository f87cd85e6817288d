# SPDX-License-Identifier: Apache-2.0
"""What a client has not taken of its answers: over TLS too, of each answer alone, and until the connection's end (G-6, G-11)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvloop
from tests.certificates import certificate
from tests.client_server import POST, SHORT, none_left, run, served, until

from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.server import tls_of

MUCH = 16 * 2**20
SOME = 200_000


def lazy(port: int, *, tls: bool = False) -> socket.socket:
    """A client that has asked, and takes little unless it is told to."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536 if tls else 4096)
    made.connect(("127.0.0.1", port))
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        made = context.wrap_socket(made)
    made.sendall(POST)
    return made


def take(client: socket.socket, most: int = 2**40, *, least: int = 0) -> int:
    """Take so much, or what comes until the end or until, with the least taken, nothing comes; return how much that was."""
    taken = 0
    with contextlib.suppress(OSError):
        while taken < most:
            client.settimeout(60 if taken < least else 0.5)
            part = client.recv(min(most - taken, 2**20))
            if not part:
                break
            taken += len(part)
    return taken


@pytest.mark.parametrize("runs", [uvloop.run, asyncio.run], ids=["uvloop", "asyncio"])
@pytest.mark.parametrize("tls", [False, True])
def test_an_answer_of_which_most_waits_here_is_held(tls: bool, runs: Callable[[Any], None], tmp_path: Path) -> None:
    """Also where the client has taken all that the system had, and the loop was too busy to give it more."""
    certificate(tmp_path)
    context = tls_of(tmp_path / "chain.pem", tmp_path / "key.pem") if tls else None
    given: list[Incoming] = []

    async def much(one: Incoming) -> None:
        one.whole(200, [], b"a" * MUCH)
        given.append(one)

    async def main() -> None:
        async with served(much, tls=context) as (port, _):
            client = await asyncio.to_thread(lazy, port, tls=tls)
            await until(lambda: given)
            await asyncio.sleep(0.3)
            take(client)
            assert given[0].holds()
            dropped = asyncio.Event()
            given[0].drop(dropped.set)
            await dropped.wait()
            assert await asyncio.to_thread(take, client) < 2**20
            client.close()

    runs(main())


@pytest.mark.parametrize("runs", [uvloop.run, asyncio.run], ids=["uvloop", "asyncio"])
@pytest.mark.parametrize("ends", [False, True])
def test_over_tls_an_answer_is_held_until_it_is_taken_and_no_longer(
    ends: bool, runs: Callable[[Any], None], tmp_path: Path
) -> None:
    """Whether its connection is kept or ends behind it."""
    certificate(tmp_path)
    given: list[Incoming] = []

    async def some(one: Incoming) -> None:
        one.keeps = not ends
        one.whole(200, [], b"a" * MUCH)
        given.append(one)

    async def main() -> None:
        async with served(some, tls=tls_of(tmp_path / "chain.pem", tmp_path / "key.pem")) as (port, server):
            client = await asyncio.to_thread(lazy, port, tls=True)
            await until(lambda: given)
            assert given[0].holds()
            assert await asyncio.to_thread(take, client, least=MUCH + 1) > MUCH
            await until(lambda: not given[0].holds())
            if ends:
                async with asyncio.timeout(60):
                    await none_left(server)
            client.close()

    runs(main())


@pytest.mark.parametrize("tls", [False, True])
def test_a_socket_whose_client_ended_its_side_is_held_or_dropped(tls: bool, tmp_path: Path) -> None:
    """Over TLS it has gone; what the system has of its answer must not go on to it, for nobody could drop that any more."""
    certificate(tmp_path)
    context = tls_of(tmp_path / "chain.pem", tmp_path / "key.pem") if tls else None
    given: list[Incoming] = []

    async def some(one: Incoming) -> None:
        one.whole(200, [], b"a" * SOME * 5)
        given.append(one)

    async def main() -> None:
        async with served(some, tls=context) as (port, _):
            client = await asyncio.to_thread(lazy, port, tls=tls)
            await until(lambda: given)
            client.shutdown(socket.SHUT_WR)
            await asyncio.sleep(0.1)
            assert tls or given[0].holds()
            dropped = asyncio.Event()
            given[0].drop(dropped.set)
            await dropped.wait()
            assert await asyncio.to_thread(take, client) < SOME * 5
            client.close()

    run(main())


@pytest.mark.parametrize("tls", [False, True])
def test_an_answer_that_was_taken_is_not_held_for_the_next(tls: bool, tmp_path: Path) -> None:
    """A kill of the first would otherwise reset the connection, and the second with it."""
    certificate(tmp_path)
    context = tls_of(tmp_path / "chain.pem", tmp_path / "key.pem") if tls else None
    given: list[Incoming] = []

    async def next_one(one: Incoming) -> None:
        given.append(one)
        one.whole(200, [], b"a" * (SOME if len(given) == 1 else MUCH))

    async def main() -> None:
        async with served(next_one, tls=context) as (port, _):
            client = await asyncio.to_thread(lazy, port, tls=tls)
            assert await asyncio.to_thread(take, client, least=SOME + 1) > SOME
            client.sendall(POST)
            await until(lambda: len(given) == 2)
            assert [one.holds() for one in given] == [False, True]
            client.close()

    run(main())


#: Whose answer was given to its end.
served_to: list[Incoming] = []


async def some(one: Incoming) -> None:
    one.whole(200, [], b"a" * SOME)
    served_to.append(one)


def test_a_drain_does_not_wait_for_a_pool_that_has_taken_its_answer() -> None:
    """A client of a pool looks at an idle connection again only when it needs one."""

    async def main() -> None:
        served_to.clear()
        async with served(some) as (port, server):
            client = lazy(port)
            await until(lambda: served_to)
            draining = asyncio.create_task(server.drain(600))
            await asyncio.sleep(0.1)
            assert await asyncio.to_thread(take, client, SOME, least=SOME) == SOME
            assert await asyncio.to_thread(take, client) < 1000
            async with asyncio.timeout(60):
                await draining
            client.close()

    run(main())


def test_a_client_that_has_ended_its_side_and_taken_all_sees_the_end() -> None:
    async def main() -> None:
        served_to.clear()
        async with served(some, waits=replace(SHORT, taken_s=10)) as (port, server):
            client = lazy(port)
            await until(lambda: served_to)
            client.shutdown(socket.SHUT_WR)
            assert await asyncio.to_thread(take, client, least=2**40) > SOME
            assert client.recv(1) == b""
            async with asyncio.timeout(60):
                await none_left(server)
            client.close()

    run(main())
