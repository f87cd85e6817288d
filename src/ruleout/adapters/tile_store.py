# SPDX-License-Identifier: Apache-2.0
"""A log's published files, read: checkpoint, tiles, entry bundles, objects (L-5, L-10). Reading takes no lock.

log.json      format, origin and keys of the log
journal       see `journal`; readers do not need it
checkpoint    the signed note
tile/...      tiles and entry bundles, by C2SP tlog-tiles
objects/...   larger things, by their SHA-256
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruleout.adapters.durable_file import FileOps, SystemFiles, disk_errors, keep_object, replace_files
from ruleout.adapters.files import read_regular
from ruleout.errors import LedgerError, NotFound, VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, open_checkpoint
from ruleout.ledger.cosignature import LogKey, parse_log_key
from ruleout.ledger.merkle import leaf_hash
from ruleout.ledger.note import MAX_NOTE_BYTES, NoteKey, VerifierKey
from ruleout.ledger.tile import MAX_ENTRY_BYTES, WIDTH, Edge, Tile, tile_path, tiles_of, unpack_bundle, unpack_tile
from ruleout.model.canonical import canonical, parse_canonical

FORMAT = "ruleout-log/1"
#: The same for a log that signs with two algorithms or has changed its key.
FORMAT_MANY = "ruleout-log/2"
#: How many generations of keys a log may have: more are not read.
MAX_GENERATIONS = 100
MAX_DESCRIPTION = 512 * 1024
#: The largest entry bundle.
MAX_TILE = WIDTH * (2 + MAX_ENTRY_BYTES)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The keys of a log, oldest generation first; a generation is an Ed25519 key, and perhaps an ML-DSA-44 key (L-7)."""

    generations: tuple[tuple[LogKey, ...], ...]

    @property
    def current(self) -> tuple[LogKey, ...]:
        """The keys that sign now."""
        return self.generations[-1]

    @property
    def key(self) -> VerifierKey:
        """The Ed25519 key that signs now."""
        return next(key for key in self.current if isinstance(key, VerifierKey))

    @property
    def every(self) -> tuple[LogKey, ...]:
        """All of them, the current ones last."""
        return tuple(key for generation in self.generations for key in generation)


@dataclass(frozen=True, slots=True)
class LogView:
    """A log as published at one checkpoint; later appends do not change it.

    `checkpoint` is the signed note, checked against the key that the log's own folder names. Whether that key is the
    right one, only somebody who knows it from elsewhere can say.
    """

    path: Path
    log_keys: LogKeys
    checkpoint: str
    head: Checkpoint

    @property
    def key(self) -> VerifierKey:
        """The Ed25519 key that signs now."""
        return self.log_keys.key

    @property
    def keys(self) -> tuple[LogKey, ...]:
        """Every key that the log ever had."""
        return self.log_keys.every

    @property
    def origin(self) -> str:
        """The log's unique name."""
        return self.head.origin

    @property
    def size(self) -> int:
        """How many entries are published."""
        return self.head.size

    def entries(self, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of the published entries from index `start`, bundle by bundle.

        Raises LedgerError for a missing bundle and VerificationFailed for a damaged one; hashes are not checked here.
        """
        for index in range(start // WIDTH, -(-self.size // WIDTH)):
            yield from self.bundle(index)[max(0, start - index * WIDTH) :]

    def bundle(self, index: int) -> tuple[bytes, ...]:
        """Return the published entries of bundle `index`: 256, fewer in the last."""
        return unpack_bundle(*self._read("entries", index, self.size))

    def tile(self, level: int, index: int) -> tuple[bytes, ...]:
        """Return the published hashes of a tile: 256, fewer in the last of its level."""
        return unpack_tile(*self._read(str(level), index, self.size >> (8 * level)))

    def files(self, *, since: int = 0) -> Iterator[tuple[str, bytes]]:
        """Yield path and bytes of each published bundle and tile; without those that were full at size `since`. Raises as `entries`."""
        for level, index, width in tiles_of(self.size, since=since):
            data, _ = self._read(level, index, index * WIDTH + width)
            yield tile_path(level, index, width), data

    def root_at(self, size: int) -> bytes:
        """Return the root over the first `size` entries, no more than are published. Raises as `entries`."""
        edge = Edge()
        for index in range(-(-size // WIDTH)):
            edge, _ = edge.extend([leaf_hash(entry) for entry in self.bundle(index)[: size - index * WIDTH]])
        return edge.root()

    def _read(self, level: str, index: int, count: int) -> tuple[bytes, int]:
        """Return a tile's bytes and width, taken from the full tile where the partial one is no longer kept."""
        width = min(WIDTH, count - index * WIDTH)
        for candidate in (width, WIDTH):
            try:
                data = _file_bytes(self.path / tile_path(level, index, candidate), MAX_TILE)
            except (FileNotFoundError, NotADirectoryError):
                continue
            return (data, width) if candidate == width else (_first(level, data, width), width)
        raise LedgerError(
            f"{self.path}: expected {tile_path(level, index, width)}, got no such file",
            hint="Rebuild the tiles from the journal.",
        )


def _file_bytes(path: Path, most_bytes: int) -> bytes:
    """The bytes of a log's file. The folder may be another's copy: what stands there in a file's place is refused."""
    data = read_regular(path, limit_bytes=most_bytes)
    if data is None:
        hint = "Restore it from a copy of the log."
        raise LedgerError(f"{path}: expected a regular file of at most {most_bytes} bytes, got another", hint=hint)
    return data


def _first(level: str, data: bytes, width: int) -> bytes:
    if level != "entries":
        return data[: width * 32]
    end = 0
    for _ in range(width):
        end += 2 + int.from_bytes(data[end : end + 2], "big")
    return data[:end]


def write_description(path: Path, keys: LogKeys, ops: FileOps) -> None:
    """Write `log.json`, the last file of a new log; durable on return."""
    replace_files([(path / "log.json", description(keys))], ops)


def description(keys: LogKeys) -> bytes:
    """Return the bytes of the `log.json` that names these keys. Pure."""
    plain = len(keys.every) == 1
    told = {"vkey": str(keys.key)} if plain else {"vkeys": [[str(key) for key in keys_] for keys_ in keys.generations]}
    return canonical({"format": FORMAT if plain else FORMAT_MANY, "origin": keys.key.name, **told})


def read_description(path: Path) -> LogKeys:
    """Return the keys, and so the origin, that a log's folder names.

    Raises:
        LedgerError: there is no log here, or its description is damaged.
    """
    try:
        data = _file_bytes(path / "log.json", MAX_DESCRIPTION)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise LedgerError(f"{path}: expected a log, got no log.json", hint="Create one with `ruleout init`.") from error
    return parse_description(data, shown=str(path))


def parse_description(data: bytes, *, shown: str) -> LogKeys:
    """Return the keys that the bytes of a `log.json` name. Pure.

    Args:
        shown: what to call the log's place in messages.

    Raises:
        LedgerError: they are damaged.
    """
    try:
        raw = parse_canonical(data, max_bytes=MAX_DESCRIPTION, max_depth=3)
        keys = _generations(raw)
    except (VerificationFailed, AttributeError, KeyError, TypeError) as error:
        raise LedgerError(f"{shown}: expected log.json of {FORMAT}, got another: {error}") from error
    sound = all(_is_generation(generation, raw["origin"]) for generation in keys.generations)
    if not 0 < len(keys.generations) <= MAX_GENERATIONS or not sound:
        raise LedgerError(f"{shown}: expected log.json of {FORMAT} under its key's name, got another")
    return keys


def _generations(raw: Any) -> LogKeys:
    plain = raw["format"] == FORMAT and raw.keys() == {"format", "origin", "vkey"}
    if not plain and (raw["format"] != FORMAT_MANY or raw.keys() != {"format", "origin", "vkeys"}):
        raise TypeError(f"fields {sorted(raw)}")
    told = [[raw["vkey"]]] if plain else raw["vkeys"]
    return LogKeys(tuple(tuple(parse_log_key(text) for text in generation) for generation in told))


def _is_generation(keys: tuple[LogKey, ...], origin: object) -> bool:
    kinds = [isinstance(key, VerifierKey) for key in keys]
    return kinds in ([True], [True, False]) and all(key.name == origin for key in keys)


def read_checkpoint(path: Path) -> str:
    """Return the text of a log's checkpoint file. Raises LedgerError if it is missing or not text."""
    try:
        return _file_bytes(path / "checkpoint", MAX_NOTE_BYTES).decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise LedgerError(
            f"{path}: expected a checkpoint, got {type(error).__name__}",
            hint="Find out why it is gone; rebuild it from the journal only when you know.",
        ) from error


def read_log(path: Path) -> LogView:
    """Return the log in folder `path` as last published.

    Raises:
        LedgerError: there is no log here, or a file is missing.
        VerificationFailed: the checkpoint is not signed by the log's key.
    """
    keys = read_description(path)
    note = read_checkpoint(path)
    return LogView(path, keys, note, open_checkpoint(note, keys.every, origin=keys.key.name))


def audit_log(view: LogView, vkeys: Iterable[NoteKey]) -> Checkpoint:
    """Return the checkpoint after checking every file it stands for, from disk, in one pass.

    The signature by one of `vkeys`; every entry against its leaf hash; every tile, full and partial, against the
    hashes below it; the root. Entries may be of any kind: their schema is `verify_bundle`'s business.

    Raises:
        VerificationFailed: check "signature", "tile" or "full-audit".
        LedgerError: a file is missing.

    Source: L-5, L-10.
    """
    head = open_checkpoint(view.checkpoint, vkeys, origin=view.origin)
    edge = Edge()
    for index in range(-(-head.size // WIDTH)):
        edge, full = edge.extend([leaf_hash(entry) for entry in view.bundle(index)])
        for tile in full:
            _require_tile(view, tile)
    for tile in edge.partial_tiles():
        _require_tile(view, tile)
    if edge.root() != head.root:
        raise VerificationFailed("full-audit", f"expected root {head.root.hex()[:12]}, got {edge.root().hex()[:12]}")
    return head


def _require_tile(view: LogView, tile: Tile) -> None:
    if view.tile(tile.level, tile.index) != tile.hashes:
        raise VerificationFailed("tile", f"expected {tile.path} to hold the hashes of what is below it, got others")


def put_object(path: Path, data: bytes, *, ops: FileOps | None = None) -> str:
    """Keep `data` in the log at `path` under its SHA-256 (hex), which is returned; durable on return.

    Several processes may keep the same bytes at once. Raises LedgerError if the disk failed.
    """
    digest = hashlib.sha256(data).hexdigest()
    target = path / object_path(digest)
    with disk_errors(path):
        keep_object(target, (data,), ops or SystemFiles())
    return digest


def get_object(path: Path, digest: str, *, limit_bytes: int = sys.maxsize) -> bytes:
    """Return the bytes kept under a SHA-256 (hex).

    Raises:
        LedgerError: it is larger, or no regular file.
        NotFound: nothing is kept under it, or it is no SHA-256.
        VerificationFailed: check "objects"; the bytes are not those.
    """
    if not _SHA256.fullmatch(digest):
        hint = "Give the whole digest; `ruleout evidence list` shows those of the evidence."
        raise NotFound(f"expected a SHA-256 of 64 hex digits, got {digest[:80]!r}", hint=hint)
    try:
        data = _file_bytes(path / object_path(digest), limit_bytes)
    except FileNotFoundError as error:
        hint = "Bring it back from a copy of the workspace."
        raise NotFound(f"{path}: expected object {digest[:12]}, got no such file", hint=hint) from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise VerificationFailed("objects", f"expected bytes with digest {digest[:12]}, got others", hint="Restore it.")
    return data


def object_path(digest: str) -> str:
    """Return where an object is kept, relative to the log. Pure."""
    return f"objects/{digest[:2]}/{digest[2:]}"
