# SPDX-License-Identifier: Apache-2.0
"""What a worker needs of the store that all workers of a host share."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class StoreClosed(Exception):
    """The store is damaged, or another worker holds it too long: nothing may be granted. `says` is for a person."""

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


class Drawn(NamedTuple):
    """`granted` of what was asked for; where nothing is, `wait` windows may have to pass."""

    granted: int
    wait: int


class Store(Protocol):
    """Counters by row. Each operation is one step that no other worker divides; it waits for nobody.

    All raise StoreClosed where the store is damaged or cannot be had at once. What was granted stays granted if the
    caller dies; days stay counted across a restart of every worker.
    """

    def draw(self, row: int, window: int, wanted: int, most: int, *, span: int) -> Drawn:
        """Grant up to `wanted` within `most` over `span` windows."""

    def give_back(self, row: int, window: int, unused: int) -> None:
        """Take back what was drawn in `window` and not used."""

    def hold(self, row: int, wanted: int, most: int) -> int:
        """Grant up to `wanted` of what is counted at once over all workers; return how much."""

    def release(self, row: int, count: int) -> None:
        """Let go of what `hold` granted to this worker."""
