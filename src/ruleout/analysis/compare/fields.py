# SPDX-License-Identifier: Apache-2.0
"""The data of two clauses, field by field: what it was, what it is, and whether that asks more or less (D-15).

What is a clause's own words, section, anchor, note, title or lineage is no datum here.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from enum import Enum
from typing import Any

from ruleout.analysis.compare.clause_data import CLAUSE_DATA
from ruleout.analysis.compare.orders import larger, rising, shorter, smaller
from ruleout.analysis.compare.result import Direction, FieldChange
from ruleout.model.clause import Period
from ruleout.model.evidence import Bar, Indicator
from ruleout.model.evidence import Direction as Concern
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Not, Quorum, Ref, text_of
from ruleout.model.framework import Threshold
from ruleout.model.listed_clauses import Listed
from ruleout.model.outcome import Force
from ruleout.model.plain import decimal_text

#: Kinds of clause that ask for something: one that becomes a clause of another kind asks for it no more.
_DEMANDING = frozenset(
    {
        "rule",
        "red line",
        "duty",
        "safeguard",
        "criterion",
        "argument",
        "change procedure",
        "threshold",
        "checkpoint",
        "indicator",
    }
)


def field_changes(old: Listed, new: Listed) -> tuple[FieldChange, ...]:
    """Return what differs between two clauses besides their words, in a fixed order. Pure."""
    return tuple(_changes(old, new))


def _changes(old: Listed, new: Listed) -> Iterator[FieldChange]:
    if old.kind != new.kind:
        yield _change(new.id, "kind", (old.kind, new.kind), _kind_order(old.kind, new.kind))
    forces = old.clause.force, new.clause.force
    if forces[0] is not forces[1]:
        yield _change(new.id, "force", forces, rising(tuple(reversed(Force)))(*forces))
    if type(old.carrier) is type(new.carrier):
        for field in CLAUSE_DATA.get(type(old.carrier), ()):
            values = getattr(old.carrier, field.attribute), getattr(new.carrier, field.attribute)
            direction = None if values[0] == values[1] else field.order(*values)
            if direction is not None:
                yield _change(new.id, field.name, values, direction)
    if isinstance(old.carrier, Threshold) and isinstance(new.carrier, Threshold):
        yield from _validity(new.id, old.carrier, new.carrier)
    if isinstance(old.carrier, Indicator) and isinstance(new.carrier, Indicator):
        yield from _bars(new.id, old.carrier, new.carrier)


def _kind_order(old: str, new: str) -> Direction:
    if (old in _DEMANDING) is (new in _DEMANDING):
        return Direction.UNCLEAR
    return Direction.LOOSER if old in _DEMANDING else Direction.STRICTER


def _validity(name: str, old: Threshold, new: Threshold) -> Iterator[FieldChange]:
    elapsed, ratio = (old.valid.elapsed, new.valid.elapsed), (old.valid.compute_ratio, new.valid.compute_ratio)
    if elapsed[0] != elapsed[1]:
        yield _change(name, "valid: elapsed", elapsed, shorter(*elapsed))
    if ratio[0] != ratio[1]:
        yield _change(name, "valid: effective-compute", ratio, shorter(*ratio))


def _bars(name: str, old: Indicator, new: Indicator) -> Iterator[FieldChange]:
    """A bar that is moved towards concern asks less: what it is held against must be worse before anything follows.

    A smaller level makes it harder to rule out, and, where nothing can be ruled out, only harder to reach.
    """
    if old.alpha != new.alpha:
        order = larger if old.rule_out is None and new.rule_out is None else smaller
        yield _change(name, "alpha", (old.alpha, new.alpha), order(old.alpha, new.alpha))
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


def compared_data(carrier: type) -> frozenset[str]:
    """Return the attributes of a clause's carrier that `field_changes` looks at. Pure."""
    special = {Threshold: {"valid"}, Indicator: {"alpha", "rule_out", "reached", "alert"}}
    return frozenset({field.attribute for field in CLAUSE_DATA.get(carrier, ())} | special.get(carrier, set()))
