# SPDX-License-Identifier: Apache-2.0
"""Verification of a bundle, offline, as numbered steps; the result names each and never implies more (L-10).

Every step ends as passed, failed or not done, with a reason. What one step could not establish, no later step takes
for granted. The level is the highest step that passed when none failed. It replays no decision and asks no witness
anew: it checks what they signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from ruleout.errors import VerificationFailed
from ruleout.ledger.batches import require_batches
from ruleout.ledger.bundle import Bundle
from ruleout.ledger.checkpoint import Checkpoint
from ruleout.ledger.cosignature import LogKey
from ruleout.ledger.entry import EntryType, LedgerEntry, parse_entry
from ruleout.ledger.host_logs import require_host_logs
from ruleout.ledger.key_life import is_log_rotation, key_life, open_head, require_keys_in_force, with_log_keys
from ruleout.ledger.keyring import REF, keyring_bytes
from ruleout.ledger.merkle import EMPTY_ROOT, leaf_hash, root_hash, verify_consistency, verify_inclusion
from ruleout.ledger.signing import Keyring, verify_authors
from ruleout.ledger.verify_disclosures import (
    DigestVerdict,
    check_disclosures,
    check_objects,
    explanations_of,
    summary,
    withheld,
)
from ruleout.ledger.verify_witnesses import (
    UNWITNESSED,
    check_compromises,
    check_witnesses,
    policy_that_counts,
    void_caveat,
    witness_caveats,
)
from ruleout.ledger.witness_policy import WitnessPolicy

__all__ = [
    "NOT_REPLAYED", "OWN_KEYS", "OWN_RING", "UNWITNESSED", "Check", "Level", "Report", "Status", "verify_bundle",
]  # fmt: skip

NOT_REPLAYED = "decisions are not replayed here, and no check says that a model is safe"
OWN_KEYS = "the log's keys come from the bundle itself: compare them with keys you know from elsewhere"
OWN_RING = "the authors' keys come from the bundle itself: compare them with keys you know from elsewhere"


class Status(Enum):
    """How a step ended. Not done is not a pass."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_DONE = "not done"


class Level(Enum):
    """How much was established, lowest first. What witnesses add is a step of its own (L-8)."""

    NONE = "none"
    SIGNATURE = "signature"
    INCLUSION = "inclusion"
    CONSISTENCY = "consistency"
    FULL_AUDIT = "full-audit"


@dataclass(frozen=True, slots=True)
class Check:
    """One step: its name, how it ended, and what was found or why not."""

    name: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What verification established. `caveats` are to be shown wherever the level is.

    `digests` has a verdict for each disclosure and object that entries name; those of a step that failed are left out.
    """

    checks: tuple[Check, ...]
    level: Level
    caveats: tuple[str, ...]
    digests: tuple[DigestVerdict, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether any step failed."""
        return any(check.status is Status.FAILED for check in self.checks)


class _NotDone(Exception):
    """A step that cannot be taken with what there is."""


def verify_bundle(
    bundle: Bundle,
    *,
    vkeys: Iterable[LogKey] | None = None,
    keyring: Keyring | None = None,
    policy: WitnessPolicy | None = None,
    strict: bool = False,
) -> Report:
    """Return what the bundle proves.

    Pure; never raises for a bundle that `parse_bundle` returned.

    Args:
        bundle: what a bundle file says.
        vkeys: the log's keys as the verifier knows them; None trusts those of the bundle, and the report says so.
        keyring: the authors' keys as the verifier knows them; None likewise.
        policy: the witnesses that the verifier relies on; None takes the policy of the bundle, if it has one.
        strict: whether a value or object that is absent without a logged reason fails its step.

    Source: L-10; L-1, L-3, L-7, L-8, L-9.
    """
    # The steps:
    #  (1) signature    the checkpoint is a note signed by a key of the log, for this origin
    #  (2) entries      every entry is canonical and follows the schema of its kind
    #  (3) inclusion    every entry stands at its index under the checkpoint
    #  (4) full-audit   the entries are all there are: together they make the root
    #  (5) consistency  the earlier checkpoint, if any, is a prefix of this one
    #  (6) producers    every producer's entries are numbered and chained without a gap; no id comes twice
    #  (7) authors      who must sign has signed, with a key of the ring
    #  (8) keyring      the ring is the one that the record's last key entry names
    #  (9) objects      what entries name by digest is here and is that
    # (10) disclosures  what is shown fits its place, and what is not has a logged reason
    # (11) witnesses    a quorum of the policy's witnesses cosigned the checkpoint
    # (12) decisions    not here
    keys = bundle.vkeys if vkeys is None else tuple(vkeys)
    ring = {holder.key.key_id: holder for holder in bundle.keyring} if keyring is None else keyring
    entries, readable = _read(bundle)  # (2)
    head, signature = _open(bundle, keys, entries)  # (1)
    seen = _Seen(() if entries is None else entries, bundle, strict=strict)
    audit = _run("full-audit", lambda: _full_audit(bundle, head))
    checks = (
        signature,
        readable,
        # (3) the root over all entries proves the place of each, so a full bundle is hashed once
        Check("inclusion", audit.status, audit.detail)
        if bundle.full
        else _run("inclusion", lambda: _inclusion(bundle, head)),
        audit,  # (4)
        _run("consistency", lambda: _consistency(bundle, head, keys, entries)),  # (5)
        _run("producers", lambda: _producers(bundle, entries)),  # (6)
        _run("authors", lambda: _authors(entries, ring, (*bundle.vkeys, *keys))),  # (7)
        _run("keyring", lambda: _keyring(bundle, entries)),  # (8)
        _run("objects", lambda: _objects(bundle, entries, seen)),  # (9)
        _run("disclosures", lambda: _disclosures(bundle, entries, seen)),  # (10)
        _run("witnesses", lambda: _witnesses(bundle, head, entries, keys, policy)),  # (11)
        Check("decisions", Status.NOT_DONE, NOT_REPLAYED),  # (12)
    )
    witnessed = _passed(checks, "witnesses")
    told = (
        *witness_caveats(passed=witnessed, policy=policy, stated=bundle.policy),
        *void_caveat(entries or (), key_life(entries or ())),
    )
    own = (*([OWN_KEYS] if vkeys is None else []), *([OWN_RING] if keyring is None else []))
    caveats = (*told, *own, NOT_REPLAYED)
    return Report(checks=checks, level=_level(checks), caveats=caveats, digests=tuple(seen.digests))


def _run(name: str, step: Callable[[], str]) -> Check:
    try:
        return Check(name, Status.PASSED, step())
    except VerificationFailed as error:
        return Check(name, Status.FAILED, str(error))
    except _NotDone as reason:
        return Check(name, Status.NOT_DONE, str(reason))


def _level(checks: Iterable[Check]) -> Level:
    ended = {check.name: check.status for check in checks}
    if Status.FAILED in ended.values():
        return Level.NONE
    passed = [level for level in Level if ended.get(level.value) is Status.PASSED]
    return passed[-1] if passed else Level.NONE


def _passed(checks: Iterable[Check], name: str) -> bool:
    return any(check.name == name and check.status is Status.PASSED for check in checks)


def _open(
    bundle: Bundle, keys: tuple[LogKey, ...], entries: tuple[LedgerEntry, ...] | None
) -> tuple[Checkpoint | None, Check]:
    try:
        head, _ = open_head(bundle.checkpoint, keys, entries or (), origin=bundle.origin)
    except VerificationFailed as error:
        return None, Check("signature", Status.FAILED, str(error))
    return head, Check("signature", Status.PASSED, f"size {head.size}, root {head.root.hex()[:12]}, {bundle.origin}")


def _read(bundle: Bundle) -> tuple[tuple[LedgerEntry, ...] | None, Check]:
    try:
        entries = tuple(parse_entry(entry.data, index=entry.index) for entry in bundle.entries)
    except VerificationFailed as error:
        return None, Check("entries", Status.FAILED, str(error))
    return entries, Check("entries", Status.PASSED, f"{len(entries)} entries follow their schema")


def _inclusion(bundle: Bundle, head: Checkpoint | None) -> str:
    known = _established(head)
    if not bundle.entries:
        raise _NotDone("the bundle holds no entry")
    indices = [entry.index for entry in bundle.entries]
    if indices != sorted(set(indices)):
        raise VerificationFailed("inclusion", "expected entries in order of index, got another order")
    for entry in bundle.entries:
        verify_inclusion(entry.proof, leaf_hash(entry.data), entry.index, size=known.size, root=known.root)
    return f"{len(indices)} of {known.size} entries, each by its proof"


def _full_audit(bundle: Bundle, head: Checkpoint | None) -> str:
    known = _established(head)
    if not bundle.full:
        raise _NotDone("the bundle holds chosen entries only: what else the log holds is not shown")
    root = root_hash([leaf_hash(entry.data) for entry in bundle.entries])
    if len(bundle.entries) != known.size or root != known.root:
        raise VerificationFailed(
            "full-audit",
            f"expected {known.size} entries with root {known.root.hex()[:12]}, "
            f"got {len(bundle.entries)} with {root.hex()[:12]}",
        )
    return f"{known.size} entries make root {known.root.hex()[:12]}"


def _consistency(
    bundle: Bundle,
    head: Checkpoint | None,
    keys: tuple[LogKey, ...],
    entries: tuple[LedgerEntry, ...] | None,
) -> str:
    known = _established(head)
    if bundle.earlier is None:
        raise _NotDone("the bundle holds no earlier checkpoint to compare with")
    old, _ = open_head(bundle.earlier.checkpoint, keys, entries or (), origin=bundle.origin)
    if old.size == 0:  # every tree extends the empty one, but the empty one has one root and needs no proof
        if old.root != EMPTY_ROOT or bundle.earlier.proof:
            raise VerificationFailed("consistency", "expected the empty root and no proof for size 0, got others")
    else:
        verify_consistency(bundle.earlier.proof, (old.size, old.root), (known.size, known.root))
    return f"size {old.size} is a prefix of size {known.size}"


def _producers(bundle: Bundle, entries: tuple[LedgerEntry, ...] | None) -> str:
    read = _readable(entries)
    if not bundle.full:
        raise _NotDone("chosen entries do not show whole chains")
    ids: set[str] = set()
    ends: dict[str, tuple[int, str]] = {}
    for entry in read:
        content = entry.content
        expected = ends.get(content.producer, (0, ""))
        if (content.pseq, content.prev) != expected:
            raise VerificationFailed(
                "producers",
                f"expected number {expected[0]} after {expected[1][:12]!r} from {content.producer} at entry {entry.index}, "
                f"got {content.pseq} after {content.prev[:12]!r}",
            )
        if content.id in ids:
            raise VerificationFailed("producers", f"expected different ids, got {content.id!r} twice")
        ids.add(content.id)
        ends[content.producer] = (content.pseq + 1, hashlib.sha256(entry.data).hexdigest())
    told = (f"{len(ends)} producer{'s' * (len(ends) != 1)}, no gap", require_batches(read), require_host_logs(read))
    return "; ".join(one for one in told if one)


def _authors(entries: tuple[LedgerEntry, ...] | None, ring: Keyring, keys: tuple[LogKey, ...]) -> str:
    read = _readable(entries)
    with_own = with_log_keys(ring, keys, read)
    rings = (with_own if is_log_rotation(entry.content) else ring for entry in read)
    signatures = sum(len(verify_authors(entry.content, known)) for entry, known in zip(read, rings, strict=True))
    require_keys_in_force(read)
    return f"{signatures} signatures by keys of the ring"


def _witnesses(
    bundle: Bundle,
    head: Checkpoint | None,
    entries: tuple[LedgerEntry, ...] | None,
    keys: tuple[LogKey, ...],
    policy: WitnessPolicy | None,
) -> str:
    _established(head)
    read = entries or ()
    _, own = open_head(bundle.checkpoint, keys, read, origin=bundle.origin)
    counts = policy_that_counts(bundle, read, policy)
    is_met, words = check_witnesses(bundle.checkpoint, counts, log_keys=own, from_bundle=policy is None)
    told = check_compromises(read, bundle.objects, policy, origin=bundle.origin, known=keys)
    if not is_met or told:
        raise _NotDone("; ".join((words, *told)))
    return words


def _keyring(bundle: Bundle, entries: tuple[LedgerEntry, ...] | None) -> str:
    if not bundle.full:
        raise _NotDone("chosen entries do not show the last key entry")
    keys = [entry.content for entry in _readable(entries) if entry.content.type is EntryType.KEY]
    named = {ref.name: ref.sha256 for ref in keys[-1].refs} if keys else {}
    if REF not in named:
        raise _NotDone("no key entry names the keyring")
    digest = hashlib.sha256(keyring_bytes(bundle.keyring)).hexdigest()
    if digest != named[REF]:
        raise VerificationFailed("keyring", f"expected the keyring {named[REF][:12]} of the record, got {digest[:12]}")
    return f"{len(bundle.keyring)} holders, as the record's last key entry names them"


def _objects(bundle: Bundle, entries: tuple[LedgerEntry, ...] | None, seen: _Seen) -> str:
    for digest, data in bundle.objects.items():
        if hashlib.sha256(data).hexdigest() != digest:
            raise VerificationFailed("objects", f"expected bytes with digest {digest[:12]}, got others")
    refs = {(ref.sha256, ref.size) for entry in _readable(entries) for ref in entry.content.refs}
    for digest, size in sorted(refs):
        if digest in bundle.objects and len(bundle.objects[digest]) != size:
            raise VerificationFailed(
                "objects", f"expected {digest[:12]} of {size} bytes, got {len(bundle.objects[digest])}"
            )
    verdicts = check_objects(bundle, _readable(entries), seen.explanations)
    return seen.ended("objects", verdicts, "objects")


def _disclosures(bundle: Bundle, entries: tuple[LedgerEntry, ...] | None, seen: _Seen) -> str:
    return seen.ended("disclosures", check_disclosures(bundle, _readable(entries), seen.explanations), "disclosures")


class _Seen:
    """What is known of holes, and the verdicts so far; whether one without a reason fails is the verifier's choice."""

    def __init__(self, entries: tuple[LedgerEntry, ...], bundle: Bundle, *, strict: bool) -> None:
        self.explanations = explanations_of(bundle, entries)
        self.strict = strict
        self.digests: list[DigestVerdict] = []

    def ended(self, step: str, verdicts: tuple[DigestVerdict, ...], what: str) -> str:
        """Return what a step found; a hole without a reason ends it as not done, or as failed for a strict verifier."""
        self.digests += verdicts
        text = f"{len(verdicts)} {what}: {summary(verdicts)}"
        if withheld(verdicts) and self.strict:
            raise VerificationFailed(step, f"expected a logged reason for everything absent, got {text}")
        if withheld(verdicts):
            raise _NotDone(text)
        return text


def _established(head: Checkpoint | None) -> Checkpoint:
    if head is None:
        raise _NotDone("no checkpoint was established")
    return head


def _readable(entries: tuple[LedgerEntry, ...] | None) -> tuple[LedgerEntry, ...]:
    if entries is None:
        raise _NotDone("the entries could not be read")
    return entries
