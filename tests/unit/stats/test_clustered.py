# SPDX-License-Identifier: Apache-2.0
"""The task as the unit: rounding against the claim, and the level kept under correlation (S-2, S-6)."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from math import ceil, log

import pytest
from scipy.stats import binom

from ruleout.stats import Bounds, TaskSums, clopper_pearson, sum_shares, task_bounds, upper_bound

ALPHA = Decimal("0.05")


def sums_of(*shares: tuple[int, int]) -> TaskSums:
    total = sum_shares(shares)
    return TaskSums(tasks=len(shares), low=total, high=total)


def test_shares_are_added_exactly():
    """Unequal numbers of attempts need no rounding before the end."""
    assert sum_shares([(1, 3), (1, 3), (1, 3), (2, 4)]) == Fraction(3, 2)
    assert sum_shares([]) == 0


def test_one_attempt_per_task_is_plain_clopper_pearson():
    """Without repeats there is nothing to cluster."""
    assert task_bounds(sums_of(*[(1, 1)] * 3, *[(0, 1)] * 37), alpha=ALPHA) == clopper_pearson(3, 40, alpha=ALPHA)


def test_sums_are_rounded_against_the_claim():
    """2.5 tasks count as 3 for the upper bound and as 2 for the lower one."""
    bounds = task_bounds(sums_of(*[(5, 10)] * 5, *[(0, 10)] * 35), alpha=ALPHA)

    expected = Bounds(lower=clopper_pearson(2, 40, alpha=ALPHA).lower, upper=clopper_pearson(3, 40, alpha=ALPHA).upper)
    assert bounds == expected


def test_repeats_alone_never_narrow_a_bound():
    """Ten times the attempts with the same shares give the same bounds."""
    once, often = sums_of(*[(1, 1)] * 3, *[(0, 1)] * 9), sums_of(*[(10, 10)] * 3, *[(0, 10)] * 9)

    assert task_bounds(once, alpha=ALPHA) == task_bounds(often, alpha=ALPHA)


def false_rule_outs(tasks: int, repeats: int, bar: float, *, correlation: float, runs: int, seed: int) -> float:
    """Share of simulated runs, with truth at the bar, whose upper bound lies below it.

    Task rates are beta distributed with the given within-task correlation; repeats are independent given the rate.
    """
    rng = random.Random(seed)
    size = 1 / correlation - 1
    below = [upper_bound(k, tasks, alpha=ALPHA) < Decimal(str(bar)) for k in range(tasks + 1)]
    wrong = 0
    for _ in range(runs):
        successes = 0
        for _ in range(tasks):
            rate = rng.betavariate(bar * size, (1 - bar) * size)
            successes += sum(rng.random() < rate for _ in range(repeats))
        wrong += below[ceil(Fraction(successes, repeats))]
    return wrong / runs


def test_false_rule_outs_stay_below_the_level_with_correlated_repeats():
    """Correlation 0.6 within tasks: at most 5 % false rule-outs plus four standard errors, in three designs.

    The second is the one in which an effective sample size fails (0.114); the third has so many tasks that rule-outs
    do occur, so a test that never rules out anything would not pass it.
    """
    runs = 2000
    most = 0.05 + 4 * (0.05 * 0.95 / runs) ** 0.5

    assert false_rule_outs(40, 10, 0.2, correlation=0.6, runs=runs, seed=1) <= most
    assert false_rule_outs(12, 10, 0.1, correlation=0.6, runs=runs, seed=2) <= most
    many = false_rule_outs(60, 5, 0.1, correlation=0.6, runs=runs, seed=3)
    assert 0 < many <= most


def test_counting_attempts_as_independent_would_break_the_level():
    """The simulation can fail: the same data with attempts as n rules out falsely far too often."""
    rng = random.Random(4)
    size, tasks, repeats, bar = 1 / 0.6 - 1, 40, 10, 0.1
    below = [upper_bound(k, tasks * repeats, alpha=ALPHA) < Decimal("0.1") for k in range(60)]
    wrong = 0
    for _ in range(500):
        rates = [rng.betavariate(bar * size, (1 - bar) * size) for _ in range(tasks)]
        successes = sum(rng.random() < rate for rate in rates for _ in range(repeats))
        wrong += successes < len(below) and below[successes]

    assert wrong / 500 > 0.15


def test_no_two_point_distribution_of_shares_breaks_the_level():
    """Shares that are `low` or `high` with mean at the bar, searched over a grid, keep the single level."""
    worst = Decimal(0)
    for tasks, bar in ((30, Fraction(1, 10)), (47, Fraction(1, 10)), (20, Fraction(1, 2))):
        k = max(
            k for k in range(tasks) if upper_bound(k, tasks, alpha=ALPHA) < Decimal(bar.numerator) / bar.denominator
        )
        for i in range(10):
            for j in range(1, 11):
                low, high = bar * i / 10, bar + (1 - bar) * j / 10
                worst = max(worst, _chance_at_most(k, tasks, low, high, chance=(bar - low) / (high - low)))

    assert Decimal("0.02") < worst <= ALPHA


def _chance_at_most(k: int, tasks: int, low: Fraction, high: Fraction, *, chance: Fraction) -> Decimal:
    from ruleout.stats import lower_tail
    from ruleout.stats.log_gamma import decimal_of

    # The sum is tasks * low + count * (high - low), the count being binomial.
    most = (k - tasks * low) / (high - low)
    if most < 0:
        return Decimal(0)
    return lower_tail(min(int(most), tasks), tasks, decimal_of(chance))


@pytest.mark.parametrize("level", ["0.01", "0.05", "0.25"])
def test_fixed_tasks_of_unequal_difficulty_keep_the_level_but_for_a_single_failure(level: str):
    """Every count of up to 20 tasks, exactly; with one failure it is a little more, and never above -ln(1 - alpha)."""
    for tasks in (1, 2, 3, 8, 20):
        for count in range(tasks):
            bound = float(upper_bound(count, tasks, alpha=Decimal(level)))
            most = -log(1 - float(level)) if count == tasks - 1 else float(level)
            assert worst_of_unequal(count, tasks, bound) <= most * (1 + 1e-9)
    assert worst_of_unequal(19, 20, float(upper_bound(19, 20, alpha=ALPHA))) > 0.0512


def worst_of_unequal(count: int, tasks: int, rate: float) -> float:
    """The extremes have tasks that always fail, tasks that always succeed, and one rate between (Hoeffding 1956)."""
    return max(
        float(binom.cdf(count - sure, between, (tasks * rate - sure) / between))
        for sure in range(count + 1)
        for between in range(1, tasks - sure + 1)
        if 0 <= (tasks * rate - sure) / between <= 1
    )
