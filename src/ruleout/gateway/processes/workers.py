# SPDX-License-Identifier: Apache-2.0
"""The processes that serve: started, started again, exchanged for new ones, and ended (G-11). For one thread."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event

from ruleout.adapters.clock import seconds
from ruleout.gateway.telling.aloud import say

#: Seconds before a worker that ended is started again: doubled up to the longest while workers end soon after their start.
_AGAIN_S, _LONGEST_S, _SOON_S = 0.5, 8.0, 10.0
#: Seconds beyond the drain after which a worker that has not ended is killed.
_BEYOND_S = 5.0

#: What a worker does until SIGTERM; it sets the event once it serves.
Run = Callable[[Event], None]


@dataclass(slots=True, kw_only=True, eq=False)
class _One:
    process: BaseProcess
    ready: Event
    began_s: float
    drain_s: float
    leaves_s: float = 0.0


class Workers:
    """So many processes that run one function.

    Args:
        drain_s: seconds that a worker has to end after it was told to; those that are there already keep theirs at a reload.
        reloaded: called once those that a reload has replaced have all ended.
    """

    def __init__(self, run: Run, count: int, *, drain_s: float, reloaded: Callable[[], None] = lambda: None) -> None:
        self._run, self._count, self._drain_s, self._reloaded = run, count, drain_s, reloaded
        self._is_replaced = False
        self._context = multiprocessing.get_context("spawn")
        self._serving: list[_One] = []
        self._fresh: list[_One] = []
        self._leaving: list[_One] = []
        self._wait_s, self._again_s = _AGAIN_S, 0.0

    @property
    def are_there(self) -> bool:
        """Whether any is alive."""
        return any(one.process.is_alive() for one in (*self._serving, *self._fresh, *self._leaving))

    def start(self) -> None:
        """Start all; those that the system has no room for now are tried again by `look`. Effect: processes."""
        self._fill()

    def reload(self, count: int, *, drain_s: float) -> None:
        """Start so many new ones beside those that serve; once all of them serve, the old ones drain: see `look`. Effect: processes."""
        self._leave(self._fresh)
        self._fresh, self._drain_s = [], drain_s
        try:
            for _ in range(count):
                self._fresh.append(self._begin())
        except OSError as error:
            say(f"not reloaded: a new worker cannot be started: {error}; the old ones go on")
            self._leave(self._fresh)
            self._fresh = []

    def look(self) -> None:
        """See to what has happened since the last look. Effect: processes; says on stderr what went wrong."""
        self.forget_ended()
        if self._fresh:
            self._exchange()
        ended = [one for one in self._serving if not one.process.is_alive()]
        for one in ended:
            self._serving.remove(one)
            say(f"a worker has ended with {one.process.exitcode}")
            is_soon = seconds() - one.began_s < _SOON_S
            self._wait_s = min(self._wait_s * 2, _LONGEST_S) if is_soon else _AGAIN_S
            self._again_s = seconds() + self._wait_s
        if len(self._serving) < self._count and seconds() >= self._again_s:
            self._fill()

    def _fill(self) -> None:
        """Start as many as are missing; where the system has no room for another process, try again later."""
        try:
            while len(self._serving) < self._count:
                self._serving.append(self._begin())
        except OSError as error:
            say(f"a worker cannot be started: {error}; it is tried again")
            self._wait_s = min(self._wait_s * 2, _LONGEST_S)
            self._again_s = seconds() + self._wait_s

    def forget_ended(self) -> None:
        """Forget those that have drained, and kill those whose time for that is over. Effect: as said."""
        self._leaving = [one for one in self._leaving if self._still_leaves(one)]
        if self._is_replaced and not self._leaving:
            self._is_replaced = False
            self._reloaded()

    def end(self) -> None:
        """Tell all to drain. Effect: SIGTERM."""
        self._leave([*self._serving, *self._fresh])
        self._serving, self._fresh = [], []

    def kill(self) -> None:
        """End all now. Effect: SIGKILL."""
        for one in (*self._serving, *self._fresh, *self._leaving):
            one.process.kill()
        for one in (*self._serving, *self._fresh, *self._leaving):
            one.process.join(_BEYOND_S)

    def _begin(self) -> _One:
        ready = self._context.Event()
        process = self._context.Process(target=self._run, args=(ready,))
        process.start()
        return _One(process=process, ready=ready, began_s=seconds(), drain_s=self._drain_s)

    def _exchange(self) -> None:
        """New ones take over once all of them serve; where one of them ended before that, those that serve go on."""
        if any(not one.process.is_alive() for one in self._fresh):
            say("not reloaded: a new worker has ended; the old ones go on")
            self._leave(self._fresh)
            self._fresh = []
        elif all(one.ready.is_set() for one in self._fresh):
            many = len(self._fresh)
            say(f"reloaded: {many} new worker{'s' * (many != 1)}, the old ones drain")
            self._leave(self._serving)
            self._serving, self._fresh, self._is_replaced = self._fresh, [], True
            self._count = len(self._serving)

    def _leave(self, some: list[_One]) -> None:
        for one in some:
            one.leaves_s = seconds() + one.drain_s + _BEYOND_S
            one.process.terminate()
        self._leaving += some

    def _still_leaves(self, one: _One) -> bool:
        if one.process.is_alive() and seconds() > one.leaves_s:
            one.process.kill()
        return one.process.is_alive()
