# SPDX-License-Identifier: Apache-2.0
"""The within-task correlation against one-way analysis of variance elsewhere, and what repeats are worth (S-2)."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest
from scipy import stats

from ruleout.stats import within_task
from ruleout.stats.within_task import chances_of, independent_attempts, within_task_correlation


def chance_of(successes: int, attempts: int, rate: Fraction) -> Decimal:
    return next(chances for _, chances in chances_of([attempts], rate))[successes]


def variance_analysis(tasks: list[tuple[int, int]]) -> float:
    """The same from scipy's F: (F - 1) / (F - 1 + n0)."""
    f = stats.f_oneway(*([1] * s + [0] * (n - s) for s, n in tasks)).statistic
    attempts = sum(n for _, n in tasks)
    typical = (attempts - sum(n * n for _, n in tasks) / attempts) / (len(tasks) - 1)
    return (f - 1) / (f - 1 + typical)


@pytest.mark.parametrize("seed", range(12))
def test_the_correlation_equals_that_of_an_analysis_of_variance(seed):
    """Tasks of equal and of unequal size, against scipy's one-way F."""
    rng = random.Random(seed)
    sizes = [rng.randint(2, 9) if seed % 2 else 5 for _ in range(rng.randint(2, 30))]
    tasks = [(rng.randint(0, n), n) for n in sizes]
    found = within_task_correlation(tasks)

    assert found is not None
    assert float(found) == pytest.approx(variance_analysis(tasks), abs=1e-9)


def test_tasks_that_always_answer_alike_are_fully_correlated():
    """Four solved and six unsolved tasks, five attempts each: fifty attempts are worth ten."""
    tasks = [(5, 5)] * 4 + [(0, 5)] * 6

    assert within_task_correlation(tasks) == 1
    assert independent_attempts(tasks, Fraction(1)) == 10


def test_attempts_that_disagree_more_than_chance_are_worth_no_more_than_they_are():
    """Every task half and half is the most negative correlation; it counts as none."""
    tasks = [(2, 4)] * 6
    found = within_task_correlation(tasks)

    assert found == Fraction(-1, 3)
    assert independent_attempts(tasks, found) == 24


@pytest.mark.parametrize("tasks", [[], [(3, 5)], [(1, 1), (0, 1)], [(5, 5), (5, 5)], [(0, 4), (0, 3)]])
def test_without_variation_or_repeats_there_is_no_correlation(tasks):
    """No tasks, one task, single attempts, and equal answers leave nothing to estimate."""
    assert within_task_correlation(tasks) is None


@pytest.mark.parametrize(("successes", "attempts"), [(0, 5), (3, 5), (5, 5), (0, 0), (40, 100)])
@pytest.mark.parametrize("rate", [Fraction(0), Fraction(1, 3), Fraction(1)])
def test_chances_equal_the_binomial_distribution(successes, attempts, rate):
    """Against scipy, with the ends of the range, where nothing to the power of nothing is one."""
    expected = stats.binom.pmf(successes, attempts, float(rate)) if attempts else 1.0

    assert float(chance_of(successes, attempts, rate)) == pytest.approx(expected, abs=1e-12)


def test_a_chance_is_exact_where_the_rate_is():
    """One half to the power of five, ten times."""
    assert chance_of(2, 5, Fraction(1, 2)) == Decimal("0.3125")


def test_chances_of_many_sizes_share_their_powers(monkeypatch):
    """Sizes of 3,000 and more repeats: each power is computed once for all of them, and the chances add up to one."""
    exponents: list[int] = []
    real = within_task._power

    def counting(base: Decimal, exponent: int) -> Decimal:
        exponents.append(exponent)
        return real(base, exponent)

    monkeypatch.setattr(within_task, "_power", counting)
    sums = [sum(chances) for _, chances in chances_of(range(3000, 3003), Fraction(1, 3))]

    assert len(exponents) == 2 * 3003
    assert all(abs(total - 1) < Decimal("1e-25") for total in sums)


@pytest.mark.parametrize("size", [0, 1, 7, 400])
def test_ways_to_choose_are_exact(size):
    """Each number of choices follows from the one before without a rounding."""
    assert list(within_task._ways(size)) == [comb(size, count) for count in range(size + 1)]
