# SPDX-License-Identifier: Apache-2.0
"""The bundle: one JSON file with everything an outsider needs to check part or all of a log offline (L-10).

Format `ruleout-bundle/2`, described in docs/guide/bundle-format.md; `/1`, which has no disclosures, is still read. A
*full* bundle holds every entry of the checkpoint; a *proofs* bundle holds chosen entries with their inclusion proofs. Same
values, same bytes. Parsing is bounded and checks shapes only: whether what it says is true is for `verify`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.audience import Audience
from ruleout.ledger.cosignature import LogKey, parse_log_key
from ruleout.ledger.entry import LedgerEntry
from ruleout.ledger.key_life import key_entries, open_head
from ruleout.ledger.keyring import keyring_value, parse_holders
from ruleout.ledger.merkle import HASH_BYTES, Levels, consistency_proof, inclusion_proof, leaf_hash, levels_of, root_at
from ruleout.ledger.note import decode_base64
from ruleout.ledger.signing import Holder, Keyring
from ruleout.model.canonical import canonical, parse_canonical

FORMAT = "ruleout-bundle/2"
FIRST_FORMAT = "ruleout-bundle/1"
MAX_BYTES = 256 * 1024 * 1024
MAX_ENTRIES = 1_000_000
MAX_PROOF = 64
_MAX_KEYS = 1000
MAX_DISCLOSURES = 10_000_000
_KEYS = frozenset({"format", "origin", "checkpoint", "vkeys", "mode", "entries", "earlier", "objects", "keyring"})
_MORE_KEYS = frozenset({"disclosures", "audience", "policy"})
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledEntry:
    """An entry's position and bytes; in a proofs bundle its inclusion proof, leaf side first."""

    index: int
    data: bytes
    proof: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A checkpoint somebody saw before (signed note) and the proof that the log still contains that tree."""

    checkpoint: str
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a bundle file says.

    Attributes:
        origin: the log's name.
        checkpoint: the signed note.
        vkeys: the log's keys as the bundle's maker states them.
        full: every entry up to the checkpoint's size is here.
        entries: in order of index.
        earlier: an earlier checkpoint, if one was asked for.
        objects: bytes by their claimed SHA-256.
        keyring: authors' keys as the bundle's maker states them.
        disclosures: texts of salted disclosures, revealed decoys among them, in order of text.
        audience: for whom it was made, as its maker states; None for everything at hand.
        policy: the witnesses that the bundle's maker relies on, as text by C2SP tlog-policy; None where none is stated (L-8).
        format: `FORMAT`, or `FIRST_FORMAT` of a file that has neither disclosures, audience nor policy.
    """

    origin: str
    checkpoint: str
    vkeys: tuple[LogKey, ...]
    full: bool
    entries: tuple[BundledEntry, ...]
    earlier: Earlier | None = None
    objects: Mapping[str, bytes] = field(default_factory=dict)
    keyring: tuple[Holder, ...] = ()
    disclosures: tuple[str, ...] = ()
    audience: str | None = None
    policy: str | None = None
    format: str = FORMAT


def build_bundle(
    checkpoint: str,
    entries: Sequence[bytes],
    *,
    origin: str,
    vkeys: Iterable[LogKey],
    chosen: Iterable[int] | None = None,
    earlier: str | None = None,
    objects: Mapping[str, bytes] | None = None,
    keyring: Keyring | None = None,
) -> Bundle:
    """Return a bundle of a log's entries under one of its checkpoints.

    Pure. Checks the checkpoints' signatures and that the entries make the checkpoint's root, so that no bundle is
    made that could not be verified.

    Args:
        checkpoint: signed note of the log.
        entries: bytes of the log's entries, at least as many as the checkpoint's size, in order.
        origin: the log's name.
        vkeys: the log's keys.
        chosen: indices for a proofs bundle; None for a full one.
        earlier: an earlier signed checkpoint to prove consistency with.
        objects: bytes by SHA-256 (hex).
        keyring: authors' keys.

    Raises:
        VerificationFailed: a checkpoint is not the log's, or the entries are not the checkpoint's.
        ValueError: a chosen index is out of range.

    Source: L-10.
    """
    keys = tuple(vkeys)
    changes = key_entries(entries)
    head, _ = open_head(checkpoint, keys, changes, origin=origin)
    levels = levels_of(leaf_hash(entry) for entry in entries[: head.size])
    if len(levels[0]) != head.size or root_at(levels, head.size) != head.root:
        raise VerificationFailed("full-audit", f"expected the {head.size} entries of the checkpoint, got others")
    return Bundle(
        origin=origin,
        checkpoint=checkpoint,
        vkeys=keys,
        full=chosen is None,
        entries=_all(entries, head.size) if chosen is None else _chosen(entries, chosen, levels=levels, size=head.size),
        earlier=None
        if earlier is None
        else _earlier(earlier, (keys, changes), origin=origin, levels=levels, size=head.size),
        objects=dict(objects or {}),
        keyring=tuple(holder for _, holder in sorted((keyring or {}).items())),
    )


def for_audience(bundle: Bundle, disclosures: Iterable[str], audience: Audience | None) -> Bundle:
    """Return the bundle with the disclosures that an audience may see. Pure.

    Args:
        disclosures: texts, in any order.
        audience: for whom it is; None for everything at hand.
    """
    label = None if audience is None else audience.value
    return replace(bundle, disclosures=tuple(sorted(disclosures)), audience=label)


def to_bytes(bundle: Bundle) -> bytes:
    """Return the bundle file's canonical bytes. Pure: same bundle, same bytes."""
    more = {"disclosures": bundle.disclosures, "audience": bundle.audience, "policy": bundle.policy}
    return canonical(
        {
            **(more if bundle.format == FORMAT else {}),
            "format": bundle.format,
            "origin": bundle.origin,
            "checkpoint": bundle.checkpoint,
            "vkeys": [str(key) for key in bundle.vkeys],
            "mode": "full" if bundle.full else "proofs",
            "entries": [_entry_value(entry, full=bundle.full) for entry in bundle.entries],
            "earlier": None
            if bundle.earlier is None
            else {"checkpoint": bundle.earlier.checkpoint, "proof": [_text64(part) for part in bundle.earlier.proof]},
            "objects": {digest: _text64(data) for digest, data in bundle.objects.items()},
            "keyring": keyring_value(bundle.keyring),
        }
    )


def parse_bundle(data: bytes) -> Bundle:
    """Return what a bundle file says. Pure; at most 256 MiB, a million entries.

    Raises:
        VerificationFailed: check "canonical" or "bundle" (not a bundle of this format), or "key" for a bad key.
    """
    raw = parse_canonical(data, max_bytes=MAX_BYTES, max_depth=6)
    is_first = type(raw) is dict and raw.get("format") == FIRST_FORMAT
    fields = _KEYS if is_first else _KEYS | _MORE_KEYS
    _require(type(raw) is dict and raw.keys() == fields, f"a {FORMAT} object with its {len(fields)} fields")
    _require(raw["format"] in (FORMAT, FIRST_FORMAT), f"format {FORMAT}")
    _require(raw["mode"] in ("full", "proofs"), "mode full or proofs")
    _require(type(raw["origin"]) is str and type(raw["checkpoint"]) is str, "origin and checkpoint as strings")
    full = raw["mode"] == "full"
    items = enumerate(_list(raw["entries"], "entries", MAX_ENTRIES))
    vkeys = tuple(parse_log_key(_string(vkey, "vkeys")) for vkey in _list(raw["vkeys"], "vkeys", _MAX_KEYS))
    _require(len({key.key_id for key in vkeys}) == len(vkeys), "each of vkeys once")
    return Bundle(
        origin=raw["origin"],
        checkpoint=raw["checkpoint"],
        vkeys=vkeys,
        full=full,
        entries=tuple(_parse_entry(item, nth, full=full) for nth, item in items),
        earlier=None if raw["earlier"] is None else _parse_earlier(raw["earlier"]),
        objects=_parse_objects(raw["objects"]),
        keyring=parse_holders(raw["keyring"]),
        disclosures=() if is_first else _parse_disclosures(raw["disclosures"]),
        audience=None if is_first else _parse_audience(raw["audience"]),
        policy=None if is_first or raw["policy"] is None else _string(raw["policy"], "policy"),
        format=raw["format"],
    )


def _all(entries: Sequence[bytes], size: int) -> tuple[BundledEntry, ...]:
    return tuple(BundledEntry(index=index, data=data) for index, data in enumerate(entries[:size]))


def _chosen(entries: Sequence[bytes], chosen: Iterable[int], *, levels: Levels, size: int) -> tuple[BundledEntry, ...]:
    return tuple(
        BundledEntry(index=index, proof=inclusion_proof(levels, index, size), data=entries[index])
        for index in sorted(set(chosen))
    )


def _earlier(
    note: str, keys: tuple[tuple[LogKey, ...], tuple[LedgerEntry, ...]], *, origin: str, levels: Levels, size: int
) -> Earlier:
    old, _ = open_head(note, *keys, origin=origin)
    if old.size > size:
        raise VerificationFailed("consistency", f"expected an earlier size of at most {size}, got {old.size}")
    return Earlier(checkpoint=note, proof=consistency_proof(levels, old.size, size) if old.size else ())


def _entry_value(entry: BundledEntry, *, full: bool) -> object:
    text = entry.data.decode("utf-8")
    return text if full else {"index": entry.index, "entry": text, "proof": [_text64(part) for part in entry.proof]}


def _text64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _parse_entry(item: Any, nth: int, *, full: bool) -> BundledEntry:
    if full:
        return BundledEntry(index=nth, data=_string(item, "entries").encode("utf-8"))
    _require(type(item) is dict and item.keys() == {"index", "entry", "proof"}, "entries of index, entry and proof")
    _require(type(item["index"]) is int and item["index"] >= 0, "an index >= 0")
    return BundledEntry(
        index=item["index"], data=_string(item["entry"], "entry").encode("utf-8"), proof=_parse_proof(item["proof"])
    )


def _parse_earlier(item: Any) -> Earlier:
    _require(type(item) is dict and item.keys() == {"checkpoint", "proof"}, "earlier of checkpoint and proof")
    return Earlier(checkpoint=_string(item["checkpoint"], "earlier checkpoint"), proof=_parse_proof(item["proof"]))


def _parse_proof(item: Any) -> tuple[bytes, ...]:
    proof = tuple(decode_base64(_string(part, "proof"), check="bundle") for part in _list(item, "proof", MAX_PROOF))
    _require(all(len(part) == HASH_BYTES for part in proof), "proof hashes of 32 bytes")
    return proof


def _parse_objects(item: Any) -> dict[str, bytes]:
    _require(type(item) is dict and all(_SHA256.fullmatch(key) for key in item), "objects by SHA-256 in hex")
    return {digest: decode_base64(_string(text, "object"), check="bundle") for digest, text in item.items()}


def _parse_disclosures(item: Any) -> tuple[str, ...]:
    return tuple(_string(text, "disclosure") for text in _list(item, "disclosures", MAX_DISCLOSURES))


def _parse_audience(item: Any) -> str | None:
    known = [one.value for one in Audience]
    _require(item is None or item in known, f"an audience of {', '.join(known)}, or null")
    return None if item is None else str(item)


def _string(item: Any, name: str) -> str:
    _require(type(item) is str, f"{name} as a string")
    return str(item)


def _list(item: Any, name: str, most: int) -> list[Any]:
    _require(type(item) is list and len(item) <= most, f"{name} as a list of at most {most}")
    return list(item)


def _require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise VerificationFailed("bundle", f"expected {expected}, got something else", hint="Ask for the bundle again.")
