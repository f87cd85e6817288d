# SPDX-License-Identifier: Apache-2.0
"""Every activity and state has one outcome, and every figure one comparison (D-14a, D-2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench, Disagreement
from ruleout.analysis.properties.result import Result, Status
from ruleout.analysis.properties.trial import Query, failed, never, unsettled
from ruleout.analysis.witness import Example
from ruleout.engine.bars import Sides, compare, rule_out_line
from ruleout.engine.evaluate import State, rules_of
from ruleout.model.evidence import Bar, Comparison, Direction, Indicator
from ruleout.model.formula import Atom, Formula, Kind, atoms_of, quorums_of
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.plain import decimal_text


def totality(bench: Bench) -> Iterator[Result]:
    """Yield, per activity, that every state has exactly one outcome, and that an uncovered activity holds."""
    for activity in Activity:
        fault = failed("totality", activity.value, "no single outcome")
        rungs = bench.now.outcome(activity, invoked=None).rungs
        steps = [z3.And(above, z3.Not(below)) for below, above in pairwise(rungs)]
        facts = [*_both(bench, activity), *steps]
        # The engine gives one outcome by construction, so a state found here can only be a mistake of the encoding.
        yield never(bench, Query(activity=activity, facts=(z3.Or(facts),), holds=lambda *_: False), fault)
        if not rules_of(bench.framework, activity):
            yield _uncovered(bench, activity)


def dangling(framework: Framework) -> tuple[Result, ...]:
    """Return each clause that asks about what its framework does not define; nothing else can be proved then. Pure."""
    defined = _defined(framework)
    found = []
    for name, formula in _by_clause(framework):
        strange = [str(atom) for atom, _ in atoms_of(formula) if atom not in defined]
        roles = {a.name for q in quorums_of(formula) for a, _ in atoms_of(q.who)}
        strange += sorted(roles - {role for role, _ in framework.roles})
        if strange:
            says = f"asks about {', '.join(strange)}, which the framework does not define"
            found.append(failed("totality", name, says, name))
    return tuple(found)


def bars(bench: Bench) -> Iterator[Result]:
    """Yield, per indicator with two bars, that no figure both clears the one and reaches the other (D-2)."""
    for indicator in bench.framework.indicators:
        if indicator.rule_out is not None and indicator.reached is not None:
            yield _bars(bench, indicator, indicator.rule_out, indicator.reached)


def _both(bench: Bench, activity: Activity) -> list[z3.BoolRef]:
    rules = rules_of(bench.framework, activity)
    formulas = [f for rule in rules for f in (rule.condition, rule.require) if f is not None]
    formulas += [line.prohibits for line in bench.framework.red_lines]
    return [z3.And(*bench.now.counted(formula)) for formula in formulas]


def _uncovered(bench: Bench, activity: Activity) -> Result:
    """An activity that no rule covers: the engine holds, and the document should be seen to be silent."""
    fault = failed("totality", activity.value, "no rule covers it, and yet it opens")
    opens = z3.Not(bench.now.outcome(activity, invoked=None).at_least(Outcome.HOLD))
    proved = never(bench, Query(activity=activity, facts=(opens,), holds=lambda now, _: now.outcome.opens), fault)
    if proved.status is not Status.PROVED:
        return proved
    says = "no rule covers it, so it holds whatever is known"
    witness = bench.witness(activity, Example(now=State({})), lambda now, _: not now.outcome.opens)
    return replace(fault, status=Status.FINDING, says=says, witness=witness)


def _by_clause(framework: Framework) -> Iterator[tuple[str, Formula]]:
    for rule in framework.rules:
        yield from ((rule.clause.id, f) for f in (rule.condition, rule.require) if f is not None)
    yield from ((line.clause.id, line.prohibits) for line in framework.red_lines)
    for clause in framework.peer_clauses:
        yield from ((clause.clause.id, f) for f in (clause.when, clause.requires) if f is not None)


def _defined(framework: Framework) -> frozenset[Atom]:
    atoms = {Atom(Kind.THRESHOLD, t.clause.id) for t in framework.thresholds}
    atoms |= {Atom(Kind.SAFEGUARD, s.clause.id) for s in framework.safeguards}
    atoms |= {Atom(Kind.INTERIM, s.clause.id) for s in framework.safeguards if s.interim is not None}
    atoms |= {Atom(Kind.ARGUMENT, a.clause.id) for a in framework.arguments}
    atoms |= {Atom(Kind.QUESTION, q.clause.id) for q in framework.questions}
    atoms |= {Atom(Kind.PEER, p.clause.id) for p in framework.peer_questions}
    return frozenset(atoms | {q.atom for _, formula in _by_clause(framework) for q in quorums_of(formula)})


def _bars(bench: Bench, indicator: Indicator, rule_out: Bar, reached: Bar) -> Result:
    high = indicator.direction is Direction.HIGH
    figure = z3.Real("figure")
    solver = z3.Solver()
    solver.set("timeout", bench.timeout_ms)
    solver.add(_beyond(figure, reached.value, inclusive=reached.inclusive, above=high))
    line = rule_out_line(indicator, rule_out)
    solver.add(_beyond(figure, line, inclusive=rule_out.inclusive, above=not high))
    fault = failed("bars", indicator.id, "", indicator.threshold)
    found = solver.check()
    if found == z3.unknown:
        return unsettled(fault, bench.timeout_ms)
    if found == z3.unsat:
        return Result(property="bars", subject=indicator.id)
    value = _decimal(solver.model().eval(figure, model_completion=True).as_fraction(), line, reached.value)
    _confirm(indicator, value)
    return replace(fault, says=f"a figure of {decimal_text(value)} rules out and reaches at once")


def _beyond(figure: z3.ArithRef, line: Decimal, *, inclusive: bool, above: bool) -> z3.BoolRef:
    bar = z3.RealVal(str(Fraction(line)))
    if inclusive:
        return figure >= bar if above else figure <= bar
    return figure > bar if above else figure < bar


def _decimal(found: Fraction, *bars: Decimal) -> Decimal:
    """The solver's figure; where that is no finite decimal, the middle of the two bars, which lies between them too."""
    exact = Decimal(found.numerator) / Decimal(found.denominator)
    return exact if Fraction(exact) == found else sum(bars, Decimal(0)) / len(bars)


def _confirm(indicator: Indicator, value: Decimal) -> None:
    """Have the engine compare the figure with both bars, and with the rule-out bar alone."""
    sides = Sides(low=value, high=value)
    said = (compare(indicator, sides).comparison, compare(replace(indicator, reached=None), sides).comparison)
    if said != (Comparison.CROSSED, Comparison.CLEAR):
        raise Disagreement(f"solver and engine differ about {indicator.id} at {decimal_text(value)}: {said}")
