# SPDX-License-Identifier: Apache-2.0
"""The sockets of clients: found once, never taken for another's, and closed to every byte once an answer has been cut (G-6)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from ruleout.adapters.clock import seconds
from ruleout.gateway.outflow import Outflow, Sockets

PATIENCE_S = 0.015


class Counting(Sockets):
    """Sockets that count how often all descriptors were looked through."""

    looks = 0

    def _look(self) -> None:
        self.looks += 1
        super()._look()


@contextmanager
def connected(host: str = "127.0.0.1") -> Iterator[tuple[socket.socket, socket.socket, str]]:
    """A client, the server's side of it, and the client's address as the server tells it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as listening:
        client = socket.create_connection(listening.getsockname()[:2])
        served, peer = listening.accept()
    with client, served:
        yield client, served, f"[{host}]:{peer[1]}" if ":" in host else f"{host}:{peer[1]}"


def found(held: socket.socket | None) -> bool:
    """Whether there is a handle; it is let go of."""
    if held is not None:
        held.close()
    return held is not None


def end(address: str) -> None:
    """What is done to a client's connection when its answer was cut."""
    outflow = Outflow(Sockets(), address)
    asyncio.run(outflow.drain_or_drop(PATIENCE_S))
    outflow.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_client_is_found_by_its_address(host: str) -> None:
    with connected(host) as (client, _, address):
        held = Sockets().of(address, seconds())
        assert held is not None
        with held:
            held.send(b"from us")
        assert client.recv(10) == b"from us"


def test_many_clients_are_found_by_one_look() -> None:
    """A kill asks for all of them at once: with a look for each, the last would wait for a hundred looks."""
    sockets = Counting()
    with ExitStack() as stack:
        every = [stack.enter_context(connected())[2] for _ in range(40)]
        since = seconds()
        for address in every:
            assert found(sockets.of(address, since))
    assert sockets.looks == 1


def test_a_client_that_came_after_a_look_is_found_by_another() -> None:
    sockets = Counting()
    with connected() as (_, _, first), connected() as (_, _, second):
        assert found(sockets.of(first, seconds()))
        with connected() as (_, _, third):
            assert found(sockets.of(third, seconds()))
            assert found(sockets.of(second, seconds()))
    assert sockets.looks == 2


def test_a_client_that_has_gone_is_none_and_not_looked_for_again() -> None:
    sockets = Counting()
    since = seconds()
    with connected() as (_, served, gone), connected() as (_, _, other):
        served.close()
        assert found(sockets.of(other, since))
        assert sockets.of(gone, since) is None
        assert sockets.of("nonsense", since) is None
    assert sockets.looks == 1


def test_a_number_that_passed_to_another_client_is_not_taken_for_the_first() -> None:
    sockets = Counting()
    with connected() as (_, served, first), connected() as (_, other, _):
        assert found(sockets.of(first, seconds()))
        number = served.detach()
        os.dup2(other.fileno(), number)
        assert not found(sockets.of(first, seconds()))
        os.close(number)


def test_nothing_leaves_once_an_answer_is_over() -> None:
    """The server's own thread may still hold bytes: the connection takes them no more."""
    with connected() as (client, served, address):
        served.send(b"the end")
        end(address)
        with pytest.raises(BrokenPipeError):
            served.send(b"late")
        assert client.recv(100) == b"the end"
        assert client.recv(100) == b""


def test_last_words_that_the_server_writes_late_are_waited_for() -> None:
    """As on a machine where its thread wants for a core."""

    async def late(served: socket.socket, outflow: Outflow) -> None:
        outflow.expect(8)
        asyncio.get_running_loop().call_later(PATIENCE_S * 1.5, served.send, b"the end!")
        await outflow.drain_or_drop(PATIENCE_S)
        outflow.close()

    with connected() as (client, served, address):
        served.send(b"before")
        asyncio.run(late(served, Outflow(Sockets(), address)))
        with pytest.raises(BrokenPipeError):
            served.send(b"late")
        client.settimeout(5)
        assert client.makefile("rb").read() == b"beforethe end!"


def test_what_a_slow_client_has_not_taken_is_dropped() -> None:
    with connected() as (client, served, address):
        served.setblocking(False)
        sent = 0
        try:
            while True:
                sent += served.send(b"x" * 65536)
        except BlockingIOError:
            end(address)
        client.settimeout(5)
        got = 0
        try:
            while data := client.recv(65536):
                got += len(data)
        except ConnectionResetError:
            pass
        assert got < sent
