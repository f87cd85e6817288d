# SPDX-License-Identifier: Apache-2.0
"""The data of two clauses, field by field: what it was, what it is, and whether that asks more or less (D-15).

What is a clause's own words, section, anchor, note, title or lineage is no datum here. A formula that was only written
differently is no change: two formulas are the same if they have one answer in every state, whatever is unknown in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.result import Direction, FieldChange
from ruleout.analysis.truth import Truth, truth_of
from ruleout.model.clause import Period
from ruleout.model.evidence import Bar, Indicator, Stopping, Weight
from ruleout.model.evidence import Direction as Concern
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, atoms_of, text_of
from ruleout.model.framework import (
    Argument,
    ChangeProcedure,
    Criterion,
    DeterminedBy,
    Duty,
    Interim,
    PeerClause,
    PeerQuestion,
    Publicity,
    Recommendation,
    RedLine,
    Rule,
    Safeguard,
    Standing,
    Threshold,
)
from ruleout.model.listed_clauses import Listed
from ruleout.model.outcome import BurdenOfProof, Force, Outcome
from ruleout.model.plain import decimal_text

#: Whether a datum that differs asks more of the developer, less, or neither can be said; None where it means the same.
Order = Callable[[Any, Any], Direction | None]


@dataclass(frozen=True, slots=True)
class Field:
    """One datum of a clause: its name in files, where to find it, and which way it can change."""

    name: str
    attribute: str
    order: Order


def field_changes(old: Listed, new: Listed) -> tuple[FieldChange, ...]:
    """Return what differs between two clauses besides their words, in a fixed order. Pure."""
    return tuple(_changes(old, new))


def _changes(old: Listed, new: Listed) -> Iterator[FieldChange]:
    if old.kind != new.kind:
        yield _change(new.id, "kind", (old.kind, new.kind), _kind_order(old.kind, new.kind))
    forces = old.clause.force, new.clause.force
    if forces[0] is not forces[1]:
        yield _change(new.id, "force", forces, _rising(tuple(reversed(Force)))(*forces))
    if type(old.carrier) is type(new.carrier):
        for field in _FIELDS.get(type(old.carrier), ()):
            values = getattr(old.carrier, field.attribute), getattr(new.carrier, field.attribute)
            direction = None if values[0] == values[1] else field.order(*values)
            if direction is not None:
                yield _change(new.id, field.name, values, direction)
    if isinstance(old.carrier, Threshold) and isinstance(new.carrier, Threshold):
        yield from _validity(new.id, old.carrier, new.carrier)
    if isinstance(old.carrier, Indicator) and isinstance(new.carrier, Indicator):
        yield from _bars(new.id, old.carrier, new.carrier)


def _validity(name: str, old: Threshold, new: Threshold) -> Iterator[FieldChange]:
    elapsed, ratio = (old.valid.elapsed, new.valid.elapsed), (old.valid.compute_ratio, new.valid.compute_ratio)
    if elapsed[0] != elapsed[1]:
        yield _change(name, "valid: elapsed", elapsed, _shorter(*elapsed))
    if ratio[0] != ratio[1]:
        yield _change(name, "valid: effective-compute", ratio, _shorter(*ratio))


def _bars(name: str, old: Indicator, new: Indicator) -> Iterator[FieldChange]:
    """A bar that is moved towards concern asks less: what it is held against must be worse before anything follows."""
    for field, one, other in (
        ("rule-out bar", old.rule_out, new.rule_out),
        ("reached bar", old.reached, new.reached),
        ("alert bar", old.alert, new.alert),
    ):
        if one == other:
            continue
        direction = Direction.UNCLEAR
        if old.direction is new.direction:
            was, now = (_place(bar, new.direction, clears=field == "rule-out bar") for bar in (one, other))
            direction = Direction.LOOSER if now > was else Direction.STRICTER
        yield _change(name, field, (one, other), direction)


def _place(bar: Bar | None, concern: Concern, *, clears: bool) -> tuple[Decimal, bool]:
    """How far towards concern a bar stands; with none, nothing is ever cleared, or nothing ever reached.

    A figure at the bar itself is cleared by one that includes it, and reaches one that does.
    """
    if bar is None:
        return Decimal("-Infinity" if clears else "Infinity"), False
    return bar.value if concern is Concern.HIGH else -bar.value, bar.inclusive is clears


def _change(clause: str, field: str, values: tuple[Any, Any], direction: Direction) -> FieldChange:
    return FieldChange(clause=clause, field=field, was=shown(values[0]), now=shown(values[1]), direction=direction)


def shown(value: object) -> str:
    """Return a datum as it is shown beside another: one line, "none" for nothing. Pure."""
    match value:
        case None | () | "":
            return "none"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case Ref() | Quorum() | Not() | AllOf() | AnyOf() | AtLeast():
            return text_of(value)
        case Bar():
            return f"{decimal_text(value.value)}{' inclusive' if value.inclusive else ''}"
        case Decimal():
            return decimal_text(value)
        case (Period() as shortest, Period() as longest):
            return str(shortest) if shortest == longest else f"{shortest} to {longest}"
        case tuple():
            return ", ".join(shown(item) for item in value)
    return str(value)


# --- which way a datum changes ----------------------------------------------------------------------------------------


def _unordered(_old: object, _new: object) -> Direction:
    return Direction.UNCLEAR


def _rising(order: Sequence[object]) -> Callable[[object, object], Direction]:
    """The further on in the order, the stricter."""
    return lambda old, new: Direction.STRICTER if order.index(new) > order.index(old) else Direction.LOOSER


def _strictest(loose: Sequence[object], strict: object) -> Order:
    """One value asks more than any of some others; among those nothing can be said."""
    return lambda old, new: (
        Direction.STRICTER
        if new is strict and old in loose
        else Direction.LOOSER
        if old is strict and new in loose
        else Direction.UNCLEAR
    )


def _named(old: str, new: str) -> Direction:
    """A demand where there was none is stricter; whether another name asks more cannot be said."""
    return Direction.UNCLEAR if old and new else Direction.LOOSER if old else Direction.STRICTER


def _kind_order(old: str, new: str) -> Direction:
    if old in _DECIDING and new in _SPEAKING:
        return Direction.LOOSER
    return Direction.STRICTER if old in _SPEAKING and new in _DECIDING else Direction.UNCLEAR


_DECIDING = ("rule", "red line", "threshold", "duty", "change procedure")
_SPEAKING = ("recommendation", "left to judgement", "left out")


def _shorter(old: Period | int | None, new: Period | int | None) -> Direction:
    """A limit where there was none is stricter, and so is a nearer one."""
    if old is None or new is None:
        return Direction.STRICTER if old is None else Direction.LOOSER
    if length_of(new) == length_of(old):
        return Direction.UNCLEAR
    return Direction.STRICTER if length_of(new) < length_of(old) else Direction.LOOSER


def _longer(old: Period | None, new: Period | None) -> Direction:
    """A notice where there was none is stricter, and so is a longer one."""
    if old is None or new is None:
        return _shorter(old, new)
    return _opposite_of(_shorter(old, new))


def length_of(limit: Period | int) -> float:
    """Return a limit as a number to compare with others of its kind: a period's mean length in days. Pure."""
    if isinstance(limit, int):
        return limit
    return (limit.years * 12 + limit.months) * 30.436875 + limit.days


def _larger(old: Decimal | int | None, new: Decimal | int | None) -> Direction:
    """The larger demand is stricter, and any is stricter than none."""
    return _opposite_of(_smaller(old, new))


def _smaller(old: Decimal | int | None, new: Decimal | int | None) -> Direction:
    if old is None or new is None:
        return Direction.LOOSER if old is None else Direction.STRICTER
    return Direction.STRICTER if new < old else Direction.LOOSER


def _oftener(old: tuple[Period, Period] | None, new: tuple[Period, Period] | None) -> Direction:
    """The longest permitted interval counts."""
    if old is None or new is None or old[1] != new[1]:
        return _shorter(old and old[1], new and new[1])
    return Direction.UNCLEAR


def _more(old: Sequence[object], new: Sequence[object]) -> Direction | None:
    """What was there and something besides is stricter."""
    if set(old) == set(new):
        return None
    if set(old) < set(new):
        return Direction.STRICTER
    return Direction.LOOSER if set(new) < set(old) else Direction.UNCLEAR


def _reworded(old: Sequence[str], new: Sequence[str]) -> Direction | None:
    """Entries in words: which list asks more is for people to say, for one entry may hold two others."""
    return None if set(old) == set(new) else Direction.UNCLEAR


def _fewer(old: Sequence[object], new: Sequence[object]) -> Direction | None:
    return _opposite(_more(old, new))


def _opposite(direction: Direction | None) -> Direction | None:
    return None if direction is None else _opposite_of(direction)


def _opposite_of(direction: Direction) -> Direction:
    turned = {Direction.STRICTER: Direction.LOOSER, Direction.LOOSER: Direction.STRICTER}
    return turned.get(direction, direction)


def _narrower(*, absent: bool) -> Order:
    """A formula that is YES in fewer cases is stricter; `absent` says whether no formula is YES always or never."""

    def order(old: Formula | None, new: Formula | None) -> Direction | None:
        facts = _when_yes(old, absent=absent), _when_yes(new, absent=absent)
        return _compared(facts, (old, new), wider=Direction.LOOSER)

    return order


def _both(order: Order) -> Order:
    """The order of two formulas; where only one version has one, what that means cannot be said."""
    return lambda old, new: Direction.UNCLEAR if old is None or new is None else order(old, new)


def _wider(old: Formula | None, new: Formula | None) -> Direction | None:
    """A condition that is NO in fewer cases makes the rule apply more often (D-8); no condition applies always."""
    return _compared((_unless_no(old), _unless_no(new)), (old, new), wider=Direction.STRICTER)


def _compared(
    facts: tuple[z3.BoolRef, z3.BoolRef], formulas: tuple[Formula | None, Formula | None], *, wider: Direction
) -> Direction | None:
    """None where two formulas are equal in every state; UNCLEAR where what counts is equal, and not the whole of them."""
    onward, back = _entails(*facts, formulas), _entails(facts[1], facts[0], formulas)
    if onward and back:
        return None if _are_equal(*formulas) else Direction.UNCLEAR
    if onward or back:
        return wider if onward else _opposite_of(wider)
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


def compared_data(carrier: type) -> frozenset[str]:
    """Return the attributes of a clause's carrier that `field_changes` looks at. Pure."""
    special = {Threshold: {"valid"}, Indicator: {"rule_out", "reached", "alert"}}
    return frozenset({field.attribute for field in _FIELDS.get(carrier, ())} | special.get(carrier, set()))


_BURDENS = (BurdenOfProof.NOT_REACHED, BurdenOfProof.UNSTATED, BurdenOfProof.HOLD, BurdenOfProof.REACHED)
_QUORUM = _both(_narrower(absent=True))
_DECIDES = Field("decides", "decides", _QUORUM)

_FIELDS: dict[type, tuple[Field, ...]] = {
    Threshold: (
        Field("standing", "standing", _rising((Standing.WATCH, Standing.CHECKPOINT, Standing.THRESHOLD))),
        Field("domain", "domain", _unordered),
        Field("baseline", "baseline", _unordered),
        Field("determined-by", "determined_by", _strictest((DeterminedBy.DETERMINATION,), DeterminedBy.BOTH)),
        _DECIDES,
        Field("when-unknown", "when_unknown", _rising(_BURDENS)),
        Field("met-by", "prongs", _both(_wider)),
        Field("indicators", "indicators", _unordered),
    ),
    Safeguard: (
        Field("threat-actors in", "threat_actors_in", _reworded),
        Field("threat-actors out", "threat_actors_out", _reworded),
        _DECIDES,
        Field("re-approve", "re_approve", _shorter),
        Field("undefined", "undefined", _unordered),
    ),
    Criterion: (Field("indicators", "indicators", _unordered),),
    Interim: (
        Field("approve", "approve", _QUORUM),
        Field("notify", "notify", _more),
        Field("at-most", "at_most", _shorter),
    ),
    Argument: (_DECIDES, Field("contents", "contents", _reworded)),
    PeerQuestion: (Field("quantifier", "quantifier", _unordered), Field("grade", "grade", _unordered)),
    Rule: (
        Field("activities", "activities", _more),
        Field("if", "condition", _wider),
        Field("require", "require", _narrower(absent=False)),
        Field("with", "met", _rising(tuple(Outcome))),
        Field("otherwise", "otherwise", _rising(tuple(Outcome))),
        Field("conditions", "conditions", _reworded),
        Field("peer-clause", "peer_clause", _unordered),
    ),
    PeerClause: (
        Field("kind", "kind", _unordered),
        Field("when", "when", _unordered),
        Field("lowers", "lowers", _fewer),
        Field("floor", "floor", _rising(tuple(Outcome))),
        Field("requires", "requires", _narrower(absent=True)),
        Field("duties", "duties", _more),
    ),
    RedLine: (Field("prohibits", "prohibits", _wider),),
    Duty: (
        Field("by", "by", _unordered),
        Field("to", "to", _reworded),
        Field("on", "on", _more),
        Field("if", "condition", _wider),
        Field("event", "event", _unordered),
        Field("within", "within", _shorter),
        Field("every", "every", _oftener),
    ),
    Recommendation: (Field("threshold", "threshold", _unordered),),
    Indicator: (
        Field("threshold", "threshold", _unordered),
        Field("weight", "weight", _strictest((Weight.SUPPORTING, Weight.SATURATED), Weight.LOAD_BEARING)),
        Field("evaluation", "evaluation", _unordered),
        Field("alpha", "alpha", _smaller),
        Field("margin", "margin", _larger),
        Field("direction", "direction", _unordered),
        Field("needs-interval", "needs_interval", _rising((False, True))),
        Field("unit", "unit", _unordered),
        Field("unscored", "unscored", _unordered),
        Field("score", "score", _unordered),
        Field("success-at", "success_at", _unordered),
        Field("expected-samples", "expected_samples", _larger),
        Field("task-version", "task_version", _named),
        Field("elicitation", "elicitation", _named),
        Field("fresh-days", "fresh_days", _shorter),
        Field("repeats", "repeats", _larger),
        Field("stopping", "stopping", _rising((Stopping.FIXED, Stopping.CONTINUING))),
        Field("needs", "needs", _more),
    ),
    ChangeProcedure: (
        Field("propose", "propose", _narrower(absent=True)),
        Field("approve", "approve", _narrower(absent=True)),
        Field("consult", "consult", _more),
        Field("notify", "notify", _more),
        Field("published", "published", _rising((Publicity.BY, Publicity.BEFORE))),
        Field("notice", "notice", _longer),
    ),
}
