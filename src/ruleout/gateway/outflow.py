# SPDX-License-Identifier: Apache-2.0
"""How much of an answer its client has not taken yet, and an end to what it will not take (G-6, G-11).

The server takes every chunk at once and keeps what the client does not read: without a bound here, a client that reads
nothing would fill our memory, and what was queued before a kill would leave after its acknowledgement. The client's
socket is this process's own: the system says how much of it was taken, and drops what was not.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import socket
import stat
import struct
import termios

from ruleout.adapters.clock import seconds

#: Bytes that may be sent before a socket is looked at, and bytes that may wait, in the server and in the system, to be taken.
UNWATCHED, MOST_WAITING = 256 * 1024, 1024 * 1024
_PAUSE_S = 0.005
_SETTLED_S = 0.002
_CACHED_S = 0.005
#: Where `struct tcp_info` (linux/tcp.h) has `tcpi_bytes_acked`.
_ACKED_AT = 120
_FRAMING = 10
_LIBC = ctypes.CDLL(None, use_errno=True)


class Sockets:
    """The sockets of this process, by the address of their clients. For one event loop."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], int] = {}
        self._at = float("-inf")

    def of(self, client: str) -> socket.socket | None:
        """Return a handle of a client's socket, None if it has gone. Effect: looks through our descriptors, at most every 5 ms."""
        host, _, port = client.rpartition(":")
        wanted = (_plain(host), int(port)) if port.isdigit() else ("", 0)
        if wanted not in self._found or seconds() - self._at > _CACHED_S:
            self._look()
        held = _handle(self._found.get(wanted, -1))
        if held is not None and _peer(held) != wanted:
            held.close()
            return None
        return held

    def _look(self) -> None:
        self._found, self._at = {}, seconds()
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are all that is wanted
            held = _handle(int(name))
            if held is not None:
                self._found[_peer(held)] = int(name)
                held.close()


class Outflow:
    """What of one answer its client has not taken."""

    __slots__ = ("_base", "_client", "_given", "_socket", "_sockets")

    def __init__(self, sockets: Sockets, client: str) -> None:
        """Effect: none until much was sent, or the answer is cut."""
        self._sockets, self._client = sockets, client
        self._socket: socket.socket | None = None
        self._given = self._base = 0

    def give(self, count: int) -> bool:
        """Take note of bytes given to the server; return whether too much waits to be taken. Effect: may look at the socket."""
        self._given += count + _FRAMING
        if self._given < UNWATCHED:
            return False
        if self._socket is None:
            self._given = UNWATCHED  # at most so much waits now
            self._base = self._written()
        return self._waits()

    async def taken(self) -> None:
        """Return once little enough waits. Raises RuntimeError where the client has gone."""
        while self._waits():  # noqa: ASYNC110 - the system tells nobody that a socket has been read
            await asyncio.sleep(_PAUSE_S)

    def _waits(self) -> bool:
        return self._given - (self._written() - self._base) > MOST_WAITING

    async def drain_or_drop(self, within_s: float) -> None:
        """Return once nothing more of the answer leaves: its client took everything, or what it did not take is dropped.

        Effect: may reset the client's connection.
        """
        try:
            if not await self._drained(within_s):
                _reset(self._socket)
        except (RuntimeError, OSError):
            return  # it has gone

    async def _drained(self, within_s: float) -> bool:
        end, before = seconds() + within_s, -1
        while True:
            written, queued = self._state()
            if not queued and written == before:
                return True
            before = written
            if seconds() > end:
                return False
            await asyncio.sleep(_SETTLED_S)

    def close(self) -> None:
        """Let go of the handle."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _written(self) -> int:
        """Bytes that the server has given to the system on this connection: those taken, and those queued there."""
        return self._state()[0]

    def _state(self) -> tuple[int, int]:
        if self._socket is None:
            self._socket = self._sockets.of(self._client)
        if self._socket is None:
            raise RuntimeError("the client has gone")
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        queued = struct.unpack("i", fcntl.ioctl(self._socket, termios.TIOCOUTQ, b"\0\0\0\0"))[0]
        return struct.unpack_from("Q", told, _ACKED_AT)[0] + queued, queued


def _handle(descriptor: int) -> socket.socket | None:
    """A handle of its own on a socket: what closes it does not close the connection."""
    try:
        if descriptor < 0 or not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return None
        own = os.dup(descriptor)
    except OSError:
        return None
    try:
        return socket.socket(fileno=own)
    except OSError:
        os.close(own)
        return None


def _peer(held: socket.socket) -> tuple[str, int]:
    try:
        peer = held.getpeername() if held.family in (socket.AF_INET, socket.AF_INET6) else None
    except OSError:
        peer = None
    return (_plain(peer[0]), peer[1]) if peer else ("", 0)


def _plain(host: str) -> str:
    return host.strip("[]").removeprefix("::ffff:")


def _reset(held: socket.socket | None) -> None:
    """End a connection and drop all that the system still holds to be sent: connect(2) to AF_UNSPEC."""
    if held is not None:
        _LIBC.connect(held.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)
