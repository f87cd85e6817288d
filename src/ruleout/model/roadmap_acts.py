# SPDX-License-Identifier: Apache-2.0
"""What was done about a goal, and how it stands: acts, grades, statements of its author; statuses (A-2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from ruleout.model.roadmap import FollowOn, Goal, Mark
from ruleout.model.verdict import Verdict


class GoalActKind(Enum):
    """What an act does to a goal."""

    SET = "set"
    MOVE = "move"
    REVISE = "revise"
    RETIRE = "retire"
    CONTEST = "contest"
    SETTLE = "settle"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalAct:
    """One act about a goal.

    Attributes:
        at: aware UTC instant at which it was recorded or, in a public record, published.
        state: the goal as it stands after the act; for acts that do not change it, as it stood.
        reason: why, in the words of whoever signed.
        by: names of the keys that signed; empty in a public record.
        superseded_by: for a retirement, the goal that takes its place, "" if none.
    """

    kind: GoalActKind
    at: datetime
    state: Goal
    reason: str
    by: tuple[str, ...] = ()
    superseded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalGrade:
    """One grading of a goal, or of a part of it.

    Attributes:
        at: aware UTC instant at which it was recorded.
        part: the part's id, "" for the goal.
        says: what its author calls the goal: "met", "partly met", "missed", "on track" or "".
        shown_on: day by which something recorded earlier shows it done; None where only the grade itself says so.
        shown_by: id of the entry that shows it, "" if none does.
        marks: invariants by id, with how far each is in place.
        is_delivered: whether the report that a rule asks for was delivered.
        count: artefacts counted; None if not stated.
        value: the indicator's figure; None if not stated.
        judged: what the judging roles found.
        roles: roles of whoever signed.
        comment_from, comment_until: first and last day on which comments were taken.
        note: words about it.
        evidence: ids of the entries that it rests on.
        void: why it counts no more, "" if it does: what it rests on was withdrawn.
    """

    at: datetime
    part: str
    says: str
    shown_on: date | None
    marks: tuple[tuple[str, Mark], ...]
    is_delivered: bool
    count: int | None
    value: Decimal | None
    judged: Verdict
    roles: tuple[str, ...]
    comment_from: date | None
    comment_until: date | None
    note: str
    shown_by: str = ""
    evidence: tuple[str, ...] = ()
    void: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalReport:
    """What a goal's author said of it in public.

    Attributes:
        on: the day of the statement.
        part: the part it is about, "" for the goal.
        says_done: whether it says that the goal is done.
        happened: the day on which it says that happened; None where it names none.
        says: what it says, in our words.
    """

    on: date
    part: str
    says_done: bool
    happened: date | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalHistory:
    """Everything recorded or published about one goal, in order."""

    acts: tuple[GoalAct, ...]
    grades: tuple[GoalGrade, ...] = ()
    reports: tuple[GoalReport, ...] = ()


class GoalStatus(Enum):
    """How a goal stands. Computed from dates, acts and rules."""

    UPCOMING = "upcoming"
    ON_TRACK = "on track"
    MET = "met"
    MET_LATE = "met late"
    PARTLY_MET = "partly met"
    MISSED = "missed"
    OVERDUE = "overdue"
    DATE_MOVED = "date moved"
    REVISED = "revised"
    REMOVED = "removed"
    SUPERSEDED = "superseded"
    CONTESTED = "contested"


class GoalFlag(Enum):
    """What stays true of a goal beside its status, for ever."""

    DATE_MOVED = "date moved"
    MOVED_AFTER_DUE = "date moved after it was due"
    REVISED = "revised"
    LESS = "asks for less than before"
    REMOVED = "removed"
    SUPERSEDED = "superseded"
    CONTESTED = "contested"
    SETTLED = "contested, since settled"
    OWN_WORD = "by its author's word"
    IN_COMMENT = "open for comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOnStanding:
    """Something owed once a goal was done: the last day for it, and the day it was answered."""

    owed: FollowOn
    due: date
    answered: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStanding:
    """How a part stands: its target now, the one first set, the day it was done."""

    id: str
    title: str
    status: GoalStatus
    first_target: date | None
    target: date | None
    done_on: date | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalStanding:
    """How a goal stands at an instant.

    Attributes:
        goal: as it stood last.
        status, flags: the status, and what stays true beside it.
        because: why, one sentence each.
        first_target, target: the day first set and the day that counts now; None where none was set.
        missed: the first day by which it was due and not done, once it cannot be met in time any more.
        done_on: the day it counts as done.
        parts: its parts.
        follow_ons: what is owed since it was done.
        reported: what its author said of it last, "" if nothing.
        differs: where that differs from the status, one sentence each.
    """

    goal: Goal
    status: GoalStatus
    flags: tuple[GoalFlag, ...]
    because: tuple[str, ...]
    first_target: date | None
    target: date | None
    missed: date | None
    done_on: date | None
    parts: tuple[PartStanding, ...]
    follow_ons: tuple[FollowOnStanding, ...]
    reported: str
    differs: tuple[str, ...]
