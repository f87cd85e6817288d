# SPDX-License-Identifier: Apache-2.0
"""Epochs under signatures: one file holds the document and who signed it, one or two persons (G-6)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import Signer, decode_base64, verifier_key
from ruleout.ledger.signing import Holder, Keyring, pre_authentication_encoding
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.serving.epoch.document import MOST_BYTES, Epoch, epoch_digest, epoch_of, require, value_of

PAYLOAD_TYPE = "application/vnd.ruleout.epoch+json"
MOST_SIGNATURES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEpoch:
    """An epoch with its signatures, of which none has been checked: `(key id, base64)` each."""

    epoch: Epoch
    sigs: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of what is signed, in hex."""
        return epoch_digest(self.epoch)


def sign_epoch(signed: SignedEpoch, signer: Signer) -> SignedEpoch:
    """Return the epoch with one more signature. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "epoch-signature"; the key has signed already, or two have.
    """
    key_id = verifier_key(signer.name, signer.public_key).key_id
    if any(one == key_id for one, _ in signed.sigs) or len(signed.sigs) >= MOST_SIGNATURES:
        raise VerificationFailed("epoch-signature", f"expected a key that has not signed, got {key_id} on a signed one")
    signature = signer.sign(_message(signed.epoch))
    added = (key_id, base64.b64encode(signature).decode("ascii"))
    return SignedEpoch(epoch=signed.epoch, sigs=(*signed.sigs, added))


def to_file(signed: SignedEpoch) -> bytes:
    """Return the canonical bytes of the file. Pure. Raises VerificationFailed if a reader would refuse them."""
    sigs = [{"keyid": key_id, "sig": sig} for key_id, sig in signed.sigs]
    data = canonical({"document": value_of(signed.epoch), "sigs": sigs})
    from_file(data)
    return data


def from_file(data: bytes) -> SignedEpoch:
    """Return the epoch of a file, its form checked and its signatures not.

    Pure; bounded.

    Raises:
        VerificationFailed: check "canonical" or "epoch".
    """
    value = parse_canonical(data, max_bytes=MOST_BYTES, max_depth=5)
    require(type(value) is dict and value.keys() == {"document", "sigs"}, "a document and its signatures")
    require(type(value["sigs"]) is list and len(value["sigs"]) <= MOST_SIGNATURES, "at most two signatures")
    return SignedEpoch(epoch=epoch_of(value["document"]), sigs=tuple(_signature(item) for item in value["sigs"]))


def signers_of(signed: SignedEpoch, keyring: Keyring) -> tuple[Holder, ...]:
    """Return who signed; every signature must hold, and there must be one.

    Pure.

    Raises:
        VerificationFailed: check "epoch-signature"; none, an unknown key, one twice, or a wrong one.
    """
    message = _message(signed.epoch)
    holders = []
    for key_id, sig in signed.sigs:
        holder = keyring.get(key_id)
        if holder is None:
            raise VerificationFailed("epoch-signature", f"expected a key of the keyring, got {key_id[:80]!r}")
        holder.key.verify(message, decode_base64(sig, check="epoch-signature"))
        holders.append(holder)
    if not holders or len({holder.key.key_id for holder in holders}) != len(holders):
        raise VerificationFailed("epoch-signature", "expected signatures by different keys, got none or one twice")
    return tuple(holders)


def _signature(item: Any) -> tuple[str, str]:
    require(type(item) is dict and item.keys() == {"keyid", "sig"}, "signatures of keyid and sig")
    require(type(item["keyid"]) is str and type(item["sig"]) is str, "signatures as texts")
    return item["keyid"], item["sig"]


def _message(epoch: Epoch) -> bytes:
    return pre_authentication_encoding(canonical(value_of(epoch)), payload_type=PAYLOAD_TYPE)
