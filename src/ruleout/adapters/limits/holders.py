# SPDX-License-Identifier: Apache-2.0
"""Who holds a row: every worker that was given it, by a lock that they share, until the worker ends (G-1).

Only a row that nobody holds, and that nothing counts on any more, may become another's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ruleout.adapters.limits.byte_lock import try_lock, unlock
from ruleout.adapters.limits.layout import HOLDERS


class Holders:
    """The rows that one worker holds of an opened store."""

    def __init__(self, fd: int) -> None:
        self._fd, self._own = fd, set[int]()

    def hold(self, row: int) -> bool:
        """Hold a row with others, or return False where one has it alone. Effect: takes the lock, or shares the own one."""
        if not try_lock(self._fd, HOLDERS + row, shared=True):
            return False
        self._own.add(row)
        return True

    def ended(self, rows: Iterable[int], has_ended: Callable[[int], bool]) -> Iterator[int]:
        """Return those of rows that nobody holds and that have ended. Effect: each is had alone from then on; `hold` shares it."""
        for row in rows:
            if row in self._own or not try_lock(self._fd, HOLDERS + row):
                continue
            if has_ended(row):
                yield row
            else:
                unlock(self._fd, HOLDERS + row)

    def let_go(self, rows: Iterable[int]) -> None:
        """Let go of rows that were had alone and are not needed. Effect: ends their locks."""
        for row in rows:
            unlock(self._fd, HOLDERS + row)
