# SPDX-License-Identifier: Apache-2.0
"""What has to be possible: thresholds that matter, rules that decide, gates that open, clauses that oblige (D-7, D-9).

A clause without any effect is a promise on paper only. What the document itself leaves without effect, such as a
standard it names and does not define, is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench
from ruleout.analysis.levels import Levels, worst
from ruleout.analysis.properties.acts import contribution
from ruleout.analysis.properties.result import Result, Status
from ruleout.analysis.properties.trial import Query, failed, possible, relaxes
from ruleout.engine.evaluate import Evaluation, rules_of
from ruleout.model.formula import Atom, Formula, Kind, atoms_of
from ruleout.model.framework import Rule, Standing
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

Holds = Callable[[Evaluation, Evaluation | None], bool]


def thresholds(bench: Bench) -> Iterator[Result]:
    """Yield, per threshold, that in some state reaching it restricts some activity more than ruling it out.

    Checkpoints and watched capabilities are left out: documents gate nothing on them.
    """
    for threshold in bench.framework.thresholds:
        name = threshold.clause.id
        if threshold.standing is Standing.THRESHOLD:
            fault = failed("thresholds", name, "no gate restricts anything when it is reached", name)
            yield possible(bench, _restricted(bench, Atom(Kind.THRESHOLD, name)), fault)


def shadowed(bench: Bench) -> Iterator[Result]:
    """Yield, per activity and rule, that in some state the rule alone determines the outcome."""
    for activity in Activity:
        parts = bench.now.contributions(activity)
        for rule in rules_of(bench.framework, activity):
            yield _shadowed(bench, activity, rule, parts)


def opens(bench: Bench) -> Iterator[Result]:
    """Yield, per activity that rules cover, that in some state it may go ahead without any clause being invoked."""
    for activity in Activity:
        if rules_of(bench.framework, activity):
            yield _opens(bench, activity)


def requirements(bench: Bench) -> Iterator[Result]:
    """Yield, per rule with a requirement, that it can be met and that meeting it makes a difference."""
    seen: set[str] = set()
    for rule in bench.framework.rules:
        if rule.require is not None and rule.clause.id not in seen and rule.clause.force.gates:
            seen.add(rule.clause.id)
            yield _requirement(bench, rule, rule.require)


def _restricted(bench: Bench, atom: Atom) -> Iterator[Query]:
    now, then = bench.now, bench.then
    for activity in Activity:
        if atom in now.atoms(activity):
            harder = now.outcome(activity).exceeds(then.outcome(activity))
            facts = (*bench.same_but([atom]), now.is_yes(atom), then.is_no(atom), harder)
            yield Query(activity=activity, facts=facts, holds=relaxes, pair=True, invoked=False)


def _shadowed(bench: Bench, activity: Activity, rule: Rule, parts: tuple[tuple[str, Levels], ...]) -> Result:
    name = rule.clause.id
    if max(rule.met, rule.otherwise) is Outcome.PROCEED:
        fault = failed("shadowed", activity.value, f"{name} restricts nothing by its own words", name)
        return replace(fault, status=Status.FINDING)
    own = bench.now.rule_levels(rule)
    # By position, not by id: a rule that stands twice shadows itself.
    others = _without_one(parts, name)
    query = Query(
        activity=activity, facts=(own.exceeds(worst(level for _, level in others)),), holds=_alone(name), invoked=False
    )
    found = possible(bench, [query], failed("shadowed", activity.value, "", name))
    if found.status is not Status.FAILED:
        return found
    hiding = _hiding(bench, own, others)
    says = f"{name} never decides alone; always as restrictive: {', '.join(hiding)}"
    return replace(found, clauses=(name, *hiding), says=says)


def _without_one(parts: tuple[tuple[str, Levels], ...], name: str) -> list[tuple[str, Levels]]:
    others = list(parts)
    others.pop([part for part, _ in parts].index(name))
    return others


def _alone(name: str) -> Holds:
    return lambda evaluation, _: evaluation.determining == (name,) and evaluation.outcome is not Outcome.PROCEED


def _hiding(bench: Bench, own: Levels, others: list[tuple[str, Levels]]) -> tuple[str, ...]:
    """A smallest set of contributions that together always restrict at least as much."""
    kept = others
    for part in others:
        fewer = [other for other in kept if other is not part]
        searched = bench.search([own.exceeds(worst(level for _, level in fewer))], invoked=False, smallest=False)
        if searched.settled and searched.example is None:
            kept = fewer
    return tuple(dict.fromkeys(name for name, _ in kept))


def _opens(bench: Bench, activity: Activity) -> Result:
    closed = bench.now.outcome(activity).at_least(Outcome.HOLD)
    query = Query(activity=activity, facts=(z3.Not(closed),), holds=lambda now, _: now.outcome.opens, invoked=False)
    found = possible(bench, [query], failed("opens", activity.value, "nothing can open it"))
    if found.status is not Status.FAILED:
        return found
    blocking = list(bench.now.contributions(activity))
    for part in tuple(blocking):
        fewer = [other for other in blocking if other is not part]
        still = z3.Not(worst(level for _, level in fewer).at_least(Outcome.HOLD))
        searched = bench.search([still], invoked=False, smallest=False)
        if searched.settled and searched.example is None:
            blocking = fewer
    return replace(found, clauses=tuple(dict.fromkeys(name for name, _ in blocking)))


def _requirement(bench: Bench, rule: Rule, require: Formula) -> Result:
    name = rule.clause.id
    if rule.met >= rule.otherwise:
        return failed("requirements", name, f"meeting it makes no difference: {rule.met.value} either way", name)
    query = Query(
        activity=rule.activities[0],
        facts=(bench.now.counted(require)[0],),
        holds=lambda now, _: contribution(now, name).required is Verdict.YES,
        invoked=False,
    )
    found = possible(bench, [query], failed("requirements", name, "nothing can meet it", name))
    undefined = _undefined(bench, require)
    if found.status is not Status.FAILED or not undefined:
        return found
    says = f"nothing can meet it; named by the document and not defined: {', '.join(undefined)}"
    return replace(found, status=Status.FINDING, clauses=(name, *undefined), says=says)


def _undefined(bench: Bench, formula: Formula) -> tuple[str, ...]:
    undefined = {s.clause.id for s in bench.framework.safeguards if s.undefined}
    return tuple(sorted({a.name for a, _ in atoms_of(formula) if a.kind is Kind.SAFEGUARD and a.name in undefined}))
