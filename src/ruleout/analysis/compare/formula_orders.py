# SPDX-License-Identifier: Apache-2.0
"""Which way a formula changes: whether it is YES, or NO, in more states or in fewer (D-1, D-8).

A formula that was only written differently is no change: two formulas are the same if they have one answer in every
state, whatever is unknown in it.
"""

from __future__ import annotations

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.orders import Order, opposite_of
from ruleout.analysis.compare.result import Direction
from ruleout.analysis.truth import Truth, truth_of
from ruleout.engine.resolve import divisors
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, atoms_of


def narrower(*, absent: bool) -> Order:
    """A formula that is YES in fewer cases is stricter; `absent` says whether no formula is YES always or never."""

    def order(old: Formula | None, new: Formula | None) -> Direction | None:
        facts = _when_yes(old, absent=absent), _when_yes(new, absent=absent)
        return _compared(facts, (old, new), wider=Direction.LOOSER)

    return order


def unless_equal(old: Formula | None, new: Formula | None) -> Direction | None:
    """Another meaning; which way it goes depends on what the formula is for."""
    return None if _are_equal(old, new) else Direction.UNCLEAR


def both(order: Order) -> Order:
    """The order of two formulas; where only one version has one, what that means cannot be said."""
    return lambda old, new: Direction.UNCLEAR if old is None or new is None else order(old, new)


def wider(old: Formula | None, new: Formula | None) -> Direction | None:
    """A condition that is NO in fewer cases makes the rule apply more often (D-8); no condition applies always."""
    return _compared((_unless_no(old), _unless_no(new)), (old, new), wider=Direction.STRICTER)


def levelled(order: Order, *, yes_helps: bool) -> Order:
    """An order of what indicators must say, and of the level at which each must: a formula can share it out anew (S-1)."""

    def told(old: Formula | None, new: Formula | None) -> Direction | None:
        direction = order(old, new)
        if old is None or new is None or direction not in (None, Direction.STRICTER):
            return direction
        was, now = (divisors(formula, yes_helps=yes_helps) for formula in (old, new))
        milder = any(now[name] < was[name] for name in was.keys() & now.keys())
        if any(now[name] > was[name] for name in was.keys() & now.keys()):
            return Direction.UNCLEAR if milder else Direction.STRICTER
        return direction if not milder else Direction.LOOSER if direction is None else Direction.UNCLEAR

    return told


def _compared(
    facts: tuple[z3.BoolRef, z3.BoolRef], formulas: tuple[Formula | None, Formula | None], *, wider: Direction
) -> Direction | None:
    """None where two formulas are equal in every state; UNCLEAR where what counts is equal, and not the whole of them."""
    onward, back = _entails(*facts, formulas), _entails(facts[1], facts[0], formulas)
    if onward and back:
        return None if _are_equal(*formulas) else Direction.UNCLEAR
    if onward or back:
        return wider if onward else opposite_of(wider)
    return Direction.UNCLEAR


def _are_equal(one: Formula | None, other: Formula | None) -> bool:
    """Whether two formulas have one answer in every state, UNKNOWN among them (D-1)."""
    if one is None or other is None:
        return one is other
    pairs = zip(truth_of(_act_by_act(one), _facts), truth_of(_act_by_act(other), _facts), strict=True)
    return all(_entails(a, b, (one, other)) and _entails(b, a, (one, other)) for a, b in pairs)


def _when_yes(formula: Formula | None, *, absent: bool) -> z3.BoolRef:
    return z3.BoolVal(absent) if formula is None else truth_of(_act_by_act(formula), _facts)[0]


def _unless_no(formula: Formula | None) -> z3.BoolRef:
    return z3.BoolVal(True) if formula is None else z3.Not(truth_of(_act_by_act(formula), _facts)[1])


def _entails(one: z3.BoolRef, other: z3.BoolRef, formulas: tuple[Formula | None, Formula | None]) -> bool:
    """Whether the second fact holds wherever the first does, whatever the answers to what the formulas ask."""
    solver = z3.Solver()
    for formula in formulas:
        for atom, _ in atoms_of(_act_by_act(formula)) if formula is not None else ():
            solver.add(z3.Not(z3.And(*_facts(atom))))
    return bool(solver.check(z3.And(one, z3.Not(other))) == z3.unsat)


def _act_by_act(formula: Formula, kind: Kind | None = None) -> Formula:
    """The formula with each quorum told by its roles' single acts, so that quorums of different size compare."""
    match formula:
        case Ref(atom):
            return formula if kind is None else Ref(Atom(kind, atom.name))
        case Quorum():
            return _act_by_act(formula.who, formula.kind)
        case Not(part):
            return Not(_act_by_act(part, kind))
        case AllOf(parts):
            return AllOf(tuple(_act_by_act(part, kind) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_act_by_act(part, kind) for part in parts))
        case AtLeast(needed, parts):
            return AtLeast(needed, tuple(_act_by_act(part, kind) for part in parts))


def _facts(atom: Atom) -> Truth:
    return z3.Bool(f"{atom.kind.value} {atom.name} yes"), z3.Bool(f"{atom.kind.value} {atom.name} no")
