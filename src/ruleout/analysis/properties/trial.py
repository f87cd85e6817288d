# SPDX-License-Identifier: Apache-2.0
"""The two ways to try a property: nothing may show it, or something must. Both put what they find to the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench
from ruleout.analysis.properties.result import Result, Status
from ruleout.analysis.symbolic import Invoked
from ruleout.engine.evaluate import Evaluation
from ruleout.model.outcome import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to the solver.

    Attributes:
        activity: what is decided about, for the witness.
        facts: what has to hold at once.
        holds: whether the engine, told the state (and the second one), sees it too.
        pair: whether the facts speak about two states.
        invoked: which peer clauses are invoked; None leaves it open.
    """

    activity: Activity
    facts: tuple[z3.BoolRef, ...]
    holds: Callable[[Evaluation, Evaluation | None], bool]
    pair: bool = False
    invoked: Invoked = None


def never(bench: Bench, query: Query, fault: Result) -> Result:
    """Return *proved* if no state fits the query, else the fault with its smallest state. Pure."""
    searched = bench.search(query.facts, pair=query.pair, invoked=query.invoked)
    if not searched.settled:
        return unsettled(fault, bench.timeout_ms)
    if searched.example is None:
        return Result(property=fault.property, subject=fault.subject)
    return replace(fault, witness=bench.witness(query.activity, searched.example, query.holds))


def possible(bench: Bench, queries: Iterable[Query], fault: Result) -> Result:
    """Return *proved* as soon as a state fits one of the queries and the engine confirms it, else the fault. Pure."""
    late = False
    for query in queries:
        searched = bench.search(query.facts, pair=query.pair, invoked=query.invoked, smallest=False)
        if searched.example is not None:
            bench.confirm(query.activity, searched.example, query.holds)
            return Result(property=fault.property, subject=fault.subject)
        late = late or not searched.settled
    return unsettled(fault, bench.timeout_ms) if late else fault


def failed(property_: str, subject: str, says: str, *clauses: str) -> Result:
    """Return a failure, which a search then confirms or replaces by a proof. Pure."""
    return Result(property=property_, subject=subject, status=Status.FAILED, clauses=clauses, says=says)


def blamed(result: Result) -> Result:
    """Return the result with what determined its first state as the clauses at fault, where none are named. Pure."""
    if result.witness is None or result.clauses:
        return result
    return replace(result, clauses=result.witness.determined_by)


def relaxes(now: Evaluation, then: Evaluation | None) -> bool:
    """Whether the second state opens more than the first. Pure."""
    return then is not None and then.outcome < now.outcome


def unsettled(fault: Result, timeout_ms: int) -> Result:
    """Return that a property was not proved, with the time the solver had. Pure."""
    says = f"not settled within {timeout_ms / 1000:g} s"
    return Result(property=fault.property, subject=fault.subject, status=Status.NOT_PROVED, says=says)
