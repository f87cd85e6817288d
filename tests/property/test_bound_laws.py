# SPDX-License-Identifier: Apache-2.0
"""Laws of the bounds and of what is counted (S-1, S-2, E-2)."""

from __future__ import annotations

import contextlib
import math
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.engine.indicator import measure_indicator
from ruleout.errors import UnreadableLog
from ruleout.model.evidence import (
    Attempt,
    Check,
    Comparison,
    Direction,
    Measurement,
    SampleState,
    Stopping,
    Unit,
    Unscored,
)
from ruleout.model.verdict import Verdict
from ruleout.stats import (
    TaskShares,
    TaskSums,
    anytime_bounds,
    anytime_upper,
    clopper_pearson,
    count_shares,
    korn_graubard_bounds,
    sum_shares,
    task_bounds,
)

LEVELS = st.sampled_from([Decimal("0.5"), Decimal("0.05"), Decimal("0.001")])
COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
VALUES = st.sampled_from(["I"] * 9 + ["C", "P", "N", True, False, 0, 1, 0.5, float("nan"), None, "other", [1]])
STATES = st.sampled_from([SampleState.SCORED] * 20 + list(SampleState))
BASE = logs.read_one(logs.log([logs.sample(1, "C")]), name="x")
ITEM = replace(
    builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task="task", log_model="lab/model"
)


def attempts() -> st.SearchStrategy[tuple[Attempt, ...]]:
    row = st.tuples(st.integers(0, 40), STATES, VALUES)
    return st.lists(row, min_size=1, max_size=60).map(
        lambda rows: tuple(
            Attempt(sample=str(task), epoch=epoch, state=state, scores=(("match", value),))
            for epoch, (task, state, value) in enumerate(rows, start=1)
        )
    )


def measured(rows: tuple[Attempt, ...]) -> Measurement:
    return replace(BASE, attempts=rows, evaluated=builders.AT)


@given(COUNTS, LEVELS)
def test_bounds_enclose_the_share_and_mirror(counts: tuple[int, int], alpha: Decimal):
    """Lower <= share <= upper, and failures have the mirrored bounds."""
    k, n = counts
    bounds, mirrored = clopper_pearson(k, n, alpha=alpha), clopper_pearson(n - k, n, alpha=alpha)

    assert 0 <= bounds.lower <= Fraction(k, n) <= bounds.upper <= 1
    assert abs(bounds.upper + mirrored.lower - 1) < Decimal("1e-5")


@given(COUNTS, LEVELS)
def test_one_more_success_never_lowers_a_bound(counts: tuple[int, int], alpha: Decimal):
    """Bounds rise with the count."""
    k, n = counts
    if k < n:
        one, more = clopper_pearson(k, n, alpha=alpha), clopper_pearson(k + 1, n, alpha=alpha)
        assert one.lower <= more.lower
        assert one.upper <= more.upper


@given(COUNTS)
def test_a_stricter_level_never_narrows(counts: tuple[int, int]):
    """The bounds at a smaller level lie outside."""
    k, n = counts
    mild, strict = clopper_pearson(k, n, alpha=Decimal("0.05")), clopper_pearson(k, n, alpha=Decimal("0.01"))

    assert strict.lower <= mild.lower
    assert mild.upper <= strict.upper


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(6, 7)), min_size=1, max_size=40))
def test_the_order_of_tasks_does_not_matter(shares: list[tuple[int, int]]):
    """Sums and bounds are the same for any order."""
    one, other = sum_shares(shares), sum_shares(reversed(shares))
    sums = TaskSums(tasks=len(shares), low=one, high=other)

    assert one == other
    assert task_bounds(sums, alpha=Decimal("0.05")).lower <= one / len(shares)


@given(attempts(), st.sampled_from(list(Unit)), st.sampled_from(list(Direction)))
def test_whatever_the_unscored_were_a_clear_indicator_stays_clear(
    rows: tuple[Attempt, ...], unit: Unit, direction: Direction
):
    """Worst case means worst case: scoring the unscored attempts either way never takes back a verdict."""
    rule_out = "0.9" if direction is Direction.HIGH else "0.01"
    indicator = builders.indicator(
        rule_out=rule_out, reached=None, unit=unit, direction=direction, alpha=Decimal("0.4")
    )
    # `assume` also guards the test: Hypothesis fails it when too few cases are clear.
    assume(measure_indicator(indicator, ITEM, measured(rows), at=builders.AT).comparison is Comparison.CLEAR)

    for letter in "CI":
        filled = tuple(_filled(row, letter) for row in rows)
        assert measure_indicator(indicator, ITEM, measured(filled), at=builders.AT).comparison is Comparison.CLEAR


def _filled(row: Attempt, letter: str) -> Attempt:
    value = row.scores[0][1]
    usable = row.state is SampleState.SCORED and (
        isinstance(value, bool)
        or value in ("C", "I", "P", "N")
        or (isinstance(value, int | float) and not math.isnan(value))
    )
    return row if usable else row._replace(state=SampleState.SCORED, scores=(("match", letter),))


@given(attempts(), st.sampled_from([Unscored.WORST_CASE, Unscored.AS_FAILURE]))
def test_dropping_scores_never_makes_an_indicator_clear(rows: tuple[Attempt, ...], policy: Unscored):
    """An attempt that loses its score to nothing never turns anything else into clear."""
    indicator = builders.indicator(rule_out="0.8", reached=None, unscored=policy, alpha=Decimal("0.4"))
    first = rows[0]._replace(state=SampleState.MISSING, scores=())
    dropped = measured((first, *rows[1:]))
    assume(measure_indicator(indicator, ITEM, dropped, at=builders.AT).comparison is Comparison.CLEAR)

    assert measure_indicator(indicator, ITEM, measured(rows), at=builders.AT).comparison is Comparison.CLEAR


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(data: bytes):
    """Arbitrary bytes behind either magic are refused or read, never a crash."""
    for head in (b"PK\x03\x04", b'{"eval":', b""):
        with contextlib.suppress(UnreadableLog):
            assert logs.read_one(head + data, name="x").problems is not None


# Each of these bounds costs tens of milliseconds, so fewer examples are tried than elsewhere; as many more in a search.
FEW = settings().max_examples // 4
SHARES = st.lists(st.tuples(st.sampled_from([0, 0, 1, 4]), st.just(4)), min_size=2, max_size=60)


def repeated(shares: list[tuple[int, int]]) -> TaskShares:
    counted = count_shares(shares)
    return TaskShares(low=counted, high=counted, attempts=4 * len(shares), unscored=0, repeated=True)


@settings(max_examples=FEW)
@given(SHARES, st.randoms(use_true_random=False))
def test_bounds_of_repeated_tasks_enclose_the_mean_in_any_order(shares: list[tuple[int, int]], rng: random.Random):
    """By the spread and at every look: 0 <= lower <= mean <= upper <= 1, the same for any order of tasks."""
    mixed = rng.sample(shares, len(shares))
    mean = sum_shares(shares) / len(shares)
    for bounds_of in (korn_graubard_bounds, anytime_bounds):
        bounds = bounds_of(repeated(shares), alpha=Decimal("0.05"))
        assert 0 <= bounds.lower <= mean <= bounds.upper <= 1
        assert bounds_of(repeated(mixed), alpha=Decimal("0.05")) == bounds


@settings(max_examples=FEW)
@given(SHARES)
def test_bounds_by_the_spread_are_never_wider_than_with_the_task_as_unit(shares: list[tuple[int, int]]):
    """So that losing a score, which falls back to that, never helps."""
    narrow, plain = repeated(shares), task_bounds(repeated(shares).sums, alpha=Decimal("0.05"))
    bounds = korn_graubard_bounds(narrow, alpha=Decimal("0.05"))

    assert plain.lower <= bounds.lower
    assert bounds.upper <= plain.upper


@settings(max_examples=FEW)
@given(SHARES, st.integers(0, 59))
def test_one_more_success_never_lowers_the_bound_at_every_look(shares: list[tuple[int, int]], place: int):
    """So counting a doubtful attempt as a success is the worst case."""
    successes, attempts = shares[place % len(shares)]
    more = list(shares)
    more[place % len(shares)] = (min(successes + 1, attempts), attempts)
    alpha = Decimal("0.05")

    assert anytime_upper(count_shares(shares), alpha=alpha) <= anytime_upper(count_shares(more), alpha=alpha)


def complete(rows: list[int], *, content: str = "") -> tuple[Attempt, ...]:
    """Tasks with so many successes each in two epochs; `content` leads their content, "" for none."""
    return tuple(
        Attempt(
            sample=f"s{task}",
            epoch=epoch,
            state=SampleState.SCORED,
            scores=(("match", "C" if epoch <= successes else "I"),),
            content=f"{content}{task}" if content else "",
        )
        for task, successes in enumerate(rows)
        for epoch in (1, 2)
    )


RUNS = st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2]), min_size=16, max_size=30)
STOPPINGS = st.sampled_from(list(Stopping))


@settings(max_examples=FEW)
@given(RUNS, STOPPINGS, st.integers(0, 99), st.sampled_from(list(SampleState)[1:]))
def test_an_attempt_that_loses_its_score_never_makes_repeated_tasks_clear(
    rows: list[int], stopping: Stopping, place: int, state: SampleState
):
    """Whatever the bound: by the spread, by the task, or at every look."""
    indicator = builders.indicator(rule_out="0.5", reached=None, stopping=stopping)
    whole = complete(rows)
    place %= len(whole)
    lost = (*whole[:place], whole[place]._replace(state=state, scores=()), *whole[place + 1 :])
    assume(measure_indicator(indicator, ITEM, measured(lost), at=builders.AT).comparison is Comparison.CLEAR)

    assert measure_indicator(indicator, ITEM, measured(whole), at=builders.AT).comparison is Comparison.CLEAR


@settings(max_examples=FEW)
@given(RUNS, STOPPINGS, st.integers(0, 99), st.integers(1, 3))
def test_an_attempt_added_without_a_score_never_makes_anything_clear(
    rows: list[int], stopping: Stopping, place: int, more: int
):
    """To a task that is there or as a task of its own."""
    indicator = builders.indicator(rule_out="0.5", reached=None, stopping=stopping)
    whole = complete(rows)
    added = tuple(Attempt(sample=f"s{place}", epoch=10 + epoch, state=SampleState.ERRORED) for epoch in range(more))
    assume(measure_indicator(indicator, ITEM, measured(whole + added), at=builders.AT).comparison is Comparison.CLEAR)

    assert measure_indicator(indicator, ITEM, measured(whole), at=builders.AT).comparison is Comparison.CLEAR


@settings(max_examples=FEW)
@given(RUNS, STOPPINGS, st.lists(st.tuples(st.integers(0, 99), st.integers(0, 2)), min_size=1, max_size=20))
def test_asking_a_question_again_under_another_id_never_makes_anything_clear(
    rows: list[int], stopping: Stopping, again: list[tuple[int, int]]
):
    """With whatever result: added samples of known content can only widen."""
    indicator = builders.indicator(rule_out="0.5", reached=None, stopping=stopping)
    whole = complete(rows, content="q")
    added = tuple(
        attempt._replace(sample=f"again {index}", content=f"q{task % len(rows)}")
        for index, (task, successes) in enumerate(again)
        for attempt in complete([successes])
    )
    assume(measure_indicator(indicator, ITEM, measured(whole + added), at=builders.AT).comparison is Comparison.CLEAR)

    assert measure_indicator(indicator, ITEM, measured(whole), at=builders.AT).comparison is Comparison.CLEAR


@settings(max_examples=FEW)
@given(RUNS, STOPPINGS, st.randoms(use_true_random=False))
def test_exact_copies_and_the_order_of_attempts_change_no_bound(
    rows: list[int], stopping: Stopping, rng: random.Random
):
    """Every sample a second time under a new id with the same results, everything shuffled: the same bounds."""
    indicator = builders.indicator(rule_out="0.5", reached="0.6", stopping=stopping)
    whole = complete(rows, content="q")
    copies = tuple(attempt._replace(sample=f"copy of {attempt.sample}") for attempt in whole)
    mixed = tuple(rng.sample(whole + copies, 2 * len(whole)))
    one = measure_indicator(indicator, ITEM, measured(whole), at=builders.AT)
    other = measure_indicator(indicator, ITEM, measured(mixed), at=builders.AT)

    assert (one.comparison, one.estimate) == (other.comparison, other.estimate)


CHECKS = st.lists(
    st.builds(
        Check,
        kind=st.sampled_from(["sandbagging", "elicitation"]),
        passed=st.sampled_from([Verdict.YES, Verdict.YES, Verdict.NO, Verdict.UNKNOWN]),
        report=st.just("report"),
        by=st.just(("safety",)),
        dated=st.integers(-30, 1).map(lambda days: builders.TODAY + timedelta(days)),
        valid_until=st.sampled_from([None, builders.TODAY, builders.TODAY - timedelta(1)]),
    ),
    max_size=4,
)


@given(CHECKS, st.sampled_from([None, builders.TODAY, builders.TODAY - timedelta(1)]))
def test_checks_and_expiry_only_ever_take_clearance_away(checks: list[Check], valid_until: object):
    """What is needed and unknown, failed or expired never makes clear what would not be clear without asking."""
    log = measured(complete([0] * 40))
    item = replace(ITEM, checks=tuple(checks), valid_until=valid_until)
    found = measure_indicator(builders.indicator(needs=("sandbagging",)), item, log, at=builders.AT)
    stated = [check for check in checks if check.kind == "sandbagging"]
    good = bool(stated) and all(
        check.passed is Verdict.YES
        and check.dated <= builders.TODAY
        and (check.valid_until is None or check.valid_until >= builders.TODAY)
        for check in stated
    )

    assert (found.comparison is Comparison.CLEAR) == (good and valid_until != builders.TODAY - timedelta(1))
