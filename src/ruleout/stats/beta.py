# SPDX-License-Identifier: Apache-2.0
"""The beta distribution with real parameters, in decimal arithmetic: what a fractional count needs (S-2).

Rules
- No float takes part; only operations that the decimal specification rounds correctly, at 50 digits.
- The distribution function comes from its continued fraction, taken on the side where it converges fast. Relative error
  of the smaller tail below 1e-35 for parameters up to a million (tests hold it against exact binomial sums); a quantile
  is known to about 28 digits.

Whole counts do not come here: `binomial` sums their tails term by term.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from ruleout.stats.log_gamma import CONTEXT, log_gamma

_ENOUGH = Decimal("1e-44")
_CLOSE = Decimal("1e-30")
_MOST_TERMS = 1_000_000
_MOST_STEPS = 400
_ZERO, _HALF, _ONE, _TWO = Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2)


def beta_tail(x: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Return the regularised incomplete beta function I_x(a, b): the chance that a beta variable is at most x.

    Pure.

    Args:
        x: in [0, 1].
        a, b: parameters, finite and > 0.

    Raises:
        ValueError: an argument is out of range.

    Source: S-2; NIST Digital Library of Mathematical Functions, 8.17.
    """
    _check(a, b)
    if not _ZERO <= x <= _ONE:
        raise ValueError(f"x: expected a number in [0, 1], got {x}")
    if x in (_ZERO, _ONE):
        return x
    return _tail(x, a, b, log_beta(a, b))


def beta_quantile(probability: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Return the x with I_x(a, b) = probability, to about 28 digits.

    Pure. Newton's method inside a bracket, logarithm of the tail against logarithm of x; a step that leaves the bracket is
    replaced by halving. For small a the tail is nearly x^a, and x may be as small as 1e-1000: in logarithms that is a line.

    Args:
        probability: in (0, 1).
        a, b: parameters, finite and > 0.

    Raises:
        ValueError: an argument is out of range.

    Source: S-2.
    """
    _check(a, b)
    if not _ZERO < probability < _ONE:
        raise ValueError(f"expected a probability in (0, 1), got {probability}")
    target, constant = CONTEXT.ln(probability), log_beta(a, b)
    low, high = _ZERO, _ONE
    x = CONTEXT.divide(a, CONTEXT.add(a, b))
    for _ in range(_MOST_STEPS):
        tail = _tail(x, a, b, constant)
        excess = CONTEXT.subtract(CONTEXT.ln(tail), target) if tail > 0 else Decimal(-1)
        low, high = (low, x) if excess > 0 else (x, high)
        slope = CONTEXT.divide(CONTEXT.multiply(x, _density(x, a, b, constant)), tail) if tail > 0 else _ZERO
        step = CONTEXT.exp(CONTEXT.divide(excess, slope).copy_negate()) if slope > 0 else _ZERO
        following = CONTEXT.multiply(x, step)
        moved = CONTEXT.subtract(following, x).copy_abs()
        if slope > 0 and moved <= CONTEXT.multiply(_CLOSE, min(x, CONTEXT.subtract(_ONE, x))):
            return x
        x = following if low < following < high else CONTEXT.divide(CONTEXT.add(low, high), _TWO)
    raise AssertionError(f"no convergence for probability={probability}, a={a}, b={b}")


@lru_cache(maxsize=256)
def t_squared(alpha: Decimal, freedom: int) -> Decimal:
    """Return the square of Student's t quantile at 1 - alpha, to about 25 digits.

    Pure. If T has Student's distribution, T² / (freedom + T²) is beta distributed with parameters 1/2 and freedom / 2,
    and both tails of T together hold 2 alpha.

    Args:
        alpha: one-sided, in (0, 0.5); at 0.5 the quantile is 0 and no ratio can be made of it.
        freedom: degrees of freedom, >= 1.

    Raises:
        ValueError: an argument is out of range.

    Source: S-2; Abramowitz and Stegun (1964), 26.7.1.
    """
    if not _ZERO < alpha < _HALF or freedom < 1:
        raise ValueError(f"expected alpha in (0, 0.5) and freedom >= 1, got {alpha} and {freedom}")
    nu = Decimal(freedom)
    share = beta_quantile(CONTEXT.multiply(_TWO, alpha), CONTEXT.divide(nu, _TWO), _HALF)
    return CONTEXT.divide(CONTEXT.multiply(nu, CONTEXT.subtract(_ONE, share)), share)


def log_beta(a: Decimal, b: Decimal) -> Decimal:
    """Return ln B(a, b) for a, b > 0. Pure."""
    return CONTEXT.subtract(CONTEXT.add(log_gamma(a), log_gamma(b)), log_gamma(CONTEXT.add(a, b)))


def _check(a: Decimal, b: Decimal) -> None:
    if not (a.is_finite() and b.is_finite() and a > 0 and b > 0):
        raise ValueError(f"expected finite parameters > 0, got a={a}, b={b}")


def _tail(x: Decimal, a: Decimal, b: Decimal, constant: Decimal) -> Decimal:
    """Return I_x(a, b) for 0 < x < 1, from the side of the mean on which the fraction converges."""
    mean = CONTEXT.divide(CONTEXT.add(a, _ONE), CONTEXT.add(CONTEXT.add(a, b), _TWO))
    if x <= mean:
        return CONTEXT.divide(CONTEXT.multiply(_power(x, a, b, constant), _fraction(x, a, b)), a)
    y = CONTEXT.subtract(_ONE, x)
    other = CONTEXT.divide(CONTEXT.multiply(_power(x, a, b, constant), _fraction(y, b, a)), b)
    return CONTEXT.subtract(_ONE, other)


def _power(x: Decimal, a: Decimal, b: Decimal, constant: Decimal) -> Decimal:
    """Return x^a (1 - x)^b / B(a, b)."""
    y = CONTEXT.subtract(_ONE, x)
    return CONTEXT.exp(CONTEXT.fma(b, CONTEXT.ln(y), CONTEXT.fma(a, CONTEXT.ln(x), constant.copy_negate())))


def _density(x: Decimal, a: Decimal, b: Decimal, constant: Decimal) -> Decimal:
    y = CONTEXT.subtract(_ONE, x)
    return CONTEXT.divide(_power(x, a, b, constant), CONTEXT.multiply(x, y))


def _fraction(x: Decimal, a: Decimal, b: Decimal) -> Decimal:
    """Return the continued fraction of I_x(a, b) without its leading power, by Lentz's method (DLMF 8.17.22).

    Two terms a round; the product has settled once a round changes it by less than one part in 10^44.
    """
    multiply, divide, add, fma = CONTEXT.multiply, CONTEXT.divide, CONTEXT.add, CONTEXT.fma
    total = add(a, b)
    d = divide(_ONE, CONTEXT.subtract(_ONE, divide(multiply(total, x), add(a, _ONE))))
    c, result = _ONE, d
    for m in range(1, _MOST_TERMS):
        n, twice = Decimal(m), add(a, Decimal(2 * m))
        even = divide(multiply(multiply(n, CONTEXT.subtract(b, n)), x), multiply(CONTEXT.subtract(twice, _ONE), twice))
        d, c = divide(_ONE, fma(even, d, _ONE)), add(_ONE, divide(even, c))
        result = multiply(result, multiply(d, c))
        odd = divide(multiply(multiply(add(a, n), add(total, n)), x), multiply(twice, add(twice, _ONE))).copy_negate()
        d, c = divide(_ONE, fma(odd, d, _ONE)), add(_ONE, divide(odd, c))
        step = multiply(d, c)
        result = multiply(result, step)
        if CONTEXT.subtract(step, _ONE).copy_abs() < _ENOUGH:
            return result
    raise AssertionError(f"no convergence for x={x}, a={a}, b={b}")
