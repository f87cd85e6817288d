# SPDX-License-Identifier: Apache-2.0
"""A COSE Receipt of an entry: the log's signature over a root, with the proof that the entry is under it (RFC 9942).

The tree is that of RFC 9162, as ours is, so the proof is the one that bundles hold. The root is not in the receipt: whoever checks
makes it from the entry's bytes and the proof. Just as much CBOR as that needs is written here, in its shortest form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleout.ledger import Signer, verifier_key

_ED_DSA = -8
_ALG, _KID, _CLAIMS, _STRUCTURE, _PROOFS = 1, 4, 15, 395, 396
_RFC9162_SHA256, _INCLUSION = 1, -1
_ISSUER, _SUBJECT = 1, 2
_SIGN1 = 18
_MOST = 2**64

Cbor = int | bytes | str | None | list["Cbor"] | dict[int, "Cbor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """A proof that an entry is in a log: its id and index, the tree's size and root, hashes from the leaf upwards."""

    entry: str
    index: int
    size: int
    root: bytes
    path: Sequence[bytes]


def receipt(proof: Inclusion, signer: Signer) -> bytes:
    """Return a receipt, signed by the log's key under the log's name. Asks the signer; otherwise pure.

    The issuer is the log, the subject the entry's id, the key id the eight hex digits that checkpoints name it by.

    Raises:
        VerificationFailed: check "key"; the signer's name or key is unfit.

    Source: RFC 9942 (receipts of RFC9162_SHA256); RFC 9943 (issuer and subject); RFC 9052 §4.4 (what is signed).
    """
    key = verifier_key(signer.name, signer.public_key)
    claims: dict[int, Cbor] = {_ISSUER: key.name, _SUBJECT: proof.entry}
    protected = encode(
        {_ALG: _ED_DSA, _KID: bytes.fromhex(key.id), _CLAIMS: claims, _STRUCTURE: _RFC9162_SHA256},
    )
    signed: list[Cbor] = ["Signature1", protected, b"", proof.root]
    path: list[Cbor] = [proof.size, proof.index, list(proof.path)]
    proofs: dict[int, Cbor] = {_INCLUSION: [encode(path)]}
    message: list[Cbor] = [protected, {_PROOFS: proofs}, None, signer.sign(encode(signed))]
    return _head(6, _SIGN1) + encode(message)


def encode(value: Cbor) -> bytes:
    """Return a value's CBOR in its deterministic form: shortest heads, keys in order of their bytes. Pure.

    Raises:
        ValueError: an integer of more than 64 bits.

    Source: RFC 8949 §4.2.1.
    """
    match value:
        case None:
            return b"\xf6"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode("utf-8")
            return _head(3, len(text)) + text
        case list():
            return _head(4, len(value)) + b"".join(encode(item) for item in value)
        case dict():
            pairs = sorted((encode(key), encode(item)) for key, item in value.items())
            return _head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


def _head(kind: int, count: int) -> bytes:
    if not 0 <= count < _MOST:
        raise ValueError(f"expected an integer of at most 64 bits, got one of {count.bit_length()}")
    if count < 24:
        return bytes([kind << 5 | count])
    width = next(w for w in (1, 2, 4, 8) if count < 1 << 8 * w)
    return bytes([kind << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + count.to_bytes(width, "big")
