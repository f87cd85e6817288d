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
    """What this host says. `page` is `in-force`, `behind`, `unreadable` or `none`; `is_leased`: whether a lease still counts."""

    epoch: int
    page: str
    is_leased: bool
    workers: tuple[Answer, ...]

    @property
    def holds(self) -> bool:
        """Whether the page says so, and every worker that lives has acknowledged. No page is no proof."""
        return self.page == "in-force" and all(one.state in ("acknowledged", "gone") for one in self.workers)
