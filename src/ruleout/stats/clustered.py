# SPDX-License-Identifier: Apache-2.0
"""Bounds when tasks are repeated: the task is the unit (S-2).

Rules
- A task counts once, however often it was attempted. Its share of successes lies in [0, 1]; the shares are added up
  and rounded *against* the claim: up for the upper bound, down for the lower one. The Clopper-Pearson bound of that
  count out of the number of tasks is the bound.
- Repeats therefore never narrow a bound by themselves, whatever the correlation within a task.

Why it keeps its level. If every task always gives the same answer (correlation 1), the sum is a count of independent
tasks with different probabilities, and for counts at least one below the mean such a sum has a lighter tail than the
binomial with the same mean (Hoeffding 1956, theorem 4): the bound's level holds. Up to a level of 1/4 only one count lies
nearer to its bound: all tasks but one, where the chance of a failure is at most the sum of the tasks' own, -ln(1 - alpha).
If attempts of a task differ, the share is less spread out than that (in convex order), and the rounding is against the
claim. What is *proved* for arbitrary shares is twice that: replace each share by an independent coin of that
probability; given the shares, the count of coins has a median no larger than the rounded-up sum (Jogdeo and Samuels
1968), so the sum falls at or below k at most twice as often as the count does, and Hoeffding bounds the count. No other
distribution that exceeds the single level is known to us; tests search for one and simulate correlated tasks.

`korn_graubard` is narrower for many repeated tasks; `choice` says which of the two is used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ruleout.stats.binomial import Bounds, lower_bound, upper_bound


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSums:
    """Sums over tasks of each task's share of successes: 0 <= low <= high <= tasks.

    `low` counts doubtful attempts as failures, `high` as successes; both are exact.
    """

    tasks: int
    low: Fraction
    high: Fraction


#: Shares of successes, each with the number of tasks that have it, in rising order of the share: no order of tasks is
#: left in it.
ShareCounts = tuple[tuple[Fraction, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskShares:
    """Every task's share of successes, doubtful attempts counted as failures in `low` and as successes in `high`.

    `attempts` counts all attempts, `unscored` the doubtful ones, also where they count as failures in both; `repeated` says
    that every task was attempted at least twice.
    """

    low: ShareCounts
    high: ShareCounts
    attempts: int
    unscored: int
    repeated: bool

    @property
    def sums(self) -> TaskSums:
        """The sums alone."""
        return TaskSums(tasks=count_of(self.low), low=total_of(self.low), high=total_of(self.high))


def count_shares(shares: Iterable[tuple[int, int]]) -> ShareCounts:
    """Return how many tasks have which share, from (successes, attempts) per task; attempts >= 1. Pure."""
    counts: Counter[Fraction] = Counter()
    for (successes, attempts), tasks in Counter(shares).items():
        counts[Fraction(successes, attempts)] += tasks
    return tuple(sorted(counts.items()))


def single_shares(successes: int, attempts: int) -> ShareCounts:
    """Return the shares of attempts that are each a unit of their own, 0 <= successes <= attempts. Pure."""
    counted = ((Fraction(0), attempts - successes), (Fraction(1), successes))
    return tuple((share, count) for share, count in counted if count)


def total_of(shares: ShareCounts) -> Fraction:
    """Return the exact sum of all shares. Pure."""
    return sum((share * tasks for share, tasks in shares), Fraction(0))


def count_of(shares: ShareCounts) -> int:
    """Return the number of tasks. Pure."""
    return sum(tasks for _, tasks in shares)


def sum_shares(shares: Iterable[tuple[int, int]]) -> Fraction:
    """Return the exact sum of successes / attempts over tasks; attempts >= 1. Pure.

    Equal denominators are added as integers first: a million tasks then cost a few additions of fractions.
    """
    numerators: Counter[int] = Counter()
    for successes, attempts in shares:
        numerators[attempts] += successes
    return sum((Fraction(total, attempts) for attempts, total in numerators.items()), Fraction(0))


def task_bounds(sums: TaskSums, *, alpha: Decimal) -> Bounds:
    """Return one-sided bounds for the mean success rate over tasks, the task being the unit.

    Pure.

    Args:
        sums: from `sum_shares`, tasks >= 1.
        alpha: one-sided error probability in (0, 0.5].

    Raises:
        ValueError: an argument is out of range.

    Source: S-2; Hoeffding (1956), Ann. Math. Statist. 27, 713-721; Jogdeo and Samuels (1968), Ann. Math. Statist. 39,
        1191-1195.
    """
    return Bounds(
        lower=lower_bound(floor(sums.low), sums.tasks, alpha=alpha),
        upper=upper_bound(ceil(sums.high), sums.tasks, alpha=alpha),
    )
