# SPDX-License-Identifier: Apache-2.0
"""A decision is a value that explains itself (D-12). It renders to canonical bytes by `ruleout.model.plain`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ruleout.model.case import Record, Subject
from ruleout.model.evidence import IndicatorFinding
from ruleout.model.formula import Atom
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome
from ruleout.model.verdict import Verdict

#: Semantics of the engine. It is an input: a change of meaning voids approvals and shows in every decision.
ENGINE = "ruleout-engine/4"

DISCLAIMER = "Nothing here says that the model is safe; it says whether promise, evidence and decision agree."


class Origin(Enum):
    """Where a contribution to the outcome comes from."""

    RULE = "rule"
    RED_LINE = "red-line"
    BURDEN_OF_PROOF = "burden-of-proof"
    NO_RULE = "no-rule"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What one rule found and what it contributes (D-7, D-8).

    `applies` and `required` are the verdicts of its condition and requirement (`required` is None if it has none).
    `lowered_by` names the peer clause that lowered it, "" if none did.
    """

    id: str
    origin: Origin
    force: Force
    section: str
    says: str
    applies: Verdict
    required: Verdict | None
    contributes: Outcome
    lowered_by: str
    because: str
    conditions: tuple[str, ...]
    determining: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureShown:
    """A departure of a determination from an indicator, kept and shown for ever (D-3)."""

    threshold: str
    indicator: str
    indicator_says: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdResult:
    """What was found of a threshold, and what the framework makes of an UNKNOWN (D-3 to D-5).

    `verdict` is what is known, `counts_as` what the rules use. `determination` is "valid", "void", "none" or
    "not needed"; `void_because` lists every reason. `carried_from` names the id whose finding was carried by lineage.
    """

    id: str
    title: str
    standing: str
    verdict: Verdict
    shown_as: str
    when_unknown: BurdenOfProof
    counts_as: Verdict
    determination: str
    void_because: tuple[str, ...]
    carried_from: str
    because: str
    notes: tuple[str, ...]
    indicators: tuple[IndicatorFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerResult:
    """The verdict on a safeguard, interim measure, argument, question or peer question, and why."""

    atom: Atom
    verdict: Verdict
    because: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActShown:
    """An approval or notification that was given, and on what basis it counts or does not."""

    role: str
    person: str
    act: str
    at: datetime
    basis: str
    counts: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuorumResult:
    """A quorum: its verdict, the roles still missing, the roles that refused (D-11)."""

    atom: Atom
    verdict: Verdict
    missing: tuple[str, ...]
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerClauseResult:
    """What a peer clause did in this decision (D-9)."""

    id: str
    kind: str
    established: Verdict
    invoked: bool
    effect: str
    lowered: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownShown:
    """A question of this activity's rules that stayed UNKNOWN, and why."""

    question: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyTriggered:
    """A duty that going ahead triggers; `due` is None where the text sets no time."""

    id: str
    says: str
    section: str
    by: tuple[str, ...]
    to: tuple[str, ...]
    due: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that would have to become true, and whose it is to make it so."""

    question: str
    to: str
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A minimal set of changes that would open the gate, and the outcome they would give (D-13)."""

    changes: tuple[Change, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldChange:
    """A single answer that, had it been different, would change the outcome."""

    question: str
    to: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDigest:
    """One input of the decision, by digest."""

    kind: str
    id: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationShown:
    """What the document recommends to the industry, shown beside the decision and never deciding (A-1)."""

    id: str
    section: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision: everything it rests on, and why it is what it is (D-12).

    `remedies` are the minimal ways to open the gate, fewest changes first, and all of them if `remedies_complete`.
    `stands_behind` is the strongest force among the determining rules: "plan" says that only a plan stands behind the
    outcome. `input_digest` is what approvals sign; it covers everything but the approvals themselves and `at`.
    """

    engine: str
    framework: str
    framework_title: str
    framework_digest: str
    document_sha256: str
    case: str
    case_title: str
    record: Record
    subject: Subject
    activity: Activity
    at: datetime
    input_digest: str
    inputs: tuple[InputDigest, ...]
    outcome: Outcome
    stands_behind: Force
    determined_by: tuple[str, ...]
    rules: tuple[RuleResult, ...]
    thresholds: tuple[ThresholdResult, ...]
    answers: tuple[AnswerResult, ...]
    quorums: tuple[QuorumResult, ...]
    acts: tuple[ActShown, ...]
    peer_clauses: tuple[PeerClauseResult, ...]
    unknown: tuple[UnknownShown, ...]
    precautions: tuple[str, ...]
    departures: tuple[DepartureShown, ...]
    conditions: tuple[str, ...]
    duties: tuple[DutyTriggered, ...]
    stricter: tuple[str, ...]
    recommendations: tuple[RecommendationShown, ...]
    judgement_required: tuple[str, ...]
    remedies: tuple[Remedy, ...]
    remedies_complete: bool
    would_change: tuple[WouldChange, ...]
    notes: tuple[str, ...]
    disclaimer: str = DISCLAIMER
