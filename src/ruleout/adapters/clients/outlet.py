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
        given: bytes that were given to be sent since it began.
    """

    __slots__ = (
        "_below", "_drained", "_is_ending", "_lingers", "_outbox", "_taken", "_told_lost", "_transport",
        "date", "given", "is_full", "is_gone", "is_last",
    )  # fmt: skip

    def __init__(self, date: Callable[[], str], outbox: Outbox) -> None:
        self.date, self._outbox = date, outbox
        self._transport: asyncio.Transport | None = None
        self._drained: asyncio.Future[None] | None = None
        self._below: asyncio.Transport | None = None
        self.given = self._taken = 0  # how many of them the client had taken when it was seen last
        self._is_ending = False  # it ends once its client has taken all
        self._lingers = True  # its socket's end leaves to the system what it has not sent
        self._told_lost: list[Callable[[], None]] = []
        self.is_full = self.is_last = False
        self.is_gone = True

    def open(self, transport: asyncio.Transport, below: asyncio.Transport | None = None) -> None:
        """Begin; over TLS with the transport below, which has a buffer of its own. Effect: bounds what may wait."""
        transport.set_write_buffer_limits(high=MOST_WAITING)
        self._transport, self._below, self.is_gone = transport, below, False

    def lost(self) -> None:
        """The connection has ended."""
        self._transport, self._below, self.is_gone = None, None, True
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
        """Return what waits in the transport, in the one below it, and in the system; over TLS counted with all that TLS adds."""
        transport, below = self._transport, self._below
        held = None if transport is None else transport.get_extra_info("socket")
        if transport is None or held is None:
            return 0
        here = transport.get_write_buffer_size() + (0 if below is None else below.get_write_buffer_size())
        try:
            return here + int(struct.unpack("i", fcntl.ioctl(held.fileno(), termios.TIOCOUTQ, b"\0\0\0\0"))[0])
        except (OSError, ValueError):
            return 0  # it has gone

    def begin(self) -> None:
        """An answer begins. Effect: asks the system, once in so many bytes, whether the client took those before it."""
        if self.given - self._taken > LITTLE // 2:
            self._see(self._not_taken())

    def _see(self, not_taken: int) -> None:
        """Take note of what the client has taken."""
        self._taken = max(self._taken, self.given - not_taken)
        if not not_taken and not self._lingers:
            self._linger(is_on=True)

    def holds(self, upto: int | None = None) -> bool:
        """Whether the client has much to take still, of what was `given` up to then or of all. Effect: asks the system, unless less
        was given than anybody asks after.
        """
        upto = self.given if upto is None else upto
        if upto - self._taken <= LITTLE or self._transport is None:
            return False
        self._see(self.queued())
        return self._taken < upto

    def write(self, data: bytes) -> None:
        """Give bytes to be sent, now. Raises ClientGone."""
        self._outbox.flush()
        self._give(data).write(data)

    def write_last(self, data: bytes) -> None:
        """Give the last bytes of an answer to be sent at the end of the loop's turn; if they are many, now, so that it shows at once
        whether the client must take some first. Raises ClientGone.
        """
        if len(data) > MOST_TOGETHER:
            self.write(data)
        else:
            self._outbox.add(self._give(data), data)

    def _give(self, data: bytes) -> asyncio.Transport:
        """Count what is given, and return what takes it. Raises ClientGone."""
        if self._transport is None or self._is_ending or self._transport.is_closing():
            raise ClientGone
        self.given += len(data)
        # A client that ends its side of TLS, or of the socket below, has the loop close that socket, and nobody is asked.
        if self._below is not None and self._lingers and self.given - self._taken > LITTLE:
            self._linger(is_on=False)
        return self._transport

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
        """End the connection behind what was given to be sent; where that is much, once its client has taken it: see `look`."""
        self._outbox.flush()
        self.is_last = True
        if self.holds():
            self.half_close()
            self._is_ending = True
        else:
            self._end()

    def look(self) -> None:
        """End the connection if that waits for nothing but its client, and that has taken everything by now."""
        if self._is_ending and not self.queued():
            self.end()

    def end(self) -> None:
        """End the connection, of which everything was taken; what has been ending since an earlier call is dropped."""
        if self._transport is not None and self._transport.is_closing():
            self.reset()
            return
        self._see(0)
        self._end()

    def _end(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.close()

    def stays(self) -> bool:
        """Whether the connection stays although its client sends no more. Effect: drops what waits where it cannot stay."""
        if not self.holds() or self._transport is None:
            return False
        if self._below is None:
            return True
        self.reset()  # TLS: its end is both ways'
        return False

    def half_close(self) -> None:
        """Say that nothing more comes, behind what was given to be sent; the client may still be sending.

        TLS has no such end: there the connection ends, at once or, where much is not taken, once it is.
        """
        self._outbox.flush()
        self.is_last = True
        if self._transport is None or self._transport.is_closing():
            return
        if self._below is None:
            self._transport.write_eof()
        elif self.holds():
            self._is_ending = True
        else:
            self._transport.close()

    def reset(self) -> None:
        """End the connection and drop all that waits to be sent, here and in the system (SO_LINGER of 0 s: a reset)."""
        self.is_last = True
        if self._transport is None:
            return
        self._linger(is_on=False)
        self._transport.abort()

    def _linger(self, *, is_on: bool) -> None:
        held = None if self._transport is None else self._transport.get_extra_info("socket")
        self._lingers = is_on
        if held is not None:
            with contextlib.suppress(OSError):
                held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", not is_on, 0))

    def drop(self, done: Callable[[], None]) -> None:
        """Reset the connection, and call back once its socket is closed, so that no byte can leave any more."""
        if self.is_gone:
            done()
            return
        self._told_lost.append(done)
        self.reset()
