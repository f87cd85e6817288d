# SPDX-License-Identifier: Apache-2.0
"""Authors' signatures on entries, and the ring of keys they are checked against (L-3, L-7).

What is signed is the DSSE pre-authentication encoding of the canonical payload without `sigs`, so that a signature
fits only an entry of ours and several authors can sign the same bytes. The key says who: an entry names no person.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ruleout.errors import VerificationFailed
from ruleout.ledger.entry import SCHEMAS, DraftEntry, EntryType, Signature, payload
from ruleout.ledger.note import Signer, VerifierKey, decode_base64, verifier_key

PAYLOAD_TYPE = "application/vnd.ruleout.entry+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose key it is: the person as the developer names them, the roles they hold, and the first instant it counts.

    `since` is UTC in the form of an entry's `ts`.
    """

    key: VerifierKey
    person: str
    roles: tuple[str, ...]
    since: str


#: Kinds whose header names the role in which they were signed.
_IN_A_ROLE = (EntryType.APPROVAL, EntryType.PERMIT)
#: The role in which batches of run-time events are signed, and nothing else is (G-8).
GATEWAY = "gateway"

Keyring = Mapping[str, Holder]
"""Holders by key id (`name+id`)."""


def pre_authentication_encoding(message: bytes, *, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """Return what DSSE signs: type and message, each behind its length in bytes. Pure. Source: DSSE v1 protocol."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(message), message)


def sign_entry(draft: DraftEntry, signer: Signer) -> DraftEntry:
    """Return the draft with one more signature. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "key" for an unfit key, or one that has signed already.
    """
    key = verifier_key(signer.name, signer.public_key)
    if any(sig.key_id == key.key_id for sig in draft.sigs):
        raise VerificationFailed("key", f"expected a key that has not signed yet, got {key.key_id} again")
    value = signer.sign(pre_authentication_encoding(payload(draft)))
    signature = Signature(key_id=key.key_id, value=base64.b64encode(value).decode("ascii"))
    return replace(draft, sigs=(*draft.sigs, signature))


def verify_authors(entry: DraftEntry, keyring: Keyring) -> tuple[Holder, ...]:
    """Return who signed the entry; every signature must hold.

    Pure. A kind that needs an author must have one; the role of an approval or permit, the authority of a redaction or an
    erasure, and the role `gateway` for a batch of run-time events, must be one of the signers' roles.

    Raises:
        VerificationFailed: check "authors"; no signature where one is due, an unknown key, a key used before it
            counts, a wrong signature, or a role that no signer holds.

    Source: L-3.
    """
    if SCHEMAS[entry.type].signed and not entry.sigs:
        raise VerificationFailed("authors", f"expected {entry.id} to be signed, got no signature")
    if not entry.sigs:
        return ()
    message = pre_authentication_encoding(payload(entry))
    holders = tuple(_holder(entry, sig, message, keyring) for sig in entry.sigs)
    if len({holder.key.key_id for holder in holders}) != len(holders):
        raise VerificationFailed("authors", f"expected one signature per key on {entry.id}, got two")
    role = _role_claimed(entry)
    if role is not None and not any(role in holder.roles for holder in holders):
        raise VerificationFailed("authors", f"expected {entry.id} to be signed in role {role!r}, got other roles")
    return holders


def _role_claimed(entry: DraftEntry) -> object:
    """The role in which an entry says it was signed; None where it claims none."""
    if entry.type in _IN_A_ROLE:
        return entry.subject["role"]
    if entry.type is EntryType.AUDIT_BATCH:
        return GATEWAY
    return entry.subject.get("authority") if entry.type in (EntryType.REDACTION, EntryType.ERASURE) else None


def _holder(entry: DraftEntry, sig: Signature, message: bytes, keyring: Keyring) -> Holder:
    holder = keyring.get(sig.key_id)
    if holder is None:
        raise VerificationFailed("authors", f"expected a key of the keyring on {entry.id}, got {sig.key_id[:80]!r}")
    if _comparable(entry.ts) < _comparable(holder.since):
        raise VerificationFailed("authors", f"expected {sig.key_id} from {holder.since}, got {entry.id} at {entry.ts}")
    try:
        holder.key.verify(message, decode_base64(sig.value, check="authors"))
    except VerificationFailed as error:
        raise VerificationFailed(
            "authors", f"expected {sig.key_id} to have signed {entry.id}, got a wrong signature"
        ) from error
    return holder


def _comparable(instant: str) -> str:
    """Return a form in which instants of one or another number of decimals compare in order of time."""
    whole, _, fraction = instant.rstrip("Z").partition(".")
    return f"{whole}.{fraction:0<6}"
