# SPDX-License-Identifier: Apache-2.0
"""Outcomes as a ladder of facts: at least restrict, at least hold, at least stop (D-7).

The most restrictive of several outcomes is then *or*, rung by rung, which a solver decides far faster than numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.model.outcome import Outcome

_RUNGS = (Outcome.RESTRICT, Outcome.HOLD, Outcome.STOP)


@dataclass(frozen=True, slots=True)
class Levels:
    """An outcome that depends on the state: for restrict, hold and stop, when it is at least that restrictive."""

    rungs: tuple[z3.BoolRef, z3.BoolRef, z3.BoolRef]

    def at_least(self, outcome: Outcome) -> z3.BoolRef:
        """When the outcome is this restrictive or more; always, for *proceed*."""
        return z3.BoolVal(True) if outcome is Outcome.PROCEED else self.rungs[outcome.severity - 1]

    def exceeds(self, other: Levels) -> z3.BoolRef:
        """When this outcome is more restrictive than another."""
        return z3.Or([z3.And(own, z3.Not(its)) for own, its in zip(self.rungs, other.rungs, strict=True)])

    def severity(self) -> z3.ArithRef:
        """The outcome as a number, 0 (proceed) to 3 (stop)."""
        return z3.Sum([z3.If(rung, 1, 0) for rung in self.rungs])


def fixed(outcome: Outcome, *, when: z3.BoolRef | None = None) -> Levels:
    """Return one outcome, or *proceed* where `when` does not hold. Pure."""
    fact = z3.BoolVal(True) if when is None else when
    return _ladder(fact if outcome >= rung else z3.BoolVal(False) for rung in _RUNGS)


def choose(fact: z3.BoolRef, yes: Outcome, no: Outcome) -> Levels:
    """Return one outcome where a fact holds and another where it does not. Pure."""
    return _ladder(_rung(fact, yes >= rung, no >= rung) for rung in _RUNGS)


def gated(levels: Levels, when: z3.BoolRef) -> Levels:
    """Return the outcome where `when` holds, *proceed* elsewhere. Pure."""
    return _ladder(z3.And(rung, when) for rung in levels.rungs)


def lowered(levels: Levels, floor: Outcome, *, when: z3.BoolRef) -> Levels:
    """Return the outcome, brought down to `floor` where it lies above it and `when` holds. Pure. Source: D-9."""
    pairs = zip(levels.rungs, _RUNGS, strict=True)
    return _ladder(own if floor >= rung else z3.And(own, z3.Not(when)) for own, rung in pairs)


def worst(parts: Iterable[Levels]) -> Levels:
    """Return the most restrictive of several outcomes; *proceed* for none. Pure. Source: D-7."""
    rungs = [part.rungs for part in parts]
    return _ladder(z3.Or([each[index] for each in rungs]) for index in range(len(_RUNGS)))


def _rung(fact: z3.BoolRef, yes: bool, no: bool) -> z3.BoolRef:  # noqa: FBT001 - two constants, in this order
    if yes and no:
        return z3.BoolVal(True)
    if not yes and not no:
        return z3.BoolVal(False)
    return fact if yes else z3.Not(fact)


def _ladder(rungs: Iterable[z3.BoolRef]) -> Levels:
    restrict, hold, stop = rungs
    return Levels((restrict, hold, stop))
