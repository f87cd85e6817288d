# SPDX-License-Identifier: Apache-2.0
"""One kept connection: bytes from the socket through httptools to whoever waits for the answer's body.

The parser runs in the event loop's own callback, and what waits is one future: no task, no queue, no stream object for
each answer. Reading stops while more than `MOST_WAITING` bytes wait, so a slow reader holds its upstream, not our memory.
"""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable
from typing import cast

import httptools

from ruleout.adapters.outbox import Outbox

#: Bytes of a body that may wait here before reading from the upstream stops.
MOST_WAITING = 256 * 1024
#: Bytes that all header fields of an answer may have.
MOST_HEADERS = 64 * 1024
_ENCODED = len("content-encoding")
_NEVER = float("inf")


class UpstreamFailed(Exception):
    """The upstream could not be reached, broke off, or did not speak HTTP; its message holds no content."""


class Interrupted(Exception):
    """Whoever waited was told to stop waiting; `reason` is what it was told."""

    def __init__(self, reason: object) -> None:
        super().__init__("interrupted")
        self.reason = reason


class Connection(asyncio.Protocol):
    """A connection and the one answer that is on its way, if any. For one event loop.

    Args:
        release: called when its answer is read, and again when it is closed.
        outbox: where requests wait for the end of the loop's turn.

    Attributes:
        is_encoded: whether the answer says that its body is written in some other way than plainly.
    """

    __slots__ = (
        "_asked_in", "_bare", "_broken", "_fields", "_is_held", "_is_kept", "_loop", "_outbox", "_parser", "_ready", "_size", "_waiter", "_waiting", "done", "idle_since",
        "is_encoded", "release", "started", "status", "transport",
    )  # fmt: skip

    def __init__(self, release: Callable[[Connection], None], outbox: Outbox) -> None:
        self.transport: asyncio.Transport | None = None
        self.release, self._outbox = release, outbox
        self.idle_since = 0.0
        self._waiter: asyncio.Future[None] | None = None
        self._broken: Exception | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        #: One for all answers: what is kept ended where its answer did, and nothing comes in between.
        self._parser = httptools.HttpResponseParser(self)
        self._asked_in = _NEVER  # the turn of the outbox behind which its request has left
        self._ready: select.poll | None = None
        self._begin()

    def _begin(self) -> None:
        self._waiting: list[bytes] = []
        self._size = 0
        self._bare = 0  # what came since the body's last piece, or the last whole field of the header
        self.status = 0
        self._fields: list[tuple[bytes, bytes]] = []
        self.started = self.done = self._is_kept = self._is_held = self.is_encoded = False

    # --- the loop calls these -----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._asked_in >= self._outbox.turn:
            # Some say why they close a connection that was quiet for long; it is no answer to what is asked next.
            self._break(UpstreamFailed("the upstream spoke without being asked"))
            self.close()
            return
        before = self._size
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._break(UpstreamFailed("the upstream goes on in another protocol, for which nobody asked"))
        except httptools.HttpParserError as error:
            self._break(UpstreamFailed(f"the upstream's answer is no HTTP: {type(error).__name__}"))
        self._bare = 0 if self._size != before else self._bare + len(data)
        if self._bare > 2 * MOST_HEADERS and not self.done:
            self._break(UpstreamFailed("what the upstream says besides its answer's body is too large"))
            self.close()
            return
        if self._size > MOST_WAITING and self.transport is not None:
            self.transport.pause_reading()
        self._wake()

    def connection_lost(self, _: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self._end_of_file()
        if self._broken is None:
            self._broken = UpstreamFailed("the upstream closed the connection")
        self._wake()
        self.release(self)

    def eof_received(self) -> bool:
        """See `asyncio.Protocol`."""
        return False

    def _end_of_file(self) -> None:
        """An answer without a length ends where the connection does."""
        if self.started and not self.done and not self.headers.keys() & {"content-length", "transfer-encoding"}:
            self.done = True

    # --- the parser calls these ---------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """An answer begins; one behind the answer that was asked for is nobody's."""
        if self.done:
            raise UpstreamFailed("the upstream answered more than it was asked")

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field of the answer; one behind the body is nothing to us."""
        if self.started:
            return
        self._size += len(name) + len(value)
        if self._size > MOST_HEADERS:
            raise UpstreamFailed("the upstream's header is too large")
        self._fields.append((name, value))
        if len(name) == _ENCODED and name.lower() == b"content-encoding":
            self.is_encoded = True

    def on_headers_complete(self) -> None:
        """The header is whole; one that announces another (100 … 199) is left out."""
        self.status = self._parser.get_status_code()
        self._size = 0
        if self.status < 200:
            self._fields, self.is_encoded = [], False
        else:
            self.started = True

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._waiting.append(body)
        self._size += len(body)

    def on_message_complete(self) -> None:
        """The answer is whole. Whether the connection is kept can be asked of the parser here and at no other time."""
        if self.started:
            self.done, self._asked_in = True, _NEVER
            self._is_kept = self._parser.should_keep_alive()

    # --- who asks -----------------------------------------------------------------------------------------------------

    @property
    def headers(self) -> dict[str, str]:
        """The answer's header fields; of two with one name the last. Made when it is asked for: of most answers it never is."""
        return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in self._fields}

    @property
    def is_usable(self) -> bool:
        """Whether another request may be sent on it."""
        return self._broken is None and self.transport is not None and not self.transport.is_closing()

    def is_quiet(self) -> bool:
        """Whether nothing has come, nor its end, that the loop has not read yet. Effect: asks the system, and nothing else."""
        if self._ready is None:
            self._ready = select.poll()
            self._ready.register(self.transport.get_extra_info("socket").fileno(), select.POLLIN)  # type: ignore[union-attr]  # it is usable
        return not self._ready.poll(0)

    @property
    def is_awaited(self) -> bool:
        """Whether somebody waits for upstream to say something; whoever waits for what is held does not."""
        return self._waiter is not None and not (self._is_held and self.started)

    def send(self, request: bytes, *, is_held: bool = False) -> None:
        """Send a request whole, at the end of the loop's turn; where it is held, nobody gets anything of its answer before `let_go`."""
        self._begin()
        self._asked_in, self._is_held = self._outbox.turn, is_held
        self._outbox.add(self.transport, request)  # type: ignore[arg-type]  # whoever has it from the pool has it connected

    def let_go(self) -> None:
        """The answer may be had."""
        self._is_held = False
        if self.started or self._broken is not None:
            self._wake()

    async def head(self) -> int:
        """Wait for the answer's header, and to be let go, and return its status. Raises UpstreamFailed, Interrupted."""
        while self._is_held or not self.started:
            await self._more()
            self._heed()
        return self.status

    async def body(self) -> bytes:
        """Wait for more of the body and return it; b"" at its end. Raises UpstreamFailed, Interrupted."""
        while not self._waiting and not self.done:
            await self._more()
            self._heed()
        return self.come()

    def come(self) -> bytes:
        """Return what has come of the body since, b"" if nothing has; nobody waits. Effect: reading goes on where it stopped."""
        if not self._waiting:
            return b""
        data = self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._waiting.clear()
        if self._size > MOST_WAITING and self.transport is not None:
            self.transport.resume_reading()
        self._size = 0
        return data

    def interrupt(self, reason: object) -> None:
        """End the wait of whoever waits, now or next: it raises Interrupted with the reason, whatever else ended the connection."""
        self._broken = Interrupted(reason)
        self._wake()

    def finish(self) -> None:
        """Give the connection back, or close it if the answer is not read to its end."""
        if self.done and not self._waiting and self.is_usable and self._is_kept:
            self.release(self)
        else:
            self.close()

    def close(self) -> None:
        """Close at once; what was not sent is dropped, and the upstream sees that nobody listens."""
        if self.transport is not None:
            self.transport.abort()

    def _more(self) -> asyncio.Future[None]:
        """What resolves once more has come, or nothing more will. Raises what broke the connection already."""
        if self._broken is not None and (self._was_told() or not self._is_held):
            raise self._broken
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        self._waiter = waiter = self._loop.create_future()
        return waiter

    def _was_told(self) -> bool:
        """Whether whoever waits was told to stop: all that ends the wait for a held answer, which may be whole though its connection ended."""
        return isinstance(self._broken, Interrupted)

    def _heed(self) -> None:
        """See to having been interrupted: before anything else that came. Raises Interrupted."""
        if self._broken is not None and self._was_told():
            raise self._broken

    def _break(self, error: Exception) -> None:
        self._broken = self._broken or error
        self._wake()

    def _wake(self) -> None:
        if self._is_held and not self._was_told():
            return
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)
