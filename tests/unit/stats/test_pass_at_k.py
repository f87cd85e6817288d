# SPDX-License-Identifier: Apache-2.0
"""The chance of a success in k tries, and missed detections (S-4)."""

from __future__ import annotations

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest

from ruleout.stats import clopper_pearson, mean_pass_at_k, miss_rate_bounds, pass_at_k


@pytest.mark.parametrize("k", [1, 2, 3, 5])
@pytest.mark.parametrize("successes", [0, 1, 3, 5])
def test_it_is_the_share_of_choices_that_hold_a_success(successes: int, k: int):
    """Counted over every choice of k of five attempts."""
    outcomes = [1] * successes + [0] * (5 - successes)
    choices = list(itertools.combinations(outcomes, k))

    assert pass_at_k(successes, 5, k) == Fraction(sum(any(choice) for choice in choices), len(choices))


def test_it_is_without_bias():
    """Averaged over all outcomes of six attempts at a rate of 1/3, it is 1 - (2/3)^2 exactly."""
    rate = Fraction(1, 3)
    mean = sum(
        rate ** sum(course) * (1 - rate) ** (6 - sum(course)) * pass_at_k(sum(course), 6, 2)
        for course in itertools.product((0, 1), repeat=6)
    )

    assert mean == 1 - (1 - rate) ** 2


def test_tasks_count_alike_whatever_their_attempts():
    """The mean over tasks, exactly."""
    assert mean_pass_at_k([(0, 10), (1, 2), (4, 4)], 2) == Fraction(2, 3)


@pytest.mark.parametrize(("successes", "attempts", "k"), [(0, 3, 4), (0, 3, 0), (4, 3, 1), (-1, 3, 1)])
def test_impossible_counts_are_refused(successes: int, attempts: int, k: int):
    """Fewer attempts than tries give no unbiased estimate."""
    with pytest.raises(ValueError, match="expected 1 <= k <= n"):
        pass_at_k(successes, attempts, k)


def test_no_task_has_no_mean():
    """It is an error, not a zero."""
    with pytest.raises(ValueError, match="at least one task"):
        mean_pass_at_k([], 1)


def test_missed_detections_are_what_was_not_caught():
    """297 of 300 caught: three misses of 300."""
    assert miss_rate_bounds(297, 300, alpha=Decimal("0.05")) == clopper_pearson(3, 300, alpha=Decimal("0.05"))
    assert miss_rate_bounds(300, 300, alpha=Decimal("0.05")).lower == 0
    with pytest.raises(ValueError, match="expected 0 <= k"):
        miss_rate_bounds(301, 300, alpha=Decimal("0.05"))
