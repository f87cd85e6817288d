# SPDX-License-Identifier: Apache-2.0
"""How the goals of every roadmap stand, which were missed, and which were changed since the last document.

Days, areas and standings are told; a title goes where the files of the goal's acts go, a reason where its own words go (A-8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from ruleout.accountability.reporting.fact import Fact
from ruleout.accountability.reporting.publication import Hole
from ruleout.accountability.roadmap.status import standing
from ruleout.app.accountability.acts import REASON, STATEMENT, acts_in
from ruleout.app.accountability.roadmap import register_in, roadmaps_in
from ruleout.app.publication.context import Context, Source, titled
from ruleout.app.publication.holes import hole_in
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.roadmap_acts import GoalStanding, GoalStatus

_UNDONE = frozenset({GoalStatus.MISSED, GoalStatus.OVERDUE, GoalStatus.PARTLY_MET, GoalStatus.MET_LATE})
_CHANGES = frozenset({"move", "revise", "retire", "contest", "settle"})


def _standings(ask: Context) -> Iterator[tuple[str, GoalStanding, tuple[LedgerEntry, ...]]]:
    """Each goal's roadmap, how it stands, and the entries about it."""
    for roadmap in roadmaps_in(ask.record):
        register = register_in(ask.record, roadmap)
        histories = {} if register is None else register.histories
        for goal, history in histories.items():
            entries = tuple(
                entry
                for entry in ask.record.entries
                if entry.content.type in (EntryType.GOAL, EntryType.GRADE)
                and (entry.content.subject["roadmap"], entry.content.subject["goal"]) == (roadmap, goal)
            )
            yield roadmap, standing(history, ask.at), entries


def _goals(ask: Context) -> Iterator[Fact]:
    hidden = _hider(ask)
    for roadmap, stands, entries in _standings(ask):
        yield _fact(roadmap, stands, entries, hidden)


def _missed(ask: Context) -> Iterator[Fact]:
    """A goal that was missed stays so: done late, moved or retired afterwards, it is on the list."""
    hidden = _hider(ask)
    for roadmap, stands, entries in _standings(ask):
        if stands.missed is not None or stands.status in _UNDONE:
            yield _fact(roadmap, stands, entries, hidden)


def _hider(ask: Context) -> Callable[[LedgerEntry, str], Hole | None]:
    """What stands for words of an act, by name, where one of the document's readers may not read them."""
    explanations = ask.explanations()

    def hidden(entry: LedgerEntry, name: str) -> Hole | None:
        return hole_in(entry, name, ask.record, explanations, ask.audiences, by_default=True)

    return hidden


def _fact(
    roadmap: str,
    stands: GoalStanding,
    entries: tuple[LedgerEntry, ...],
    hidden: Callable[[LedgerEntry, str], Hole | None],
) -> Fact:
    goal = stands.goal
    stated = (hidden(entry, STATEMENT) for entry in entries if entry.content.type is EntryType.GOAL)
    hole = next((one for one in stated if one is not None), None)
    values = {
        "goal": goal.id,
        "title": "" if hole else goal.title,
        "area": goal.area,
        "first-target": "" if stands.first_target is None else stands.first_target.isoformat(),
        "target": "" if stands.target is None else stands.target.isoformat(),
        "status": stands.status.value,
        "done": "" if stands.done_on is None else stands.done_on.isoformat(),
    }
    names = tuple(entry.content.id for entry in entries)
    return Fact(entries=names, values=values, about=(goal.id, roadmap), hidden={"title": hole} if hole else {})


def _changes(ask: Context) -> Iterator[Fact]:
    hidden = _hider(ask)
    for act, entry in zip(acts_in(ask.record, EntryType.GOAL), ask.record.of_type(EntryType.GOAL), strict=True):
        if act.subject["act"] in _CHANGES and ask.is_new(datetime.fromisoformat(act.ts)):
            goal, hole = str(act.subject["goal"]), hidden(entry, REASON)
            values = {
                "goal": goal,
                "change": str(act.subject["act"]),
                "before": str(act.subject.get("before", "")),
                "target": str(act.subject.get("target", "")),
                "on": act.ts[:10],
                "reason": "" if hole else act.reason,
            }
            about = (goal, str(act.subject["roadmap"]))
            yield Fact(entries=(act.id,), values=values, about=about, hidden={"reason": hole} if hole else {})


_COLUMNS = titled("goal title area first-target target status done")
GOALS = Source(says="Every goal as it stands by dates, acts and rules.", columns=_COLUMNS, read=_goals)
MISSED = Source(says="Every goal that was not done by its target.", columns=_COLUMNS, read=_missed)
CHANGES = Source(
    says="Every goal that was moved, revised, retired or disputed since the last document of the kind.",
    columns=titled("goal change before target on reason"),
    read=_changes,
)
