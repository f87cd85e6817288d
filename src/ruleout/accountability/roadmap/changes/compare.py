# SPDX-License-Identifier: Apache-2.0
"""Two states of a roadmap -> what differs, whether that is more or less, and whether anybody said so (A-2).

Compared are the documents as they stand, so no field can be forgotten: what a later version of the shape adds is compared
as well. The differences come from the two states alone. The update log is then laid beside them: an entry counts for a
difference if it is about the goal and tells of the field, or of what the field is a part of, with the same values where it
names any. So what changed without being told of is computed; nobody lists it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ruleout.accountability.roadmap.changes.compared import Asks, Difference, Mention, RoadmapComparison, Shift
from ruleout.accountability.roadmap.changes.more_or_less import Judged, judged
from ruleout.accountability.roadmap.changes.states import GOALS, RoadmapState, Tree
from ruleout.accountability.roadmap.changes.trees import Branch, differing, entry_of, is_nothing, words_of
from ruleout.model.update_log import Told, Update, UpdateKind, UpdateLog

#: Kinds of update after which a goal is expected to go.
_DONE = (UpdateKind.COMPLETED, UpdateKind.CLOSED)
#: What is not compared as a field of the roadmap: its goals, goal by goal, and which copy was read.
_APART = frozenset({GOALS, "document", "published"})
#: Where anything else differs, that it points at another sentence or place is no second difference.
_POINTING = frozenset({"anchor", "section"})
#: Ours, and no statements of the document: a note, and which goal an earlier state had.
_OURS = frozenset({"note", "was"})


def compare_roadmaps(old: RoadmapState, new: RoadmapState, log: UpdateLog | None = None) -> RoadmapComparison:
    """Return what differs between two states of a roadmap, and what the update log tells of it. Pure.

    Args:
        old, new: the states; goals correspond by id, or by what the newer one says it was (`was`).
        log: what was said; updates after the older state's day and not after the newer one's last day are considered.

    Source: A-2.
    """
    updates = () if log is None else _between(old, new, log)
    found = [*_of_the_page(old, new), *_of_goals(old.goals, new.goals, updates)]
    lineage = {name: _came_from(name, goal, old.goals) for name, goal in new.goals.items()}
    told = tuple(_with_mention(one, updates, log, was=lineage.get(one.goal, one.goal)) for one in found)
    used = {update_id for one in told for update_id in one.told_by}
    return RoadmapComparison(
        old=old.name,
        new=new.name,
        differences=told,
        unmatched=tuple(update for update in updates if update.id not in used),
        remarks=_remarks(new, log),
        has_log=log is not None,
    )


def _between(old: RoadmapState, new: RoadmapState, log: UpdateLog) -> tuple[Update, ...]:
    return tuple(update for update in log.updates if old.known_from < update.on <= new.known_to)


def _of_the_page(old: RoadmapState, new: RoadmapState) -> Iterator[Difference]:
    """What differs outside the goals."""
    before, after = ({k: v for k, v in one.value.items() if k not in _APART} for one in (old, new))
    yield from _within("", before, after)


def _of_goals(old: Mapping[str, Tree], new: Mapping[str, Tree], updates: Sequence[Update]) -> Iterator[Difference]:
    left = dict(old)
    for name, goal in new.items():
        was = _came_from(name, goal, left)
        earlier = left.pop(was, None)
        if earlier is None:
            yield _whole(name, goal, Shift.ADDED, Judged(asks=Asks.MORE, because="the goal is new"))
            continue
        if was != name:
            yield _renamed(was, name)
        yield from _within(name, earlier, goal)
    for name, goal in left.items():
        yield _whole(name, goal, Shift.REMOVED, _loss(name, updates))


def _within(goal: str, old: Tree, new: Tree) -> Iterator[Difference]:
    branches = [branch for branch in differing(old, new) if not _OURS.intersection(branch.path)]
    told = {branch.path[:-1] for branch in branches if branch.path[-1] not in _POINTING}
    for branch in branches:
        if branch.path[-1] not in _POINTING or branch.path[:-1] not in told:
            yield _difference(goal, branch, same_sentence=_same_sentence(old, new, branch))


def _came_from(name: str, goal: Tree, before: Mapping[str, Tree]) -> str:
    """The id under which the older state has the goal."""
    was = goal.get("was", ())
    names = (was,) if isinstance(was, str) else was
    return next((one for one in names if one in before), name)


def _same_sentence(old: Tree, new: Tree, branch: Branch) -> bool:
    """Whether what differs stands, on both sides, in something that anchors the same sentence of the source."""
    before, after = (_anchor_beside(side, branch.path) for side in (old, new))
    return before is not None and before == after


def _anchor_beside(side: Any, path: tuple[str, ...]) -> str | None:
    for key in path[:-1]:
        side = entry_of(side, key)
    anchor = side.get("anchor") if isinstance(side, dict) else None
    return anchor if isinstance(anchor, str) else None


def _whole(name: str, goal: Tree, shift: Shift, one: Judged) -> Difference:
    title = words_of(goal)
    was, now = ("", title) if shift is Shift.ADDED else (title, "")
    return Difference(goal=name, field="", shift=shift, was=was, now=now, asks=one.asks, because=one.because)


def _renamed(was: str, now: str) -> Difference:
    because = "it has another id, and says which it had"
    return Difference(goal=now, field="id", shift=Shift.CHANGED, was=was, now=now, asks=Asks.SAME, because=because)


def _loss(name: str, updates: Sequence[Update]) -> Judged:
    reported = next((one for one in updates if one.goal == name and one.kind in _DONE), None)
    if reported is None:
        return Judged(asks=Asks.LESS, because="the goal is gone, and no update says that it was completed")
    said = f"the goal is gone after it was reported {reported.kind.value} on {reported.on.isoformat()}"
    return Judged(asks=Asks.UNCLEAR, because=said)


def _difference(goal: str, branch: Branch, *, same_sentence: bool) -> Difference:
    one = judged(branch, same_sentence=same_sentence)
    shift = Shift.ADDED if is_nothing(branch.was) else Shift.REMOVED if is_nothing(branch.now) else Shift.CHANGED
    return Difference(
        goal=goal,
        field=branch.field,
        shift=shift,
        was=words_of(branch.was),
        now=words_of(branch.now),
        asks=one.asks,
        because=one.because,
    )


def _with_mention(one: Difference, updates: Sequence[Update], log: UpdateLog | None, *, was: str) -> Difference:
    """The difference with the updates that tell of it, under the goal's id or the one it had."""
    about = [update for update in updates if update.goal in (one.goal, was)]
    telling = [update for update in about if any(_tells(told, one) for told in update.tells)]
    if not telling or log is None:
        return one
    own = [update.id for update in telling if log.page_of(update).own]
    others = [update.id for update in telling if update.id not in own]
    return replace(one, mention=Mention.LOG if own else Mention.ELSEWHERE, told_by=(*own, *others))


def _tells(told: Told, one: Difference) -> bool:
    """Whether an entry that tells of a field tells of this difference: of it, or of what it is a part of."""
    if not told.field:
        return not one.field
    if one.field != told.field and not one.field.startswith(f"{told.field}."):
        return False
    return told.was in ("", one.was) and told.now in ("", one.now)


def _remarks(new: RoadmapState, log: UpdateLog | None) -> tuple[str, ...]:
    if log is None:
        return ()
    own = [update.on for update in log.updates if log.page_of(update).own and update.on <= new.known_to]
    if not own or max(own) <= new.known_from:
        return ()
    heading, newest = new.known_from.isoformat(), max(own).isoformat()
    return (f"the newer state is headed {heading}, and the newest entry of its own log is of {newest}",)
