# SPDX-License-Identifier: Apache-2.0
"""What facts about others and invoked clauses can never do: relax by themselves, cross a floor, cost nothing (D-9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench
from ruleout.analysis.properties.acts import ACTS, acts_of, contribution, lowering
from ruleout.analysis.properties.result import Result, Status
from ruleout.analysis.properties.trial import Query, blamed, failed, never, relaxes
from ruleout.engine.evaluate import Evaluation, rules_of
from ruleout.model.formula import Atom, Kind
from ruleout.model.framework import PeerClause, PeerKind, Rule
from ruleout.model.outcome import Activity, Outcome

_COSTS = (*ACTS, Kind.ARGUMENT)


def peers(bench: Bench) -> Iterator[Result]:
    """Yield, per activity, that no fact about others relaxes anything unless a permissive clause is invoked.

    Where one is, that a fact is known to be false still counts like one that is not established.
    """
    now, then = bench.now, bench.then
    for activity in Activity:
        others = [a for a in now.atoms(activity) if a.kind is Kind.PEER]
        if not others:
            continue
        learnt = [z3.Implies(now.is_yes(a), then.is_yes(a)) for a in others]
        facts = (*bench.same_but(others), *learnt, now.outcome(activity).exceeds(then.outcome(activity)))
        fault = failed("peers", activity.value, "what others do relaxes it, without any clause being invoked")
        query = Query(activity=activity, facts=facts, holds=relaxes, pair=True, invoked=False)
        found = never(bench, query, fault)
        yield blamed(found)
        if now.permits and found.status is Status.PROVED:
            yield blamed(_unestablished(bench, activity, others))


def floors(bench: Bench) -> Iterator[Result]:
    """Yield, per rule that a peer clause lowers, that it stays at the clause's floor and never becomes *proceed*."""
    for activity in Activity:
        for rule in rules_of(bench.framework, activity):
            clauses = lowering(bench.framework, rule)
            if clauses:
                yield _floor(bench, activity, rule, clauses)


def price(bench: Bench) -> Iterator[Result]:
    """Yield, per permissive peer clause, that using it costs an act, an argument or a duty.

    That it opens an activity while nobody has approved or been told anything is a finding: the document allows it.
    """
    for clause in bench.framework.peer_clauses:
        if clause.kind is PeerKind.PERMITS_LOWERING:
            yield _price(bench, clause)
            yield from _unapproved(bench, clause)


def _unestablished(bench: Bench, activity: Activity, others: Sequence[Atom]) -> Result:
    now, then = bench.now, bench.then
    same = [now.is_yes(a) == then.is_yes(a) for a in others]
    differs = now.outcome(activity, invoked=None).exceeds(then.outcome(activity, invoked=None))
    says = "a fact about others that is known to be false counts otherwise than one that is not established"
    facts = (*bench.same_but(others), *same, differs)
    query = Query(activity=activity, facts=facts, holds=relaxes, pair=True)
    return never(bench, query, failed("peers", activity.value, says))


def _floor(bench: Bench, activity: Activity, rule: Rule, clauses: tuple[PeerClause, ...]) -> Result:
    now, name = bench.now, rule.clause.id
    floor_of = {c.clause.id: max(c.floor, Outcome.RESTRICT) for c in clauses}
    plain, used = now.rule_levels(rule), now.rule_levels(rule, invoked=None)
    kept = [z3.And(now.in_use(c, invoked=None), used.at_least(floor_of[c.clause.id])) for c in clauses]

    def holds(evaluation: Evaluation, _: Evaluation | None) -> bool:
        found = contribution(evaluation, name)
        return bool(found.lowered_by) and found.outcome < floor_of[found.lowered_by]

    says = f"a peer clause lowers {name} below its floor, or to proceed"
    query = Query(activity=activity, facts=(plain.exceeds(used), z3.Not(z3.Or(kept))), holds=holds)
    return never(bench, query, failed("floors", activity.value, says, *floor_of, name))


def _price(bench: Bench, clause: PeerClause) -> Result:
    name = clause.clause.id
    fault = failed("price", name, "it lowers rules at no cost: no approval, argument or duty goes with it", name)
    found = (never(bench, _lowers(bench, r, clause, _COSTS), fault) for r in _lowered(bench, clause))
    proved = Result(property="price", subject=name)
    return next((result for result in found if result.status is not Status.PROVED and not clause.duties), proved)


def _unapproved(bench: Bench, clause: PeerClause) -> Iterator[Result]:
    """Activities that the clause alone opens while nobody has approved or been told anything."""
    now, name = bench.now, clause.clause.id
    unasked = [z3.Not(now.is_yes(atom)) for atom in now.questions if atom.kind in ACTS]
    for activity in sorted({a for rule in _lowered(bench, clause) for a in rule.activities}, key=list(Activity).index):
        closed = now.outcome(activity).at_least(Outcome.HOLD)
        opened = z3.Not(now.outcome(activity, invoked=frozenset({name})).at_least(Outcome.HOLD))
        query = Query(
            activity=activity,
            facts=(*unasked, closed, opened),
            holds=lambda now, _: now.outcome.opens and any(c.lowered_by == name for c in now.contributions),
            invoked=frozenset({name}),
        )
        says = "it opens this although nobody approved or was told"
        found = never(bench, query, replace(failed("price", activity.value, says), status=Status.FINDING))
        if found.witness is not None:
            yield replace(found, clauses=(name, *found.witness.determined_by))
        elif found.status is not Status.PROVED:
            yield found


def _lowered(bench: Bench, clause: PeerClause) -> tuple[Rule, ...]:
    """The rules a clause may lower: of those that demand an act, `approvals` speaks."""
    rules = (rule for rule in bench.framework.rules if clause in lowering(bench.framework, rule))
    return tuple(rule for rule in rules if rule.clause.force.gates and not acts_of(rule))


def _lowers(bench: Bench, rule: Rule, clause: PeerClause, costs: tuple[Kind, ...]) -> Query:
    """A state in which the clause lowers the rule although nothing of the given kinds was done."""
    now, name = bench.now, clause.clause.id
    unpaid = [z3.Not(now.is_yes(atom)) for atom in now.questions if atom.kind in costs]
    lowers = now.rule_levels(rule).exceeds(now.rule_levels(rule, invoked=frozenset({name})))
    return Query(
        activity=rule.activities[0],
        facts=(*unpaid, lowers),
        holds=lambda evaluation, _: contribution(evaluation, rule.clause.id).lowered_by == name,
        invoked=frozenset({name}),
    )
