# SPDX-License-Identifier: Apache-2.0
"""Laws of the Merkle tree and its tiles, against a ten-line recursive tree (L-1, L-5, L-10)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.errors import VerificationFailed
from ruleout.ledger.merkle import (
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    levels_of,
    root_at,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from ruleout.ledger.tile import Edge, pack_bundle, unpack_bundle, unpack_tile

LEAVES = [leaf_hash(b"%d" % number) for number in range(700)]
LEVELS = levels_of(LEAVES)
SIZES = st.integers(1, len(LEAVES))


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


@given(st.integers(0, len(LEAVES)))
def test_roots_are_those_of_the_recursive_tree(size: int) -> None:
    """Both ways of computing a root agree with the definition."""
    expected = plain_root(LEAVES[:size])

    assert expected == root_hash(LEAVES[:size])
    assert expected == root_at(LEVELS, size)


@given(st.data())
def test_every_inclusion_proof_verifies_and_no_changed_one_does(data: st.DataObject) -> None:
    """A proof made for a leaf verifies; with any one bit changed, or for another place, it does not."""
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    root, proof = root_at(LEVELS, size), inclusion_proof(LEVELS, index, size)

    verify_inclusion(proof, LEAVES[index], index, size=size, root=root)
    other = data.draw(st.integers(0, size + 3).filter(lambda number: number != index))
    with pytest.raises(VerificationFailed):
        verify_inclusion(proof, LEAVES[index], other, size=size, root=root)
    parts = [LEAVES[index], root, *proof]
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = flipped(parts[which], bit)
    with pytest.raises(VerificationFailed):
        verify_inclusion(parts[2:], parts[0], index, size=size, root=parts[1])


@given(st.data())
def test_any_two_sizes_are_consistent_and_no_changed_proof_shows_it(data: st.DataObject) -> None:
    """Consistency holds between any two sizes; with any one bit changed nothing is shown."""
    new = data.draw(SIZES)
    old = data.draw(st.integers(1, new))
    parts = [root_at(LEVELS, old), root_at(LEVELS, new), *consistency_proof(LEVELS, old, new)]

    verify_consistency(parts[2:], (old, parts[0]), (new, parts[1]))
    which, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[which] = flipped(parts[which], bit)
    with pytest.raises(VerificationFailed):
        verify_consistency(parts[2:], (old, parts[0]), (new, parts[1]))


@given(st.lists(st.integers(0, 300), max_size=8))
def test_the_edge_does_not_depend_on_how_leaves_arrive(batches: list[int]) -> None:
    """However leaves are batched, root, tiles and edge are those of one batch."""
    edge, full, at = Edge(), [], 0
    for count in batches:
        edge, done = edge.extend(LEAVES[at : at + count])
        full += done
        at = edge.size
    whole, tiles = Edge().extend(LEAVES[:at])

    assert whole == edge
    assert sorted(tiles, key=str) == sorted(full, key=str)
    assert plain_root(LEAVES[:at]) == edge.root()


@given(SIZES)
def test_tiles_hold_the_subtrees_of_their_level(size: int) -> None:
    """A hash at level L of the tiles is the complete subtree over 256^L leaves."""
    edge, full = Edge().extend(LEAVES[:size])
    for tile in (*full, *edge.partial_tiles()):
        step = 256**tile.level
        for nth, value in enumerate(tile.hashes):
            start = (tile.index * 256 + nth) * step
            assert plain_root(LEAVES[start : start + step]) == value
        assert tile.hashes == unpack_tile(tile.data, len(tile.hashes))


@given(st.lists(st.binary(max_size=40), max_size=20), st.integers(0, 30))
def test_bundles_give_back_exactly_their_entries(entries: list[bytes], other: int) -> None:
    """A bundle read for the right number of entries gives them; for another number it is refused."""
    data = pack_bundle(entries)

    assert tuple(entries) == unpack_bundle(data, len(entries))
    if other != len(entries):
        with pytest.raises(VerificationFailed):
            unpack_bundle(data, other)


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
