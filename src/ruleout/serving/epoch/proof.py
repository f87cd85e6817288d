# SPDX-License-Identifier: Apache-2.0
"""What a host says of a kill: its page, and each worker by itself (G-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Answer(NamedTuple):
    """One worker as it stands.

    Attributes:
        pid: its process, with `started` in clock ticks since boot.
        state: acknowledged; behind (answered, an older epoch or streams that still live); stuck (lives, took no call or gave no
            answer); unreachable (lives, has no socket); gone (has ended); ended (was killed for not answering).
        epoch: the epoch it said; `live` the streams that still have to end.
        after_ms: milliseconds from the kill to the answer.
    """

    pid: int
    started: int
    state: str
    epoch: int
    live: int
    after_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What this host says.

    Attributes:
        page: in-force (this epoch, or a later one of the same store); behind (a lower number); other (an epoch that is not
            the store's); untold (the store did not say whose it is); closed, unreadable, or none.
        is_leased: whether a lease still counts.
    """

    epoch: int
    page: str
    is_leased: bool
    workers: tuple[Answer, ...]

    @property
    def holds(self) -> bool:
        """Whether the page says so, and workers live here that have all acknowledged. Without a page or a worker there is no proof."""
        states = {one.state for one in self.workers}
        return self.page == "in-force" and "acknowledged" in states and states <= {"acknowledged", "gone"}

    @property
    def is_unasked(self) -> bool:
        """Whether nobody was there to be asked: no page, or one that says so and no worker."""
        return self.page == "none" or (self.page == "in-force" and not self.workers)
