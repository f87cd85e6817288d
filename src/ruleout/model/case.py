# SPDX-License-Identifier: Apache-2.0
"""A case: one model, one activity, one scope, with everything the people concerned state about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from ruleout.model.evidence import EvidenceItem, Source
from ruleout.model.formula import Kind
from ruleout.model.framework import Grade, Quantifier
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict


class Record(Enum):
    """Whose record a case is.

    OWN: the developer's own; approvals count only when signed. PUBLIC: told from published documents; approvals count
    as attested by their source, and the decision says so.
    """

    OWN = "own"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is decided about. `model_digest` is the SHA-256 of the weights or manifest, "" if not known."""

    developer: str
    model: str
    model_digest: str
    activity: Activity
    scope: str
    effective_compute: Decimal | None


class Finding(Enum):
    """What a determination says of a threshold (D-3)."""

    RULED_OUT = "ruled-out"
    CANNOT_RULE_OUT = "cannot-rule-out"
    REACHED = "reached"
    TREATED_AS_REACHED = "treated-as-reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A named departure from what an indicator says, with its rationale; an empty rationale voids it (D-3)."""

    indicator: str
    rationale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Determination:
    """A statement by named roles about a threshold or one of its prongs (D-3).

    Attributes:
        threshold: id as the case writes it; may be an id of another version, carried by lineage.
        prong: "" for the whole threshold.
        relies_on: (evidence id, digest or "") pairs; a digest that no longer matches voids the determination.
        bounded_by: name of a more capable model whose finding bounds this one, with the argument in grounds (D-4).
        effective_compute: the subject's effective compute when it was made; None if not stated.
    """

    threshold: str
    prong: str
    finding: Finding
    grounds: str
    relies_on: tuple[tuple[str, str], ...]
    departures: tuple[Departure, ...]
    by: tuple[str, ...]
    dated: date
    valid_until: date | None
    bounded_by: str
    effective_compute: Decimal | None
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """A signed statement that something holds: a safeguard standard, one criterion, or an argument (D-6).

    `criteria` maps criterion ids to answers where the report gives them one by one; empty for a blanket statement.
    """

    subject: str
    met: Verdict
    criteria: tuple[tuple[str, Verdict], ...]
    report: str
    by: tuple[str, ...]
    dated: date
    valid_until: date | None
    source: Source | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InterimClaim:
    """Interim measures claimed to give a standard's level of assurance; they always expire."""

    safeguard: str
    measures: tuple[str, ...]
    grounds: str
    by: tuple[str, ...]
    dated: date
    until: date
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The case's answer to one of the framework's questions."""

    question: str
    holds: Verdict
    grounds: str
    by: tuple[str, ...]
    dated: date
    valid_until: date | None
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerFact:
    """A fact about other developers, with source, grade and date.

    `covers` says whom it is about: ANOTHER (the named peers), ALL or NONE (stated of every competitor).
    """

    answers: str
    peers: tuple[str, ...]
    says: str
    holds: Verdict
    covers: Quantifier
    grade: Grade
    as_of: date
    valid_until: date | None
    source: Source


class Act(Enum):
    """What a role did about a decision (D-11)."""

    APPROVE = "approve"
    REFUSE = "refuse"
    NOTIFIED = "notified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An act by one person in one role, bound to a decision's inputs (D-11).

    Attributes:
        input_digest: hex digest of the inputs it was given for; "" only for an attested act of a public record.
        signed: the signature was checked against the keyring by the caller; attested acts are not signed.
    """

    role: str
    person: str
    act: Act
    input_digest: str
    at: datetime
    signed: bool
    source: Source | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RestsOn:
    """A statement that counts only while an exception is in force (A-5).

    `kind` and `subject` say which question, argument or safeguard it answers; `request` is the register's id, and
    `customer` for whom the activity is.
    """

    kind: Kind
    subject: str
    request: str
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything stated about one subject. `digest` covers all of it but the approvals.

    `invokes` lists the permissive peer clauses the developer chose to use. `prepared_by` and `recused` are persons who
    may not approve (D-11). `stricter` names choices the developer marks as going beyond the framework.
    `exceptions` lists the statements that rest on an exception of the register of requests.
    """

    id: str
    title: str
    digest: str
    record: Record
    subject: Subject
    at: datetime
    evidence: tuple[EvidenceItem, ...]
    determinations: tuple[Determination, ...]
    safeguards: tuple[Assessment, ...]
    interim: tuple[InterimClaim, ...]
    arguments: tuple[Assessment, ...]
    answers: tuple[Answer, ...]
    peer_facts: tuple[PeerFact, ...]
    approvals: tuple[Approval, ...]
    invokes: tuple[str, ...]
    prepared_by: tuple[str, ...]
    recused: tuple[str, ...]
    stricter: tuple[str, ...]
    notes: str
    exceptions: tuple[RestsOn, ...] = ()
