# SPDX-License-Identifier: Apache-2.0
"""When records that were gathered are handed to the disk: at once, in company, or soon (G-8).

A sync costs about as much for one record as for many. So where many commits come, groups begin at a pace; where few come, nobody
waits for company. What nobody waits for goes with the next commit, or by itself a little later.
"""

from __future__ import annotations

from collections import deque

#: Where the last `MANY` commits came within `MANY_S`, groups begin at least `PACE_S` after each other.
MANY, MANY_S, PACE_S = 16, 0.008, 0.002
#: How long a record that nobody waits for may wait for another.
ALONE_S = 0.01


class Pace:
    """The pace of one writer's groups. Instants are seconds of one clock that never goes back. Pure."""

    __slots__ = ("_commits", "_handed_s")

    def __init__(self) -> None:
        self._commits: deque[float] = deque([float("-inf")] * MANY, MANY)
        self._handed_s = float("-inf")

    def committed(self, now: float) -> None:
        """Take note of a record that somebody waits for."""
        self._commits.append(now)

    def handed_over(self, now: float) -> None:
        """Take note that a group begins."""
        self._handed_s = now

    def wait_s(self, now: float, *, is_awaited: bool) -> float:
        """Return in how many seconds what was gathered is due; `is_awaited`: whether somebody waits for any of it."""
        if not is_awaited:
            return ALONE_S
        if now - self._commits[0] < MANY_S:
            return max(0.0, self._handed_s + PACE_S - now)
        return 0.0
