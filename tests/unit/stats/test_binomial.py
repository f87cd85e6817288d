# SPDX-License-Identifier: Apache-2.0
"""Exact tails and bounds against integers, rationals and an independent implementation (S-2)."""

from __future__ import annotations

import decimal
import math
from decimal import Decimal
from fractions import Fraction

import pytest
from scipy.stats import beta, binom

from ruleout.stats import binomial, clopper_pearson, lower_bound, lower_tail, upper_bound
from ruleout.stats.log_gamma import CONTEXT, decimal_of, log_choose, log_factorial

ALPHA = Decimal("0.05")
PAIRS = [(0, 1), (1, 1), (0, 40), (3, 40), (20, 40), (39, 40), (40, 40), (1, 500), (250, 500), (7, 3000), (900, 20000)]


def exact_tail(k: int, n: int, p: Fraction) -> Fraction:
    return sum((math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1)), Fraction(0))


@pytest.mark.parametrize("n", [0, 1, 5, 199, 200, 201, 1000])
def test_log_factorials_agree_with_exact_products(n: int):
    """Either side of the switch to the series, 44 digits agree."""
    context = decimal.Context(prec=60)
    exact = context.ln(Decimal(math.factorial(n)))

    assert abs(context.subtract(log_factorial(n), exact)) <= Decimal("1e-43") * max(exact, Decimal(1))


def test_binomial_coefficients_come_out_whole():
    """exp(ln C(n, k)) is the integer to more than thirty digits."""
    context = decimal.Context(prec=50)
    ratio = context.divide(context.exp(log_choose(1000, 321)), Decimal(math.comb(1000, 321)))

    assert abs(context.subtract(ratio, Decimal(1))) < Decimal("1e-35")
    assert decimal_of(Fraction(1, 4)) == Decimal("0.25")
    assert decimal_of(7) == 7


def upper_tail(k: int, n: int, p: Decimal) -> Decimal:
    """The other tail, by counting failures."""
    return lower_tail(n - k, n, CONTEXT.subtract(Decimal(1), p))


@pytest.mark.parametrize("p", [Fraction(1, 100), Fraction(1, 3), Fraction(1, 2), Fraction(99, 100)])
@pytest.mark.parametrize("k", [0, 1, 5, 17, 29, 30])
def test_tails_agree_with_exact_fractions(k: int, p: Fraction):
    """Both tails, on both sides of the mean, to thirty digits."""
    context = decimal.Context(prec=50)
    decimal_p = context.divide(Decimal(p.numerator), Decimal(p.denominator))
    exact = decimal_of(exact_tail(k, 30, p))
    above = decimal_of(1 - exact_tail(k - 1, 30, p)) if k else Decimal(1)

    assert abs(lower_tail(k, 30, decimal_p) - exact) <= Decimal("1e-28") * max(exact, Decimal("1e-10"))
    assert abs(upper_tail(k, 30, decimal_p) - above) <= Decimal("1e-28") * max(above, Decimal("1e-10"))


def test_tails_at_the_ends_are_certain():
    """Probability 0 and 1, and k = n, need no sum."""
    assert lower_tail(0, 5, Decimal(0)) == lower_tail(5, 5, Decimal("0.3")) == 1
    assert lower_tail(4, 5, Decimal(1)) == 0
    assert upper_tail(0, 5, Decimal("0.3")) == 1


@pytest.mark.parametrize(("k", "n"), PAIRS)
@pytest.mark.parametrize("alpha", ["0.05", "0.5", "0.0001"])
def test_bounds_agree_with_an_independent_implementation_and_are_rounded_outward(k: int, n: int, alpha: str):
    """Six digits agree with scipy; the upper bound never lies below the true one, the lower never above."""
    bounds = clopper_pearson(k, n, alpha=Decimal(alpha))
    upper = float(beta.ppf(1 - float(alpha), k + 1, n - k)) if k < n else 1.0
    lower = float(beta.ppf(float(alpha), k, n - k + 1)) if k else 0.0

    assert float(bounds.upper) == pytest.approx(upper, rel=2e-5)
    assert float(bounds.lower) == pytest.approx(lower, rel=2e-5)
    assert lower_tail(k, n, bounds.upper) <= Decimal(alpha) * (1 + Decimal("1e-25")) or k == n
    assert upper_tail(k, n, bounds.lower) <= Decimal(alpha) * (1 + Decimal("1e-25")) or k == 0


@pytest.mark.parametrize(("k", "n"), [(0, 40), (3, 40), (20, 40), (900, 20000)])
def test_bounds_are_the_tightest_of_six_digits(k: int, n: int):
    """One unit of the last place inward the level is broken."""
    upper = upper_bound(k, n, alpha=ALPHA)
    inward = upper - Decimal(1).scaleb(upper.adjusted() - 5)

    assert lower_tail(k, n, inward) > ALPHA


def test_exact_bounds_stay_exact():
    """For one trial without success the bound is 1 - alpha itself, not a unit above."""
    assert str(upper_bound(0, 1, alpha=ALPHA)) == "0.95"
    assert str(lower_bound(1, 1, alpha=ALPHA)) == "0.05"
    assert (lower_bound(0, 9, alpha=ALPHA), upper_bound(9, 9, alpha=ALPHA)) == (0, 1)


def test_bounds_hold_for_a_million_trials():
    """Large counts neither overflow nor lose digits."""
    bounds = clopper_pearson(3, 1_000_000, alpha=ALPHA)

    assert float(bounds.upper) == pytest.approx(float(beta.ppf(0.95, 4, 999_997)), rel=1e-5)
    assert float(lower_tail(500_000, 1_000_000, Decimal("0.5"))) == pytest.approx(float(binom.cdf(500_000, 10**6, 0.5)))


def test_the_callers_decimal_context_does_not_matter():
    """Equal counts give equal digits whatever precision, rounding or traps surround the call."""
    expected = clopper_pearson(77, 12345, alpha=ALPHA), lower_tail(6250, 12345, Decimal("0.3"))
    log_factorial.cache_clear()
    strange = decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=[decimal.Inexact, decimal.Rounded])

    with decimal.localcontext(strange):
        assert (clopper_pearson(77, 12345, alpha=ALPHA), lower_tail(6250, 12345, Decimal("0.3"))) == expected


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0), (0, -1)])
def test_impossible_counts_are_refused(k: int, n: int):
    """A count outside 0 to n, or no trials, is the caller's mistake."""
    for call in (upper_bound, lower_bound):
        with pytest.raises(ValueError, match="expected 0 <= k <= n"):
            call(k, n, alpha=ALPHA)
    with pytest.raises(ValueError, match="expected 0 <= k <= n"):
        lower_tail(k, n, ALPHA)


def test_impossible_probabilities_are_refused():
    """So are levels outside (0, 0.5] and probabilities outside [0, 1]."""
    for alpha in ("0", "0.51", "-1", "2"):
        with pytest.raises(ValueError, match="alpha"):
            upper_bound(1, 5, alpha=Decimal(alpha))
    for p in ("-0.1", "1.1"):
        with pytest.raises(ValueError, match="p: expected"):
            lower_tail(1, 5, Decimal(p))


def test_a_search_that_does_not_end_is_our_bug(monkeypatch: pytest.MonkeyPatch):
    """It is an assertion, never a bound that was not reached."""
    monkeypatch.setattr(binomial, "_MOST_STEPS", 2)
    with pytest.raises(AssertionError, match="no convergence"):
        upper_bound(3, 40, alpha=ALPHA)
