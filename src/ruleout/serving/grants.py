# SPDX-License-Identifier: Apache-2.0
"""Permits in force, turned into what is looked up for each request: who may ask which model on which wire (G-1).

What no permit names is not served. Names of models are matched as sent; a permit ends at its own instant, also between
two readings of its file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

from ruleout.model.permit import EVERYBODY, ContentPolicy, Endpoint, Limit, Permit, ServedModel, Tool
from ruleout.serving.asked import Asked
from ruleout.serving.refusal import Refusal, Why

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Grant(NamedTuple):
    """One model under one permit, ready to be looked up. A named tuple: it is read for each request.

    Attributes:
        model: the model's name in decisions; `digest` the SHA-256 (hex) of its weights.
        first_ns, end_ns: nanoseconds of Unix time from which it counts, and from which it does not any more.
        tiers: tiers by tenant; `EVERYBODY` may be a tenant.
        tools: what may be offered and called, by name.
        hooks: hooks without which nothing is served.
        limits: at most so many, counted per tenant.
        names: the digest, and every name of the model or of its weights in any of the permits, in force or not: its own, and what it
            is served as.
    """

    permit: str
    model: str
    digest: str
    activity: str
    first_ns: int
    end_ns: int
    tiers: Mapping[str, frozenset[str]]
    endpoints: frozenset[Endpoint]
    tools: Mapping[str, Tool]
    hooks: tuple[str, ...]
    limits: tuple[Limit, ...]
    content: ContentPolicy
    names: tuple[str, ...]


Grants = Mapping[str, tuple[Grant, ...]]


def grants_of(permits: Iterable[Permit], known: Iterable[Permit]) -> Grants:
    """Return what permits in force grant, by the name a model is served under. Pure. Source: G-1.

    Args:
        known: all permits, those among them that are not in force: a kill by a name that one of them gave goes on hitting the model (G-6).
    """
    found: dict[str, list[Grant]] = {}
    served = [(permit, model) for permit in permits for model in permit.terms.models]
    names = _names(model for permit in known for model in permit.terms.models)
    for permit, model in served:
        grant = _grant(permit, model, (model.digest, *sorted(names[model.model] | names[model.digest])))
        for name in model.served_as:
            found.setdefault(name, []).append(grant)
    return {name: tuple(grants) for name, grants in found.items()}


def _names(models: Iterable[ServedModel]) -> dict[str, set[str]]:
    """By the name of a model in decisions and by its digest, the names of all models that have it. Other digests are not among them."""
    found: dict[str, set[str]] = {}
    for model in models:
        for key in (model.model, model.digest):
            found.setdefault(key, set()).update((model.model, *model.served_as))
    return found


def _grant(permit: Permit, model: ServedModel, names: tuple[str, ...]) -> Grant:
    terms = permit.terms
    after = datetime.combine(permit.last_day + timedelta(days=1), time(tzinfo=UTC))
    return Grant(
        permit=permit.id,
        model=model.model,
        digest=model.digest,
        activity=terms.activity.value,
        first_ns=_nanoseconds(permit.first_instant),
        end_ns=_nanoseconds(after),
        tiers={one.tenant: frozenset(one.tiers) for one in terms.tenants},
        endpoints=frozenset(terms.endpoints),
        tools={one.tool: one for one in terms.tools},
        hooks=terms.required_hooks,
        limits=terms.enforced_limits,
        content=terms.content,
        names=names,
    )


def _nanoseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1) * 1000


def find_grant(grants: Grants, asked: Asked, tenant: str, tier: str, *, now_ns: int) -> Grant | Refusal:
    """Return the grant under which a request is served, or why there is none. Pure. Source: G-1, G-10.

    Args:
        tenant, tier: who asks, by the key, never by the request.
        now_ns: nanoseconds of Unix time.
    """
    named = grants.get(asked.model, ())
    if not named:
        return Refusal(Why.NOT_PERMITTED, "no permit serves this model", rules=("permit-model",))
    refused: Refusal | None = None
    for grant in named:
        fault = _fault(grant, asked, tenant, tier, now_ns)
        if fault is None:
            return grant
        refused = refused or fault
    return refused or Refusal(Why.NOT_PERMITTED, "no permit serves this model", rules=("permit-model",))


def unchanged_of(grants: Grants, model: str, now_ns: int) -> tuple[int, int]:
    """Return from when on, and until when, `find_grant` says of the same request what it says now. Pure.

    No permit for the model begins or ends between the two instants (nanoseconds of Unix time, the last not included).
    """
    edges = [edge for grant in grants[model] for edge in (grant.first_ns, grant.end_ns)]
    return max([edge for edge in edges if edge <= now_ns]), min([edge for edge in edges if edge > now_ns])


def _fault(grant: Grant, asked: Asked, tenant: str, tier: str, now_ns: int) -> Refusal | None:
    tiers = grant.tiers.get(tenant) or grant.tiers.get(EVERYBODY) or frozenset()
    if tier not in tiers:
        return _refusal(grant, "permit-tenant", "no permit serves this model to this tenant in its tier")
    if not grant.first_ns <= now_ns < grant.end_ns:
        return _refusal(grant, "permit-time", "the permit for this model is not in force now")
    if asked.endpoint not in grant.endpoints:
        return _refusal(grant, "permit-endpoint", "the permit for this model does not name this endpoint")
    for tool in (*asked.tools, *asked.results):
        if tool not in grant.tools:
            return _refusal(grant, "permit-tool", "the permit for this model does not name every tool of the request")
    return None


def _refusal(grant: Grant, rule: str, says: str) -> Refusal:
    return Refusal(Why.NOT_PERMITTED, says, rules=(rule,), permit=grant.permit)
