# SPDX-License-Identifier: Apache-2.0
"""A worker's slice of one shared counter: most requests are counted here, without asking the store.

Slices double while a window lasts, beginning with what one request needs, so that a slow tenant wastes nothing and a busy
one asks the store seldom. What is left when a window ends goes back to that window.
"""

from __future__ import annotations

from ruleout.serving.limits.budget import UNLIMITED
from ruleout.serving.limits.store import Store

_MOST_SLICE = 4096
#: One slice is at most this part of a limit: so much may lie idle in each of the other workers.
_PART = 64


class Allowance:
    """One kind of limit for one tenant and model, in one worker."""

    __slots__ = ("_dry", "_next", "_owed", "_row", "_span", "_store", "left", "most", "wait", "window")

    def __init__(self, store: Store, row: int, most: int, *, span: int) -> None:
        self._store, self._row, self._span = store, row, span
        self.most, self.left, self.window, self.wait = most, 0, -1, 0
        self._next, self._dry, self._owed = 0, -1, 0

    def take(self, window: int, wanted: int, beat: int) -> bool:
        """Take `wanted` in `window`; False where the limit is reached. Effect: may draw from the store.

        Args:
            beat: a number that changes every few seconds: within one, a store that granted nothing is not asked again.

        Raises:
            StoreClosed: see `Store`.
        """
        if window == self.window and wanted <= self.left:
            self.left -= wanted
            return True
        if self.most >= UNLIMITED:
            return True
        return self._draw(window, wanted, beat)

    def put_back(self, window: int, count: int) -> None:
        """Return what a refused request took, or a shorter answer did not use, in the same window."""
        if window == self.window and self.most < UNLIMITED:
            self.left += count

    def retire(self) -> None:
        """Give back what was drawn and not taken. Effect: on the store. Raises StoreClosed; then it may be done again."""
        self._pay(self.window)
        if self.left and self.most < UNLIMITED:
            self._store.give_back(self._row, self.window, self.left)
        self.left = 0

    def tighten(self, most: int) -> None:
        """Set a smaller limit. The slice at hand is dropped, as drawn under the larger one."""
        if most < self.most:
            self.most, self.left = most, 0

    def overdraw(self, window: int, count: int) -> None:
        """Count what was used beyond what was taken, as far as the limit has room: the rest of the day gets that less.

        Effect: draws from the store. Raises StoreClosed; then nothing more is drawn until it is counted.
        """
        if self.most < UNLIMITED and count > 0:
            here = min(count, self.left) if window == self.window else 0
            self.left -= here
            self._owed += count - here
            self._pay(window)

    def _pay(self, window: int) -> None:
        """Count what is owed. No limit is asked: it was used already, and whatever comes next must know."""
        if self._owed:
            self._store.draw(self._row, window, self._owed, UNLIMITED, span=self._span)
            self._owed = 0

    def _draw(self, window: int, wanted: int, beat: int) -> bool:
        if window > self.window:
            if self.left:
                self._store.give_back(self._row, self.window, self.left)
            self.window, self.left, self._next, self._dry = window, 0, 0, -1
        elif window < self.window:
            # A clock that stepped back: this worker goes on in the newest window that it knows.
            return self.take(self.window, wanted, beat)
        self._pay(window)
        if self._dry == beat:
            return False
        more = min(wanted * self._next, self.most // _PART)
        granted, self.wait = self._store.draw(self._row, window, wanted - self.left + more, self.most, span=self._span)
        self._next = min(_MOST_SLICE, max(1, self._next * 2))
        self.left += granted
        if self.left < wanted:
            if granted:
                self._store.give_back(self._row, window, granted)
                self.left -= granted
            elif wanted == 1:
                self._dry = beat
            return False
        self.left -= wanted
        return True
