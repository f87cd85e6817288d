# SPDX-License-Identifier: Apache-2.0
"""A roadmap as the record or published files have it, and how its goals stand at an instant (A-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from ruleout.accountability.roadmap.captures import histories_of
from ruleout.accountability.roadmap.changes.trees import differing, words_of
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.accountability.roadmap.fold import GoalEntry, RoadmapRegister, fold
from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.acts import RecordedAct, acts_in
from ruleout.app.evidence.listing import measurement_of
from ruleout.app.evidence.receipt import receipts_of
from ruleout.app.evidence.standing import standing_in
from ruleout.app.ledger import Record, read_record
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace, open_workspace
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import Problem
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.roadmap import Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalGrade, GoalHistory
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


def beside_the_record(path: Path) -> tuple[str, ...]:
    """Return where roadmap files of the workspace at a path say other than its record; nothing for a bundle.

    Effect: reads the files, and the record where there are any.
    """
    if not any((path / FOLDER).glob("*.yaml")):
        return ()
    place = open_workspace(path)
    found = workspace_differences(place, read_record(place))
    return tuple(f"{file.name}: {text}" for file, said in found for text in said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What an entry of the record holds: the day of the entry, and documents by SHA-256 (hex)."""

    day: date
    documents: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """Where a roadmap's file says other than the record: the goal, the field ("" for the goal), and both sides."""

    goal: str
    field: str
    recorded: str
    found: str

    def __str__(self) -> str:
        where = f"goal {self.goal}" + (f", {self.field}" if self.field else "")
        return f"{where}: recorded {self.recorded}, the file says {self.found}, and no act changed it"


def unrecorded(roadmap: Roadmap, register: RoadmapRegister, *, new: bool = True) -> Iterator[Unrecorded]:
    """Yield where a roadmap's file says other than the record. Pure.

    Args:
        new: whether goals that the record lacks count.
    """
    for goal in roadmap.goals:
        recorded = register.state(goal.id)
        if recorded is None and goal.id in register.histories:
            yield Unrecorded(goal=goal.id, field="", recorded="retired", found="that it stands")
        elif recorded is None and new:
            yield Unrecorded(goal=goal.id, field="", recorded="nothing", found="that it stands")
        elif recorded is not None and recorded != goal:
            for branch in differing(recorded, goal):
                was, now = (words_of(side) or "nothing" for side in (branch.was, branch.now))
                yield Unrecorded(goal=goal.id, field=branch.field, recorded=repr(was[:80]), found=repr(now[:80]))
    for name in register.histories:
        if register.state(name) is not None and roadmap.goal(name) is None:
            yield Unrecorded(goal=name, field="", recorded="that it stands", found="nothing of it")


def unrecorded_problems(data: bytes, record: Record, *, file: str) -> tuple[Problem, ...]:
    """Return each place where a sound roadmap file says other than the record. Effect: reads what its acts name."""
    roadmap = parse_roadmap(data, file=file)
    register = register_in(record, roadmap.id)
    hint = "Record it with `ruleout roadmap move`, `revise`, `retire` or `set`, or restore the file."
    document = read_yaml(data, file=file)
    if register is None:
        where = document.place(("roadmap",))
        got = "no act about any goal"
        return (Problem(id="G006", where=where, expected="goals of the record", got=got, hint=hint),)
    return tuple(
        Problem(
            id="G006",
            where=document.place(("goals", one.goal, *(one.field.split(".")[:1] if one.field else ()))),
            expected=f"{one.field or one.goal} as recorded: {one.recorded}",
            got=one.found,
            hint=hint,
        )
        for one in unrecorded(roadmap, register)
    )


def workspace_differences(place: Workspace, record: Record) -> tuple[tuple[Path, tuple[str, ...]], ...]:
    """Return, per roadmap file of a workspace, where it says other than the record. Effect: reads the files."""
    found = []
    for path in sorted((place.root / FOLDER).glob("*.yaml")):
        roadmap = parse_roadmap(_read(path, "roadmap"), file=str(path))
        register = register_in(record, roadmap.id)
        if register is None:
            said: tuple[str, ...] = ("no goal of it is in the record",)
        else:
            said = tuple(map(str, unrecorded(roadmap, register)))
        found.append((path, said))
    return tuple(found)


def _entries(record: Record, roadmap: str) -> Iterator[GoalEntry]:
    """The entries of one roadmap, none dated before what stands before it in the record: whoever backdates gains nothing."""
    acts = {act.id: act for kind in (EntryType.GOAL, EntryType.GRADE) for act in acts_in(record, kind)}
    held: dict[str, Held] = {}
    files: dict[bytes, Roadmap] = {}
    withdrawn = _withdrawn(record)
    at = datetime.min.replace(tzinfo=UTC)
    for entry in record.entries:
        at = max(at, datetime.fromisoformat(entry.content.ts))
        act, kind = acts.get(entry.content.id), entry.content.type
        if act is not None and act.subject["roadmap"] == roadmap:
            if kind is EntryType.GRADE:
                given = _grade(act, _roles(entry, record), held, at)
                void = (f"{name}, {withdrawn[name]}" for name in given.evidence if name in withdrawn)
                yield GoalEntry(
                    goal=str(act.subject["goal"]), at=at, by=act.by, grade=replace(given, void=next(void, ""))
                )
            else:
                yield _act(act, files, at)
        held[entry.content.id] = Held(day=at.date(), documents=documents_of(entry, act))


def documents_of(entry: LedgerEntry, act: RecordedAct | None) -> frozenset[str]:
    """Return the SHA-256 (hex) of each document that an entry shows: those it holds, and the one that a grade names.

    Pure. The file of a goal shows nothing: it says what is to be done.
    """
    if entry.content.type is EntryType.GOAL:
        return frozenset()
    if entry.content.type is EntryType.GRADE and act is not None:
        return frozenset({parse_grade(act.statement, file=act.id).document} - {""})
    return frozenset(ref.sha256 for ref in entry.content.refs)


def _grade(act: RecordedAct, roles: tuple[str, ...], held: Mapping[str, Held], at: datetime) -> GoalGrade:
    """A grade with the roles of who signed it, by the keyring, and the day of the entry that held its document before."""
    read = parse_grade(act.statement, file=act.id)
    shows = held.get(read.shown_by)
    shown_on = shows.day if shows is not None and read.document in shows.documents else None
    return read.grade(at=at, roles=roles, shown_on=shown_on)


def _withdrawn(record: Record) -> Mapping[str, str]:
    """Why evidence counts no more, by ids of the entries that received it; it was worthless before anybody knew (A-12)."""
    standing = standing_in(record)
    because = {
        digest: why
        for receipt in (receipts_of(record) if standing.withdrawals else ())
        if (why := standing.withdrawal_of(receipt.summary, partial(measurement_of, record, receipt)))
        for digest in receipt.objects
    }
    return {
        entry.content.id: because[ref.sha256]
        for entry in record.of_type(EntryType.EVIDENCE)
        for ref in entry.content.refs
        if ref.sha256 in because
    }


def _act(act: RecordedAct, files: dict[bytes, Roadmap], at: datetime) -> GoalEntry:
    """An act with the file it was handed in with; `files` keeps those that were read: goals are set by the hundred."""
    if act.statement and act.statement not in files:
        files[act.statement] = parse_roadmap(act.statement, file=act.id)
    return GoalEntry(
        goal=str(act.subject["goal"]),
        at=at,
        act=GoalActKind(str(act.subject["act"])),
        by=act.by,
        reason=act.reason,
        superseded_by=str(act.subject.get("superseded_by", "")),
        roadmap=files.get(act.statement),
    )


def _roles(entry: LedgerEntry, record: Record) -> tuple[str, ...]:
    holders = (record.keyring[sig.key_id] for sig in entry.content.sigs)
    return tuple(sorted({role for holder in holders for role in holder.roles}))


def _read(path: Path, what: str) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what=what)
