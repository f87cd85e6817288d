# SPDX-License-Identifier: Apache-2.0
"""The shape of the file that asks for a permit (see docs/guide/permits.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Day, Doc, Flag, Id, Instant, Line, Says, Sha256, Whole
from ruleout.model.outcome import Activity
from ruleout.model.permit import ContentPolicy, Dimension, Endpoint, LimitKind

#: Names that travel in requests: ASCII only, so that none looks like another.
ServedName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$")]
EntryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][A-Za-z0-9._:/@-]{0,199}$")]
Count = Annotated[Whole, Field(ge=0, le=2**53 - 1)]
LimitsDoc = Annotated[dict[LimitKind, Count], Field(max_length=len(LimitKind))]


class ServedModelDoc(Doc):
    """A model by its name in the case, the digest of its weights, and the names under which it is served."""

    model: Line
    digest: Sha256
    served_as: Annotated[tuple[ServedName, ...], Field(min_length=1, max_length=50)]


class TenantDoc(Doc):
    """A tenant, or `everybody`, and its tiers; `customer` as the register of requests names them."""

    tenant: Id
    customer: Line | None = None
    tiers: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]


class ToolDoc(Doc):
    """A tool. A human approves each call unless `human-approval: false` is written."""

    tool: ServedName
    human_approval: Flag = True
    at_most: LimitsDoc = {}


class HookDoc(Doc):
    """How a safeguard is there while requests are served. One of the two."""

    hook: Id | None = None
    outside: Says | None = None


class DutyDoc(Doc):
    """Who owes what nothing can enforce: a role or a team."""

    owner: Line


class ConditionDoc(Doc):
    """A condition in the decision's own words and what carries it: `at-most`, `only`, `hook`, or else a `duty`."""

    says: Says
    at_most: LimitsDoc = {}
    only: Annotated[
        dict[Dimension, Annotated[tuple[Line, ...], Field(max_length=500)]], Field(max_length=len(Dimension))
    ] = {}
    hook: Id | None = None
    duty: DutyDoc | None = None


class PermitDoc(Doc):
    """What is asked to be served under one decision. What is not listed is not asked for, and not served."""

    permit: Id
    title: Line
    decision: EntryName
    activity: Activity
    scope: Line
    not_before: Instant
    expires: Day
    models: Annotated[tuple[ServedModelDoc, ...], Field(min_length=1, max_length=50)]
    tenants: Annotated[tuple[TenantDoc, ...], Field(min_length=1, max_length=1000)]
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1, max_length=len(Endpoint))]
    tools: Annotated[tuple[ToolDoc, ...], Field(max_length=500)] = ()
    limits: LimitsDoc = {}
    safeguards: Annotated[dict[Id, HookDoc], Field(max_length=100)] = {}
    conditions: Annotated[dict[Id, ConditionDoc], Field(max_length=100)] = {}
    content: ContentPolicy = ContentPolicy.NEVER
    note: Says | None = None
