# SPDX-License-Identifier: Apache-2.0
"""What would have to be true for a gate to open, and which single answers would change the outcome (D-13).

Peer facts are nobody's to remedy, so no remedy proposes one; nor does any propose that a threshold be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations, islice

from ruleout.engine.evaluate import Contribution, Evaluation, Reading, State, evaluate_activity, rules_of
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref
from ruleout.model.framework import Framework, Rule
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

#: A set of answers that would have to hold.
Wish = frozenset[tuple[Atom, Verdict]]

#: Sets kept while combining; beyond it the shortest win. Remedies shown are checked one by one either way.
_MOST_WISHES = 256
_MOST_PAIRED = 64
_MOST_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Remedies:
    """The minimal sets with the outcome each gives; `complete` says whether they are all there are."""

    ways: tuple[tuple[Wish, Outcome], ...]
    complete: bool


def find_remedies(
    framework: Framework, activity: Activity, state: State, evaluation: Evaluation, *, fixed: frozenset[Atom]
) -> Remedies:
    """Return the minimal sets of answers that would open the gate, fewest first, with the outcome each gives.

    Pure. Empty when the gate is open, or when nothing the developer does can open it (a red line, no rule, or a
    requirement that nothing can meet).

    Args:
        fixed: questions that no one can change, such as standards the document never defines.

    Source: D-13.
    """
    if evaluation.outcome.opens:
        return Remedies((), complete=True)
    reading = Reading(framework, state)
    rules = {rule.clause.id: rule for rule in rules_of(framework, activity)}
    openings = [
        _openings(contribution, rules.get(contribution.id), reading.answer, fixed)
        for contribution in evaluation.contributions
        if not contribution.outcome.opens
    ]
    wishes = _join(openings)

    def outcome_of(wish: Wish) -> Outcome:
        return evaluate_activity(framework, activity, replace(state, answers={**state.answers, **dict(wish)})).outcome

    tried = [wish for wish in wishes[: 2 * _MOST_SHOWN] if outcome_of(wish).opens]
    checked = _minimal(_reduced(wish, lambda w: outcome_of(w).opens) for wish in tried)
    complete = len(checked) <= _MOST_SHOWN and len(wishes) <= 2 * _MOST_SHOWN
    complete = complete and all(len(opening) <= _MOST_PAIRED for opening in openings)
    return Remedies(tuple((wish, outcome_of(wish)) for wish in checked[:_MOST_SHOWN]), complete=complete)


def _reduced(wish: Wish, opens: Callable[[Wish], bool]) -> Wish:
    """The wish without changes that turn out not to be needed: one that pays for a peer clause may do for others."""
    for change in sorted(wish, key=lambda pair: pair[0]):
        if opens(wish - {change}):
            wish -= {change}
    return wish


def _openings(
    contribution: Contribution, rule: Rule | None, answer: Callable[[Atom], Verdict], fixed: frozenset[Atom]
) -> list[Wish]:
    """The ways to open one blocking contribution: its condition made NO, or its requirement made YES."""
    if rule is None:
        name, _, burden = contribution.id.rpartition("/")
        return [frozenset({(Atom(Kind.THRESHOLD, name), Verdict.NO)})] if burden == "when-unknown" else []
    openings: list[Wish] = []
    if rule.condition is not None:
        openings += _ways(rule.condition, Verdict.NO, answer, fixed)
    if rule.require is not None and rule.met.opens:
        openings += _ways(rule.require, Verdict.YES, answer, fixed)
    return _minimal(openings)


def _ways(formula: Formula, want: Verdict, answer: Callable[[Atom], Verdict], fixed: frozenset[Atom]) -> list[Wish]:
    """Minimal sets of changed answers that give a formula the wanted verdict; `[frozenset()]` if it has it."""
    match formula:
        case Ref() | Quorum():
            return _atom_ways(formula.atom, want, answer, fixed)
        case Not(part):
            return _ways(part, Verdict.NO if want is Verdict.YES else Verdict.YES, answer, fixed)
    options = [_ways(part, want, answer, fixed) for part in formula.parts]
    # What needs no change is counted, what nothing changes is not tried: each choice that is left gives a way.
    changing = [ways for ways in options if ways not in ([], [frozenset()])]
    needed = max(0, _parts_needed(formula, want) - options.count([frozenset()]))
    changing.sort(key=lambda ways: len(ways[0]))
    joined: list[Wish] = []
    for chosen in islice(combinations(changing, needed), 4 * _MOST_WISHES):
        joined += _join(chosen)
        if len(joined) > 4 * _MOST_WISHES:
            joined = _minimal(joined)
            if len(joined) >= _MOST_WISHES:
                break
    return _minimal(joined)


def _parts_needed(formula: AllOf | AnyOf | AtLeast, want: Verdict) -> int:
    total = len(formula.parts)
    least = total if isinstance(formula, AllOf) else 1 if isinstance(formula, AnyOf) else formula.needed
    return least if want is Verdict.YES else total - least + 1


def _atom_ways(atom: Atom, want: Verdict, answer: Callable[[Atom], Verdict], fixed: frozenset[Atom]) -> list[Wish]:
    if answer(atom) is want:
        return [frozenset()]
    hopeless = atom in fixed or atom.kind is Kind.PEER or (atom.kind is Kind.THRESHOLD and want is Verdict.YES)
    return [] if hopeless else [frozenset({(atom, want)})]


def _join(options: Iterable[list[Wish]]) -> list[Wish]:
    joined: list[Wish] = [frozenset()]
    for option in options:
        # Of too many pairs only those of the shortest are tried.
        most = _MOST_PAIRED if len(joined) * len(option) > _MOST_PAIRED**2 else _MOST_WISHES
        joined = _minimal(_consistent(a | b for a in joined[:most] for b in option[:most]))
    return joined


def _consistent(wishes: Iterable[Wish]) -> list[Wish]:
    return [wish for wish in wishes if len({atom for atom, _ in wish}) == len(wish)]


def _minimal(wishes: Iterable[Wish]) -> list[Wish]:
    """The wishes that contain no other, fewest changes first, in a fixed order."""
    kept: list[Wish] = []
    for wish in sorted(set(wishes), key=lambda w: (len(w), sorted((str(a), v.value) for a, v in w))):
        if not any(other <= wish for other in kept):
            kept.append(wish)
        if len(kept) >= _MOST_WISHES:
            break
    return kept


def single_changes(
    framework: Framework, activity: Activity, state: State, asked: Iterable[Atom], outcome: Outcome
) -> tuple[tuple[Atom, Verdict, Outcome], ...]:
    """Return each single answer that, had it been different, would change the outcome. Pure. Source: D-12."""
    changes = []
    for atom in asked:
        for verdict in Verdict:
            if verdict is state.known(atom):
                continue
            other = evaluate_activity(framework, activity, state.with_answer(atom, verdict)).outcome
            if other is not outcome:
                changes.append((atom, verdict, other))
    return tuple(changes)
