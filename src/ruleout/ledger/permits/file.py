# SPDX-License-Identifier: Apache-2.0
"""A permit as one file that a gateway checks offline: the permit, its entry, and every entry after it (G-1).

Format `ruleout-permit/1`. An inclusion proof shows that the permit is in the log, not that it was not revoked later. So the
file holds all entries from the permit's own to the checkpoint, and the edge of the tree before them: together they make
the root, and whoever checks sees that no revocation was left out. Parsing is bounded and checks shapes only.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.merkle import HASH_BYTES, inclusion_proof, leaf_hash, levels_of
from ruleout.ledger.note import decode_base64
from ruleout.ledger.permits.edge import edge_hashes
from ruleout.model.canonical import canonical, parse_canonical

FORMAT = "ruleout-permit/1"
MAX_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 200_000
_MAX_PROOF = 64
_KEYS = frozenset({"format", "origin", "checkpoint", "index", "proof", "edge", "entries", "permit", "keyring"})
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitFile:
    """What a permit's file says.

    Attributes:
        origin: the log's name; checkpoint: the signed note.
        index: place of the permit's entry, with its inclusion `proof`, leaf side first.
        edge: hashes of the tree before that entry.
        entries: bytes of every entry from there to the checkpoint's size.
        permit: the disclosure of the entry that is the permit.
        keyring: SHA-256 (hex) of the authors' keys that counted at the checkpoint.
    """

    origin: str
    checkpoint: str
    index: int
    proof: tuple[bytes, ...]
    edge: tuple[bytes, ...]
    entries: tuple[bytes, ...]
    permit: str
    keyring: str


def build_permit_file(
    checkpoint: str, entries: Sequence[bytes], *, origin: str, index: int, permit: str, keyring: str
) -> PermitFile:
    """Return the file of the permit whose entry is at `index`. Pure.

    Args:
        checkpoint: signed note over exactly these entries.
        entries: bytes of every entry of the log.
        permit: the disclosure that is the permit.
        keyring: digest of the authors' keys.

    Raises:
        ValueError: the index is out of range.
    """
    levels = levels_of(leaf_hash(entry) for entry in entries)
    return PermitFile(
        origin=origin,
        checkpoint=checkpoint,
        index=index,
        proof=inclusion_proof(levels, index, len(entries)),
        edge=edge_hashes(levels, index),
        entries=tuple(entries[index:]),
        permit=permit,
        keyring=keyring,
    )


def permit_file_bytes(file: PermitFile) -> bytes:
    """Return the file's canonical bytes. Pure.

    Raises:
        VerificationFailed: check "permit-file"; it would be too large to be read again.
    """
    data = canonical(
        {
            "format": FORMAT,
            "origin": file.origin,
            "checkpoint": file.checkpoint,
            "index": file.index,
            "proof": [_text64(part) for part in file.proof],
            "edge": [_text64(part) for part in file.edge],
            "entries": [entry.decode("utf-8") for entry in file.entries],
            "permit": file.permit,
            "keyring": file.keyring,
        }
    )
    _require(len(data) <= MAX_BYTES and len(file.entries) <= MAX_ENTRIES, f"at most {MAX_BYTES} bytes")
    return data


def parse_permit_file(data: bytes) -> PermitFile:
    """Return what a permit's file says. Pure; at most 64 MiB.

    Raises:
        VerificationFailed: check "canonical" or "permit-file"; not a file of this format.
    """
    raw = parse_canonical(data, max_bytes=MAX_BYTES, max_depth=3)
    _require(type(raw) is dict and raw.keys() == _KEYS, f"a {FORMAT} object with its nine fields")
    _require(raw["format"] == FORMAT, f"format {FORMAT}")
    _require(all(type(raw[name]) is str for name in ("origin", "checkpoint", "permit", "keyring")), "texts")
    _require(_SHA256.fullmatch(raw["keyring"]) is not None, "a digest of the keyring")
    _require(type(raw["index"]) is int and raw["index"] >= 0, "an index >= 0")
    return PermitFile(
        origin=raw["origin"],
        checkpoint=raw["checkpoint"],
        index=raw["index"],
        proof=_hashes(raw["proof"]),
        edge=_hashes(raw["edge"]),
        entries=tuple(text.encode("utf-8") for text in _texts(raw["entries"], MAX_ENTRIES)),
        permit=raw["permit"],
        keyring=raw["keyring"],
    )


def _hashes(items: Any) -> tuple[bytes, ...]:
    found = tuple(decode_base64(text, check="permit-file") for text in _texts(items, _MAX_PROOF))
    _require(all(len(part) == HASH_BYTES for part in found), "hashes of 32 bytes")
    return found


def _texts(items: Any, most: int) -> list[str]:
    _require(type(items) is list and len(items) <= most, f"a list of at most {most}")
    _require(all(type(item) is str for item in items), "a list of texts")
    return list(items)


def _text64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        hint = "Make it again with `ruleout permit show ID --out FILE`."
        raise VerificationFailed("permit-file", f"expected {expected}, got something else", hint=hint)
