# SPDX-License-Identifier: Apache-2.0
"""What is not known never opens what an answer would close, and reaching a threshold never relaxes (D-14b, D-5).

Two exceptions are findings, each with its state: a burden of proof that says otherwise (D-5), and a fact about others,
which counts only once it is established (D-9), so that what it obliges to falls away while it is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.bench import Bench
from ruleout.analysis.properties.result import Result, Status
from ruleout.analysis.properties.trial import Query, blamed, failed, never, relaxes
from ruleout.engine.evaluate import rules_of
from ruleout.framework.polarity import CautionException, caution_exceptions
from ruleout.model.formula import Atom, Kind, atoms_of
from ruleout.model.framework import Rule
from ruleout.model.outcome import Activity


def caution(bench: Bench) -> Iterator[Result]:
    """Yield, per activity, that no answer turned into UNKNOWN relaxes it, and each exception that lets one do so."""
    for activity in Activity:
        listed = _listed(bench, activity)
        excused = {Atom(Kind.THRESHOLD, e.threshold) for e in listed}
        own = [a for a in bench.now.atoms(activity) if a.kind is not Kind.PEER and a not in excused]
        says = "an answer that is not known opens more than the answer would"
        law = failed("caution", activity.value, says)
        yield blamed(never(bench, _forgetting(bench, activity, own), law))
        for atom in sorted(excused):
            found = never(bench, _forgetting(bench, activity, [atom]), _excused(activity, atom, listed))
            if found.status is not Status.PROVED:
                yield found
        for rule in rules_of(bench.framework, activity):
            yield from _unestablished(bench, activity, rule)


def direction(bench: Bench) -> Iterator[Result]:
    """Yield, per activity, that no threshold opens more when it is reached than when it is ruled out."""
    now, then = bench.now, bench.then
    for activity in Activity:
        thresholds = [a for a in now.atoms(activity) if a.kind is Kind.THRESHOLD]
        if not thresholds:
            continue
        facts = bench.same_but(thresholds)
        for atom in thresholds:
            same = z3.And(now.is_yes(atom) == then.is_yes(atom), now.is_no(atom) == then.is_no(atom))
            facts.append(z3.Or(same, z3.And(now.is_no(atom), then.is_yes(atom))))
        facts.append(now.outcome(activity).exceeds(then.outcome(activity)))
        query = Query(activity=activity, facts=tuple(facts), holds=relaxes, pair=True, invoked=False)
        says = "reaching a threshold opens more than ruling it out"
        yield blamed(never(bench, query, failed("direction", activity.value, says)))


def _forgetting(bench: Bench, activity: Activity, atoms: Sequence[Atom]) -> Query:
    """Two states: the second knows less about some of the given questions, and yet opens more."""
    now, then = bench.now, bench.then
    facts = bench.same_but(atoms)
    facts += [z3.Implies(then.is_yes(a), now.is_yes(a)) for a in atoms]
    facts += [z3.Implies(then.is_no(a), now.is_no(a)) for a in atoms]
    facts.append(now.outcome(activity, invoked=None).exceeds(then.outcome(activity, invoked=None)))
    return Query(activity=activity, facts=tuple(facts), holds=relaxes, pair=True)


def _unestablished(bench: Bench, activity: Activity, rule: Rule) -> Iterator[Result]:
    """Whether a rule restricts less once a fact about others is no longer established."""
    formulas = [f for f in (rule.condition, rule.require) if f is not None]
    others = sorted({atom for formula in formulas for atom, _ in atoms_of(formula) if atom.kind is Kind.PEER})
    if not others:
        return
    query = _forgetting(bench, activity, others)
    bites = bench.now.rule_levels(rule, invoked=None).exceeds(bench.then.rule_levels(rule, invoked=None))
    says = f"{rule.clause.id} falls away while it is not established: {', '.join(sorted(a.name for a in others))}"
    excused = replace(failed("caution", activity.value, says, rule.clause.id), status=Status.FINDING)
    found = never(bench, replace(query, facts=(*query.facts, bites)), excused)
    if found.status is not Status.PROVED:
        yield found


def _listed(bench: Bench, activity: Activity) -> tuple[CautionException, ...]:
    covered = {rule.clause.id for rule in rules_of(bench.framework, activity)}
    covered |= {line.clause.id for line in bench.framework.red_lines}
    return tuple(e for e in caution_exceptions(bench.framework) if e.rule in covered)


def _excused(activity: Activity, atom: Atom, listed: tuple[CautionException, ...]) -> Result:
    own = [e for e in listed if e.threshold == atom.name]
    return Result(
        property="caution",
        subject=activity.value,
        status=Status.FINDING,
        clauses=(atom.name, *dict.fromkeys(e.rule for e in own)),
        says="; ".join(dict.fromkeys(e.because for e in own)),
    )
