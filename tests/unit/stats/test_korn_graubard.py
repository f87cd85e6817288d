# SPDX-License-Identifier: Apache-2.0
"""Bounds from the spread between tasks, and when they are used (S-2)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pytest
from scipy.stats import beta, t

from ruleout.stats import (
    ANY_TIME,
    KORN_GRAUBARD,
    TASK_AS_UNIT,
    TaskShares,
    bounds_by_design,
    count_shares,
    korn_graubard_bounds,
    task_bounds,
)
from ruleout.stats.korn_graubard import effective_tasks

ALPHA, BAR = Decimal("0.05"), Decimal("0.1")


def shares_of(
    *shares: tuple[int, int], doubtful: Iterable[tuple[int, int]] | None = None, unscored: int = 0
) -> TaskShares:
    low = count_shares(shares)
    return TaskShares(
        low=low,
        high=low if doubtful is None else count_shares(doubtful),
        attempts=sum(attempts for _, attempts in shares),
        unscored=unscored,
        repeated=all(attempts > 1 for _, attempts in shares),
    )


SPREAD = shares_of(*[(0, 10)] * 60, *[(1, 10)] * 10, *[(2, 10)] * 6, *[(5, 10)] * 3, *[(9, 10)])


def test_the_effective_number_is_exact():
    """Four tasks with shares 0, 0, 1/2 and 1, and one more that succeeds: by hand, 5."""
    # Mean 1/2; squared deviations 1/4 + 1/4 + 0 + 1/4 + 1/4 = 1; variance of the mean 1/4/5; 1/4 over 1/20.
    assert effective_tasks(count_shares([(0, 2), (0, 2), (1, 2), (2, 2)])) == 5


def test_without_any_failure_there_is_no_spread():
    """Then nothing is below 1, and no number stands for it."""
    assert effective_tasks(count_shares([(2, 2)] * 30)) is None
    assert korn_graubard_bounds(shares_of(*[(2, 2)] * 30), alpha=ALPHA).upper == 1


def test_bounds_agree_with_an_independent_implementation():
    """The same definition with scipy's floats, for a run whose spread decides and one whose cap does."""
    for shares in (SPREAD, shares_of(*[(1, 10)] * 80)):
        values = [float(share) for share, count in shares.high for _ in range(count)] + [1.0]
        n, mean = len(values), sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / (n - 1) / n
        ratio = (t.ppf(0.95, shares.attempts - 1) / t.ppf(0.95, n - 1)) ** 2
        worth = min(mean * (1 - mean) / variance * ratio, 1.5 * (n - 1))
        expected = beta.ppf(0.95, worth * mean + 1, worth * (1 - mean))
        assert float(korn_graubard_bounds(shares, alpha=ALPHA).upper) == pytest.approx(float(expected), rel=1e-5)


def test_the_lower_bound_mirrors_the_upper_one():
    """Successes and failures change places."""
    bounds = korn_graubard_bounds(SPREAD, alpha=ALPHA)
    turned = tuple(sorted((1 - share, count) for share, count in SPREAD.low))
    mirrored = korn_graubard_bounds(
        TaskShares(low=turned, high=turned, attempts=SPREAD.attempts, unscored=0, repeated=True), alpha=ALPHA
    )

    assert abs(bounds.lower + mirrored.upper - 1) < Decimal("2e-6")
    assert abs(bounds.upper + mirrored.lower - 1) < Decimal("2e-6")


def test_repeats_that_spread_little_narrow_the_bound_and_never_widen_it():
    """Eighty tasks that all succeed in one of ten: narrower than the task as unit. All or nothing: as wide."""
    even, all_or_nothing = shares_of(*[(1, 10)] * 80), shares_of(*[(10, 10)] * 8, *[(0, 10)] * 72)

    assert korn_graubard_bounds(even, alpha=ALPHA).upper < task_bounds(even.sums, alpha=ALPHA).upper
    assert korn_graubard_bounds(all_or_nothing, alpha=ALPHA) == task_bounds(all_or_nothing.sums, alpha=ALPHA)
    nothing = shares_of(*[(0, 10)] * 80)
    assert korn_graubard_bounds(nothing, alpha=ALPHA) == task_bounds(nothing.sums, alpha=ALPHA)


def test_agreeing_shares_are_worth_at_most_one_and_a_half_answers_a_task():
    """However many repeats: without a cap a thousand repeats that agree would be worth a thousand answers."""
    few, many = shares_of(*[(1, 10)] * 80), shares_of(*[(100, 1000)] * 80)
    # Nine successes in eighty-one tasks are one ninth, of 120 answers: the added task and the cap.
    assert float(korn_graubard_bounds(few, alpha=ALPHA).upper) == pytest.approx(
        float(beta.ppf(0.95, 120 / 9 + 1, 120 * 8 / 9)), rel=1e-5
    )
    assert korn_graubard_bounds(many, alpha=ALPHA) == korn_graubard_bounds(few, alpha=ALPHA)


@pytest.mark.parametrize("alpha", ["0.01", "0.05", "0.49"])
def test_one_answer_apart_in_very_many_repeats_has_a_bound(alpha: str):
    """The bound on its side lies nearer to the end than can be told, at 1e-170 say; that is no failure to find it."""
    level = Decimal(alpha)
    for repeats in (139, 200, 100_000):
        run = shares_of((1, repeats), *[(0, repeats)] * 79)
        mirrored = shares_of((repeats - 1, repeats), *[(repeats, repeats)] * 79)
        assert korn_graubard_bounds(run, alpha=level).lower < Decimal("1e-30")
        assert 0 < korn_graubard_bounds(run, alpha=level).upper <= task_bounds(run.sums, alpha=level).upper
        assert korn_graubard_bounds(mirrored, alpha=level).upper == 1


def test_one_task_says_nothing_about_spread():
    """The method needs two."""
    with pytest.raises(ValueError, match="at least two tasks"):
        korn_graubard_bounds(shares_of((1, 2)), alpha=ALPHA)


@pytest.mark.parametrize(
    ("tasks", "bar", "method"),
    [
        (80, "0.1", KORN_GRAUBARD),
        (79, "0.1", TASK_AS_UNIT),
        (16, "0.5", KORN_GRAUBARD),
        (80, "0.9", KORN_GRAUBARD),
        (80, "0.95", TASK_AS_UNIT),
        (80, "0", TASK_AS_UNIT),
        (80, "-3", TASK_AS_UNIT),
    ],
)
def test_the_bound_is_settled_by_tasks_and_bar(tasks: int, bar: str, method: str):
    """Eight expected successes and eight expected failures at the bar, whatever the result is."""
    for share in (0, 1, 3):
        run = shares_of(*[(share, 3)] * tasks)
        assert bounds_by_design(run, alpha=ALPHA, bars=[Decimal(bar)], continuing=False).method == method


def test_every_bar_must_leave_room():
    """One at the end is enough for the task as unit, and so is none at all."""
    for bars in ([BAR, Decimal("0.99")], []):
        assert bounds_by_design(SPREAD, alpha=ALPHA, bars=bars, continuing=False).method == TASK_AS_UNIT


def test_single_attempts_doubt_and_even_odds_fall_back_to_the_task_as_unit():
    """One task without repeats, one attempt without a score, whatever it counts as, or a level beyond the search or next to 1/2."""
    single = shares_of(*[(0, 3)] * 99, (0, 1))
    doubt = shares_of(*[(0, 3)] * 100, doubtful=[*[(0, 3)] * 99, (1, 3)])

    failure = shares_of(*[(0, 3)] * 100, unscored=1)
    levels = [Decimal(level) for level in ("0.009", "0.491", "0.49999999999999999999999999", "0.5")]

    for run, alpha in [*((run, ALPHA) for run in (single, doubt, failure)), *((SPREAD, level) for level in levels)]:
        chosen = bounds_by_design(run, alpha=alpha, bars=[BAR], continuing=False)
        assert (chosen.method, chosen.bounds) == (TASK_AS_UNIT, task_bounds(run.sums, alpha=alpha))


def test_looking_while_measuring_goes_before_everything():
    """No other bound holds at every look."""
    assert bounds_by_design(SPREAD, alpha=ALPHA, bars=[BAR], continuing=True).method == ANY_TIME


def test_shares_are_counted_without_an_order():
    """Equal shares of unequal numbers of attempts are one share."""
    assert count_shares([(1, 2), (0, 5), (2, 4)]) == ((Fraction(0), 1), (Fraction(1, 2), 2))


@pytest.mark.parametrize("level", ["0.01", "0.49"])
def test_the_strictest_and_the_mildest_level_still_use_the_spread(level: str):
    """Both ends belong to it, and the bound is there."""
    chosen = bounds_by_design(SPREAD, alpha=Decimal(level), bars=[BAR], continuing=False)

    assert chosen.method == KORN_GRAUBARD
    assert 0 < chosen.bounds.lower < chosen.bounds.upper < 1
