# SPDX-License-Identifier: Apache-2.0
"""A roadmap: public goals with target dates and rules of grading, as data (A-2).

Nothing here says how a goal stands: that follows from dates, acts and rules (`accountability.roadmap.status`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from ruleout.model.clause import Period


class Mark(Enum):
    """How far an invariant is in place."""

    NOT = "not"
    MOSTLY = "mostly"
    FULLY = "fully"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """One thing that is to be in place: what, in our words, and the area it belongs to ("" if none is given)."""

    id: str
    says: str
    area: str
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvariantsRule:
    """Reached if at least `fully` percent are fully in place, and at least `mostly` percent at least mostly.

    A percentage of a count is compared exactly: 60 % of 26 are 16, since 16 · 100 ≥ 60 · 26 and 15 · 100 is not.
    """

    fully: int
    mostly: int
    invariants: tuple[Invariant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRule:
    """Reached if a report is delivered: what it says, and to whom (roles or words)."""

    report: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtefactRule:
    """Reached if so many things are there: at least `least`, at most `most` (None: no upper limit)."""

    artefact: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorRule:
    """Reached if a measured figure is at least, or at most, a value; exactly one of the two is given."""

    indicator: str
    at_least: Decimal | None
    at_most: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementRule:
    """Reached if named roles judge so, on stated grounds: what they judge."""

    judgement: str
    by: tuple[str, ...]


Rule = InvariantsRule | ReportRule | ArtefactRule | IndicatorRule | JudgementRule


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowOn:
    """What is owed once a goal is done, and within which time."""

    id: str
    says: str
    within: Period
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a goal with its own target or rule; either may be the goal's (None).

    Attributes:
        confidence: what the document says of it; "" where nothing is stated.
    """

    id: str
    title: str
    says: str
    target: date | None
    rule: Rule | None
    confidence: str
    anchor: str | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way of meeting a goal that the document names without promising it."""

    id: str
    says: str
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One goal.

    Attributes:
        area: its area's id.
        title, says: what it is, in our words.
        section, anchor: where the document says it; "" and None for one's own.
        target: the day by which it is to be met; None where none is published.
        confidence: what the document says of its confidence; "" where nothing is stated.
        owner, grader: roles, "" where none is named.
        invalidator: what would make the goal moot; "" where nothing is stated.
        rule: how it is graded; None where the document states no rule.
        comment_days, comment_by: days that somebody has to comment on conclusions before they are final; 0 and "" if none.
        report_to: who receives a report on it.
        candidates: named ways of meeting it.
        answer_within: time within which work begun under it must give an answer.
        parts: its parts, in the document's order.
        then: what is owed once it is done.
        redactions: what the document leaves out of it, in words.
        was: ids it had in earlier states.
        note: what is uncertain.
    """

    id: str
    area: str
    title: str
    says: str
    section: str
    anchor: str | None
    target: date | None
    confidence: str
    owner: str
    grader: str
    invalidator: str
    rule: Rule | None
    comment_days: int
    comment_by: str
    report_to: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    answer_within: Period | None
    parts: tuple[Part, ...]
    then: tuple[FollowOn, ...]
    redactions: tuple[str, ...]
    was: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a document expects to have done by some point, without promising it; it is kept, compared and never graded.

    Attributes:
        when: the condition or the point in time, in our words.
        says: what is expected.
        anchor: where the document says it.
    """

    id: str
    when: str
    says: str
    anchor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapDocument:
    """The published document that a file tells of: its address, SHA-256 (hex) and the day it was fetched."""

    url: str
    sha256: str
    retrieved: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roadmap:
    """A roadmap as one file describes it.

    Attributes:
        as_of: the day its own heading names; None where it names none.
        published: the day it was published or captured.
        document: what it was told from; None for one's own.
        goals: in the document's order.
        expectations: what it expects besides its goals.
    """

    id: str
    title: str
    developer: str
    as_of: date | None
    published: date | None
    document: RoadmapDocument | None
    goals: tuple[Goal, ...]
    note: str
    expectations: tuple[Expectation, ...] = ()

    def goal(self, goal_id: str) -> Goal | None:
        """Return the goal of an id, None if there is none."""
        return next((goal for goal in self.goals if goal.id == goal_id), None)
