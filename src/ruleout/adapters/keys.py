# SPDX-License-Identifier: Apache-2.0
"""Private keys: made, kept encrypted outside the workspace, unlocked for one use (L-7).

A key file is JSON, mode 0600: the seed under ChaCha20-Poly1305 with a key that scrypt (n 2^16, r 8, p 1; 64 MiB)
derives from the passphrase, the key's name authenticated with it. A machine may instead hand over a seed through its
environment. No private key is ever written in clear, logged or shown. One seed gives both an Ed25519 key and, by
HKDF-SHA256 under a label of its own, an ML-DSA-44 key: whoever breaks the first has not got the seed (ADR 0021).
"""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from ruleout.adapters.files import make_folder, read_bounded, write_new
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError, VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
except ImportError:  # an older library
    MLDSA44PrivateKey = None  # type: ignore[assignment,misc]

FORMAT = "ruleout-key/1"
SEED_BYTES = 32
_POST_QUANTUM = b"ruleout ml-dsa-44 seed v1"
SHORTEST_PASSPHRASE = 12
_COST = {"n": 2**16, "r": 8, "p": 1}


@dataclass(frozen=True, slots=True)
class KeySigner:
    """A named private key, unlocked. Its representation shows the name only."""

    name: str
    _seed: bytes = field(repr=False)
    _private: Ed25519PrivateKey = field(init=False, repr=False, compare=False)
    public_key: bytes = field(init=False, repr=False, compare=False)
    """The raw Ed25519 public key, 32 bytes."""

    def __post_init__(self) -> None:
        """Derive both keys once: a log signs thousands of entries."""
        private = Ed25519PrivateKey.from_private_bytes(self._seed)
        object.__setattr__(self, "_private", private)
        object.__setattr__(self, "public_key", private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature, 64 bytes."""
        return self._private.sign(message)

    @property
    def post_quantum_key(self) -> bytes:
        """The raw ML-DSA-44 public key, 1312 bytes. Raises KeyUnavailable where the library lacks the algorithm."""
        return self._post_quantum().public_key().public_bytes_raw()

    def sign_post_quantum(self, message: bytes) -> bytes:
        """Return an ML-DSA-44 signature, 2420 bytes. Effect: may draw randomness. Raises as `post_quantum_key`."""
        return self._post_quantum().sign(message)

    def named(self, name: str) -> KeySigner:
        """Return the same key under another name; a log's key signs under the log's origin."""
        return KeySigner(name, self._seed)

    def _post_quantum(self) -> MLDSA44PrivateKey:
        if MLDSA44PrivateKey is None:
            hint = "Install cryptography 47 or later, or go on with Ed25519 alone."
            raise KeyUnavailable("the library here lacks ML-DSA-44", hint=hint)
        seed = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=_POST_QUANTUM).derive(self._seed)
        return MLDSA44PrivateKey.from_seed_bytes(seed)


def create_key(name: str, folder: Path, passphrase: str) -> KeySigner:
    """Make a key and keep it encrypted in `folder`. Effect: draws randomness, writes `NAME.key` (mode 0600).

    Raises:
        KeyUnavailable: the passphrase is too short.
        RuleoutError: the file exists or cannot be written.
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeyUnavailable(
            f"expected a passphrase of at least {SHORTEST_PASSPHRASE} characters, got {len(passphrase)}",
            hint="Use several words, or a password manager.",
        )
    seed = os.urandom(SEED_BYTES)
    make_folder(folder, mode=0o700)
    write_new(key_path(folder, name), _sealed(name, seed, passphrase), mode=0o600)
    return KeySigner(name, seed)


def load_key(name: str, folder: Path, passphrase: str) -> KeySigner:
    """Unlock the key `name` of `folder`. Effect: reads its file.

    Raises:
        KeyUnavailable: there is no such key, the passphrase is wrong, or the file holds something else.
    """
    return KeySigner(name, _unsealed(name, read_key(name, folder), passphrase))


def read_key(name: str, folder: Path) -> bytes:
    """Return the encrypted key `name` of `folder`. Effect: reads its file. Raises KeyUnavailable if there is none."""
    try:
        return read_bounded(key_path(folder, name), limit_bytes=16384, what="key file")
    except NotFound as error:
        hint = f"Make one with `ruleout key new {name} --role ROLE --person PERSON`, or set RULEOUT_KEYS to its folder."
        raise KeyUnavailable(f"no key {name!r} in {folder}", hint=hint) from error


def _sealed(name: str, seed: bytes, passphrase: str) -> bytes:
    salt, nonce = os.urandom(16), os.urandom(12)
    secret = ChaCha20Poly1305(_derived(passphrase, salt)).encrypt(nonce, seed, _bound_to(name))
    held = {"salt": salt.hex(), "nonce": nonce.hex(), "sealed": secret.hex()}
    return canonical({"format": FORMAT, "name": name, **held})


def _unsealed(name: str, data: bytes, passphrase: str) -> bytes:
    try:
        held = parse_canonical(data, max_depth=2)
        salt, nonce, secret = (bytes.fromhex(held[part]) for part in ("salt", "nonce", "sealed"))
        seed = _whole(ChaCha20Poly1305(_derived(passphrase, salt)).decrypt(nonce, secret, _bound_to(name)))
    except (InvalidTag, VerificationFailed, KeyError, TypeError, ValueError) as error:
        raise KeyUnavailable(
            f"cannot unlock key {name!r}: wrong passphrase or damaged file", hint="Try again."
        ) from error
    return seed


def _whole(seed: bytes) -> bytes:
    if len(seed) != SEED_BYTES:
        raise ValueError(f"expected {SEED_BYTES} bytes, got {len(seed)}")
    return seed


def _derived(passphrase: str, salt: bytes) -> bytes:
    # An environment may hold bytes that are not UTF-8; they reach us as surrogates and are taken back as they were.
    return Scrypt(salt=salt, length=32, **_COST).derive(passphrase.encode("utf-8", "surrogateescape"))


def _bound_to(name: str) -> bytes:
    return f"{FORMAT} {name}".encode()


def key_from_seed(name: str, encoded: str) -> KeySigner:
    """Return the key of a base64 seed of 32 bytes, as a machine's environment hands it over. Pure.

    Raises:
        KeyUnavailable: the text is not 32 bytes of base64; the text itself is never repeated.
    """
    try:
        return KeySigner(name, _whole(base64.b64decode(encoded, validate=True)))
    except (binascii.Error, ValueError) as error:
        raise KeyUnavailable(
            f"expected 32 bytes of base64 as the seed of key {name!r}", hint="Check the environment variable."
        ) from error


def key_path(folder: Path, name: str) -> Path:
    """Return where a key's file stands. Raises RuleoutError for a name that is not a plain id."""
    if not name.replace("-", "").isalnum() or not name.isascii() or name != name.lower():
        raise RuleoutError(f"expected a key name of a-z, 0-9 and '-', got {name!r}", hint="For example: ceo-ada.")
    return folder / f"{name}.key"
