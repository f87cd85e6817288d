# SPDX-License-Identifier: Apache-2.0
"""Acts of the record in order -> the history of each goal of a roadmap, and the refusals of acts that may not be (A-2).

An act counts from the instant of its entry, and never from before the act it follows: a producer that states earlier
instants gains nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.accountability.roadmap.lasting import undated
from ruleout.errors import RuleoutError
from ruleout.model.roadmap import Goal, Roadmap
from ruleout.model.roadmap_acts import GoalAct, GoalActKind, GoalGrade, GoalHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalEntry:
    """One entry about a goal as read: an act with the roadmap it was handed in with, or a grade.

    Attributes:
        goal: the goal's id.
        at: aware UTC instant that the entry states.
        act: what it does; None for a grade.
        grade: what it says; None for an act.
        roadmap: the file as it was then; None where the act needs none.
    """

    goal: str
    at: datetime
    act: GoalActKind | None = None
    by: tuple[str, ...] = ()
    reason: str = ""
    superseded_by: str = ""
    grade: GoalGrade | None = None
    roadmap: Roadmap | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapRegister:
    """A roadmap as the record has it: its last file, and each goal's history in the order in which they were set."""

    roadmap: Roadmap
    histories: Mapping[str, GoalHistory]

    def state(self, goal: str) -> Goal | None:
        """Return a goal as its last act left it, None if it was never set or is retired."""
        history = self.histories.get(goal)
        if history is None or any(act.kind is GoalActKind.RETIRE for act in history.acts):
            return None
        return history.acts[-1].state


def fold(entries: Iterable[GoalEntry]) -> RoadmapRegister | None:
    """Return what the entries of one roadmap amount to, None without any. Pure.

    An entry that may not be (an act on a goal never set, or after its end) is passed over: it does nothing. How a goal ended
    may be disputed.
    """
    histories: dict[str, GoalHistory] = {}
    roadmap: Roadmap | None = None
    latest: datetime | None = None
    for one in entries:
        latest = one.at if latest is None else max(latest, one.at)
        entry = replace(one, at=latest)
        if entry.roadmap is not None:
            roadmap = entry.roadmap
        changed = _with(histories.get(entry.goal), entry)
        if changed is not None:
            histories[entry.goal] = changed
    return None if roadmap is None else RoadmapRegister(roadmap=roadmap, histories=histories)


def _with(history: GoalHistory | None, entry: GoalEntry) -> GoalHistory | None:
    stated = None if entry.roadmap is None else entry.roadmap.goal(entry.goal)
    if history is None:
        if entry.act is not GoalActKind.SET or stated is None:
            return None
        return GoalHistory(acts=(_act(entry, stated),))
    is_dispute = entry.act in (GoalActKind.CONTEST, GoalActKind.SETTLE)
    if any(act.kind is GoalActKind.RETIRE for act in history.acts) and not is_dispute:
        return None
    if entry.grade is not None:
        return replace(history, grades=(*history.grades, replace(entry.grade, at=entry.at)))
    changes = entry.act in (GoalActKind.MOVE, GoalActKind.REVISE)
    if entry.act in (None, GoalActKind.SET) or (changes and stated is None):
        return None
    state = stated if changes and stated is not None else history.acts[-1].state
    return replace(history, acts=(*history.acts, _act(entry, state)))


def _act(entry: GoalEntry, state: Goal) -> GoalAct:
    return GoalAct(
        kind=entry.act or GoalActKind.SET,
        at=entry.at,
        state=state,
        reason=entry.reason,
        by=entry.by,
        superseded_by=entry.superseded_by,
    )


def require_change(kind: GoalActKind, was: Goal, now: Goal) -> None:
    """Return if an edited goal may be recorded by an act of this kind. Pure.

    Raises:
        RuleoutError: nothing changed, or more than dates changed where only dates may.
    """
    if was == now:
        raise RuleoutError(f"goal {was.id}: expected a change, got the goal as recorded", hint="Edit the file first.")
    is_same_but_for_dates = undated(was) == undated(now)
    if kind is GoalActKind.MOVE and not is_same_but_for_dates:
        hint = "Record it with `ruleout roadmap revise`, or change dates alone."
        raise RuleoutError(f"goal {was.id}: expected other dates and nothing else, got other fields too", hint=hint)
    if kind is GoalActKind.REVISE and is_same_but_for_dates:
        hint = "Record it with `ruleout roadmap move`."
        raise RuleoutError(f"goal {was.id}: expected changed words or rules, got other dates alone", hint=hint)
