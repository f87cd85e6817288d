# SPDX-License-Identifier: Apache-2.0
"""Requests, answers, policies and acts for tests, each sound as it stands; name what matters to the test."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from ruleout.accountability.requests.fold import PolicyStated, RequestAct
from ruleout.accountability.requests.rules import Signed
from ruleout.model.case import Record
from ruleout.model.clause import Period
from ruleout.model.outcome import Outcome
from ruleout.model.request import (
    AnswerKind,
    Attested,
    Favours,
    Instrument,
    Known,
    Proceeding,
    Report,
    Request,
    RequestAnswer,
    RequesterKind,
    RequestKind,
    Stage,
)
from ruleout.model.request_policy import ApprovalRule, PolicyClause, PolicyLine, RequestPolicy

ASKED = date(2026, 11, 2)
LAST = date(2027, 3, 31)
OPENED = datetime(2026, 11, 3, 9, tzinfo=UTC)
ADA = Signed(person="ada", roles=frozenset({"ceo"}))
BEA = Signed(person="bea", roles=frozenset({"rso"}))
EVE = Signed(person="eve", roles=frozenset({"desk"}))
LINE = PolicyLine(id="nobody-is-watched", says="No mass surveillance", uses=frozenset({"mass-surveillance"}))
_NUMBERS = count(1)


def request(**changes: Any) -> Request:
    """A government's request for an exception for one eligible model."""
    base = Request(
        id="r-1",
        title="Analysis for an agency",
        record=Record.OWN,
        asked_on=ASKED,
        requester="agency-a",
        requester_kind=RequesterKind.GOVERNMENT,
        authority="",
        instrument=Instrument.REQUEST,
        kind=RequestKind.EXCEPTION,
        models=("lumen-2",),
        customer="agency-a",
        customer_kind=RequesterKind.GOVERNMENT,
        clauses=("analysis",),
        uses=("foreign-analysis",),
        asks="To analyse.",
        prepared_by=(),
        attested=Attested(),
        note="",
    )
    return replace(base, **changes)


def answer(kind: AnswerKind = AnswerKind.GRANT, **changes: Any) -> RequestAnswer:
    """An answer by both roles, with the condition that the policy asks for; a grant until LAST."""
    yields = kind in (AnswerKind.GRANT, AnswerKind.PARTIAL)
    base = RequestAnswer(
        kind=kind,
        on=None,
        ground="Foreign targets only.",
        approvers=("rso", "ceo"),
        conditions=(("reporting", "Monthly."),),
        expires=LAST if yields else None,
        transition_offer="",
        public_statement="",
        sanction="",
        attested=Attested(),
    )
    return replace(base, **changes)


def clause(**changes: Any) -> PolicyClause:
    """A clause to which government customers may get an exception for models at ASL-2."""
    base = PolicyClause(
        id="analysis",
        says="No analysis",
        exceptable=True,
        levels=frozenset({"asl-2"}),
        models=frozenset(),
        customers=frozenset({RequesterKind.GOVERNMENT}),
        requires=frozenset({"reporting"}),
        bears_on=("use-is-covered",),
        floor=Outcome.RESTRICT,
    )
    return replace(base, **changes)


def policy(**changes: Any) -> RequestPolicy:
    """A policy with one red line and one clause, whose exceptions RSO and CEO sign for a year at most."""
    base = RequestPolicy(
        id="usage",
        title="Exceptions",
        frameworks=(),
        uses=(("foreign-analysis", "Analysis"), ("mass-surveillance", "Watching everybody")),
        conditions=(("reporting", "A monthly report"),),
        levels=(("lumen-2", "asl-2"), ("lumen-3", "asl-3")),
        lines=(LINE,),
        clauses=(clause(),),
        approvals=((RequestKind.EXCEPTION, ApprovalRule(roles=("rso", "ceo"), longest=Period(years=1))),),
    )
    return replace(base, **changes)


def act(states: Any, *signed: Signed, at: datetime = OPENED, name: str = "r-1") -> RequestAct:
    """An act with an id of its own."""
    return RequestAct(id=f"request/{name}/{next(_NUMBERS)}", ts=at, request=name, states=states, signed=signed)


def policy_act(stated: RequestPolicy | None = None, *lines: PolicyLine, at: datetime = OPENED) -> RequestAct:
    """The act that records a policy."""
    return act(PolicyStated(policy=stated or policy(), lines=lines), EVE, at=at, name="policy")


def report(on: date, stage: Stage, favours: Favours | None = None, known: Known = Known.SECONDARY) -> Report:
    """A report of a proceeding."""
    return Report(as_of=on, stage=stage, favours=favours, says=f"{stage.value}.", attested=Attested(known=known))


def proceeding(*reports: Report) -> Proceeding:
    """A proceeding with these reports."""
    return Proceeding(forum="court", name="Court", about="the order", docket="", reports=reports)
