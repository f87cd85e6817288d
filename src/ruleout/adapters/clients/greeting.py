# SPDX-License-Identifier: Apache-2.0
"""A connection of TLS, made in two steps, so that the transport below is known: it has a buffer of its own (G-6).

A loop that is asked for both at once tells nobody of the lower one, and what waits there would count as taken.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from typing import cast

from ruleout.adapters.clients.connection import ClientConnection

_HANDSHAKE_S = 10.0
#: More than a client may say before it is greeted: until so much has come the system has nothing to read, so nothing is read too early.
_FIRST_WORDS = 16 * 1024


class _Below(asyncio.Protocol):
    """A socket before TLS: what is read of it here would be missing there, so that its connection ends."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, _: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._transport.abort()


class _Early(asyncio.Protocol):
    """What a client says right behind its handshake, before whoever waits for that has been woken."""

    def __init__(self) -> None:
        self.said = b""

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self.said += data


async def greet(one: ClientConnection, taken: socket.socket, tls: ssl.SSLContext) -> None:
    """Make a connection of a socket that was taken. Raises OSError or TimeoutError where TLS does not come about."""
    loop, early = asyncio.get_running_loop(), _Early()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, _FIRST_WORDS)
    below, _ = await loop.connect_accepted_socket(_Below, taken)
    if below.is_closing():
        raise ConnectionResetError
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
    made = await loop.start_tls(below, early, tls, server_side=True, ssl_handshake_timeout=_HANDSHAKE_S)
    if made is None or below.is_closing():
        below.abort()
        raise ConnectionResetError
    made.set_protocol(one)
    one.made(made, below)
    if early.said:
        one.data_received(early.said)
