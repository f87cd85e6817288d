# SPDX-License-Identifier: Apache-2.0
"""Peer clauses that do what they say: an obliging one can oblige, a permissive one can permit (D-9)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench, Disagreement
from ruleout.analysis.properties.acts import contribution
from ruleout.analysis.properties.result import Result
from ruleout.analysis.properties.trial import Query, failed, possible, relaxes, unsettled
from ruleout.engine.evaluate import Reading
from ruleout.model.formula import Atom, Formula, Kind, atoms_of
from ruleout.model.framework import PeerClause, PeerKind, Rule
from ruleout.model.outcome import Activity, Outcome


def peer_clauses(bench: Bench) -> Iterator[Result]:
    """Yield, per peer clause that obliges or permits, that some state exists in which it does."""
    for clause in bench.framework.peer_clauses:
        name = clause.clause.id
        if clause.kind is PeerKind.PERMITS_LOWERING:
            fault = failed("peer-clauses", name, "it permits, but lowers nothing in any state", name)
            yield possible(bench, _lowerings(bench, clause), fault)
        elif clause.kind in (PeerKind.OBLIGES_DELAY, PeerKind.OBLIGES_MATCHING) and clause.when is not None:
            yield _obliges(bench, clause, clause.when)


def _lowerings(bench: Bench, clause: PeerClause) -> Iterator[Query]:
    now, invoked = bench.now, frozenset({clause.clause.id})
    for rule in bench.framework.rules:
        if rule.clause.id in clause.lowers and rule.clause.force.gates:
            lowers = now.rule_levels(rule).exceeds(now.rule_levels(rule, invoked=invoked))
            yield _lowering(rule, clause, lowers)


def _lowering(rule: Rule, clause: PeerClause, lowers: z3.BoolRef) -> Query:
    return Query(
        activity=rule.activities[0],
        facts=(lowers,),
        holds=lambda now, _: contribution(now, rule.clause.id).lowered_by == clause.clause.id,
        invoked=frozenset({clause.clause.id}),
    )


def _obliges(bench: Bench, clause: PeerClause, when: Formula) -> Result:
    """By a rule that carries it out, or, where it obliges to match, by a duty that it triggers."""
    name = clause.clause.id
    if clause.kind is PeerKind.OBLIGES_MATCHING and clause.duties:
        return _triggers(bench, name, when)
    fault = failed("peer-clauses", name, "it obliges to nothing: no rule restricts anything because of it", name)
    return possible(bench, _bites(bench, clause, when), fault)


def _triggers(bench: Bench, name: str, when: Formula) -> Result:
    fault = failed("peer-clauses", name, "it never obliges: its condition can not be established", name)
    searched = bench.search([bench.now.known(when)[0]], invoked=False, smallest=False)
    if not searched.settled:
        return unsettled(fault, bench.timeout_ms)
    if searched.example is None:
        return fault
    if not Reading(bench.framework, searched.example.now).is_established(when):
        raise Disagreement(f"{bench.framework.id}: solver and engine differ about when {name} holds")
    return Result(property=fault.property, subject=name)


def _bites(bench: Bench, clause: PeerClause, when: Formula) -> Iterator[Query]:
    """Two states that differ in what is established of others only: the first is restricted more."""
    others = sorted({atom for atom, _ in atoms_of(when) if atom.kind is Kind.PEER})
    for rule in bench.framework.rules:
        if rule.peer_clause == clause.clause.id and rule.clause.force.gates:
            carried = z3.And(bench.now.known(when)[0], bench.now.rule_levels(rule).at_least(Outcome.RESTRICT))
            yield from (_bite(bench, activity, carried, others) for activity in rule.activities)


def _bite(bench: Bench, activity: Activity, carried: z3.BoolRef, others: Sequence[Atom]) -> Query:
    now, then = bench.now, bench.then
    if not others:
        return Query(
            activity=activity,
            facts=(carried, now.outcome(activity).at_least(Outcome.RESTRICT)),
            holds=lambda first, _: first.outcome > Outcome.PROCEED,
            invoked=False,
        )
    unknown = [z3.Not(then.is_yes(atom)) for atom in others]
    harder = now.outcome(activity).exceeds(then.outcome(activity))
    facts = (*bench.same_but(others), carried, *unknown, harder)
    return Query(activity=activity, facts=facts, holds=relaxes, pair=True, invoked=False)
