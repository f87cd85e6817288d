# SPDX-License-Identifier: Apache-2.0
"""Epochs under signatures: one file holds the document and who signed it, one or two persons (G-6)."""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.ledger.note import Signer
from ruleout.ledger.signing import Holder, Keyring, pre_authentication_encoding
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.serving.epoch.document import MOST_BYTES, Epoch, epoch_digest, epoch_of, require, value_of
from ruleout.serving.epoch.signatures import (
    Signatures,
    holders_of,
    signatures_of,
    value_of_signatures,
    with_signature,
)

PAYLOAD_TYPE = "application/vnd.ruleout.epoch+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedEpoch:
    """An epoch with its signatures, of which none has been checked: `(key id, base64)` each."""

    epoch: Epoch
    sigs: Signatures = ()

    @property
    def digest(self) -> str:
        """SHA-256 of what is signed, in hex."""
        return epoch_digest(self.epoch)


def sign_epoch(signed: SignedEpoch, signer: Signer) -> SignedEpoch:
    """Return the epoch with one more signature. Asks the signer; otherwise pure.

    Raises:
        VerificationFailed: check "epoch-signature"; the key has signed already, or two have.
    """
    return SignedEpoch(epoch=signed.epoch, sigs=with_signature(_message(signed.epoch), signed.sigs, signer))


def to_file(signed: SignedEpoch) -> bytes:
    """Return the canonical bytes of the file. Pure. Raises VerificationFailed if a reader would refuse them."""
    data = canonical({"document": value_of(signed.epoch), "sigs": value_of_signatures(signed.sigs)})
    from_file(data)
    return data


def size_of(signed: SignedEpoch) -> int:
    """Return how many bytes its file has, whether a reader would take it or not. Pure."""
    return len(canonical({"document": value_of(signed.epoch), "sigs": value_of_signatures(signed.sigs)}))


def from_file(data: bytes) -> SignedEpoch:
    """Return the epoch of a file, its form checked and its signatures not.

    Pure; bounded.

    Raises:
        VerificationFailed: check "canonical" or "epoch".
    """
    value = parse_canonical(data, max_bytes=MOST_BYTES, max_depth=5)
    require(type(value) is dict and value.keys() == {"document", "sigs"}, "a document and its signatures")
    sigs = signatures_of(value["sigs"])
    return SignedEpoch(epoch=epoch_of(value["document"]), sigs=sigs)


def signers_of(signed: SignedEpoch, keyring: Keyring) -> tuple[Holder, ...]:
    """Return who signed; every signature must hold, and there must be one.

    Pure.

    Raises:
        VerificationFailed: check "epoch-signature"; none, an unknown key, one twice, or a wrong one.
    """
    return holders_of(_message(signed.epoch), signed.sigs, keyring)


def _message(epoch: Epoch) -> bytes:
    return pre_authentication_encoding(canonical(value_of(epoch)), payload_type=PAYLOAD_TYPE)
