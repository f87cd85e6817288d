# SPDX-License-Identifier: Apache-2.0
"""Whether a permit's file lets anything be served at an instant, checked offline: what a gateway calls (G-1).

Fails closed: a step that does not pass leaves the permit *unknown*, and only *in force* serves. It decides nothing again:
whether what the permit rests on still holds is asked of the record (`ruleout permit list`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ruleout.errors import VerificationFailed
from ruleout.ledger.checkpoint import Checkpoint
from ruleout.ledger.cosignature import LogKey
from ruleout.ledger.entry import EntryType, LedgerEntry, parse_entry
from ruleout.ledger.key_life import open_head
from ruleout.ledger.keyring import keyring_bytes
from ruleout.ledger.merkle import leaf_hash, verify_inclusion
from ruleout.ledger.permits.edge import root_behind
from ruleout.ledger.permits.entry import ISSUE, permit_behind
from ruleout.ledger.permits.file import PermitFile
from ruleout.ledger.permits.keys import Compromise, compromises, signatures_of, void_signatures
from ruleout.ledger.signing import Keyring, verify_authors
from ruleout.ledger.verify import UNWITNESSED, Check, Status
from ruleout.ledger.verify_witnesses import check_witnesses
from ruleout.ledger.witness_policy import WitnessPolicy
from ruleout.model.expiry import has_ended
from ruleout.model.permit import Permit, PermitState
from ruleout.model.plain import instant_text

NOT_DECIDED_AGAIN = "what the permit rests on is not looked at here: ask the record"
ALONE = "other permits are seen only if their files are checked together with this one"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What whoever checks knows from elsewhere, never from the file.

    Attributes:
        vkeys: the log's keys; those that a later entry of the file puts in their place count by it (L-7).
        keyring: the authors' keys with their roles.
        issuers: roles in which a permit may be issued.
        least_size: size of the newest checkpoint seen; a file of an older one may hide a revocation.
        latest_seen: the latest aware instant seen; a clock that reads less has gone back. None if nothing was seen.
        policy: the witnesses a quorum of which must have cosigned the checkpoint; None asks for none (L-8).
        compromised: what is known of compromised keys by key id; a file shows only what was said after its permit.
    """

    vkeys: tuple[LogKey, ...]
    keyring: Keyring
    issuers: Collection[str]
    least_size: int = 0
    latest_seen: datetime | None = None
    policy: WitnessPolicy | None = None
    compromised: Mapping[str, Compromise] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitVerdict:
    """What a file proves at an instant.

    Attributes:
        checks: the steps in order; those after the first that failed were not taken.
        state: UNKNOWN as soon as a step failed, or where file or clock is older than what was seen; CONFLICT only where
            files are checked together.
        because: why it is not in force; empty exactly where it is.
        read: the permit, for showing only; None where it could not be established.
        as_of_size: size of the checkpoint up to which a revocation would have been seen; None if none was established.
        since: kinds and ids of later entries that may bear on it, which nobody weighed here.
        compromised: what its entries tell of compromised keys, by key id.
    """

    checks: tuple[Check, ...]
    state: PermitState
    because: tuple[str, ...]
    read: Permit | None
    as_of_size: int | None
    since: tuple[str, ...]
    caveats: tuple[str, ...]
    compromised: Mapping[str, Compromise]

    @property
    def serves(self) -> Permit | None:
        """The permit to serve under; None unless it is in force."""
        return self.read if self.state is PermitState.IN_FORCE else None

    @property
    def has_failed(self) -> bool:
        """Whether a step failed, so that the file proves nothing."""
        return any(check.status is Status.FAILED for check in self.checks)


def verify_permit(file: PermitFile, trusted: Trusted, *, at: datetime) -> PermitVerdict:
    """Return what a permit's file proves at an instant.

    Pure; never raises for a file that `parse_permit_file` returned.

    Args:
        file: what it says.
        trusted: what is known from elsewhere.
        at: aware UTC instant.

    Source: G-1, L-9, L-10.
    """
    # (1) signature   the checkpoint is a note signed by a known key of the log; and by a quorum, where one is asked for
    # (2) inclusion   the permit's entry stands at its index under the checkpoint
    # (3) complete    the entries are all there are from the permit's own to the checkpoint
    # (4) entries     each is canonical and follows its schema; the first issues a permit
    # (5) authors     it is signed in a role that may issue, by a key of the ring that counted then
    # (6) permit      the permit is the one that the entry discloses, in order, and the header says what it says
    # (7) revocation  no later entry is about it
    # (8) keys        no key that issued it, or signed what it rests on, is known to have been compromised then
    # (9) newest      the file is not older than a checkpoint seen before: a revocation might stand between the two
    # (10) clock      the clock has not gone back, neither behind what was seen nor behind what the log says
    # (11) dates      not before its first instant, not after a last day
    found = _Found(file, trusted)
    checks: list[Check] = []
    for name, step in found.steps():
        checks.append(_run(name, step))
        if checks[-1].status is Status.FAILED:
            return found.verdict(checks, PermitState.UNKNOWN, (checks[-1].detail,))
    state, because = found.standing(at)
    return found.verdict(checks, state, because)


def _run(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, Status.PASSED, step())
    except VerificationFailed as error:
        return Check(name, Status.FAILED, str(error))


class _Found:
    """What the steps establish, each building on those before it."""

    def __init__(self, file: PermitFile, trusted: Trusted) -> None:
        self._file, self._trusted = file, trusted
        self._head: Checkpoint | None = None
        self._entries: tuple[LedgerEntry, ...] = ()
        self._permit: Permit | None = None

    def steps(self) -> Iterable[tuple[str, Callable[[], str]]]:
        yield "signature", self._signature
        yield "inclusion", self._inclusion
        yield "complete", self._complete
        yield "entries", self._read
        yield "authors", self._authors
        yield "permit", self._document

    def verdict(self, checks: list[Check], state: PermitState, because: tuple[str, ...]) -> PermitVerdict:
        size = None if self._head is None else self._head.size
        return PermitVerdict(
            checks=tuple(checks),
            state=state,
            because=because,
            read=self._permit,
            as_of_size=size,
            caveats=(*((UNWITNESSED,) if self._trusted.policy is None else ()), ALONE, NOT_DECIDED_AGAIN),
            since=tuple(_label(one) for one in self._entries[1:] if one.content.type in _MAY_BEAR),
            compromised=self._compromised(),
        )

    def standing(self, at: datetime) -> tuple[PermitState, tuple[str, ...]]:
        permit = self._permit
        if permit is None:  # no step failed and there is none: a bug, and nothing is served by it
            return PermitState.UNKNOWN, ("no permit was established",)
        if revoked := tuple(_revocations(self._entries, permit.id)):
            return PermitState.REVOKED, revoked
        if void := tuple(self._void_signatures(permit)):
            return PermitState.VOID, void
        if stale := self._staleness():
            return PermitState.UNKNOWN, (stale,)
        state = permit.state_at(at)
        if state is not PermitState.EXPIRED and (wrong := tuple(self._clock(permit, at))):
            return PermitState.UNKNOWN, wrong
        return state, () if state is PermitState.IN_FORCE else (dates_in_words(permit, at),)

    def _staleness(self) -> str:
        size, seen = self._established().size, self._trusted.least_size
        return f"the file is of {size} entries, and a checkpoint of {seen} was seen" if size < seen else ""

    def _void_signatures(self, permit: Permit) -> Iterable[str]:
        signed = (*signatures_of(self._entries[0]), *permit.rests_on.signed)
        yield from void_signatures(signed, self._trusted.compromised)
        yield from void_signatures(signed, self._compromised())

    def _compromised(self) -> Mapping[str, Compromise]:
        return compromises(self._entries, self._trusted.keyring)

    def _clock(self, permit: Permit, at: datetime) -> Iterable[str]:
        """A clock that went back would give an expired permit its time again."""
        seen = self._trusted.latest_seen
        if seen is not None and at < seen:
            yield f"the clock reads {instant_text(at)}, and {instant_text(seen)} was seen"
        for entry in self._entries:
            if has_ended(permit.last_day, datetime.fromisoformat(entry.content.ts)):
                told = f"{entry.content.id} states {entry.content.ts}"
                yield f"the clock reads {instant_text(at)}, and {told}, after the last day: one of them is wrong"
                return

    def _signature(self) -> str:
        file, policy = self._file, self._trusted.policy
        head, own = open_head(file.checkpoint, self._trusted.vkeys, _key_entries(file), origin=file.origin)
        if policy is not None:
            is_met, words = check_witnesses(file.checkpoint, policy, log_keys=own, from_bundle=False)
            if not is_met:
                raise VerificationFailed("witnesses", f"expected a quorum of witnesses, got {words}")
        self._head = head
        return f"size {head.size}, root {head.root.hex()[:12]}, {head.origin}"

    def _inclusion(self) -> str:
        head, file = self._established(), self._file
        if not file.entries:
            raise VerificationFailed("inclusion", "expected the permit's entry, got none")
        verify_inclusion(file.proof, leaf_hash(file.entries[0]), file.index, size=head.size, root=head.root)
        return f"entry {file.index} of {head.size}"

    def _complete(self) -> str:
        head, file = self._established(), self._file
        count = head.size - file.index
        if len(file.entries) != count:
            raise VerificationFailed("complete", f"expected {count} entries to the end, got {len(file.entries)}")
        root = root_behind(file.edge, file.index, (leaf_hash(entry) for entry in file.entries))
        if root != head.root:
            raise VerificationFailed("complete", f"expected root {head.root.hex()[:12]}, got {root.hex()[:12]}")
        return f"{count} entries from the permit's own to the checkpoint"

    def _read(self) -> str:
        file = self._file
        entries = tuple(parse_entry(data, index=file.index + n) for n, data in enumerate(file.entries))
        first = entries[0].content
        if first.type is not EntryType.PERMIT or first.subject["act"] != ISSUE:
            raise VerificationFailed("entries", f"expected an entry that issues a permit, got {first.type.value}")
        self._entries = entries
        return f"{len(entries)} entries follow their schema"

    def _authors(self) -> str:
        first, ring = self._entries[0].content, self._trusted.keyring
        digest = hashlib.sha256(keyring_bytes(ring.values())).hexdigest()
        if digest != self._file.keyring:
            hint = "Bring the keyring up to date, or make the file again."
            expected = f"the keyring {self._file.keyring[:12]} that counted at the checkpoint"
            says = f"expected {expected}, got {digest[:12]}: since one of them was written, keys have changed in the record"
            raise VerificationFailed("authors", says, hint=hint)
        verify_authors(first, ring)
        role = str(first.subject["role"])
        if role not in self._trusted.issuers:
            expected = f"a role that may issue ({', '.join(sorted(self._trusted.issuers)) or 'none is known'})"
            raise VerificationFailed("authors", f"expected {expected}, got {role!r}")
        return f"issued in role {role}"

    def _document(self) -> str:
        self._permit = permit_behind(self._entries[0].content, self._file.permit)
        return f"{self._permit.id}, under {self._permit.rests_on.decision}"

    def _established(self) -> Checkpoint:
        if self._head is None:
            raise VerificationFailed("signature", "no checkpoint was established")
        return self._head


def dates_in_words(permit: Permit, at: datetime) -> str:
    """Return what a permit's own dates say at an instant. Pure."""
    first = instant_text(permit.first_instant)
    return f"it counts from {first} to the end of {permit.last_day}, asked at {instant_text(at)}"


#: Kinds of later entries that may change what a permit rests on.
_MAY_BEAR = (EntryType.WITHDRAWAL, EntryType.DECISION, EntryType.APPROVAL, EntryType.REQUEST, EntryType.KEY)


def _revocations(entries: tuple[LedgerEntry, ...], permit: str) -> Iterable[str]:
    """Every later entry about the permit: whatever it says, it is not what it was when it was issued."""
    for entry in entries[1:]:
        content = entry.content
        if content.type is EntryType.PERMIT and content.subject["permit"] == permit:
            yield f"{content.subject['act']} by {content.id} at {content.ts}"


def _key_entries(file: PermitFile) -> Iterable[LedgerEntry]:
    """Those about keys that can be read: by a change of the log's key the checkpoint is opened, before they are proved."""
    for n, data in enumerate(file.entries):
        if b'"type":"key"' not in data:
            continue
        try:
            yield parse_entry(data, index=file.index + n)
        except VerificationFailed:
            continue


def _label(entry: LedgerEntry) -> str:
    return f"{entry.content.type.value} {entry.content.id}"
