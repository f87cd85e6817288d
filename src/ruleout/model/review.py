# SPDX-License-Identifier: Apache-2.0
"""External review: its rules, reviewers with their declarations, and what a reviewer answers (A-9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ruleout.model.clock import Limit
from ruleout.model.verdict import Verdict


class Agreement(Enum):
    """Whether a reviewer agrees with a section's conclusion; says nothing of its evidence."""

    AGREE = "agree"
    PARTLY = "partly"
    DISAGREE = "disagree"
    CANNOT_SAY = "cannot-say"


class Adequacy(Enum):
    """Whether the evidence that a section gives supports its conclusion; says nothing of the conclusion."""

    ADEQUATE = "adequate"
    PARTLY = "partly"
    INADEQUATE = "inadequate"
    CANNOT_SAY = "cannot-say"


class Reply(Enum):
    """How a question about the report or its redactions is answered."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    CANNOT_SAY = "cannot-say"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewClause:
    """Where a rule stands: its words in ours, section, source, how well it is known, and the framework's clause."""

    says: str
    section: str
    source: str
    grade: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a list, by id, with where it comes from."""

    id: str
    asks: str
    clause: ReviewClause


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRules:
    """What one framework asks of external reviews.

    Attributes:
        name: the framework, `ID@VERSION`.
        digest: SHA-256 of the file that states them, hex.
        zone: IANA name of the place whose days count.
        approvers: roles that must each approve a reviewer; never empty.
        approval, share, comment: the clauses behind approval and the two clocks.
        share_within: from submission to the board to the reviewer's receipt.
        comment_within: from receipt to public commentary.
        withheld_for: the classes of redactions that may stand in a reviewer's way; None where the text names none.
        withheld: the clause behind it.
        independence: questions whose answer must be no.
        substance, redactions: questions that every review answers.
    """

    name: str
    digest: str
    title: str
    zone: str
    approvers: tuple[str, ...]
    approval: ReviewClause
    share: ReviewClause
    share_within: Limit
    comment: ReviewClause
    comment_within: Limit
    withheld: ReviewClause | None
    withheld_for: frozenset[str] | None
    independence: tuple[Question, ...]
    substance: tuple[Question, ...]
    redactions: tuple[Question, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question that a review answers, in order."""
        return (*self.substance, *self.redactions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """A declaration's answer to one question of independence: whether there is such a tie, and in what words."""

    question: str
    tie: Verdict
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """An organisation or person outside that reviews, with its declaration of independence."""

    id: str
    name: str
    expertise: str
    declared: tuple[Declared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a file states of one review.

    Attributes:
        id: name of the review.
        report: id of the report's entry in the record.
        framework: whose rules for reviews apply, `ID@VERSION`.
        ground: why there is one: required, requested, or of the developer's own will.
        submitted: aware instant at which the report went to board and trust; None while it has not.
    """

    id: str
    report: str
    framework: str
    ground: str
    submitted: datetime | None
    reviewers: tuple[Reviewer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionAnswer:
    """A reviewer on one section: the conclusion and its evidence are two answers."""

    section: str
    agreement: Agreement
    adequacy: Adequacy
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswer:
    """A reviewer on one question, in a word and in words."""

    question: str
    reply: Reply
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a reviewer returned for one package.

    Attributes:
        package: digest of the package's manifest, which fixes its every byte.
        review, reviewer, report: as the manifest says.
        report_digest: of the report as it was shown.
        root: root hash of the log that the package's bundle proves.
        by: who answered, as they write it.
        dated: the reviewer's own day.
        remarks: whatever else the reviewer wishes to say.
    """

    package: str
    review: str
    reviewer: str
    report: str
    report_digest: str
    root: str
    by: str
    dated: date
    sections: tuple[SectionAnswer, ...]
    questions: tuple[QuestionAnswer, ...]
    remarks: str
