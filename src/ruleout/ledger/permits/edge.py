# SPDX-License-Identifier: Apache-2.0
"""The edge of a tree before a place: with every leaf behind it, it makes the root, so that none can be left out (G-1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ruleout.errors import VerificationFailed
from ruleout.ledger.merkle import EMPTY_ROOT, HASH_BYTES, Levels, node_hash


def edge_hashes(levels: Levels, size: int) -> tuple[bytes, ...]:
    """Return the hashes of the complete subtrees that cover the first `size` leaves, largest first. Pure.

    With the leaves behind them they make the root, so that somebody who has only these knows that nothing is left out.
    """
    edge, start = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            edge.append(levels[height][start >> height])
            start += 1 << height
    return tuple(edge)


def root_behind(edge: Sequence[bytes], start: int, leaves: Iterable[bytes]) -> bytes:
    """Return the root over a tree of which the first `start` leaves are known by their edge only.

    Pure.

    Args:
        edge: as `edge_hashes` gives it for `start`.
        start: number of leaves that the edge covers, >= 0.
        leaves: hashes of all leaves behind them.

    Raises:
        VerificationFailed: check "inclusion"; the edge is not one of so many leaves.

    Source: RFC 6962 §2.1.
    """
    sizes = [1 << height for height in reversed(range(start.bit_length())) if start >> height & 1]
    if len(edge) != len(sizes) or any(len(part) != HASH_BYTES for part in edge):
        raise VerificationFailed("inclusion", f"expected an edge of {len(sizes)} hashes, got {len(edge)}")
    stack = list(zip(sizes, edge, strict=True))
    for leaf in leaves:
        size, value = 1, leaf
        while stack and stack[-1][0] == size:
            value, size = node_hash(stack.pop()[1], value), 2 * size
        stack.append((size, value))
    root = stack.pop()[1] if stack else EMPTY_ROOT
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root
