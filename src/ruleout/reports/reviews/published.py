# SPDX-License-Identifier: Apache-2.0
"""A review as the public is shown it: every version of every reviewer's answers, as Markdown, HTML and JSON (A-9).

The conclusion's and the evidence's answers stand apart. An answer of an earlier version that said what is withheld is
a hole that names the entry in which it stands: a digest of it without a salt would let anybody try it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.accountability.reviews.fold import Filed, ReviewerState, ReviewState
from ruleout.accountability.reviews.independence import Independence
from ruleout.model.plain import instant_text
from ruleout.model.review import Answers, SectionAnswer
from ruleout.model.verdict import Verdict
from ruleout.reports.reviews.package_page import WORDS

FORMAT = "ruleout-review/1"
NOT_MEANT = (
    "A review says what its reviewers found in what they were shown. It does not say that a model is safe. The developer "
    "recorded the answers: a reviewer who kept the file can compare its SHA-256 with the one given here."
)
_INDEPENDENT = {Verdict.YES: "independent", Verdict.NO: "not independent", Verdict.UNKNOWN: "independence unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedVersion:
    """One version of a reviewer's answers.

    Attributes:
        holes: the places of answers that are shown as holes.
        file: SHA-256 of the answers file as it came, "" where there are holes: it would let anybody try out their words.
    """

    reviewer: str
    filed: Filed
    holes: frozenset[str]
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicName:
    """What the public is told of a section of the report: id and title, positions where these are withheld."""

    id: str
    title: str


_GONE = PublicName(id="gone", title="A section that is not there any more")


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedReview:
    """What is published.

    Attributes:
        report_title: as the public may be told.
        names: of every section, by the id that its reviewers know.
        at: RFC 3339 instant.
    """

    state: ReviewState
    report_title: str
    names: Mapping[str, PublicName]
    versions: tuple[PublishedVersion, ...]
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer to show: what was asked, words for the choices, the free text, and its place."""

    asks: str
    chosen: tuple[tuple[str, str], ...]
    says: str
    place: str


def published_value(shown: PublishedReview) -> dict[str, Any]:
    """Return the published review as JSON. Pure."""
    review = shown.state.review
    return {
        "format": FORMAT,
        "review": review.id,
        "report": review.report,
        "report_title": shown.report_title,
        "framework": review.framework,
        "rules": shown.state.rules.digest,
        "ground": review.ground,
        "published": shown.at,
        "questions": {q.id: q.asks for q in shown.state.rules.questions},
        "sections": {one.id: one.title for one in shown.names.values()},
        "reviewers": [_reviewer_value(one, shown) for one in shown.state.reviewers],
        "versions": [_version_value(one, shown) for one in shown.versions],
        "says_not": NOT_MEANT,
    }


def answer_rows(version: PublishedVersion, shown: PublishedReview) -> Iterator[Row]:
    """Yield each answer of a version to show, in order; holes say so. Pure."""
    answers, rules = answers_in(version), shown.state.rules
    asked = {question.id: question.asks for question in rules.questions}
    for one in answers.sections:
        place = f"sections.{one.section}"
        title = named(one.section, shown).title
        says = or_hole(version, place, one.says)
        yield Row(asks=title, chosen=section_words(one), says=says, place=place)
    for q in answers.questions:
        place = f"questions.{q.question}"
        says = or_hole(version, place, q.says)
        yield Row(asks=asked.get(q.question, q.question), chosen=(("answer", WORDS[q.reply]),), says=says, place=place)
    if answers.remarks:
        yield Row(asks="Remarks", chosen=(), says=or_hole(version, "remarks", answers.remarks), place="remarks")


def section_words(one: SectionAnswer) -> tuple[tuple[str, str], ...]:
    """Return the words for a section's two choices: of its conclusion, and of its evidence. Pure."""
    return (("conclusion", WORDS[one.agreement]), ("evidence", WORDS[one.adequacy]))


def version_heading(version: PublishedVersion, shown: PublishedReview) -> str:
    """Return the heading of a version: whose, which, who wrote it, when. Pure."""
    kind = "original" if version.filed.version == 1 else f"updated, version {version.filed.version}"
    name = reviewer_name(version.reviewer, shown)
    answers = answers_in(version)
    return f"{name}: {kind}, {or_hole(version, 'by', answers.by)}, {answers.dated.isoformat()}"


def reviewer_name(reviewer: str, shown: PublishedReview) -> str:
    """Return a reviewer's name. Pure."""
    one = shown.state.reviewer(reviewer)
    return reviewer if one is None else one.reviewer.name


def or_hole(version: PublishedVersion, place: str, text: str) -> str:
    """Return a text, or in its place what is said of the hole. Pure."""
    if place not in version.holes:
        return text
    return (
        "Withheld: it said what the public is not shown; the reviewer's updated version does not. "
        f"It stands under a salted digest in {version.filed.entry}."
    )


def answers_in(version: PublishedVersion) -> Answers:
    """Return the answers of a version. Pure. Raises ValueError where they are not kept: nothing is published then."""
    if version.filed.answers is None:
        raise ValueError("expected answers that are kept")
    return version.filed.answers


def named(section: str, shown: PublishedReview) -> PublicName:
    """Return what the public is told of a section. Pure."""
    return shown.names.get(section, _GONE)


def _reviewer_value(one: ReviewerState, shown: PublishedReview) -> dict[str, Any]:
    return {
        "reviewer": one.reviewer.id,
        "name": one.reviewer.name,
        "expertise": one.reviewer.expertise,
        "independent": one.independence.verdict.value,
        "declared": [{"question": t.question.id, "tie": t.tie.value, "says": t.says} for t in one.independence.tested],
        "sections": [named(name, shown).id for name in one.sections],
        "versions": len(one.filed),
    }


def _version_value(version: PublishedVersion, shown: PublishedReview) -> dict[str, Any]:
    answers = answers_in(version)
    return {
        "reviewer": version.reviewer,
        "version": version.filed.version,
        "entry": version.filed.entry,
        "filed": instant_text(version.filed.ts),
        "reason": or_hole(version, "reason", version.filed.reason),
        "by": or_hole(version, "by", answers.by),
        "dated": answers.dated.isoformat(),
        "package": answers.package,
        "file": version.file,
        "sections": [
            {
                "section": named(one.section, shown).id,
                "agreement": one.agreement.value,
                "adequacy": one.adequacy.value,
                "says": or_hole(version, f"sections.{one.section}", one.says),
            }
            for one in answers.sections
        ],
        "questions": [
            {
                "question": one.question,
                "reply": one.reply.value,
                "says": or_hole(version, f"questions.{one.question}", one.says),
            }
            for one in answers.questions
        ],
        "remarks": or_hole(version, "remarks", answers.remarks),
        "holes": [_public_place(place, shown) for place in sorted(version.holes)],
    }


def _public_place(place: str, shown: PublishedReview) -> str:
    kind, _, section = place.partition(".")
    return f"{kind}.{named(section, shown).id}" if kind == "sections" else place


def declared_rows(independence: Independence) -> Iterator[tuple[str, str, str]]:
    """Yield each question of independence with its answer and words. Pure."""
    return ((one.question.asks, one.tie.value, one.says) for one in independence.tested)


def independence_word(independence: Independence) -> str:
    """Return the verdict of the test in words. Pure."""
    return _INDEPENDENT[independence.verdict]


def section_titles(one: ReviewerState, shown: PublishedReview) -> str:
    """Return the titles of a reviewer's sections, as the public may be told. Pure."""
    return ", ".join(named(name, shown).title for name in one.sections) or "none"


def filed_words(one: ReviewerState) -> str:
    """Return how many versions a reviewer filed, in words. Pure."""
    count = len(one.filed)
    return "Nothing was returned yet." if not count else f"{count} version{'s' if count > 1 else ''}."
