# SPDX-License-Identifier: Apache-2.0
"""Requests to a developer: for exceptions, for less safeguards, for new uses, and orders; what was answered (A-5).

A request is asked on a day and answered at an instant of the record. What became of it elsewhere, in courts and
authorities, is told per forum by dated reports that may contradict each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from ruleout.model.case import Record
from ruleout.model.evidence import Source
from ruleout.model.expiry import has_ended
from ruleout.model.outcome import Outcome


class RequesterKind(Enum):
    """Who asks, as a kind: counts are public by kind when names are not."""

    GOVERNMENT = "government"
    CUSTOMER = "customer"
    RESEARCH = "research"
    INTERNAL = "internal"
    PARTNER = "partner"
    OTHER = "other"


class Instrument(Enum):
    """By what means it is asked. Only a binding order leaves no choice in law, and whether it binds may be disputed."""

    REQUEST = "request"
    CONTRACT_TERM = "contract-term"
    THREATENED_SANCTION = "threatened-sanction"
    BINDING_ORDER = "binding-order"


class RequestKind(Enum):
    """What is asked for. What is granted of the first three is an exception: it ends by itself."""

    EXCEPTION = "exception"
    REMOVAL_OF_SAFEGUARD = "removal-of-safeguard"
    NEW_USE = "new-use"
    ACCESS_CUT = "access-cut"
    BINDING_ORDER = "binding-order"

    @property
    def makes_exception(self) -> bool:
        """Whether a grant lets somebody do what the policy forbids everybody else."""
        return self not in (RequestKind.ACCESS_CUT, RequestKind.BINDING_ORDER)


class AnswerKind(Enum):
    """What was answered. PARTIAL grants a part; COMPLY follows an order; PENDING says that it is being looked at."""

    GRANT = "grant"
    PARTIAL = "partial"
    REFUSE = "refuse"
    COMPLY = "comply"
    PENDING = "pending"

    @property
    def yields(self) -> bool:
        """Whether the answer gives way, wholly or in part."""
        return self in (AnswerKind.GRANT, AnswerKind.PARTIAL, AnswerKind.COMPLY)

    @property
    def settles(self) -> bool:
        """Whether the requester has an answer."""
        return self is not AnswerKind.PENDING


class Known(Enum):
    """How a published statement is known: read in the source or a full copy of it, told by others, or not found."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNKNOWN = "unknown"


class Stage(Enum):
    """How far a proceeding is. INTERIM: something was ordered for the time being, which decides nothing."""

    FILED = "filed"
    INTERIM = "interim"
    ARGUED = "argued"
    PENDING = "pending"
    DECIDED = "decided"
    ENDED = "ended"

    @property
    def is_decided(self) -> bool:
        """Whether the forum has decided what was asked of it."""
        return self in (Stage.DECIDED, Stage.ENDED)


class Favours(Enum):
    """Whom a forum's ruling favours."""

    DEVELOPER = "developer"
    REQUESTER = "requester"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """Where a published statement comes from and how it is known; None and PRIMARY in a developer's own record."""

    source: Source | None = None
    known: Known = Known.PRIMARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What somebody said on a day of how far a proceeding is; `favours` None where nothing was ruled."""

    as_of: date
    stage: Stage
    favours: Favours | None
    says: str
    attested: Attested


@dataclass(frozen=True, slots=True, kw_only=True)
class Proceeding:
    """One forum's dealing with a request: which one, about what, and every report of it, in the order told."""

    forum: str
    name: str
    about: str
    docket: str
    reports: tuple[Report, ...]


class EventKind(Enum):
    """What happened around a request."""

    ASKED = "asked"
    OFFERED = "offered"
    STATED = "stated"
    THREATENED = "threatened"
    SANCTIONED = "sanctioned"
    ACTED = "acted"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent:
    """Something that happened around a request on a day."""

    on: date
    kind: EventKind
    says: str
    attested: Attested


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswer:
    """What was answered.

    Attributes:
        on: the day, where the document states one; in a developer's own record the entry says when.
        ground: why; in a grant, why the harm is adequately mitigated.
        approvers: roles that must all have signed it, by different persons.
        conditions: id of a condition to its words.
        expires: last day on which a grant counts; every grant has one.
        transition_offer, public_statement, sanction: in words; "" for none.
    """

    kind: AnswerKind
    on: date | None
    ground: str
    approvers: tuple[str, ...]
    conditions: tuple[tuple[str, str], ...]
    expires: date | None
    transition_offer: str
    public_statement: str
    sanction: str
    attested: Attested


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked, by whom, on what authority, for which models, against which clauses.

    Attributes:
        requester: an organisation, or a person of the developer's own; never in a header of the record.
        authority: what the requester says entitles them; "" if nothing.
        customer: for whom the exception would hold; the requester, unless another is named.
        clauses: ids of the policy's clauses, or of red lines, that it touches; at least one.
        uses: ids of the uses asked for, as the policy names them.
        prepared_by: persons who prepared it, who may not approve it.
        answer, proceedings, events: stated in a public record only; in an own record each is an act of its own.
    """

    id: str
    title: str
    record: Record
    asked_on: date
    requester: str
    requester_kind: RequesterKind
    authority: str
    instrument: Instrument
    kind: RequestKind
    models: tuple[str, ...]
    customer: str
    customer_kind: RequesterKind
    clauses: tuple[str, ...]
    uses: tuple[str, ...]
    asks: str
    prepared_by: tuple[str, ...]
    attested: Attested
    note: str
    answer: RequestAnswer | None = None
    proceedings: tuple[Proceeding, ...] = ()
    events: tuple[RequestEvent, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionGrant:
    """An exception as granted: for whom, of what, from when, until when. The one value that every path asks (A-5).

    Attributes:
        request: id of the request.
        models: the models it holds for; empty for none.
        customer: whom it holds for; nobody else.
        clauses: policy clauses it is an exception to.
        bears_on: ids of a framework's questions, arguments and safeguards whose answer may rest on it.
        floor: no outcome that rests on it is less restrictive.
        since: aware UTC instant at which the last signature that was needed was recorded.
        last_day: the last day on which it counts.
        ended: aware UTC instant of a later answer that took its place; None if there is none.
    """

    request: str
    models: tuple[str, ...]
    customer: str
    clauses: tuple[str, ...]
    bears_on: tuple[str, ...]
    floor: Outcome
    since: datetime
    last_day: date
    ended: datetime | None = None

    def why_not(self, at: datetime) -> str:
        """Return why it is not in force at an aware instant, "" if it is. Pure. Source: A-5."""
        if at < self.since:
            return f"granted only on {self.since.date()}"
        if self.ended is not None and at >= self.ended:
            return f"another answer took its place on {self.ended.date()}"
        if has_ended(self.last_day, at):
            return f"expired after {self.last_day}"
        return ""

    def is_in_force(self, at: datetime) -> bool:
        """Whether it counts at an aware instant: the last moment of its last day still does. Pure. Source: A-5."""
        return not self.why_not(at)
