# SPDX-License-Identifier: Apache-2.0
"""Cosignatures of checkpoints, by C2SP tlog-cosignature: timestamped, by Ed25519 (type 4) or ML-DSA-44 (type 6).

A witness says with one: at this time, the largest consistent tree that I saw of this log has this root (L-8). A log
signs with the ML-DSA-44 form beside its Ed25519 line, at time 0, which says nothing about time (L-7; C2SP
tlog-checkpoint). The Ed25519 form signs the whole note text and not the cosigner's name; the ML-DSA-44 form signs name,
origin, size and root, and no extension lines.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from cryptography.exceptions import InvalidSignature

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint
from ruleout.ledger.note import Signer, VerifierKey, bound_id, parse_vkey, signature_line, split_vkey, verifier_key

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey
except ImportError:  # an older library: keys of this kind are refused by name, nothing is taken for checked
    MLDSA44PublicKey = None  # type: ignore[assignment,misc]

MAX_TIME = 253_402_300_799  # the last second of the year 9999
ML_DSA_KEY_BYTES = 1312
ML_DSA_SIGNATURE_BYTES = 2420
_TIME_BYTES = 8
_LABEL = b"subtree/v1\n\x00"


class Algorithm(Enum):
    """How a cosigner signs; the value is the type byte of C2SP signed-note."""

    ED25519 = 4
    ML_DSA_44 = 6


class Cosigner(Signer, Protocol):
    """Somebody who can cosign with both algorithms."""

    @property
    def post_quantum_key(self) -> bytes:
        """The raw ML-DSA-44 public key, 1312 bytes. Raises KeyUnavailable where the library lacks the algorithm."""

    def sign_post_quantum(self, message: bytes) -> bytes:
        """Return the ML-DSA-44 signature, 2420 bytes, with an empty context. Hedged: not the same bytes twice."""


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A checked public key of a cosigner under its name. Made by `cosigner_key` or `parse_cosigner_key`."""

    name: str
    public_key: bytes
    algorithm: Algorithm

    @property
    def id(self) -> str:
        """Eight hex digits bound to name, algorithm and key."""
        return bound_id(self.name, bytes([self.algorithm.value]) + self.public_key)

    @property
    def key_id(self) -> str:
        """`name+id`."""
        return f"{self.name}+{self.id}"

    def __str__(self) -> str:
        material = bytes([self.algorithm.value]) + self.public_key
        return f"{self.key_id}+{base64.b64encode(material).decode('ascii')}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check a timestamped signature over a checkpoint's text. Pure.

        Raises:
            VerificationFailed: check "signature", or "checkpoint" if the message is no checkpoint's text.
        """
        time = time_of(signature)
        if self.algorithm is Algorithm.ED25519:
            verifier_key(self.name, self.public_key).verify(_timed_text(message, time), signature[_TIME_BYTES:])
            return
        head = parse_checkpoint(message.decode("utf-8"))
        _verify_ml_dsa(self, _tree_statement(self.name, head, time), signature[_TIME_BYTES:])


LogKey = VerifierKey | CosignerKey
"""A key that a log signs its checkpoints with: Ed25519, or ML-DSA-44 beside it."""


def cosigner_key(name: str, public_key: bytes, algorithm: Algorithm) -> CosignerKey:
    """Return the key under its name. Pure. Raises VerificationFailed (check "key") for a bad name or key."""
    if len(name.encode("utf-8")) > 255:
        raise VerificationFailed("key", f"expected a cosigner's name of at most 255 bytes, got {name[:80]!r}")
    if algorithm is Algorithm.ED25519:
        verifier_key(name, public_key)
    elif len(public_key) != ML_DSA_KEY_BYTES:
        raise VerificationFailed("key", f"expected an ML-DSA-44 key of {ML_DSA_KEY_BYTES} bytes, got {len(public_key)}")
    return CosignerKey(name, public_key, algorithm)


def parse_cosigner_key(text: str) -> CosignerKey:
    """Return the cosigner's key that `name+id+base64` names. Pure.

    Raises:
        VerificationFailed: check "key"; another shape, an algorithm that does not cosign, or an id of another key.

    Source: C2SP tlog-cosignature, "Format".
    """
    name, material = split_vkey(text)
    known = {bytes([algorithm.value]): algorithm for algorithm in Algorithm}
    if material[:1] not in known:
        kind = material[:1].hex() or "none"
        raise VerificationFailed("key", f"expected a cosigner's key (type 04 or 06), got type {kind}")
    return cosigner_key(name, material[1:], known[material[:1]])


def parse_log_key(text: str) -> LogKey:
    """Return a log's key: Ed25519 (type 1) or ML-DSA-44 (type 6). Pure. Raises VerificationFailed (check "key")."""
    _, material = split_vkey(text)
    if material[:1] == bytes([Algorithm.ML_DSA_44.value]):
        return parse_cosigner_key(text)
    return parse_vkey(text)


def post_quantum_line(checkpoint: Checkpoint, signer: Cosigner) -> str:
    """Return a log's ML-DSA-44 line for its checkpoint, at time 0. Asks the signer; otherwise pure. Source: L-7."""
    return _ml_dsa_line(checkpoint, signer, 0)


def cosign(checkpoint: Checkpoint, signer: Cosigner, *, time: int, algorithm: Algorithm) -> str:
    """Return the signature line of a witness. Asks the signer; otherwise pure.

    Args:
        checkpoint: what was checked against everything the witness has seen of this log.
        time: seconds since 1970 in UTC, at least 1: a witness states when.

    Raises:
        ValueError: the time is out of range.

    Source: L-8; C2SP tlog-cosignature.
    """
    if not 0 < time <= MAX_TIME:
        raise ValueError(f"expected a time of 1 to {MAX_TIME} seconds, got {time}")
    if algorithm is Algorithm.ML_DSA_44:
        return _ml_dsa_line(checkpoint, signer, time)
    key = cosigner_key(signer.name, signer.public_key, algorithm)
    signature = signer.sign(_timed_text(checkpoint.text.encode("utf-8"), time))
    return signature_line(key, time.to_bytes(_TIME_BYTES, "big") + signature)


def time_of(signature: bytes) -> int:
    """Return the seconds since 1970 that a timestamped signature states, 0 for none. Pure.

    Raises VerificationFailed (check "signature") for a signature of another length, or a time after the year 9999.
    """
    time = int.from_bytes(signature[:_TIME_BYTES], "big")
    if len(signature) <= _TIME_BYTES or time > MAX_TIME:
        raise VerificationFailed("signature", f"expected a time of at most {MAX_TIME} and a signature, got {time}")
    return time


def _ml_dsa_line(checkpoint: Checkpoint, signer: Cosigner, time: int) -> str:
    key = cosigner_key(signer.name, signer.post_quantum_key, Algorithm.ML_DSA_44)
    signature = signer.sign_post_quantum(_tree_statement(signer.name, checkpoint, time))
    return signature_line(key, time.to_bytes(_TIME_BYTES, "big") + signature)


def _timed_text(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (time, text)


def _tree_statement(name: str, head: Checkpoint, time: int) -> bytes:
    """The structure `cosigned_message` of C2SP tlog-cosignature for a whole tree."""
    cosigner, origin = name.encode("utf-8"), head.origin.encode("utf-8")
    if len(origin) > 255:
        raise VerificationFailed("checkpoint", f"expected an origin of at most 255 bytes, got {len(origin)}")
    parts = (
        _LABEL,
        bytes([len(cosigner)]),
        cosigner,
        time.to_bytes(_TIME_BYTES, "big"),
        bytes([len(origin)]),
        origin,
        (0).to_bytes(8, "big"),
        head.size.to_bytes(8, "big"),
        head.root,
    )
    return b"".join(parts)


def _verify_ml_dsa(key: CosignerKey, message: bytes, signature: bytes) -> None:
    if MLDSA44PublicKey is None:
        raise VerificationFailed(
            "signature", f"cannot check ML-DSA-44 for {key.key_id} here", hint="Install cryptography 47 or later."
        )
    try:
        MLDSA44PublicKey.from_public_bytes(key.public_key).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise VerificationFailed("signature", f"expected a valid signature by {key.key_id}, got a wrong one") from error
