# SPDX-License-Identifier: Apache-2.0
"""Laws of permits, over random requests and random grounds: never wider, never longer, and what is not known refuses (G-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.permit_builders import AT, DIGEST, SLOW, condition, grant, ground, permit, permit_bytes, terms

from ruleout.engine.permitting import Check, Ground, refusals
from ruleout.model.expiry import has_ended
from ruleout.model.from_plain import value_of
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.permit import (
    EVERYBODY,
    Dimension,
    End,
    Endpoint,
    ExceptionUsed,
    Hook,
    Limit,
    LimitKind,
    Only,
    Permit,
    PermitState,
    ServedModel,
    Tenant,
    Terms,
    Tool,
)
from ruleout.model.verdict import Verdict

LAWS = settings(max_examples=300, deadline=None)
DAYS = st.dates(date(2026, 2, 1), date(2027, 2, 1))
INSTANTS = DAYS.map(lambda day: AT + (day - AT.date()))
NAMES = st.sampled_from(["watch", "filter"])
TEXTS = st.sampled_from([SLOW, "Only paying tenants.", "A human looks on."])
LIMITS = st.builds(Limit, kind=st.sampled_from(LimitKind), at_most=st.integers(0, 500))
ONLY = st.sampled_from([Only(dimension=Dimension.TIERS, names=("paid",)), Only(dimension=Dimension.TOOLS, names=())])


def some(strategy, most=2, least=0):
    return st.lists(strategy, min_size=least, max_size=most, unique=True).map(tuple)


CONDITIONS = st.builds(
    lambda says, limits, only: condition(says[:8].lower(), says, limits=limits, only=only),
    TEXTS, some(LIMITS), some(ONLY, 1),
)  # fmt: skip
MODELS = st.builds(
    ServedModel,
    model=st.sampled_from(["demo-1", "demo-1", "demo-2"]),
    digest=st.sampled_from([DIGEST, DIGEST, "e" * 64]),
    served_as=st.just(("demo",)),
)
TENANTS = st.builds(
    Tenant,
    tenant=st.sampled_from(["agency-a", EVERYBODY]),
    customer=st.sampled_from(["Agency A", "Agency A", ""]),
    tiers=some(st.sampled_from(["free", "paid"]), least=1),
)
TERMS = st.builds(
    terms,
    activity=st.sampled_from([Activity.DEPLOY_EXTERNAL, Activity.DEPLOY_EXTERNAL, Activity.TRAIN]),
    scope=st.sampled_from(["general release", "general release", "a pilot"]),
    models=some(MODELS),
    tenants=some(TENANTS),
    endpoints=some(st.sampled_from(Endpoint)),
    tools=some(st.builds(Tool, tool=st.just("search"), human_approval=st.booleans(), limits=some(LIMITS)), 1),
    hooks=some(st.builds(Hook, safeguard=NAMES, hook=st.just("h"), outside=st.just(""))),
    conditions=some(CONDITIONS),
    not_before=INSTANTS,
    last_day=DAYS,
)
CHECKS = some(
    st.builds(
        Check,
        name=st.just("x"),
        holds=st.sampled_from([Verdict.YES, Verdict.YES, Verdict.NO, Verdict.UNKNOWN]),
        why=st.just("y"),
    ),
    1,
)
GROUNDS = st.builds(
    ground,
    outcome=st.sampled_from([Outcome.PROCEED, Outcome.RESTRICT, Outcome.RESTRICT, Outcome.HOLD, Outcome.STOP]),
    model_digest=st.sampled_from([DIGEST, DIGEST, ""]),
    conditions=some(TEXTS),
    safeguards=some(NAMES),
    exceptions=some(st.builds(grant, customer=st.sampled_from(["Agency A", "Agency B"]), last_day=DAYS), 1),
    ends=some(st.builds(End, what=st.just("evidence"), last_day=DAYS)),
    checks=CHECKS,
)  # fmt: skip
#: Grounds on which something can be allowed, so that the laws about what is allowed are not laws about nothing.
OPEN = st.builds(
    ground,
    outcome=st.sampled_from([Outcome.PROCEED, Outcome.RESTRICT]),
    conditions=some(TEXTS, 1),
    safeguards=some(NAMES, 1),
    ends=some(st.builds(End, what=st.just("evidence"), last_day=DAYS), 1),
)


def rules(asked: Terms, of: Ground) -> set[str]:
    """The rules that refuse."""
    return {one.rule for one in refusals(asked, of, at=AT)}


def wanted(of: Ground, last_day: date) -> Terms:
    """The least that a ground asks of terms."""
    return terms(
        hooks=tuple(Hook(safeguard=name, hook="h", outside="") for name in of.safeguards),
        conditions=tuple(condition(f"c{n}", text) for n, text in enumerate(of.conditions)),
        last_day=last_day,
        not_before=AT,
    )


@LAWS
@given(TERMS, GROUNDS)
def test_what_is_permitted_is_no_wider_and_lasts_no_longer(asked, of):
    """Told again without the rules: subject, models, time, safeguards, conditions, customers, and all that must be so."""
    if refusals(asked, of, at=AT):
        return
    assert of.outcome in (Outcome.PROCEED, Outcome.RESTRICT)
    assert (asked.activity, asked.scope) == (of.activity, of.scope)
    assert {(one.model, one.digest) for one in asked.models} == {(of.model, of.model_digest)}
    assert all(asked.last_day.toordinal() - end.last_day.toordinal() < 1 for end in of.ends)
    assert asked.last_day.toordinal() >= AT.date().toordinal()
    assert set(of.safeguards) <= {one.safeguard for one in asked.hooks}
    assert set(of.conditions) <= {one.says for one in asked.conditions}
    assert all(t.customer == g.customer and t.tenant != EVERYBODY for g in of.exceptions for t in asked.tenants)
    assert all(one.holds is Verdict.YES for one in of.checks)


@LAWS
@given(OPEN, DAYS)
def test_the_least_that_is_asked_of_open_grounds_is_permitted_up_to_the_first_end(of, last_day):
    """So the laws above speak of something: exactly a time that has passed or an end that comes before refuses."""
    asked = wanted(of, last_day)
    too_late = any(has_ended(end.last_day, last_day) for end in of.ends)

    assert (refusals(asked, of, at=AT) == ()) is not (too_late or has_ended(last_day, AT))


@LAWS
@given(TERMS, GROUNDS, st.data())
def test_asking_for_less_is_always_allowed(asked, of, data):
    """Fewer names, a later beginning, an earlier end, more hooks, limits and conditions: not one refusal more."""
    shortest = max(asked.not_before.date(), AT.date())
    spare = max(0, (asked.last_day - shortest).days)
    less = replace(
        asked,
        tenants=asked.tenants[: data.draw(st.integers(0, 2))],
        endpoints=asked.endpoints[:1],
        tools=(),
        limits=(Limit(kind=LimitKind.REQUESTS_PER_DAY, at_most=1),),
        hooks=(*asked.hooks, Hook(safeguard="more", hook="more", outside="")),
        conditions=(*asked.conditions, condition("more", "More care.")),
        last_day=asked.last_day - timedelta(days=data.draw(st.integers(0, spare))),
    )

    assert rules(less, of) <= rules(asked, of)


@LAWS
@given(TERMS, GROUNDS, st.data())
def test_a_stricter_ground_never_allows_more(asked, of, data):
    """A more restrictive outcome, one more condition, safeguard, end, exception or check: all that was refused still is."""
    stricter = replace(
        of,
        outcome=max(of.outcome, data.draw(st.sampled_from(Outcome))),
        conditions=(*of.conditions, *data.draw(some(TEXTS))),
        safeguards=(*of.safeguards, *data.draw(some(NAMES))),
        ends=(*of.ends, *data.draw(some(st.builds(End, what=st.just("more"), last_day=DAYS)))),
        checks=(*of.checks, *data.draw(CHECKS)),
    )

    assert rules(asked, of) <= rules(asked, stricter)


@LAWS
@given(TERMS, GROUNDS)
def test_what_is_not_known_refuses(asked, of):
    """An unknown check or an unknown digest, whatever else is so."""
    unknown = Check(name="x", holds=Verdict.UNKNOWN, why="not known")

    assert "decision" in rules(asked, replace(of, checks=(*of.checks, unknown)))
    assert "models" in rules(asked, replace(of, model_digest=""))


@LAWS
@given(TERMS, INSTANTS, some(DAYS), INSTANTS)
def test_a_permit_counts_between_its_dates_and_never_again(asked, issued, exception_ends, at):
    """Not before it was issued or begins; not after its last day or an exception's; once expired, for ever."""
    excepted = tuple(ExceptionUsed(request="r", customer="c", last_day=day) for day in exception_ends)
    used = permit(terms=asked, issued=issued, exceptions=excepted)
    state = used.state_at(at)

    if state is PermitState.IN_FORCE:
        assert at >= issued
        assert at >= asked.not_before
        assert not any(has_ended(day, at) for day in (asked.last_day, *exception_ends))
    if state is PermitState.EXPIRED:
        assert used.state_at(at + timedelta(days=400)) is PermitState.EXPIRED


@LAWS
@given(TERMS, st.integers(0, 10**13))
def test_a_permit_is_read_as_it_was_written(asked, issued):
    """The bytes that were hashed give the same value, and the value the same bytes."""
    one = permit(
        terms=asked, issued=AT + timedelta(microseconds=issued), earliest_end=End(what="x", last_day=asked.last_day)
    )
    data = permit_bytes(one)

    assert value_of(Permit, data, what="permit") == one
    assert permit_bytes(value_of(Permit, data, what="permit")) == data
