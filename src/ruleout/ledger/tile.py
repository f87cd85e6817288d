# SPDX-License-Identifier: Apache-2.0
"""Tiles: how a tree is cut into files, by C2SP tlog-tiles (L-5).

A tile holds up to 256 hashes of one level (levels 8 apart in the tree); an entry bundle holds up to 256 entries, each
behind its length in 16 bits. `Edge` is the right edge of a log cut this way: the hashes of every tile that is not yet
full, which is all one needs to go on appending. It names paths but touches no file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ruleout.errors import VerificationFailed
from ruleout.ledger.merkle import EMPTY_ROOT, HASH_BYTES, node_hash, parents, root_hash

WIDTH = 256
MAX_ENTRY_BYTES = 65535
_LENGTH = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class Tile:
    """Hashes of one tile. `level` 0 holds leaf hashes; `index` counts tiles of the level; 1 to 256 hashes."""

    level: int
    index: int
    hashes: tuple[bytes, ...]

    @property
    def path(self) -> str:
        """Where the tile is kept, relative to the log."""
        return tile_path(str(self.level), self.index, len(self.hashes))

    @property
    def data(self) -> bytes:
        """What the file holds: the hashes, one after another."""
        return b"".join(self.hashes)


def tile_path(level: str, index: int, width: int) -> str:
    """Return the path of a tile or entry bundle: groups of three digits, all but the last marked `x`.

    Pure. `level` is a number, or "entries"; a width below 256 is a partial tile, `.p/W`.

    Source: C2SP tlog-tiles, "Merkle Tree" (1234067 -> x001/x234/067).
    """
    groups = [f"{index % 1000:03d}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03d}")
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def tiles_of(size: int, *, since: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield level, index and width of each entry bundle and tile of a log of `size` entries, as in `tile_path`.

    Pure. Those that are full in the same log at size `since` are left out: they never change.

    Source: C2SP tlog-tiles, "Merkle Tree" and "Log Entries".
    """
    for level in ("entries", *map(str, range(8))):
        shift = 0 if level == "entries" else 8 * int(level)
        count, had = size >> shift, since >> shift
        for index in range(had // WIDTH, -(-count // WIDTH)):
            yield level, index, min(WIDTH, count - index * WIDTH)


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree of `size` leaves: per tile level, the hashes of its last, unfinished tile (0 to 255)."""

    size: int = 0
    rows: tuple[tuple[bytes, ...], ...] = ()

    def extend(self, leaves: Sequence[bytes]) -> tuple[Edge, tuple[Tile, ...]]:
        """Return the edge after appending leaf hashes, and the tiles that became full, each level left to right.

        Pure. Levels come lowest first, so a tile never precedes what it is made of.
        """
        rows: list[tuple[bytes, ...]] = []
        full: list[Tile] = []
        fresh: Sequence[bytes] = leaves
        size = self.size + len(leaves)
        level = 0
        while fresh or level < len(self.rows):
            row = (*(self.rows[level] if level < len(self.rows) else ()), *fresh)
            first = (size >> (8 * level)) // WIDTH - len(row) // WIDTH
            whole = [row[at : at + WIDTH] for at in range(0, len(row) - WIDTH + 1, WIDTH)]
            full += [Tile(level, first + nth, hashes) for nth, hashes in enumerate(whole)]
            rows.append(row[len(whole) * WIDTH :])
            fresh = [subtree_root(hashes) for hashes in whole]
            level += 1
        return Edge(size, tuple(rows)), tuple(full)

    def partial_tiles(self) -> tuple[Tile, ...]:
        """Return the unfinished tiles, lowest level first; a level whose last tile is full has none. Pure."""
        return tuple(Tile(level, self.size >> (8 * (level + 1)), row) for level, row in enumerate(self.rows) if row)

    def root(self) -> bytes:
        """Return the tree's root. Pure, at most 255 hashes a level. Source: RFC 6962 §2.1."""
        value: bytes | None = None
        for row in self.rows:
            value = _fold(row, value)
        return EMPTY_ROOT if value is None else value


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash of the complete subtree over the 256 hashes of a full tile. Pure."""
    return root_hash(hashes)


def pack_bundle(entries: Iterable[bytes]) -> bytes:
    """Return an entry bundle: every entry behind its length, 16 bits, big-endian.

    Pure. Raises ValueError for an entry longer than 65,535 bytes. Source: C2SP tlog-tiles, "Log Entries".
    """
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > MAX_ENTRY_BYTES:
            raise ValueError(f"expected an entry of at most {MAX_ENTRY_BYTES} bytes, got {len(entry)}")
        parts += (_LENGTH.pack(len(entry)), entry)
    return b"".join(parts)


def unpack_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` entries of a bundle, which must hold exactly these.

    Pure.

    Raises:
        VerificationFailed: check "tile"; an entry runs over the end, or bytes are left over.
    """
    entries: list[bytes] = []
    at = 0
    for _ in range(width):
        if at + 2 > len(data):
            raise VerificationFailed("tile", f"expected {width} entries in the bundle, got {len(entries)}")
        end = at + 2 + _LENGTH.unpack_from(data, at)[0]
        if end > len(data):
            raise VerificationFailed("tile", f"expected {end - at - 2} bytes of entry, got {len(data) - at - 2}")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data):
        raise VerificationFailed("tile", f"expected {at} bytes of bundle, got {len(data)}")
    return tuple(entries)


def unpack_tile(data: bytes, width: int) -> tuple[bytes, ...]:
    """Return the `width` hashes of a tile file. Pure. Raises VerificationFailed (check "tile") for another length."""
    if len(data) != width * HASH_BYTES:
        raise VerificationFailed("tile", f"expected {width * HASH_BYTES} bytes of tile, got {len(data)}")
    return tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))


def _fold(row: Sequence[bytes], right: bytes | None) -> bytes | None:
    """Return the hash over complete subtrees `row` with the hash `right` of what follows them, if anything does."""
    while row:
        if len(row) % 2:
            right = row[-1] if right is None else node_hash(row[-1], right)
        row = parents(row)
    return right
