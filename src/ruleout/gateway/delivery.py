# SPDX-License-Identifier: Apache-2.0
"""What the client of one answer gets, and how far it has come: nothing, a stream, all of it (G-5)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from ruleout.adapters.clients.incoming import Incoming
from ruleout.adapters.clients.outlet import ClientGone
from ruleout.gateway.exchange import Exchange
from ruleout.gateway.live import GRACE_S, Live, Rest

_JSON = ("content-type", "application/json")
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))


class Delivery:
    """The way to one client. Every effect is on its connection, and on what the exchange counts as sent."""

    __slots__ = ("_client", "_it", "_live", "has_begun", "is_stream")

    def __init__(self, it: Exchange, live: Live, client: Incoming) -> None:
        self._it, self._live, self._client = it, live, client
        #: Whether anything of the answer has gone out, and whether that is a stream under way.
        self.has_begun = self.is_stream = False

    def begin(self, more: Sequence[tuple[str, str]]) -> None:
        """Begin a stream with some more header fields. Raises ClientGone."""
        self._it.status = 200
        self.has_begun = self.is_stream = True
        self._client.begin(200, [*_STREAM, *self._fields(more)])

    async def chunk(self, data: bytes) -> None:
        """Send a chunk; where much waits for the client, return once it has taken some. Raises ClientGone."""
        self._it.send(data)
        self._client.send(data)
        if self._client.is_slow:
            self._live.wait_for(self._client.queued)
            await self._client.taken()
            self._live.untaken = None

    def whole(self, more: Sequence[tuple[str, str]], data: bytes) -> None:
        """Send an answer whole. Raises ClientGone."""
        self._it.status = 200
        self._it.send(data)
        self.has_begun = True
        self._client.whole(200, [_JSON, *self._fields(more)], data)

    def accepted(self) -> None:
        """A notification was taken: there is nothing to say. Raises ClientGone."""
        self._it.status = 202
        self.has_begun = True
        self._client.whole(202, self._fields(()), b"")

    def refuse(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer with a refusal, where nothing has begun; a client that has gone is not told."""
        with contextlib.suppress(ClientGone):
            self._client.whole(status, headers, body)

    async def last(self, data: bytes) -> None:
        """End a stream by its format's own last words, unless its client takes nothing."""
        if self._live.untaken is not None or not self.is_stream:
            return
        self._it.send(data)
        with contextlib.suppress(ClientGone):
            self._client.send(data)
            self._client.end()
        # A kill cuts many at once: each has its end before any has its record and what else there is to do.
        await asyncio.sleep(0)

    async def close(self, *, is_cut: bool) -> None:
        """Let go of the client; of a stream that may not go on, nothing stays queued, and what has no last words breaks off."""
        was_stream, self.is_stream = self.is_stream, False
        if not was_stream:
            return
        if is_cut:
            await self._client.finish(GRACE_S)
            return
        with contextlib.suppress(ClientGone):
            if not self._client.is_whole:
                self._client.end()

    @property
    def rest(self) -> Rest | None:
        """What the client may still have to take of an answer; None where it got none, but a refusal."""
        return self._client if self.has_begun else None

    def _fields(self, more: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        return [("x-ruleout-request", self._it.id), *more]
