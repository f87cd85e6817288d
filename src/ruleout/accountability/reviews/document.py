# SPDX-License-Identifier: Apache-2.0
"""The shapes of a review's file, of a reviewer's words, and of a framework's rules for reviews (see docs/guide/review.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ruleout.accountability.deviations.document import EntryName, FrameworkName
from ruleout.accountability.incidents.document import InstantOrUnknown
from ruleout.accountability.incidents.regime_document import ProvisionDoc
from ruleout.documents.fields import Day, Doc, Id, Line, Says, SourceDoc
from ruleout.documents.time_limits import LimitField
from ruleout.model.review import Adequacy, Agreement, Reply
from ruleout.model.verdict import Verdict

MOST_SECTIONS = 200
MOST_WORDS = 8000
Class = Literal["ip", "cybersecurity", "public-safety", "national-security", "legal", "privacy"]
#: A section of a report, or SECTION--ITEM where it has items.
PieceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-{1,2}[a-z0-9]+)*$", max_length=80)]
Words = Annotated[str, StringConstraints(max_length=MOST_WORDS)]


class ReviewClauseDoc(ProvisionDoc):
    """One rule."""

    says: Says
    clause: Id | None = None


class ApprovalDoc(ReviewClauseDoc):
    """Which roles approve a reviewer: each of them."""

    by: Annotated[tuple[Id, ...], Field(min_length=1, max_length=10)]


class ClockDoc(ReviewClauseDoc):
    """A clock of the review."""

    within: LimitField


class WithheldDoc(ReviewClauseDoc):
    """For which classes of redactions something may be withheld from reviewers."""

    only: Annotated[tuple[Class, ...], Field(max_length=10)]


class QuestionDoc(ProvisionDoc):
    """One question."""

    asks: Line
    clause: Id | None = None


Questions = Annotated[dict[Id, QuestionDoc], Field(min_length=1, max_length=30)]


class ReviewRulesDoc(Doc):
    """What one framework asks of external reviews."""

    reviews_of: FrameworkName
    title: Line
    as_of: Day
    zone: Line
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1, max_length=20)]
    approval: ApprovalDoc
    share: ClockDoc
    comment: ClockDoc
    withheld: WithheldDoc | None = None
    independence: Questions
    substance: Questions
    redactions: Questions
    note: Says | None = None


class DeclaredDoc(Doc):
    """Whether there is such a tie, and in what words."""

    tie: Verdict
    says: Says | None = None


class ReviewerDoc(Doc):
    """An outside reviewer and its declaration. What `independence` leaves out is unknown."""

    reviewer: Id
    name: Line
    expertise: Says
    independence: Annotated[dict[Id, DeclaredDoc], Field(max_length=30)] = Field(default_factory=dict)


class ReviewDoc(Doc):
    """One review of one report."""

    review: Id
    report: EntryName
    framework: FrameworkName
    ground: Says
    submitted: InstantOrUnknown
    reviewers: Annotated[tuple[ReviewerDoc, ...], Field(min_length=1, max_length=20)]
    note: Says | None = None


class SectionAnswerDoc(Doc):
    """A reviewer on one section."""

    agreement: Agreement
    adequacy: Adequacy
    says: Words = ""


class QuestionAnswerDoc(Doc):
    """A reviewer on one question."""

    reply: Reply
    says: Words = ""


class ReviewWordsDoc(Doc):
    """A reviewer's answers, written by hand for one package; the page makes the same without this file."""

    review_answers: Id
    by: Line
    dated: Day
    sections: Annotated[dict[PieceName, SectionAnswerDoc], Field(min_length=1, max_length=MOST_SECTIONS)]
    questions: Annotated[dict[Id, QuestionAnswerDoc], Field(min_length=1, max_length=60)]
    remarks: Words = ""
