# SPDX-License-Identifier: Apache-2.0
"""Connections taken from a listening socket that several processes share, and their end (G-11)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from email.utils import formatdate
from pathlib import Path

from ruleout.adapters.clients.connection import ClientConnection, Handle, Service, Waits
from ruleout.adapters.clients.greeting import greet
from ruleout.adapters.clients.reading import Reading
from ruleout.adapters.outbox import Outbox

_LOOK_S = 1.0
#: Seconds after which it is tried again to take connections, where the system had no room for one.
_NO_ROOM_S = 0.2


def listen(address: str, port: int) -> socket.socket:
    """Return a socket that listens there, for processes to share. Effect: takes the port. Raises OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    made = socket.create_server((address, port), family=family, backlog=1024)
    made.setblocking(False)
    return made


def tls_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """Return what TLS 1.3 is spoken by. Effect: reads both files. Raises OSError, ssl.SSLError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(certificate, key)
    return context


class ClientServer:
    """The clients of one process. For one event loop.

    Args:
        listening: see `listen`; other processes may take from it too.
        handle: answers a request.
        most: connections at once; more are left to other processes, and to wait.
        tls: None for none.
        outbox: where answers wait for the end of the loop's turn; one of its own if None.
    """

    def __init__(
        self,
        listening: socket.socket,
        handle: Handle,
        reading: Reading,
        *,
        most: int,
        waits: Waits | None = None,
        tls: ssl.SSLContext | None = None,
        outbox: Outbox | None = None,
    ) -> None:
        self._listening, self._most, self._tls = listening, most, tls
        self._date = ""
        self._is_taking = False
        self._open = 0
        self._connections: set[ClientConnection] = set()
        self._greeting: set[asyncio.Task[None]] = set()
        self._look_handle: asyncio.TimerHandle | None = None
        self._service = Service(
            handle=handle,
            reading=reading,
            waits=waits or Waits(),
            date=lambda: self._date,
            left=self._left,
            outbox=outbox or Outbox(),
        )

    def __len__(self) -> int:
        return self._open

    def start(self) -> None:
        """Begin to take connections. For the thread of the event loop."""
        self._look()
        self._take_on()

    async def drain(self, within_s: float) -> None:
        """Take none any more; return once those that are there have ended by themselves, or were ended when time was over.

        Effect: closes this process's handle of the listening socket; where it is the last, the port takes nobody any more.
        """
        loop = asyncio.get_running_loop()
        self._service.is_draining = True
        self._take_off()
        self._listening.close()
        for one in tuple(self._connections):
            one.drain()
        ends = loop.time() + within_s
        while self._open and loop.time() < ends:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        for one in tuple(self._connections):
            one.abort()
        if self._look_handle is not None:
            self._look_handle.cancel()

    def _look(self) -> None:
        """Once a second: the date, and connections that have been waited for too long."""
        loop = asyncio.get_running_loop()
        self._date = formatdate(usegmt=True)
        now = loop.time()
        # First, so that no fault of one connection ends the waits of all.
        self._look_handle = loop.call_later(_LOOK_S, self._look)
        for one in tuple(self._connections):
            one.look(now)

    # --- taking connections -------------------------------------------------------------------------------------------

    def _take_on(self) -> None:
        if not (self._is_taking or self._service.is_draining) and self._open < self._most:
            self._is_taking = True
            asyncio.get_running_loop().add_reader(self._listening, self._take)

    def _take_off(self) -> None:
        if self._is_taking:
            self._is_taking = False
            asyncio.get_running_loop().remove_reader(self._listening)

    def _take(self) -> None:
        """Take one connection, so that processes that are less busy take more."""
        loop = asyncio.get_running_loop()
        try:
            taken, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was faster, or the client has gone
        except OSError:
            self._take_off()
            loop.call_later(_NO_ROOM_S, self._take_on)
            return
        self._open += 1
        if self._open >= self._most:
            self._take_off()
        task = loop.create_task(self._greet(taken))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    async def _greet(self, taken: socket.socket) -> None:
        """Make a connection of a socket; one that does not get through its handshake is closed."""
        one = ClientConnection(self._service, asyncio.get_running_loop())
        self._connections.add(one)
        try:
            await self._connected(one, taken)
        except (OSError, TimeoutError):
            with contextlib.suppress(OSError):
                taken.close()
            self._left(one)
            return
        if self._service.is_draining:
            one.drain()

    async def _connected(self, one: ClientConnection, taken: socket.socket) -> None:
        taken.setblocking(False)
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            await greet(one, taken, self._tls)
            return
        await asyncio.get_running_loop().connect_accepted_socket(lambda: one, taken)

    def _left(self, one: ClientConnection) -> None:
        if one in self._connections:
            self._connections.discard(one)
            self._open -= 1
            self._take_on()
