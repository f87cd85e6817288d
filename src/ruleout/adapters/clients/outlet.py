# SPDX-License-Identifier: Apache-2.0
"""What goes out to one client, and an end to what it will not take (G-6, G-11).

Nothing waits in another thread: the loop's own buffer holds what the system has not taken, so that after a kill it is known what
has left, and the rest can be dropped. For the same reason the socket stays ours while the client has to take much of an answer, also
where nothing follows it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from collections.abc import Callable

from ruleout.adapters.outbox import Outbox

#: Bytes of an answer that may wait here, beside those in the system, before its client has to take some.
MOST_WAITING = 256 * 1024
#: Bytes of the end of an answer that may wait for the end of the loop's turn.
MOST_TOGETHER = 16 * 1024
#: Bytes of answers given to their end that nobody asks after: a client takes as many at once, and to ask the system costs.
LITTLE = 16 * 1024
_SETTLED_S = 0.002


class ClientGone(Exception):
    """The client has gone: nothing more can be sent."""


class Outlet:
    """The way out of one connection. For the thread of the event loop.

    Args:
        outbox: what is sent at the end of the loop's turn.

    Attributes:
        date: returns the date that goes with answers.
        is_full: whether more waits than may.
        is_gone: whether the connection has ended.
        is_last: whether it ends with the answer that is under way.
    """

    __slots__ = ("_drained", "_given", "_outbox", "_told_lost", "_transport", "date", "is_full", "is_gone", "is_last")

    def __init__(self, date: Callable[[], str], outbox: Outbox) -> None:
        self.date, self._outbox = date, outbox
        self._transport: asyncio.Transport | None = None
        self._drained: asyncio.Future[None] | None = None
        self._given = 0  # bytes since it was seen last that the client had taken all
        self._told_lost: list[Callable[[], None]] = []
        self.is_full = self.is_last = False
        self.is_gone = True

    def open(self, transport: asyncio.Transport) -> None:
        """Begin. Effect: bounds what may wait."""
        transport.set_write_buffer_limits(high=MOST_WAITING)
        self._transport, self.is_gone = transport, False

    def lost(self) -> None:
        """The connection has ended."""
        self._transport, self.is_gone = None, True
        self.room()
        told, self._told_lost = self._told_lost, []
        for call in told:  # the loop closes the socket at the end of this very step
            asyncio.get_running_loop().call_soon(call)

    def room(self) -> None:
        """There is room for more, or nothing more to wait for."""
        self.is_full = False
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def queued(self) -> int:
        """Return how many bytes the client has not taken of those that were given to be sent. Effect: asks the system."""
        self._outbox.flush()
        return self._not_taken()

    def _not_taken(self) -> int:
        transport = self._transport
        held = None if transport is None else transport.get_extra_info("socket")
        if transport is None or held is None:
            return 0
        here = transport.get_write_buffer_size()
        try:
            return here + int(struct.unpack("i", fcntl.ioctl(held.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0])
        except (OSError, ValueError):
            return 0  # it has gone

    def begin(self) -> None:
        """An answer begins. Effect: asks the system, once in so many bytes, whether the client took those before it."""
        if self._given > LITTLE // 2 and not self._not_taken():
            self._given = 0

    def holds(self) -> bool:
        """Whether the client has much to take still. Effect: asks the system, unless less was given than anybody asks after."""
        if self._given <= LITTLE or self._transport is None:
            return False
        if self.queued():
            return True
        self._given = 0
        return False

    def write(self, data: bytes) -> None:
        """Give bytes to be sent, now. Raises ClientGone."""
        self._outbox.flush()
        if self._transport is None or self._transport.is_closing():
            raise ClientGone
        self._given += len(data)
        self._transport.write(data)

    def write_last(self, data: bytes) -> None:
        """Give the last bytes of an answer to be sent at the end of the loop's turn; if they are many, now, so that it shows at once
        whether the client must take some first. Raises ClientGone.
        """
        if len(data) > MOST_TOGETHER:
            self.write(data)
            return
        if self._transport is None or self._transport.is_closing():
            raise ClientGone
        self._given += len(data)
        self._outbox.add(self._transport, data)

    async def taken(self) -> None:
        """Return once little enough waits. Raises ClientGone."""
        while self.is_full and not self.is_gone:
            await self._told()
        if self.is_gone:
            raise ClientGone

    async def _told(self) -> None:
        """Return once there is room, or the connection has ended."""
        self._drained = asyncio.get_running_loop().create_future()
        try:
            await self._drained
        finally:
            self._drained = None

    async def drain_or_drop(self, within_s: float) -> None:
        """End the connection once its client took everything, or drop what it did not take in time.

        Effect: as said. What is dropped is dropped on return: the loop closes the socket in a turn of its own, right before whoever
        waits for that is woken, and until then the client could still take some.
        """
        loop = asyncio.get_running_loop()
        ends = loop.time() + within_s
        while self.queued():
            if loop.time() > ends:
                self.reset()
                while not self.is_gone:
                    await self._told()
                return
            await asyncio.sleep(_SETTLED_S)
        self.close()

    def close(self) -> None:
        """End the connection behind what was given to be sent; where that is much, once its client has taken it and ends it too."""
        self._outbox.flush()
        self.is_last = True
        if self.holds():
            self.half_close()
        elif self._transport is not None:
            self._transport.close()

    def stays(self) -> bool:
        """Whether the connection stays although its client sends no more. Effect: drops what waits where it cannot stay."""
        if not self.holds() or self._transport is None:
            return False
        if self._transport.can_write_eof():
            return True
        self.reset()  # TLS: its end is both ways'
        return False

    def half_close(self) -> None:
        """Say that nothing more comes, behind what was given to be sent; the client may still be sending."""
        self._outbox.flush()
        self.is_last = True
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def reset(self) -> None:
        """End the connection and drop all that waits to be sent, here and in the system (SO_LINGER of 0 s: a reset)."""
        self.is_last = True
        if self._transport is None:
            return
        held = self._transport.get_extra_info("socket")
        if held is not None:
            with contextlib.suppress(OSError):
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def drop(self, done: Callable[[], None]) -> None:
        """Reset the connection, and call back once its socket is closed, so that no byte can leave any more."""
        if self.is_gone:
            done()
            return
        self._told_lost.append(done)
        self.reset()
