# SPDX-License-Identifier: Apache-2.0
"""Per activity: is the second version stricter, looser, both or neither, with a smallest state for each clause (D-15).

Every state is put to the engine under both versions before it is reported; a disagreement is a bug of ours and raised
as one.
"""

from __future__ import annotations

from collections.abc import Callable

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.joint import Joint, Step
from ruleout.analysis.compare.result import ActivityComparison, Standing, Witness
from ruleout.analysis.compare.search import OutOfTimeError, Search
from ruleout.analysis.compare.witnesses import Pair, force_by_contribution, witness
from ruleout.analysis.levels import Levels
from ruleout.analysis.symbolic import Symbolic
from ruleout.engine.evaluate import State, rules_of
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Force, Outcome

FORCES = (Force.LAW, Force.BINDING, Force.PLAN)
_PARTED = (Outcome.RESTRICT, Outcome.HOLD, Outcome.STOP)


def compared_activities(pair: Pair) -> tuple[Activity, ...]:
    """The activities that some rule of either version covers, in the vocabulary's order. Pure."""
    return tuple(a for a in Activity if rules_of(pair.old, a) or rules_of(pair.new, a))


def compare_activity(pair: Pair, steps: tuple[Step, ...], activity: Activity, *, timeout_ms: int) -> ActivityComparison:
    """Return how the last version stands to the first one for an activity, with witnesses. Pure.

    Args:
        pair: the first and the last version.
        steps: the versions on the way from one to the other.
        activity: what is decided.
        timeout_ms: bound of each single question to the solver, milliseconds.
    """
    look = _Look(pair, Search(Joint(steps), activity, timeout_ms=timeout_ms), activity)
    looser = look.witnesses_by_clause(0)
    stricter = look.witnesses_by_clause(1)
    return ActivityComparison(
        activity=activity,
        verdict=_verdict(bool(looser), bool(stricter), bool(look.not_proved)),
        looser=looser,
        stricter=stricter,
        weaker_in_force=look.witness_of_force(0),
        stronger_in_force=look.witness_of_force(1),
        uncovered=tuple(
            name
            for name, framework in zip(pair.names, (pair.old, pair.new), strict=True)
            if not rules_of(framework, activity)
        ),
        not_proved=tuple(look.not_proved),
    )


def _verdict(looser: bool, stricter: bool, open_: bool) -> Standing:  # noqa: FBT001 - three findings, in this order
    if looser and stricter:
        return Standing.INCOMPARABLE
    if open_:
        return Standing.NOT_PROVED
    if looser:
        return Standing.LOOSER
    return Standing.STRICTER if stricter else Standing.EQUIVALENT


class _Look:
    """One activity under two versions. `strict` is the side that shall be more restrictive: 0 the old, 1 the new."""

    def __init__(self, pair: Pair, search: Search, activity: Activity) -> None:
        self._pair, self._search, self._activity = pair, search, activity
        sides = (search.joint.old, search.joint.new)
        self._outcomes = tuple(side.outcome(activity, invoked=True) for side in sides)
        self._contributions = tuple(side.contributions(activity, invoked=True) for side in sides)
        self._strengths = tuple(_strengths(f, s, activity) for f, s in zip((pair.old, pair.new), sides, strict=True))
        self.not_proved: list[str] = []

    def witnesses_by_clause(self, strict: int) -> tuple[Witness, ...]:
        """For each clause of the stricter side that makes it so, a state; what the other side lets go ahead first.

        An outcome is that of some contribution, so where no contribution exceeds the other side, no outcome does.
        """
        found: dict[str, tuple[bool, Witness]] = {}
        mine, other = self._outcomes[strict], self._outcomes[1 - strict]
        for name, levels in self._contributions[strict]:
            determines = z3.Not(mine.exceeds(levels))
            shuts = z3.And(levels.at_least(Outcome.HOLD), z3.Not(other.at_least(Outcome.HOLD)))
            for opens, goal in ((True, shuts), (False, levels.exceeds(other))):
                states = self._smallest(f"{name} of {self._pair.names[strict]}", determines, goal)
                if states is not None:
                    made = self._confirmed(states, lambda old, new: (old > new) if strict == 0 else (new > old))
                    found.setdefault(made.text, (opens, made))
                    break
        return tuple(made for _, made in sorted(found.values(), key=_order))

    def witness_of_force(self, strong: int) -> Witness | None:
        """A state with equal outcomes behind which only a weaker force stands on the side that is not `strong`."""
        mine, other = self._outcomes[strong], self._outcomes[1 - strong]
        for force, outcome in ((f, o) for f in FORCES[:-1] for o in reversed(_PARTED)):
            equal = z3.And(_is(mine, outcome), _is(other, outcome))
            behind = self._strengths[strong](force, outcome)
            lacks = z3.Not(self._strengths[1 - strong](force, outcome))
            states = self._smallest(f"the force behind {outcome.value}", equal, behind, lacks)
            if states is not None:
                made = self._confirmed(states, lambda old, new: old is new)
                ranks = FORCES.index(made.old.force), FORCES.index(made.new.force)
                _agree(ranks[strong] < ranks[1 - strong], made)
                return made
        return None

    def _smallest(self, what: str, *goals: z3.BoolRef) -> tuple[State, State] | None:
        try:
            return self._search.smallest(*goals)
        except OutOfTimeError:
            self.not_proved.append(f"whether {what} makes a difference")
            return None

    def _confirmed(self, states: tuple[State, State], expected: Callable[[Outcome, Outcome], bool]) -> Witness:
        made = witness(self._pair, self._search, self._activity, states)
        _agree(expected(made.old.outcome, made.new.outcome), made)
        return made


def _order(found: tuple[bool, Witness]) -> tuple[bool, int, int, str]:
    """What goes ahead under one version only comes first, then the greatest difference, then the fewest answers."""
    opens, made = found
    difference = abs(made.old.outcome.severity - made.new.outcome.severity)
    return not opens, -difference, len(made.answers), made.text


def _agree(holds: bool, made: Witness) -> None:  # noqa: FBT001 - the one thing asked
    if not holds:
        raise AssertionError(f"the solver and the engine disagree: {made.text}")


def _is(levels: Levels, outcome: Outcome) -> z3.BoolRef:
    above = [o for o in _PARTED if o > outcome]
    return z3.And(levels.at_least(outcome), z3.Not(levels.at_least(above[0])) if above else z3.BoolVal(True))


def _strengths(framework: Framework, symbolic: Symbolic, activity: Activity) -> Callable[[Force, Outcome], z3.BoolRef]:
    """When a contribution of at least some force equals an outcome (as the strongest force behind it is told, D-7)."""
    forces = force_by_contribution(framework)
    contributions = symbolic.contributions(activity, invoked=True)

    def behind(force: Force, outcome: Outcome) -> z3.BoolRef:
        strong = FORCES[: FORCES.index(force) + 1]
        return z3.Or([levels.at_least(outcome) for name, levels in contributions if forces(name) in strong])

    return behind
