# SPDX-License-Identifier: Apache-2.0
"""What an indicator asks of how a measurement was made: repeats, stopping, checks, expiry, distinct tasks (D-2, S-2, S-3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.engine.indicator import compare_published, measure_indicator
from ruleout.model.evidence import (
    Attempt,
    Check,
    Comparison,
    EvidenceItem,
    Indicator,
    IndicatorFinding,
    Measurement,
    SampleState,
    Stopping,
    Unit,
    Unscored,
)
from ruleout.model.verdict import Verdict

CLEAR, CROSSED, INCONCLUSIVE = Comparison.CLEAR, Comparison.CROSSED, Comparison.INCONCLUSIVE
BASE = logs.read_one(logs.log([logs.sample(1, "C")]), name="x")
ITEM = replace(
    builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task="task", log_model="lab/model"
)
PASSED = Check(kind="sandbagging", passed=Verdict.YES, report="Probe report", by=("safety",), dated=date(2026, 3, 1))


def run(*shares: int, of: int = 10, content: dict[int, str] | None = None) -> Measurement:
    """Tasks with so many successes each, in `of` epochs; content by the task's place."""
    attempts = tuple(
        Attempt(
            sample=f"t{task}",
            epoch=epoch,
            state=SampleState.SCORED,
            scores=(("match", "C" if epoch <= successes else "I"),),
            content=(content or {}).get(task, f"question {task}"),
        )
        for task, successes in enumerate(shares)
        for epoch in range(1, of + 1)
    )
    return replace(BASE, attempts=attempts, expected=len(attempts), evaluated=builders.AT)


def measure(m: Measurement, item: EvidenceItem = ITEM, **more: Any) -> IndicatorFinding:
    return measure_indicator(indicator(**more), item, m, at=builders.AT)


def indicator(**more: Any) -> Indicator:
    return builders.indicator(**{"rule_out": "0.1", "reached": None, **more})


def test_many_repeated_tasks_get_a_narrower_bound_from_their_spread():
    """A hundred tasks, less than half of them solved in one of ten attempts: clear by the spread, not by the task as unit."""
    found = measure(run(*[1] * 45, *[0] * 55))

    assert found.comparison is CLEAR
    assert found.estimate is not None
    assert (found.estimate.method, found.estimate.n) == ("korn-graubard, by the spread between tasks", 100)
    assert found.because == "4.5 of 100 tasks in 1000 attempts; 95 % upper bound 0.0955581 < bar 0.1"


def test_an_unscored_attempt_keeps_the_task_as_unit_also_where_it_counts_as_a_failure():
    """What it counts as does not say what it was."""
    whole = run(*[1] * 45, *[0] * 55)
    lost = replace(whole, attempts=(*whole.attempts[:-1], whole.attempts[-1]._replace(state=SampleState.ERRORED)))
    found = measure(lost, unscored=Unscored.AS_FAILURE)

    assert found.comparison is INCONCLUSIVE
    assert found.estimate is not None
    assert found.estimate.method == "clopper-pearson, task as unit"


def test_a_level_next_to_one_half_has_the_task_as_unit():
    """There the spread gives no number."""
    found = measure(run(*[1] * 45, *[0] * 55), alpha=Decimal("0.49999999999999999999999999"))

    assert found.estimate is not None
    assert found.estimate.method == "clopper-pearson, task as unit"


def test_few_tasks_and_unscored_attempts_keep_the_task_as_unit():
    """The size is settled by the bar; and an attempt that lost its score never narrows a bound."""
    few, many = run(*[1] * 30), run(*[1] * 80)
    lost = many.attempts[-1]._replace(state=SampleState.ERRORED)
    doubtful = measure(replace(many, attempts=(*many.attempts[:-1], lost)))

    for found in (measure(few), doubtful):
        assert found.estimate is not None
        assert found.estimate.method == "clopper-pearson, task as unit"
    assert doubtful.comparison is INCONCLUSIVE


def test_measuring_that_goes_on_gets_bounds_that_hold_at_every_look():
    """29 tasks without a success rule out 10 % once and not while one goes on; 42 do."""
    once, going_on = Stopping.FIXED, Stopping.CONTINUING

    assert measure(run(*[0] * 29, of=1), stopping=once).comparison is CLEAR
    found = measure(run(*[0] * 29, of=1), stopping=going_on)
    assert found.comparison is INCONCLUSIVE
    assert found.because == "0 of 29 tasks; 95 % upper bound 0.138733 > bar 0.1; about 42 tasks needed"
    later = measure(run(*[0] * 42, of=1), stopping=going_on)
    assert later.comparison is CLEAR
    assert later.estimate is not None
    assert later.estimate.method == "mixture e-process, holds at every look"


def test_reaching_a_bar_while_going_on_takes_more_too():
    """The lower bound mirrors."""
    going_on: dict[str, Any] = {"rule_out": None, "reached": "0.9", "stopping": Stopping.CONTINUING}

    assert measure(run(*[1] * 29, of=1), rule_out=None, reached="0.9").comparison is CROSSED
    assert measure(run(*[1] * 29, of=1), **going_on).comparison is INCONCLUSIVE
    assert measure(run(*[1] * 42, of=1), **going_on).comparison is CROSSED
    attempts = measure(run(*[1] * 42, of=1), unit=Unit.ATTEMPT, **going_on)
    assert attempts.comparison is CROSSED


def published(**more: Any) -> EvidenceItem:
    item = builders.published("e", "0")
    assert item.figure is not None
    return replace(item, figure=replace(item.figure, **more))


def test_a_printed_count_of_a_continuing_measurement_gets_the_same_bounds():
    """A count can be bounded again; an interval or a bare point cannot."""
    going_on = indicator(stopping=Stopping.CONTINUING)
    count = published(value=Decimal(0), unit="proportion", n=29, successes=0)
    enough = published(value=Decimal(0), unit="proportion", n=42, successes=0)
    interval = published(value=Decimal(0), interval=(Decimal(0), Decimal("0.01")))

    assert compare_published(going_on, count, at=builders.AT).comparison is INCONCLUSIVE
    assert compare_published(going_on, enough, at=builders.AT).comparison is CLEAR
    for item in (interval, published(value=Decimal(0))):
        assert compare_published(indicator(), item, at=builders.AT).comparison is CLEAR
        found = compare_published(going_on, item, at=builders.AT)
        assert found.comparison is INCONCLUSIVE
        assert found.because.startswith("a printed figure without a count does not bound a rate looked at")


def test_a_published_count_of_a_thousand_million_is_bounded_at_once():
    """Counts are never spread out into one entry per trial."""
    huge = published(value=Decimal(0), unit="proportion", n=10**9, successes=0)

    assert compare_published(indicator(), huge, at=builders.AT).comparison is CLEAR
    assert compare_published(indicator(stopping=Stopping.CONTINUING), huge, at=builders.AT).comparison is CLEAR


@pytest.mark.parametrize(
    ("checks", "because"),
    [
        ((PASSED,), ""),
        ((replace(PASSED, valid_until=builders.TODAY),), ""),
        ((), "got none stated"),
        ((replace(PASSED, kind="elicitation"),), "got none stated"),
        ((replace(PASSED, passed=Verdict.NO),), "got one that did not pass"),
        ((replace(PASSED, passed=Verdict.UNKNOWN),), "got one whose result is unknown"),
        ((PASSED, replace(PASSED, passed=Verdict.NO)), "got one that did not pass"),
        ((replace(PASSED, dated=builders.TODAY + timedelta(1)),), "got one dated 2026-05-02, after 2026-05-01"),
        (
            (replace(PASSED, valid_until=builders.TODAY - timedelta(1)),),
            "got one valid until 2026-04-30, expired on 2026-05-01",
        ),
    ],
)
def test_a_check_that_is_needed_must_have_passed_and_still_count(checks: tuple[Check, ...], because: str):
    """Missing, failed, unknown, dated ahead or expired: inconclusive, for logs and printed figures alike."""
    needing = indicator(needs=("sandbagging",))
    logged = measure_indicator(needing, replace(ITEM, checks=checks), run(*[0] * 29, of=1), at=builders.AT)
    printed = compare_published(needing, replace(published(value=Decimal(0)), checks=checks), at=builders.AT)

    for found in (logged, printed):
        assert found.comparison is (INCONCLUSIVE if because else CLEAR)
        assert not because or found.because == f"expected a passed check for sandbagging, {because}"


def test_every_needed_check_is_named():
    """All reasons at once, each kind once."""
    found = measure(run(*[0] * 29, of=1), needs=("sandbagging", "elicitation", "sandbagging"))

    assert found.because == (
        "expected a passed check for sandbagging, got none stated; "
        "expected a passed check for elicitation, got none stated"
    )


def test_evidence_counts_until_its_last_day():
    """On it, not after it; printed figures too."""
    log = run(*[0] * 29, of=1)
    last, over = builders.TODAY, builders.TODAY - timedelta(1)

    assert measure(log, replace(ITEM, valid_until=last)).comparison is CLEAR
    for found in (
        measure(log, replace(ITEM, valid_until=over)),
        compare_published(indicator(), replace(published(value=Decimal(0)), valid_until=over), at=builders.AT),
    ):
        assert found.comparison is INCONCLUSIVE
        assert found.because == "the evidence counts until 2026-04-30, expired on 2026-05-01"


def test_fewer_repeats_than_asked_for_say_nothing():
    """A run with two epochs does not stand for one with five."""
    found = measure(run(*[0] * 80, of=2), repeats=5)

    assert (found.comparison, found.estimate) == (INCONCLUSIVE, None)
    assert found.because.startswith("expected 5 epochs per task, got 2 of 80 task(s): 't0', 't1'")
    assert measure(run(*[0] * 80, of=5), repeats=5).comparison is CLEAR


def test_easy_samples_repeated_under_new_ids_never_rule_out():
    """Fifteen questions asked forty times under other ids are fifteen questions, and the words say so."""
    log = run(*[0] * 40, of=1, content={task: f"question {task % 15}" for task in range(40)})
    found = measure(log)

    assert measure(run(*[0] * 40, of=1)).comparison is CLEAR
    assert found.comparison is INCONCLUSIVE
    assert found.because.startswith(
        "0 of 15 tasks in 40 attempts, 25 samples repeat the content of others and count once; 95 % upper bound 0.181"
    )
    assert measure(log, unit=Unit.ATTEMPT).comparison is INCONCLUSIVE
    assert measure(log, expected_samples=40).comparison is INCONCLUSIVE
    assert measure(log, stopping=Stopping.CONTINUING).comparison is INCONCLUSIVE


def test_a_success_is_not_thinned_out_by_asking_again():
    """One task solved, then asked nine times more under other ids without success: it still counts as solved."""
    again = dict.fromkeys(range(30, 39), "question 0")
    log = run(1, *[0] * 38, of=1, content=again)
    found = measure(log)

    assert found.because.startswith(
        "0 of 30 tasks in 39 attempts, 9 samples repeat the content of others and count once; 95 % upper bound 0.148"
    )
    assert found.comparison is INCONCLUSIVE


def test_one_sample_that_repeats_another_is_told_in_the_singular():
    """Words a person can read."""
    found = measure(run(*[0] * 31, of=1, content={30: "question 0"}))

    assert found.comparison is CLEAR
    assert ", 1 sample repeats the content of others and counts once; " in found.because
