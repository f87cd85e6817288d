# SPDX-License-Identifier: Apache-2.0
"""Uplift: published and independent intervals, zero cells, means without a ratio, coverage (S-4)."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

from ruleout.estimates.uplift import koopman, uplift_of_counts, uplift_of_scores

Z = float(stats.norm.ppf(0.975))


def scores(*values: float) -> list[Decimal]:
    return [Decimal(repr(float(value))) for value in values]


def test_koopmans_own_example_comes_out():
    """36 of 40 against 16 of 80: 2.94 to 7.15 (Koopman 1984, section 4)."""
    low, high = koopman((36, 40), (16, 80), z=Z)

    assert (round(low, 2), round(high, 2)) == (2.94, 7.15)


def score_by_search(x1: int, n1: int, x0: int, n0: int, ratio: float) -> float:
    """Koopman's statistic with the constrained maximum found by a general optimiser."""

    def loss(p0: float) -> float:
        p1 = min(max(ratio * p0, 1e-12), 1 - 1e-12)
        return -(x1 * math.log(p1) + (n1 - x1) * math.log1p(-p1) + x0 * math.log(p0) + (n0 - x0) * math.log1p(-p0))

    p0 = minimize_scalar(loss, bounds=(1e-9, min(1, 1 / ratio) - 1e-9), method="bounded", options={"xatol": 1e-12}).x
    p1 = ratio * p0
    return (x1 - n1 * p1) ** 2 / (n1 * p1 * (1 - p1)) + (x0 - n0 * p0) ** 2 / (n0 * p0 * (1 - p0))


@pytest.mark.parametrize("cells", [(17, 40, 6, 38), (3, 200, 9, 50), (25, 30, 40, 60), (1, 9, 5, 11)])
def test_the_ends_of_the_ratio_are_where_the_score_test_begins_to_reject(cells):
    """Against a root finder over a statistic that shares nothing with ours."""
    x1, n1, x0, n0 = cells
    low, high = koopman((x1, n1), (x0, n0), z=Z)
    middle = (x1 / n1) / (x0 / n0)

    def over(ratio: float) -> float:
        return score_by_search(*cells, ratio) - Z * Z

    assert low == pytest.approx(brentq(over, middle / 1000, middle), rel=1e-4)
    assert high == pytest.approx(brentq(over, middle, middle * 1000), rel=1e-4)


@pytest.mark.parametrize(
    ("treated", "control", "low", "high"),
    [
        ((0, 20), (0, 30), 0.0, math.inf),
        ((0, 20), (5, 30), 0.0, 1.035),
        ((5, 30), (0, 20), 0.966, math.inf),
        ((20, 20), (30, 30), 0.839, 1.128),
        ((20, 20), (0, 30), 8.809, math.inf),
        ((0, 20), (30, 30), 0.0, 0.161),
    ],
)
def test_zero_and_full_cells_need_no_correction(treated, control, low, high):
    """The end that does not exist is open, the other stays where the score test puts it."""
    assert koopman(treated, control, z=Z) == pytest.approx((low, high), abs=2e-3)


def test_swapping_the_arms_turns_the_ratio_over():
    """For unequal arms too."""
    one, other = koopman((5, 30), (7, 200), z=Z), koopman((7, 200), (5, 30), z=Z)

    assert one == pytest.approx((1 / other[1], 1 / other[0]))


def test_the_difference_is_newcombes():
    """His table II, method 10: 56/70 less 48/80 is 0.0524 to 0.3339; 10/10 less 0/10 stays within -1 and 1."""
    found = uplift_of_counts((56, 70), (48, 80))
    full = uplift_of_counts((10, 10), (0, 10))

    assert (str(found.difference), str(found.difference_low), str(found.difference_high)) == (
        "0.2000",
        "0.0524",
        "0.3339",
    )
    assert (str(full.difference_low), str(full.difference_high)) == ("0.6075", "1.0000")


def test_a_control_without_success_has_no_ratio_but_a_lower_end():
    """And the note says what is missing."""
    found = uplift_of_counts((9, 40), (0, 40))

    assert (found.ratio, found.ratio_high) == (None, None)
    assert found.ratio_low is not None
    assert found.ratio_low > 1
    assert "no upper end" in found.notes[0]
    assert uplift_of_counts((0, 4), (0, 4)).notes == ("no success at all",)


def test_the_difference_of_means_is_welchs():
    """Against scipy, with unequal arms and variances."""
    rng = np.random.default_rng(2)
    a, b = rng.normal(6, 2, 14), rng.normal(2, 0.5, 9)
    found = uplift_of_scores(scores(*a), scores(*b))
    oracle = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)

    assert float(found.difference_low) == pytest.approx(oracle.low, abs=1e-4)
    assert float(found.difference_high) == pytest.approx(oracle.high, abs=1e-4)


def test_the_ends_of_fiellers_interval_are_where_its_test_begins_to_reject():
    """At each end (mean - ratio x mean)^2 is t^2 times its variance, with the degrees of freedom at the estimate."""
    a, b = np.array([5, 6, 7, 8, 5.0]), np.array([1, 2, 3, 2.0])
    found = uplift_of_scores(scores(*a), scores(*b))
    v1, v0 = a.var(ddof=1) / 5, b.var(ddof=1) / 4
    r = a.mean() / b.mean()
    freedom = (v1 + r * r * v0) ** 2 / (v1**2 / 4 + (r * r * v0) ** 2 / 3)
    t = stats.t.ppf(0.975, freedom)

    for end in (float(found.ratio_low), float(found.ratio_high)):
        assert (a.mean() - end * b.mean()) ** 2 == pytest.approx(t * t * (v1 + end * end * v0), rel=1e-2)
    assert found.ratio_low < found.ratio < found.ratio_high


def test_a_control_near_zero_has_no_interval_for_the_ratio():
    """The ratio of something to almost nothing can be anything."""
    near = uplift_of_scores(scores(5, 6, 7), scores(-3, 1, 4))
    zero = uplift_of_scores(scores(5, 6, 7), scores(-1, 0, 1))

    assert (near.ratio_low, near.ratio_high) == (None, None)
    assert "not distinguishable from 0" in near.notes[0]
    assert zero.ratio is None
    assert "no ratio" in zero.notes[0]


def test_constant_arms_have_no_interval_and_say_why():
    """Two scores a side that happen to agree are no certainty: a point for an interval would be one."""
    found = uplift_of_scores(scores(4, 4, 4), scores(2, 2))
    zero = uplift_of_scores(scores(4, 4), scores(0, 0))

    assert (found.ratio, found.ratio_low, found.ratio_high) == (Decimal("2.000"), None, None)
    assert (found.difference, found.difference_low, found.difference_high) == (Decimal("2.0000"), None, None)
    assert "all scores are the same" in found.notes[0]
    assert [("no ratio" in note, "all scores are the same" in note) for note in zero.notes] == [
        (True, False),
        (False, True),
    ]


def test_one_constant_arm_leaves_the_others_spread():
    """The arm that varies tells how far chance reaches."""
    found = uplift_of_scores(scores(4, 5, 6), scores(2, 2))

    assert found.difference_low < found.difference < found.difference_high
    assert found.notes == ()


@pytest.mark.parametrize(("p1", "p0", "n1", "n0"), [(0.3, 0.1, 40, 38), (0.05, 0.05, 60, 25), (0.9, 0.6, 20, 50)])
def test_the_ratio_is_held_about_as_often_as_it_says(p1: float, p0: float, n1: int, n0: int):
    """Exact coverage over all outcomes that are not negligible: near 95 %, never far below."""
    held = 0.0
    for x1 in range(n1 + 1):
        for x0 in range(n0 + 1):
            chance = stats.binom.pmf(x1, n1, p1) * stats.binom.pmf(x0, n0, p0)
            if chance > 1e-4:
                low, high = koopman((x1, n1), (x0, n0), z=Z)
                held += chance * (low <= p1 / p0 <= high)

    assert 0.92 <= held <= 1


def test_arguments_out_of_range_are_the_callers_mistake():
    """Counts, sizes, confidence and scores that are none."""
    calls = (
        lambda: uplift_of_counts((5, 4), (1, 4)),
        lambda: uplift_of_counts((0, 0), (1, 4)),
        lambda: uplift_of_counts((1, 4), (1, 4), confidence=Decimal(0)),
        lambda: uplift_of_scores(scores(1), scores(1, 2)),
        lambda: uplift_of_scores(scores(1, 2), [Decimal("NaN"), Decimal(1)]),
    )
    for call in calls:
        with pytest.raises(ValueError, match="expected"):
            call()
