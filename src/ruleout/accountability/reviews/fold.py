# SPDX-License-Identifier: Apache-2.0
"""Acts of one review in the record's order -> how it stands: reviewers, sections, packages, answers (A-9).

Who got a package stays in the review, whatever later files say: nobody is taken out of it for what they found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.accountability.reviews.independence import Independence, declaration_digest, independence_of
from ruleout.accountability.reviews.manifest import Manifest
from ruleout.model.review import Answers, Review, Reviewer, ReviewRules
from ruleout.model.verdict import Verdict

OPEN, AMEND, ASSIGN, PACKAGE, RECEIVE = "open", "amend", "assign", "package", "receive"
FILE, UPDATE, PUBLISH = "file", "update", "publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAct:
    """One act: the entry's id, which, its instant, who signed, why, and what it states; None where it states no such.

    Attributes:
        reviewer: id of the reviewer that it is about, "" for all.
        sections: what an assignment assigns.
        at: the instant that a receipt states.
        answers: None too where what was filed is no longer kept.
        rules: those that an opening holds.
    """

    id: str
    act: str
    ts: datetime
    by: tuple[str, ...]
    reason: str = ""
    reviewer: str = ""
    review: Review | None = None
    sections: tuple[str, ...] = ()
    manifest: Manifest | None = None
    at: datetime | None = None
    answers: Answers | None = None
    rules: ReviewRules | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """An act about a reviewer by a role: approves or refuses, of the declaration with this digest."""

    role: str
    approves: bool
    declaration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One version of a reviewer's answers: 1 is the original, later ones are updates."""

    version: int
    entry: str
    ts: datetime
    reason: str
    answers: Answers | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerState:
    """How a reviewer stands.

    Attributes:
        lacking: roles whose approval of the declaration as it is now is missing or was refused.
        packages: (instant, manifest) of each package made.
        received: the earliest instant at which the reviewer is stated to have got a package; None if none is stated.
        published: when a version of this reviewer's answers was first published.
    """

    reviewer: Reviewer
    independence: Independence
    lacking: tuple[str, ...]
    sections: tuple[str, ...]
    packages: tuple[tuple[datetime, Manifest], ...]
    received: datetime | None
    filed: tuple[Filed, ...]
    published: datetime | None

    @property
    def may_review(self) -> bool:
        """Whether a package may be made: known to be independent, and approved by every role."""
        return self.independence.verdict is Verdict.YES and not self.lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewState:
    """How a review stands. `submitted` is the earliest instant ever stated: a clock does not start anew."""

    review: Review
    rules: ReviewRules
    submitted: datetime | None
    reviewers: tuple[ReviewerState, ...]
    acts: tuple[ReviewAct, ...]

    def reviewer(self, name: str) -> ReviewerState | None:
        """The reviewer of an id, or None."""
        return next((one for one in self.reviewers if one.reviewer.id == name), None)

    def uncovered(self, sections: Iterable[str]) -> tuple[str, ...]:
        """Sections of the report that nobody reviews: an assignment to whoever may get no package reaches nobody."""
        assigned = {name for one in self.reviewers if one.may_review for name in one.sections}
        return tuple(name for name in sections if name not in assigned)

    @property
    def packages(self) -> Mapping[str, Manifest]:
        """Every package ever made, by its digest."""
        return {manifest.digest: manifest for one in self.reviewers for _, manifest in one.packages}


def fold(
    acts: Iterable[ReviewAct], rules: ReviewRules, approvals: Mapping[str, Iterable[Approved]]
) -> ReviewState | None:
    """Return how a review stands after its acts, None if none opened it. Pure.

    Args:
        acts: of this review alone, in the record's order.
        rules: by which it is judged.
        approvals: acts about each reviewer, by id, in the record's order.

    Source: A-9.
    """
    kept = tuple(acts)
    stated = [act.review for act in kept if act.review is not None]
    if not stated:
        return None
    review = stated[-1]
    submitted = min((one.submitted for one in stated if one.submitted is not None), default=None)
    reviewers = tuple(
        _reviewer(one, [act for act in kept if act.reviewer in ("", one.id)], rules, approvals.get(one.id, ()))
        for one in _everybody(stated, kept)
    )
    return ReviewState(review=review, rules=rules, submitted=submitted, reviewers=reviewers, acts=kept)


def _everybody(stated: list[Review], acts: Iterable[ReviewAct]) -> tuple[Reviewer, ...]:
    """The reviewers of the latest file, and those whom an earlier one names and who got a package, as last stated."""
    got = {act.reviewer for act in acts if act.act in (PACKAGE, FILE, UPDATE)}
    last = {one.id: one for review in stated for one in review.reviewers}
    named = {one.id for one in stated[-1].reviewers}
    return tuple(one for name, one in last.items() if name in named or name in got)


def lacking(reviewer: Reviewer, rules: ReviewRules, acts: Iterable[Approved]) -> tuple[str, ...]:
    """Return the roles whose approval of a reviewer is missing. Pure.

    Of each role the last act counts, and only if it is about the declaration as it is now.
    """
    digest = declaration_digest(reviewer)
    last = {act.role: act.approves for act in acts if act.declaration == digest}
    return tuple(role for role in rules.approvers if last.get(role) is not True)


def _reviewer(
    reviewer: Reviewer, acts: list[ReviewAct], rules: ReviewRules, approvals: Iterable[Approved]
) -> ReviewerState:
    state = ReviewerState(
        reviewer=reviewer,
        independence=independence_of(reviewer, rules),
        lacking=lacking(reviewer, rules, approvals),
        sections=(),
        packages=(),
        received=None,
        filed=(),
        published=None,
    )
    for act in acts:
        state = _after(state, act)
    return state


def _after(state: ReviewerState, act: ReviewAct) -> ReviewerState:
    match act.act:
        case "assign":
            return replace(state, sections=act.sections)
        case "package" if act.manifest is not None:
            return replace(state, packages=(*state.packages, (act.ts, act.manifest)))
        case "receive" if act.at is not None:
            return replace(state, received=min(act.at, state.received or act.at))
        case "file" | "update":
            number = len(state.filed) + 1
            filed = Filed(version=number, entry=act.id, ts=act.ts, reason=act.reason, answers=act.answers)
            return replace(state, filed=(*state.filed, filed))
        case "publish" if state.filed:
            return replace(state, published=state.published or act.ts)
        case _:
            return state
