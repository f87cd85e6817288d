# SPDX-License-Identifier: Apache-2.0
"""What a policy lets be granted: red lines, eligibility, terms and signatures (A-5)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests import request_builders as b

from ruleout.accountability.requests.rules import (
    Signed,
    crossed_lines,
    eligibility_faults,
    lines_of,
    signature_faults,
    term_faults,
)
from ruleout.framework import parse_framework
from ruleout.model.request import AnswerKind, RequesterKind, RequestKind
from ruleout.model.request_policy import PolicyLine

ON = date(2026, 11, 10)


@pytest.mark.parametrize(
    ("line", "crosses"),
    [
        (PolicyLine(id="x", says="", uses=frozenset({"foreign-analysis"})), True),
        (PolicyLine(id="x", says="", clauses=frozenset({"analysis"})), True),
        (PolicyLine(id="analysis", says=""), True),
        (PolicyLine(id="x", says="", uses=frozenset({"other"}), clauses=frozenset({"other"})), False),
    ],
)
def test_a_red_line_is_crossed_by_a_use_a_clause_or_its_own_name(line, crosses):
    """Any one of them is enough, whatever else the request says."""
    assert (crossed_lines(b.request(), [line]) == (line,)) is crosses


def test_a_frameworks_own_red_line_is_crossed_by_its_name():
    """What a framework prohibits, nobody is exempted from by a policy."""
    data = (Path(__file__).parents[3] / "vectors" / "framework" / "base-framework.yaml").read_bytes()
    (line, *_) = lines_of(parse_framework(data, file="base-framework.yaml"))

    assert crossed_lines(b.request(clauses=(line.id,)), [line]) == (line,)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"models": ("lumen-3",)}, "lumen-3 (asl-3) is not eligible for an exception to analysis"),
        ({"models": ("lumen-9",)}, "the policy does not know the model 'lumen-9'"),
        ({"models": ()}, "it names no model, and eligibility is per model"),
        ({"customer_kind": RequesterKind.CUSTOMER}, "a customer of kind customer is not eligible for an exception to analysis"),
        ({"uses": ("strange",)}, "the policy does not know the use 'strange'"),
        ({"clauses": ("other",)}, "the policy has no clause 'other'"),
        ({"kind": RequestKind.NEW_USE}, "the policy does not say who approves a request of kind new-use"),
    ],
)  # fmt: skip
def test_what_the_policy_does_not_name_is_not_eligible(changes, fault):
    """An unknown use, clause, model or kind of customer never helps a request."""
    assert fault in eligibility_faults(b.request(**changes), b.policy())


def test_a_clause_without_exceptions_has_none():
    """Neither level nor customer helps where the policy grants no exceptions at all."""
    stated = b.policy(clauses=(b.clause(exceptable=False),))

    assert eligibility_faults(b.request(), stated) == ("there are no exceptions to analysis",)


def test_a_model_is_eligible_by_its_name_where_its_level_is_not():
    """Eligibility is per model: a list of names stands beside the levels."""
    stated = b.policy(clauses=(b.clause(models=frozenset({"lumen-3"})),))

    assert eligibility_faults(b.request(models=("lumen-2", "lumen-3")), stated) == ()


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, ()),
        ({"expires": date(2027, 11, 10)}, ()),
        ({"expires": date(2027, 11, 11)}, ("it may last until 2027-11-10 at most (1 year), got 2027-11-11",)),
        ({"expires": date(2026, 11, 10)}, ()),
        ({"expires": date(2026, 11, 9)}, ("its last day 2026-11-09 has passed on 2026-11-10",)),
        ({"expires": None}, ("a grant needs a last day",)),
        ({"conditions": ()}, ("the condition 'reporting' is required",)),
        ({"approvers": ("rso",)}, ("approvers lacks the role ceo",)),
    ],
)
def test_a_grant_needs_its_terms(changes, faults):
    """A last day within the longest, every required condition, every approver."""
    assert term_faults(b.request(), b.answer(**changes), b.policy(), on=ON) == faults


def test_a_refusal_needs_no_terms():
    """Only giving way is bound by terms."""
    refusal = b.answer(AnswerKind.REFUSE, approvers=(), conditions=())

    assert term_faults(b.request(), refusal, b.policy(), on=ON) == ()


BOTH = Signed(person="dan", roles=frozenset({"rso", "ceo"}))


@pytest.mark.parametrize(
    ("signed", "missing"),
    [
        ((), ("rso", "ceo")),
        ((b.BEA,), ("ceo",)),
        ((b.BEA, b.ADA), ()),
        ((BOTH,), ("ceo",)),
        ((BOTH, b.BEA), ()),
        ((b.BEA, BOTH), ()),
        ((b.BEA, b.BEA), ("ceo",)),
        ((b.EVE,), ("rso", "ceo")),
    ],
)
def test_each_role_needs_a_person_of_its_own(signed, missing):
    """One person with two roles has signed once; the order of signing does not matter."""
    assert signature_faults(("rso", "ceo"), signed, not_by=frozenset()) == (missing, ())


def test_whoever_asked_signs_in_vain():
    """Nobody approves their own request, whatever their roles."""
    assert signature_faults(("rso", "ceo"), (b.BEA, b.ADA), not_by=frozenset({"ada"})) == (("ceo",), ("ada",))


def test_an_exception_is_not_complied_with():
    """Whoever gives way under pressure grants an exception, which ends; calling it obedience does not make it endless."""
    says = "an exception is granted, with a last day, or refused; only an order is complied with"

    assert term_faults(b.request(), b.answer(AnswerKind.COMPLY), b.policy(), on=ON) == (says,)
