# SPDX-License-Identifier: Apache-2.0
"""Korn and Graubard's bounds for repeated tasks: Clopper-Pearson at an effective number of tasks (S-2).

Rules
- The spread of shares between tasks says how many independent answers the run is worth: p (1 - p) over the estimated
  variance of the mean, tasks being drawn with replacement and repeats being whatever they are within one. That number
  is shrunk by the ratio of squared t quantiles, because the variance is itself estimated.
- *One more task* is added before anything is computed, at which the model always succeeds (for the lower bound: always
  fails). A run of 80 tasks may have missed the one task in a hundred that the model solves at every attempt; shares
  that happen to agree would then make the spread, and the bound, far too small.
- A run is never worth more than one and a half answers per task.
- The bound is never wider than with the task as the unit.

Why the last three. Published as it is, the method is made for surveys with many clusters; against a hidden minority of
tasks it rules out falsely in up to a third of runs at 5 %. With the added task and the cap the worst false rule-out
over all two-valued difficulties we searched is that of the task as unit itself, at levels from 10 % to 1 %
(`benchmarks/calibration.py`; tests repeat the search). The last rule takes the narrower of two bounds, which by itself
would not keep a level; the same search covers the rule as a whole. Within runs as they are published, correlation 0.6
and more, the cap costs next to nothing: there ten repeats are worth at most 1.6 answers.

It does not decide when it may be used; see `choice`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ruleout.stats.beta import beta_quantile, t_squared
from ruleout.stats.binomial import Bounds
from ruleout.stats.clustered import ShareCounts, TaskShares, count_of, task_bounds, total_of
from ruleout.stats.log_gamma import CONTEXT, decimal_of
from ruleout.stats.outward import rounded_down, rounded_up

#: A run counts for at most this many independent answers per task.
MOST_PER_TASK = Decimal("1.5")
_ONE = Decimal(1)


def korn_graubard_bounds(shares: TaskShares, *, alpha: Decimal) -> Bounds:
    """Return one-sided bounds for the mean success rate over tasks, from the spread between them.

    Pure. The upper bound uses `shares.high`, the lower one `shares.low`.

    Args:
        shares: of at least two tasks.
        alpha: one-sided error probability in (0, 0.5).

    Raises:
        ValueError: an argument is out of range.

    Source: S-2; Korn and Graubard (1998), Survey Methodology 24, 193-201; the added task and the cap are ours.
    """
    plain = task_bounds(shares.sums, alpha=alpha)
    ratio = _shrinking(count_of(shares.low), shares.attempts, alpha)
    mirrored = tuple((1 - share, tasks) for share, tasks in shares.low)
    upper = _upper(shares.high, ratio, alpha)
    lower = CONTEXT.subtract(_ONE, _upper(mirrored, ratio, alpha))
    return Bounds(lower=max(plain.lower, rounded_down(lower)), upper=min(plain.upper, rounded_up(upper)))


def effective_tasks(shares: ShareCounts) -> Fraction | None:
    """Return p (1 - p) over the estimated variance of the mean, one always successful task added.

    Pure. Exact, before it is shrunk and capped; None where every share is 1 and there is no spread.

    Args:
        shares: of at least one task.

    Source: S-2.
    """
    tasks = count_of(shares) + 1
    mean = (total_of(shares) + 1) / tasks
    squares = sum((share * share * count for share, count in shares), Fraction(1))
    # The variance of the mean: squared deviations over (tasks - 1), over tasks.
    variance = (squares - tasks * mean * mean) / (tasks - 1) / tasks
    return mean * (1 - mean) / variance if variance else None


def _upper(shares: ShareCounts, ratio: Decimal, alpha: Decimal) -> Decimal:
    worth = effective_tasks(shares)
    if worth is None:
        return _ONE
    tasks = count_of(shares)
    n = min(CONTEXT.multiply(decimal_of(worth), ratio), CONTEXT.multiply(MOST_PER_TASK, Decimal(tasks)))
    mean = decimal_of((total_of(shares) + 1) / (tasks + 1))
    x = CONTEXT.multiply(n, mean)
    failing = beta_quantile(alpha, CONTEXT.subtract(n, x), CONTEXT.add(x, _ONE))
    return CONTEXT.subtract(_ONE, failing)


def _shrinking(tasks: int, attempts: int, alpha: Decimal) -> Decimal:
    """Return what the effective number is multiplied by because the variance is known from `tasks` tasks only."""
    if tasks < 2:
        raise ValueError(f"expected at least two tasks, got {tasks}")
    # With the added task there are as many degrees of freedom as tasks.
    return CONTEXT.divide(t_squared(alpha, max(attempts - 1, tasks)), t_squared(alpha, tasks))
