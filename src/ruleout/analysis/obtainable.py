# SPDX-License-Identifier: Apache-2.0
"""Which states a case can bring about at all, as constraints between answers (D-6, D-9, D-11).

Holds only what the engine's finding of answers excludes for every case: what it merely makes unlikely is allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.truth import Truth, truth_of
from ruleout.engine.quorum import ways
from ruleout.model.formula import Atom, Formula, Kind, Quorum, atoms_of, quorums_of
from ruleout.model.framework import Framework

#: Quorums with more ways than this are not compared with each other; that only allows more states.
_MOST_WAYS = 64


def formulas_of(framework: Framework) -> tuple[Formula, ...]:
    """Every formula that decides something: of rules, red lines and peer clauses, in the framework's order. Pure."""
    parts = [f for rule in framework.rules for f in (rule.condition, rule.require)]
    parts += [line.prohibits for line in framework.red_lines]
    parts += [f for clause in framework.peer_clauses for f in (clause.when, clause.requires)]
    return tuple(f for f in parts if f is not None)


def questions_of(framework: Framework) -> tuple[Atom, ...]:
    """Every question that decides something, sorted, each once. Pure."""
    return tuple(sorted({atom for formula in formulas_of(framework) for atom, _ in atoms_of(formula)}))


def constraints(framework: Framework, answers: dict[Atom, Truth], *, prefix: str) -> Iterator[z3.BoolRef]:
    """Yield what holds in every state a case can bring about.

    Pure. No question is both YES and NO; a standard that is named without being defined is not met (D-6); interim
    measures and notices are given or missing, never refused; quorums over the same roles agree (D-11).

    Args:
        answers: when each question is YES and when NO.
        prefix: put before the names of the solver's variables, so that two states can stand side by side.
    """
    undefined = {s.clause.id for s in framework.safeguards if s.undefined}
    for atom, (yes, no) in answers.items():
        yield z3.Not(z3.And(yes, no))
        if atom.kind is Kind.SAFEGUARD and atom.name in undefined:
            yield no
        if atom.kind in (Kind.INTERIM, Kind.NOTIFIED_BEFORE):
            yield z3.Not(no)
    quorums = {q.atom: q for formula in formulas_of(framework) for q in quorums_of(formula)}
    yield from _refusals(quorums, answers, prefix=prefix)
    yield from _implied(quorums, answers)


def _refusals(quorums: dict[Atom, Quorum], answers: dict[Atom, Truth], *, prefix: str) -> Iterator[z3.BoolRef]:
    """An approval is NO exactly where refusals leave no way to it."""

    def refused(role: Atom) -> Truth:
        return z3.BoolVal(False), z3.Bool(f"{prefix}{role.name} refuses")

    for atom, quorum in quorums.items():
        if atom.kind is Kind.APPROVED and atom in answers:
            yield answers[atom][1] == truth_of(quorum.who, refused)[1]


def _implied(quorums: dict[Atom, Quorum], answers: dict[Atom, Truth]) -> Iterator[z3.BoolRef]:
    """Who acted for a larger quorum has acted for each that lies within it."""
    seats = {atom: list(ways(quorum.who)) for atom, quorum in quorums.items() if atom in answers}
    for larger, smaller in permutations(seats, 2):
        if larger.kind is smaller.kind and _contains(seats[larger], seats[smaller]):
            yield z3.Implies(answers[larger][0], answers[smaller][0])


def _contains(larger: list[frozenset[str]], smaller: list[frozenset[str]]) -> bool:
    if max(len(larger), len(smaller)) > _MOST_WAYS:
        return False
    return all(any(part <= whole for part in smaller) for whole in larger)
