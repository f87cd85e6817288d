# SPDX-License-Identifier: Apache-2.0
"""How many tasks would have been needed, and levels for "any of" (S-1)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest

from ruleout.stats import LARGEST_SEARCHED, any_of_alpha, tasks_needed, upper_bound

ALPHA = Decimal("0.05")


@pytest.mark.parametrize(("rate", "bar"), [("0", "0.1"), ("3/40", "0.1"), ("0", "0.00005"), ("1/3", "0.5"), ("0", "1")])
def test_the_number_given_rules_out_and_half_of_it_does_not(rate: str, bar: str):
    """At the observed rate the bound of that many tasks lies below the bar."""
    n = tasks_needed(Fraction(rate), Decimal(bar), alpha=ALPHA)

    assert n is not None
    assert upper_bound(ceil(Fraction(rate) * n), n, alpha=ALPHA) < Decimal(bar)
    half = n // 2
    assert half == 0 or upper_bound(ceil(Fraction(rate) * half), half, alpha=ALPHA) >= Decimal(bar)


def test_the_rule_of_three_comes_out():
    """Without a success, about three over the bar."""
    assert tasks_needed(Fraction(0), Decimal("0.1"), alpha=ALPHA) == 29


@pytest.mark.parametrize(
    ("rate", "bar"), [("1/10", "0.1"), ("1/2", "0.1"), ("499/1000", "0.5"), ("0", "0"), ("0", "-1"), ("0", "1.5")]
)
def test_there_may_be_no_such_number(rate: str, bar: str):
    """A rate at the bar, a bar out of range, or more than the search covers."""
    assert tasks_needed(Fraction(rate), Decimal(bar), alpha=ALPHA) is None


def test_the_search_ends_at_its_limit():
    """A bar just within reach of the largest number is found, one beyond is not."""
    assert tasks_needed(Fraction(0), Decimal("0.00003"), alpha=ALPHA) in range(99_000, LARGEST_SEARCHED + 1)
    assert tasks_needed(Fraction(0), Decimal("0.00002"), alpha=ALPHA) is None


def test_any_of_k_divides_the_level_and_rounds_down():
    """One of three at 5 % needs each at 1.66… %."""
    assert any_of_alpha(ALPHA, 1) == ALPHA
    assert any_of_alpha(ALPHA, 3) == Decimal("0.0166666666666")
    assert 3 * any_of_alpha(ALPHA, 3) < ALPHA


@pytest.mark.parametrize(("alpha", "k"), [("0.05", 0), ("0", 2), ("0.6", 2)])
def test_levels_out_of_range_are_refused(alpha: str, k: int):
    """So is a claim of no indicators."""
    with pytest.raises(ValueError, match="expected k >= 1"):
        any_of_alpha(Decimal(alpha), k)
