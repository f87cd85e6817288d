# SPDX-License-Identifier: Apache-2.0
"""Signatures beside a document: one or two persons over the same bytes (G-6, G-7)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import Signer, decode_base64, verifier_key
from ruleout.ledger.signing import Holder, Keyring
from ruleout.serving.epoch.document import require

Signatures = tuple[tuple[str, str], ...]
"""`(key id, base64)` each, none of them checked."""
MOST_SIGNATURES = 2
_CHECK = "epoch-signature"


def with_signature(message: bytes, sigs: Signatures, signer: Signer) -> Signatures:
    """Return the signatures and one more. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "epoch-signature"; the key has signed already, or two have.
    """
    key_id = verifier_key(signer.name, signer.public_key).key_id
    if any(one == key_id for one, _ in sigs) or len(sigs) >= MOST_SIGNATURES:
        hint = "Another person signs, with a key of their own."
        raise VerificationFailed(_CHECK, f"expected a key that has not signed, got {key_id} on a signed one", hint=hint)
    return (*sigs, (key_id, base64.b64encode(signer.sign(message)).decode("ascii")))


def holders_of(message: bytes, sigs: Signatures, keyring: Keyring) -> tuple[Holder, ...]:
    """Return who signed; every signature must hold, and there must be one.

    Pure.

    Raises:
        VerificationFailed: check "epoch-signature"; none, an unknown key, one twice, or a wrong one.
    """
    holders = []
    for key_id, sig in sigs:
        holder = keyring.get(key_id)
        if holder is None:
            raise VerificationFailed(_CHECK, f"expected a key of the keyring, got {key_id[:80]!r}")
        holder.key.verify(message, decode_base64(sig, check=_CHECK))
        holders.append(holder)
    if not holders or len({holder.key.key_id for holder in holders}) != len(holders):
        raise VerificationFailed(_CHECK, "expected signatures by different keys, got none or one twice")
    return tuple(holders)


def persons_in(holders: Sequence[Holder], role: str) -> set[str]:
    """Return the persons among those who signed who hold a role; one with two keys is one. Pure."""
    return {holder.person for holder in holders if role in holder.roles}


def value_of_signatures(sigs: Signatures) -> list[dict[str, str]]:
    """Return signatures as JSON values. Pure."""
    return [{"keyid": key_id, "sig": sig} for key_id, sig in sigs]


def signatures_of(value: Any) -> Signatures:
    """Return the signatures of JSON values. Pure. Raises VerificationFailed (check "epoch") for another form."""
    require(type(value) is list and len(value) <= MOST_SIGNATURES, "at most two signatures")
    for item in value:
        require(type(item) is dict and item.keys() == {"keyid", "sig"}, "signatures of keyid and sig")
        require(type(item["keyid"]) is str and type(item["sig"]) is str, "signatures as texts")
    return tuple((item["keyid"], item["sig"]) for item in value)
