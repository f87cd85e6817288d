# SPDX-License-Identifier: Apache-2.0
"""A policy for requests: red lines, the clauses that may have exceptions and for whom, and who must approve (A-5).

What the policy does not name is not eligible: an unknown use, model or kind of customer never helps a request.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.model.clause import Period
from ruleout.model.outcome import Outcome
from ruleout.model.request import RequesterKind, RequestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyLine:
    """A red line: a request that names one of its uses or clauses, or the line itself, is refused by rule."""

    id: str
    says: str
    uses: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyClause:
    """A clause of the usage policy, and whether and for whom there may be exceptions to it.

    Attributes:
        exceptable: whether any exception may be granted at all.
        levels, models: safety levels and models for which one may; a model needs to match either.
        customers: kinds of customer for whom one may.
        requires: ids of conditions that every grant must carry.
        bears_on: ids of frameworks' questions, arguments and safeguards that an exception may answer.
        floor: no outcome that rests on an exception to it is less restrictive.
    """

    id: str
    says: str
    exceptable: bool
    levels: frozenset[str]
    models: frozenset[str]
    customers: frozenset[RequesterKind]
    requires: frozenset[str]
    bears_on: tuple[str, ...]
    floor: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRule:
    """Who must sign a kind of request that is granted, for how long at most, and under which conditions."""

    roles: tuple[str, ...]
    longest: Period
    requires: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """One version of a policy. `frameworks` names frameworks whose own red lines hold too, as `ID@VERSION`."""

    id: str
    title: str
    frameworks: tuple[str, ...]
    uses: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...]
    levels: tuple[tuple[str, str], ...]
    lines: tuple[PolicyLine, ...]
    clauses: tuple[PolicyClause, ...]
    approvals: tuple[tuple[RequestKind, ApprovalRule], ...]

    def clause(self, name: str) -> PolicyClause | None:
        """Return the clause of an id, None if the policy has none. Pure."""
        return next((clause for clause in self.clauses if clause.id == name), None)

    def approval(self, kind: RequestKind) -> ApprovalRule | None:
        """Return who approves a kind of request, None if the policy does not say: then nobody can. Pure."""
        return dict(self.approvals).get(kind)

    def level_of(self, model: str) -> str:
        """Return a model's safety level, "" if the policy does not name it. Pure."""
        return dict(self.levels).get(model, "")
