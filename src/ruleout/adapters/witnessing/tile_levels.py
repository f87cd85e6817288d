# SPDX-License-Identifier: Apache-2.0
"""A log's complete subtrees, read from its tiles as they are needed: proofs for witnesses without hashing the whole log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

from ruleout.adapters.tile_store import LogView
from ruleout.ledger.merkle import parents
from ruleout.ledger.tile import WIDTH

_HEIGHT = WIDTH.bit_length() - 1


class TileRow(Sequence[bytes]):
    """The complete subtrees of 2^height leaves each, in order."""

    def __init__(self, view: LogView, height: int) -> None:
        self._view, self._height = view, height

    def __len__(self) -> int:
        return self._view.size >> self._height

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        """Return one subtree's hash. Effect: reads a tile. Raises LedgerError if it is missing."""
        if isinstance(index, slice):
            return [self[nth] for nth in range(*index.indices(len(self)))]
        level, within = divmod(self._height, _HEIGHT)
        tile, start = divmod(index << within, WIDTH)
        row: Sequence[bytes] = self._view.tile(level, tile)[start : start + (1 << within)]
        while len(row) > 1:
            row = parents(row)
        return row[0]


def tile_levels(view: LogView) -> Sequence[Sequence[bytes]]:
    """Return the subtrees of a published log, as `merkle` makes proofs from. Effect: none until one is read."""
    return [TileRow(view, height) for height in range(max(1, view.size.bit_length()))]
