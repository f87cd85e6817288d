# SPDX-License-Identifier: Apache-2.0
"""Safeguards, interim measures, arguments, questions and peer facts: what counts and what does not (D-6, D-9)."""

from dataclasses import replace
from datetime import date

import pytest
from tests.builders import (
    TODAY,
    argument,
    assessment,
    case,
    clause,
    indicator,
    peer_question,
    question,
    ref,
    role,
    safeguard,
)

from ruleout.engine.assessment import find_answer, find_argument, find_interim, find_safeguard
from ruleout.engine.peers import find_peer
from ruleout.model.case import Answer, InterimClaim, PeerFact
from ruleout.model.clause import Period
from ruleout.model.evidence import Comparison, IndicatorFinding, Source
from ruleout.model.formula import Kind
from ruleout.model.framework import Criterion, Grade, Interim, Lineage, Quantifier
from ruleout.model.verdict import Verdict


def standard(**more):
    criteria = tuple(Criterion(clause=clause(f"s/{name}"), indicators=None) for name in ("one", "two"))
    return safeguard(criteria=criteria, **more)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_a_blanket_assessment_gives_its_own_verdict(verdict):
    """A standard assessed as a whole is as met as the report says."""
    found = find_safeguard(standard(), case(safeguards=(assessment(verdict=verdict),)), (), on=TODAY)

    assert verdict is found.verdict


@pytest.mark.parametrize(
    ("criteria", "verdict"),
    [
        ({"one": Verdict.YES, "two": Verdict.YES}, Verdict.YES),
        ({"one": Verdict.YES}, Verdict.UNKNOWN),
        ({"one": Verdict.YES, "two": Verdict.NO}, Verdict.NO),
        ({"one": Verdict.YES, "two": Verdict.YES, "three": Verdict.YES}, Verdict.UNKNOWN),
    ],
)
def test_criteria_given_one_by_one_must_all_be_met(criteria, verdict):
    """A criterion left out is UNKNOWN; one the framework does not have makes the assessment useless."""
    made = assessment(criteria=tuple(criteria.items()))
    found = find_safeguard(standard(), case(safeguards=(made,)), (), on=TODAY)

    assert verdict is found.verdict


@pytest.mark.parametrize(
    "faulty",
    [{"by": ("cto",)}, {"dated": date(2026, 5, 2)}, {"valid_until": date(2026, 4, 30)}, {"dated": date(2025, 4, 30)}],
)
def test_a_faulty_assessment_leaves_the_standard_unknown(faulty):
    """Wrong role, future date, expired, re-approval overdue: not known to be met."""
    made = assessment(**faulty)
    found = find_safeguard(standard(re_approve=Period(years=1)), case(safeguards=(made,)), (), on=TODAY)

    assert Verdict.UNKNOWN is found.verdict
    assert found.because.startswith("assessment does not count")


def test_an_undefined_standard_is_never_met():
    """What the document names without defining, nothing can meet, whatever a report says."""
    found = find_safeguard(safeguard(undefined=True), case(safeguards=(assessment(),)), (), on=TODAY)

    assert Verdict.NO is found.verdict


@pytest.mark.parametrize(
    ("comparison", "verdict"),
    [
        (Comparison.CLEAR, Verdict.YES),
        (Comparison.CROSSED, Verdict.NO),
        (Comparison.INCONCLUSIVE, Verdict.UNKNOWN),
        (None, Verdict.UNKNOWN),
    ],
)
def test_a_measured_criterion_needs_its_indicator_clear(comparison, verdict):
    """A report alone does not meet a criterion that is also measured."""
    measured = safeguard(criteria=(Criterion(clause=clause("s/one"), indicators=ref(Kind.INDICATOR, "miss-rate")),))
    finding = IndicatorFinding(
        indicator=indicator("miss-rate"),
        evidence="log",
        comparison=comparison or Comparison.CLEAR,
        alert=False,
        estimate=None,
        because="",
    )
    findings = (finding,) if comparison else ()
    found = find_safeguard(measured, case(safeguards=(assessment(),)), findings, on=TODAY)

    assert verdict is found.verdict


def test_lineage_carries_met_only_when_every_ancestor_is_met():
    """Two old standards together stand for the new one; one of them alone does not."""
    line = Lineage(from_ids=("s1", "s2"), versions=("1.0",), carries=("met",), because="same controls")
    inheriting = safeguard(lineage=(line,))
    both = case(safeguards=(assessment("s1"), assessment("s2")))
    one = case(safeguards=(assessment("s1"),))
    unmet = case(safeguards=(assessment("s1"), assessment("s2", Verdict.NO)))

    assert Verdict.YES is find_safeguard(inheriting, both, (), on=TODAY).verdict
    assert Verdict.UNKNOWN is find_safeguard(inheriting, one, (), on=TODAY).verdict
    assert Verdict.UNKNOWN is find_safeguard(inheriting, unmet, (), on=TODAY).verdict


@pytest.mark.parametrize(
    ("more", "made", "comparison"),
    [
        ({"re_approve": Period(months=1)}, {"dated": date(2026, 3, 1)}, Comparison.CLEAR),
        ({}, {"criteria": (("one", Verdict.YES), ("two", Verdict.NO))}, Comparison.CLEAR),
        ({}, {"criteria": (("one", Verdict.UNKNOWN),)}, Comparison.CLEAR),
        ({}, {}, Comparison.CROSSED),
        ({}, {}, Comparison.INCONCLUSIVE),
    ],
)
def test_lineage_carries_no_more_than_counts_under_the_standards_own_id(more, made, comparison):
    """Overdue for re-approval, a criterion of the report not met or left open, a figure here that is not clear: not met."""
    line = Lineage(from_ids=("s1",), versions=("1.0",), carries=("met",), because="same controls")
    measured = Criterion(clause=clause("s/robust"), indicators=ref(Kind.INDICATOR, "i"))
    finding = IndicatorFinding(
        indicator=indicator(threshold="s"), evidence="i", comparison=comparison, alert=False, estimate=None, because=""
    )

    def verdict(carried, standard):
        return find_safeguard(standard, case(safeguards=(carried,)), (finding,), on=TODAY).verdict

    inheriting = safeguard(lineage=(line,), criteria=(measured,), **more)
    assert Verdict.UNKNOWN is verdict(assessment("s1", **made), inheriting)
    if comparison is Comparison.CLEAR:
        assert Verdict.YES is verdict(assessment("s1"), inheriting)


def claim(**more):
    fields = {
        "safeguard": "s",
        "measures": ("block all answers",),
        "grounds": "same assurance",
        "by": ("ceo",),
        "dated": date(2026, 4, 1),
        "until": date(2026, 6, 1),
        "source": None,
    }
    return InterimClaim(**{**fields, **more})


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({}, Verdict.YES),
        ({"until": date(2026, 4, 30)}, Verdict.UNKNOWN),
        ({"by": ("cto",)}, Verdict.UNKNOWN),
        ({"dated": date(2026, 5, 2)}, Verdict.UNKNOWN),
        ({"safeguard": "other"}, Verdict.UNKNOWN),
        ({"dated": date(2026, 1, 1)}, Verdict.UNKNOWN),
    ],
)
def test_interim_measures_count_only_approved_and_unexpired(more, verdict):
    """Expired, unapproved, future, other, or older than the framework allows: not approved."""
    limited = Interim(clause=clause("s/interim"), approve=role("ceo"), notify=(), at_most=Period(months=3))
    found = find_interim(_with(limited), case(interim=(claim(**more),)), on=TODAY)

    assert verdict is found.verdict


def _with(interim):
    return replace(safeguard(), interim=interim)


def test_a_standard_without_interim_measures_has_none():
    """Where the framework provides no interim measures, a claim changes nothing."""
    found = find_interim(safeguard(interim=False), case(interim=(claim(),)), on=TODAY)

    assert Verdict.NO is found.verdict


def test_arguments_and_answers_need_their_roles_and_dates():
    """An argument counts by its roles; an answer counts until it expires."""
    accepted = case(arguments=(assessment("a"),))
    by_others = case(arguments=(assessment("a", by=("cto",)),))
    answered = Answer(
        question="q", holds=Verdict.NO, grounds="no", by=("ceo",), dated=TODAY, valid_until=TODAY, source=None
    )

    assert Verdict.YES is find_argument(argument(), accepted, on=TODAY).verdict
    assert Verdict.UNKNOWN is find_argument(argument(), by_others, on=TODAY).verdict
    assert Verdict.UNKNOWN is find_argument(argument(), case(), on=TODAY).verdict
    assert Verdict.NO is find_answer(question(), case(answers=(answered,)), on=TODAY).verdict
    assert Verdict.UNKNOWN is find_answer(question(), case(answers=(answered,)), on=date(2026, 5, 2)).verdict
    assert Verdict.UNKNOWN is find_answer(question(), case(), on=TODAY).verdict


def fact(**more):
    fields = {
        "answers": "p",
        "peers": ("Rival",),
        "says": "deployed",
        "holds": Verdict.YES,
        "covers": Quantifier.ANOTHER,
        "grade": Grade.CLEAR,
        "as_of": date(2026, 4, 1),
        "valid_until": None,
        "source": Source(title="a page"),
    }
    return PeerFact(**{**fields, **more})


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ((fact(),), Verdict.YES),
        ((fact(holds=Verdict.NO),), Verdict.UNKNOWN),
        ((fact(grade=Grade.STRONG),), Verdict.YES),
        ((fact(grade=Grade.REPORTED),), Verdict.UNKNOWN),
        ((fact(as_of=date(2026, 5, 2)),), Verdict.UNKNOWN),
        ((fact(valid_until=date(2026, 4, 30)),), Verdict.UNKNOWN),
        ((fact(covers=Quantifier.ALL),), Verdict.UNKNOWN),
        ((fact(peers=()),), Verdict.UNKNOWN),
        ((fact(answers="other"),), Verdict.UNKNOWN),
        ((fact(), fact(peers=("Other",), holds=Verdict.NO)), Verdict.YES),
        ((fact(), fact(holds=Verdict.NO)), Verdict.UNKNOWN),
        ((fact(), fact(peers=("Other",), holds=Verdict.NO, grade=Grade.UNVERIFIED)), Verdict.YES),
        ((fact(), fact(peers=(" RIVAL",), holds=Verdict.NO)), Verdict.UNKNOWN),
        ((fact(peers=("Demo",)),), Verdict.UNKNOWN),
        ((fact(peers=("demo",)),), Verdict.UNKNOWN),
        ((fact(peers=("Demo", "Rival")),), Verdict.YES),
        ((fact(holds=Verdict.UNKNOWN),), Verdict.UNKNOWN),
        ((), Verdict.UNKNOWN),
    ],
)
def test_a_peer_fact_counts_only_at_its_grade_date_and_quantifier(facts, verdict):
    """Clear evidence about another developer, in force on the day, and not contradicted at that grade."""
    found = find_peer(peer_question(), case(peer_facts=facts), on=TODAY)

    assert verdict is found.verdict


def test_a_question_about_all_competitors_needs_a_fact_about_all():
    """One competitor's strong safety says nothing of all of them."""
    asked = peer_question(quantifier=Quantifier.ALL, grade=Grade.STRONG)
    one = case(peer_facts=(fact(grade=Grade.STRONG),))
    every = case(peer_facts=(fact(grade=Grade.STRONG, covers=Quantifier.ALL),))

    assert Verdict.UNKNOWN is find_peer(asked, one, on=TODAY).verdict
    assert Verdict.YES is find_peer(asked, every, on=TODAY).verdict


def test_all_shortfalls_of_a_peer_fact_are_named():
    """Why a fact does not count is told in full."""
    made = fact(grade=Grade.REPORTED, covers=Quantifier.ALL)
    found = find_peer(peer_question(), case(peer_facts=(made,)), on=TODAY)

    assert "evidence is reported" in found.because
    assert "is about all" in found.because
