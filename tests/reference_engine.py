# SPDX-License-Identifier: Apache-2.0
"""A second engine, written to be read: no sharing with the first but the model's data (D-14f).

It answers every question by a number: 0 no, 1 unknown, 2 yes. *All of* is the minimum, *any of* the maximum, *not*
is two minus, *at least k* is the k-th largest. Outcomes are numbers too: proceed 0, restrict 1, hold 2, stop 3.
"""

from __future__ import annotations

from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref
from ruleout.model.framework import Framework, PeerKind, Rule
from ruleout.model.outcome import Activity, BurdenOfProof, Outcome
from ruleout.model.verdict import Verdict

NUMBER = {Verdict.NO: 0, Verdict.UNKNOWN: 1, Verdict.YES: 2}
LEVEL = {Outcome.PROCEED: 0, Outcome.RESTRICT: 1, Outcome.HOLD: 2, Outcome.STOP: 3}


def reference_outcome(
    framework: Framework,
    activity: Activity,
    answers: dict[Atom, Verdict],
    invoked: frozenset[str],
    excepted: dict[Atom, Outcome] | None = None,
) -> str:
    """Return the outcome's word, worked out rule by rule; `excepted` says which answers rest on exceptions of which floor."""
    floors = {atom: LEVEL[floor] for atom, floor in (excepted or {}).items()}
    raw = {atom: NUMBER[verdict] for atom, verdict in answers.items()}

    def as_counted(atom: Atom) -> int:
        number = raw.get(atom, 1)
        if atom.kind is Kind.THRESHOLD and number == 1:
            burden = next(t.when_unknown for t in framework.thresholds if t.clause.id == atom.name)
            return {BurdenOfProof.REACHED: 2, BurdenOfProof.NOT_REACHED: 0}.get(burden, 1)
        if atom.kind is Kind.PEER:
            return 2 if number == 2 else 0
        return number

    def as_known(atom: Atom) -> int:
        return raw.get(atom, 1)

    worst = -1
    for rule in framework.rules:
        if activity not in rule.activities or rule.clause.force.value in ("public-goal", "recommendation"):
            continue
        level = rule_level(rule, as_counted)
        for peer in framework.peer_clauses:
            usable = (
                peer.kind is PeerKind.PERMITS_LOWERING
                and peer.clause.id in invoked
                and rule.clause.id in peer.lowers
                and peer.when is not None
                and number_of(peer.when, as_known) == 2
                and (peer.requires is None or number_of(peer.requires, as_known) == 2)
                and not asks_for_an_act(rule.require)
                and not asks_for_an_act(rule.condition)
            )
            if usable:
                paid = [leaf for part in (peer.when, peer.requires) if part is not None for leaf in leaves(part)]
                level = min(level, max([LEVEL[peer.floor]] + [floors.get(leaf, 0) for leaf in paid]))
        asked = [leaf for part in (rule.condition, rule.require) if part is not None for leaf in leaves(part)]
        worst = max([worst, level] + [floors.get(leaf, 0) for leaf in asked])
        for threshold in framework.thresholds:
            own = Atom(Kind.THRESHOLD, threshold.clause.id)
            if threshold.when_unknown is BurdenOfProof.HOLD and raw.get(own, 1) == 1 and mentions(rule, own):
                worst = max(worst, 2)
    if worst < 0:
        worst = 2
    for line in framework.red_lines:
        if number_of(line.prohibits, as_known) != 0:
            worst = 3
        worst = max([worst] + [floors.get(leaf, 0) for leaf in leaves(line.prohibits)])
    return ("proceed", "restrict", "hold", "stop")[worst]


def rule_level(rule: Rule, answer) -> int:  # type: ignore[no-untyped-def]
    """If the condition is surely false: 0. Else the requirement decides, and anything but a sure yes fails it."""
    if rule.condition is not None and number_of(rule.condition, answer) == 0:
        return 0
    if rule.require is not None and number_of(rule.require, answer) == 2:
        return LEVEL[rule.met]
    return max(LEVEL[rule.met], LEVEL[rule.otherwise])


def number_of(formula: Formula, answer) -> int:  # type: ignore[no-untyped-def]
    """The formula as arithmetic."""
    if isinstance(formula, Ref | Quorum):
        return answer(formula.atom)
    if isinstance(formula, Not):
        return 2 - number_of(formula.part, answer)
    numbers = sorted((number_of(part, answer) for part in formula.parts), reverse=True)
    if isinstance(formula, AllOf):
        return numbers[-1]
    if isinstance(formula, AnyOf):
        return numbers[0]
    assert isinstance(formula, AtLeast)
    return numbers[formula.needed - 1]


def mentions(rule: Rule, atom: Atom) -> bool:
    """Whether a rule asks a question anywhere."""
    return any(atom in leaves(f) for f in (rule.condition, rule.require) if f is not None)


def asks_for_an_act(formula: Formula | None) -> bool:
    """Whether a requirement holds an approval or a notification."""
    return formula is not None and any(a.kind in (Kind.APPROVED, Kind.NOTIFIED_BEFORE) for a in leaves(formula))


def leaves(formula: Formula) -> set[Atom]:
    """Every question in a formula."""
    if isinstance(formula, Ref | Quorum):
        return {formula.atom}
    if isinstance(formula, Not):
        return leaves(formula.part)
    return set().union(*(leaves(part) for part in formula.parts))
