# SPDX-License-Identifier: Apache-2.0
"""What the client of one answer gets, and how far it has come: nothing, a stream, all of it (G-5).

Granian ends an answer's body once nobody holds its transport: it is let go here, not when cycles are collected.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from ruleout.gateway.exchange import Exchange
from ruleout.gateway.live import GRACE_S, Live
from ruleout.gateway.outflow import LAST_FRAMING, Outflow, Sockets

_DONE, _OVER = object(), object()
_JSON = ("content-type", "application/json")
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))


class Delivery:
    """The way to one client. Every effect is on its connection, and on what the exchange counts as sent."""

    __slots__ = ("_it", "_live", "_outflow", "_protocol", "_transport")

    def __init__(self, it: Exchange, live: Live, protocol: Any, sockets: Sockets, client: str) -> None:
        self._it, self._live, self._protocol = it, live, protocol
        self._outflow = Outflow(sockets, client)
        self._transport: Any = None

    @property
    def has_begun(self) -> bool:
        """Whether anything of the answer has gone out."""
        return self._transport is not None

    @property
    def is_stream(self) -> bool:
        """Whether a stream is under way."""
        return self._transport not in (None, _DONE)

    def begin(self, more: Sequence[tuple[str, str]]) -> None:
        """Begin a stream with some more header fields."""
        self._it.status = 200
        self._transport = self._protocol.response_stream(200, [*_STREAM, *self._fields(more)])

    async def chunk(self, data: bytes) -> None:
        """Send a chunk, as soon as the client takes it. Raises RuntimeError if it has gone."""
        self._it.send(data)
        self._live.is_sending = True
        await self._transport.send_bytes(data)
        if self._outflow.give(len(data)):
            await self._outflow.taken()
        self._live.is_sending = False

    def whole(self, more: Sequence[tuple[str, str]], data: bytes) -> None:
        """Send an answer whole. Raises RuntimeError if the client has gone."""
        self._it.status = 200
        self._it.send(data)
        self._transport = _DONE
        self._protocol.response_bytes(200, [_JSON, *self._fields(more)], data)

    def accepted(self) -> None:
        """A notification was taken: there is nothing to say."""
        self._it.status = 202
        self._transport = _DONE
        self._protocol.response_empty(202, self._fields(()))

    def refuse(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer with a refusal, where nothing has begun; a client that has gone is not told."""
        with contextlib.suppress(RuntimeError):
            self._protocol.response_bytes(status, headers, body)

    async def last(self, data: bytes) -> None:
        """End a stream by its format's own last words, unless a chunk of it is half sent or the client takes none in time."""
        if self._live.is_sending or not self.is_stream:
            return
        self._it.send(data)
        with contextlib.suppress(RuntimeError, TimeoutError):
            self._outflow.expect(len(data) + LAST_FRAMING)
            async with asyncio.timeout(GRACE_S):
                await self._transport.send_bytes(data)
        self._transport = _OVER
        # A kill cuts many at once: each has its end before any has its record and what else there is to do.
        await asyncio.sleep(0)

    async def close(self, *, is_cut: bool) -> None:
        """Let go of the client; of a stream that was cut, nothing stays queued."""
        was_stream, self._transport, self._protocol = self.is_stream, None, None
        if was_stream and is_cut:
            await self._outflow.drain_or_drop(GRACE_S)
        self._outflow.close()

    def _fields(self, more: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [("x-ruleout-request", self._it.id), *more]
