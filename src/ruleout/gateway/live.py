# SPDX-License-Identifier: Apache-2.0
"""Answers that are under way, and the ticker that ends them: by a kill, a lost lease, an ended or withdrawn permit (G-6, G-7).

A worker reads the shared page at each request and before each chunk; the ticker sees to answers that have nothing to send. It
asks the page's sequence every few milliseconds, and only where that moved is each answer judged anew. Once a second it judges
each whatever the page says, for permits end by the clock, and looks for upstreams that have fallen silent. An answer that was given to
its end is judged on until its client has taken it: what waits for that is no less a part of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, Protocol

from ruleout.adapters.audit import AuditUnavailable
from ruleout.adapters.upstream.connection import Connection
from ruleout.serving.refusal import Refusal, Why

#: Seconds between two looks at the page.
TICK_S = 0.005
#: Seconds that a cut answer has to say so to a client that reads slowly, before it is dropped.
GRACE_S = 0.015
_TICKS_A_SECOND = int(1 / TICK_S)
_SILENT = Refusal(Why.UPSTREAM, "the upstream has fallen silent", rules=("silent",))
#: Marks an answer whose client has gone; never shown to anybody.
GONE = Refusal(Why.UPSTREAM, "the client has gone", rules=("gone",))


class PageState(NamedTuple):
    """What answers are judged by, apart from their own requests: two are equal where nothing has changed in between.

    Attributes:
        epoch: number of the epoch on the page; 0 for none.
        sequence: of the page.
        closed: why nothing may be served at all, and by which rules; None while something may.
        generation: of the permits and policies that are served by.
    """

    epoch: int
    sequence: int
    closed: tuple[Why, tuple[str, ...]] | None
    generation: int


class Rest(Protocol):
    """What is left of an answer that was given to its end: see `adapters.clients.incoming.Incoming`."""

    def holds(self) -> bool:
        """Whether much of it is still to be taken by its client."""

    def drop(self, done: Callable[[], None]) -> None:
        """Drop it with its connection, and call back once no byte can leave any more."""


def _nothing() -> Any:
    return None


class Live:
    """One answer under way.

    Args:
        judge: says why it may not go on, None while it may.
        loop: the loop that runs: to ask for it costs a call of the system.
        silent_s: seconds without a byte from upstream, or in which the client took too little, after which it counts as broken off.

    Attributes:
        refusal: why it was cut; None while it was not.
        connection: the upstream's connection, once there is one.
        is_kept: whether the record of its request is durable: see `kept`.
        heard: the loop's time at which upstream was heard last, or the client had taken enough.
        untaken: says how much the client has to take still, while a chunk waits for it to take some; None else.
    """

    __slots__ = ("_left", "_loop", "connection", "heard", "is_kept", "judge", "refusal", "silent_s", "task", "untaken")

    def __init__(self, judge: Callable[[], Refusal | None], silent_s: int, loop: asyncio.AbstractEventLoop) -> None:
        self.judge, self.silent_s, self._loop = judge, silent_s, loop
        self.heard = loop.time()
        self.is_kept = False
        self.untaken: Callable[[], int] | None = None
        self._left = 0  # what `untaken` said at `heard`
        self.task = asyncio.current_task(loop)
        self.connection: Connection | None = None
        self.refusal: Refusal | None = None

    def cut(self, refusal: Refusal) -> None:
        """End it: whatever it waits for raises soon. The first reason stays."""
        if self.refusal is None:
            self.refusal = refusal
            if self.connection is not None:
                self.connection.interrupt(refusal)
            self._loop.call_later(GRACE_S, self._drop)

    def hear(self) -> None:
        """Take note that upstream was heard, or the client took enough."""
        self.heard = self._loop.time()

    def kept(self, error: AuditUnavailable | None) -> None:
        """The record of its request is durable, and its answer may be had; or it is not, which ends it (G-8)."""
        if error is not None:
            self.cut(Refusal(Why.AUDIT, str(error), retry_after_s=1))
            return
        self.is_kept = True
        if self.connection is not None:
            self.connection.let_go()

    def left(self) -> None:
        """End it: its client has gone."""
        self.cut(GONE)

    def wait_for(self, untaken: Callable[[], int]) -> None:
        """A chunk waits from now on for its client to take some of what came before it."""
        self.untaken, self._left = untaken, untaken()
        self.hear()

    def look_around(self, now: float, least_bytes_s: int) -> None:
        """Cut it if upstream is silent, or its client takes less a second than that of what waits for it."""
        if now - self.heard <= self.silent_s or self.connection is None:
            return
        if self.untaken is None:
            if self.connection.is_awaited:  # while a hook or a person is asked, nobody listens to upstream
                self.cut(_SILENT)
            return
        left, before = self.untaken(), self._left
        self._left, self.heard = left, now
        if before - left < least_bytes_s * self.silent_s:
            self.cut(GONE)

    def over(self) -> None:
        """It ends by itself from here on: it is not dropped any more, and what it waits for has an end of its own."""
        self.task = None

    def close(self) -> None:
        """It was given to its end: nobody waits for anything of it but its client."""
        self.task = self.connection = None

    def end(self) -> None:
        """It has ended: watch no more."""
        self.close()
        self.judge = _nothing

    def _drop(self) -> None:
        if self.task is not None and not self.task.done():
            self.task.cancel()


class Answers:
    """Every answer under way in this worker, and the ticker over them.

    Args:
        state: what they are judged by; a look at it is all that a quiet tick costs.
        flush: sends what waits to be sent of answers that have ended.
        least_bytes_s: see `Live.look_around`.

    Attributes:
        settled: called with the number of the epoch by which all were judged last and how many cut answers still live,
            after each judging and whenever one of them ends.
        loop: the loop of all answers, from `start` on.
    """

    def __init__(self, state: Callable[[], PageState], flush: Callable[[], None], *, least_bytes_s: int) -> None:
        self._state, self._flush, self._least_bytes_s = state, flush, least_bytes_s
        self.settled: Callable[[int, int], None] = lambda _epoch, _live: None
        self._live: set[Live] = set()
        self._ending: set[Live] = set()
        self._given: dict[Live, Rest] = {}  # given to their end, and not taken
        self._judged_by: PageState | None = None
        self._ticks = 0
        self._handle: asyncio.TimerHandle | None = None
        self.loop: asyncio.AbstractEventLoop

    def __len__(self) -> int:
        return len(self._live)

    def add(self, live: Live) -> None:
        """An answer begins."""
        self._live.add(live)

    def remove(self, live: Live, rest: Rest | None = None) -> None:
        """An answer has ended: nothing is added to it any more, and once its client has taken the rest of it, nothing is sent."""
        self._live.discard(live)
        if rest is None or not rest.holds():
            self._forget(live)
            return
        live.close()
        self._given[live] = rest
        if live.refusal is not None:
            rest.drop(partial(self._forget, live))

    def _forget(self, live: Live) -> None:
        live.end()
        self._given.pop(live, None)
        if live in self._ending:
            self._ending.discard(live)
            self._settle()

    def start(self) -> None:
        """Begin to tick. For the thread of the event loop."""
        self.loop = asyncio.get_running_loop()
        self._tick()

    def stop(self) -> None:
        """Tick no more."""
        if self._handle is not None:
            self._handle.cancel()

    def look(self) -> None:
        """Judge every answer now, whatever is known; all of them by one state, since that is what is acknowledged.

        The page is written by another process, so it may change between two answers: then all are judged again. Answers that were
        taken, or have little that is not, are judged no more: what still waits here of them goes first.
        """
        self._flush()
        for live in [live for live, rest in self._given.items() if not rest.holds()]:
            self._forget(live)
        state = None
        while state != (now := self._state()):
            state = now
            for live in (*self._live, *self._given):
                refusal = live.judge()
                if refusal is not None:
                    self._cut(live, refusal)
        self._judged_by = state
        self._settle()

    def _cut(self, live: Live, refusal: Refusal) -> None:
        """End an answer; one that was given to its end has no other than its connection's."""
        self._ending.add(live)
        rest = self._given.get(live)
        if rest is not None and live.refusal is None:
            rest.drop(partial(self._forget, live))
        live.cut(refusal)

    def _settle(self) -> None:
        """Tell how far the epoch is in force by which all were judged, which is not always the page's own: that may be newer."""
        if self._judged_by is not None:
            self.settled(self._judged_by.epoch, len(self._ending))

    def _tick(self) -> None:
        loop = self.loop
        if self._state() != self._judged_by:
            self.look()
        self._ticks += 1
        if self._ticks % _TICKS_A_SECOND == 0:
            self.look()  # a permit ends by the clock, of which the page says nothing
            for live in tuple(self._live):
                live.look_around(loop.time(), self._least_bytes_s)
        self._handle = loop.call_later(TICK_S, self._tick)
