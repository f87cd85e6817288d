# SPDX-License-Identifier: Apache-2.0
"""A roadmap as the record or published files have it, and how its goals stand at an instant (A-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from ruleout.accountability.roadmap.captures import histories_of
from ruleout.accountability.roadmap.fold import GoalEntry, RoadmapRegister, fold
from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.accountability.roadmap.status import standing
from ruleout.accountability.roadmap.updates import parse_updates
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.acts import RecordedAct, acts_in
from ruleout.app.ledger import Record
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.roadmap import Goal, Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalHistory, GoalStanding
from ruleout.model.update_log import UpdateLog

#: Folder of a workspace that holds roadmap files.
FOLDER = "roadmap"


def register_in(record: Record, roadmap: str) -> RoadmapRegister | None:
    """Return a roadmap as the record has it, None if it has none of this id. Effect: reads what its acts name."""
    return fold(_entries(record, roadmap))


def roadmaps_in(record: Record) -> tuple[str, ...]:
    """Return the ids of all roadmaps of a record, in the order in which they were set. Pure."""
    return tuple(dict.fromkeys(str(entry.content.subject["roadmap"]) for entry in record.of_type(EntryType.GOAL)))


def published(
    files: Iterable[Path], updates: Path | None
) -> tuple[Roadmap, tuple[tuple[str, GoalHistory], ...], UpdateLog | None]:
    """Return the newest of several published states, each goal's history, and what was said. Effect: reads the files.

    Raises:
        BadInput: a file has problems.
        RuleoutError: a file cannot be read, or they are not states of one roadmap, oldest first.
    """
    states = [parse_roadmap(_read(path, "roadmap"), file=str(path)) for path in files]
    log = None if updates is None else parse_updates(_read(updates, "updates file"), file=str(updates))
    return states[-1], histories_of(states, log), log


def standings(histories: Iterable[tuple[str, GoalHistory]], at: datetime) -> tuple[tuple[str, GoalStanding], ...]:
    """Return how each goal that was set by an instant stands at it. Pure."""
    return tuple((name, standing(history, at)) for name, history in histories if history.acts[0].at <= at)


def unrecorded(roadmap: Roadmap, register: RoadmapRegister, *, new: bool = True) -> Iterator[str]:
    """Yield where a roadmap's file says other than the record, one sentence each. Pure.

    Args:
        new: whether goals that the record lacks count.
    """
    for goal in roadmap.goals:
        recorded = register.state(goal.id)
        if recorded is None and goal.id in register.histories:
            yield f"goal {goal.id} was retired and stands in the file again"
        elif recorded is None and new:
            yield f"goal {goal.id} is not in the record"
        elif recorded is not None and recorded != goal:
            yield _difference(recorded, goal)
    for name in register.histories:
        if register.state(name) is not None and roadmap.goal(name) is None:
            yield f"goal {name} is in the record and not in the file"


def workspace_differences(place: Workspace, record: Record) -> tuple[tuple[Path, tuple[str, ...]], ...]:
    """Return, per roadmap file of a workspace, where it says other than the record. Effect: reads the files."""
    found = []
    for path in sorted((place.root / FOLDER).glob("*.yaml")):
        roadmap = parse_roadmap(_read(path, "roadmap"), file=str(path))
        register = register_in(record, roadmap.id)
        said = ("no goal of it is in the record",) if register is None else tuple(unrecorded(roadmap, register))
        found.append((path, said))
    return tuple(found)


def _difference(recorded: Goal, found: Goal) -> str:
    if recorded.target != found.target:
        was, now = recorded.target or "none", found.target or "none"
        return f"goal {found.id}: recorded target {was}, the file says {now}, and no act moved it"
    return f"goal {found.id} differs from what is recorded, and no act revised it"


def _entries(record: Record, roadmap: str) -> Iterator[GoalEntry]:
    acts = {act.id: act for kind in (EntryType.GOAL, EntryType.GRADE) for act in acts_in(record, kind)}
    days: dict[str, date] = {}
    for entry in record.entries:
        act = acts.get(entry.content.id)
        if act is not None and act.subject["roadmap"] == roadmap:
            is_grade = entry.content.type is EntryType.GRADE
            yield _grade(act, _roles(entry, record), days) if is_grade else _act(act)
        days[entry.content.id] = datetime.fromisoformat(entry.content.ts).date()


def _grade(act: RecordedAct, roles: tuple[str, ...], days: dict[str, date]) -> GoalEntry:
    """A grade with the roles of who signed it, by the keyring, and the day of what stands before it in the record."""
    at, read = datetime.fromisoformat(act.ts), parse_grade(act.statement, file=act.id)
    grade = read.grade(at=at, roles=roles, shown_on=days.get(read.shown_by))
    return GoalEntry(goal=str(act.subject["goal"]), at=at, by=act.by, grade=grade)


def _act(act: RecordedAct) -> GoalEntry:
    return GoalEntry(
        goal=str(act.subject["goal"]),
        at=datetime.fromisoformat(act.ts),
        act=GoalActKind(str(act.subject["act"])),
        by=act.by,
        reason=act.reason,
        superseded_by=str(act.subject.get("superseded_by", "")),
        roadmap=parse_roadmap(act.statement, file=act.id) if act.statement else None,
    )


def _roles(entry: LedgerEntry, record: Record) -> tuple[str, ...]:
    holders = (record.keyring[sig.key_id] for sig in entry.content.sigs)
    return tuple(sorted({role for holder in holders for role in holder.roles}))


def _read(path: Path, what: str) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what=what)
