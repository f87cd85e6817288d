# SPDX-License-Identifier: Apache-2.0
"""What `key` entries say of keys over the log's order: replaced, compromised, and the keys of the log itself (L-7).

rotate       the new key of a holder, or of the log (role `log`), signed by the old key and the new; the old one signs no
             entry after it, and of the log no checkpoint of a larger size
compromise   a key somebody else may have: it signs no entry after it, and what it signed counts only below the index
             `until`, up to which a quorum of witnesses had cosigned the log before the instant `compromised_from`

The order of the log decides, never the instant that an entry states. Unsigned claims do nothing: signatures on `key`
entries are checked like all others, and those by which a log's key changes are checked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint
from ruleout.ledger.cosignature import LogKey, parse_log_key
from ruleout.ledger.entry import DraftEntry, EntryType, LedgerEntry, parse_entry, payload
from ruleout.ledger.note import VerifierKey, decode_base64, open_note
from ruleout.ledger.signing import Holder, Keyring, pre_authentication_encoding

ROTATE, COMPROMISE = "rotate", "compromise"
#: The role of the key that signs the log's checkpoints; no person holds it.
LOG_ROLE = "log"
_ENDING = b'"type":"key","v":1}'


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLife:
    """What is known of keys after some entries: by key id, the index of the entry that ended a key, and the index below
    which a compromised key's signatures count.
    """

    ended: Mapping[str, int] = field(default_factory=dict)
    counts_below: Mapping[str, int] = field(default_factory=dict)

    def is_void(self, entry: LedgerEntry) -> bool:
        """Say whether an entry does not count: a compromised key signed it, and no quorum saw it in time. Pure."""
        return any(entry.index >= self.counts_below.get(sig.key_id, entry.index + 1) for sig in entry.content.sigs)


def key_entries(entries: Sequence[bytes]) -> tuple[LedgerEntry, ...]:
    """Return the `key` entries among the bytes of a log's entries from index 0 on, found by how they end. Pure.

    Raises VerificationFailed (check "entry") for one that does not follow its schema.
    """
    return tuple(parse_entry(data, index=nth) for nth, data in enumerate(entries) if data.endswith(_ENDING))


def key_life(entries: Iterable[LedgerEntry]) -> KeyLife:
    """Return what `key` entries say of keys. Pure; entries in order of index, not necessarily all. Source: L-7."""
    ended: dict[str, int] = {}
    below: dict[str, int] = {}
    for entry in entries:
        subject = entry.content.subject
        if entry.content.type is not EntryType.KEY:
            continue
        if subject.get("act") == ROTATE:
            ended.setdefault(str(subject.get("replaces", "")), entry.index)
        elif subject.get("act") == COMPROMISE:
            key_id, until = str(subject.get("of", "")), subject.get("until")
            ended.setdefault(key_id, entry.index)
            below[key_id] = min(below.get(key_id, entry.index), until if type(until) is int else 0)
    return KeyLife(ended=ended, counts_below=below)


def require_keys_in_force(entries: Iterable[LedgerEntry]) -> KeyLife:
    """Check that no key signs after the entry that ended it, and that old and new both signed each rotation. Pure.

    Raises:
        VerificationFailed: check "authors".

    Source: L-7.
    """
    read = tuple(entries)
    life = key_life(read)
    for entry in read:
        for sig in entry.content.sigs:
            if entry.index > life.ended.get(sig.key_id, entry.index):
                raise VerificationFailed(
                    "authors",
                    f"expected no signature by {sig.key_id} after entry {life.ended[sig.key_id]}, "
                    f"which ended it, got one on entry {entry.index}",
                )
        if entry.content.type is EntryType.KEY and entry.content.subject.get("act") == ROTATE:
            _require_both(entry)
    return life


def _require_both(entry: LedgerEntry) -> None:
    signed = {sig.key_id for sig in entry.content.sigs}
    new = keys_named(entry.content)
    old = entry.content.subject.get("replaces")
    if old not in signed or new[0].key_id not in signed or old == new[0].key_id:
        raise VerificationFailed(
            "authors", f"expected {entry.content.id} to be signed by the old key {old!r} and the new, got other keys"
        )


def keys_named(content: DraftEntry) -> tuple[VerifierKey, *tuple[LogKey, ...]]:
    """Return the keys that a `key` entry introduces: one, or for a log that signs with two, both; Ed25519 first. Pure.

    Raises VerificationFailed (check "key").
    """
    stated = content.subject["vkey"]
    keys = tuple(parse_log_key(text) for text in (stated if isinstance(stated, tuple) else (str(stated),)))
    first, rest = (keys[0], keys[1:]) if keys else (None, ())
    if not isinstance(first, VerifierKey) or len(rest) > 1 or first.key_id in [key.key_id for key in rest]:
        raise VerificationFailed("key", f"expected an Ed25519 key first in {content.id}, and no id twice, got others")
    return (first, *rest)


def _require_signed_by(entry: DraftEntry, key: VerifierKey, *, check: str) -> None:
    """Check that a key has signed an entry. Pure. Raises VerificationFailed under `check`."""
    values = [sig.value for sig in entry.sigs if sig.key_id == key.key_id]
    if len(values) != 1:
        raise VerificationFailed(check, f"expected one signature by {key.key_id} on {entry.id}, got {len(values)}")
    key.verify(pre_authentication_encoding(payload(entry)), decode_base64(values[0], check=check))


def is_log_rotation(content: DraftEntry) -> bool:
    """Say whether an entry changes the log's own key. Pure."""
    subject = content.subject
    return content.type is EntryType.KEY and subject.get("act") == ROTATE and subject["roles"] == (LOG_ROLE,)


def log_keys_at(known: Iterable[LogKey], entries: Iterable[LedgerEntry], *, size: int) -> tuple[LogKey, ...]:
    """Return the keys that may sign a log's checkpoint of a size, starting from keys that are known.

    Pure. A rotation at index i lets the new keys sign from size i + 1 on, and the old ones up to it.

    Args:
        known: keys of the log that the verifier has from elsewhere.
        entries: entries of the log in order; those that change its key count where an accepted key signed them.
        size: the checkpoint's size.

    Raises:
        VerificationFailed: check "signature"; a rotation in the name of an accepted key is not signed by both, or names a key
            with the id of another.

    Source: L-7.
    """
    keys = tuple(known)
    for entry in entries:
        content = entry.content
        if not is_log_rotation(content) or entry.index >= size:
            continue
        old = next((key for key in keys if key.key_id == content.subject.get("replaces")), None)
        new = keys_named(content)
        if old is None or any(key.name != old.name for key in new):
            continue  # not by a key that counts: it says nothing
        if not isinstance(old, VerifierKey):
            raise VerificationFailed("signature", f"expected {content.id} to name the log's Ed25519 key, got another")
        ids = {key.key_id: key for key in keys}
        if any(ids.get(key.key_id, key) != key for key in new):
            raise VerificationFailed("signature", f"expected {content.id} to name keys of their own ids, got others")
        for key in (old, new[0]):
            _require_signed_by(content, key, check="signature")
        gone = _generation(keys, old) if entry.index + 1 < size else set()
        keys = (*(key for key in keys if key not in gone and key not in new), *new)
    return keys


def open_head(
    note: str, known: Iterable[LogKey], entries: Iterable[LedgerEntry], *, origin: str
) -> tuple[Checkpoint, tuple[LogKey, ...]]:
    """Return the checkpoint of a note and the log's keys at its size. Pure.

    Every algorithm of these keys must have signed: whoever can forge one of two signatures has forged nothing.

    Raises:
        VerificationFailed: check "note", "checkpoint", "key" or "signature".

    Source: L-7; C2SP tlog-checkpoint.
    """
    head = parse_checkpoint(note.rpartition("\n\n")[0] + "\n")
    keys = log_keys_at(known, entries, size=head.size)
    text, signed = open_note(note, keys)
    if {type(key) for key in signed} != {type(key) for key in keys}:
        got = ", ".join(key.key_id for key in signed)
        raise VerificationFailed("signature", f"expected a signature by each algorithm of the log, got {got}")
    if head.origin != origin or parse_checkpoint(text) != head:
        raise VerificationFailed("checkpoint", f"expected origin {origin!r}, got {head.origin[:80]!r}")
    return head, keys


def _generation(keys: Sequence[LogKey], old: LogKey) -> set[LogKey]:
    """The old key, and the ML-DSA-44 keys that signed beside it: all that stand before the next Ed25519 key."""
    start = keys.index(old)
    rest = [nth for nth in range(start + 1, len(keys)) if isinstance(keys[nth], VerifierKey)]
    return set(keys[start : rest[0] if rest else len(keys)])


def with_log_keys(keyring: Keyring, known: Iterable[LogKey], entries: Iterable[LedgerEntry]) -> Keyring:
    """Return the ring with the log's own keys, known or introduced, for the entries that change them. Pure."""
    keys = [*known, *(key for entry in entries if is_log_rotation(entry.content) for key in keys_named(entry.content))]
    own = {
        key.key_id: Holder(key=key, person="", roles=(LOG_ROLE,), since="")
        for key in keys
        if isinstance(key, VerifierKey)
    }
    return {**own, **keyring}
