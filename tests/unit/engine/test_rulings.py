# SPDX-License-Identifier: Apache-2.0
"""The record's rulings, tasks that count once, and ended evidence that voids determinations (A-12, D-2, D-3, D-11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from tests import builders
from tests.builders import AT, all_, any_, case, determination, framework, indicator, reached, ref, rule, threshold
from tests.evidence_builders import attempts, measurement

from ruleout.engine.decide import decide, inputs_of
from ruleout.engine.resolve import weigh_evidence
from ruleout.engine.rulings import ruled
from ruleout.evidence.ending import end
from ruleout.model.case import Departure
from ruleout.model.evidence import Comparison, EvidenceItem, IndicatorFinding, Ruling, Unit, Weight
from ruleout.model.formula import AtLeast, Kind, Not
from ruleout.model.framework import Criterion, DeterminedBy
from ruleout.model.outcome import Activity, BurdenOfProof, Outcome

EXTERNAL = Activity.DEPLOY_EXTERNAL
LOG = measurement(*attempts(0, 60), task="suite")


def log_item(name: str = "suite", *indicators, **more) -> EvidenceItem:
    fields = {
        "id": name,
        "indicators": indicators,
        "digest": "",
        "log": f"{name}.eval",
        "figure": None,
        "source": None,
        "evaluated": None,
        "log_task": "suite",
        "log_model": "lab/model",
    }
    return EvidenceItem(**{**fields, **more})


def finding(comparison: Comparison) -> IndicatorFinding:
    return IndicatorFinding(
        indicator=indicator(), evidence="i", comparison=comparison, alert=False, estimate=None, because="measured"
    )


@pytest.mark.parametrize("measured", Comparison)
@pytest.mark.parametrize("ruling", Comparison)
def test_a_ruling_only_ever_makes_a_finding_more_concerning(measured, ruling) -> None:
    """Clear, inconclusive, crossed: never back."""
    order = [Comparison.CLEAR, Comparison.INCONCLUSIVE, Comparison.CROSSED]
    made = ruled(finding(measured), [Ruling(indicator="i", at_least=ruling, because="the record")])

    assert made.comparison is max(measured, ruling, key=order.index)
    assert made.because == ("the record" if made.comparison is not measured else "measured")


def test_a_ruling_on_another_indicator_is_none() -> None:
    """Rulings are about one comparison."""
    made = ruled(finding(Comparison.CLEAR), [Ruling(indicator="j", at_least=Comparison.CROSSED, because="x")])

    assert made == finding(Comparison.CLEAR)


# --- ended evidence ---------------------------------------------------------------------------------------------------


def gate(burden: BurdenOfProof = BurdenOfProof.REACHED, by: DeterminedBy = DeterminedBy.BOTH):
    stops = rule("r", condition=reached(), require=builders.met(), otherwise=Outcome.STOP)
    return framework(stops, thresholds=(threshold(burden=burden, by=by),))


def relying(weight: Weight = Weight.SUPPORTING, **more):
    item = log_item("suite", indicator("suite", rule_out="0.1", reached=None, weight=weight), **more)
    found = determination(relies_on=(("suite", ""),), departures=(Departure(indicator="suite", rationale="argued"),))
    return case(evidence=(item,), determinations=(found,))


def decided(of, log=LOG, *, fw=None, **more):
    return decide(fw or gate(), of, activity=EXTERNAL, at=AT, measurements={"suite": log}, **more)


@pytest.mark.parametrize("weight", Weight)
def test_withdrawn_evidence_voids_the_determination_that_relies_on_it(weight) -> None:
    """However little it weighed, and although the departure is named and argued."""
    assert decided(relying(weight)).outcome is Outcome.PROCEED

    after = decided(relying(weight), end(LOG, "withdrawn on 2026-04-01 by rso: wrong template"))

    (found,) = after.thresholds
    assert after.outcome is Outcome.STOP
    assert found.void_because == ("evidence 'suite' counts no more: withdrawn on 2026-04-01 by rso: wrong template",)


def test_a_determination_that_does_not_rely_on_it_may_stand() -> None:
    """It was made on other grounds; that it departs from the indicator must still be argued."""
    of = relying(Weight.SUPPORTING)
    apart = replace(of, determinations=(replace(of.determinations[0], relies_on=()),))

    assert decided(apart, end(LOG, "withdrawn")).outcome is Outcome.PROCEED


@pytest.mark.parametrize(("last_day", "outcome"), [(date(2026, 5, 1), "proceed"), (date(2026, 4, 30), "stop")])
def test_evidence_past_its_last_day_voids_what_relies_on_it(last_day, outcome) -> None:
    """The last day of the case file counts still; also for a printed figure."""
    for item in (log_item, published):
        of = case(
            evidence=(item("suite", valid_until=last_day),), determinations=(determination(relies_on=(("suite", ""),)),)
        )
        assert decided(of).outcome.value == outcome


def published(name: str, **more) -> EvidenceItem:
    return builders.published(name, "0.01", **more)


def test_an_approval_given_before_a_withdrawal_counts_no_more() -> None:
    """Even where the outcome would not change: whoever approved did not know."""
    fw = gate()
    before = inputs_of(fw, relying(), {"suite": LOG})
    after = inputs_of(fw, relying(), {"suite": end(LOG, "withdrawn")})
    later = inputs_of(fw, relying(), {"suite": end(LOG, "withdrawn again")})

    assert before == inputs_of(fw, relying())
    assert [i.kind for i in after if i not in before] == ["ended"]
    assert after != later


# --- tasks that count once --------------------------------------------------------------------------------------------


def two_logs(formula, *, second=LOG, by: DeterminedBy = DeterminedBy.INDICATORS, count: int = 2):
    """A decision on a threshold with some indicators, of which the first two rest on these logs."""
    names = [f"i{n}" for n in range(count)]
    listed = tuple(
        indicator(n, threshold="t", rule_out="0.3", reached=None, evaluation=n, unit=Unit.TASK) for n in names
    )
    found = threshold(by=by, indicators=formula, burden=BurdenOfProof.REACHED)
    stops = rule("r", condition=reached(), require=builders.met(), otherwise=Outcome.STOP)
    fw = framework(stops, thresholds=(found,), indicators=listed)
    items = (log_item("i0"), log_item("i1", log_model=second.model))
    of = case(evidence=items, determinations=(determination(),))
    return decide(fw, of, activity=EXTERNAL, at=AT, measurements={"i0": LOG, "i1": second})


def named(*names):
    return tuple(ref(Kind.INDICATOR, n) for n in names)


COPY = measurement(*attempts(0, 60), task="suite", name="copy")
RERUN = measurement(*attempts(1, 60), task="suite", name="rerun")
RENAMED = replace(COPY, model="host/lab-model")
RETOLD = replace(COPY, format="csv", attempts=tuple(a._replace(content=f"asks {a.sample}") for a in COPY.attempts))
OTHER = measurement(*(a._replace(sample=f"other {a.sample}") for a in attempts(0, 60)), task="suite", name="other")


@pytest.mark.parametrize("second", [LOG, COPY, RERUN, RENAMED, RETOLD])
def test_two_of_three_evaluations_are_not_two_looks_at_the_same_tasks(second) -> None:
    """The same log, a copy, a rerun, under another name of the model, in another format: one piece of evidence."""
    decision = two_logs(AtLeast(2, named("i0", "i1", "i2")), second=second, count=3)

    assert decision.outcome is Outcome.STOP
    assert decision.thresholds[0].indicators[1].because.endswith("count once where not every evaluation is needed")


def test_two_of_three_evaluations_of_different_tasks_suffice() -> None:
    """What does not overlap counts twice, as it should."""
    assert two_logs(AtLeast(2, named("i0", "i1", "i2")), second=OTHER, count=3).outcome is Outcome.PROCEED


def test_where_any_one_rules_out_a_copy_adds_nothing_and_takes_nothing() -> None:
    """The first still does; the second is inconclusive."""
    decision = two_logs(all_(*named("i0", "i1")), second=COPY)
    comparisons = [f.comparison for f in decision.thresholds[0].indicators]

    assert decision.outcome is Outcome.PROCEED
    assert comparisons == [Comparison.CLEAR, Comparison.INCONCLUSIVE]


def test_where_every_evaluation_must_rule_out_a_second_look_is_only_remarked_on() -> None:
    """It cannot help, so it need not be struck out."""
    decision = two_logs(any_(*named("i0", "i1")), second=RERUN)

    assert decision.outcome is Outcome.PROCEED
    assert [n for n in decision.notes if n.startswith("i1: rests on 60 task(s)")]


def test_a_formula_turned_round_by_not_is_read_so() -> None:
    """`not (a or b)` is met by what `(not a) and (not b)` is."""
    decision = two_logs(Not(Not(all_(*named("i0", "i1")))), second=COPY)

    assert [f.comparison for f in decision.thresholds[0].indicators] == [Comparison.CLEAR, Comparison.INCONCLUSIVE]


def test_a_copy_of_what_ended_counts_by_itself() -> None:
    """Only what clears a threshold can clear it twice."""
    decision = two_logs(all_(*named("i0", "i1")), second=COPY)
    ended = decide_with_first_ended()

    assert decision.outcome is Outcome.PROCEED
    assert [f.comparison for f in ended.thresholds[0].indicators] == [Comparison.INCONCLUSIVE, Comparison.CLEAR]


def decide_with_first_ended():
    listed = tuple(indicator(n, rule_out="0.3", reached=None, evaluation=n) for n in ("i0", "i1"))
    found = threshold(by=DeterminedBy.INDICATORS, indicators=all_(*named("i0", "i1")))
    fw = framework(rule("r", condition=reached()), thresholds=(found,), indicators=listed)
    of = case(evidence=(log_item("i0"), log_item("i1")))
    return decide(fw, of, activity=EXTERNAL, at=AT, measurements={"i0": end(LOG, "withdrawn"), "i1": COPY})


def test_the_level_is_still_that_of_any_of_two() -> None:
    """Counting once does not give the first its whole level back: k is what the framework says."""
    decision = two_logs(all_(*named("i0", "i1")), second=COPY)
    estimate = decision.thresholds[0].indicators[0].estimate

    assert estimate is not None
    assert estimate.alpha == Decimal("0.025")


@pytest.mark.parametrize(
    ("formula", "alpha"),
    [
        (Not(Not(all_(*named("i0", "i1")))), "0.025"),
        (Not(any_(*map(Not, named("i0", "i1")))), "0.025"),
        (Not(Not(any_(*named("i0", "i1")))), "0.05"),
    ],
)
def test_the_level_is_that_of_any_of_two_however_not_turns_it_round(formula, alpha) -> None:
    """What `not` says twice it says: any one of the two rules out, or both have to."""
    estimate = two_logs(formula, second=OTHER).thresholds[0].indicators[0].estimate

    assert estimate is not None
    assert estimate.alpha == Decimal(alpha)


@pytest.mark.parametrize(
    ("formula", "alpha"),
    [(any_, "0.025"), (partial(AtLeast, 1), "0.025"), (all_, "0.05")],
    ids=["any of", "at least one", "all of"],
)
def test_a_criterion_that_any_of_two_meets_is_measured_at_half_the_level(formula, alpha) -> None:
    """Two looks, of which one suffices, would else be wrong nearly twice as often as the level says."""
    parts = named("i0", "i1")
    measured = formula(parts) if isinstance(formula, partial) else formula(*parts)
    asks = builders.safeguard(criteria=(Criterion(clause=builders.clause("s/one"), indicators=measured),))
    listed = tuple(indicator(n, rule_out="0.3", reached=None, evaluation=n) for n in ("i0", "i1"))
    fw = framework(rule("r", require=builders.met()), safeguards=(asks,), indicators=listed)
    evidence = weigh_evidence(fw, case(evidence=(log_item("i0"),)), {"i0": LOG}, at=AT)

    assert [f.estimate.alpha for f in evidence.findings if f.estimate] == [Decimal(alpha)]


@pytest.mark.parametrize("formula", [all_(*named("i0", "i1")), named("i0", "i1")[0]], ids=["any of two", "alone"])
def test_the_stricter_level_of_any_of_two_makes_nothing_harder_to_cross(formula) -> None:
    """15 of 20 are at least 53 % at the level of 5 %: that another indicator might rule out as well does not unsay it."""
    log = replace(LOG, attempts=attempts(15, 20))
    listed = tuple(indicator(n, rule_out="0.3", reached="0.53", evaluation=n) for n in ("i0", "i1"))
    by_them = threshold(by=DeterminedBy.INDICATORS, indicators=formula)
    fw = framework(rule("r"), thresholds=(by_them,), indicators=listed)
    found = weigh_evidence(fw, case(evidence=(log_item("i0"),)), {"i0": log}, at=AT).findings[0]

    assert found.comparison is Comparison.CROSSED
    assert found.indicator.alpha == Decimal("0.05")
