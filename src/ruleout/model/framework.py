# SPDX-License-Identifier: Apache-2.0
"""A framework: what a developer promised, as typed, frozen data.

Everything is a clause with an id that is unique within the framework. Names in formulas are resolved when a framework
is built, so inside the core no name dangles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ruleout.model.clause import Clause, Period
from ruleout.model.evidence import Indicator
from ruleout.model.formula import Formula
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkId:
    """A framework's name and version; `str` gives `anthropic-rsp@2.2`."""

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The published document an encoding tells: SHA-256 (hex), pages, address, title of the publisher's page."""

    sha256: str
    url: str
    pages: int | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """How findings under other ids (an earlier version's) bear on this one.

    `carries` lists findings that hold here too when all of `from_ids` have them, with the argument in `because`.
    """

    from_ids: tuple[str, ...]
    versions: tuple[str, ...]
    carries: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """When a determination stops counting: after `elapsed`, or at `compute_ratio` times the effective compute."""

    elapsed: Period | None = None
    compute_ratio: int | None = None


class DeterminedBy(Enum):
    """What settles a threshold (D-4)."""

    INDICATORS = "indicators"
    DETERMINATION = "determination"
    BOTH = "both"


class Standing(Enum):
    """What kind of line a threshold is. Only THRESHOLD and CHECKPOINT may stand in a gate's condition."""

    THRESHOLD = "threshold"
    CHECKPOINT = "checkpoint"
    WATCH = "watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A capability threshold, checkpoint or watched capability (D-4, D-5).

    `prongs` (a formula over `Kind.PRONG` names) tells how parts combine; `indicators` a formula over `Kind.INDICATOR`
    names for thresholds determined by indicators.
    """

    clause: Clause
    title: str
    domain: str
    standing: Standing
    aliases: tuple[str, ...]
    baseline: str
    determined_by: DeterminedBy
    decides: Formula | None
    when_unknown: BurdenOfProof
    when_unknown_clause: Clause | None
    valid: Validity
    prong_clauses: tuple[Clause, ...]
    prongs: Formula | None
    indicators: Formula | None
    lineage: tuple[Lineage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One criterion of a safeguard standard, judged by a signed report, by indicators, or by both (D-6)."""

    clause: Clause
    indicators: Formula | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Interim:
    """Interim measures that claim the standard's level of assurance: who approves, who is told, and until when."""

    clause: Clause
    approve: Formula
    notify: tuple[str, ...]
    at_most: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguard:
    """A safeguard standard (D-6). `undefined` marks one that the document names but does not define: never met."""

    clause: Clause
    title: str
    criteria: tuple[Criterion, ...]
    threat_actors_in: tuple[str, ...]
    threat_actors_out: tuple[str, ...]
    decides: Formula | None
    re_approve: Period | None
    interim: Interim | None
    undefined: bool
    lineage: tuple[Lineage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An argument or report that a rule may require: accepted or not, by the roles in `decides`."""

    clause: Clause
    title: str
    decides: Formula | None
    contents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A yes-or-no question about the model, the plan or a report, answered by the case."""

    clause: Clause


class Quantifier(Enum):
    """Over whom a peer question ranges (D-9)."""

    ANOTHER = "another"
    ALL = "all"
    NONE = "none"


class Grade(Enum):
    """How well a peer fact is known, in rising order."""

    UNVERIFIED = "unverified"
    REPORTED = "reported"
    CLEAR = "clear"
    STRONG = "strong"
    RIGOROUSLY_CONFIRMED = "rigorously-confirmed"

    @property
    def rank(self) -> int:
        """Position in the order, 0 upwards."""
        return list(Grade).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerQuestion:
    """A question about other developers with the grade of evidence the framework asks for (D-9)."""

    clause: Clause
    quantifier: Quantifier
    grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule of a gate (D-7): if, then require, with … otherwise …

    Attributes:
        activities: the activities it covers.
        condition: when it applies; None means always.
        require: what must hold; None means that applying alone gives `otherwise`.
        met: contribution when the requirement holds (proceed or restrict).
        otherwise: contribution when it does not; never less restrictive than `met`.
        conditions: what a *restrict* obliges to, in words.
        peer_clause: id of the peer clause this rule carries out; "" for an ordinary rule.
    """

    clause: Clause
    activities: tuple[Activity, ...]
    condition: Formula | None
    require: Formula | None
    met: Outcome
    otherwise: Outcome
    conditions: tuple[str, ...] = ()
    peer_clause: str = ""


class PeerKind(Enum):
    """What facts about peers may do under a framework (D-9)."""

    FORBIDS = "forbids"
    PERMITS_LOWERING = "permits-lowering"
    FACTOR = "factor"
    OBLIGES_MATCHING = "obliges-matching"
    OBLIGES_DELAY = "obliges-delay"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerClause:
    """How peers may bear on a decision, and what using them costs (D-9).

    Attributes:
        when: condition over peer and own questions; None only for `forbids`.
        lowers: for `permits-lowering`: ids of the rules whose outcome it may lower, none of which demands an approval
            or a disclosure.
        floor: for `permits-lowering`: no lowered outcome is less restrictive than this.
        requires: what using it needs besides (approvals, arguments); None if nothing.
        duties: ids of duties that using it triggers.
    """

    clause: Clause
    kind: PeerKind
    when: Formula | None
    lowers: tuple[str, ...]
    floor: Outcome
    requires: Formula | None
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RedLine:
    """A prohibited use or state: outcome stop unless `prohibits` is NO; not waivable (D-10)."""

    clause: Clause
    prohibits: Formula


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something owed: on an event, within a time, or at a cadence.

    `on` lists activities whose going ahead triggers it and `condition` narrows that; `within` runs from the decision.
    `every` is (shortest, longest) period of a cadence. A duty with neither is standing.
    """

    clause: Clause
    by: tuple[str, ...]
    to: tuple[str, ...]
    on: tuple[Activity, ...]
    condition: Formula | None
    event: str
    within: Period | None
    every: tuple[Period, Period] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """What the document recommends to the industry; shown beside the decision, never gating (A-1)."""

    clause: Clause
    threshold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A clause that nobody can make executable: kept, shown, never dropped (`judgement_required`)."""

    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A commitment of the document that the encoding leaves out, and why: it decides nothing, but is not silent."""

    clause: Clause
    reason: str


class Publicity(Enum):
    """When a changed version must be public: before the day it takes effect, or by that day."""

    BEFORE = "before"
    BY = "by"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProcedure:
    """How a framework says that it is changed (D-15): the version in force governs the change that ends it.

    Attributes:
        propose: who proposes a change; None where the text names nobody.
        approve: who approves it; None likewise.
        consult: roles that are consulted before it is approved.
        notify: roles that are told before it takes effect.
        published: when the new text must be public.
        notice: least time between the announcement and the day on which it takes effect; None for none.
    """

    clause: Clause
    propose: Formula | None
    approve: Formula | None
    consult: tuple[str, ...]
    notify: tuple[str, ...]
    published: Publicity
    notice: Period | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change the version's own changelog announces, told in our own words."""

    clause: str
    kind: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """One version of one framework. `digest` is the SHA-256 of the encoding's own bytes."""

    id: FrameworkId
    digest: str
    title: str
    developer: str
    effective: date
    supersedes: str
    force: Force
    document: Document
    roles: tuple[tuple[str, str], ...]
    thresholds: tuple[Threshold, ...]
    indicators: tuple[Indicator, ...]
    safeguards: tuple[Safeguard, ...]
    arguments: tuple[Argument, ...]
    questions: tuple[Question, ...]
    peer_questions: tuple[PeerQuestion, ...]
    rules: tuple[Rule, ...]
    peer_clauses: tuple[PeerClause, ...]
    red_lines: tuple[RedLine, ...]
    duties: tuple[Duty, ...]
    recommendations: tuple[Recommendation, ...]
    judgements: tuple[Judgement, ...]
    changelog: tuple[Change, ...]
    left_out: tuple[LeftOut, ...] = ()
    changes: ChangeProcedure | None = None
