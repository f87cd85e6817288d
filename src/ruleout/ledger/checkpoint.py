# SPDX-License-Identifier: Apache-2.0
"""Checkpoints: the signed statement "this log, at this size, has this root", by C2SP tlog-checkpoint (L-5, L-7).

Only the three lines we write are read: extension lines, which other logs may add, are kept as they are. There is one
spelling: no leading zeros, canonical base64, a root of 32 bytes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ruleout.errors import VerificationFailed
from ruleout.ledger.merkle import HASH_BYTES
from ruleout.ledger.note import NoteKey, Signer, decode_base64, open_note, sign_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's origin (its unique name), its size in entries, and its root (32 bytes); other logs' extra lines."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text: what is signed."""
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode("ascii"), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note's text states. Pure.

    Raises:
        VerificationFailed: check "checkpoint"; a line is missing or spelled otherwise.

    Source: C2SP tlog-checkpoint.
    """
    *lines, end = text.split("\n")
    if end or len(lines) < 3 or not all(lines):
        raise VerificationFailed(
            "checkpoint", f"expected origin, size and root lines, got {len(lines)} of {text[:60]!r}"
        )
    origin, size, root = lines[:3]
    if not _SIZE.fullmatch(size) or int(size) >= 2**63:
        raise VerificationFailed("checkpoint", f"expected a size below 2^63 without leading zeros, got {size[:40]!r}")
    digest = decode_base64(root, check="checkpoint")
    if len(digest) != HASH_BYTES:
        raise VerificationFailed("checkpoint", f"expected a root of 32 bytes, got {len(digest)}")
    return Checkpoint(origin, int(size), digest, tuple(lines[3:]))


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> str:
    """Return the checkpoint as a signed note. Asks the signer; otherwise pure. Raises as `sign_note` does."""
    return sign_note(checkpoint.text, signer)


def open_checkpoint(note: str, keys: Iterable[NoteKey], *, origin: str) -> Checkpoint:
    """Return the checkpoint of a note that one of `keys` signed for `origin`. Pure.

    Raises:
        VerificationFailed: check "note", "signature" or "checkpoint"; also for another log's origin.
    """
    text, _ = open_note(note, keys)
    checkpoint = parse_checkpoint(text)
    if checkpoint.origin != origin:
        raise VerificationFailed("checkpoint", f"expected origin {origin!r}, got {checkpoint.origin[:80]!r}")
    return checkpoint
