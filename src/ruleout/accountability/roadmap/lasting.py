# SPDX-License-Identifier: Apache-2.0
"""What stays true of a goal once it happened, whatever later acts say: dates that moved, words that changed (A-2).

Found in the states that acts left and never in what an act calls itself: a change of words recorded as a move is a revision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

from ruleout.model.roadmap import Goal, Part
from ruleout.model.roadmap_acts import GoalAct


def target_of(goal: Goal, part: str) -> date | None:
    """Return the day by which a part is due, its own or the goal's; "" is the goal itself. Pure."""
    own = next((one.target for one in goal.parts if one.id == part), None)
    return goal.target if own is None else own


def undated(goal: Goal) -> Goal:
    """Return a goal without its dates: what a move may not change. Pure."""
    return replace(goal, target=None, parts=tuple(replace(part, target=None) for part in goal.parts))


def parts_that_count(acts: Sequence[GoalAct]) -> tuple[Part, ...]:
    """Return the parts of the goal now, and those dropped after they were due: dropping them does not undo it. Pure."""
    now = acts[-1].state
    kept = {part.id: part for part in now.parts}
    for earlier, later in pairwise(acts):
        staying = {part.id for part in later.state.parts}
        for part in earlier.state.parts:
            due = target_of(earlier.state, part.id)
            if part.id not in staying and due is not None and due < later.at.date():
                kept.setdefault(part.id, part)
    return tuple(kept.values())


def is_revised(acts: Sequence[GoalAct]) -> bool:
    """Whether anything but dates ever changed. Pure."""
    return any(undated(one.state) != undated(two.state) for one, two in pairwise(acts))


def part_has_moved(acts: Sequence[GoalAct]) -> bool:
    """Whether the date of a part ever changed, also one that was moved back or dropped since. Pure."""
    return any(_moves(one.state, two.state) for one, two in pairwise(acts))


def part_moved_late(acts: Sequence[GoalAct]) -> bool:
    """Whether the date of a part ever changed after it had passed. Pure."""
    return any(
        any((due := target_of(one.state, name)) is not None and due < two.at.date() for name in _moves(one.state, two.state))
        for one, two in pairwise(acts)
    )  # fmt: skip


def _moves(old: Goal, new: Goal) -> tuple[str, ...]:
    """The parts in both states whose date there was and is another, or none, now."""
    staying = {part.id for part in new.parts}
    return tuple(
        part.id
        for part in old.parts
        if part.id in staying and target_of(old, part.id) not in (None, target_of(new, part.id))
    )
