# SPDX-License-Identifier: Apache-2.0
"""How much of an answer its client has not taken yet, and an end to what it will not take (G-6, G-11).

The server takes every chunk at once and keeps what the client does not read: without a bound here, a client that reads
nothing would fill our memory, and what was queued before a kill would leave after its acknowledgement. The client's
socket is this process's own: the system says how much of it was taken, and drops what was not.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import resource
import socket
import struct
import termios
from pathlib import Path

from ruleout.adapters.clock import seconds

#: Bytes that may be sent before a socket is looked at, and bytes that may wait, in the server and in the system, to be taken.
UNWATCHED, MOST_WAITING = 256 * 1024, 1024 * 1024
_PAUSE_S = 0.005
_SETTLED_S = 0.002
#: Where the loop was late itself, its client was not: so many looks come before a client is found too slow.
_LOOKS = 3
#: Seconds that the server's thread has to write what it was given, on a machine where it waits for a core.
_SERVER_S = 0.04
#: The least that goes around and after a last chunk: its length, line ends, and the chunk of no bytes.
LAST_FRAMING = 10
#: Where `struct tcp_info` (linux/tcp.h) has `tcpi_bytes_acked`.
_ACKED_AT = 120
_FRAMING = 10
#: Descriptors there is room for from the beginning: a client, an upstream's connection and a handle for each of a thousand answers.
_ROOM = 4096
_LIBC = ctypes.CDLL(None, use_errno=True)


class Sockets:
    """The sockets of this process, by the address of their clients. For one event loop.

    To look through all descriptors costs a while for each, and a kill asks for every client at once: a place once found is held
    to be right as long as the socket there has that client, and nothing is looked for twice that a look would have found.
    """

    def __init__(self) -> None:
        """Effect: makes room for descriptors, so that none waits for the system to grow its table while answers are cut."""
        self._found: dict[tuple[str, int], int] = {}
        self._at = float("-inf")
        _make_room()

    def of(self, client: str, since_s: float) -> socket.socket | None:
        """Return a handle of a client's socket, None if it has gone. Effect: may look through our descriptors.

        Args:
            since_s: an instant at which the client was connected: a look made since then would have found it.
        """
        host, _, port = client.rpartition(":")
        wanted = (_plain(host), int(port)) if port.isdigit() else ("", 0)
        held = self._held(wanted)
        if held is None and self._at <= since_s:
            self._look()
            held = self._held(wanted)
        return held

    def _held(self, wanted: tuple[str, int]) -> socket.socket | None:
        held = _handle(self._found[wanted]) if wanted[1] and wanted in self._found else None
        if held is not None and _peer(held) != wanted:
            held.close()
            return None
        return held

    def _look(self) -> None:
        self._found, self._at = {}, seconds()
        for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are all that is wanted
            self._found[_peer_at(int(name))] = int(name)


class Outflow:
    """What of one answer its client has not taken."""

    __slots__ = ("_base", "_client", "_due", "_given", "_since_s", "_socket", "_sockets")

    def __init__(self, sockets: Sockets, client: str) -> None:
        """Effect: none until much was sent, or the answer is cut."""
        self._sockets, self._client, self._since_s = sockets, client, seconds()
        self._socket: socket.socket | None = None
        self._given = self._base = self._due = 0

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

    def expect(self, count: int) -> None:
        """Take note that at least so many bytes are still to come, from the server's own thread. Effect: looks at the socket.

        Raises RuntimeError where the client has gone.
        """
        self._due = self._written() + count

    async def drain_or_drop(self, within_s: float) -> None:
        """Return once nothing more of the answer can leave: its client took everything, or what it did not take is dropped.

        That nothing waits here does not say that the server's thread, which may want for a core, has written everything. So the
        connection takes no more bytes from here on, whatever that thread still has: the client sees its end.

        Effect: ends our side of the client's connection, or resets it.
        """
        try:
            if await self._drained(within_s) and self._socket is not None:
                self._socket.shutdown(socket.SHUT_WR)
            else:
                _reset(self._socket)
        except (RuntimeError, OSError):
            return  # it has gone

    async def _drained(self, within_s: float) -> bool:
        """Whether all has gone out and was taken in time; for the server's thread to write what is due there is more time."""
        began, before, looks = seconds(), -1, 0
        while True:
            await asyncio.sleep(_SETTLED_S)
            written, queued = self._state()
            is_written = written >= self._due
            if is_written and not queued and written == before:
                return True
            before, looks = written, looks + 1
            took_s = seconds() - began
            if looks > _LOOKS and took_s > (within_s if is_written or queued else _SERVER_S):
                return not queued

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
            self._socket = self._sockets.of(self._client, self._since_s)
        if self._socket is None:
            raise RuntimeError("the client has gone")
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        queued = struct.unpack("i", fcntl.ioctl(self._socket, termios.TIOCOUTQ, b"\0\0\0\0"))[0]
        return struct.unpack_from("Q", told, _ACKED_AT)[0] + queued, queued


def _make_room() -> None:
    """Have this process's table of descriptors grown once: in a process with threads each growth takes milliseconds."""
    most = min(_ROOM, resource.getrlimit(resource.RLIMIT_NOFILE)[0]) - 1
    with contextlib.suppress(OSError), Path(os.devnull).open("rb") as some:  # without it, slower
        os.close(fcntl.fcntl(some, fcntl.F_DUPFD_CLOEXEC, most))


def _handle(descriptor: int) -> socket.socket | None:
    """A handle of its own on a socket: what closes it does not close the connection."""
    try:
        own = os.dup(descriptor)
    except OSError:
        return None
    held = _socket_at(own)
    if held is None:
        os.close(own)
    return held


def _socket_at(descriptor: int) -> socket.socket | None:
    """The socket of a descriptor, None where it is none. Of what kind is not asked of the system: INET6 has room for both addresses."""
    try:
        return socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 0, fileno=descriptor)
    except OSError:
        return None


def _peer_at(descriptor: int) -> tuple[str, int]:
    """Whose connection a descriptor is; nothing is closed here, whatever another thread does to it meanwhile."""
    held = _socket_at(descriptor)
    if held is None:
        return "", 0
    try:
        return _peer(held)
    finally:
        held.detach()


def _peer(held: socket.socket) -> tuple[str, int]:
    """The address at the other end; none where there is none, or where it is no socket of the network."""
    try:
        peer = held.getpeername()
    except OSError:
        return "", 0
    is_network = type(peer) is tuple and type(peer[0]) is str
    return (_plain(peer[0]), peer[1]) if is_network else ("", 0)


def _plain(host: str) -> str:
    return host.strip("[]").removeprefix("::ffff:")


def _reset(held: socket.socket | None) -> None:
    """End a connection and drop all that the system still holds to be sent: connect(2) to AF_UNSPEC."""
    if held is not None:
        _LIBC.connect(held.fileno(), struct.pack("H14x", socket.AF_UNSPEC), 16)
