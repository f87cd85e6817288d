# SPDX-License-Identifier: Apache-2.0
"""How the goals of a roadmap stand together: a goal that takes another's place is held against it (A-2).

Otherwise a date could be moved unseen: by a new goal under another name, and the old one retired in its favour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from ruleout.accountability.roadmap.ambition import lessened
from ruleout.accountability.roadmap.status import standing
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalHistory, GoalStanding, GoalStatus

_DONE = frozenset({GoalStatus.MET, GoalStatus.MET_LATE})


def standings(histories: Iterable[tuple[str, GoalHistory]], at: datetime) -> tuple[tuple[str, GoalStanding], ...]:
    """Return how each goal that was set by an instant stands at it. Pure. Source: A-2.

    Args:
        histories: by the names that goals are shown by, in the order in which they were set.
        at: aware instant.
    """
    known = dict(histories)
    found = {name: standing(history, at) for name, history in known.items() if history.acts[0].at <= at}
    return tuple((name, _beside(name, one, known, found)) for name, one in found.items())


def _beside(
    name: str, one: GoalStanding, known: Mapping[str, GoalHistory], found: Mapping[str, GoalStanding]
) -> GoalStanding:
    """A standing with what is to be known of the goals whose place it takes, and which were not done."""
    said, less = list(one.because), False
    for other, was in found.items():
        if other == name or was.status in _DONE or _superseded_by(known[other]) != name:
            continue
        if GoalFlag.SUPERSEDED not in was.flags:
            continue
        due = f", which was first due by {was.first_target}" if was.first_target else ""
        asks = tuple(_asks_less(was, known[name]))
        said += [f"takes the place of {other}{due}", *(f"against {other}, {text}" for text in asks)]
        less = less or bool(asks)
    flags = dict.fromkeys((*one.flags, *((GoalFlag.LESS,) if less else ())))
    return replace(one, because=tuple(said), flags=tuple(flags))


def _superseded_by(history: GoalHistory) -> str:
    return next((act.superseded_by for act in history.acts if act.kind is GoalActKind.RETIRE), "")


def _asks_less(was: GoalStanding, history: GoalHistory) -> Iterator[str]:
    """Where the goal, as it was set, asks for less than the one whose place it takes; another id is no less."""
    return iter(lessened(was.goal, history.acts[0].state))
