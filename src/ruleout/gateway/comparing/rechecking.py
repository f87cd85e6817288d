# SPDX-License-Identifier: Apache-2.0
"""A sample of decisions, asked again of Cedar itself in a thread of its own (G-3).

Serving never waits for it: whoever gives a decision appends to a queue. What does not fit is not compared, and counted. A
bundle about which Cedar decides otherwise is told to the loop at once, before anything is written down.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
from collections import deque
from collections.abc import Callable

from ruleout.app.policy.recheck import Differing, Given
from ruleout.app.serving.untrusted import NOT_TRUSTED
from ruleout.gateway.telling.aloud import tell
from ruleout.serving.monitoring.counters import Counters
from ruleout.serving.monitoring.metrics import RECHECKS

#: Decisions that may wait; seconds between two looks at them, and after each: Cedar keeps other threads from running.
MOST_WAITING = 64
PAUSE_S, BETWEEN_S = 0.25, 0.001


class Rechecks:
    """The sample of one worker. `take` is for its loop's thread."""

    def __init__(
        self,
        every: int,
        compare: Callable[[Given], Differing | None],
        counters: Counters,
        *,
        distrust: Callable[[str], None],
        keep: Callable[[Differing], bool],
    ) -> None:
        """Effect: starts a thread, which ends with the process.

        Args:
            every: one in so many decisions is compared.
            compare: asks Cedar; may take as long as it likes.
            counters: the worker's.
            distrust: takes a bundle's digest; called on the loop.
            keep: sees that it stays so, and says whether it did; called in the thread, until it has.
        """
        self._every, self._compare, self._counters = every, compare, counters
        self._distrust, self._keep = distrust, keep
        self._waiting: deque[Given] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told: set[str] = set()
        self._unkept: list[Differing] = []
        self._over = threading.Event()
        threading.Thread(target=self._run, name="recheck", daemon=True).start()

    def take(self, given: Given) -> int:
        """Take a decision, or drop it where too many wait; return how many decisions on the next one is. Never blocks.

        Drawn at random, so that nobody can tell which requests are compared.
        """
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        if len(self._waiting) >= MOST_WAITING:
            self._counters.add(RECHECKS, "dropped")
        elif given.answer.failed is not NOT_TRUSTED:
            self._waiting.append(given)
        return 1 + secrets.randbelow(2 * self._every - 1)

    @property
    def is_behind(self) -> bool:
        """Whether decisions are dropped now, for too many wait."""
        return len(self._waiting) >= MOST_WAITING

    def close(self) -> None:
        """Compare no more. Never blocks."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(PAUSE_S):
            self._keep_all()
            # Looked at first and taken out afterwards: what is being compared counts as waiting.
            while self._waiting and not self._over.wait(BETWEEN_S):
                self._look(self._waiting[0])
                self._waiting.popleft()

    def _look(self, given: Given) -> None:
        try:
            found = self._compare(given)
        except Exception as error:  # noqa: BLE001 - Cedar that cannot be asked must not end the comparing of the next
            self._on_loop(lambda: self._counters.add(RECHECKS, "failed"))
            if type(error).__name__ not in self._told:
                self._told.add(type(error).__name__)
                tell({"recheck": "failed", "why": type(error).__name__})  # its words may hold what was asked
            return
        self._on_loop(lambda: self._counters.add(RECHECKS, "same" if found is None else "differs"))
        if found is not None and found.digest not in self._told:
            self._told.add(found.digest)
            self._on_loop(lambda: self._distrust(found.digest))
            tell({"policy": "not trusted", "bundle": found.bundle, "kind": found.kind.value, "digest": found.digest,
                  "ours": found.ours, "cedar": found.cedar})  # fmt: skip
            self._unkept.append(found)
            self._keep_all()

    def _keep_all(self) -> None:
        self._unkept = [one for one in self._unkept if not self._keep(one)]

    def _on_loop(self, act: Callable[[], None]) -> None:
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(act)
