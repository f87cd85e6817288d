# SPDX-License-Identifier: Apache-2.0
"""Approvals and notices: no peer clause removes one, and nothing stands in for one (D-9, D-11)."""

from __future__ import annotations

from collections.abc import Iterator

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench
from ruleout.analysis.properties.result import Result, Status
from ruleout.analysis.properties.trial import Query, failed, never
from ruleout.engine.evaluate import Contribution, Evaluation, rules_of
from ruleout.model.formula import Atom, Formula, Kind, atoms_of
from ruleout.model.framework import Framework, PeerClause, PeerKind, Rule
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

#: What roles do: approve, and be told before.
ACTS = (Kind.APPROVED, Kind.NOTIFIED_BEFORE)


def approvals(bench: Bench) -> Iterator[Result]:
    """Yield, per rule that demands an act, that no peer clause removes it and nothing stands in for it."""
    for activity in Activity:
        for rule in rules_of(bench.framework, activity):
            if not acts_of(rule):
                continue
            yield from (_removed(bench, activity, rule, clause) for clause in lowering(bench.framework, rule))
            if rule.require is not None and _acts(rule.require):
                yield _needed(bench, activity, rule, rule.require)


def acts_of(rule: Rule) -> tuple[Atom, ...]:
    """Return every approval and notice a rule asks about, in its condition too, sorted. Pure."""
    formulas = [f for f in (rule.condition, rule.require) if f is not None]
    return tuple(sorted({atom for formula in formulas for atom in _acts(formula)}))


def contribution(evaluation: Evaluation, name: str) -> Contribution:
    """Return the contribution with an id, which must be there. Pure."""
    return next(c for c in evaluation.contributions if c.id == name)


def lowering(framework: Framework, rule: Rule) -> tuple[PeerClause, ...]:
    """Return the permissive peer clauses that name a rule. Pure."""
    named = (c for c in framework.peer_clauses if rule.clause.id in c.lowers)
    return tuple(c for c in named if c.kind is PeerKind.PERMITS_LOWERING)


def _acts(formula: Formula) -> frozenset[Atom]:
    return frozenset(atom for atom, _ in atoms_of(formula) if atom.kind in ACTS)


def _removed(bench: Bench, activity: Activity, rule: Rule, clause: PeerClause) -> Result:
    """A clause may not even name such a rule; the state shown is one in which using it would matter."""
    now, name, own = bench.now, rule.clause.id, clause.clause.id
    levels = now.rule_levels(rule)
    matters = z3.Or([levels.at_least(outcome) for outcome in Outcome if outcome > clause.floor])

    def holds(evaluation: Evaluation, _: Evaluation | None) -> bool:
        found = contribution(evaluation, name)
        return found.outcome > clause.floor or found.lowered_by == own

    demands = ", ".join(str(atom) for atom in acts_of(rule))
    fault = failed("approvals", activity.value, f"peer clause {own} names {name}, which demands {demands}", own, name)
    query = Query(activity=activity, facts=(now.in_use(clause, invoked=True), matters), holds=holds, invoked=True)
    found = never(bench, query, fault)
    return fault if found.status is Status.PROVED else found


def _needed(bench: Bench, activity: Activity, rule: Rule, require: Formula) -> Result:
    now, name, acts = bench.now, rule.clause.id, sorted(_acts(require))
    none = [z3.Not(now.is_yes(atom)) for atom in acts]
    applies = [] if rule.condition is None else [z3.Not(now.counted(rule.condition)[1])]

    def holds(evaluation: Evaluation, _: Evaluation | None) -> bool:
        return contribution(evaluation, name).required is Verdict.YES

    says = f"{name} is met without any {' or '.join(str(atom) for atom in acts)}"
    query = Query(activity=activity, facts=(*none, *applies, now.counted(require)[0]), holds=holds, invoked=False)
    return never(bench, query, failed("approvals", activity.value, says, name))
