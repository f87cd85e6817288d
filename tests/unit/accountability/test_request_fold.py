# SPDX-License-Identifier: Apache-2.0
"""The acts of the register of requests, in order, and what stands after them (A-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests import request_builders as b

from ruleout.accountability.requests.fold import fold
from ruleout.accountability.requests.standing import Standing, published_at, stood_at
from ruleout.model.outcome import Outcome
from ruleout.model.request import AnswerKind, RequestKind, Stage
from ruleout.model.request_policy import PolicyLine

DAY = timedelta(days=1)
LAST_MOMENT = datetime(2027, 3, 31, 23, 59, 59, 999_999, tzinfo=UTC)
FIRST_AFTER = datetime(2027, 4, 1, tzinfo=UTC)
OPEN = (b.policy_act(), b.act(b.request(), b.EVE))
SIGNED = (b.act(b.answer(), b.BEA, at=b.OPENED + DAY), b.act(b.answer(), b.ADA, at=b.OPENED + 2 * DAY))


def after(*acts):
    return fold((*OPEN, *acts)).states["r-1"]


def standing(state, at=b.OPENED + 10 * DAY):
    return stood_at(state, at).standing


def test_a_grant_counts_from_the_signature_that_completes_it():
    """One role alone grants nothing, however long ago it signed."""
    state = after(*SIGNED)

    assert standing(state, b.OPENED + 1.5 * DAY) is Standing.PENDING
    assert standing(state, b.OPENED + 2 * DAY) is Standing.GRANTED
    assert [grant.since for grant in state.grants()] == [b.OPENED + 2 * DAY]


def test_a_grant_is_dead_at_the_first_moment_after_its_last_day():
    """Nobody acts; page and grant say the same at the same instant."""
    state = after(*SIGNED)
    (grant,) = state.grants()

    assert (standing(state, LAST_MOMENT), grant.is_in_force(LAST_MOMENT)) == (Standing.GRANTED, True)
    assert (standing(state, FIRST_AFTER), grant.is_in_force(FIRST_AFTER)) == (Standing.EXPIRED, False)


def test_a_grant_carries_what_its_clauses_say_and_the_strictest_floor():
    """What it bears on and how far it can lower come from the policy of its day."""
    (grant,) = after(*SIGNED).grants()

    assert (grant.bears_on, grant.floor, grant.models, grant.customer) == (
        ("use-is-covered",),
        Outcome.RESTRICT,
        ("lumen-2",),
        "agency-a",
    )


def test_signatures_under_different_files_do_not_add_up():
    """Whoever signs other terms has signed something else."""
    other = b.act(b.answer(expires=date(2027, 4, 30)), b.ADA, at=b.OPENED + 2 * DAY)

    assert standing(after(SIGNED[0], other)) is Standing.PENDING


def test_a_refusal_in_between_throws_signatures_away():
    """An old signature never completes an answer after another one took effect."""
    refusal = b.act(b.answer(AnswerKind.REFUSE), b.ADA, at=b.OPENED + 1.5 * DAY)

    assert standing(after(SIGNED[0], refusal, SIGNED[1])) is Standing.REFUSED


def test_a_later_answer_ends_a_grant():
    """A grant can be taken back at any time, and is over from that instant."""
    taken_back = b.OPENED + 5 * DAY
    state = after(*SIGNED, b.act(b.answer(AnswerKind.REFUSE), b.BEA, at=taken_back))
    (grant,) = state.grants()

    assert grant.is_in_force(taken_back - timedelta(microseconds=1))
    assert not grant.is_in_force(taken_back)
    assert standing(state) is Standing.REFUSED


@pytest.mark.parametrize("signer", [b.EVE, b.ADA])
def test_whoever_opened_it_does_not_approve_it(signer):
    """Two roles signed, but one of them is the person who opened the request."""
    state = fold((b.policy_act(), b.act(b.request(), b.ADA), *SIGNED, b.act(b.answer(), signer))).states["r-1"]

    assert standing(state) is Standing.PENDING
    assert any("ada asked or prepared it" in why for _, why in state.ignored)


@pytest.mark.parametrize("changes", [{"requester": "ada"}, {"customer": "ada"}, {"prepared_by": ("ada",)}])
def test_whoever_asked_or_prepared_it_does_not_approve_it(changes):
    """Self-approval fails however the person is named."""
    state = fold((b.policy_act(), b.act(b.request(**changes), b.EVE), *SIGNED)).states["r-1"]

    assert standing(state) is Standing.PENDING


def test_a_red_line_refuses_by_rule_whoever_signs():
    """The request is answered before anybody is asked, and all signatures change nothing."""
    crossing = b.request(uses=("mass-surveillance",))
    state = fold((b.policy_act(), b.act(crossing, b.EVE), *SIGNED)).states["r-1"]

    assert standing(state) is Standing.REFUSED_BY_RULE
    assert state.grants() == ()
    assert [why for _, why in state.ignored] == [
        "it crosses the red line nobody-is-watched: refused by rule, whoever signs"
    ] * 2


def test_taking_a_red_line_out_of_the_policy_lifts_nothing():
    """Red lines gather: neither an old nor a new request passes where one was drawn."""
    crossing = b.request(uses=("mass-surveillance",))
    softer = b.policy_act(b.policy(lines=(PolicyLine(id="other", says=""),)))
    again = b.act(replace(crossing, id="r-2"), b.EVE, name="r-2")
    signed = [replace(act, request="r-2") for act in SIGNED]
    register = fold((b.policy_act(), b.act(crossing, b.EVE), softer, *SIGNED, again, *signed))

    assert [standing(state) for state in register.states.values()] == [Standing.REFUSED_BY_RULE] * 2


def test_a_new_red_line_ends_what_it_crosses():
    """A grant of before is over from the instant at which the line was drawn, not before it."""
    drawn = b.OPENED + 4 * DAY
    line = PolicyLine(id="new", says="", uses=frozenset({"foreign-analysis"}))
    state = after(*SIGNED, b.policy_act(b.policy(), line, at=drawn))
    (grant,) = state.grants()

    assert (grant.is_in_force(drawn - DAY), grant.is_in_force(drawn)) == (True, False)
    assert (standing(state, drawn - DAY), standing(state, drawn)) == (Standing.GRANTED, Standing.REFUSED_BY_RULE)


def test_without_a_policy_nothing_is_granted():
    """Silence of the policy is no permission."""
    state = fold((b.act(b.request(), b.EVE), *SIGNED)).states["r-1"]

    assert standing(state) is Standing.PENDING


def test_complying_with_an_order_is_no_exception():
    """An order changes what is done, and opens no gate."""
    order = b.request(kind=RequestKind.BINDING_ORDER)
    rules = ((RequestKind.BINDING_ORDER, dict(b.policy().approvals)[RequestKind.EXCEPTION]),)
    comply = b.answer(AnswerKind.COMPLY)
    signed = (b.act(comply, b.BEA), b.act(comply, b.ADA))
    state = fold((b.policy_act(b.policy(approvals=rules)), b.act(order, b.EVE), *signed)).states["r-1"]

    assert standing(state) is Standing.COMPLIED
    assert state.grants() == ()


def test_a_request_opened_twice_is_opened_once():
    """The second act changes nothing and is shown."""
    state = after(b.act(b.request(requester="other"), b.EVE))

    assert state.request.requester == "agency-a"
    assert [why for _, why in state.ignored] == ["a request of this id is open already"]


def test_reports_of_one_forum_gather():
    """A later act adds reports; the same report twice is one."""
    first, second = b.report(b.ASKED, Stage.FILED), b.report(b.LAST, Stage.ARGUED)
    state = after(b.act(b.proceeding(first), b.EVE), b.act(b.proceeding(first, second), b.EVE))

    assert state.proceedings["court"].reports == (first, second)


def test_before_it_was_opened_nothing_was_asked():
    """An instant before the act knows nothing of it."""
    assert standing(after(*SIGNED), b.OPENED - DAY) is Standing.NOT_YET


def test_a_published_answer_counts_from_its_day():
    """A public record is told by days: pending before the answer, expired after its last day."""
    told = b.request(answer=b.answer(on=date(2026, 12, 1)))

    stood = [published_at(told, at) for at in (b.OPENED, b.OPENED + 60 * DAY, LAST_MOMENT, FIRST_AFTER)]

    assert [one.standing for one in stood] == [Standing.PENDING, Standing.GRANTED, Standing.GRANTED, Standing.EXPIRED]
    assert [one.days_to_answer for one in stood] == [None, 29, 29, 29]
