# SPDX-License-Identifier: Apache-2.0
"""Paired comparison: exact tests against scipy, nothing dropped in silence, intervals that hold (S-2, S-4)."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from ruleout.estimates import pairs as module
from ruleout.estimates.pairs import TaskScore, compare, sign_flip
from ruleout.estimates.results import Pairs


def side(text: str, repeats: int = 1) -> dict[str, TaskScore]:
    """A side by digits: successes at task 0, 1, 2, …; `.` is a task without a scored attempt, a space none at all."""
    return {
        f"t{at}": TaskScore(successes=0, attempts=0, unscored=repeats)
        if digit == "."
        else TaskScore(successes=int(digit), attempts=repeats)
        for at, digit in enumerate(text)
        if digit != " "
    }


def compared(first: str, second: str, repeats: int = 1) -> Pairs:
    return compare(side(first, repeats), side(second, repeats), rng=np.random.default_rng(0))


def test_single_attempts_give_mcnemars_exact_test():
    """Eight tasks one way and two the other: 7/64, as scipy's binomial test says."""
    found = compared("00000000111100", "11111111001100")

    assert (found.better, found.worse, found.test) == (8, 2, module.MCNEMAR)
    assert found.p_value == Decimal("0.109375")
    assert float(found.p_value) == pytest.approx(stats.binomtest(8, 10).pvalue)


@pytest.mark.parametrize("seed", range(8))
def test_the_exact_test_counts_every_pattern_of_signs(seed: int):
    """Against writing all patterns out, with ties and zero differences."""
    rng = np.random.default_rng(seed)
    differences = [
        Fraction(int(a), int(b)) for a, b in zip(rng.integers(-4, 5, 9), rng.choice([1, 2, 3, 5], 9), strict=True)
    ]
    observed = abs(sum(differences))
    patterns = list(itertools.product((1, -1), repeat=9))
    far = sum(abs(sum(s * d for s, d in zip(signs, differences, strict=True))) >= observed for signs in patterns)

    assert sign_flip(differences) == Fraction(far, len(patterns))


def test_the_exact_test_agrees_with_scipys_permutation_test():
    """Six tasks with repeats."""
    differences = [Fraction(3, 7), Fraction(-1, 7), Fraction(2, 5), Fraction(1, 10), Fraction(-3, 10), Fraction(5, 7)]
    values = np.array([float(d) for d in differences])
    oracle = stats.permutation_test(
        (values, np.zeros(6)), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=np.inf
    )

    assert float(sign_flip(differences)) == pytest.approx(oracle.pvalue)


def test_five_hundred_tasks_are_still_counted_exactly():
    """McNemar's test again, at a size where patterns cannot be listed."""
    assert float(sign_flip([Fraction(1)] * 300 + [Fraction(-1)] * 240)) == pytest.approx(
        stats.binomtest(300, 540).pvalue
    )


def test_differences_too_fine_to_count_are_drawn():
    """Numbers of attempts without a common measure: patterns are drawn, and the level still holds."""
    primes = (101, 103, 107, 109, 113, 127, 131, 137)
    first = {f"t{p}": TaskScore(successes=p // 2, attempts=p) for p in primes}
    second = {f"t{p}": TaskScore(successes=p // 2 + 9, attempts=p) for p in primes}
    found = compare(first, second, rng=np.random.default_rng(0))

    assert sign_flip([Fraction(9, p) for p in primes]) is None
    assert found.test == module.DRAWN
    assert float(found.p_value) == pytest.approx(2 / 256, abs=0.003)


def test_tasks_of_one_side_are_listed_and_compared_with_nothing():
    """Absent, without a scored attempt here, or there: each is named with its reason."""
    found = compared("110 .1", "10111.")

    assert found.tasks == 3
    assert found.only_first == ("t4 (no scored attempt here)", "t5 (no scored attempt on the other side)")
    assert found.only_second == ("t3", "t4 (no scored attempt on the other side)", "t5 (no scored attempt here)")
    assert found.unscored == (1, 1)


def test_unscored_attempts_are_in_no_share_but_are_counted():
    """One of two scored attempts succeeded: a half, whatever else was left unscored."""
    first = {"t": TaskScore(successes=1, attempts=2, unscored=7)}
    second = {"t": TaskScore(successes=2, attempts=2)}
    found = compare(first, second, rng=np.random.default_rng(0))

    assert (found.first, found.second, found.difference) == (Decimal("0.5000"), Decimal("1.0000"), Decimal("0.5000"))
    assert found.unscored == (7, 0)
    assert (found.low, found.high, found.interval) == (None, None, "none: fewer than two tasks")


def test_no_shared_task_is_no_comparison():
    """The reason stands where a difference would."""
    found = compared("11  ", "  11")

    assert found.because == "no task has a score on both sides"
    assert (found.difference, found.p_value) == (None, None)


def test_no_difference_is_no_proof_of_equality():
    """Neither test nor interval is made of it."""
    found = compared("1010" * 10, "1010" * 10)

    assert (found.p_value, found.test, found.interval) == (None, "none: no task differs", "none: no task differs")


def test_few_tasks_get_students_interval_over_tasks():
    """As scipy makes it of the differences."""
    found = compared("0123401234", "1233402344", 4)
    differences = np.array([1, 1, 1, 0, 0, 0, 1, 1, 1, 0]) / 4
    oracle = stats.ttest_1samp(differences, 0).confidence_interval(0.95)

    assert (float(found.low), float(found.high)) == pytest.approx((oracle.low, oracle.high), abs=1e-4)


def test_many_tasks_get_a_bootstrap_over_tasks():
    """Near scipy's percentile bootstrap of the same differences, and the same for the same generator."""
    rng = np.random.default_rng(4)
    one, other = rng.integers(0, 5, 60), rng.integers(0, 5, 60)
    first = {f"t{i}": TaskScore(successes=int(k), attempts=4) for i, k in enumerate(one)}
    second = {f"t{i}": TaskScore(successes=int(k), attempts=4) for i, k in enumerate(other)}
    found = compare(first, second, rng=np.random.default_rng(0))
    oracle = stats.bootstrap(((other - one) / 4,), np.mean, method="percentile", rng=np.random.default_rng(1))

    assert "bootstrap" in found.interval
    assert float(found.low) == pytest.approx(oracle.confidence_interval.low, abs=0.02)
    assert float(found.high) == pytest.approx(oracle.confidence_interval.high, abs=0.02)
    assert found == compare(first, second, rng=np.random.default_rng(0))


def test_swapping_the_sides_turns_the_signs():
    """Difference, interval and counts; the p-value stays."""
    one, other = compared("0123401234", "1233402044", 4), compared("1233402044", "0123401234", 4)

    assert (other.difference, other.low, other.high) == (-one.difference, -one.high, -one.low)
    assert (other.better, other.worse, other.p_value) == (one.worse, one.better, one.p_value)


def test_few_or_hardly_differing_tasks_are_noted():
    """The interval leans on what nobody can check then."""
    assert "only 2 tasks differ" in compared("0" * 40, "11" + "0" * 38).notes[0]
    assert "7 tasks" in compared("0000011", "1111100").notes[0]


def test_the_test_keeps_its_level_without_a_difference():
    """Five hundred pairs of equal models on twelve tasks, three attempts each: at most about one in twenty below 5 %."""
    rng = np.random.default_rng(6)
    below = 0
    for _ in range(500):
        ease = rng.uniform(0, 1, 12)
        a, b = rng.binomial(3, ease), rng.binomial(3, ease)
        p_value = sign_flip([Fraction(int(y - x), 3) for x, y in zip(a, b, strict=True)])
        below += p_value is not None and p_value <= Fraction(1, 20)

    assert below <= 40


@pytest.mark.parametrize("score", [TaskScore(successes=2, attempts=1), TaskScore(successes=-1, attempts=1)])
def test_impossible_counts_are_the_callers_mistake(score):
    """On either side."""
    with pytest.raises(ValueError, match="expected 0 <= successes <= attempts"):
        compare({"t": score}, {}, rng=np.random.default_rng(0))


def test_a_confidence_out_of_range_is_refused():
    """It lies between 0 and 1."""
    with pytest.raises(ValueError, match="confidence"):
        compare({}, {}, rng=np.random.default_rng(0), confidence=Decimal(1))
