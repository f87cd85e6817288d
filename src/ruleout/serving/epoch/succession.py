# SPDX-License-Identifier: Apache-2.0
"""What may follow an epoch: one person may kill and tighten, two may take back (G-6).

No state is worth as much as everything killed: the first epoch needs two persons, unless it kills everything.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import Enum

from ruleout.errors import VerificationFailed
from ruleout.ledger.signing import Holder, Keyring
from ruleout.serving.epoch.document import KEPT_FREE, MOST_BYTES, Epoch, Kill, Target
from ruleout.serving.epoch.signatures import persons_in
from ruleout.serving.epoch.signed import SignedEpoch, signers_of, size_of

ROLE = "kill"
MONITOR = "monitor"
"""The role of a machine that watches: it may tighten limits and nothing else."""


class Act(Enum):
    """What an epoch did to the one before it; the act of its ledger entry."""

    KILL = "kill"
    UNKILL = "unkill"
    TIGHTEN = "tighten"
    LOOSEN = "loosen"
    DRILL = "drill"
    DRILL_ENDS = "drill-ends"


def act_of(before: Epoch | None, after: Epoch) -> Act:
    """Return what an epoch did. Pure. What gives anything back is named before what takes more away."""
    if before is None:
        return Act.KILL if any(kill.kind is Target.ALL for kill in after.kills) else Act.UNKILL
    gone, new = _removed(before, after), [kill for kill in after.kills if kill not in before.kills]
    if any(not kill.is_drill for kill in gone):
        return Act.UNKILL
    if loosens(before, after):
        return Act.LOOSEN
    if any(not kill.is_drill for kill in new):
        return Act.KILL
    return Act.DRILL if new else Act.DRILL_ENDS if gone else Act.TIGHTEN


def loosens(before: Epoch, after: Epoch) -> bool:
    """Whether an epoch gives back anything that needs two persons: a kill, a limit, a longer lease, another bundle. Pure."""
    now = {(one.kind, one.tenant): one.at_most for one in after.limits}
    looser = any(now.get((one.kind, one.tenant), one.at_most + 1) > one.at_most for one in before.limits)
    given_back = any(not kill.is_drill for kill in _removed(before, after))
    return looser or given_back or after.lease_ms > before.lease_ms or after.bundle != before.bundle


def has_room(before: SignedEpoch | None, after: SignedEpoch) -> bool:
    """Whether an epoch leaves the room that is kept for a kill of everything: it is no larger than that lets it be, or than the one
    before, or it adds kills alone and kills everything.

    Pure.

    Source: G-6.
    """
    size = size_of(after)
    if size <= MOST_BYTES - KEPT_FREE:
        return True
    if before is None:
        return False
    added = replace(before.epoch, number=after.epoch.number, prev=after.epoch.prev, at=after.epoch.at)
    adds_kills = replace(after.epoch, kills=added.kills) == added and not _removed(before.epoch, after.epoch)
    return size <= size_of(before) or (adds_kills and any(kill.kind is Target.ALL for kill in after.epoch.kills))


def check_successor(before: SignedEpoch | None, after: SignedEpoch, keyring: Keyring) -> tuple[Holder, ...]:
    """Return who signed an epoch that may follow another.

    Pure.

    Args:
        before: the epoch in force, checked; None for no state.

    Raises:
        VerificationFailed: check "epoch-signature", or "epoch-succession" where number, digest, or the persons that
            this act needs are not there, or it takes the room of a kill of everything.

    Source: G-6.
    """
    holders = signers_of(after, keyring)
    number, prev = (0, "") if before is None else (before.epoch.number, before.digest)
    if (after.epoch.number, after.epoch.prev) != (number + 1, prev):
        raise _refusal(f"epoch {number + 1} after {prev[:12] or 'nothing'}", f"{after.epoch.number}")
    if not has_room(before, after):
        raise _refusal(f"at most {MOST_BYTES - KEPT_FREE} bytes but for kills", f"{size_of(after)}")
    old = None if before is None else before.epoch
    _check_new_kills(old, after.epoch, holders)
    if needs_two(old, after.epoch):
        if len(persons_in(holders, ROLE)) < 2:
            raise _refusal(f"two persons in role {ROLE!r} to give back", ", ".join(h.key.key_id for h in holders))
    elif not any(ROLE in holder.roles for holder in holders):
        _check_monitor(old, after.epoch, holders)
    return holders


def needs_two(before: Epoch | None, after: Epoch) -> bool:
    """Whether an epoch may follow another only by two persons. Pure."""
    if before is None:
        return not any(kill.kind is Target.ALL for kill in after.kills)
    return loosens(before, after)


def vouches(holders: Sequence[Holder], compromised: Collection[str]) -> bool:
    """Whether two persons in the role `kill` are among those who signed, by keys that nobody else is known to have. Pure."""
    return len(persons_in([one for one in holders if one.key.key_id not in compromised], ROLE)) >= 2


def _check_new_kills(before: Epoch | None, after: Epoch, holders: Sequence[Holder]) -> None:
    keys = {holder.key.key_id for holder in holders if ROLE in holder.roles}
    held = set() if before is None else set(before.kills)
    ids = set() if before is None else {kill.id for kill in before.kills}
    for kill in after.kills:
        if kill not in held and (kill.by not in keys or kill.id in ids):
            raise _refusal(f"a new kill under a new id by a key in role {ROLE!r} that signs", f"{kill.id} by {kill.by}")


def _check_monitor(before: Epoch | None, after: Epoch, holders: Sequence[Holder]) -> None:
    kills = () if before is None else before.kills
    is_other = before is None or after.lease_ms != before.lease_ms or after.kills != kills
    if is_other or not any(MONITOR in holder.roles for holder in holders):
        raise _refusal(f"a key in role {ROLE!r}, or {MONITOR!r} to tighten limits", holders[0].key.key_id)


def _removed(before: Epoch, after: Epoch) -> list[Kill]:
    return [kill for kill in before.kills if kill not in after.kills]


def _refusal(expected: str, got: str) -> VerificationFailed:
    return VerificationFailed("epoch-succession", f"expected {expected}, got {got[:200]}", hint="Nothing was changed.")
