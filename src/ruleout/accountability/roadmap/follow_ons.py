# SPDX-License-Identifier: Apache-2.0
"""What is owed once a goal is done, by when, and whether it was answered (A-2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from ruleout.accountability.roadmap.completion import Completion
from ruleout.model.clause import Period
from ruleout.model.roadmap_acts import FollowOnStanding, GoalAct, GoalActKind

_CHANGES = frozenset({GoalActKind.MOVE, GoalActKind.REVISE, GoalActKind.RETIRE})


def follow_ons(acts: Sequence[GoalAct], completion: Completion | None) -> Iterator[FollowOnStanding]:
    """Yield what is owed since the goal was done, as it stood then; a later act about the goal answers it. Pure."""
    if completion is None:
        return
    stood = [act.state for act in acts if act.at.date() <= completion.on] or [acts[0].state]
    for owed in stood[-1].then:
        later = (act.at.date() for act in acts if act.at.date() > completion.on and act.kind in _CHANGES)
        yield FollowOnStanding(owed=owed, due=_due(owed.within, completion.on), answered=next(later, None))


def _due(within: Period, done: date) -> date:
    """The last day for it; the last one there is, where the calendar ends before: a record holds what was once promised."""
    try:
        return within.after(done)
    except (ValueError, OverflowError):
        return date.max
