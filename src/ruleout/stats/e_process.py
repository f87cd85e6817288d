# SPDX-License-Identifier: Apache-2.0
"""Bounds that hold however often one looks: a mixture of bets against a bar (S-3).

The game. Somebody claims that the success rate over tasks is at least b. We start with 1 and bet against it, task by
task: a task with share X of successes multiplies what we have by X r + (1 - X) (1 - r b) / (1 - b), with 0 <= r < 1.
That is linear in X, at X = b it is 1, and it falls with X; so if the claim holds, no task is expected to raise what we
have, whatever X's distribution and however its repeats hang together. By Ville's inequality what we have then ever
reaches 1 / alpha with probability at most alpha: one may look after every task, stop at will, or go on (Ville 1939;
Shafer 2021). Bets with the twenty values 0, 0.05 … 0.95 of r are made side by side with equal stakes, because the
true rate is not known: r b is the rate that bet would be best at.

Rules
- Order of tasks does not matter: what we have is a sum of products.
- What we have rises with b and falls with every share, so there is one smallest bar that the data rule out, and a
  doubtful attempt counted as a success can only raise it.
- More than 256 different shares, as no design has them, are rounded up to 256ths: that can only raise the bound, and the
  work stays bounded whatever a log holds.
- A task enters whole: all its repeats at once, in any number. Going on with more repeats of the same tasks while
  looking is not covered; doubtful attempts must be counted as successes.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from math import ceil

from ruleout.stats.binomial import Bounds
from ruleout.stats.clustered import ShareCounts, TaskShares
from ruleout.stats.log_gamma import CONTEXT, decimal_of
from ruleout.stats.outward import rounded_down, rounded_up

#: A share with its number of tasks, or a logarithm with its slope.
_Row = tuple[Decimal, Decimal]
_BETS = tuple(CONTEXT.divide(Decimal(i), Decimal(20)) for i in range(20))
_ZERO, _HALF, _ONE, _TWO = Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2)
_LOG_BETS = CONTEXT.ln(Decimal(len(_BETS)))
#: What a task without a failure multiplies a bet by does not depend on the bar.
_LOG_OF_BET = {bet: CONTEXT.ln(bet) for bet in _BETS if bet}
_CLOSE = Decimal("1e-12")
_MOST_STEPS = 400
_MOST_SHARES = 256


def log_wealth(shares: ShareCounts, bar: Decimal) -> Decimal:
    """Return the logarithm of what betting against "the rate is at least `bar`" has made of 1.

    Pure. The claim is rejected at level alpha, at any time, where it reaches ln(1 / alpha).

    Args:
        shares: shares of successes with their numbers of tasks.
        bar: rate in (0, 1).

    Raises:
        ValueError: the bar is out of range.

    Source: S-3; Waudby-Smith and Ramdas (2024), J. R. Statist. Soc. B 86, 1-27.
    """
    if not _ZERO < bar < _ONE:
        raise ValueError(f"expected a bar in (0, 1), got {bar}")
    return _wealth(_rows(shares), bar)[0]


def anytime_upper(shares: ShareCounts, *, alpha: Decimal) -> Decimal:
    """Return the smallest bar that the shares rule out at any time, rounded up to six digits; 1 if they rule out none.

    Pure. With probability 1 - alpha the true rate lies below it at every look.

    Args:
        shares: shares of successes with their numbers of tasks.
        alpha: one-sided error probability in (0, 0.5].

    Raises:
        ValueError: alpha is out of range.

    Source: S-3.
    """
    if not _ZERO < alpha <= Decimal("0.5"):
        raise ValueError(f"alpha: expected a probability in (0, 0.5], got {alpha}")
    if all(share == 1 for share, _ in shares):
        return _ONE
    rows, target = _rows(_coarse(shares)), CONTEXT.ln(alpha).copy_negate()
    low, high, bar = _ZERO, _ONE, _HALF
    # Newton's method inside a bracket; a step that leaves it is replaced by halving.
    for _ in range(_MOST_STEPS):
        wealth, slope = _wealth(rows, bar)
        excess = CONTEXT.subtract(wealth, target)
        low, high = (low, bar) if excess >= 0 else (bar, high)
        following = CONTEXT.subtract(bar, CONTEXT.divide(excess, slope)) if slope > 0 else low
        if not low < following < high:
            following = CONTEXT.divide(CONTEXT.add(low, high), _TWO)
        moved = CONTEXT.subtract(following, bar).copy_abs()
        bar = following
        if moved <= CONTEXT.multiply(_CLOSE, bar):
            return rounded_up(_outward(rows, bar, target))
    raise AssertionError(f"no convergence for {len(shares)} shares, alpha={alpha}")


def anytime_bounds(shares: TaskShares, *, alpha: Decimal) -> Bounds:
    """Return one-sided bounds of the mean success rate over tasks, each of which holds at every look together.

    Pure. The upper bound counts doubtful attempts as successes, the lower one as failures.

    Args:
        shares: of at least one task.
        alpha: one-sided error probability in (0, 0.5].

    Source: S-3.
    """
    mirrored = tuple((1 - share, tasks) for share, tasks in reversed(shares.low))
    lower = CONTEXT.subtract(_ONE, anytime_upper(mirrored, alpha=alpha))
    return Bounds(lower=rounded_down(lower), upper=anytime_upper(shares.high, alpha=alpha))


def _rows(shares: ShareCounts) -> tuple[_Row, ...]:
    return tuple((decimal_of(share), Decimal(tasks)) for share, tasks in shares)


def _coarse(shares: ShareCounts) -> ShareCounts:
    """Return the shares rounded up to few enough different ones, or as they are if they are few."""
    if len(shares) <= _MOST_SHARES:
        return shares
    counts: Counter[Fraction] = Counter()
    for share, tasks in shares:
        counts[Fraction(ceil(share * _MOST_SHARES), _MOST_SHARES)] += tasks
    return tuple(sorted(counts.items()))


def _outward(rows: tuple[_Row, ...], bar: Decimal, target: Decimal) -> Decimal:
    """Return a bar at or just above the root at which the target is seen to be reached."""
    step = _CLOSE
    while bar < 1:
        if _wealth(rows, bar)[0] >= target:
            return bar
        bar, step = CONTEXT.multiply(bar, CONTEXT.add(_ONE, step)), CONTEXT.multiply(step, _TWO)
    return _ONE


def _wealth(rows: tuple[_Row, ...], bar: Decimal) -> tuple[Decimal, Decimal]:
    """Return the logarithm of the mean of all bets, and how fast it rises with the bar."""
    bets = [found for found in (_bet(rows, bet, bar) for bet in _BETS) if found is not None]
    # The largest is taken out first: the sum then neither overflows nor vanishes.
    largest = max(log for log, _ in bets)
    total, rising = _ZERO, _ZERO
    for log, slope in bets:
        weight = CONTEXT.exp(CONTEXT.subtract(log, largest))
        total, rising = CONTEXT.add(total, weight), CONTEXT.fma(weight, slope, rising)
    mean = CONTEXT.subtract(CONTEXT.add(largest, CONTEXT.ln(total)), _LOG_BETS)
    return mean, CONTEXT.divide(rising, total)


def _bet(rows: tuple[_Row, ...], bet: Decimal, bar: Decimal) -> _Row | None:
    """Return the logarithm of what one bet has made of 1, and how fast it rises with the bar; None where it lost all."""
    rest = CONTEXT.subtract(_ONE, bar)
    failing = CONTEXT.divide(CONTEXT.subtract(_ONE, CONTEXT.multiply(bet, bar)), rest)
    spread = CONTEXT.subtract(bet, failing)
    # How fast the factor of a failure rises: (1 - r) / (1 - b)^2.
    rise = CONTEXT.divide(CONTEXT.subtract(_ONE, bet), CONTEXT.multiply(rest, rest))
    total, slope = _ZERO, _ZERO
    for share, tasks in rows:
        if share == 1:
            if not bet:
                return None
            total = CONTEXT.fma(_LOG_OF_BET[bet], tasks, total)
            continue
        factor = CONTEXT.fma(share, spread, failing)
        if factor <= 0:
            return None
        total = CONTEXT.fma(CONTEXT.ln(factor), tasks, total)
        failed = CONTEXT.multiply(CONTEXT.subtract(_ONE, share), tasks)
        slope = CONTEXT.fma(failed, CONTEXT.divide(rise, factor), slope)
    return total, slope
