# SPDX-License-Identifier: Apache-2.0
"""Signature lines of a mirror's checkpoint: what witnesses signed of a state is only added to, and nothing else in their name (L-8, L-11).

A false line in a witness's name would keep out the true one, and fail whoever verifies.
"""

from __future__ import annotations

from ruleout.adapters.tile_store import LogView
from ruleout.app.witnessing.policy import recorded_policy
from ruleout.errors import NotFound, VerificationFailed
from ruleout.ledger.cosignature import CosignerKey
from ruleout.ledger.note import signatures_of, with_lines


def with_lines_of(note: str, other: str) -> str:
    """Return a note with the signature lines that another has besides, where that has the same text. Pure."""
    (text, _, _), (same, _, lines) = note.rpartition("\n\n"), other.rpartition("\n\n")
    return with_lines(note, lines.split("\n")[:-1]) if text == same else note


def without_false_lines(note: str, view: LogView) -> str:
    """Return a log's note without the lines in the name of its witnesses that are not theirs, or stand there twice.

    Effect: reads the policy that counts by the log's record; where there is none at hand, nobody is a witness.
    """
    keys = _witnesses(view)
    text, _, lines = note.rpartition("\n\n")
    first, *rest = [line for line in lines.split("\n")[:-1] if _is_true(f"{text}\n\n{line}\n", keys)]
    return with_lines(f"{text}\n\n{first}\n", rest)


def _witnesses(view: LogView) -> tuple[CosignerKey, ...]:
    try:
        known = recorded_policy(view)
    except (NotFound, VerificationFailed):
        return ()
    return () if known is None else tuple(witness.key for witness in known[1].witnesses)


def _is_true(note: str, keys: tuple[CosignerKey, ...]) -> bool:
    """Whether the one line of a note is by a key among these, or in the name of none."""
    try:
        signatures_of(note, keys)
    except VerificationFailed:
        return False
    return True
