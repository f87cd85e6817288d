# SPDX-License-Identifier: Apache-2.0
"""One client's connection: requests answered one after the other, each wait for the client with an end.

The waits are looked at once a second by the server, so that a request costs no timer.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from ruleout.adapters.clients.incoming import Fault, Incoming, nothing
from ruleout.adapters.clients.outlet import ClientGone, Outlet
from ruleout.adapters.clients.reading import Malformed, Reading, RequestReader
from ruleout.adapters.outbox import Outbox

#: Requests that a client may have sent before the answer to the first; one more is not read, and the connection ends behind them.
MOST_BEHIND = 16
_NEVER = float("inf")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_REFUSALS = {
    status: f"HTTP/1.1 {status} {says}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
    for status, says in (
        (400, "Bad Request"), (408, "Request Timeout"), (414, "URI Too Long"), (431, "Request Header Fields Too Large"),
    )
}  # fmt: skip

Handle = Callable[[Incoming], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds that a client has: for a header, for a body, for its next request, and to take some of its answer.

    Attributes:
        least_bytes_s: bytes a second that it takes at least of what waits for it, else it is not waited for any longer.
    """

    head_s: float = 30
    body_s: float = 30
    idle_s: float = 75
    taken_s: float = 30
    leave_s: float = 2
    least_bytes_s: int = 240


@dataclass(slots=True, kw_only=True)
class Service:
    """What the connections of a server have in common.

    Attributes:
        handle: answers a request.
        left: called with each connection that has ended.
        outbox: where answers wait for the end of the loop's turn.
        is_draining: whether connections end with the answers that are under way.
    """

    handle: Handle
    reading: Reading
    waits: Waits
    date: Callable[[], str]
    left: Callable[[ClientConnection], None]
    outbox: Outbox
    is_draining: bool = False


class ClientConnection(asyncio.Protocol):
    """A connection of a client. For the thread of the event loop.

    Attributes:
        late_s: the loop's time at which it has been waited for too long.
    """

    __slots__ = ("_current", "_is_paused", "_loop", "_next", "_now", "_out", "_queue", "_queued", "_reader", "_service", "_task", "_transport", "late_s")  # fmt: skip

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self._service, self._loop, self._now = service, loop, loop.time
        self._out = Outlet(service.date, service.outbox)
        self._reader = RequestReader(service.reading, self._out, self._arrived, self._expected)
        self._transport: asyncio.Transport | None = None
        self._queue: deque[Incoming] = deque()  # whole, behind the one that is answered
        self._current: Incoming | None = None
        self._task: asyncio.Task[None] | None = None
        self._next: asyncio.Future[None] | None = None  # what it waits by for the next request
        self._is_paused = False
        self._queued = 0  # when it was last waited for too long, in vain: 0 for not yet
        self.late_s = _NEVER

    # --- the loop calls these -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self.made(cast("asyncio.Transport", transport))

    def made(self, transport: asyncio.Transport, below: asyncio.Transport | None = None) -> None:
        """It begins; over TLS with the transport below."""
        self._transport = transport
        self._out.open(transport, below)
        self._wait(self._service.waits.head_s)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        reader = self._reader
        before, was_body = reader.begun, reader.is_body
        try:
            reader.feed(data)
        except Malformed as error:
            self._refuse(error.status)
        if reader.begun is not None:
            if reader.begun is not before or reader.is_body != was_body:
                self._await_rest()
        elif self._queue:
            self._pause()

    def eof_received(self) -> bool:
        """See `asyncio.Protocol`. A client that ends its side while an answer is made has gone; one that has its answer may take it."""
        one = self._current
        if one is None or one.is_whole:
            return self._stays()
        if one.has_begun or self._out.holds():
            self._out.reset()
        return False

    def _stays(self) -> bool:
        """Whether it stays until its client has taken what was given: then what is answered last is the last, and its end is told."""
        if not self._out.stays():
            return False
        self._reader.is_over = True
        if self._current is None:
            self._close()
        return True

    def connection_lost(self, _: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._out.lost()
        self._queue.clear()
        self._service.left(self)
        if self._current is not None:
            self._current.on_gone()
            return
        if self._reader.begun is not None and self._reader.is_body:
            self._reader.give_up(Fault.BROKE_OFF)
        self._awake()

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._out.is_full = True

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._out.room()

    # --- requests, one after the other --------------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        """Wait so long for the client from now on; what it takes is measured anew, for it counts over a whole wait alone."""
        self.late_s, self._queued = self._now() + seconds, 0

    def _await_rest(self) -> None:
        """The rest of a request is awaited: its header since its first byte, its body since its header."""
        if self._current is None:
            waits = self._service.waits
            self._wait(waits.body_s if self._reader.is_body else waits.head_s)

    def _expected(self) -> None:
        if self._current is None:
            with contextlib.suppress(ClientGone):
                self._out.write(_CONTINUE)

    def _arrived(self, one: Incoming) -> None:
        if self._current is None:
            self._start(one)
            return
        self._queue.append(one)
        if len(self._queue) >= MOST_BEHIND:
            self._reader.is_over = True

    def _pause(self) -> None:
        if self._transport is not None and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def _start(self, one: Incoming) -> None:
        self._current, self.late_s = one, _NEVER
        if self._task is None:
            self._task = self._loop.create_task(self._serve())
        else:
            self._awake()

    def _awake(self) -> None:
        """Have the coroutine look again what there is to do, if it waits for that."""
        if self._next is not None and not self._next.done():
            self._next.set_result(None)

    async def _serve(self) -> None:
        """Have requests answered, one after the other, by one task for all: to make one for each costs more than to wait."""
        try:
            while (one := self._current) is not None:
                await self._answer(one)
                if self._current is None and not self._out.is_last and not self._out.is_gone:
                    self._next = self._loop.create_future()
                    await self._next
        finally:
            self._task = None
            if self._current is not None:  # we were broken off: nobody would answer it
                self._out.reset()

    async def _answer(self, one: Incoming) -> None:
        """Have a request answered; where its answer was not given to its end, the connection breaks off there."""
        self._out.is_last = self._is_last(one)
        try:
            await self._service.handle(one)
            if self._out.is_full:
                self._wait(self._service.waits.taken_s)
                await self._out.taken()
        except ClientGone:
            pass
        finally:
            self._current, one.on_gone = None, nothing
            self._go_on(one)

    def _is_last(self, one: Incoming) -> bool:
        is_read = self._reader.is_over and not self._queue
        return is_read or one.fault is not None or self._service.is_draining

    def _go_on(self, one: Incoming) -> None:
        waits = self._service.waits
        if not one.is_whole:
            self._out.reset()
        elif self._is_last(one):
            # What the client is still sending must not make the system drop the answer: it has a while to see its end.
            self._out.half_close()
            self._reader.stop()  # what has begun gets no answer: nothing can be sent behind that end
            self._wait(waits.leave_s)
        elif not one.keeps:
            self._close()
        elif self._queue:
            self._start(self._queue.popleft())
        else:
            self._listen()

    def _close(self) -> None:
        self._out.close()
        self._wait(self._service.waits.taken_s)

    def _listen(self) -> None:
        if self._is_paused and self._transport is not None:
            self._is_paused = False
            self._transport.resume_reading()
        self._wait(self._service.waits.idle_s)

    def _refuse(self, status: int) -> None:
        """Answer what is no request, unless requests before it are still to be answered: then these are the last."""
        if self._current is not None:
            return
        with contextlib.suppress(ClientGone):
            self._out.write(_REFUSALS[status])
        self._out.half_close()
        self._wait(self._service.waits.leave_s)

    # --- the server calls these ---------------------------------------------------------------------------------------

    def look(self, now: float) -> None:
        """End it if it waits for nothing but its client, and that has taken everything; or has been waited for too long."""
        self._out.look()
        if self.late_s < now:
            self._expire()

    def _expire(self) -> None:
        """It has been waited for too long. A client that still takes enough of its answer goes on."""
        reader, waits, before = self._reader, self._service.waits, self._queued
        self._queued = left = self._out.queued()
        if left and (not before or before - left >= waits.least_bytes_s * waits.taken_s):
            self.late_s = self._now() + waits.taken_s
        elif self._current is None and reader.begun is None and not left:
            self._out.end()
        elif self._current is not None or reader.begun is None:
            self._out.reset()
        elif reader.is_body:
            reader.give_up(Fault.TOO_SLOW)
        else:
            reader.stop()
            self._refuse(408)

    def drain(self) -> None:
        """End with the answer that is under way, or now if nothing is."""
        if self._current is None and self._reader.begun is None:
            self._reader.stop()
            self._close()
            self._awake()  # so that the coroutine ends no later than the connection
        else:
            self._out.is_last = True

    def abort(self) -> None:
        """End now."""
        self._out.reset()
        self._awake()
