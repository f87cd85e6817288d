# SPDX-License-Identifier: Apache-2.0
"""Exact binomial tails and one-sided Clopper-Pearson bounds, in decimal arithmetic (S-2).

Rules
- No float takes part, and no operator that would use the caller's decimal context: equal counts give equal digits
  anywhere.
- Bounds are rounded outward to six significant digits, so rounding never helps a claim.
- Tails are summed term by term, not taken from a continued fraction: every term is positive, nothing cancels, and the
  sum stops after about ten standard deviations, which keeps a million trials near a tenth of a second.

It does not draw approximate intervals (Wald, Wilson, Jeffreys): verdicts never use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ruleout.stats.log_gamma import CONTEXT, log_choose
from ruleout.stats.outward import rounded_down, rounded_up

_NEGLIGIBLE = Decimal("1e-45")
_CLOSE = Decimal("1e-30")
_MOST_STEPS = 200
_ZERO, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """One-sided bounds of a proportion: each alone holds with probability 1 - alpha; 0 <= lower <= upper <= 1."""

    lower: Decimal
    upper: Decimal


def lower_tail(k: int, n: int, p: Decimal) -> Decimal:
    """Return P(X <= k) for X binomial with `n` trials of probability `p`.

    Pure. Relative error below 1e-35 in the smaller tail.

    Args:
        k: count, 0 <= k <= n.
        n: trials, >= 1.
        p: probability in [0, 1].

    Raises:
        ValueError: an argument is out of range.

    Source: S-2.
    """
    _check(k, n)
    if not _ZERO <= p <= _ONE:
        raise ValueError(f"p: expected a probability in [0, 1], got {p}")
    if k == n or p == 0:
        return _ONE
    if p == 1:
        return _ZERO
    if Decimal(k) > CONTEXT.multiply(Decimal(n), p):
        # The far side is the small one: sum that and subtract, else the sum would climb over the whole peak.
        return CONTEXT.subtract(_ONE, _sum_down(n - k - 1, n, CONTEXT.subtract(_ONE, p))[0])
    return _sum_down(k, n, p)[0]


def upper_bound(k: int, n: int, *, alpha: Decimal) -> Decimal:
    """Return the one-sided (1 - alpha) Clopper-Pearson upper bound, rounded up to six significant digits.

    Pure.

    Args:
        k: successes, 0 <= k <= n.
        n: trials, >= 1; zero trials is the caller's UNKNOWN, not ours.
        alpha: one-sided error probability in (0, 0.5].

    Raises:
        ValueError: an argument is out of range.

    Source: S-2; Clopper and Pearson (1934), Biometrika 26, 404-413.
    """
    return rounded_up(_upper_root(k, n, alpha))


def lower_bound(k: int, n: int, *, alpha: Decimal) -> Decimal:
    """Return the one-sided (1 - alpha) Clopper-Pearson lower bound, rounded down; arguments as for `upper_bound`.

    Pure. Source: S-2.
    """
    _check(k, n)
    return rounded_down(CONTEXT.subtract(_ONE, _upper_root(n - k, n, alpha)))


def clopper_pearson(k: int, n: int, *, alpha: Decimal) -> Bounds:
    """Return both one-sided bounds, each at level alpha. Pure; arguments as for `upper_bound`. Source: S-2."""
    return Bounds(lower=lower_bound(k, n, alpha=alpha), upper=upper_bound(k, n, alpha=alpha))


def miss_rate_bounds(caught: int, harmful: int, *, alpha: Decimal) -> Bounds:
    """Return both one-sided bounds of a classifier's rate of missed detections, each at level alpha.

    Pure. Of `harmful` items that should be caught, those not caught were missed.

    Args:
        caught: 0 <= caught <= harmful.
        harmful: items that should be caught, >= 1; harmless ones do not belong here.
        alpha: one-sided error probability in (0, 0.5].

    Raises:
        ValueError: an argument is out of range.

    Source: S-4.
    """
    return clopper_pearson(harmful - caught, harmful, alpha=alpha)


def _check(k: int, n: int) -> None:
    if n < 1 or not 0 <= k <= n:
        raise ValueError(f"expected 0 <= k <= n and n >= 1, got k={k}, n={n}")


def _upper_root(k: int, n: int, alpha: Decimal) -> Decimal:
    """Return the p at which P(X <= k) = alpha, to about 30 digits.

    Newton's method on the logarithm of the tail. That logarithm is concave in p (a beta density with parameters >= 1
    is log-concave, and so is its survival function), so after one step every iterate lies above the root and descends
    to it: no bracketing is needed, only a guard against stepping beyond 1.
    """
    _check(k, n)
    if not _ZERO < alpha <= Decimal("0.5"):
        raise ValueError(f"alpha: expected a probability in (0, 0.5], got {alpha}")
    if k == n:
        return _ONE
    target = CONTEXT.ln(alpha)
    if k == 0:
        return CONTEXT.subtract(_ONE, CONTEXT.exp(CONTEXT.divide(target, Decimal(n))))
    p = CONTEXT.divide(Decimal(k + 1), Decimal(n + 1))
    for _ in range(_MOST_STEPS):
        tail, density = _sum_down(k, n, p)
        slope = CONTEXT.divide(density, tail)
        step = CONTEXT.divide(CONTEXT.subtract(CONTEXT.ln(tail), target), slope)
        following = CONTEXT.add(p, step)
        p = following if following < 1 else CONTEXT.divide(CONTEXT.add(p, _ONE), Decimal(2))
        if step.copy_abs() <= CONTEXT.multiply(_CLOSE, p):
            return p
    raise AssertionError(f"no convergence for k={k}, n={n}, alpha={alpha}")


def _sum_down(k: int, n: int, p: Decimal) -> tuple[Decimal, Decimal]:
    """Return P(X <= k) and -d/dp of it, for 0 <= k < n and 0 < p < 1, summing from the largest term downwards.

    The derivative is a single term: (n - k) (n choose k) p^k (1 - p)^(n - k - 1).
    """
    q = CONTEXT.subtract(_ONE, p)
    exponent = CONTEXT.fma(Decimal(k), CONTEXT.ln(p), log_choose(n, k))
    term = CONTEXT.exp(CONTEXT.fma(Decimal(n - k), CONTEXT.ln(q), exponent))
    density = CONTEXT.divide(CONTEXT.multiply(term, Decimal(n - k)), q)
    odds = CONTEXT.divide(q, p)
    multiply, divide, add = CONTEXT.multiply, CONTEXT.divide, CONTEXT.add
    total = term
    for i in range(k, 0, -1):
        term = divide(multiply(multiply(term, odds), Decimal(i)), Decimal(n - i + 1))
        total = add(total, term)
        if term < multiply(_NEGLIGIBLE, total):
            break
    return total, density
