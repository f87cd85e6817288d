# SPDX-License-Identifier: Apache-2.0
"""Laws of the register of requests, over random sequences of acts and random grants (A-5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests import request_builders as b
from tests.unit.engine.test_exceptions import GRANT, decided

from ruleout.accountability.requests.fold import RequestAct, fold
from ruleout.accountability.requests.standing import Standing, stood_at
from ruleout.model.expiry import first_instant_after
from ruleout.model.outcome import Outcome
from ruleout.model.request import AnswerKind
from ruleout.model.request_policy import PolicyLine

LAWS = settings(max_examples=300, deadline=None)
CROSSING = b.request(uses=("mass-surveillance",))
PEOPLE = st.lists(st.sampled_from([b.ADA, b.BEA, b.EVE]), min_size=1, max_size=3, unique=True)
ANSWERS = st.sampled_from([b.answer(kind) for kind in AnswerKind] + [b.answer(expires=b.ASKED + timedelta(days=300))])
#: Policies after the first: the same, without the red line, with another one, and with nothing but exceptions.
POLICIES = st.sampled_from(
    [
        b.policy(),
        b.policy(lines=(PolicyLine(id="other", says=""),)),
        b.policy(lines=()),
        b.policy(lines=(), uses=(*b.policy().uses, ("anything", "Anything"))),
    ]
)
STATED = st.one_of(
    ANSWERS,
    st.sampled_from([CROSSING, b.request(), b.request(uses=())]),
    POLICIES.map(lambda policy: b.policy_act(policy).states),
    st.just(b.proceeding(b.report(b.ASKED, b.Stage.FILED))),
    st.none(),
)


@st.composite
def acts(draw) -> list[RequestAct]:
    """Acts about one request in order of time, by anybody, of any kind."""
    stated = draw(st.lists(st.tuples(STATED, PEOPLE), max_size=12))
    return [
        b.act(states, *people, at=b.OPENED + timedelta(hours=hours)) for hours, (states, people) in enumerate(stated)
    ]


INSTANTS = st.timedeltas(timedelta(0), timedelta(days=500)).map(lambda span: b.OPENED + span)


@LAWS
@given(acts(), acts(), INSTANTS)
def test_no_sequence_of_acts_grants_what_crosses_a_red_line(before, after, at):
    """Whoever signs, whatever policy comes later, however often it is opened: there is never a grant."""
    opened = [b.policy_act(), b.act(CROSSING, b.EVE)]
    before = [act for act in before if not hasattr(act.states, "uses")]
    state = fold([*before, *opened, *after]).states["r-1"]

    assert state.grants() == ()
    assert stood_at(state, at + timedelta(days=1)).standing is Standing.REFUSED_BY_RULE


@LAWS
@given(acts())
def test_every_grant_was_signed_by_two_people_and_ends(given_acts):
    """Whatever happens, a grant has a last day and both roles stand behind it."""
    for state in fold([b.policy_act(), *given_acts]).states.values():
        for one in state.answers:
            if one.answer.kind.yields:
                assert one.answer.expires is not None
                assert {"ada", "bea"}.isdisjoint(state.opened_by)


@LAWS
@given(acts(), INSTANTS, st.timedeltas(timedelta(0), timedelta(days=500)))
def test_expiry_is_monotone(given_acts, at, later):
    """A grant that has begun and is over stays over; only another grant begins again."""
    for state in fold([b.policy_act(), b.act(b.request(), b.EVE), *given_acts]).states.values():
        for grant in state.grants():
            over = at >= grant.since and not grant.is_in_force(at)
            assert not (over and grant.is_in_force(at + later))


@LAWS
@given(st.sampled_from(list(Outcome)), st.integers(0, 400))
def test_an_exception_only_ever_restricts_what_its_answer_would_give(floor, days):
    """With the answer resting on nothing the rule says proceed; resting on an exception it is never less restrictive."""
    grant = replace(GRANT, floor=floor, last_day=GRANT.last_day + timedelta(days=days))
    free = decided(rests_on=()).outcome

    assert decided(grant).outcome >= max(free, floor)
    assert decided(grant, at=first_instant_after(grant.last_day)).outcome is Outcome.HOLD
