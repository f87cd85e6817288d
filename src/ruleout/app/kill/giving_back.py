# SPDX-License-Identifier: Apache-2.0
"""Acts that need two persons: one proposes and signs, another confirms the very same bytes (G-6).

A proposal's name is its whole digest: of one name, nobody can make two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from ruleout.adapters.durable_file import SystemFiles, replace_files
from ruleout.adapters.files import read_bounded
from ruleout.adapters.kill.store import Conflict
from ruleout.app.kill.site import Site, chain
from ruleout.app.kill.taking import following
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError, VerificationFailed
from ruleout.ledger import Signer
from ruleout.model.permit import LimitKind
from ruleout.model.plain import instant_text
from ruleout.serving.epoch import (
    MOST_BYTES,
    SignedDegraded,
    SignedEpoch,
    check_successor,
    from_file,
    sign_epoch,
    signers_of,
    to_file,
)

Proposal = TypeVar("Proposal", SignedEpoch, SignedDegraded)


def propose(
    site: Site, signer: Signer, *, kills: Sequence[str], limits: Sequence[str], lease_ms: int | None, at: datetime
) -> tuple[str, SignedEpoch]:
    """Sign an epoch without these kills and limits; return the proposal's name. It changes nothing yet.

    Effect: reads the store, writes the proposal.

    Args:
        kills: ids of kills that end; with no state yet, none: the first epoch.
        limits: `KIND` or `KIND:TENANT` of tightened limits that end.
        lease_ms: the lease's length from then on; None for what it is.

    Raises:
        NotFound: no such kill or limit is in force.
        RuleoutError: nothing would be given back.

    Source: G-6.
    """
    found = chain(site)
    before = found[-1] if found else None
    if before is not None and not kills and not limits and lease_ms is None:
        raise RuleoutError("nothing would be given back", hint="Name a kill: see `ruleout kill --list`.")
    epoch = following(before)
    _require_known(kills, [one.id for one in epoch.kills], "kill")
    _require_known(limits, [_label(one.kind, one.tenant) for one in epoch.limits], "limit")
    after = replace(
        epoch,
        at=instant_text(at.replace(microsecond=0)),
        lease_ms=lease_ms or epoch.lease_ms,
        kills=tuple(one for one in epoch.kills if one.id not in kills),
        limits=tuple(one for one in epoch.limits if _label(one.kind, one.tenant) not in limits),
    )
    signed = sign_epoch(SignedEpoch(epoch=after), signer)
    signers_of(signed, site.keyring())
    replace_files([(proposal_path(site, signed.digest), to_file(signed))], SystemFiles())
    return signed.digest, signed


def read_proposal(site: Site, name: str, read: Callable[[bytes], Proposal], ended: Collection[str] = ()) -> Proposal:
    """Return the proposal of a name, an epoch or a grant, its signatures unchecked. Effect: reads.

    Args:
        read: makes one of its bytes.

    Raises:
        NotFound: there is none.
        VerificationFailed: what stands under this name is another.
        KeyUnavailable: who proposed it did so by one of the keys that have `ended`.
    """
    path = proposal_path(site, name)
    if not path.exists():
        hint = "It was confirmed, or made in another workspace: see `ruleout kill --list`, or propose again."
        raise NotFound(f"no proposal {name} waits", hint=hint)
    found = read(read_bounded(path, limit_bytes=MOST_BYTES, what="proposal"))
    if found.digest != name:
        hint = "Somebody has changed it: propose again, and ask who did."
        raise VerificationFailed("proposal", f"expected the proposal {name}, got {found.digest}", hint=hint)
    for key_id, _ in found.sigs:
        if key_id in ended:
            raise KeyUnavailable(f"key {key_id[:80]}, which proposed this, has ended", hint="Propose it anew.")
    return found


def confirm(site: Site, signer: Signer, name: str, *, ended: Collection[str] = ()) -> SignedEpoch:
    """Add the second person's signature and put the epoch in force. Effect: reads and appends to the store.

    Args:
        ended: ids of keys that have ended, by the record.

    Raises:
        KeyUnavailable: it was proposed by such a key.
        Conflict: the state is another than when it was proposed; propose again.
        VerificationFailed: the two are not two persons in the role `kill`, or the proposal is not the one of this name.

    Source: G-6.
    """
    proposed = read_proposal(site, name, from_file, ended)
    found = chain(site)
    before = found[-1] if found else None
    if proposed.epoch.prev != ("" if before is None else before.digest):
        raise Conflict("the state has changed since this was proposed", hint="Look at it, then propose again.")
    signed = sign_epoch(proposed, signer)
    check_successor(before, signed, site.keyring())
    site.store.append(signed.epoch.number, to_file(signed))
    proposal_path(site, name).unlink(missing_ok=True)
    return signed


def _require_known(named: Sequence[str], known: Sequence[str], what: str) -> None:
    missing = [one for one in named if one not in known]
    if missing:
        raise NotFound(f"no {what} {missing[0][:80]!r} is in force", hint="See `ruleout kill --list`.")


def _label(kind: LimitKind, tenant: str) -> str:
    return f"{kind.value}:{tenant}" if tenant else kind.value


def proposal_path(site: Site, name: str) -> Path:
    """Return where a proposal of a name stands. Pure. Raises NotFound for what is no name of one."""
    if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise NotFound(f"no proposal {name[:40]!r}", hint="Name it whole, as `propose` said it.")
    return site.proposals / f"{name}.json"
