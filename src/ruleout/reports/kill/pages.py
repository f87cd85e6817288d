# SPDX-License-Identifier: Apache-2.0
"""Kills as pages: the state in force, and the answers of a host's workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ruleout.reports.page import Line, bullets, labelled, title
from ruleout.serving.epoch import Epoch, SignedDegraded, Target, TightLimit
from ruleout.serving.epoch.degraded import value_of_grant
from ruleout.serving.epoch.document import value_of
from ruleout.serving.epoch.proof import Answer, Proof

_PAGES = {
    "in-force": "says this epoch",
    "behind": "says an OLDER epoch: the host's agent has not followed, or follows another store",
    "other": "says an epoch of ANOTHER state: the gateway here follows another store; name it with --store",
    "untold": "says an epoch of which the store did not tell whether it is its own",
    "closed": "is closed to workers, but not by this epoch",
    "unreadable": "cannot be read, and so is closed to workers",
    "none": "none: no gateway runs here, so nobody was asked",
}


def proof_value(proof: Proof) -> dict[str, Any]:
    """Return a proof as JSON values. Pure."""
    workers = [one._asdict() for one in proof.workers]
    return {"page": proof.page, "leased": proof.is_leased, "acknowledged_by_all": proof.holds, "workers": workers}


def proof_page(proof: Proof, *, width: int) -> list[Line]:
    """Return the page of a proof: every worker that did not acknowledge by name. Pure."""
    word, tone = ("all acknowledged", "good") if proof.holds else ("NOT PROVED", "bad")
    lines = title(f"epoch {proof.epoch}", word, width=width, tone=tone)
    lines += labelled("page", _PAGES[proof.page], width=width)
    if proof.page == "in-force" and not proof.workers:
        lines += labelled("workers", "none is known here, so nobody was asked", width=width)
    for state in ("acknowledged", "behind", "stuck", "unreachable", "ended", "gone"):
        found = [_told(one) for one in proof.workers if one.state == state]
        lines += bullets(state, found, width=width, tone="" if state in ("acknowledged", "gone") else "bad")
    return [*lines, Line("")]


def state_value(epoch: Epoch | None, missing: Sequence[int], grants: Sequence[str] = ()) -> dict[str, Any]:
    """Return the state in force as JSON values; `missing` are epochs without an entry, `grants` acts with grants likewise. Pure."""
    state = None if epoch is None else value_of(epoch)
    return {"state": state, "without_entry": list(missing), "grants_without_entry": list(grants)}


def state_page(epoch: Epoch | None, missing: Sequence[int], grants: Sequence[str] = (), *, width: int) -> list[Line]:
    """Return the page of the state in force. Pure."""
    if epoch is None:
        says = "nothing is served before two persons give the first state: `ruleout unkill propose --first`"
        return [*title("no state", "CLOSED", width=width, tone="bad"), *labelled("why", says, width=width), Line("")]
    word, tone = ("KILLS IN FORCE", "bad") if epoch.kills else ("nothing is killed", "good")
    lines = title(f"epoch {epoch.number}", word, width=width, tone=tone)
    kills = (f"{k.id}: {_named(k.kind, k.name)}, {k.at}, by {k.by}" for k in epoch.kills)
    lines += bullets("killed", kills, width=width, tone="bad")
    limits = (_limited(one) for one in epoch.limits)
    lines += bullets("tightened", limits, width=width, tone="warn")
    lines += labelled("lease", f"{epoch.lease_ms} ms", width=width)
    lines += bullets("no entry", (*(f"epoch {number}" for number in missing), *grants), width=width, tone="bad")
    if missing or grants:
        lines += labelled("next", "whoever types the next kill, unkill, degrade or drill writes it", width=width)
    return [*lines, Line("")]


def given_back(before: Epoch | None, after: Epoch) -> list[str]:
    """Return what an epoch would give back of the one before, and what it would take, a line each. Pure."""
    if before is None:
        return ["the first state of all", *_stands(after)]
    gone = [f"it ends {k.id}: {_named(k.kind, k.name)}" for k in before.kills if k not in after.kills]
    new = [f"it kills {_named(k.kind, k.name)}" for k in after.kills if k not in before.kills]
    now = {(one.kind, one.tenant): one for one in after.limits}
    old = {(one.kind, one.tenant): one for one in before.limits}
    ended = [f"it ends the limit {_limited(one)}" for at, one in old.items() if at not in now]
    other = [f"it sets the limit {_limited(one)}" for at, one in now.items() if old.get(at) != one]
    lease = [f"a lease of {after.lease_ms} ms in place of {before.lease_ms}"] * (after.lease_ms != before.lease_ms)
    bundle = [f"the bundle {after.bundle or 'none'}"] * (after.bundle != before.bundle)
    return [*gone, *new, *ended, *other, *lease, *bundle]


def _stands(epoch: Epoch) -> list[str]:
    kills = [f"it kills {_named(k.kind, k.name)}" for k in epoch.kills] or ["nothing is killed"]
    limits = [f"it sets the limit {_limited(one)}" for one in epoch.limits]
    return [*kills, *limits, f"a lease of {epoch.lease_ms} ms"]


def _limited(one: TightLimit) -> str:
    return f"{one.kind.value} {one.tenant or 'everybody'}: at most {one.at_most}"


def grant_told(signed: SignedDegraded) -> list[str]:
    """Return what a degraded grant would let go on, a line each. Pure."""
    grant = signed.grant
    return [
        f"plain chat from {grant.not_before} until {grant.until}",
        f"gateway {grant.gateway}, record {grant.origin}, epoch {grant.epoch}",
        f"tenants: {_all_or(grant.tenants)}; models: {_all_or(grant.models)}",
    ]


def grant_value(signed: SignedDegraded, against: str) -> dict[str, Any]:
    """Return a degraded grant as JSON values; `against` says why it does not count now, "" if it does. Pure."""
    return {"grant": value_of_grant(signed.grant), "digest": signed.digest, "why_not": against}


def grant_page(signed: SignedDegraded | None, against: str, *, width: int) -> list[Line]:
    """Return the page of this host's degraded grant. Pure."""
    if signed is None:
        return [*title("no degraded grant", "the lease decides", width=width, tone="good"), Line("")]
    grant = signed.grant
    word, tone = ("DOES NOT COUNT", "") if against else ("COUNTS", "warn")
    lines = title(f"degraded until {grant.until}", word, width=width, tone=tone)
    lines += bullets("why not", (against,) if against else (), width=width)
    lines += labelled("of", f"epoch {grant.epoch}, gateway {grant.gateway}, {grant.origin}", width=width)
    lines += labelled("from", f"{grant.not_before}, by {', '.join(key for key, _ in signed.sigs)}", width=width)
    lines += labelled("plain chat", f"tenants: {_all_or(grant.tenants)}; models: {_all_or(grant.models)}", width=width)
    return [*lines, Line("")]


def _all_or(names: Sequence[str] | None) -> str:
    return "all that permits name" if names is None else ", ".join(names)


def _named(kind: Target, name: str) -> str:
    return "everything" if kind is Target.ALL else f"{kind.value} {name}"


def _told(one: Answer) -> str:
    if one.state in ("acknowledged", "behind"):
        return f"process {one.pid}: epoch {one.epoch}, {one.live} streams still to end, after {one.after_ms} ms"
    return f"process {one.pid}"
