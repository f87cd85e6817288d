# SPDX-License-Identifier: Apache-2.0
"""What a decision does not allow is refused and named, each thing by itself (G-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests import builders as made
from tests.permit_builders import AT, DIGEST, SLOW, condition, grant, ground, terms

from ruleout.engine.decide import decide
from ruleout.engine.permitting import Check, ground_of, issuing_roles, refusals, required_safeguards
from ruleout.engine.permitting.last_days import ends_of
from ruleout.model.case import Finding
from ruleout.model.clause import Period
from ruleout.model.formula import Kind, Quorum
from ruleout.model.framework import Validity
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.permit import (
    EVERYBODY,
    Dimension,
    End,
    Hook,
    Limit,
    LimitKind,
    Only,
    ServedModel,
    Tenant,
    Tool,
)
from ruleout.model.verdict import Verdict

EVIDENCE_ENDS = End(what="evidence 'suite', valid until, by the case", last_day=date(2026, 6, 30))


def rules(given_terms, given_ground) -> list[str]:
    """The rules that refuse, in order."""
    return [one.rule for one in refusals(given_terms, given_ground, at=AT)]


def test_what_the_decision_allows_is_not_refused():
    """The whole of it, and up to the last day of what ends first."""
    assert rules(terms(), ground(ends=(EVIDENCE_ENDS,))) == []


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ({"activity": Activity.DEPLOY_INTERNAL}, "activity"),
        ({"scope": "general release "}, "scope"),
        ({"models": ()}, "models"),
        ({"models": (ServedModel(model="demo-2", digest=DIGEST, served_as=("d",)),)}, "models"),
        ({"models": (ServedModel(model="demo-1", digest="e" * 64, served_as=("d",)),)}, "models"),
        ({"last_day": date(2026, 7, 1)}, "expiry"),
        ({"last_day": date(2026, 2, 28), "not_before": datetime(2026, 2, 1, tzinfo=UTC)}, "expiry"),
        ({"not_before": datetime(2026, 7, 1, tzinfo=UTC)}, "expiry"),
        ({"hooks": ()}, "safeguards"),
        ({"hooks": (Hook(safeguard="watch-2", hook="agent-watch", outside=""),)}, "safeguards"),
        ({"conditions": ()}, "conditions"),
        ({"conditions": (condition(says=SLOW.upper()),)}, "conditions"),
        ({"conditions": (condition(only=(Only(dimension=Dimension.TIERS, names=("free",)),)),)}, "conditions"),
    ],
)
def test_each_thing_that_is_wider_is_named(asked, rule):
    """One thing asked beyond the decision, one refusal, by its rule."""
    assert rules(terms(**asked), ground(ends=(EVIDENCE_ENDS,))) == [rule]


@pytest.mark.parametrize(
    ("of", "rule"),
    [
        ({"outcome": Outcome.HOLD}, "outcome"),
        ({"outcome": Outcome.STOP}, "outcome"),
        ({"model_digest": ""}, "models"),
        ({"checks": (Check(name="x", holds=Verdict.UNKNOWN, why="y"),)}, "decision"),
        ({"checks": (Check(name="x", holds=Verdict.NO, why="y"),)}, "decision"),
        ({"safeguards": ("watch", "filter")}, "safeguards"),
        ({"conditions": (SLOW, "Only with a human.")}, "conditions"),
        ({"exceptions": (grant(customer="Agency B"),)}, "exceptions"),
        ({"exceptions": (grant(models=("demo-2",)),)}, "exceptions"),
        ({"exceptions": (grant(last_day=date(2026, 2, 28)),)}, "exceptions"),
        ({"exceptions": (grant(since=datetime(2026, 3, 2, tzinfo=UTC)),)}, "exceptions"),
    ],
)
def test_each_thing_that_the_ground_lacks_is_named(of, rule):
    """One thing less in the decision, one refusal."""
    assert rules(terms(), ground(**of)) == [rule]


def test_an_activity_in_which_nothing_is_served_is_refused():
    """A decision to train permits nothing to be served."""
    training = {"activity": Activity.TRAIN}

    assert rules(terms(**training), ground(**training)) == ["activity"]


def test_all_that_is_wrong_is_named_at_once():
    """One refusal never hides another."""
    wide = terms(scope="x", hooks=(), conditions=(), last_day=date(2027, 1, 1))
    found = rules(wide, ground(outcome=Outcome.STOP, ends=(EVIDENCE_ENDS,)))

    assert found == ["outcome", "scope", "expiry", "safeguards", "conditions"]


def test_a_hold_is_open_and_a_stop_is_not():
    """What may still come out otherwise is told from what will not."""
    (held,) = refusals(terms(), ground(outcome=Outcome.HOLD), at=AT)
    (stopped,) = refusals(terms(), ground(outcome=Outcome.STOP), at=AT)

    assert (held.is_open, stopped.is_open) == (True, False)


def test_an_exception_serves_its_customer_and_nobody_else():
    """Everybody is not its customer, even if the name stands there."""
    everybody = terms(tenants=(Tenant(tenant=EVERYBODY, customer="Agency A", tiers=("paid",)),))
    two = terms(tenants=(*terms().tenants, Tenant(tenant="other", customer="", tiers=("paid",))))
    excepted = ground(exceptions=(grant(),))

    assert rules(terms(), excepted) == []
    assert rules(everybody, excepted) == ["exceptions"]
    assert rules(two, excepted) == ["exceptions"]


@pytest.mark.parametrize("dimension", Dimension)
def test_a_condition_narrows_every_list(dimension):
    """What the terms list outside of it is refused, whichever list it is."""
    tools = (Tool(tool="search", human_approval=True, limits=()),)
    narrowed = condition(only=(Only(dimension=dimension, names=("nothing-of-this",)),))
    allowed = condition(only=(Only(dimension=dimension, names=tuple(terms(tools=tools).names(dimension))),))

    assert rules(terms(tools=tools, conditions=(narrowed,)), ground()) == ["conditions"]
    assert rules(terms(tools=tools, conditions=(allowed,)), ground()) == []


def test_the_tightest_limit_counts_wherever_it_stands():
    """A condition's limit is enforced like the terms' own, and a looser one changes nothing."""
    own = Limit(kind=LimitKind.REQUESTS_PER_MINUTE, at_most=600)
    day = Limit(kind=LimitKind.REQUESTS_PER_DAY, at_most=9)

    assert terms(limits=(own, day)).enforced_limits == (Limit(kind=own.kind, at_most=100), day)
    assert terms(conditions=(condition(hook="h"), condition("b", hook="h"))).required_hooks == ("agent-watch", "h")


# --- from a decision ------------------------------------------------------------------------------------------------------


def watched(**more):
    """A framework that lets out what has reached the line with its safeguard met and two approvals."""
    approved = Quorum(Kind.APPROVED, made.all_(made.role("ceo"), made.role("rso")))
    above = made.rule("above", condition=made.reached(), require=made.met(), met=Outcome.RESTRICT, conditions=(SLOW,))
    return made.framework(above, made.rule("asked", require=approved), **more)


def decision_of(framework, **more):
    told = made.case(determinations=(made.determination(finding=Finding.REACHED),), **more)
    return told, decide(framework, told, activity=Activity.DEPLOY_EXTERNAL, at=made.AT)


def test_the_ground_holds_conditions_and_safeguards_of_the_decision():
    """What a rule required and is met is required; what nobody met is not leant on."""
    framework = watched()
    _, with_it = decision_of(framework, safeguards=(made.assessment(),))
    _, without = decision_of(framework)

    assert required_safeguards(framework, with_it) == ("s",)
    assert required_safeguards(framework, without) == ()
    assert ground_of(without, framework, ends=()).outcome is Outcome.HOLD


def test_who_may_issue_is_whose_approval_is_asked():
    """Where none is asked, whoever the framework names."""
    assert issuing_roles(watched(roles=(("board", "Board"), ("ceo", "C"), ("rso", "R"))), Activity.DEPLOY_EXTERNAL) == (
        "ceo",
        "rso",
    )
    assert issuing_roles(made.framework(made.rule("r")), Activity.DEPLOY_EXTERNAL) == ("ceo", "rso")


def test_everything_with_a_last_day_is_listed():
    """Stated days, and days that follow from age; what has ended already is not leant on."""
    framework = watched(
        thresholds=(made.threshold(valid=Validity(elapsed=Period(months=6))),),
        safeguards=(made.safeguard(re_approve=Period(years=1)),),
    )
    day = made.AT.date()
    later, gone = date(day.year + 3, 1, 1), date(day.year - 3, 1, 1)
    told = made.case(
        determinations=(made.determination(valid_until=later),),
        safeguards=(made.assessment(valid_until=gone),),
    )
    dated = told.determinations[0].dated
    found = ends_of(framework, told, {}, received_until={}, grants=(grant(last_day=later),), at=made.AT)

    assert [(one.what, one.last_day) for one in found] == [
        ("determination of 't'", Period(months=6).after(dated)),
        ("re-approval of 's'", Period(years=1).after(told.safeguards[0].dated)),
        ("determination of 't'", later),
        ("exception 'analysis'", later),
    ]


def test_a_stricter_ground_is_seen_in_a_copy_of_it():
    """The builder's ground is what the table above changes: without its check nothing would be refused."""
    assert rules(terms(), replace(ground(), checks=())) == []
