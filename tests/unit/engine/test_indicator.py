# SPDX-License-Identifier: Apache-2.0
"""One piece of evidence against one indicator: clear, crossed or inconclusive, and why (D-2, S-1)."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.engine.indicator import compare_published, measure_indicator
from ruleout.model.evidence import (
    Bar,
    Comparison,
    Direction,
    EvidenceItem,
    Indicator,
    IndicatorFinding,
    Measurement,
    Unit,
    Unscored,
)

CLEAR, CROSSED, INCONCLUSIVE = Comparison.CLEAR, Comparison.CROSSED, Comparison.INCONCLUSIVE
ITEM = replace(
    builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task="task", log_model="lab/model"
)


def bar(value: str, *, inclusive: bool = False) -> Bar:
    return Bar(value=Decimal(value), inclusive=inclusive)


def run(successes: int, failures: int, *, extra: tuple[dict[str, Any], ...] = (), epochs: int = 1) -> Measurement:
    tasks = [("C", i) for i in range(successes)] + [("I", i) for i in range(successes, successes + failures)]
    samples = [logs.sample(f"t{i}", v, epoch=e) for v, i in tasks for e in range(1, epochs + 1)]
    return logs.read_one(logs.log([*samples, *extra]), name="x")


def measure(m: Measurement, indicator: Indicator | None = None, **more: Any) -> IndicatorFinding:
    item = more.pop("item", ITEM)
    return measure_indicator(indicator or builders.indicator(rule_out="0.1"), item, m, at=builders.AT, **more)


def figure(value: str | None = None, **more: Any) -> EvidenceItem:
    item = builders.published("e", value or "0")
    assert item.figure is not None
    shown = replace(item.figure, value=None if value is None else Decimal(value), **more)
    return replace(item, figure=shown, evaluated=date(2026, 1, 1))


def compare(item: EvidenceItem, **more: Any) -> IndicatorFinding:
    return compare_published(builders.indicator(**more), item, at=builders.AT)


def test_few_tasks_without_success_do_not_rule_out():
    """No success in 20 leaves a bar of 10 % open and says how many it would have taken."""
    found = measure(run(0, 20))

    assert found.comparison is INCONCLUSIVE
    assert found.because == "0 of 20 tasks; 95 % upper bound 0.139109 > bar 0.1; about 29 tasks needed"
    assert (found.evidence, found.alert) == ("e", False)


def test_enough_tasks_without_success_rule_out():
    """No success in 29 clears it."""
    found = measure(run(0, 29))

    assert found.comparison is CLEAR
    assert found.because == "0 of 29 tasks; 95 % upper bound 0.0981447 < bar 0.1"
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.lower, found.estimate.n) == (0, 0, 29)
    assert found.estimate.method == "clopper-pearson, task as unit"


def test_many_successes_cross_the_reached_bar():
    """The lower bound must be there, not the point."""
    assert measure(run(40, 0)).because == "40 of 40 tasks; 95 % lower bound 0.927842 > reached bar 0.8"
    assert measure(run(40, 0)).comparison is CROSSED
    assert measure(run(33, 7)).comparison is INCONCLUSIVE


def test_a_rate_at_or_above_the_bar_is_never_ruled_out_by_more_tasks():
    """Then it says so instead of naming a number."""
    assert measure(run(5, 15)).because.endswith("not even 100000 tasks at this rate would rule it out")


def test_margin_and_stricter_level_make_ruling_out_harder():
    """Either turns a narrow clear into inconclusive; a milder level is ignored."""
    narrow = builders.indicator(rule_out="0.1")

    assert measure(run(0, 29), replace(narrow, margin=Decimal("0.01"))).comparison is INCONCLUSIVE
    assert "bar 0.1 - margin 0.01" in measure(run(0, 29), replace(narrow, margin=Decimal("0.01"))).because
    assert measure(run(0, 29), narrow, alpha=Decimal("0.01")).because.startswith("0 of 29 tasks; 99 % upper bound")
    assert measure(run(0, 20), narrow, alpha=Decimal("0.4")).comparison is INCONCLUSIVE


@pytest.mark.parametrize(
    ("direction", "rule_out", "reached", "inclusive", "expected"),
    [
        (Direction.HIGH, "0.95", None, True, CLEAR),
        (Direction.HIGH, "0.95", None, False, INCONCLUSIVE),
        (Direction.LOW, None, "0.95", True, CROSSED),
        (Direction.LOW, None, "0.95", False, INCONCLUSIVE),
    ],
)
def test_a_bound_exactly_at_the_bar(
    direction: Direction, rule_out: str | None, reached: str | None, inclusive: bool, expected: Comparison
):
    """One failure in one task has the upper bound 0.95 exactly; only an inclusive bar is met by it."""
    indicator = builders.indicator(
        direction=direction,
        rule_out=None,
        reached=None,
    )
    indicator = replace(
        indicator,
        rule_out=bar(rule_out, inclusive=inclusive) if rule_out else None,
        reached=bar(reached, inclusive=inclusive) if reached else None,
    )
    found = measure(run(0, 1), indicator)

    assert found.comparison is expected
    assert "0.95 = " in found.because


def test_low_direction_mirrors():
    """Where a small value is the concern, the lower bound must clear the bar and the upper one cross it."""
    indicator = builders.indicator(rule_out="0.9", reached="0.2", direction=Direction.LOW, margin=Decimal("0.001"))

    assert (
        measure(run(29, 0), indicator).because == "29 of 29 tasks; 95 % lower bound 0.901855 > bar 0.9 + margin 0.001"
    )
    assert measure(run(29, 0), indicator).comparison is CLEAR
    assert measure(run(0, 29), indicator).comparison is CROSSED
    assert measure(run(20, 0), indicator).because.endswith("about 29 tasks needed")


def test_bars_that_contradict_each_other_give_the_cautious_answer():
    """Crossed goes before clear."""
    assert measure(run(15, 15), builders.indicator(rule_out="0.9", reached="0.1")).comparison is CROSSED


def test_an_indicator_may_lack_bars():
    """Without a rule-out bar nothing is clear; without any nothing is said."""
    assert measure(run(0, 99), builders.indicator(rule_out=None)).because == (
        "0 of 99 tasks; 95 % lower bound 0 < reached bar 0.8; the indicator has no rule-out bar"
    )
    assert measure(run(0, 99), builders.indicator(rule_out=None, reached=None)).because.endswith("has no bar")


def test_repeats_do_not_count_as_tasks():
    """Ten repeats of 20 tasks are 20 tasks; as attempts they would be 200."""
    m = run(0, 20, epochs=10)
    by_attempt = measure(m, builders.indicator(rule_out="0.1", unit=Unit.ATTEMPT))

    assert measure(m).because.startswith("0 of 20 tasks in 200 attempts; 95 % upper bound 0.139109")
    assert by_attempt.comparison is CLEAR
    assert by_attempt.because.startswith("0 of 200 attempts; ")
    assert by_attempt.estimate is not None
    assert (by_attempt.estimate.n, by_attempt.estimate.method) == (200, "clopper-pearson")


def test_unscored_attempts_count_against_either_claim():
    """They are successes for ruling out and failures for reaching; the value leaves them out."""
    lost = tuple(logs.sample(f"x{i}", math.nan) for i in range(5))
    found = measure(run(0, 60, extra=lost))

    assert measure(run(0, 60)).comparison is CLEAR
    assert found.comparison is INCONCLUSIVE
    assert found.because.startswith(
        "0 of 65 tasks, 5 without a score counted against either claim; 95 % upper bound 0.1"
    )
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.lower) == (0, 0)
    assert measure(run(30, 0, extra=lost), builders.indicator(reached="0.9")).comparison is INCONCLUSIVE
    assert measure(run(30, 0), builders.indicator(reached="0.9")).comparison is CROSSED


def test_the_policy_may_forbid_unscored_attempts():
    """Then a single one is enough."""
    indicator = builders.indicator(rule_out="0.1", unscored=Unscored.INCONCLUSIVE)

    assert measure(run(0, 60), indicator).comparison is CLEAR
    assert measure(run(0, 60, extra=(logs.sample("x", None),)), indicator).because == (
        "1 attempt(s) without a usable score"
    )


def test_counting_as_failure_covers_attempts_made_but_not_tasks_left_out():
    """An error counts as a failure; a missing or invalidated attempt does not."""
    indicator = builders.indicator(rule_out="0.1", unscored=Unscored.AS_FAILURE)
    errors = tuple(logs.sample(f"x{i}", "I", error={"message": "e"}) for i in range(30))
    found = measure(run(0, 10, extra=errors), indicator)

    assert found.comparison is CLEAR
    assert "30 without a score counted as failures" in found.because
    gone = (logs.sample("x", "I", invalidation={"author": "a"}), logs.sample("y", scores={}))
    assert measure(run(0, 60, extra=gone), indicator).because == (
        "2 attempt(s) missing or invalidated, which cannot count as failures"
    )


@pytest.mark.parametrize(
    "ended", [{"error": {"message": "e"}}, {"output": {"choices": [{"stop_reason": "content_filter"}]}}]
)
def test_what_succeeded_before_an_error_or_a_refusal_never_counts_as_a_failure(ended: dict[str, object]):
    """Such attempts did not come to nothing: one is enough, and in the worst case they are successes."""
    done = tuple(logs.sample(f"x{i}", "C", **ended) for i in range(30))
    policy = builders.indicator(rule_out="0.1", unscored=Unscored.AS_FAILURE)

    assert measure(run(0, 10, extra=done), policy).because == (
        "30 attempt(s) ended by an error or refused although they succeeded, which cannot count as failures"
    )
    found = measure(run(0, 10, extra=done), builders.indicator(rule_out="0.1"))
    assert found.comparison is INCONCLUSIVE
    assert "30 without a score counted against either claim" in found.because


@pytest.mark.parametrize("scores", [{"notes": "I"}, *({"match": v} for v in ("CORRECT", math.inf, ["C"], {"a": "C"}))])
def test_what_is_scored_and_cannot_be_read_never_counts_as_a_failure(scores: dict[str, object]):
    """A scorer that was silent beside another that was not, and words of its own, say nothing of a failure."""
    policy = builders.indicator(rule_out="0.1", unscored=Unscored.AS_FAILURE, score="match")
    made = {name: {"value": value} for name, value in scores.items()}

    assert measure(run(0, 60, extra=(logs.sample("x", scores=made),)), policy).because == (
        "1 attempt(s) scored as neither success nor failure, which cannot count as failures"
    )
    assert measure(run(0, 60, extra=(logs.sample("x", math.nan),)), policy).comparison is CLEAR


@pytest.mark.parametrize("policy", list(Unscored))
def test_a_log_of_errors_alone_says_nothing(policy: Unscored):
    """Errors dropped or kept, no usable score is no evidence."""
    m = logs.read_one(logs.log([logs.sample(i, "I", error={"message": "e"}) for i in range(99)]), name="x")
    found = measure(m, builders.indicator(rule_out="0.1", unscored=policy))

    assert found.comparison is INCONCLUSIVE
    assert found.because.startswith("no attempt has a usable score")


def test_reasons_against_the_log_make_it_inconclusive_and_are_all_shown():
    """Five of them in full, the rest as a number; never an estimate."""
    m = replace(run(0, 60), status="started", problems=tuple(f"p{i}" for i in range(7)))
    found = measure(m)

    assert (found.comparison, found.estimate) == (INCONCLUSIVE, None)
    assert found.because == "the run is unfinished; p0; p1; p2; p3; and 3 more"


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"rule_out": bar("55")}, "the rule-out bar 55 lies outside 0 to 1; check its unit"),
        ({"reached": bar("80")}, "the reached bar 80 lies outside 0 to 1; check its unit"),
        ({"alert": bar("-1")}, "the alert bar -1 lies outside 0 to 1; check its unit"),
        ({"rule_out": bar("1", inclusive=True)}, "the rule-out bar 1 would be met by every result"),
        (
            {"rule_out": bar("0", inclusive=True), "direction": Direction.LOW},
            "the rule-out bar 0 would be met by every",
        ),
        ({"alpha": Decimal(0)}, "the significance level lies outside (0, 0.5]"),
        ({"alpha": Decimal("0.6")}, "the significance level lies outside (0, 0.5]"),
        ({"alpha": Decimal("1e-999999")}, "the significance level lies outside (0, 0.5]"),
        ({"margin": Decimal("-0.1")}, "the margin is negative or absurd in size"),
        ({"margin": Decimal("1e-99999")}, "the margin is negative or absurd in size"),
        ({"success_at": Decimal("1e99999999")}, "the bar of success is absurd in size"),
        ({"rule_out": bar("1e-99999999")}, "the rule-out bar is absurd in size"),
        ({"reached": bar("NaN")}, "the reached bar is absurd in size"),
        ({"rule_out": bar("0." + "1" * 50)}, "the rule-out bar is absurd in size"),
    ],
)
def test_bars_that_make_no_sense_are_never_clear(changes: dict[str, Any], because: str):
    """A slip of units, a bar everything meets, or a number made to hang: named, in no time."""
    found = measure(run(0, 60), replace(builders.indicator(rule_out="0.1"), **changes))

    assert found.comparison is INCONCLUSIVE
    assert found.because.startswith(because)


def test_another_log_than_the_one_named_is_not_used():
    """The digest of the evidence and of the bytes must be one."""
    m = run(0, 60)

    assert measure(m, item=replace(ITEM, digest=m.digest)).comparison is CLEAR
    assert measure(m, item=replace(ITEM, digest="f" * 64)).because.startswith(
        "expected the log with digest ffffffffffff"
    )


@pytest.mark.parametrize(
    ("evaluated", "fresh_days", "because"),
    [
        (builders.AT - timedelta(days=30), 30, ""),
        (builders.AT - timedelta(days=31), 30, "too old: evaluated on 2026-03-31, 31 days before, at most 30 allowed"),
        (builders.AT - timedelta(days=9999), None, ""),
        (builders.AT + timedelta(days=1), None, "evaluated on 2026-05-02, after 2026-05-01"),
        (datetime(9999, 12, 31, tzinfo=UTC), 36500, "evaluated on 9999-12-31, after 2026-05-01"),
        (None, 30, "the date of the evaluation is not known"),
        (None, None, ""),
    ],
)
def test_freshness_counts_from_the_evaluation(evaluated: datetime | None, fresh_days: int | None, because: str):
    """Too old, in the future, or undated where age matters: inconclusive."""
    found = measure(replace(run(0, 60), evaluated=evaluated), builders.indicator(rule_out="0.1", fresh_days=fresh_days))

    assert found.comparison is (INCONCLUSIVE if because else CLEAR)
    assert not because or found.because == because


def test_a_case_may_not_redate_a_log():
    """The evaluation's own date counts; another one beside it is a contradiction."""
    found = measure(run(0, 60), item=replace(ITEM, evaluated=date(2026, 4, 1)))

    assert found.because == "the case says it was evaluated on 2026-04-01, the log says 2026-01-10"


def test_elicitation_must_be_as_required():
    """For logs and printed figures alike."""
    wanted = {"rule_out": "0.5", "elicitation": "fine-tuned"}

    assert measure(run(0, 60), builders.indicator(**wanted)).comparison is INCONCLUSIVE
    assert (
        measure(run(0, 60), builders.indicator(**wanted), item=replace(ITEM, elicitation="fine-tuned")).comparison
        is CLEAR
    )
    assert compare(figure("0.1"), **wanted).because == "expected elicitation 'fine-tuned', got none stated"


def test_alerts_are_a_flag_beside_the_comparison():
    """They look at the point, with what is unscored counted against the claim."""
    indicator = builders.indicator(rule_out="0.5", alert=bar("0.1", inclusive=True))
    low = builders.indicator(rule_out="0.1", reached=None, direction=Direction.LOW, alert=bar("0.9"))

    assert measure(run(6, 54), indicator).alert
    assert measure(run(6, 54), indicator).comparison is CLEAR
    assert not measure(run(5, 55), indicator).alert
    assert measure(run(5, 54, extra=(logs.sample("x", math.nan),)), indicator).alert
    assert not measure(run(6, 54), replace(indicator, alert=bar("0.1"))).alert
    assert measure(run(50, 10), low).alert
    assert not measure(run(59, 1), low).alert
    assert compare(figure("0.2"), alert=bar("0.1")).alert


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"task_version": "2"}, "expected task version '2'"),
        ({"repeats": 5}, "expected 5 epochs per task"),
        ({"expected_samples": 80}, "got a figure of 100"),
    ],
)
def test_a_printed_figure_is_not_clear_where_it_does_not_state_what_is_asked_of_a_run(asked: dict[str, Any], says: str):
    """A figure in place of a log gets round no demand of the indicator on the run; what it crosses stays crossed."""
    clear, crossed = (figure(None, successes=k, n=100) for k in (0, 100))

    assert compare(clear).comparison is CLEAR
    assert compare(clear, **asked).comparison is INCONCLUSIVE
    assert says in compare(clear, **asked).because
    assert compare(crossed, **asked).comparison is CROSSED
    assert compare(clear, expected_samples=50).comparison is CLEAR


@pytest.mark.parametrize(
    ("unit", "value", "bars"),
    [
        ("proportion", "0.5", {"rule_out": "20", "reached": "50"}),
        ("%", "50", {"rule_out": "120", "reached": None}),
    ],
)
def test_a_bar_outside_the_range_of_a_printed_figures_unit_is_never_clear(unit: str, value: str, bars: dict[str, Any]):
    """Half of all tasks is not below a bar of 20 %, however it is printed."""
    stated, bare = (compare(figure(value, unit=told), needs_interval=False, **bars) for told in (unit, "points"))

    assert bare.comparison is CLEAR
    assert stated.comparison is INCONCLUSIVE
    assert "check its unit" in stated.because


@pytest.mark.parametrize(
    ("unit", "value", "direction", "bars"),
    [
        ("proportion", "85", Direction.LOW, {"rule_out": "0.95", "reached": None}),
        ("%", "9500", Direction.LOW, {"rule_out": "95", "reached": None}),
        ("%", "-3", Direction.HIGH, {"rule_out": "20", "reached": None}),
    ],
)
def test_a_printed_value_outside_the_range_of_its_unit_is_never_clear(
    unit: str, value: str, direction: Direction, bars: dict[str, Any]
):
    """85 % of attacks stopped, entered as a proportion of 85, are not more than a bar of 0.95."""
    settings = {"needs_interval": False, "direction": direction, **bars}
    stated, bare = (compare(figure(value, unit=told), **settings) for told in (unit, "points"))

    assert bare.comparison is CLEAR
    assert stated.comparison is INCONCLUSIVE
    assert f"the printed value {value} lies outside" in stated.because


def test_a_published_point_is_compared_where_that_is_allowed():
    """Two words say that no interval was published; where one is required the point is not enough."""
    allowed = compare(figure("2.53"), rule_out="2.8", reached=None)
    crossed = compare(figure("2.8"), rule_out="2.8", reached="2.8")
    required = compare(figure("2.53", n=40), rule_out="2.8", needs_interval=True)

    assert (allowed.comparison, allowed.because) == (CLEAR, "2.53 < 2.8 (no interval published)")
    assert (crossed.comparison, crossed.because) == (CROSSED, "2.8 = 2.8 (no interval published)")
    assert required.comparison is INCONCLUSIVE
    assert required.because == "only a point estimate, 2.53, where an interval is required"
    assert required.estimate is not None
    assert (required.estimate.lower, required.estimate.n, required.estimate.method) == (None, 40, "point")


def test_a_printed_interval_is_used_as_printed():
    """Its far end must clear the bar."""
    item = figure("2.5", interval=(Decimal("2.1"), Decimal("2.9")))

    assert compare(item, rule_out="3", reached=None).because == "printed upper bound 2.9 < bar 3"
    assert compare(item, rule_out="2.8", reached=None).because == "printed upper bound 2.9 > bar 2.8"
    assert compare(item, rule_out="3", reached="2").because == "printed lower bound 2.1 > reached bar 2"
    assert compare(item, rule_out="3", reached=None).comparison is CLEAR
    strict = compare(item, rule_out="3", reached=None, alpha=Decimal("0.01"))
    assert strict.because == "a printed interval is not known to reach the level 0.01"
    assert strict.comparison is INCONCLUSIVE


def test_a_published_count_gets_our_own_bound():
    """Three of forty leaves 10 % open, whatever the point says."""
    found = compare(figure(n=40, successes=3), rule_out="0.1")

    assert found.because == "3 of 40, as published; 95 % upper bound 0.182587 > bar 0.1; about 436 tasks needed"
    assert found.estimate is not None
    assert (found.estimate.value, found.estimate.method) == (Decimal("0.075"), "clopper-pearson")
    assert compare(figure(n=40, successes=0), rule_out="0.1").comparison is CLEAR


@pytest.mark.parametrize(
    ("successes", "unit", "bar_of_count", "says"),
    [
        (0, Unit.TASK, "0.02", "0 of 1000 on 100 tasks, as published; 95 % upper bound 0.0295131 > bar 0.02"),
        (45, Unit.TASK, "0.1", "45 of 1000 on 100 tasks, as published; 95 % upper bound 0.102254 > bar 0.1"),
        (0, Unit.ATTEMPT, "0.02", "0 of 1000, as published; 95 % upper bound 0.00299125 < bar 0.02"),
    ],
)
def test_a_published_count_of_repeats_is_worth_no_more_tasks_than_a_complete_run_has(
    successes: int, unit: Unit, bar_of_count: str, says: str
):
    """A thousand attempts at a hundred tasks are a hundred tasks, printed as in a log."""
    item = figure(n=1000, successes=successes)

    assert compare(item, unit=unit, rule_out=bar_of_count, expected_samples=100).because.startswith(says)


@pytest.mark.parametrize(
    ("value", "unit", "rule_out", "expected"),
    [
        ("0.075", "", "0.1", "bound 0.182587 > bar 0.1"),
        ("7.5", "", "10", "bound 18.2587 > bar 10"),
        ("8", "%", "20", "bound 18.2587 < bar 20"),
        (None, "percent", "20", "bound 18.2587 < bar 20"),
        ("0.07", "rate", "0.2", "bound 0.182587 < bar 0.2"),
        ("3", "tasks", "8", "bound 7.30348 < bar 8"),
        ("3", "", "4", "bound 7.30348 > bar 4"),
    ],
)
def test_a_count_is_told_in_the_figures_own_unit(value: str | None, unit: str, rule_out: str, expected: str):
    """Proportion, percent or bare count: bound and bar are in the same unit."""
    found = compare(figure(value, unit=unit, n=40, successes=3), rule_out=rule_out, reached=None)

    assert expected in found.because
    if "needed" in found.because:
        assert "about 436 tasks" in found.because or rule_out == "4"


@pytest.mark.parametrize(
    "item",
    [
        figure("0.3", n=40, successes=3),
        figure("0", n=40, successes=0),
        figure("1", n=2, successes=1),
        figure("3", unit="%", n=40, successes=3),
        figure("1e99999", n=40, successes=3),
        figure(n=40, successes=41),
        figure(n=0, successes=0),
        figure(n=4, successes=-1),
        figure(),
        figure("1e9999999"),
        figure("3", interval=(Decimal(4), Decimal(5))),
        figure("3", interval=(Decimal(2), Decimal("NaN"))),
        replace(figure("1"), figure=None),
        replace(figure("0.1"), evaluated=date(2027, 1, 1)),
    ],
)
def test_figures_that_make_no_sense_are_never_clear(item: EvidenceItem):
    """Counts that contradict the value, doubtful units, absent or absurd numbers: inconclusive with a reason."""
    found = compare(item, rule_out="0.9", reached=None)

    assert (found.comparison, found.alert, found.estimate) == (INCONCLUSIVE, False, None)
    assert found.because


def test_a_count_against_a_bar_of_another_unit_is_never_clear():
    """A bar of 50 for a proportion is a slip, not a generous bar."""
    assert compare(figure(n=40, successes=3), rule_out="50", reached=None).because.startswith(
        "the rule-out bar 50 lies"
    )


def test_printed_figures_age_too():
    """Undated or old figures are inconclusive where freshness is required."""
    assert compare(figure("0.1"), fresh_days=30).because.startswith("too old: evaluated on 2026-01-01")
    assert compare(replace(figure("0.1"), evaluated=None), fresh_days=30).because.startswith(
        "the date of the evaluation"
    )
    assert compare(replace(figure("0.1"), evaluated=None)).comparison is CLEAR


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"log_task": "other"}, "expected a log of task 'other'"),
        ({"log_task": ""}, "expected a log of task 'e'"),
        ({"log_model": "other"}, "expected a log of model 'other'"),
        ({"log_model": ""}, "the case does not say that the model is called"),
    ],
)
def test_a_log_of_another_task_or_model_is_no_evidence(changed: dict[str, str], reason: str):
    """Enough tasks without success, but of something else: inconclusive, and it says of what."""
    found = measure(run(0, 29), item=replace(ITEM, **changed))

    assert found.comparison is INCONCLUSIVE
    assert reason in found.because
