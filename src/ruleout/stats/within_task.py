# SPDX-License-Identifier: Apache-2.0
"""How alike repeats of a task are: the within-task correlation, and how many independent attempts they are worth.

The analysis-of-variance estimate of the intraclass correlation of a yes-or-no answer, exact, tasks of unequal size
allowed. It describes; no verdict rests on it (bounds take the task as the unit, see `clustered`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Context, Decimal
from fractions import Fraction

_DIGITS = Context(prec=40)


def within_task_correlation(tasks: Sequence[tuple[int, int]]) -> Fraction | None:
    """Return the one-way analysis-of-variance estimate of the correlation between attempts at one task.

    Pure, exact. At most 1; below 0 where attempts at a task agree less than chance would have it. None where it is not
    defined: fewer than two tasks, no task with a repeat, or every attempt with the same answer.

    Args:
        tasks: (successes, attempts) of each task, 0 <= successes <= attempts, attempts >= 1.

    Source: Ridout, Demétrio and Firth (1999), Biometrics 55, 137-148, section 2 (the ANOVA estimator).
    """
    attempts = sum(n for _, n in tasks)
    if len(tasks) < 2 or attempts == len(tasks):
        return None
    mean = Fraction(sum(s for s, _ in tasks), attempts)
    between = sum((n * (Fraction(s, n) - mean) ** 2 for s, n in tasks), Fraction(0)) / (len(tasks) - 1)
    within = sum((Fraction(s * (n - s), n) for s, n in tasks), Fraction(0)) / (attempts - len(tasks))
    typical = (attempts - Fraction(sum(n * n for _, n in tasks), attempts)) / (len(tasks) - 1)
    whole = between + (typical - 1) * within
    return None if whole == 0 else (between - within) / whole


def independent_attempts(tasks: Sequence[tuple[int, int]], correlation: Fraction) -> Fraction:
    """Return how many independent attempts the repeats are worth: attempts over 1 + (m - 1) x correlation.

    Pure, exact. `m` is the size of the task that an attempt belongs to, on average over attempts. A correlation below 0
    counts as 0, so repeats are never worth more than their number.

    Source: Kish (1965), Survey Sampling, chapter 5 (the effect of clusters on variance).
    """
    attempts = sum(n for _, n in tasks)
    size = Fraction(sum(n * n for _, n in tasks), attempts)
    return attempts / (1 + (size - 1) * max(correlation, Fraction(0)))


def chances_of(sizes: Collection[int], rate: Fraction) -> Iterator[tuple[int, list[Decimal]]]:
    """Yield each number of independent attempts with the probability of 0, 1, … of them succeeding at one rate.

    Pure; to some 38 digits.
    """
    success = _DIGITS.divide(Decimal(rate.numerator), Decimal(rate.denominator))
    failure = _DIGITS.divide(Decimal(rate.denominator - rate.numerator), Decimal(rate.denominator))
    most = max(sizes, default=0)
    succeed, fail = ([_power(base, count) for count in range(most + 1)] for base in (success, failure))
    for size in sizes:
        products = (_DIGITS.multiply(succeed[count], fail[size - count]) for count in range(size + 1))
        yield size, [_DIGITS.multiply(Decimal(w), p) for w, p in zip(_ways(size), products, strict=True)]


def _ways(size: int) -> Iterator[int]:
    """How many choices of 0, 1, … out of `size` there are, each from the one before."""
    ways = 1
    for count in range(size + 1):
        yield ways
        ways = ways * (size - count) // (count + 1)


def _power(base: Decimal, exponent: int) -> Decimal:
    """0 to the power of 0 is 1 here, which decimal arithmetic refuses to say."""
    return _DIGITS.power(base, exponent) if exponent else Decimal(1)
