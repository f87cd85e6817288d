# SPDX-License-Identifier: Apache-2.0
"""What verification says of witnesses: whether a quorum of a policy cosigned the checkpoint, and whether what the record
says that they saw before a key was compromised is so (L-7, L-8, L-10).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ruleout.errors import VerificationFailed
from ruleout.ledger.bundle import Bundle
from ruleout.ledger.cosignature import LogKey
from ruleout.ledger.entry import EntryType, LedgerEntry, is_instant
from ruleout.ledger.key_life import COMPROMISE, KeyLife, key_life, open_head
from ruleout.ledger.keyring import MAX_KEYS
from ruleout.ledger.merkle import leaf_hash, root_hash
from ruleout.ledger.note import NoteKey
from ruleout.ledger.witness_policy import WitnessPolicy, parse_policy, witnessing_of

UNWITNESSED = "unwitnessed: only the operator's own signature vouches that everyone is shown the same log"
#: Reference of a `key` entry that names the cosigned checkpoint by which its compromise is measured.
WITNESSED = "witnessed"
#: Act of a `witness` entry that states a policy, and its reference to the policy's text.
POLICY = "policy"
OWN_POLICY = "the policy of witnesses comes from the bundle itself: compare it with one you know from elsewhere"


def policy_named(entries: Iterable[LedgerEntry], *, but: str = "", void: bool = False) -> str | None:
    """Return the digest of the policy that counts after these entries: the last one stated. None if there is none. Pure.

    Args:
        entries: of one log in order, `key` entries among them.
        but: id of a key whose statements are passed over: a thief may have named witnesses of their own.
        void: take a statement by a compromised key that nobody saw in time, which else counts for nothing (L-7).
    """
    read = tuple(entries)
    life = key_life(read)
    stated = [
        entry.content
        for entry in read
        if entry.content.type is EntryType.WITNESS
        and entry.content.subject["act"] == POLICY
        and not any(sig.key_id == but for sig in entry.content.sigs)
        and (void or not life.is_void(entry))
    ]
    return {ref.name: ref.sha256 for ref in stated[-1].refs}.get(POLICY) if stated else None


def policy_that_counts(
    bundle: Bundle, entries: Iterable[LedgerEntry], policy: WitnessPolicy | None
) -> WitnessPolicy | None:
    """Return the verifier's policy, or that of the bundle, which must be the one that the record names. Pure.

    Raises:
        VerificationFailed: check "policy"; the bundle's is none, or not the record's.
    """
    if policy is not None or bundle.policy is None:
        return policy
    named = policy_named(entries)
    digest = hashlib.sha256(bundle.policy.encode("utf-8")).hexdigest()
    if bundle.full and digest != named:
        raise VerificationFailed("policy", f"expected the policy {str(named)[:12]} of the record, got {digest[:12]}")
    return parse_policy(bundle.policy)


def check_witnesses(
    note: str, policy: WitnessPolicy | None, *, log_keys: Iterable[NoteKey], from_bundle: bool
) -> tuple[bool, str]:
    """Return whether a quorum cosigned the checkpoint, and what is to be said of it. Pure.

    Args:
        note: the checkpoint.
        policy: whose cosignatures count; None for nobody's.
        log_keys: the log's keys, none of which may be a witness's.
        from_bundle: whether the policy is the bundle's own, which is said then.

    Raises:
        VerificationFailed: check "witnesses"; a witness's signature is wrong, or a witness is the log itself.
    """
    if policy is None:
        return False, UNWITNESSED
    found = witnessing_of(note, policy, log_keys=log_keys)
    return found.is_met, found.words + (", by the bundle's own policy" if from_bundle else "")


def witness_caveats(*, passed: bool, policy: WitnessPolicy | None, stated: str | None) -> tuple[str, ...]:
    """Return what is to be shown wherever the level is: unwitnessed, or a policy that nobody else vouches for. Pure."""
    if not passed:
        return (UNWITNESSED,)
    return (OWN_POLICY,) if policy is None and stated is not None else ()


def check_compromises(
    entries: Sequence[LedgerEntry],
    objects: Mapping[str, bytes],
    policy: WitnessPolicy | None,
    *,
    origin: str,
    known: Sequence[LogKey],
) -> tuple[str, ...]:
    """Return what cannot be established of the record's word on compromised keys, as caveats. Pure.

    Where the record lets entries by a compromised key count because a quorum had seen them in time, the checkpoint that
    shows it must be of this log and cosigned in time: by the verifier's policy, or else by the one that the record had
    then, not counting what the key itself had stated. Witnesses that were replaced since go on vouching for their time.

    Args:
        entries: entries of the log in order; all of them, or the tree that the checkpoint states is not compared.
        objects: bytes by SHA-256, checkpoints and policies among them.
        policy: whose cosignatures count for the verifier; None for those that the record names.
        origin: the log's name.
        known: the log's keys to start from.

    Raises:
        VerificationFailed: check "witnesses"; what was seen in time is not what the record says.
    """
    told = []
    is_whole = [e.index for e in entries] == list(range(len(entries)))
    stated = [nth for nth, entry in enumerate(entries) if _lets_count(entry)]
    if len(stated) > MAX_KEYS:  # each costs a look at the whole log
        raise VerificationFailed("witnesses", f"expected at most {MAX_KEYS} compromises, got {len(stated)}")
    for nth in stated:
        entry, subject = entries[nth], entries[nth].content.subject
        until, key_id = subject["until"], str(subject.get("of", ""))
        unshown = f"nothing here shows that the entries below {until} by {key_id} were seen in time"
        digest = {ref.name: ref.sha256 for ref in entry.content.refs}.get(WITNESSED, "")
        by = policy or _policy_in(objects, policy_named(entries[:nth], but=key_id))
        if digest not in objects or by is None:
            told.append(unshown)
            continue
        note = objects[digest].decode("utf-8", "replace")
        head, keys = open_head(note, known, entries, origin=origin)
        root = root_hash([leaf_hash(e.data) for e in entries[: head.size]]) if is_whole else head.root
        before = _instant_of(subject.get("compromised_from"))
        is_met = witnessing_of(note, by, log_keys=keys).met_before(before)
        if head.size != until or root != head.root or (is_whole and policy is None and not is_met):
            raise VerificationFailed(
                "witnesses", f"expected a quorum to have seen {until} entries before {before.isoformat()}, got no such"
            )
        if not is_met:  # other witnesses may have seen it than the verifier's own, or than the chosen entries name
            told.append(unshown)
    return tuple(told)


def _lets_count(entry: LedgerEntry) -> bool:
    """Whether an entry says of a compromised key that what it had signed by some size goes on counting."""
    subject = entry.content.subject
    return entry.content.type is EntryType.KEY and subject.get("act") == COMPROMISE and bool(subject.get("until"))


def _instant_of(stated: object) -> datetime:
    if not is_instant(stated):
        raise VerificationFailed(
            "witnesses", f"expected compromised_from as an instant in UTC, got {str(stated)[:80]!r}"
        )
    return datetime.fromisoformat(str(stated))


def _policy_in(objects: Mapping[str, bytes], digest: str | None) -> WitnessPolicy | None:
    data = objects.get(digest or "")
    if data is None or hashlib.sha256(data).hexdigest() != digest:
        return None
    return parse_policy(data.decode("utf-8", "replace"))


def void_caveat(entries: Iterable[LedgerEntry], life: KeyLife) -> tuple[str, ...]:
    """Return the caveat that entries of compromised keys do not count, empty if there are none. Pure."""
    void = [str(entry.index) for entry in entries if life.is_void(entry)]
    if not void:
        return ()
    shown = ", ".join(void[:20]) + (", …" if len(void) > 20 else "")
    return (f"{len(void)} entries do not count, signed by a key that was compromised and not seen in time: {shown}",)
