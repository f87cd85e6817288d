# SPDX-License-Identifier: Apache-2.0
"""The shape of a case file (see docs/guide/case-files.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from ruleout.documents.fields import Day, Doc, Id, Instant, Line, Number, Says, Sha256, SourceDoc, Whole
from ruleout.framework.framework_document import BarsDoc, ComparisonDoc, Ids, Lines
from ruleout.model.case import Act, Finding, Record
from ruleout.model.framework import Grade, Quantifier
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict

RelativePath = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Confidence = Literal[
    "source-text", "source-text-translated", "second-hand-digest", "second-hand", "figure-read-second-hand"
]


class SubjectDoc(Doc):
    """What is decided about."""

    developer: Line
    model: Line
    model_digest: Sha256 | None = None
    activity: Activity
    scope: Line
    effective_compute: Number | None = None


class PublishedDoc(Doc):
    """A printed figure. `interval: [low, high]`; `successes` out of `n` where the figure is a count."""

    metric: Line
    value: Number | None
    unit: Line | None = None
    n: Annotated[Whole, Field(ge=1, le=10**9)] | None = None
    successes: Annotated[Whole, Field(ge=0, le=10**9)] | None = None
    interval: tuple[Number, Number] | None = None
    confidence: Confidence = "source-text"


class CheckDoc(Doc):
    """A check of an evaluation: whether it passed, by which report, by whom, when, and until when it counts."""

    passed: Verdict
    report: Line
    by: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    dated: Day
    valid_until: Day | None = None


class EvidenceDoc(ComparisonDoc):
    """One piece of evidence: `log` (a path below the case's folder) or `published`, with bars or the framework's own.

    `bears-on` names the threshold that the bars concern and is needed where `bars` stand here. `owner` keeps the evidence
    current, `valid-until` is the last day on which it counts, `checks` maps a kind of check to what was found.
    """

    evaluation: Line
    log: RelativePath | None = None
    digest: Sha256 | None = None
    published: PublishedDoc | None = None
    bears_on: Id | None = None
    bars: BarsDoc | None = None
    evaluated: Day | None = None
    log_task: Line | None = None
    log_model: Line | None = None
    stated_elicitation: Line | None = None
    owner: Line | None = None
    valid_until: Day | None = None
    checks: Annotated[dict[Id, CheckDoc], Field(max_length=20)] = {}
    source: SourceDoc | None = None
    note: Says | None = None


class DepartureDoc(Doc):
    """A named departure from an indicator, with its rationale."""

    from_: Line
    rationale: Annotated[str, StringConstraints(max_length=4000)] | None = None


class StatementDoc(Doc):
    """What every statement by named roles carries."""

    by: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    dated: Day
    valid_until: Day | None = None
    source: SourceDoc | None = None
    note: Says | None = None


class DeterminationDoc(StatementDoc):
    """A determination about a threshold or one prong of it (D-3)."""

    finding: Finding
    prong: Id | None = None
    grounds: Says
    relies_on: Annotated[tuple[Line, ...], Field(max_length=200)] = ()
    departures: Annotated[tuple[DepartureDoc, ...], Field(max_length=200)] = ()
    bounded_by: Line | None = None
    effective_compute: Number | None = None


class RestsOnDoc(Doc):
    """The exception that a statement rests on: a request of the register, and the customer it is for (A-5)."""

    request: Id
    customer: Line


class AssessmentDoc(StatementDoc):
    """A safeguard standard or an argument, assessed as a whole or criterion by criterion (D-6)."""

    met: Verdict
    criteria: Annotated[dict[Id, Verdict], Field(max_length=50)] = {}
    report: Line
    exception: RestsOnDoc | None = None


class InterimClaimDoc(StatementDoc):
    """Interim measures claimed equivalent to a standard; they always expire."""

    measures: Lines
    grounds: Says
    until: Day


class AnswerDoc(StatementDoc):
    """An answer to one of the framework's questions; `exception` names what it rests on, if it does (A-5)."""

    holds: Verdict
    grounds: Says
    exception: RestsOnDoc | None = None


class PeerFactDoc(Doc):
    """A fact about other developers: what, of whom, how well known, as of when, from where."""

    answers: Id
    peers: Lines = ()
    says: Says
    holds: Verdict
    covers: Quantifier
    grade: Grade
    as_of: Day
    valid_until: Day | None = None
    source: SourceDoc


class ApprovalDoc(Doc):
    """An attested act of a public record; a developer's own approvals are signed and live in the ledger."""

    role: Id
    person: Line | None = None
    act: Act = Act.APPROVE
    at: Instant
    source: SourceDoc


def determinations_shape(value: Any) -> str:
    """Return the tag of what stands under a threshold: one determination, or a list of them. Pure."""
    return "<list>" if isinstance(value, list | tuple) else "<one>"


Determinations = Annotated[
    Annotated[DeterminationDoc, Tag("<one>")]
    | Annotated[tuple[DeterminationDoc, ...], Field(min_length=1, max_length=20), Tag("<list>")],
    Discriminator(determinations_shape),
]


class CaseDoc(Doc):
    """A case file. `determinations` maps a threshold id to one determination, or to a list where prongs have their own."""

    case: Id
    title: Line
    record: Record = Record.OWN
    subject: SubjectDoc
    at: Instant
    evidence: Annotated[tuple[EvidenceDoc, ...], Field(max_length=500)] = ()
    determinations: Annotated[dict[Id, Determinations], Field(max_length=100)] = {}
    safeguards: Annotated[dict[Id, AssessmentDoc], Field(max_length=100)] = {}
    interim: Annotated[dict[Id, InterimClaimDoc], Field(max_length=100)] = {}
    arguments: Annotated[dict[Id, AssessmentDoc], Field(max_length=100)] = {}
    answers: Annotated[dict[Id, AnswerDoc], Field(max_length=200)] = {}
    peer_facts: Annotated[tuple[PeerFactDoc, ...], Field(max_length=200)] = ()
    approvals: Annotated[tuple[ApprovalDoc, ...], Field(max_length=50)] = ()
    invokes: Ids = ()
    prepared_by: Lines = ()
    recused: Lines = ()
    stricter: Annotated[tuple[Says, ...], Field(max_length=50)] = ()
    notes: Says | None = None
