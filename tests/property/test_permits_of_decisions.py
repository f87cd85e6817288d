# SPDX-License-Identifier: Apache-2.0
"""Over real decisions of random frameworks and cases, and random requests: nothing wider, told without the rules (G-1).

The oracle asks the engine again instead of reading the rules: a safeguard is leant on where the outcome would be more
restrictive without it. Each rule of permits is taken away once, and the oracle sees what then slips through.
"""

from __future__ import annotations

import importlib
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import builders as made
from tests.permit_builders import DIGEST, condition, grant, permit, terms
from tests.random_frameworks import random_framework

from ruleout.engine.decide import decide
from ruleout.engine.permitting import Check, Ground, ground_of, refusals
from ruleout.engine.permitting.last_days import ends_of
from ruleout.model.case import Answer, Case, Finding
from ruleout.model.decision import Decision
from ruleout.model.expiry import has_ended
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.permit import (
    EVERYBODY,
    Condition,
    Dimension,
    Hook,
    Limit,
    LimitKind,
    Only,
    ServedModel,
    Tenant,
    Terms,
    Tool,
)
from ruleout.model.served_name import names_taken
from ruleout.model.verdict import Verdict

#: The module, which its package hides behind the function of the same name.
refusing = importlib.import_module("ruleout.engine.permitting.refusals")
AT = made.AT
SEEDS = st.integers(0, 10**9)
TEXTS = ("At most ten a minute.", "Only with a human.")
OTHER = permit(id="other", terms=terms(models=(ServedModel(model="demo-9", digest="9" * 64, served_as=("taken",)),)))


class Drawn:
    """One framework, case and decision from a seed, in a state in which gates open often enough to matter."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(seed)
        frame = random_framework(rng)
        self.framework: Framework = replace(
            frame,
            rules=tuple(replace(r, conditions=tuple(t for t in TEXTS if rng.random() < 0.4)) for r in frame.rules),
        )
        self.case: Case = made.case(
            subject=replace(made.case().subject, model_digest=DIGEST if rng.random() < 0.95 else ""),
            determinations=tuple(self._determination(n) for n in range(3) if rng.random() < 0.9),
            safeguards=tuple(self._assessment(n) for n in range(3) if rng.random() < 0.9),
            answers=tuple(self._answer(n) for n in range(2) if rng.random() < 0.9),
        )
        first = self.decide(self.case)
        if rng.random() < 0.7:
            signed = tuple(
                made.approval(role, person, digest=first.input_digest)
                for role, person in (("ceo", "ada"), ("rso", "bea"), ("board", "cal"))
            )
            self.case = replace(self.case, approvals=signed)
        self.decision = self.decide(self.case)
        self.exceptions = (grant(customer="Agency A"),) if rng.random() < 0.2 else ()
        self.holds = Verdict.YES if rng.random() < 0.9 else rng.choice((Verdict.NO, Verdict.UNKNOWN))
        self.ground: Ground = ground_of(
            self.decision,
            self.framework,
            ends=ends_of(self.framework, self.case, {}, received_until={}, grants=self.exceptions, at=AT),
            exceptions=self.exceptions,
            taken=names_taken(OTHER),
            checks=(Check(name="that it replays", holds=self.holds, why="drawn"),),
        )

    def decide(self, case: Case) -> Decision:
        return decide(self.framework, case, activity=Activity.DEPLOY_EXTERNAL, at=AT)

    def _day(self) -> date | None:
        return None if self.rng.random() < 0.5 else AT.date() + timedelta(days=self.rng.randint(-10, 200))

    def _determination(self, n):
        finding = self.rng.choice((Finding.RULED_OUT, Finding.RULED_OUT, Finding.REACHED))
        return made.determination(finding, threshold=f"t{n}", valid_until=self._day())

    def _assessment(self, n):
        return made.assessment(
            f"s{n}", self.rng.choice((Verdict.YES, Verdict.YES, Verdict.NO)), valid_until=self._day()
        )

    def _answer(self, n):
        holds = self.rng.choice((Verdict.YES, Verdict.NO))
        return Answer(
            question=f"q{n}", holds=holds, grounds="g", by=("ceo",), dated=AT.date(), valid_until=None, source=None
        )

    def least(self) -> Terms:
        """The least that the ground asks for."""
        last = min((end.last_day for end in self.ground.ends), default=AT.date() + timedelta(days=90))
        return terms(
            hooks=tuple(Hook(safeguard=name, hook="h", outside="") for name in self.ground.safeguards),
            conditions=tuple(condition(f"c{n}", text) for n, text in enumerate(self.ground.conditions)),
            not_before=AT,
            last_day=last,
        )

    def asked(self) -> Terms:
        """The least, or that with one or two things changed."""
        found = self.least()
        for _ in range(self.rng.choice((0, 1, 1, 2))):
            found = self.rng.choice(CHANGES)(self, found)
        return found

    def leant_on(self) -> set[str]:
        """Met safeguards without which the case would come out more restrictive: asked of the engine, not of the rules."""
        found = set()
        for one in (one for one in self.case.safeguards if one.met is Verdict.YES):
            without = replace(self.case, safeguards=tuple(s for s in self.case.safeguards if s != one))
            # Approvals are of the inputs: they are given again, so that only the safeguard is missing.
            again = self.decide(replace(without, approvals=()))
            signed = tuple(replace(a, input_digest=again.input_digest) for a in self.case.approvals)
            if self.decide(replace(without, approvals=signed)).outcome > self.decision.outcome:
                found.add(one.subject)
        return found


def _other_model(drawn: Drawn, asked: Terms) -> Terms:
    more = drawn.rng.choice(
        (
            ServedModel(model="demo-2", digest=DIGEST, served_as=("demo-2",)),
            ServedModel(model="demo-1", digest="e" * 64, served_as=("demo-2",)),
        )
    )
    return replace(asked, models=drawn.rng.choice(((more,), (*asked.models, more), ())))


#: What a request may have different from the least: each is wider, longer, or neither.
CHANGES = (
    _other_model,
    lambda drawn, asked: replace(asked, models=tuple(replace(one, served_as=("Taken",)) for one in asked.models)),
    lambda drawn, asked: replace(asked, activity=drawn.rng.choice(tuple(Activity))),
    lambda drawn, asked: replace(asked, scope="everything"),
    lambda drawn, asked: replace(asked, hooks=asked.hooks[1:]),
    lambda drawn, asked: replace(asked, conditions=asked.conditions[1:]),
    lambda drawn, asked: replace(
        asked, conditions=tuple(replace(one, says=f"{one.says} ") for one in asked.conditions)
    ),
    lambda drawn, asked: replace(
        asked,
        conditions=(
            *asked.conditions,
            condition("only", "x", only=(Only(dimension=Dimension.TIERS, names=("free",)),)),
        ),
    ),
    lambda drawn, asked: replace(asked, last_day=asked.last_day + timedelta(days=drawn.rng.randint(-400, 400))),
    lambda drawn, asked: replace(asked, not_before=asked.not_before + timedelta(days=drawn.rng.randint(-50, 300))),
    lambda drawn, asked: replace(asked, tenants=(Tenant(tenant=EVERYBODY, customer="Agency A", tiers=("paid",)),)),
    lambda drawn, asked: replace(asked, tenants=(*asked.tenants, Tenant(tenant="b", customer="", tiers=("paid",)))),
    lambda drawn, asked: replace(asked, limits=(Limit(kind=LimitKind.REQUESTS_PER_MINUTE, at_most=9),)),
    lambda drawn, asked: replace(asked, tools=(Tool(tool="search", human_approval=False, limits=()),)),
)


def excess(drawn: Drawn, asked: Terms) -> list[str]:
    """Everything of a request that its decision does not allow, told from decision, case and engine alone."""
    decision, subject = drawn.decision, drawn.decision.subject
    carried = {one.says for one in asked.conditions}
    last = datetime.combine(asked.last_day, datetime.min.time(), UTC)
    then = drawn.case.determinations + drawn.case.safeguards
    found = {
        "outcome": decision.outcome in (Outcome.PROCEED, Outcome.RESTRICT),
        "checks": drawn.holds is Verdict.YES,
        "activity": asked.activity is Activity.DEPLOY_EXTERNAL,
        "scope": asked.scope == subject.scope,
        "models": {(m.model, m.digest) for m in asked.models} == {(subject.model, DIGEST)}
        and subject.model_digest == DIGEST,
        "names": all(
            name.lower() != "taken" or has_ended(OTHER.terms.last_day, max(AT, asked.not_before))
            for m in asked.models
            for name in m.served_as
        ),
        "now": asked.last_day >= AT.date() and last.date() >= asked.not_before.date(),
        "ends": not any(s.valid_until and AT.date() <= s.valid_until < asked.last_day for s in then),
        "exceptions end": all(one.last_day >= asked.last_day for one in drawn.exceptions),
        "safeguards": drawn.leant_on() <= {one.safeguard for one in asked.hooks},
        "conditions": set(decision.conditions) <= carried,
        "own": all(asked.names(only.dimension) <= set(only.names) for c in asked.conditions for only in c.only),
        "customers": all(
            t.tenant != EVERYBODY and t.customer == g.customer for g in drawn.exceptions for t in asked.tenants
        ),
    }
    return [name for name, holds in found.items() if not holds]


@settings(max_examples=150, deadline=None)
@given(SEEDS)
def test_no_decision_lets_a_wider_request_through(seed):
    """Whatever is asked of whatever decision: if nothing is refused, nothing is in excess."""
    drawn = Drawn(seed)
    asked = drawn.asked()

    if not refusals(asked, drawn.ground, at=AT):
        assert excess(drawn, asked) == []


@cache
def draws() -> tuple[Drawn, ...]:
    """Decisions that tests share: deciding is what costs."""
    return tuple(map(Drawn, range(200)))


def test_enough_is_permitted_for_the_law_to_say_something():
    """Of two hundred draws many are permitted, on restrict with conditions and on safeguards that are leant on."""
    permitted = [drawn for drawn in draws() if not refusals(drawn.least(), drawn.ground, at=AT)]

    assert len(permitted) > 30
    assert sum(drawn.decision.outcome is Outcome.RESTRICT and bool(drawn.ground.conditions) for drawn in permitted) > 8
    assert sum(bool(drawn.leant_on()) for drawn in permitted) > 4


@pytest.mark.parametrize("rule", refusing.RULES, ids=lambda rule: rule.__name__)
def test_with_any_rule_taken_away_something_wider_slips_through(rule):
    """Each rule is needed: there are requests that it alone refuses, and the oracle sees their excess."""
    others = [one for one in refusing.RULES if one is not rule]

    def slips(drawn: Drawn, asked: Terms) -> bool:
        if any(refusal for one in others for refusal in one(asked, drawn.ground, AT)):
            return False
        return bool(excess(drawn, asked))

    assert any(slips(drawn, drawn.asked()) for drawn in draws() for _ in range(20))


LIMITS = st.builds(Limit, kind=st.sampled_from(LimitKind), at_most=st.integers(0, 10**6))
MANY = st.lists(LIMITS, max_size=4).map(tuple)
CONDITIONS = st.builds(
    lambda name, limits, hook: condition(name, limits=limits, hook=hook),
    st.sampled_from("abc"),
    MANY,
    st.sampled_from(["", "h"]),
)


@settings(max_examples=300, deadline=None)
@given(MANY, st.lists(CONDITIONS, max_size=3).map(tuple))
def test_every_condition_is_an_enforced_limit_that_nothing_loosens(
    own: tuple[Limit, ...], given_: tuple[Condition, ...]
):
    """What a gateway enforces is at most each limit, the terms' own and every condition's; and no limit of nobody's."""
    served = terms(limits=own, conditions=given_)
    enforced = {one.kind: one.at_most for one in served.enforced_limits}
    stated = [*own, *(limit for one in given_ for limit in one.limits)]

    assert all(enforced[limit.kind] <= limit.at_most for limit in stated)
    assert set(enforced.items()) <= {(limit.kind, limit.at_most) for limit in stated}
    assert {one.hook for one in given_ if one.hook} <= set(served.required_hooks)
