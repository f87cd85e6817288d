# SPDX-License-Identifier: Apache-2.0
"""The shapes of request, answer and forum files (see docs/guide/requests.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruleout.documents.fields import Day, Doc, Id, Line, Says, SourceDoc
from ruleout.model.case import Record
from ruleout.model.request import (
    AnswerKind,
    EventKind,
    Favours,
    Instrument,
    Known,
    RequesterKind,
    RequestKind,
    Stage,
)

Lines = Annotated[tuple[Line, ...], Field(max_length=100)]
Ids = Annotated[tuple[Id, ...], Field(max_length=100)]


class AttestedDoc(Doc):
    """Where a published statement comes from, and how it is known."""

    source: SourceDoc | None = None
    known: Known | None = None


class ReportDoc(AttestedDoc):
    """What somebody said on a day of how far a proceeding is, and whom a ruling favours."""

    as_of: Day
    stage: Stage
    favours: Favours | None = None
    says: Says


class ForumDoc(Doc):
    """One forum's dealing with a request. Reports that contradict each other stand side by side."""

    name: Line
    about: Says
    docket: Line | None = None
    reports: Annotated[tuple[ReportDoc, ...], Field(min_length=1, max_length=100)]


class ForumFileDoc(ForumDoc):
    """A forum file, for `ruleout request forum`."""

    forum: Id


class EventDoc(AttestedDoc):
    """Something that happened around a request."""

    on: Day
    kind: EventKind
    says: Says


class AnswerDoc(AttestedDoc):
    """What was answered: `approvers` are the roles that must all sign, `expires` the last day of a grant.

    `conditions` maps an id, as the policy names it, to what was agreed.
    """

    answer: AnswerKind
    on: Day | None = None
    ground: Says
    approvers: Ids = ()
    conditions: Annotated[dict[Id, Says], Field(max_length=50)] = {}
    expires: Day | None = None
    transition_offer: Says | None = None
    public_statement: Says | None = None
    sanction: Says | None = None


class RequestDoc(AttestedDoc):
    """A request file. In a developer's own record, answers, proceedings and events are acts of their own."""

    request: Id
    title: Line
    record: Record = Record.OWN
    asked_on: Day
    requester: Line
    requester_kind: RequesterKind
    authority: Says | None = None
    instrument: Instrument
    kind: RequestKind
    models: Lines = ()
    customer: Line | None = None
    customer_kind: RequesterKind | None = None
    clauses: Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]
    uses: Ids = ()
    asks: Says
    prepared_by: Lines = ()
    answer: AnswerDoc | None = None
    proceedings: Annotated[dict[Id, ForumDoc], Field(max_length=50)] = {}
    events: Annotated[tuple[EventDoc, ...], Field(max_length=200)] = ()
    note: Says | None = None
