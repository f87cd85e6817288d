# SPDX-License-Identifier: Apache-2.0
"""Set, move, revise, retire, contest and grade goals: signed acts of a roadmap's register (A-2).

A person edits the roadmap's file and then records what kind of change it is; each act checks that the change is of its
kind. What is done is not moved or revised: another goal takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.accountability.roadmap.ambition import lessened
from ruleout.accountability.roadmap.fold import RoadmapRegister, require_change
from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.accountability.roadmap.status import standing
from ruleout.app.accountability.acts import acts_in, next_id, record_act
from ruleout.app.accountability.roadmap import documents_of, register_in, roadmaps_in, unrecorded
from ruleout.app.ledger import Record, Recorder
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, Signer, verifier_key
from ruleout.model.roadmap import Goal, Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalStatus

_DONE = frozenset({GoalStatus.MET, GoalStatus.MET_LATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """What every act needs: the record as it stands, what adds to it, and who signs."""

    record: Record
    recorder: Recorder
    signer: Signer


def set_goals(data: bytes, acting: Acting, *, file: str = "roadmap") -> list[str]:
    """Draft an entry for each goal of a file that the record does not have; return the goals' ids.

    Effect: keeps the file and drafts entries; the caller commits.

    Raises:
        BadInput: the file has problems.
        RuleoutError: a recorded goal differs, was retired, or there is no new goal.
    """
    roadmap = parse_roadmap(data, file=file)
    register = register_in(acting.record, roadmap.id)
    faults = [] if register is None else list(unrecorded(roadmap, register, new=False))
    if faults:
        hint = "Record changes with `ruleout roadmap move`, `revise` or `retire` first."
        raise RuleoutError(f"{file}: {faults[0]}", hint=hint)
    known = set() if register is None else register.histories.keys()
    fresh = [goal for goal in roadmap.goals if goal.id not in known]
    if not fresh:
        raise RuleoutError(f"{file}: every goal is recorded as it stands", hint="Nothing was added.")
    for goal in fresh:
        _draft(GoalActKind.SET, roadmap.id, goal, acting, statement=data)
    return [goal.id for goal in fresh]


def change_goal(
    kind: GoalActKind, name: str, data: bytes, acting: Acting, *, reason: str, file: str = "roadmap"
) -> tuple[str, ...]:
    """Draft the entry that moves or revises a goal as an edited file has it; return where it asks for less.

    Effect: keeps file and reason and drafts an entry; the caller commits.

    Raises:
        BadInput: the file has problems.
        NotFound: the goal is not in the record, or not in the file.
        RuleoutError: nothing changed, more changed than the act may change, or the goal is done.
    """
    roadmap: Roadmap = parse_roadmap(data, file=file)
    was, now = _recorded(acting, roadmap.id, name), roadmap.goal(name)
    if now is None:
        raise NotFound(f"{file}: no goal {name!r}", hint="Use `ruleout roadmap retire` for a goal that is taken out.")
    require_change(kind, was, now)
    less = lessened(was, now)
    extra: dict[str, str | bool] = {"flagged": True} if less else {}
    if was.target is not None:
        extra["before"] = was.target.isoformat()
    _draft(kind, roadmap.id, now, acting, statement=data, reason=_needed(reason), extra=extra)
    return less


def end_or_contest(
    kind: GoalActKind, roadmap: str, name: str, acting: Acting, *, reason: str, superseded_by: str = ""
) -> str:
    """Draft the entry that retires, contests or settles a goal; return its id.

    Effect: keeps the reason and drafts an entry; the caller commits.

    Raises:
        NotFound: the goal, or the one that takes its place, is not in the record.
        RuleoutError: there is no reason, nothing to settle, or a goal would take its own place.
    """
    is_dispute = kind in (GoalActKind.CONTEST, GoalActKind.SETTLE)
    goal = _ever_set(acting, roadmap, name) if is_dispute else _recorded(acting, roadmap, name, may_be_done=True)
    if kind is GoalActKind.SETTLE and not _is_contested(acting, roadmap, name):
        raise RuleoutError(f"goal {name} is not contested", hint="`ruleout roadmap contest` records a dispute.")
    if superseded_by == name:
        raise RuleoutError(f"goal {name} cannot take its own place", hint="Name another goal, or none.")
    if superseded_by:
        _recorded(acting, roadmap, superseded_by, may_be_done=True)
    extra: dict[str, str | bool] = {"superseded_by": superseded_by} if superseded_by else {}
    return _draft(kind, roadmap, goal, acting, reason=_needed(reason), extra=extra)


def grade_goal(roadmap: str, data: bytes, acting: Acting, *, file: str = "grade") -> str:
    """Draft the entry of a grade; return its id.

    Effect: keeps the file and drafts an entry; the caller commits.

    Raises:
        BadInput: the file has problems, or names what the roadmap does not have.
        NotFound: there is no such roadmap, no entry that `evidence` names, or none that `shown-by` names and that holds
            the grade's document.
        KeyUnavailable: the goal names who grades it, and the key does not hold that role.
    """
    register = _register(acting.record, roadmap)
    goals = {name: goal for name in register.histories if (goal := register.state(name)) is not None}
    read = parse_grade(data, file=file, goals=goals)
    goal, roles = goals[read.goal], _roles(acting)
    if goal.grader and goal.grader not in roles:
        raise KeyUnavailable(
            f"goal {goal.id} is graded by {goal.grader}; key {acting.signer.name!r} holds {', '.join(roles)}",
            hint="Let the grader sign: a note by somebody else is no grade.",
        )
    if read.shown_by and read.document not in _documents_in(acting.record, read.shown_by):
        raise NotFound(
            f"no entry {read.shown_by!r} in the record that holds the document {read.document[:12]}…",
            hint="`ruleout log` lists the entries. Without one that holds it, the day of the grade counts.",
        )
    unknown = [name for name in read.doc.evidence if name not in acting.record.ids]
    if unknown:
        raise NotFound(f"no entry {unknown[0]!r} in the record", hint="`ruleout log` lists the entries.")
    subject: dict[str, str | tuple[str, ...]] = {"roadmap": roadmap, "goal": goal.id, "by": roles}
    if read.doc.says:
        subject["says"] = read.doc.says
    if read.doc.comments:
        subject["comment_from"] = read.doc.comments.from_.isoformat()
        subject["comment_until"] = read.doc.comments.until.isoformat()
    entry_id = next_id(acting.recorder, f"grade/{roadmap}/{goal.id}")
    return record_act(acting.recorder, EntryType.GRADE, entry_id, subject, signer=acting.signer, statement=data)


def _recorded(acting: Acting, roadmap: str, name: str, *, may_be_done: bool = False) -> Goal:
    register = _register(acting.record, roadmap)
    goal = register.state(name)
    if goal is None:
        hint = "`ruleout roadmap show` lists those it has."
        raise NotFound(f"roadmap {roadmap} has no goal {name!r} in the record", hint=hint)
    if not may_be_done and standing(register.histories[name], acting.recorder.at).status in _DONE:
        hint = "Set a new goal and retire this one with --superseded-by."
        raise RuleoutError(f"goal {name} is done; what is done is not moved or revised", hint=hint)
    return goal


def _ever_set(acting: Acting, roadmap: str, name: str) -> Goal:
    """A goal as it stood last, retired or not: its end may be disputed."""
    history = _register(acting.record, roadmap).histories.get(name)
    return _recorded(acting, roadmap, name) if history is None else history.acts[-1].state


def _is_contested(acting: Acting, roadmap: str, name: str) -> bool:
    history = _register(acting.record, roadmap).histories[name]
    return GoalFlag.CONTESTED in standing(history, acting.recorder.at).flags


def _register(record: Record, roadmap: str) -> RoadmapRegister:
    register = register_in(record, roadmap)
    if register is None:
        known = ", ".join(roadmaps_in(record)) or "none"
        raise NotFound(
            f"no roadmap {roadmap!r} in the record, it has {known}", hint="Record it: `ruleout roadmap set`."
        )
    return register


def _documents_in(record: Record, entry_id: str) -> frozenset[str]:
    found = next((entry for entry in record.entries if entry.content.id == entry_id), None)
    if found is None:
        return frozenset()
    act = next((one for one in acts_in(record, EntryType.GRADE) if one.id == entry_id), None)
    return documents_of(found, act)


def _needed(reason: str) -> str:
    if not reason.strip():
        raise RuleoutError("this act needs its reason", hint="Say why, for those who rely on the goal: --reason.")
    return reason


def _draft(
    kind: GoalActKind,
    roadmap: str,
    goal: Goal,
    acting: Acting,
    *,
    statement: bytes = b"",
    reason: str = "",
    extra: dict[str, str | bool] | None = None,
) -> str:
    subject: dict[str, str | bool] = {"roadmap": roadmap, "goal": goal.id, "act": kind.value, "area": goal.area}
    if goal.target is not None:
        subject["target"] = goal.target.isoformat()
    entry_id = next_id(acting.recorder, f"goal/{roadmap}/{goal.id}")
    return record_act(
        acting.recorder,
        EntryType.GOAL,
        entry_id,
        subject | (extra or {}),
        signer=acting.signer,
        statement=statement,
        reason=reason,
    )


def _roles(acting: Acting) -> tuple[str, ...]:
    signer = acting.signer
    holder = acting.record.keyring.get(verifier_key(signer.name, signer.public_key).key_id)
    if holder is None:
        hint = f"Add it with `ruleout key new {signer.name} --role ROLE --person PERSON`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    return tuple(sorted(holder.roles))
