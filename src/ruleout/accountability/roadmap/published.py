# SPDX-License-Identifier: Apache-2.0
"""Published states of a roadmap and its update log -> the history of each goal, as far as it was published (A-2).

Rules
- The first state sets its goals on the day its heading names; that day counts, not the capture's.
- A goal that stands otherwise in a later state changed on the day of the earliest entry of the roadmap's own log, between
  the two states, that tells of a change to it; without one, on the day of the later state's heading.
- Only dates differ: *moved*. Anything else: *revised*. Gone, or put in a note's place by the entry that reports it done:
  *retired*, as it stood.
- A goal that names an earlier one as what it was takes its place if that one was reported done by then; else it *is* the
  earlier one under another id, and keeps its history: nobody escapes a date by renaming a goal.
- An entry by which a goal is completed or closed is a statement of its author about the day it names, or the entry's own.
- Notes in the files are ours; where nothing else differs, nothing changed.

Nobody signed any of this: acts of a published history carry no names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import pairwise

from ruleout.model.roadmap import Goal, Roadmap
from ruleout.model.roadmap_acts import FollowOnStanding, GoalAct, GoalActKind, GoalHistory, GoalReport
from ruleout.model.update_log import Update, UpdateKind, UpdateLog

_DONE = (UpdateKind.COMPLETED, UpdateKind.CLOSED)


def published_histories(states: Sequence[Roadmap], log: UpdateLog) -> dict[str, GoalHistory]:
    """Return the history of every goal that any state has, by id, in the order in which they first stand. Pure.

    Args:
        states: states of one roadmap, oldest first, at least one; each has the day of its heading or publication.
        log: what its author said; entries of other pages than the roadmap's own count as statements, not as changes.

    Raises:
        ValueError: a state has no day, or the states are not in order.

    Source: A-2.
    """
    days = [_day(state) for state in states]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError(f"expected states in the order of their days, got {', '.join(map(str, days))}")
    lines = _lines(states, log)
    return {line.id: _history(line, states, log) for line in lines}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A goal through the states: its last id, all its ids, and the goal that takes its place, "" if none."""

    id: str
    ids: tuple[str, ...]
    followed_by: str = ""

    def goal_in(self, state: Roadmap) -> Goal | None:
        return next((goal for goal in state.goals if goal.id in self.ids), None)


def _lines(states: Sequence[Roadmap], log: UpdateLog) -> tuple[_Line, ...]:
    lines: dict[str, _Line] = {}
    for state in states:
        for goal in state.goals:
            if goal.id in lines:
                continue
            earlier = next((lines[name] for name in goal.was if name in lines), None)
            if earlier is None:
                lines[goal.id] = _Line(id=goal.id, ids=(goal.id,))
            elif _is_reported_done(earlier, log, by=_last_day(state)):
                lines[earlier.id] = replace(earlier, followed_by=goal.id)
                lines[goal.id] = _Line(id=goal.id, ids=(goal.id,))
            else:
                del lines[earlier.id]
                lines[goal.id] = _Line(id=goal.id, ids=(*earlier.ids, goal.id))
    return tuple(lines.values())


def _is_reported_done(line: _Line, log: UpdateLog, *, by: date) -> bool:
    return any(one.goal in line.ids and one.kind in _DONE and one.on <= by for one in log.updates)


def _day(state: Roadmap) -> date:
    day = state.as_of or state.published
    if day is None:
        raise ValueError(f"expected the day of a state of {state.id}, got none")
    return day


def _last_day(state: Roadmap) -> date:
    return max(_day(state), state.published or _day(state))


def _history(line: _Line, states: Sequence[Roadmap], log: UpdateLog) -> GoalHistory:
    told = [update for update in log.updates if update.goal in line.ids]
    reports = (_report(update) for update in told if update.kind in _DONE)
    own = [update for update in told if log.page_of(update).own]
    return GoalHistory(
        acts=tuple(_acts(line, states, own)),
        reports=tuple(sorted(reports, key=lambda one: one.on)),
    )


def _acts(line: _Line, states: Sequence[Roadmap], told: Sequence[Update]) -> Iterator[GoalAct]:
    before: Goal | None = None
    since: date | None = None
    for state in states:
        now, day = line.goal_in(state), _day(state)
        if before is None and now is not None:
            yield GoalAct(kind=GoalActKind.SET, at=_instant(day), state=now, reason="")
        elif before is not None and since is not None and not _is_unchanged(before, now):
            act = _change(before, now, _telling(told, since, state), day, followed_by=line.followed_by)
            yield act
            if act.kind is GoalActKind.RETIRE:
                return
        before, since = now, day


def _is_unchanged(before: Goal, now: Goal | None) -> bool:
    return now is not None and _without_notes(before) == _without_notes(now)


def _without_notes(goal: Goal) -> Goal:
    return replace(goal, note="", parts=tuple(replace(part, note="") for part in goal.parts))


def _telling(told: Sequence[Update], since: date, state: Roadmap) -> Update | None:
    """The earliest entry between two states that tells of a change to the goal."""
    between = [update for update in told if since < update.on <= _last_day(state) and update.tells]
    return min(between, key=lambda one: one.on, default=None)


def _change(before: Goal, now: Goal | None, told: Update | None, day: date, *, followed_by: str) -> GoalAct:
    at, reason = (day, "") if told is None else (told.on, told.says)
    if now is None or (told is not None and told.kind in _DONE):
        retired = GoalActKind.RETIRE
        return GoalAct(kind=retired, at=_instant(at), state=before, reason=reason, superseded_by=followed_by)
    kind = GoalActKind.MOVE if _undated(before) == _undated(now) else GoalActKind.REVISE
    return GoalAct(kind=kind, at=_instant(at), state=now, reason=reason)


def _undated(goal: Goal) -> Goal:
    """A goal without its dates and without what points at the sentence that gives them."""
    parts = (replace(part, target=None, anchor=None) for part in _without_notes(goal).parts)
    return replace(goal, target=None, anchor=None, note="", parts=tuple(parts))


def _report(update: Update) -> GoalReport:
    return GoalReport(on=update.on, part="", says_done=True, happened=update.happened, says=update.says)


def said_otherwise(name: str, follow_ons: Sequence[FollowOnStanding], log: UpdateLog, *, by: date) -> tuple[str, ...]:
    """Return, one sentence each, where pages of the author give different days for one thing. Pure.

    Args:
        name: id of the goal.
        follow_ons: what is owed since it was done, with the days computed.
        by: entries after this day do not count.
    """
    told = [one for one in log.updates if one.goal == name and one.on <= by]
    done = {one.happened: one for one in told if one.happened is not None and one.kind in _DONE}
    said = []
    if len(done) > 1:
        days = " and ".join(f"{day.isoformat()} ({log.page_of(done[day]).title})" for day in sorted(done))
        said.append(f"its author gives different days on which it was done: {days}")
    for one in told:
        for owed in follow_ons:
            if one.owed_by is not None and one.owed_by != owed.due:
                page = log.page_of(one).title
                said.append(
                    f"{page} gives {one.owed_by.isoformat()} for {owed.owed.id}, counted it is {owed.due.isoformat()}"
                )
    return tuple(said)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
