# SPDX-License-Identifier: Apache-2.0
"""Taking the state of a host's log into the main record (L-11)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.tile_store import LogView, read_log
from ruleout.app.audit.host_copy import host_copy
from ruleout.app.ledger import Record, Recorder
from ruleout.app.witnessing.acts import require_known
from ruleout.app.workspace import CONFIG, open_workspace
from ruleout.errors import RuleoutError, VerificationFailed
from ruleout.ledger import Bundle, EntryType, Signer
from ruleout.ledger.checkpoint import Checkpoint
from ruleout.ledger.cosignature import LogKey, parse_log_key
from ruleout.ledger.host_logs import HostState, require_extends, signed_by, state_from, states_in, subject_of
from ruleout.ledger.key_life import key_entries, open_head
from ruleout.ledger.merkle import Levels, consistency_proof, leaf_hash, levels_of, root_at
from ruleout.ledger.verify_hosts import require_copy

_FORK = "Keep both copies: the host's log is not the one that the record knows. Nothing was written."


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a look at a host's log came to.

    Attributes:
        state: its state now.
        before: the state that the record knew; None where it knew none.
        is_new: whether it was drafted: nothing is where the log has not grown.
    """

    state: HostState
    before: HostState | None
    is_new: bool


def take_state(record: Record, recorder: Recorder, signer: Signer, folder: Path, *, vkeys: tuple[str, ...]) -> Taken:
    """Draft the entry that holds a host's log as it is now, once all of it verifies and extends what is known of it.

    Effect: reads the host's log; drafts at most one entry, which the caller commits.

    Args:
        folder: the host's workspace, or a copy of its log's folder.
        vkeys: keys of the log as known from elsewhere, all of one generation, from which the log's own rotations must lead
            to those that sign now; none takes those of the state before, and at first the folder's own.

    Raises:
        LedgerError, VerificationFailed: the log does not hold, or is not an extension of what the record knows.
        RuleoutError: it is the record itself, or has no entries.
        KeyUnavailable: the signer is not in the keyring.

    Source: L-11.
    """
    require_known(record, signer)
    place = open_workspace(folder) if (folder / CONFIG).is_file() else None
    view = read_log(folder if place is None else place.ledger)
    if view.origin == record.view.origin:
        raise RuleoutError(f"{folder}: expected another log, got {view.origin}, the record itself")
    if view.size == 0:
        raise RuleoutError(f"{folder}: expected a log with entries, got none", hint="Seal something first.")
    known = tuple(state for _, state in states_in(record.entries).get(view.origin, ()))
    before = known[-1] if known else None
    copy = host_copy(view, None if place is None else place.keyring)
    state = _state(copy, before, _generation(view, vkeys))
    require_copy((*known, state), copy)  # what verifiers would refuse never enters the record
    if before is not None and before.head == state.head:
        return Taken(state=state, before=before, is_new=False)
    name = f"{EntryType.HOST_LOG.value}/{view.origin}/{state.head.size}"
    subject = subject_of(state)
    require_extends(state_from(subject), before)
    recorder.add(EntryType.HOST_LOG, name, subject, signer=signer)
    return Taken(state=state, before=before, is_new=True)


def _generation(view: LogView, vkeys: tuple[str, ...]) -> tuple[LogKey, ...]:
    """The log's keys, one for each of its algorithms, among which those named are; its first ones where none is named."""
    told = tuple(map(parse_log_key, vkeys))
    for generation in view.log_keys.generations:
        if set(told) <= set(generation):
            return generation
    got = ", ".join(key.key_id for key in view.keys)
    raise VerificationFailed("key", f"expected {told[0].key_id} among the log's keys, got {got}", hint=_FORK)


def _state(copy: Bundle, before: HostState | None, told: tuple[LogKey, ...]) -> HostState:
    """The log's state, signed by keys that follow from those known, with the proof that it extends the state before."""
    data = [entry.data for entry in copy.entries]
    changes = key_entries(data)
    head, keys = open_head(copy.checkpoint, told, changes, origin=copy.origin)
    if before is not None:
        _, keys = open_head(copy.checkpoint, before.keys, changes, origin=copy.origin)
    note, signers = signed_by(copy.checkpoint, keys)
    proof = () if before is None else _extends(before, head, levels_of(map(leaf_hash, data)))
    return HostState(head=head, note=note, keys=signers, proof=proof)


def _extends(before: HostState, head: Checkpoint, levels: Levels) -> tuple[bytes, ...]:
    old = before.head
    if head.size < old.size:
        got = f"expected at least the {old.size} entries that the record knows, got {head.size}"
        raise VerificationFailed("consistency", got, hint=_FORK)
    if root_at(levels, old.size) != old.root:
        got = f"expected the {old.size} entries that the record knows, got others"
        raise VerificationFailed("consistency", got, hint=_FORK)
    return consistency_proof(levels, old.size, head.size)
