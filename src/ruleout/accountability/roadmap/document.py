# SPDX-License-Identifier: Apache-2.0
"""The shape of a roadmap file (see docs/guide/roadmap.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruleout.documents.fields import Day, Doc, Id, Line, Number, PeriodField, Says, Sha256, Url, Whole

Percent = Annotated[Whole, Field(ge=0, le=100)]
Count = Annotated[Whole, Field(ge=0, le=100_000)]
Lines = Annotated[tuple[Line, ...], Field(max_length=100)]


class InvariantDoc(Doc):
    """One thing that is to be in place."""

    says: Says
    area: Line | None = None
    anchor: Sha256 | None = None


class RuleDoc(Doc):
    """How a goal is graded: fields of one kind, named by `invariants`, `report`, `artefact`, `indicator` or `judgement`.

    Shares are percent; `least` and `most` count artefacts; `at-least` or `at-most` bounds an indicator's figure.
    """

    invariants: Annotated[dict[Id, InvariantDoc], Field(min_length=1, max_length=500)] | None = None
    fully: Percent | None = None
    mostly: Percent | None = None
    report: Says | None = None
    to: Lines | None = None
    artefact: Says | None = None
    least: Annotated[Count, Field(ge=1)] | None = None
    most: Count | None = None
    indicator: Says | None = None
    at_least: Number | None = None
    at_most: Number | None = None
    judgement: Says | None = None
    by: Annotated[Lines, Field(min_length=1)] | None = None


class FollowOnDoc(Doc):
    """What is owed once a goal is done."""

    says: Says
    within: PeriodField
    anchor: Sha256 | None = None


class CommentDoc(Doc):
    """Who may comment for how many days before a conclusion is final."""

    days: Annotated[Whole, Field(ge=1, le=365)]
    by: Line


class PartDoc(Doc):
    """A part of a goal."""

    title: Line
    says: Says
    target: Day | None = None
    rule: RuleDoc | None = None
    confidence: Line | None = None
    anchor: Sha256 | None = None
    note: Says | None = None


class CandidateDoc(Doc):
    """A way of meeting a goal that the document names without promising it."""

    says: Says
    anchor: Sha256 | None = None


class GoalDoc(Doc):
    """One goal. Without `rule`, the document states none."""

    area: Id
    title: Line
    says: Says
    section: Line | None = None
    anchor: Sha256 | None = None
    target: Day | None = None
    confidence: Line | None = None
    owner: Id | None = None
    grader: Id | None = None
    invalidator: Says | None = None
    rule: RuleDoc | None = None
    comment: CommentDoc | None = None
    report_to: Lines = ()
    candidates: Annotated[dict[Id, CandidateDoc], Field(max_length=100, default_factory=dict)]
    answer_within: PeriodField | None = None
    parts: Annotated[dict[Id, PartDoc], Field(max_length=50, default_factory=dict)]
    then: Annotated[dict[Id, FollowOnDoc], Field(max_length=20, default_factory=dict)]
    redactions: Lines = ()
    was: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    note: Says | None = None


class ExpectationDoc(Doc):
    """What the document expects to have done by some point, without promising it: when, and what."""

    when: Says
    says: Says
    anchor: Sha256 | None = None


class PublishedDoc(Doc):
    """The published document that the file tells of."""

    url: Url
    sha256: Sha256
    retrieved: Day | None = None


class RoadmapDoc(Doc):
    """A roadmap file."""

    roadmap: Id
    title: Line
    developer: Line
    as_of: Day | None = None
    published: Day | None = None
    document: PublishedDoc | None = None
    goals: Annotated[dict[Id, GoalDoc], Field(min_length=1, max_length=500)]
    expectations: Annotated[dict[Id, ExpectationDoc], Field(max_length=100, default_factory=dict)]
    note: Says | None = None
