# SPDX-License-Identifier: Apache-2.0
"""The shape of a framework file (see docs/guide/framework-files.md). One class per part; names resolve in `build`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from ruleout.documents.fields import (
    ClauseDoc,
    Day,
    Doc,
    Flag,
    Id,
    Line,
    Number,
    PeriodField,
    Says,
    Sha256,
    Url,
    Version,
    Whole,
)
from ruleout.documents.formula_document import FormulaDoc
from ruleout.model.evidence import Stopping, Unit, Unscored, Weight
from ruleout.model.framework import DeterminedBy, Grade, PeerKind, Publicity, Quantifier, Standing
from ruleout.model.outcome import Activity, BurdenOfProof, Force

Lines = Annotated[tuple[Line, ...], Field(max_length=100)]
Ids = Annotated[tuple[Id, ...], Field(max_length=100)]
OpenOutcome = Literal["proceed", "restrict"]
AnyOutcome = Literal["proceed", "restrict", "hold", "stop"]


class PublishedDocument(Doc):
    """The published document: its SHA-256, address and pages."""

    sha256: Sha256
    url: Url
    pages: Annotated[Whole, Field(ge=1, le=2000)] | None = None
    published: Day | None = None


class LineageDoc(Doc):
    """Findings under other ids that hold here too, and why."""

    from_: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    versions: Annotated[tuple[Version, ...], Field(min_length=1, max_length=20)]
    carries: Annotated[
        tuple[Literal["ruled-out", "cannot-rule-out", "reached", "met"], ...], Field(min_length=1, max_length=4)
    ]
    because: Says


class WhenUnknownDoc(Doc):
    """What *cannot rule out* means for a threshold, and where the text says so (D-5)."""

    treat_as: BurdenOfProof
    says: Says | None = None
    section: Line | None = None
    anchor: Sha256 | None = None
    note: Says | None = None


class TriggerDoc(Doc):
    """One event that ends a determination's validity: `effective-compute: 4` (times) or `elapsed: 6 months`."""

    effective_compute: Annotated[Whole, Field(ge=2, le=1000)] | None = None
    elapsed: PeriodField | None = None


class ValidDoc(Doc):
    """A determination counts until any of the triggers."""

    until_any: Annotated[tuple[TriggerDoc, ...], Field(min_length=1, max_length=8)]


class BarsDoc(Doc):
    """Bars fixed in advance; the wording carries direction and whether the bar itself counts (D-2).

    Concern rises with the figure: rule-out-below / rule-out-at-most, reached-at / reached-above, alert-at.
    Concern falls with the figure: rule-out-above / rule-out-at-least, reached-at-most / reached-below, alert-at-most.
    """

    rule_out_below: Number | None = None
    rule_out_at_most: Number | None = None
    reached_at: Number | None = None
    reached_above: Number | None = None
    alert_at: Number | None = None
    rule_out_above: Number | None = None
    rule_out_at_least: Number | None = None
    reached_at_most: Number | None = None
    reached_below: Number | None = None
    alert_at_most: Number | None = None


class ComparisonDoc(Doc):
    """How a figure is held against its bars; shared by framework indicators and a case's own bars.

    `repeats` is the least number of epochs per task, `stopping` says whether measuring went on while the result was
    looked at, `needs` lists the kinds of check that the evidence must state as passed (D-2, S-3).
    """

    weight: Weight = Weight.LOAD_BEARING
    interval: Literal["required", "not-required"] | None = None
    alpha: Number | None = None
    margin: Number | None = None
    unit: Unit = Unit.TASK
    unscored: Unscored = Unscored.WORST_CASE
    score: Line | None = None
    success_at: Number | None = None
    expected_samples: Annotated[Whole, Field(ge=1, le=10_000_000)] | None = None
    task_version: Line | None = None
    elicitation: Line | None = None
    fresh_days: Annotated[Whole, Field(ge=1, le=36500)] | None = None
    repeats: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    stopping: Stopping = Stopping.FIXED
    needs: Annotated[tuple[Id, ...], Field(max_length=20)] = ()


class IndicatorDoc(ComparisonDoc):
    """A framework's own indicator: which evaluation bears on which threshold, and its bars."""

    evaluation: Line
    threshold: Id
    bars: BarsDoc


class ThresholdDoc(ClauseDoc):
    """A capability threshold, checkpoint or watched capability."""

    title: Line
    domain: Id
    standing: Standing = Standing.THRESHOLD
    aliases: Lines = ()
    baseline: Says | None = None
    determined_by: DeterminedBy = DeterminedBy.BOTH
    decides: FormulaDoc | None = None
    when_unknown: WhenUnknownDoc
    valid: ValidDoc | None = None
    prongs: Annotated[dict[Id, ClauseDoc], Field(max_length=20)] = {}
    met_by: FormulaDoc | None = None
    indicators: FormulaDoc | None = None
    lineage: Annotated[tuple[LineageDoc, ...], Field(max_length=20)] = ()


class CriterionDoc(ClauseDoc):
    """One criterion of a safeguard standard; `judged-by: report` unless indicators are named."""

    judged_by: Literal["report", "indicators", "both"] = "report"
    indicators: FormulaDoc | None = None


class InterimMeasuresDoc(ClauseDoc):
    """Interim measures: who approves them, who is told, how long they may last."""

    approve: FormulaDoc
    notify: Ids = ()
    at_most: PeriodField | None = None


class ThreatActorsDoc(Doc):
    """Who is in scope of a security standard and who is not."""

    in_: Lines
    out: Lines = ()


class SafeguardDoc(ClauseDoc):
    """A safeguard standard with its criteria. `undefined: true` marks one that the document names but never defines."""

    title: Line
    criteria: Annotated[dict[Id, CriterionDoc], Field(max_length=50)] = {}
    threat_actors: ThreatActorsDoc | None = None
    decides: FormulaDoc | None = None
    re_approve: PeriodField | None = None
    interim: InterimMeasuresDoc | None = None
    undefined: Flag = False
    lineage: Annotated[tuple[LineageDoc, ...], Field(max_length=20)] = ()


class ArgumentDoc(ClauseDoc):
    """An argument or report a rule may require; `contents` lists what the text says it must hold."""

    title: Line
    decides: FormulaDoc | None = None
    contents: Annotated[tuple[Says, ...], Field(max_length=50)] = ()


class QuestionDoc(ClauseDoc):
    """A yes-or-no question that the case answers."""


class PeerQuestionDoc(ClauseDoc):
    """A question about other developers: over whom, and how good the evidence must be."""

    quantifier: Quantifier
    grade: Grade


class RuleDoc(ClauseDoc):
    """One rule of a gate: `if`, `require`, `with`, `otherwise`. `also` names further activities it covers."""

    id: Id
    if_: FormulaDoc | None = None
    require: FormulaDoc | None = None
    with_: OpenOutcome = "proceed"
    otherwise: AnyOutcome
    conditions: Annotated[tuple[Says, ...], Field(max_length=50)] = ()
    also: Annotated[tuple[Activity, ...], Field(max_length=8)] = ()
    peer_clause: Id | None = None


Rules = Annotated[tuple[RuleDoc, ...], Field(min_length=1, max_length=100)]


class PeerClauseDoc(ClauseDoc):
    """How peers may bear on a decision and what using them costs (D-9)."""

    kind: PeerKind
    when: FormulaDoc | None = None
    lowers: Ids = ()
    floor: AnyOutcome = "restrict"
    requires: FormulaDoc | None = None
    duties: Ids = ()


class RedLineDoc(ClauseDoc):
    """A prohibited use or state (D-10)."""

    prohibits: FormulaDoc


class EveryDoc(Doc):
    """A cadence with a shortest and a longest period."""

    from_: PeriodField
    to: PeriodField


def cadence_shape(value: Any) -> str:
    """Return the tag of a cadence: one period, or a shortest and a longest one. Pure."""
    return "<range>" if isinstance(value, dict) else "<period>"


Cadence = Annotated[
    Annotated[PeriodField, Tag("<period>")] | Annotated[EveryDoc, Tag("<range>")], Discriminator(cadence_shape)
]


class DutyDoc(ClauseDoc):
    """Something owed: after an event, within a time, or at a cadence."""

    by: Ids = ()
    to: Lines = ()
    on: Annotated[tuple[Activity, ...], Field(max_length=8)] = ()
    if_: FormulaDoc | None = None
    event: Line | None = None
    within: PeriodField | None = None
    every: Cadence | None = None


class RecommendationDoc(ClauseDoc):
    """What the document recommends to the whole industry; never a gate (A-1)."""

    threshold: Id | None = None


class ChangesDoc(ClauseDoc):
    """How the framework is changed: who proposes, approves, is consulted and told, when it is public, what notice."""

    id: Id
    propose: FormulaDoc | None = None
    approve: FormulaDoc | None = None
    consult: Ids = ()
    notify: Ids = ()
    published: Publicity
    notice: PeriodField | None = None


class LeftOutDoc(Doc):
    """A commitment of the document that the file does not encode, and why."""

    says: Says
    section: Line
    anchor: Sha256 | None = None
    reason: Says


class ChangeDoc(Doc):
    """One change the version's own changelog announces."""

    clause: Line
    kind: Literal["added", "removed", "strengthened", "weakened", "relocated", "changed"]
    says: Says


class FrameworkDoc(Doc):
    """A framework file: one version of one framework."""

    framework: Id
    version: Version
    title: Line
    developer: Line
    effective: Day
    supersedes: Version | None = None
    force: Force
    document: PublishedDocument
    roles: Annotated[dict[Id, Line], Field(min_length=1, max_length=50)]
    thresholds: Annotated[dict[Id, ThresholdDoc], Field(min_length=1, max_length=100)]
    indicators: Annotated[dict[Id, IndicatorDoc], Field(max_length=500)] = {}
    safeguards: Annotated[dict[Id, SafeguardDoc], Field(max_length=100)] = {}
    arguments: Annotated[dict[Id, ArgumentDoc], Field(max_length=100)] = {}
    questions: Annotated[dict[Id, QuestionDoc], Field(max_length=200)] = {}
    peer_questions: Annotated[dict[Id, PeerQuestionDoc], Field(max_length=100)] = {}
    gates: Annotated[dict[Activity, Rules], Field(min_length=1)]
    peer_clauses: Annotated[dict[Id, PeerClauseDoc], Field(max_length=50)] = {}
    red_lines: Annotated[dict[Id, RedLineDoc], Field(max_length=50)] = {}
    duties: Annotated[dict[Id, DutyDoc], Field(max_length=200)] = {}
    changes: ChangesDoc | None = None
    recommendations: Annotated[dict[Id, RecommendationDoc], Field(max_length=200)] = {}
    judgement_required: Annotated[dict[Id, ClauseDoc], Field(max_length=200)] = {}
    left_out: Annotated[dict[Id, LeftOutDoc], Field(max_length=200)] = {}
    changelog: Annotated[tuple[ChangeDoc, ...], Field(max_length=200)] = ()
