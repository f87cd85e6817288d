# SPDX-License-Identifier: Apache-2.0
"""A log of logs: states of other logs as entries of this one, each proved to extend the one before (L-11).

A gateway's host keeps a log of its own. Once a state of it stands here, under other keys and other witnesses, the host
can neither rewrite what that state covers nor cut it off: the next state would have no proof, and a copy another root.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint, parse_checkpoint
from ruleout.ledger.cosignature import LogKey, parse_log_key
from ruleout.ledger.entry import DraftEntry, EntryType, LedgerEntry
from ruleout.ledger.key_life import log_keys_at
from ruleout.ledger.merkle import leaf_hash, root_hash, verify_consistency
from ruleout.ledger.note import VerifierKey, decode_base64, open_note, signature_line, signatures_of

_CHECK = "producers"
_MOST_KEYS = 2
_MOST_PROOF = 64 * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """One state of another log.

    Attributes:
        head: its origin, size and root.
        note: the checkpoint, signed by the log's own keys and by nobody else.
        keys: these keys, one for each algorithm that it signs with.
        proof: that the state before it, in this log, is a prefix of it: hashes of 32 bytes; none for the first.
    """

    head: Checkpoint
    note: str
    keys: tuple[LogKey, ...]
    proof: tuple[bytes, ...]


def signed_by(note: str, keys: Iterable[LogKey]) -> tuple[str, tuple[LogKey, ...]]:
    """Return a checkpoint under one of these keys for each algorithm, the newest, and those keys. Pure.

    What witnesses added is left out, and the old key where a log's old and new one have both signed.

    Raises:
        VerificationFailed: check "note" or "signature".
    """
    text, signed = signatures_of(note, keys)
    newest = tuple({type(key): key for key in keys if key in signed}.values())
    return f"{text}\n" + "".join(signature_line(key, signed[key]) for key in newest), newest


def subject_of(state: HostState) -> Mapping[str, str | int | bool | tuple[str, ...]]:
    """Return the header fields of a state's entry. Pure."""
    return {
        "origin": state.head.origin,
        "size": state.head.size,
        "checkpoint": state.note,
        "vkeys": tuple(str(key) for key in state.keys),
        "proof": tuple(base64.b64encode(one).decode("ascii") for one in state.proof),
    }


def state_from(subject: Mapping[str, str | int | bool | tuple[str, ...]]) -> HostState:
    """Return the state that header fields hold, its signatures checked. Pure.

    Raises:
        VerificationFailed: check "producers"; it is malformed, or not signed by the keys that it names.
    """
    origin, size, note, vkeys, proof = (subject[name] for name in ("origin", "size", "checkpoint", "vkeys", "proof"))
    if not (isinstance(vkeys, tuple) and isinstance(proof, tuple) and isinstance(note, str)):
        raise _refused("a state of its form")
    if type(size) is not int or not 0 < len(vkeys) <= _MOST_KEYS or len(proof) > _MOST_PROOF:
        raise _refused("a size, one or two keys and a proof of its length")
    keys = tuple(parse_log_key(text) for text in vkeys)
    text, signed = open_note(note, keys)
    head = parse_checkpoint(text)
    if set(signed) != set(keys) or len({type(key) for key in keys}) != len(keys):
        raise _refused("a signature by each key it names, one for each algorithm")
    if (head.origin, head.size) != (origin, size) or any(key.name != origin for key in keys):
        raise _refused("the origin and size of its checkpoint, under its keys' name")
    hashes = tuple(decode_base64(one, check=_CHECK) for one in proof)
    return HostState(head=head, note=note, keys=keys, proof=hashes)


def require_extends(state: HostState, before: HostState | None) -> None:
    """Refuse a state that does not extend the one before it, or a first one that claims to. Pure.

    Raises:
        VerificationFailed: check "producers" or "consistency".

    Source: L-11; RFC 9162 §2.1.4.
    """
    head = state.head
    if before is None:
        if head.size == 0 or state.proof:
            raise _refused("a first state with entries and without a proof")
        return
    if head.size <= before.head.size:
        raise _refused(f"more than the {before.head.size} entries of the state before it")
    verify_consistency(state.proof, (before.head.size, before.head.root), (head.size, head.root))


def states_in(entries: Iterable[LedgerEntry]) -> Mapping[str, tuple[tuple[LedgerEntry, HostState], ...]]:
    """Return the states of each other log by its origin, in order, each with its entry.

    Pure. The entries must be all that the log has.

    Raises:
        VerificationFailed: check "producers"; a state is malformed, or does not extend the one before it.

    Source: L-11.
    """
    found: dict[str, list[tuple[LedgerEntry, HostState]]] = {}
    for entry in entries:
        if entry.content.type is not EntryType.HOST_LOG:
            continue
        try:
            state = _state_of(entry.content)
            of = found.setdefault(state.head.origin, [])
            require_extends(state, of[-1][1] if of else None)
        except VerificationFailed as error:
            raise VerificationFailed(_CHECK, f"host log at {entry.content.id}: {error}") from error
        of.append((entry, state))
    return {origin: tuple(of) for origin, of in found.items()}


def _state_of(content: DraftEntry) -> HostState:
    if content.refs:
        raise _refused("no references")
    return state_from(content.subject)


def require_host_logs(entries: Iterable[LedgerEntry]) -> str:
    """Return in words which states of other logs stand here, "" where none does. Pure. Raises as `states_in`."""
    found = states_in(entries)
    if not found:
        return ""
    states = sum(map(len, found.values()))
    changes = sum(a[1].keys != b[1].keys for of in found.values() for a, b in pairwise(of))
    told = (
        f"{states} state{'s' * (states != 1)} of {len(found)} host log{'s' * (len(found) != 1)}, each extends the last"
    )
    return told + (f", {changes} under another key" if changes else "")


def require_beside(states: Sequence[HostState], entries: Sequence[bytes]) -> str:
    """Return in words that a log's entries, all of them, begin with those that its states stand for.

    Pure. The states are one log's, from `states_in`: the last one proves those before it.

    Raises:
        VerificationFailed: check "host-log"; entries are missing, or are others.
    """
    head = states[-1].head
    if len(entries) < head.size:
        raise VerificationFailed(
            "host-log", f"expected at least the {head.size} entries that the record knows, got {len(entries)}"
        )
    root = root_hash([leaf_hash(entry) for entry in entries[: head.size]])
    if root != head.root:
        raise VerificationFailed(
            "host-log",
            f"expected root {head.root.hex()[:12]} at size {head.size}, as the record knows it, got {root.hex()[:12]}",
        )
    return f"the record knows {head.size} of {len(entries)} entries, by {len(states)} state{'s' * (len(states) != 1)}"


def starting_keys(
    states: Sequence[HostState], stated: Iterable[LogKey], entries: Sequence[LedgerEntry]
) -> tuple[LogKey, ...]:
    """Return the keys to verify a copy of a log from, once the keys of each of its states follow from them.

    Pure. These are the keys of the first state, or those that the copy states where its rotations lead from them to these:
    checkpoints from before the first state may bear keys that had been replaced by then.

    Args:
        states: one log's, from `states_in`.
        stated: the log's first keys by the copy's own word.
        entries: the `key` entries of the copy, in order.

    Raises:
        VerificationFailed: check "host-log" or "signature"; a state is under a key that no rotation of the log leads to.

    Source: L-7, L-11.
    """
    first = states[0]
    start = tuple(dict.fromkeys(stated))
    if not _leads(start, first, entries):
        start = first.keys
    for state, keys in _keys_of(states, start, entries):
        if not _bears(state, keys):
            raise VerificationFailed(
                "host-log",
                f"expected the state of size {state.head.size} under keys that the log's own rotations lead to, "
                f"got {state.keys[0].key_id}",
            )
    return start


def _keys_of(
    states: Iterable[HostState], start: tuple[LogKey, ...], entries: Sequence[LedgerEntry]
) -> Iterator[tuple[HostState, tuple[LogKey, ...]]]:
    """Each state with the log's keys at its size. Each change of keys is looked at once: how many there are is the host's choice."""
    keys, done = start, 0
    for state in states:
        size, behind = state.head.size, done
        while behind < len(entries) and entries[behind].index + 1 < size:
            behind += 1
        keys = log_keys_at(keys, entries[done:behind], size=size)
        done = behind
        yield (
            state,
            log_keys_at(keys, entries[done : done + 1], size=size),
        )  # one at the very end leaves the old keys too


def _leads(stated: Sequence[LogKey], first: HostState, entries: Sequence[LedgerEntry]) -> bool:
    """Whether keys, of one generation, are those of a log's first state or were replaced by them."""
    if [isinstance(key, VerifierKey) for key in stated] not in ([True], [True, False]):
        return False
    try:
        return _bears(first, log_keys_at(stated, entries, size=first.head.size))
    except VerificationFailed:
        return False


def _bears(state: HostState, keys: Iterable[LogKey]) -> bool:
    """Whether a state is under these keys, one of each algorithm of theirs."""
    allowed = set(keys)
    return set(state.keys) <= allowed and {type(key) for key in state.keys} == {type(key) for key in allowed}


def _refused(expected: str) -> VerificationFailed:
    return VerificationFailed(_CHECK, f"expected {expected}, got another")
