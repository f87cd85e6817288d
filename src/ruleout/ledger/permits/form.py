# SPDX-License-Identifier: Apache-2.0
"""What must be so of any permit, whoever made its bytes: names that look like nothing else, counts, and no excess of its own.

The file that asks for a permit is held to the same, with places (`accountability.permits`). A permit comes from a file of
somebody else's making, and a signature says who made it, not that it is in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ruleout.model.permit import COUNTED_OF_TOOLS, EVERYBODY, SERVED, Condition, Limit, Permit, Terms

SERVED_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_COUNT = 2**53 - 1


def faults(permit: Permit) -> tuple[str, ...]:
    """Return everything by which a permit is not in order; none if it is. Pure and total. Source: G-1."""
    return tuple(dict.fromkeys(_faults(permit)))


def _faults(permit: Permit) -> Iterator[str]:
    terms = permit.terms
    yield from _names(permit)
    yield from _counts(terms)
    if terms.activity not in SERVED:
        yield f"an activity in which nothing is served: {terms.activity.value}"
    if not permit.rests_on.outcome.opens:
        yield f"an outcome that does not open: {permit.rests_on.outcome.value}"
    carried = {one.safeguard for one in terms.hooks}
    yield from (f"no hook for the safeguard {name!r:.80}" for name in permit.safeguards if name not in carried)
    yield from (
        f"both or none of hook and outside for {h.safeguard!r:.80}"
        for h in terms.hooks
        if bool(h.hook) == bool(h.outside)
    )
    yield from (fault for one in terms.conditions for fault in _condition(one, terms))
    yield from _customers(permit)


def _names(permit: Permit) -> Iterator[str]:
    terms = permit.terms
    served = [name for one in terms.models for name in one.served_as]
    ids = [permit.id, *(one.tenant for one in terms.tenants), *(t for one in terms.tenants for t in one.tiers)]
    ids += [*(one.hook for one in terms.hooks if one.hook), *(one.hook for one in terms.conditions if one.hook)]
    tools = [one.tool for one in terms.tools]
    yield from (
        f"a name in another form: {name!r:.80}" for name in (*served, *tools) if not SERVED_NAME.fullmatch(name)
    )
    yield from (f"an id in another form: {name!r:.80}" for name in ids if not _is_id(name))
    yield from (f"no digest: {one.digest!r:.80}" for one in terms.models if not SHA256.fullmatch(one.digest))
    lists = {
        "served name": [name.casefold() for name in served],
        "tool": [name.casefold() for name in tools],
        "tenant": [one.tenant for one in terms.tenants],
        "endpoint": [one.value for one in terms.endpoints],
    }
    yield from (f"a {kind} twice" for kind, found in lists.items() if len(found) != len(set(found)))


def _is_id(name: str) -> bool:
    return len(name) <= 64 and ID.fullmatch(name) is not None


def _counts(terms: Terms) -> Iterator[str]:
    lists: tuple[Iterable[Limit], ...] = (
        terms.limits,
        *(one.limits for one in terms.tools),
        *(one.limits for one in terms.conditions),
    )
    if any(not 0 <= limit.at_most <= MOST_COUNT for limits in lists for limit in limits):
        yield "a limit that is no count"
    for tool in terms.tools:
        uncounted = [limit.kind.value for limit in tool.limits if limit.kind not in COUNTED_OF_TOOLS]
        yield from (f"{kind} of the tool {tool.tool!r:.80}, which nothing counts" for kind in uncounted)


def _condition(one: Condition, terms: Terms) -> Iterator[str]:
    if bool(one.limits or one.only or one.hook) == bool(one.owner):
        yield f"nothing that carries the condition {one.id!r:.80}, or both a gateway and an owner"
    for only in one.only:
        if not terms.names(only.dimension) <= set(only.names):
            yield f"{only.dimension.value} beyond the condition {one.id!r:.80}"


def _customers(permit: Permit) -> Iterator[str]:
    """Tenants beside `everybody`, and tenants who are not the customer of an exception (A-5)."""
    tenants = permit.terms.tenants
    if len(tenants) > 1 and any(one.tenant == EVERYBODY for one in tenants):
        yield "others beside everybody"
    for used in permit.exceptions:
        if any(one.tenant == EVERYBODY or one.customer != used.customer for one in tenants):
            yield f"tenants beyond the customer of the exception {used.request!r:.80}"
