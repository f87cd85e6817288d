# SPDX-License-Identifier: Apache-2.0
"""Bounds that hold at every look (S-3)."""

from __future__ import annotations

import itertools
import math
from decimal import Decimal
from fractions import Fraction

import pytest

from ruleout.stats import TaskShares, anytime_bounds, anytime_upper, count_shares, e_process, log_wealth, upper_bound

ALPHA, BAR = Decimal("0.05"), Decimal("0.1")


def counted(successes: int, tasks: int) -> tuple[tuple[Fraction, int], ...]:
    return count_shares([(1, 1)] * successes + [(0, 1)] * (tasks - successes))


def by_floats(shares: list[float], bar: float) -> float:
    bets = [i / 20 for i in range(20)]
    factors = ([x * r + (1 - x) * (1 - r * bar) / (1 - bar) for x in shares] for r in bets)
    return math.log(sum(math.prod(made) for made in factors) / 20)


@pytest.mark.parametrize("shares", [[0.0] * 30, [0.0] * 25 + [0.5, 0.25, 1.0], [1.0] * 3, [0.1] * 40])
def test_the_wealth_is_what_the_game_says(shares: list[float]):
    """Told again with floats, one factor per task and bet."""
    whole = count_shares((round(share * 20), 20) for share in shares)

    assert float(log_wealth(whole, BAR)) == pytest.approx(by_floats(shares, 0.1), rel=1e-9)


def test_nobody_is_expected_to_win_against_the_truth():
    """All courses of six tasks at the bar, and their wealth by hand of exact fractions: the mean is 1 exactly."""
    bar, total = Fraction(1, 10), Fraction(0)
    for course in itertools.product((Fraction(0), Fraction(1, 2), Fraction(1)), repeat=6):
        # Mean 1/10: shares 0, 1/2 and 1 with chances 17/20, 1/10 and 1/20.
        chance = math.prod(
            {Fraction(0): Fraction(17, 20), Fraction(1, 2): Fraction(1, 10)}.get(x, Fraction(1, 20)) for x in course
        )
        for i in range(20):
            r = Fraction(i, 20)
            total += chance * math.prod(x * r + (1 - x) * (1 - r * bar) / (1 - bar) for x in course) / 20

    assert total == 1


@pytest.mark.parametrize("bar", ["0.05", "0.3", "0.9"])
def test_no_course_of_looks_is_rejected_more_often_than_the_level(bar: str):
    """Exactly, not by chance: the probability that any of 120 looks rejects the truth, summed over all courses.

    Courses that end at equal counts are one state, so the sum has a few thousand terms.
    """
    truth, alive, rejected = float(bar), {0: 1.0}, 0.0
    for tasks in range(1, 121):
        moved: dict[int, float] = {}
        for successes, chance in alive.items():
            for more, p in ((0, 1 - truth), (1, truth)):
                moved[successes + more] = moved.get(successes + more, 0.0) + chance * p
        for successes in list(moved):
            if by_counts(successes, tasks, truth) >= math.log(20):
                rejected += moved.pop(successes)
        alive = moved

    assert 0.005 < rejected <= 0.05


def by_counts(successes: int, tasks: int, bar: float) -> float:
    terms = []
    for r in (i / 20 for i in range(20)):
        if r > 0 or successes == 0:
            won = successes * math.log(r) if successes else 0.0
            terms.append(won + (tasks - successes) * math.log((1 - r * bar) / (1 - bar)))
    largest = max(terms)
    return largest + math.log(sum(math.exp(term - largest) for term in terms) / 20)


def test_the_same_looks_with_clopper_pearson_reject_far_too_often():
    """The test above can fail: a bound made for one look is wrong in more than 8 % of the courses."""
    truth, alive, rejected = 0.3, {0: 1.0}, 0.0
    for tasks in range(1, 121):
        moved: dict[int, float] = {}
        for successes, chance in alive.items():
            moved[successes] = moved.get(successes, 0.0) + chance * (1 - truth)
            moved[successes + 1] = moved.get(successes + 1, 0.0) + chance * truth
        if tasks >= 5:
            # Bounds rise with the count, so the first that does not lie below ends the search.
            for successes in sorted(moved):
                if upper_bound(successes, tasks, alpha=ALPHA) >= Decimal("0.3"):
                    break
                rejected += moved.pop(successes)
        alive = moved

    assert rejected > 0.08


def test_the_bound_is_the_smallest_bar_that_is_ruled_out():
    """At the bound the wealth has reached 20, a unit of the last digit below it has not."""
    for shares in (counted(0, 42), counted(3, 90), count_shares([(1, 3)] * 20 + [(0, 3)] * 50)):
        bound = anytime_upper(shares, alpha=ALPHA)
        inward = bound - Decimal(1).scaleb(bound.adjusted() - 5)
        assert log_wealth(shares, bound) >= Decimal(20).ln() > log_wealth(shares, inward)


def test_looking_has_a_price():
    """42 tasks without a success rule out 10 %, where 29 do if one looks once."""
    assert anytime_upper(counted(0, 41), alpha=ALPHA) > BAR > anytime_upper(counted(0, 42), alpha=ALPHA)
    assert anytime_upper(counted(3, 90), alpha=ALPHA) > upper_bound(3, 90, alpha=ALPHA)


def test_nothing_is_ruled_out_by_successes_alone():
    """Nor by no task at all."""
    assert anytime_upper(counted(5, 5), alpha=ALPHA) == 1
    assert anytime_upper((), alpha=ALPHA) == 1


def test_very_many_different_shares_are_rounded_against_the_claim():
    """A thousand of them cost no more than 256, and the bound lies a little above that of their mean's neighbours."""
    many = count_shares((i, 5000) for i in range(1000))
    grouped = count_shares((i, 5000) for i in range(0, 1000, 4) for _ in range(4))

    assert len(many) > 256 > len(grouped)
    assert 0 < anytime_upper(many, alpha=ALPHA) - anytime_upper(grouped, alpha=ALPHA) < Decimal("0.006")


def test_bounds_mirror_and_take_doubt_against_either_claim():
    """Doubtful attempts raise the upper bound and lower the lower one."""
    sure = TaskShares(low=counted(30, 60), high=counted(30, 60), attempts=60, unscored=0, repeated=False)
    doubt = TaskShares(low=counted(30, 60), high=counted(33, 60), attempts=60, unscored=3, repeated=False)
    bounds, wider = anytime_bounds(sure, alpha=ALPHA), anytime_bounds(doubt, alpha=ALPHA)

    assert abs(bounds.lower + bounds.upper - 1) < Decimal("2e-6")
    assert wider.lower == bounds.lower
    assert wider.upper > bounds.upper


def test_arguments_out_of_range_are_refused():
    """A bar that is no rate, and a level that is none."""
    for bar in ("0", "1", "1.5"):
        with pytest.raises(ValueError, match="expected a bar"):
            log_wealth(counted(0, 3), Decimal(bar))
    for alpha in ("0", "0.6"):
        with pytest.raises(ValueError, match="alpha"):
            anytime_upper(counted(0, 3), alpha=Decimal(alpha))


def test_a_search_that_does_not_end_is_our_bug(monkeypatch: pytest.MonkeyPatch):
    """It is an assertion, never a bound that was not reached."""
    monkeypatch.setattr(e_process, "_MOST_STEPS", 2)
    with pytest.raises(AssertionError, match="no convergence"):
        anytime_upper(counted(0, 42), alpha=ALPHA)
