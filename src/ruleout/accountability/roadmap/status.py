# SPDX-License-Identifier: Apache-2.0
"""A goal's history and an instant -> how the goal stands (A-2).

Rules, in this order
1. Done by its target: *met*. Done after it: *met late*. Without a target, done is *met*. A goal that is done with its parts is
   *met late* if one of them was.
2. A target that had passed without the goal being done is missed for good, whatever is moved, revised or retired afterwards:
   the goal is *missed* until it is done, and *met late* from then on.
3. Retired before its target: *superseded* where another goal takes its place, else *removed*.
4. Past its target: *partly met* where the last grade reaches a part, *missed* where a grade from after the target reaches
   nothing, else *overdue*. A goal that is done with its parts
   and has no target of its own is past due with the first of them.
5. Before its target: *date moved*, *revised*, *on track* where the last grade of the grader says so, else *upcoming*.

A target's day counts wholly (UTC). What became of a goal stays beside its status as a flag, for ever: later acts add flags
and take none away, but for *contested*, which a settlement ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise

from ruleout.accountability.roadmap.ambition import lessened
from ruleout.accountability.roadmap.completion import Completion, Judged, judged
from ruleout.accountability.roadmap.differs import differences
from ruleout.accountability.roadmap.follow_ons import follow_ons
from ruleout.accountability.roadmap.grading import Reach
from ruleout.accountability.roadmap.lasting import (
    is_revised,
    part_has_moved,
    part_moved_late,
    parts_that_count,
    target_of,
)
from ruleout.model.roadmap import Goal, Part
from ruleout.model.roadmap_acts import (
    GoalAct,
    GoalActKind,
    GoalFlag,
    GoalHistory,
    GoalStanding,
    GoalStatus,
    PartStanding,
)

_PAST_DUE = frozenset({GoalStatus.OVERDUE, GoalStatus.MISSED, GoalStatus.PARTLY_MET})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A target through its history: the day first set, the day now, the first that passed unmet, whether it moved."""

    first: date | None
    now: date | None
    missed: date | None
    has_moved: bool
    moved_late: bool


def standing(history: GoalHistory, at: datetime) -> GoalStanding:
    """Return how a goal stands at an instant.

    Pure. Acts, grades and statements after the instant do not count.

    Args:
        history: its first act sets the goal.
        at: aware instant, not before the first act.

    Source: A-2.
    """
    at = at.astimezone(UTC)
    acts = tuple(act for act in history.acts if act.at <= at) or history.acts[:1]
    goal = acts[-1].state
    found = judged(history, "", at)
    parts = tuple(_part(part, acts, history, at) for part in parts_that_count(acts))
    completion = found.completion or _of_parts(goal, parts)
    own = _target(acts, completion, at, part="")
    moved = [part for part in parts if part.first_target not in (None, part.target)]
    target = replace(own, has_moved=own.has_moved or bool(moved))
    status, because = _status(acts, target, completion, found, at, parts=parts)
    flags = tuple(_flags(acts, target, completion, found))
    reports = [one for one in history.reports if one.on <= at.date()]
    return GoalStanding(
        goal=goal,
        status=status,
        flags=flags,
        because=(*because, *_why_flagged(acts, target), *map(_part_moved, moved)),
        first_target=target.first,
        target=target.now,
        missed=target.missed,
        done_on=completion.on if completion else None,
        parts=parts,
        follow_ons=tuple(follow_ons(acts, completion)),
        reported=reports[-1].says if reports else "",
        differs=(*differences(status, target.first, completion, found, reports), *_parts_differ(parts, history, at)),
    )


def _parts_differ(parts: tuple[PartStanding, ...], history: GoalHistory, at: datetime) -> Iterator[str]:
    """Where grades of parts say other than how the parts stand."""
    for part in parts:
        found = judged(history, part.id, at)
        for text in differences(part.status, part.first_target, found.completion, found, ()):
            yield f"part {part.id}: {text}"


def _of_parts(goal: Goal, parts: tuple[PartStanding, ...]) -> Completion | None:
    """A goal without a rule of its own is done with the last of its parts."""
    days = [part.done_on for part in parts if part.done_on is not None]
    if goal.rule is not None or not parts or len(days) < len(parts):
        return None
    return Completion(on=max(days), is_own_word=False, because="each of its parts is done")


def _target(acts: tuple[GoalAct, ...], completion: Completion | None, at: datetime, *, part: str) -> _Target:
    known = [act for act in acts if not part or any(one.id == part for one in act.state.parts)]
    first = now = target_of(known[0].state, part)
    missed: date | None = None
    has_moved = moved_late = is_over = False
    for act in known[1:]:
        new = target_of(act.state, part)
        # Whatever the act: a target that has passed by then stays missed. Retired in time, it never passes.
        if missed is None and not is_over and _passed(now, act.at, completion):
            missed = now
        is_over = is_over or act.kind is GoalActKind.RETIRE
        if new != now:
            moved_late = moved_late or (now is not None and now < act.at.date())
            first, has_moved, now = first or new, has_moved or now is not None, new
    if missed is None and not is_over and _passed(now, at, completion):
        missed = now
    return _Target(first=first, now=now, missed=missed, has_moved=has_moved, moved_late=moved_late)


def _passed(target: date | None, at: datetime, completion: Completion | None) -> bool:
    """Whether a target had passed by an instant without the goal being done by it."""
    return target is not None and target < at.date() and (completion is None or completion.on > target)


def _status(
    acts: tuple[GoalAct, ...],
    target: _Target,
    completion: Completion | None,
    found: Judged,
    at: datetime,
    *,
    parts: tuple[PartStanding, ...],
) -> tuple[GoalStatus, tuple[str, ...]]:
    of_parts = parts if acts[-1].state.rule is None else ()
    if completion is not None:
        return _done(target, completion, of_parts)
    retired = next((act for act in acts if act.kind is GoalActKind.RETIRE), None)
    if target.missed is not None:
        return _past_due(target, found, at, is_over=retired is not None or target.moved_late, parts=parts)
    if retired is not None:
        status = GoalStatus.SUPERSEDED if retired.superseded_by else GoalStatus.REMOVED
        return status, (f"retired on {retired.at.date()}{_quoted(retired.reason)}",)
    late = [part for part in of_parts if part.status in _PAST_DUE]
    if target.first is None and late:
        return late[0].status, tuple(f"part {part.id} {part.because[0]}" for part in late)
    return _before(acts, target, found)


def _done(
    target: _Target, completion: Completion, parts: tuple[PartStanding, ...]
) -> tuple[GoalStatus, tuple[str, ...]]:
    if target.missed is None:
        due = f"due by {target.now}" if target.now else "no date was set" if target.first is None else "no date is set"
        late = [part for part in parts if part.status is GoalStatus.MET_LATE]
        if late:
            said = (f"part {part.id} was {part.because[0]}" for part in late)
            return GoalStatus.MET_LATE, (f"done on {completion.on}, {due}", *said)
        return GoalStatus.MET, (f"done on {completion.on}, {due}", completion.because)
    days = (completion.on - target.missed).days
    said_late = f"done on {completion.on}, {days} day{'' if days == 1 else 's'} after {target.missed}"
    return GoalStatus.MET_LATE, (said_late, completion.because)


def _past_due(
    target: _Target, found: Judged, at: datetime, *, is_over: bool, parts: tuple[PartStanding, ...]
) -> tuple[GoalStatus, tuple[str, ...]]:
    days = (at.date() - (target.missed or at.date())).days
    was_due = f"was due by {target.missed}, {days} day{'' if days == 1 else 's'} ago"
    reach = found.last.reach if found.last else None
    said = (was_due,) if found.last is None else (was_due, found.last.because)
    if found.in_comment:
        open_ = (*said, "its grade is not final: the comment period has not run")
        return GoalStatus.MISSED if is_over else GoalStatus.OVERDUE, open_
    # A grade from before the day says how far it was by then, and nothing of the day itself.
    is_graded = (
        found.last_grade is not None and target.missed is not None and found.last_grade.at.date() > target.missed
    )
    if is_over or (is_graded and reach is Reach.NOT_REACHED):
        return GoalStatus.MISSED, said
    some = [part for part in parts if part.done_on is not None]
    if reach is Reach.PARTLY or some:
        return GoalStatus.PARTLY_MET, (*said, *(f"part {part.id} was done on {part.done_on}" for part in some))
    return GoalStatus.OVERDUE, (*said, *(() if found.last else ("nothing says that it is done",)))


def _before(acts: tuple[GoalAct, ...], target: _Target, found: Judged) -> tuple[GoalStatus, tuple[str, ...]]:
    due = f"due by {target.now}" if target.now else "no date is set"
    if target.has_moved:
        return GoalStatus.DATE_MOVED, (due,)
    if is_revised(acts):
        return GoalStatus.REVISED, (due,)
    grade = found.last_grade
    if grade is not None and grade.says == "on track" and acts[-1].state.grader in ("", *grade.roles):
        return GoalStatus.ON_TRACK, (due, f"its grader said so on {grade.at.date()}")
    return GoalStatus.UPCOMING, (due,)


def _flags(
    acts: tuple[GoalAct, ...], target: _Target, completion: Completion | None, found: Judged
) -> Iterator[GoalFlag]:
    kinds = [act.kind for act in acts]
    retired = next((act for act in acts if act.kind is GoalActKind.RETIRE), None)
    facts = (
        (GoalFlag.DATE_MOVED, target.has_moved or part_has_moved(acts)),
        (GoalFlag.MOVED_AFTER_DUE, target.moved_late or part_moved_late(acts)),
        (GoalFlag.REVISED, is_revised(acts)),
        (GoalFlag.LESS, any(lessened(one.state, two.state) for one, two in pairwise(acts))),
        (GoalFlag.REMOVED, retired is not None and not retired.superseded_by),
        (GoalFlag.SUPERSEDED, retired is not None and bool(retired.superseded_by)),
        (GoalFlag.CONTESTED, _is_contested(kinds)),
        (GoalFlag.SETTLED, GoalActKind.CONTEST in kinds and not _is_contested(kinds)),
        (GoalFlag.OWN_WORD, completion is not None and completion.is_own_word),
        (GoalFlag.IN_COMMENT, found.in_comment),
    )
    return (flag for flag, holds in facts if holds)


def _is_contested(kinds: list[GoalActKind]) -> bool:
    last = next((kind for kind in reversed(kinds) if kind in (GoalActKind.CONTEST, GoalActKind.SETTLE)), None)
    return last is GoalActKind.CONTEST


def _why_flagged(acts: tuple[GoalAct, ...], target: _Target) -> Iterator[str]:
    before: Goal | None = None
    for act in acts:
        if before is not None and act.state.target != before.target:
            yield _moved(before.target, act)
        if before is not None:
            yield from lessened(before, act.state)
        if act.kind in (GoalActKind.CONTEST, GoalActKind.SETTLE):
            word = "contested" if act.kind is GoalActKind.CONTEST else "settled"
            yield f"{word} on {act.at.date()}{_quoted(act.reason)}"
        before = act.state
    if target.moved_late:
        yield f"its date was changed after {target.missed} had passed"


def _moved(was: date | None, act: GoalAct) -> str:
    now = act.state.target
    if was is None or now is None:
        return f"its date went from {was or 'none'} to {now or 'none'} on {act.at.date()}{_quoted(act.reason)}"
    return f"moved by {(now - was).days} days, from {was} to {now}, on {act.at.date()}{_quoted(act.reason)}"


def _part_moved(part: PartStanding) -> str:
    was, now = part.first_target, part.target
    if was is None or now is None:
        return f"the date of part {part.id} went from {was or 'none'} to {now or 'none'}"
    return f"part {part.id} moved by {(now - was).days} days, from {was} to {now}"


def _quoted(reason: str) -> str:
    return f": {reason}" if reason else ""


def _part(part: Part, acts: tuple[GoalAct, ...], history: GoalHistory, at: datetime) -> PartStanding:
    found = judged(history, part.id, at)
    target = _target(acts, found.completion, at, part=part.id)
    status, because = _status(tuple(_about(part.id, acts)), target, found.completion, found, at, parts=())
    return PartStanding(
        id=part.id,
        title=part.title,
        status=status,
        first_target=target.first,
        target=target.now,
        done_on=found.completion.on if found.completion else None,
        because=because,
    )


def _about(part: str, acts: tuple[GoalAct, ...]) -> Iterator[GoalAct]:
    """The acts that changed a part, and those that ended the goal."""
    before: Part | None = None
    for number, act in enumerate(acts):
        now = next((one for one in act.state.parts if one.id == part), None)
        if number == 0 or now != before or act.kind is GoalActKind.RETIRE:
            yield act
        before = now
