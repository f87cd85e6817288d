# SPDX-License-Identifier: Apache-2.0
"""Statements that rest on an exception: when they count, and what an exception can never do (A-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.builders import (
    AT,
    argument,
    assessment,
    case,
    determination,
    framework,
    permits_lowering,
    question,
    reached,
    red_line,
    ref,
    rule,
    safeguard,
)

from ruleout.engine.decide import decide
from ruleout.model.case import Answer, RestsOn
from ruleout.model.formula import Kind, Not
from ruleout.model.framework import Lineage
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.request import ExceptionGrant
from ruleout.model.verdict import Verdict

LAST = date(2026, 5, 31)
LAST_MOMENT = datetime(2026, 5, 31, 23, 59, 59, 999_999, tzinfo=UTC)
FIRST_AFTER = datetime(2026, 6, 1, tzinfo=UTC)
ASKS = rule(require=ref(Kind.QUESTION, "q"))
ON_R7 = RestsOn(kind=Kind.QUESTION, subject="q", request="r-7", customer="agency-a")
GRANT = ExceptionGrant(
    request="r-7",
    models=("demo-1",),
    customer="agency-a",
    clauses=("analysis",),
    bears_on=("q",),
    floor=Outcome.RESTRICT,
    since=AT - timedelta(days=3),
    last_day=LAST,
)


def answered(holds=Verdict.YES):
    return Answer(
        question="q", holds=holds, grounds="granted", by=("ceo",), dated=date(2026, 4, 1), valid_until=None, source=None
    )


def decided(*grants, at=AT, asks=ASKS, about=None, rests_on=(ON_R7,), **parts):
    told = about or case(answers=(answered(),), determinations=(determination(),))
    stated = framework(asks, questions=(question(),), **parts)
    told = replace(told, exceptions=rests_on)
    return decide(stated, told, activity=Activity.DEPLOY_EXTERNAL, at=at, exceptions=grants)


def why(decision):
    return next(a.because for a in decision.answers if a.atom.name == "q")


def test_an_exception_in_force_carries_its_answer_down_to_the_floor_and_no_further():
    """The rule alone would let it proceed; what rests on an exception is restricted at least."""
    decision = decided(GRANT)

    assert decision.outcome is Outcome.RESTRICT
    assert decision.determined_by == ("exception/r-7",)
    assert "q rests on the exception r-7, for agency-a only, until 2026-05-31" in decision.notes


def test_the_answer_is_dead_at_the_first_moment_after_the_last_day():
    """The last moment counts, the next does not, and nobody did anything."""
    assert decided(GRANT, at=LAST_MOMENT).outcome is Outcome.RESTRICT
    assert decided(GRANT, at=FIRST_AFTER).outcome is Outcome.HOLD
    assert "expired after 2026-05-31" in why(decided(GRANT, at=FIRST_AFTER))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"models": ("other",)}, "it was granted for other, not for demo-1"),
        ({"customer": "agency-b"}, "it was granted to another customer than 'agency-a'"),
        ({"bears_on": ("other",)}, "it is an exception to analysis, which does not bear on q"),
        ({"since": AT + timedelta(seconds=1)}, "granted only on 2026-05-01"),
        ({"ended": AT}, "another answer took its place on 2026-05-01"),
        ({"request": "r-8"}, "which the record does not say was granted"),
    ],
)
def test_an_exception_for_something_else_carries_nothing(changes, says):
    """Model, customer, clause and instant must all be those of the grant."""
    decision = decided(replace(GRANT, **changes))

    assert decision.outcome is Outcome.HOLD
    assert says in why(decision)


def test_without_a_record_no_exception_counts():
    """Nobody can look it up, so it does not help."""
    assert decided().outcome is Outcome.HOLD


def test_an_exception_never_answers_what_a_red_line_asks():
    """The same answer clears the red line when nothing but itself stands behind it, and stops when an exception does."""
    line = red_line("never", Not(ref(Kind.QUESTION, "q")))

    assert decided(GRANT, rests_on=(), red_lines=(line,)).outcome is Outcome.PROCEED
    assert decided(GRANT, red_lines=(line,)).outcome is Outcome.STOP
    assert "no exception answers for a red line" in why(decided(GRANT, red_lines=(line,)))


@pytest.mark.parametrize("floor", list(Outcome))
def test_no_outcome_is_below_the_floor_of_its_clause(floor):
    """Whatever the rules would say."""
    assert decided(replace(GRANT, floor=floor)).outcome is floor


def test_the_floor_bears_only_where_the_question_is_asked():
    """An exception to one thing does not restrict another activity's decision."""
    other = rule(require=ref(Kind.THRESHOLD, "t"), otherwise=Outcome.STOP)
    told = case(answers=(answered(),), determinations=(determination(),))
    with_it, without = (decided(GRANT, asks=other, about=told, rests_on=r) for r in ((ON_R7,), ()))

    assert with_it.outcome is without.outcome
    assert with_it.determined_by == without.determined_by


@pytest.mark.parametrize("cost", ["when", "requires"])
def test_what_a_peer_clause_costs_is_never_paid_below_the_floor(cost):
    """A clause that lowers by an answer on an exception lowers no further than the exception's own clause allows."""
    asks = rule(require=ref(Kind.SAFEGUARD, "s"))
    never = reached()
    parts = {"when": Not(never), "requires": Not(never)} | {cost: ref(Kind.QUESTION, "q")}
    lowers = permits_lowering(lowers=("r",), **parts)
    told = replace(case(answers=(answered(),), determinations=(determination(),)), invokes=("fn",))
    grant = replace(GRANT, floor=Outcome.HOLD)
    with_it, without = (
        decided(grant, asks=asks, about=told, rests_on=rests, peer_clauses=(lowers,)) for rests in ((ON_R7,), ())
    )

    assert without.outcome is Outcome.RESTRICT
    assert (with_it.outcome, with_it.determined_by) == (Outcome.HOLD, ("exception/r-7",))


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(("floor", "outcome"), [(Outcome.HOLD, Outcome.RESTRICT), (Outcome.STOP, Outcome.RESTRICT)])
def test_a_clause_that_an_exception_pays_for_does_not_stand_before_one_that_is_paid_otherwise(order, floor, outcome):
    """Two clauses lower one rule; which of them stands first in the file changes nothing (D-14d)."""
    by_exception, otherwise = (
        permits_lowering(name, lowers=("r",), when=when, requires=None)
        for name, when in (("fn-1", ref(Kind.QUESTION, "q")), ("fn-2", Not(reached())))
    )
    told = replace(case(answers=(answered(),), determinations=(determination(),)), invokes=("fn-1", "fn-2"))
    parts = {"asks": rule(require=ref(Kind.SAFEGUARD, "s")), "about": told}
    grant = replace(GRANT, floor=floor)

    assert decided(grant, **parts, peer_clauses=(by_exception, otherwise)[::order]).outcome is outcome
    assert decided(grant, **parts, peer_clauses=(by_exception,)).outcome is Outcome.HOLD


@pytest.mark.parametrize("kind", [Kind.SAFEGUARD, Kind.ARGUMENT])
def test_assessments_may_rest_on_an_exception_too(kind):
    """A safeguard or an argument counts while the exception does."""
    name = {Kind.SAFEGUARD: "s", Kind.ARGUMENT: "a"}[kind]
    told = case(safeguards=(assessment("s"),), arguments=(assessment("a"),), determinations=(determination(),))
    rests_on = (RestsOn(kind=kind, subject=name, request="r-7", customer="agency-a"),)
    grant = replace(GRANT, bears_on=(name,))

    def outcome(at):
        asks = rule(require=ref(kind, name))
        return decided(grant, at=at, asks=asks, about=told, rests_on=rests_on, arguments=(argument(),)).outcome

    assert (outcome(LAST_MOMENT), outcome(FIRST_AFTER)) == (Outcome.RESTRICT, Outcome.HOLD)


def test_an_approval_saw_the_exception_it_was_given_for():
    """The input digest covers what was granted, so another grant needs other approvals; its expiry does not."""
    now, later, other = decided(GRANT), decided(GRANT, at=FIRST_AFTER), decided(replace(GRANT, last_day=AT.date()))

    assert now.input_digest == later.input_digest
    assert now.input_digest != other.input_digest


def test_of_two_grants_of_one_request_the_one_in_force_counts():
    """A grant that ended and was given anew counts by the new one."""
    ended = replace(GRANT, ended=AT - timedelta(days=1), since=AT - timedelta(days=9))

    assert decided(ended, GRANT).outcome is Outcome.RESTRICT


def test_what_holds_by_lineage_only_rests_on_no_exception():
    """Under an id of another version, neither the floor nor a red line would be found; so it does not count."""
    line = Lineage(from_ids=("old-s",), versions=("0.9",), carries=("met",), because="as strong")
    told = case(safeguards=(assessment("old-s"),), determinations=(determination(),))
    rests_on = (RestsOn(kind=Kind.SAFEGUARD, subject="old-s", request="r-7", customer="agency-a"),)
    grant = replace(GRANT, bears_on=("old-s",))
    asks = rule(require=ref(Kind.SAFEGUARD, "s"))
    parts = {"safeguards": (safeguard(lineage=(line,)),)}

    assert decided(grant, asks=asks, about=told, rests_on=(), **parts).outcome is Outcome.PROCEED
    assert decided(grant, asks=asks, about=told, rests_on=rests_on, **parts).outcome is Outcome.HOLD
