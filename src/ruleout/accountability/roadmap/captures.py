# SPDX-License-Identifier: Apache-2.0
"""Published states of a roadmap and what was said of it -> the history of each goal (A-2).

What differs from one state to the next is an act, dated by the update that tells of it, else by the day of the newer state.
A goal that was reported done and stands there again with other words and a date is another goal under the same name: the
older edition is superseded by the newer one, and each has its own history.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from ruleout.errors import RuleoutError
from ruleout.model.roadmap import Goal, Roadmap
from ruleout.model.roadmap_acts import GoalAct, GoalActKind, GoalHistory, GoalReport
from ruleout.model.update_log import Update, UpdateKind, UpdateLog

_DONE = (UpdateKind.COMPLETED, UpdateKind.CLOSED)


@dataclass(slots=True)
class _Edition:
    """A goal from when it was set until another takes its place: acts, and statements about it."""

    name: str
    acts: list[GoalAct] = field(default_factory=list)
    reports: list[GoalReport] = field(default_factory=list)

    @property
    def state(self) -> Goal:
        return self.acts[-1].state

    @property
    def is_done(self) -> bool:
        return any(report.says_done for report in self.reports)

    @property
    def is_retired(self) -> bool:
        return any(act.kind is GoalActKind.RETIRE for act in self.acts)


def histories_of(states: Sequence[Roadmap], log: UpdateLog | None) -> tuple[tuple[str, GoalHistory], ...]:
    """Return each goal's history, older editions under `id@day`, in the order in which they were set.

    Pure.

    Args:
        states: of one roadmap, oldest first, each with a day.
        log: what was said; None for nothing.

    Raises:
        RuleoutError: the states are not of one roadmap, not in order, or one has no day.
    """
    days = _days(states)
    editions: dict[str, list[_Edition]] = {}
    updates = sorted(log.updates, key=lambda one: one.on) if log is not None else []
    for index, (state, day) in enumerate(zip(states, days, strict=True)):
        before = days[index - 1] if index else date.min
        told = [one for one in updates if before < one.on <= day]
        _tell(editions, told if index else [])
        for goal in state.goals:
            _meet(editions, goal, day, told)
        gone = [name for name in editions if state.goal(name) is None]
        for name in gone:
            _retire(editions[name][-1], name, state, day, told)
    _tell(editions, [one for one in updates if one.on > days[-1]])
    return tuple(_named(editions))


def _days(states: Sequence[Roadmap]) -> list[date]:
    if len({state.id for state in states}) != 1:
        raise RuleoutError("expected states of one roadmap", hint="Give its files, oldest first.")
    found = [state.published or state.as_of for state in states]
    days = [day for day in found if day is not None]
    if len(days) < len(states) or days != sorted(set(days)):
        hint = "Give each state `published:` or `as-of:`, and the files oldest first."
        raise RuleoutError(f"expected states of rising days, got {', '.join(map(str, found))}", hint=hint)
    return days


def _tell(editions: dict[str, list[_Edition]], told: Sequence[Update]) -> None:
    """Note statements with the edition that stood when they were made."""
    for update in told:
        if update.goal in editions:
            editions[update.goal][-1].reports.append(_report(update))


def _report(update: Update) -> GoalReport:
    says_done = update.kind in _DONE
    return GoalReport(on=update.on, part="", says_done=says_done, happened=update.happened, says=update.says)


def _meet(editions: dict[str, list[_Edition]], goal: Goal, day: date, told: Sequence[Update]) -> None:
    """Take note of a goal of a state: new, as before, changed, or another one under the same name."""
    known = editions.get(goal.id)
    if known is None:
        _supersede_by_name(editions, goal, day)
        editions[goal.id] = [_Edition(name=goal.id, acts=[_act(GoalActKind.SET, day, goal)])]
        return
    last = known[-1]
    if _without_notes(last.state) == _without_notes(goal) or (last.is_retired and goal.target is None):
        return
    about = [one for one in told if one.goal == goal.id]
    on = next((one.on for one in about if one.tells), day)
    why = next((one.says for one in about if one.tells), "")
    if last.is_done and last.state.says != goal.says:
        # Without a date it is no goal any more but a note in its place.
        taken = goal.id if goal.target is not None else ""
        last.acts.append(_act(GoalActKind.RETIRE, on, last.state, why, superseded_by=taken))
        if taken:
            known.append(_Edition(name=goal.id, acts=[_act(GoalActKind.SET, on, goal)]))
        return
    kind = GoalActKind.MOVE if _only_dates(last.state, goal) else GoalActKind.REVISE
    last.acts.append(_act(kind, on, goal, why))


def _only_dates(old: Goal, new: Goal) -> bool:
    return _undated(old) == _undated(new)


def _undated(goal: Goal) -> Goal:
    """A goal without its dates, and without the anchors of the sentences that give them."""
    parts = (replace(part, target=None, anchor=None) for part in goal.parts)
    return _without_notes(replace(goal, target=None, anchor=None, parts=tuple(parts)))


def _without_notes(goal: Goal) -> Goal:
    """A goal as its document has it: notes are of whoever told it."""
    return replace(goal, note="", parts=tuple(replace(part, note="") for part in goal.parts))


def _supersede_by_name(editions: dict[str, list[_Edition]], goal: Goal, day: date) -> None:
    for name in goal.was:
        if name in editions and not editions[name][-1].is_retired:
            last = editions[name][-1]
            last.acts.append(_act(GoalActKind.RETIRE, day, last.state, superseded_by=goal.id))


def _retire(last: _Edition, name: str, state: Roadmap, day: date, told: Sequence[Update]) -> None:
    if last.is_retired:
        return
    about = [one for one in told if one.goal == name and any(not change.field for change in one.tells)]
    on, why = (about[0].on, about[0].says) if about else (day, "")
    taken = next((goal.id for goal in state.goals if name in goal.was), "")
    last.acts.append(_act(GoalActKind.RETIRE, on, last.state, why, superseded_by=taken))


def _act(kind: GoalActKind, on: date, goal: Goal, reason: str = "", *, superseded_by: str = "") -> GoalAct:
    at = datetime.combine(on, time(), UTC)
    return GoalAct(kind=kind, at=at, state=goal, reason=reason, superseded_by=superseded_by)


def _named(editions: dict[str, list[_Edition]]) -> Iterator[tuple[str, GoalHistory]]:
    for name, known in editions.items():
        for edition in known:
            is_last = edition is known[-1]
            shown = name if is_last else f"{name}@{edition.acts[0].at.date()}"
            # By day, a retirement last: it may be told of before what it follows.
            acts = sorted(edition.acts, key=lambda act: act.at)
            yield shown, GoalHistory(acts=tuple(acts), reports=tuple(edition.reports))
