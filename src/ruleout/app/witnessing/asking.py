# SPDX-License-Identifier: Apache-2.0
"""Putting a checkpoint to a witness, and what its answer says of our log (L-6, L-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ruleout.adapters.tile_store import LogView
from ruleout.adapters.witnessing.client import Reply, ask_all, post
from ruleout.adapters.witnessing.tile_levels import tile_levels
from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint
from ruleout.ledger.cosignature import time_of
from ruleout.ledger.merkle import Levels, consistency_proof
from ruleout.ledger.note import signature_line, signatures_of, with_lines
from ruleout.ledger.witness_policy import Witness, WitnessPolicy
from ruleout.ledger.witnessing import request_body

#: Each 409 tells the size to try next; a witness whose size changes under us more often is busy with others.
_TRIES = 4


class Finding(Enum):
    """What a witness's answer says."""

    SIGNED = "signed"
    AHEAD = "saw a later record"
    FORK = "saw another record"
    SILENT = "did not answer"

    @property
    def contradicts(self) -> bool:
        """Whether our log is then an older copy, or another history."""
        return self in (Finding.AHEAD, Finding.FORK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one witness said of one checkpoint; `line` is its cosignature."""

    witness: str
    finding: Finding
    detail: str
    line: str = ""

    @property
    def words(self) -> str:
        """One line for people."""
        return f"{self.witness} {self.finding.value}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A checkpoint as it is put to witnesses: the log's own lines only, and the tree that proofs are made from."""

    note: str
    head: Checkpoint
    levels: Levels


def ask_witnesses(view: LogView, policy: WitnessPolicy, *, hint: int) -> list[Told]:
    """Put the log's last checkpoint to every witness of a policy at once.

    Effect: HTTP requests, and reads of tiles for the proofs. A witness that is behind learns the checkpoint by this.

    Args:
        hint: the size that the witnesses have probably seen; the wrong one costs each one more request.
    """
    text, signed = signatures_of(view.checkpoint, view.keys)
    own = f"{text}\n" + "".join(signature_line(key, signature) for key, signature in signed.items())
    shown = Shown(note=own, head=view.head, levels=tile_levels(view))
    return ask_all(
        policy.witnesses,
        lambda witness: ask_witness(witness, shown, hint=hint),
        silent=lambda witness: Told(witness=witness.name, finding=Finding.SILENT, detail="no answer in time"),
    )


def ask_witness(witness: Witness, shown: Shown, *, hint: int) -> Told:
    """Return what one witness says of a checkpoint. Effect: HTTP requests."""
    old, size = hint, shown.head.size
    for _ in range(_TRIES):
        proof: Sequence[bytes] = consistency_proof(shown.levels, old, size) if 0 < old < size else ()
        reply = post(witness.url, request_body(old, proof, shown.note))
        if reply.status == 200:
            return _signed(witness, shown, reply)
        if reply.status != 409:
            return _refused(witness, shown, reply, old)
        seen = reply.body.strip()
        if not seen.isdecimal() or len(seen) > 19:
            return _refused(witness, shown, Reply(status=422, body=reply.body), old)
        if int(seen) > size:
            return Told(witness=witness.name, finding=Finding.AHEAD, detail=f"{seen} entries, here are {size}")
        if int(seen) == old:  # 422 since July 2026; by the older text a witness said 409 of another root at its size
            return _refused(witness, shown, Reply(status=422, body=reply.body), old)
        old = int(seen)
    return Told(witness=witness.name, finding=Finding.SILENT, detail=f"it changed its mind {_TRIES} times")


def _refused(witness: Witness, shown: Shown, reply: Reply, old: int) -> Told:
    """A proof that did not convince means another history: ours is made from our own tiles."""
    if reply.status == 422:
        at = f"its {old} entries are not the first {old} of the {shown.head.size} here"
        return Told(witness=witness.name, finding=Finding.FORK, detail=at)
    known = {0: reply.body, 404: "it does not know this log", 403: "it does not know this log's key"}
    detail = known.get(reply.status, f"status {reply.status}")
    return Told(witness=witness.name, finding=Finding.SILENT, detail=" ".join(detail.split())[:200])


def _signed(witness: Witness, shown: Shown, reply: Reply) -> Told:
    """Only a line by the key of the policy, over this very checkpoint, with a time, counts."""
    lines = [f"{line}\n" for line in reply.body.split("\n") if line]
    try:
        _, signed = signatures_of(with_lines(shown.note, lines), [witness.key])
        time = time_of(signed[witness.key]) if witness.key in signed else 0
    except VerificationFailed as error:
        return Told(witness=witness.name, finding=Finding.SILENT, detail=f"its cosignature does not hold: {error}")
    if not time:
        return Told(witness=witness.name, finding=Finding.SILENT, detail="its answer holds no cosignature by its key")
    line = signature_line(witness.key, signed[witness.key])
    return Told(witness=witness.name, finding=Finding.SIGNED, detail=f"{shown.head.size} entries", line=line)
