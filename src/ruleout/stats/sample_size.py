# SPDX-License-Identifier: Apache-2.0
"""How many tasks it would have taken to rule out at the rate that was observed (S-1).

A statement about size, not a promise: a new run may show another rate. It never enters a verdict.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

from ruleout.stats.binomial import lower_tail
from ruleout.stats.clustered import single_shares
from ruleout.stats.e_process import log_wealth
from ruleout.stats.log_gamma import CONTEXT

LARGEST_SEARCHED = 100_000


def tasks_needed(rate: Fraction, bar: Decimal, *, alpha: Decimal, continuing: bool = False) -> int | None:
    """Return about how many tasks rule out `bar` at the observed `rate`.

    Pure. The smallest n found by doubling and halving at which ceil(rate n) successes put the upper bound below the
    bar; rounding makes the condition jagged in n, so a slightly smaller n may do as well.

    Args:
        rate: observed proportion in [0, 1].
        bar: proportion; the bound must lie below it.
        alpha: one-sided error probability in (0, 0.5].
        continuing: whether the result is looked at while measuring goes on, which takes more tasks (S-3).

    Returns:
        A count up to `LARGEST_SEARCHED`; None when no number up to it suffices, as when the rate is not below the bar.

    Source: S-1.
    """
    if not 0 < bar <= 1 or rate >= Fraction(bar) or (continuing and bar == 1):
        return None
    suffices = _suffices_at_any_time if continuing else _suffices
    high = 1
    while not suffices(high, rate, bar, alpha):
        if high == LARGEST_SEARCHED:
            return None
        high = min(2 * high, LARGEST_SEARCHED)
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle, rate, bar, alpha) else (middle, high)
    return high


def _suffices(n: int, rate: Fraction, bar: Decimal, alpha: Decimal) -> bool:
    return lower_tail(ceil(rate * n), n, bar) < alpha


def _suffices_at_any_time(n: int, rate: Fraction, bar: Decimal, alpha: Decimal) -> bool:
    shares = single_shares(ceil(rate * n), n)
    return log_wealth(shares, bar) >= CONTEXT.ln(alpha).copy_negate()
