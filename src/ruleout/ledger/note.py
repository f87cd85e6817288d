# SPDX-License-Identifier: Apache-2.0
"""Signed notes and verifier keys, by C2SP signed-note; plain signatures are Ed25519 (L-7).

A note is text ending in a newline, an empty line, and one line per signature. A verifier key ("vkey") names a key:
`name+id+base64`, where the id, eight hex digits, is bound to name and key. One key has one spelling in the whole
project, for logs and for people alike. Signatures by unknown keys are ignored; a wrong one by a known key is an error.
It loads no private key: who signs is passed in as a `Signer`. Keys of other kinds are `cosignature`'s: a note opens under
anything that is a `NoteKey`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ruleout.errors import VerificationFailed

MAX_NOTE_BYTES = 65536
MAX_SIGNATURES = 100
SIGNATURE_BYTES = 64
_ED25519 = b"\x01"
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_DASH = "— "
_PRIME = 2**255 - 19
# The y coordinates of the eight points of small order: a key among them signs anything.
_EIGHTH = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = frozenset({0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH})


class Signer(Protocol):
    """Somebody who can sign with Ed25519. Signing is deterministic (RFC 8032) and has no other effect."""

    @property
    def name(self) -> str:
        """The key's name: no space, no plus; for a log, its origin."""

    @property
    def public_key(self) -> bytes:
        """The raw public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature, 64 bytes. Raises KeyUnavailable if the key cannot be used."""


class NoteKey(Protocol):
    """A public key under a name that can check signature lines of notes, whatever its algorithm."""

    @property
    def name(self) -> str:
        """The key's name."""

    @property
    def id(self) -> str:
        """Eight hex digits bound to name, algorithm and key."""

    @property
    def key_id(self) -> str:
        """`name+id`."""

    @property
    def public_key(self) -> bytes:
        """The raw public key."""

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check the signature part of a line over a note's text. Raises VerificationFailed (check "signature")."""


Key = TypeVar("Key", bound=NoteKey)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A checked public key under a name. Made by `verifier_key` or `parse_vkey`."""

    name: str
    public_key: bytes

    @property
    def id(self) -> str:
        """Eight hex digits bound to name and key: SHA-256(name, newline, algorithm, key). Source: C2SP signed-note."""
        return bound_id(self.name, _ED25519 + self.public_key)

    @property
    def key_id(self) -> str:
        """How signatures in entries name the key: `name+id`."""
        return f"{self.name}+{self.id}"

    def __str__(self) -> str:
        return f"{self.key_id}+{base64.b64encode(_ED25519 + self.public_key).decode('ascii')}"

    def verify(self, message: bytes, signature: bytes) -> None:
        """Check an Ed25519 signature strictly. Pure. Raises VerificationFailed (check "signature").

        Stricter than RFC 8032: R must be canonical and not of small order, so that every checker of ours agrees.
        """
        if len(signature) != SIGNATURE_BYTES or not is_sound_point(signature[:32]):
            raise VerificationFailed("signature", f"expected a strict Ed25519 signature by {self.key_id}, got another")
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        except InvalidSignature as error:
            raise VerificationFailed(
                "signature", f"expected a valid signature by {self.key_id}, got a wrong one"
            ) from error


def bound_id(name: str, material: bytes) -> str:
    """Return the id of a key: `material` is its type byte and the key. Pure. Source: C2SP signed-note."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + material).hexdigest()[:8]


def is_sound_point(encoded: bytes) -> bool:
    """Say whether 32 bytes encode a point in its one canonical form and not of small order. Pure.

    Whether the point is on the curve is left to the signature check. Source: L-7; RFC 8032 §5.1.3.
    """
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    return len(encoded) == 32 and y < _PRIME and y not in _SMALL_ORDER


def verifier_key(name: str, public_key: bytes) -> VerifierKey:
    """Return the key under its name. Pure. Raises VerificationFailed (check "key") for a bad name or a weak key."""
    if not is_key_name(name):
        raise VerificationFailed("key", f"expected a key name without spaces and plus, got {name[:80]!r}")
    if len(public_key) != 32 or not is_sound_point(public_key):
        raise VerificationFailed("key", f"expected a sound Ed25519 key of 32 bytes for {name[:80]!r}, got another")
    return VerifierKey(name, public_key)


def is_key_name(name: str) -> bool:
    """Say whether `name` may name a key: not empty, printable, no space of any kind, no plus. Pure."""
    return 0 < len(name) <= 200 and name.isprintable() and "+" not in name and not any(c.isspace() for c in name)


def parse_vkey(text: str) -> VerifierKey:
    """Return the key that `name+id+base64` names. Pure.

    Raises:
        VerificationFailed: check "key"; another shape, another algorithm than Ed25519, or an id of another key.

    Source: C2SP signed-note, "Verifier keys".
    """
    name, material = split_vkey(text)
    if material[:1] != _ED25519:
        raise VerificationFailed("key", f"expected an Ed25519 key (type 1), got type {material[:1].hex() or 'none'}")
    return verifier_key(name, material[1:])


def split_vkey(text: str) -> tuple[str, bytes]:
    """Return the name and the type byte with key of `name+id+base64`, of whatever type. Pure.

    Raises:
        VerificationFailed: check "key"; another shape, or an id of another key.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not is_key_name(parts[0]):
        raise VerificationFailed("key", f"expected name+id+base64, got {text[:80]!r}")
    material = decode_base64(parts[2], check="key")
    made = bound_id(parts[0], material)
    if not _KEY_ID.fullmatch(parts[1]) or parts[1] != made:
        raise VerificationFailed("key", f"expected key id {made}, got {parts[1][:16]!r}")
    return parts[0], material


def sign_note(text: str, signer: Signer) -> str:
    """Return the note: `text` with one signature. Asks the signer; otherwise pure.

    Raises:
        ValueError: the text cannot be a note's: it must end in a newline and hold no control characters.
        VerificationFailed: check "key"; the signer's name or key is unfit.
    """
    if not _is_note_text(text):
        raise ValueError("expected note text ending in a newline, without control characters")
    key = verifier_key(signer.name, signer.public_key)
    return f"{text}\n{signature_line(key, signer.sign(text.encode('utf-8')))}"


def signature_line(key: NoteKey, signature: bytes) -> str:
    """Return the line that a signature by `key` has in a note, with its newline. Pure."""
    material = bytes.fromhex(key.id) + signature
    return f"{_DASH}{key.name} {base64.b64encode(material).decode('ascii')}\n"


def open_note(note: str, keys: Iterable[Key]) -> tuple[str, tuple[Key, ...]]:
    """Return a note's text and the known keys that signed it, at least one, in the note's order.

    Pure. Signatures by keys not in `keys` are ignored.

    Raises:
        VerificationFailed: check "note" for a malformed note; check "signature" if no known key signed, or a known
            key's signature is wrong or given twice.

    Source: C2SP signed-note.
    """
    known = tuple(keys)
    text, signed = signatures_of(note, known)
    if not signed:
        wanted = ", ".join(sorted(key.key_id for key in known)) or "no key at all"
        raise VerificationFailed("signature", f"expected a signature by {wanted[:200]}, got none by a known key")
    return text, tuple(signed)


def signatures_of(note: str, keys: Iterable[Key]) -> tuple[str, dict[Key, bytes]]:
    """Return a note's text and the signatures of the known keys on it, each checked; there may be none.

    Pure. Raises as `open_note` does, but for a note that no known key signed.
    """
    text, lines = _split_note(note)
    known = {(key.name, key.id): key for key in keys}
    signed: dict[Key, bytes] = {}
    for line in lines:
        name, key_id, signature = _parse_signature_line(line)
        key = known.get((name, key_id))
        if key is None:
            continue
        if key in signed:
            raise VerificationFailed("signature", f"expected one signature by {key.key_id}, got two")
        key.verify(text.encode("utf-8"), signature)
        signed[key] = signature
    return text, signed


def with_lines(note: str, lines: Iterable[str]) -> str:
    """Return the note with more signature lines behind its own, by keys that have not signed it yet. Pure.

    Raises VerificationFailed (check "note") if it is not a note, or a line is none.
    """
    _, own = _split_note(note)
    signed = {_parse_signature_line(line)[:2] for line in own}
    for line in lines:
        signer = _parse_signature_line(line.removesuffix("\n"))[:2]
        if signer not in signed:
            note += line.removesuffix("\n") + "\n"
            signed.add(signer)
    _split_note(note)
    return note


def decode_base64(text: str, *, check: str) -> bytes:
    """Return the bytes of strict, padded, canonical base64. Pure. Raises VerificationFailed under `check`."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationFailed(check, f"expected base64, got {text[:40]!r}") from error
    if base64.b64encode(data).decode("ascii") != text:
        raise VerificationFailed(check, f"expected canonical base64, got {text[:40]!r}")
    return data


def _split_note(note: str) -> tuple[str, list[str]]:
    body, gap, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not gap or lines[-1] or len(lines) < 2 or not _is_note_text(note):
        raise VerificationFailed("note", "expected text, an empty line and signature lines, got something else")
    if len(lines) > MAX_SIGNATURES + 1:
        raise VerificationFailed("note", f"expected at most {MAX_SIGNATURES} signatures, got {len(lines) - 1}")
    return body + "\n", lines[:-1]


def _parse_signature_line(line: str) -> tuple[str, str, bytes]:
    dash, name, encoded = line[: len(_DASH)], *line[len(_DASH) :].partition(" ")[::2]
    if dash != _DASH or not is_key_name(name):
        raise VerificationFailed("note", f"expected a signature line, got {line[:60]!r}")
    material = decode_base64(encoded, check="note")
    if len(material) < 5:
        raise VerificationFailed("note", f"expected a key id and a signature, got {len(material)} bytes")
    return name, material[:4].hex(), material[4:]


def _is_note_text(text: str) -> bool:
    try:
        size_bytes = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        return False
    return (
        size_bytes <= MAX_NOTE_BYTES
        and text.endswith("\n")
        and not any(ord(char) < 0x20 and char != "\n" for char in text)
    )
