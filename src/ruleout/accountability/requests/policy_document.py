# SPDX-License-Identifier: Apache-2.0
"""The shape of a policy for requests, `requests-policy.yaml` (see docs/guide/requests.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Doc, Flag, Id, Line, PeriodField, Says
from ruleout.model.request import RequesterKind, RequestKind

Ids = Annotated[tuple[Id, ...], Field(max_length=100)]
Lines = Annotated[tuple[Line, ...], Field(max_length=200)]
FrameworkName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+@[0-9A-Za-z][0-9A-Za-z.-]*$", max_length=120)]


class LineDoc(Doc):
    """A red line: what it says, and the uses and clauses that cross it."""

    says: Says
    section: Line | None = None
    uses: Ids = ()
    clauses: Ids = ()


class EligibleDoc(Doc):
    """For which models (by safety level or by name) and kinds of customer an exception may be granted."""

    levels: Ids = ()
    models: Lines = ()
    customers: Annotated[tuple[RequesterKind, ...], Field(max_length=10)] = ()


class PolicyClauseDoc(Doc):
    """A clause of the usage policy; without `eligible` nobody gets an exception to it.

    `bears-on` names questions, arguments and safeguards of frameworks that an exception may answer, and `floor` the
    outcome that none of them can fall below.
    """

    says: Says
    section: Line | None = None
    exceptable: Flag = False
    eligible: EligibleDoc | None = None
    requires: Ids = ()
    bears_on: Ids = ()
    floor: Literal["proceed", "restrict", "hold", "stop"] = "restrict"


class ApprovalRuleDoc(Doc):
    """Who must sign before a kind of request is granted, and for how long at most."""

    roles: Annotated[tuple[Id, ...], Field(min_length=1, max_length=10)]
    longest: PeriodField
    requires: Ids = ()


class PolicyDoc(Doc):
    """A policy for requests. `models` gives each model its safety level, `frameworks` adds their own red lines."""

    requests_policy: Id
    title: Line
    frameworks: Annotated[tuple[FrameworkName, ...], Field(max_length=20)] = ()
    uses: Annotated[dict[Id, Says], Field(max_length=200)] = {}
    conditions: Annotated[dict[Id, Says], Field(max_length=100)] = {}
    models: Annotated[dict[Id, Id], Field(max_length=200)] = {}
    red_lines: Annotated[dict[Id, LineDoc], Field(min_length=1, max_length=50)]
    clauses: Annotated[dict[Id, PolicyClauseDoc], Field(min_length=1, max_length=200)]
    approvals: Annotated[dict[RequestKind, ApprovalRuleDoc], Field(min_length=1, max_length=10)]
