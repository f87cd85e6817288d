# SPDX-License-Identifier: Apache-2.0
"""How the goals of every roadmap stand, which were missed, and which were changed since the last document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ruleout.accountability.reporting.fact import Fact
from ruleout.accountability.roadmap.status import standing
from ruleout.app.accountability.acts import acts_in
from ruleout.app.accountability.roadmap import register_in, roadmaps_in
from ruleout.app.publication.context import Context, Source, titled
from ruleout.ledger import EntryType
from ruleout.model.roadmap_acts import GoalStanding, GoalStatus

_UNDONE = frozenset({GoalStatus.MISSED, GoalStatus.OVERDUE, GoalStatus.PARTLY_MET, GoalStatus.MET_LATE})
_CHANGES = frozenset({"move", "revise", "retire", "contest", "settle"})


def _standings(ask: Context) -> Iterator[tuple[str, GoalStanding, tuple[str, ...]]]:
    """Each goal's roadmap, how it stands, and the entries about it."""
    for roadmap in roadmaps_in(ask.record):
        register = register_in(ask.record, roadmap)
        histories = {} if register is None else register.histories
        for goal, history in histories.items():
            entries = tuple(
                entry.content.id
                for entry in ask.record.entries
                if entry.content.type in (EntryType.GOAL, EntryType.GRADE)
                and (entry.content.subject["roadmap"], entry.content.subject["goal"]) == (roadmap, goal)
            )
            yield roadmap, standing(history, ask.at), entries


def _goals(ask: Context) -> Iterator[Fact]:
    for roadmap, stands, entries in _standings(ask):
        yield _fact(roadmap, stands, entries)


def _missed(ask: Context) -> Iterator[Fact]:
    """A goal that was missed stays so: done late, moved or retired afterwards, it is on the list."""
    for roadmap, stands, entries in _standings(ask):
        if stands.missed is not None or stands.status in _UNDONE:
            yield _fact(roadmap, stands, entries)


def _fact(roadmap: str, stands: GoalStanding, entries: tuple[str, ...]) -> Fact:
    goal = stands.goal
    values = {
        "goal": goal.id,
        "title": goal.title,
        "area": goal.area,
        "first-target": "" if stands.first_target is None else stands.first_target.isoformat(),
        "target": "" if stands.target is None else stands.target.isoformat(),
        "status": stands.status.value,
        "done": "" if stands.done_on is None else stands.done_on.isoformat(),
    }
    return Fact(entries=entries, values=values, about=(goal.id, roadmap))


def _changes(ask: Context) -> Iterator[Fact]:
    for act in acts_in(ask.record, EntryType.GOAL):
        if act.subject["act"] in _CHANGES and ask.is_new(datetime.fromisoformat(act.ts)):
            goal = str(act.subject["goal"])
            values = {
                "goal": goal,
                "change": str(act.subject["act"]),
                "before": str(act.subject.get("before", "")),
                "target": str(act.subject.get("target", "")),
                "on": act.ts[:10],
                "reason": act.reason,
            }
            yield Fact(entries=(act.id,), values=values, about=(goal, str(act.subject["roadmap"])))


_COLUMNS = titled("goal title area first-target target status done")
GOALS = Source(says="Every goal as it stands by dates, acts and rules.", columns=_COLUMNS, read=_goals)
MISSED = Source(says="Every goal that was not done by its target.", columns=_COLUMNS, read=_missed)
CHANGES = Source(
    says="Every goal that was moved, revised, retired or disputed since the last document of the kind.",
    columns=titled("goal change before target on reason"),
    read=_changes,
)
