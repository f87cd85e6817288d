# SPDX-License-Identifier: Apache-2.0
"""From the journal to what a log's writer must know: the ordinary way to open a log, after a crash or not (L-5, L-6).

It reads and compares, and changes nothing: a log that is not what was signed is left as it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ruleout.adapters.journal import HEADER, read_frames
from ruleout.adapters.tile_store import LogKeys, read_checkpoint
from ruleout.errors import LedgerError, VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, open_checkpoint
from ruleout.ledger.merkle import EMPTY_ROOT, leaf_hash
from ruleout.ledger.tile import WIDTH, Edge, Tile, pack_bundle, tile_path


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a log's writer knows: the tree in the journal, and what of it has not been published.

    `full` are tiles that became full since the last publication; `kept` are the entries from `kept_from`, a multiple
    of 256 at or below `published`, on; `note` is the last checkpoint, "" if the next publication must write one.
    """

    edge: Edge
    full: tuple[Tile, ...] = ()
    kept: tuple[bytes, ...] = ()
    kept_from: int = 0
    note: str = ""

    def added(self, entries: Sequence[bytes]) -> State:
        """Return the state after appending `entries`, none of which is published."""
        edge, full = self.edge.extend([leaf_hash(entry) for entry in entries])
        return replace(self, edge=edge, full=self.full + full, kept=(*self.kept, *entries), note="")

    def published(self, note: str) -> State:
        """Return the state after publishing all of it under `note`."""
        start = self.edge.size // WIDTH * WIDTH
        return replace(self, full=(), kept=self.kept[start - self.kept_from :], kept_from=start, note=note)

    def full_bundles(self) -> range:
        """Return which bundles are full now and were not when last published."""
        return range(self.kept_from // WIDTH, self.edge.size // WIDTH)

    def bundles(self) -> tuple[tuple[str, bytes], ...]:
        """Return path and content of the bundles that hold the kept entries."""
        starts = range(self.kept_from, self.edge.size, WIDTH)
        offsets = ((start // WIDTH, start - self.kept_from) for start in starts)
        cut = [(index, self.kept[at : at + WIDTH]) for index, at in offsets]
        return tuple((tile_path("entries", index, len(part)), pack_bundle(part)) for index, part in cut)


def last_checkpoint(path: Path, keys: LogKeys, *, may_miss: bool) -> tuple[str, Checkpoint]:
    """Return the last checkpoint as note and value; that of the empty tree if it is missing and may be.

    Raises LedgerError if it is missing and may not be, or is not signed by a key of the log.
    """
    if may_miss and not (path / "checkpoint").exists():
        return "", Checkpoint(keys.key.name, 0, EMPTY_ROOT)
    note = read_checkpoint(path)
    try:
        return note, open_checkpoint(note, keys.every, origin=keys.key.name)
    except VerificationFailed as error:
        raise LedgerError(
            f"{path}: expected a checkpoint signed by the log's key, got another: {error}",
            hint="Find out who changed it; rebuild it from the journal only when you know.",
        ) from error


def recover(path: Path, last: tuple[str, Checkpoint], *, rebuild: bool) -> tuple[State, int]:
    """Return the state that the journal holds and the byte where its valid part ends. Reads; changes nothing.

    The tree must contain that of the last checkpoint: otherwise the journal is an older copy, or another log's.

    Args:
        path: the log's folder.
        last: what `last_checkpoint` returned.
        rebuild: take everything for unpublished.

    Raises:
        LedgerError: the journal is missing, damaged, shorter than what was signed, or holds another history.

    Source: L-5, L-6.
    """
    note, head = last
    published = 0 if rebuild else head.size
    start = published // WIDTH * WIDTH
    tree, end = Edge(), len(HEADER)
    full: list[Tile] = []
    kept: list[bytes] = []
    _require_root(path, tree, head)
    with _open_journal(path) as file:
        for frame in read_frames(file, name=str(path / "journal")):
            below = max(0, head.size - frame.first)
            for part in (frame.entries[:below], frame.entries[below:]):
                tree, done = tree.extend([leaf_hash(entry) for entry in part])
                full += done if tree.size > published else ()
                _require_root(path, tree, head)
            kept += frame.entries[max(0, start - frame.first) :]
            end = frame.end
    if tree.size < head.size:
        raise LedgerError(
            f"{path}: expected a journal of at least the {head.size} entries that were signed, got {tree.size}",
            hint="The journal is an older copy or damaged: restore the newest one. Nothing was changed.",
        )
    is_published = tree.size == head.size and not rebuild
    state = State(edge=tree, full=tuple(full), kept=tuple(kept), kept_from=start, note=note if is_published else "")
    return state, end


def _open_journal(path: Path) -> BinaryIO:
    try:
        return (path / "journal").open("rb")
    except FileNotFoundError as error:
        raise LedgerError(f"{path}: expected a journal, got none", hint="Restore the journal from a copy.") from error


def _require_root(path: Path, tree: Edge, head: Checkpoint) -> None:
    if tree.size == head.size and tree.root() != head.root:
        raise LedgerError(
            f"{path}: expected root {head.root.hex()[:12]} at size {head.size} as signed, got {tree.root().hex()[:12]}",
            hint="The journal is not the one that was signed: restore that one. Nothing was changed.",
        )
