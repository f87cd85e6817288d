# SPDX-License-Identifier: Apache-2.0
"""The beta distribution with real parameters, against exact sums and an independent implementation (S-2)."""

from __future__ import annotations

import decimal
import itertools
import random
from decimal import Decimal

import pytest
from scipy.stats import beta as scipy_beta
from scipy.stats import t as scipy_t

from ruleout.stats import beta, lower_tail
from ruleout.stats.beta import beta_quantile, beta_tail, t_squared
from ruleout.stats.log_gamma import CONTEXT, log_factorial, log_gamma
from ruleout.stats.outward import rounded_down, rounded_up


@pytest.mark.parametrize("n", [1, 2, 7, 199, 200, 5000])
def test_the_gamma_function_continues_factorials(n: int):
    """At whole numbers the two agree to forty digits after the point."""
    assert abs(CONTEXT.subtract(log_gamma(Decimal(n + 1)), log_factorial(n))) < Decimal("1e-40")


def test_the_gamma_function_at_one_half_is_the_root_of_pi():
    """A value known by other means, to forty digits."""
    half_log_pi = Decimal("0.572364942924700087071713675676529355823647406458")

    assert abs(CONTEXT.subtract(log_gamma(Decimal("0.5")), half_log_pi)) < Decimal("1e-40")


@pytest.mark.parametrize(
    ("k", "n", "p"), [(0, 5, "0.3"), (3, 40, "0.1"), (39, 40, "0.999"), (900, 20000, "0.05"), (5000, 10000, "0.5")]
)
def test_whole_parameters_agree_with_binomial_sums(k: int, n: int, p: str):
    """Two ways that share no formula agree to 35 digits: a continued fraction and a sum of terms."""
    summed = lower_tail(k, n, Decimal(p))
    found = CONTEXT.subtract(Decimal(1), beta_tail(Decimal(p), Decimal(k + 1), Decimal(n - k)))

    assert abs(CONTEXT.subtract(found, summed)) < CONTEXT.multiply(summed, Decimal("1e-35"))


def test_tails_of_real_parameters_agree_with_an_independent_implementation():
    """Both tails over four decades of either parameter, to nine digits."""
    rng = random.Random(11)
    for _ in range(80):
        a, b = 10 ** rng.uniform(-1, 3.5), 10 ** rng.uniform(-1, 3.5)
        x = min(max(rng.gauss(a / (a + b), 0.1), 0.001), 0.999)
        expected = float(scipy_beta.cdf(x, a, b))
        found = beta_tail(Decimal(repr(x)), Decimal(repr(a)), Decimal(repr(b)))
        assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-250)


@pytest.mark.parametrize("probability", ["0.05", "0.5", "0.001"])
def test_quantiles_of_real_parameters_agree_with_an_independent_implementation(probability: str):
    """To nine digits; and the tail at the quantile is the probability to 27."""
    rng = random.Random(12)
    for _ in range(25):
        a, b = 10 ** rng.uniform(-0.5, 3.5), 10 ** rng.uniform(-0.5, 3.5)
        found = beta_quantile(Decimal(probability), Decimal(repr(a)), Decimal(repr(b)))
        back = beta_tail(found, Decimal(repr(a)), Decimal(repr(b)))
        assert float(found) == pytest.approx(float(scipy_beta.ppf(float(probability), a, b)), rel=1e-9)
        assert abs(back - Decimal(probability)) < Decimal(probability) * Decimal("1e-25")


@pytest.mark.parametrize("freedom", [1, 2, 11, 79, 1000, 1_000_000])
@pytest.mark.parametrize("alpha", ["0.05", "0.4", "0.0001"])
def test_quantiles_of_students_distribution_agree_with_an_independent_implementation(freedom: int, alpha: str):
    """Their squares, to ten digits, from one degree of freedom to a million."""
    expected = float(scipy_t.ppf(1 - float(alpha), freedom)) ** 2

    assert float(t_squared(Decimal(alpha), freedom)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("a", ["0.0000015", "0.0075", "0.0166", "0.1"])
def test_a_quantile_is_found_however_near_to_nothing_it_lies(a: str):
    """A parameter near 0 puts it at 1e-170 or far below: the chance up to there is still the one asked for."""
    for b, probability in itertools.product(("0.5", "1.5", "120", "100000"), ("1e-9", "0.01", "0.49", "0.98")):
        found = beta_quantile(Decimal(probability), Decimal(a), Decimal(b))
        assert abs(beta_tail(found, Decimal(a), Decimal(b)) / Decimal(probability) - 1) < Decimal("1e-24")


def test_the_ends_are_certain():
    """Nothing lies below 0 and everything below 1."""
    assert beta_tail(Decimal(0), Decimal(2), Decimal(3)) == 0
    assert beta_tail(Decimal(1), Decimal(2), Decimal(3)) == 1


def test_the_callers_decimal_context_does_not_matter():
    """Equal arguments give equal digits whatever precision or traps surround the call."""
    expected = beta_quantile(Decimal("0.05"), Decimal("3.7"), Decimal("81.2")), t_squared(Decimal("0.05"), 39)
    strange = decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=[decimal.Inexact, decimal.Rounded])

    with decimal.localcontext(strange):
        assert beta_quantile(Decimal("0.05"), Decimal("3.7"), Decimal("81.2")) == expected[0]
        assert t_squared(Decimal("0.05"), 39) == expected[1]


def test_arguments_out_of_range_are_refused():
    """Parameters that are not positive, and what is no probability, are the caller's mistake."""
    one = Decimal(1)
    for a, b in ((Decimal(0), one), (one, Decimal(-1)), (Decimal("NaN"), one), (one, Decimal("Infinity"))):
        with pytest.raises(ValueError, match="expected finite parameters"):
            beta_tail(Decimal("0.5"), a, b)
    with pytest.raises(ValueError, match="x: expected"):
        beta_tail(Decimal("1.5"), one, one)
    with pytest.raises(ValueError, match="expected a probability"):
        beta_quantile(Decimal(1), one, one)
    for alpha, freedom in (("0.5", 3), ("0", 3), ("0.05", 0)):
        with pytest.raises(ValueError, match="expected alpha"):
            t_squared(Decimal(alpha), freedom)


def test_a_search_that_does_not_end_is_our_bug(monkeypatch: pytest.MonkeyPatch):
    """It is an assertion, never a number that was not reached."""
    with monkeypatch.context() as patched:
        patched.setattr(beta, "_MOST_STEPS", 2)
        with pytest.raises(AssertionError, match="no convergence for probability"):
            beta_quantile(Decimal("0.05"), Decimal("3.5"), Decimal(40))
    monkeypatch.setattr(beta, "_MOST_TERMS", 2)
    with pytest.raises(AssertionError, match="no convergence for x"):
        beta_tail(Decimal("0.05"), Decimal("3.5"), Decimal(40))


def test_rounding_is_outward_and_keeps_exact_values():
    """A seventh digit moves the sixth away from the middle; noise in the thirtieth does not."""
    assert (str(rounded_up(Decimal("0.12345601"))), str(rounded_down(Decimal("0.12345699")))) == (
        "0.123457",
        "0.123456",
    )
    assert str(rounded_up(Decimal("0.9500000000000000000000000000001"))) == "0.95"
