# SPDX-License-Identifier: Apache-2.0
"""A worker's life in its process: loading, ticking, reloading, answering probes, draining (G-6, G-7, G-11).

Permits and policies are loaded off the loop, at the start and whenever one of their files changes. What cannot be loaded
closes the worker: what the new files say is not known.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from ruleout.adapters.audit import WriterState
from ruleout.adapters.kill import Places, ProbeServer
from ruleout.adapters.monitoring import keep_counters
from ruleout.app.serving.load import load_standing
from ruleout.app.serving.standing import Standing
from ruleout.errors import RuleoutError
from ruleout.gateway.processes.assembly import COUNTERS, Assembled
from ruleout.gateway.telling.aloud import say_bug, tell_change
from ruleout.model.permit import LimitKind
from ruleout.serving.epoch.page import Serves
from ruleout.serving.monitoring.counters import snapshot_bytes

#: Seconds between two looks at the files that are served by.
LOOK_S = 1.0
#: Seconds after which permits are judged again although no file changed.
JUDGE_AGAIN_S = 60.0
#: New objects after which cycles are looked for: a request makes some hundred, nearly all of which go without being looked for.
_YOUNG = 20_000


class Process:
    """What runs beside a worker's requests."""

    def __init__(self, parts: Assembled) -> None:
        self._parts = parts
        self._files: object = None
        self._before: Standing | None = None
        self._judged = float("-inf")
        self._tasks: list[asyncio.Task[None]] = []
        self._tightened = (0, 0)  # the epoch whose limits are in force, in the budgets of which load
        self._acknowledged = (0, 0)
        self._takes_clients = False
        parts.serving.answers.settled = self.settled
        places = Places(folder=parts.place.path(parts.place.settings.kills) / "run")
        self._probe = ProbeServer(places.probes, places.nudges, self._enforced, parts.serving.answers.look)

    def settled(self, epoch: int, live: int) -> None:
        """Take note of how many answers that an epoch cut still live, and acknowledge it on the page (G-6)."""
        admission = self._parts.serving.admission
        limits = (epoch, admission.generation)
        if limits != self._tightened and admission.budgets is not None:
            self._tightened = limits
            admission.budgets.tighten((LimitKind(kind), name, most) for kind, name, most in admission.view.limits)
        self._acknowledged = (epoch, live)
        admission.view.acknowledge(epoch, live, self._serves())

    def _serves(self) -> Serves:
        serving = self._parts.serving
        if not self._takes_clients:
            return Serves.UNSAID
        is_served = serving.admission.standing is not None and serving.audit.state is WriterState.RUNNING
        return Serves.SOMETHING if is_served else Serves.NOTHING

    def leave(self) -> None:
        """Take no more clients: from now on it is no matter for others whether this worker serves. Effect: writes its slot."""
        self._takes_clients = False
        self._parts.serving.answers.look()

    def _enforced(self) -> tuple[int, int]:
        # A probe may come before the ticker: look first, so that what is said is true now.
        self._parts.serving.answers.look()
        return self._acknowledged

    def start(self) -> None:
        """Load for the first time, then tick. Effect: blocks until loaded or closed; answers nothing before `begin`."""
        self._apply(_loaded(self._parts, None))
        # What is loaded stays: it is not looked through again while answers are under way.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG)
        self._parts.serving.answers.start()

    def begin(self) -> None:
        """Answer probes, count, look at files, and say whether it serves from now on. For the loop. Effect: writes its slot."""
        self._takes_clients = True
        self._parts.serving.answers.look()
        self._keep(self._probe.start())
        self._keep(self._keep_counting())
        self._begin_watch()

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(coroutine))

    def _begin_watch(self) -> None:
        self._keep(self._watch())
        self._tasks[-1].add_done_callback(self._watch_ended)

    def _watch_ended(self, task: asyncio.Task[None]) -> None:
        """A watch that a bug ended would leave in force for ever what is withdrawn: close, and watch again."""
        if task.cancelled():
            return
        error = task.exception()
        say_bug(error)
        self._files = None
        self._apply(f"the permits or policies cannot be loaded: {type(error).__name__}")
        self._begin_watch()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._look_again()

    async def _keep_counting(self) -> None:
        """Keep the counters, off the loop: they are for watching, and nothing waits for their disk but the process's own end.

        Says too when the audit record cannot be written, and when it can again.
        """
        parts, told = self._parts, ""
        fails, holds = (
            f"{parts.name} cannot write its audit record, and refuses",
            f"{parts.name} writes its audit record again",
        )
        while True:
            await asyncio.sleep(LOOK_S)
            fault = parts.serving.audit.fault
            # Once: each try to write has a name of its own in what it says.
            told = tell_change(fault and (told or fault), told, fails=fails, holds=holds)
            data = snapshot_bytes(parts.counters.state)
            with contextlib.suppress(OSError):
                await asyncio.to_thread(keep_counters, parts.place.state / COUNTERS, parts.name, data)

    async def _look_again(self) -> None:
        """Load again where a file has changed, after a while, and each time while nothing is served."""
        loop, files = asyncio.get_running_loop(), self._parts.place.stamps()
        closed = self._parts.serving.admission.standing is None or bool(_unwatched(self._parts))
        if closed or files != self._files or loop.time() - self._judged > JUDGE_AGAIN_S:
            self._judged = loop.time()
            self._files = files
            self._apply(await asyncio.to_thread(_loaded, self._parts, self._before))

    def _apply(self, found: Standing | str) -> None:
        if isinstance(found, str):
            self._parts.serving.admission.close(found)
            return
        self._before = found
        admission = self._parts.serving.admission
        try:  # since the load began, a bundle may have been found not to be trusted
            self._parts.load(found.without(admission.untrusted))
        except RuleoutError as error:
            admission.close(str(error))

    async def stop(self) -> None:
        """End: what is written is written, limits get back what is not used, and the sockets go. For the end of the process."""
        self._parts.serving.answers.stop()
        for task in self._tasks:
            task.cancel()
        await self._probe.close()
        self._parts.serving.audit.close()
        if self._parts.serving.admission.budgets is not None:
            self._parts.serving.admission.budgets.retire()
        for beside in (self._parts.serving.traces, self._parts.serving.admission.rechecks):
            if beside is not None:
                beside.close()


def _loaded(parts: Assembled, before: Standing | None) -> Standing | str:
    """What is served by now, or why nothing is. Effect: reads files. For any thread."""
    unwatched = _unwatched(parts)
    if unwatched:
        return unwatched
    admission = parts.serving.admission
    now = datetime.fromtimestamp(admission.clock.now_ns() // 1_000_000_000, UTC)
    try:
        return load_standing(parts.place, at=now, before=before, untrusted=admission.untrusted)
    except (RuleoutError, OSError) as error:
        return f"the permits or policies do not hold: {error}"


def _unwatched(parts: Assembled) -> str:
    """Why nothing is served for want of watching, "" if that is no reason. Effect: reads what the watching left."""
    return "" if parts.watched is None else parts.watched.why_closed()
