# SPDX-License-Identifier: Apache-2.0
"""Acts that one person may do alone: kill, and tighten a limit (G-6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ruleout.adapters.kill.store import Conflict
from ruleout.app.kill.site import Site, digest_of, latest
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import Signer
from ruleout.ledger.note import verifier_key
from ruleout.model.permit import LimitKind
from ruleout.model.plain import instant_text
from ruleout.serving.epoch import (
    LEASE_MS,
    MONITOR,
    ROLE,
    Epoch,
    Kill,
    SignedEpoch,
    Target,
    TightLimit,
    check_successor,
    has_room,
    is_name,
    sign_epoch,
    to_file,
)

TRIES = 8
"""How often an act is made again because somebody else's came first."""


def kill(site: Site, signer: Signer, *, kind: Target, name: str, reason: str, at: datetime) -> tuple[SignedEpoch, str]:
    """Put a kill in force; return its epoch and the kill's id. The record is not asked: that comes after.

    Effect: reads and appends to the store; keeps the reason's words.

    Raises:
        RuleoutError: no name that can be told apart; or no room, where a kill of everything still has it.
        KeyUnavailable: the key does not hold the role `kill`.
        StoreUnavailable, VerificationFailed: the store is silent, or not as it should be: nothing was put in force, unless it says that
            something was or may be.

    Source: G-6.
    """
    if kind is not Target.ALL and not is_name(name):
        raise RuleoutError(f"expected a printable name of at most 200 bytes, got {name[:80]!r}", hint="Or kill --all.")
    key_id = key_in(site, signer, (ROLE,))
    digest, when = digest_of(reason), _to_the_second(at)

    def after(before: Epoch) -> Epoch:
        one = Kill(id=f"kill-{before.number}", kind=kind, name=name, reason=digest, by=key_id, at=when)
        return replace(before, at=when, kills=(*before.kills, one))

    done = change(site, signer, after, is_first=kind is Target.ALL)
    site.keep_words(reason)  # after it is in force: a kill does not wait for its words
    return done, f"kill-{done.epoch.number}"


def tighten(site: Site, signer: Signer, *, limit: TightLimit, at: datetime) -> SignedEpoch:
    """Put a tighter limit in force: by one person, or by the machine that watches. Effect: as `kill`; never loosens.

    Raises: as `kill`; RuleoutError where a limit as tight is in force already.
    """
    require_tightener(site, signer)

    def after(before: Epoch) -> Epoch:
        same = [one for one in before.limits if (one.kind, one.tenant) == (limit.kind, limit.tenant)]
        if any(one.at_most <= limit.at_most for one in same):
            raise RuleoutError(f"{limit.kind.value} is at most {same[0].at_most} already", hint="Nothing was changed.")
        kept = tuple(one for one in before.limits if one not in same)
        return replace(before, at=_to_the_second(at), limits=(*kept, limit))

    return change(site, signer, after)


def require_tightener(site: Site, signer: Signer) -> None:
    """Raise KeyUnavailable unless the key may tighten limits. Effect: reads the keyring."""
    key_in(site, signer, (ROLE, MONITOR))


def change(site: Site, signer: Signer, after: Callable[[Epoch], Epoch], *, is_first: bool = False) -> SignedEpoch:
    """Append the next epoch, made again whenever somebody else was first. Effect: reads and appends to the store.

    Args:
        after: makes the next epoch of one that holds the state before under the next number.
        is_first: whether it may be the first of all.
    """
    for _ in range(TRIES):
        before = latest(site)
        if before is None and not is_first:
            raise RuleoutError(
                "there is no state: nothing is served", hint="Open with `ruleout unkill propose --first`."
            )
        signed = sign_epoch(SignedEpoch(epoch=after(following(before))), signer)
        data = to_file(signed)
        if not has_room(before, signed):
            raise RuleoutError("no room for more kills", hint="Kill everything: `ruleout kill --all`.")
        check_successor(before, signed, site.keyring())
        try:
            site.store.append(signed.epoch.number, data)
        except Conflict:
            continue
        return signed
    raise Conflict(f"somebody else was first {TRIES} times", hint="Try again.")


def following(before: SignedEpoch | None) -> Epoch:
    """Return an epoch that says what the one before says, under the next number. Pure."""
    if before is None:
        return Epoch(number=1, prev="", at="", lease_ms=LEASE_MS[0], bundle="", kills=(), limits=())
    return replace(before.epoch, number=before.epoch.number + 1, prev=before.digest)


def limit_of(text: str) -> TightLimit:
    """Return the limit of `KIND=COUNT` or `KIND:TENANT=COUNT`. Pure. Raises RuleoutError that lists the kinds."""
    left, _, count = text.rpartition("=")
    kind, _, tenant = left.partition(":")
    known = {one.value: one for one in LimitKind}
    if kind not in known or not count.isascii() or not count.isdigit() or len(count) > 15:
        hint = f"Use one of: {', '.join(known)}."
        raise RuleoutError(f"expected KIND=COUNT or KIND:TENANT=COUNT, got {text[:80]!r}", hint=hint)
    return TightLimit(kind=known[kind], tenant=tenant, at_most=int(count))


def key_in(site: Site, signer: Signer, roles: tuple[str, ...]) -> str:
    """Return the id of a key that holds one of these roles. Effect: reads the keyring. Raises KeyUnavailable if it does not."""
    key_id = verifier_key(signer.name, signer.public_key).key_id
    holder = site.keyring().get(key_id)
    if holder is None or not set(roles) & set(holder.roles):
        hint = f"Use a key in role {roles[0]}: `ruleout key new NAME --role {roles[0]} --person PERSON`."
        raise KeyUnavailable(f"key {signer.name!r} does not hold {' or '.join(roles)}", hint=hint)
    return key_id


def _to_the_second(at: datetime) -> str:
    return instant_text(at.replace(microsecond=0))
