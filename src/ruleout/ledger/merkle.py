# SPDX-License-Identifier: Apache-2.0
"""The Merkle tree of RFC 6962: hashes, roots, proofs made and proofs checked (L-1, L-10).

Rules: leaves and nodes are hashed apart (0x00, 0x01); every hash is 32 bytes; a verifier names what failed. Proofs are
made from `levels`, the complete subtrees of a list of leaf hashes; they are checked without any tree.
It knows nothing of tiles, files or signatures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from ruleout.errors import VerificationFailed

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
Levels = Sequence[Sequence[bytes]]


def leaf_hash(entry: bytes) -> bytes:
    """Return the leaf hash of an entry's bytes. Pure. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbouring subtrees. Pure. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """Return the hashes of the complete pairs of `hashes`, in order; an odd last one has no parent yet. Pure."""
    sha256 = hashlib.sha256
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2], strict=False)]


def levels_of(leaves: Iterable[bytes]) -> Levels:
    """Return all complete subtrees: `levels[k][i]` covers leaves [i * 2^k, (i + 1) * 2^k). Pure, linear."""
    levels: list[Sequence[bytes]] = [tuple(leaves)]
    while len(levels[-1]) > 1:
        levels.append(parents(levels[-1]))
    return levels


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """Return the tree hash over leaf hashes; the hash of nothing for no leaves. Pure. Source: RFC 6962 §2.1."""
    row = list(leaves)
    while len(row) > 1:
        row = parents(row) + row[len(row) & ~1 :]
    return row[0] if row else EMPTY_ROOT


def root_at(levels: Levels, size: int) -> bytes:
    """Return the root the tree had at `size`, 0 <= size <= leaves. Pure."""
    return _range_hash(levels, 0, size) if size else EMPTY_ROOT


def inclusion_proof(levels: Levels, index: int, size: int) -> tuple[bytes, ...]:
    """Return the hashes that lead from leaf `index` to the root at `size`, leaf side first.

    Pure.

    Args:
        levels: complete subtrees of at least `size` leaves.
        index: leaf position, 0 <= index < size.
        size: tree size the proof is for, <= number of leaves.

    Raises:
        ValueError: index or size is out of range.

    Source: L-10; RFC 6962 §2.1.1.
    """
    if not 0 <= index < size <= len(levels[0]):
        raise ValueError(f"expected 0 <= index < size <= {len(levels[0])}, got index {index}, size {size}")
    start, path = 0, []
    while size > 1:
        left = _split(size)
        if index - start < left:
            path.append(_range_hash(levels, start + left, size - left))
            size = left
        else:
            path.append(_range_hash(levels, start, left))
            start, size = start + left, size - left
    return tuple(reversed(path))


def consistency_proof(levels: Levels, old: int, new: int) -> tuple[bytes, ...]:
    """Return the hashes that show the tree at `old` to be a prefix of the tree at `new`.

    Pure. Empty for equal sizes.

    Raises:
        ValueError: not 1 <= old <= new <= number of leaves.

    Source: L-10; RFC 6962 §2.1.2.
    """
    if not 1 <= old <= new <= len(levels[0]):
        raise ValueError(f"expected 1 <= old <= new <= {len(levels[0])}, got old {old}, new {new}")
    start, size, known, path = 0, new, True, []
    while old != size:
        left = _split(size)
        if old <= left:
            path.append(_range_hash(levels, start + left, size - left))
            size = left
        else:
            path.append(_range_hash(levels, start, left))
            start, size, old, known = start + left, size - left, old - left, False
    if not known:
        path.append(_range_hash(levels, start, size))
    return tuple(reversed(path))


def verify_inclusion(proof: Sequence[bytes], leaf: bytes, index: int, *, size: int, root: bytes) -> None:
    """Check that `leaf` is at `index` of the tree of `size` with `root`. Pure.

    Args:
        proof: hashes of 32 bytes, leaf side first.
        leaf: the leaf's hash, 32 bytes.
        index: claimed position.
        size: tree size, at most 2^63 - 1.
        root: the tree's root, 32 bytes.

    Raises:
        VerificationFailed: check "inclusion".

    Source: L-10; RFC 9162 §2.1.3.2.
    """
    _require_hashes("inclusion", (leaf, root, *proof))
    if not 0 <= index < size < 2**63:
        raise VerificationFailed("inclusion", f"expected 0 <= index < size < 2^63, got index {index}, size {size}")
    node, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise VerificationFailed("inclusion", f"expected a shorter proof, got {len(proof)} hashes for size {size}")
        if node & 1 or node == last:
            value = node_hash(sibling, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        node, last = node >> 1, last >> 1
    _require_same("inclusion", last == 0, value, root)


def verify_consistency(proof: Sequence[bytes], old: tuple[int, bytes], new: tuple[int, bytes]) -> None:
    """Check that the tree `old` (size, root) is a prefix of the tree `new` (size, root). Pure.

    Old size 0 is refused: every tree extends the empty one, so a proof from it says nothing; callers decide.

    Raises:
        VerificationFailed: check "consistency".

    Source: L-10; RFC 9162 §2.1.4.2.
    """
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size < 2**63:
        raise VerificationFailed("consistency", f"expected 0 < old <= new < 2^63, got old {old_size}, new {new_size}")
    if old_size == new_size:
        if proof:
            raise VerificationFailed("consistency", f"expected no hashes for equal sizes, got {len(proof)}")
        _require_same("consistency", True, old_root, new_root)
        return
    _require_hashes("consistency", (old_root, new_root, *proof))
    hashes = (old_root, *proof) if old_size & (old_size - 1) == 0 else tuple(proof)
    if not hashes or not proof:
        raise VerificationFailed("consistency", "expected a proof, got no hashes")
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_value = new_value = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise VerificationFailed("consistency", f"expected a shorter proof, got {len(proof)} hashes")
        if node & 1 or node == last:
            old_value, new_value = node_hash(sibling, old_value), node_hash(sibling, new_value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_value = node_hash(new_value, sibling)
        node, last = node >> 1, last >> 1
    _require_same("consistency", True, old_value, old_root)
    _require_same("consistency", last == 0, new_value, new_root)


def _split(size: int) -> int:
    """Return the largest power of two below `size` (size > 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(levels: Levels, start: int, size: int) -> bytes:
    """Return the hash over `size` leaves from `start`, a multiple of the power of two that `size` needs."""
    if size & (size - 1) == 0:
        height = size.bit_length() - 1
        return levels[height][start >> height]
    left = _split(size)
    return node_hash(_range_hash(levels, start, left), _range_hash(levels, start + left, size - left))


def _require_hashes(check: str, hashes: Iterable[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise VerificationFailed(check, f"expected a hash of 32 bytes, got {len(value)}")


def _require_same(check: str, used_up: bool, got: bytes, expected: bytes) -> None:  # noqa: FBT001 - a condition
    if not used_up:
        raise VerificationFailed(check, "expected a longer proof, got one that ends below the root")
    if got != expected:
        raise VerificationFailed(check, f"expected root {expected.hex()[:12]}, got {got.hex()[:12]}")
