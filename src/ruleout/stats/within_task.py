# SPDX-License-Identifier: Apache-2.0
"""How alike repeats of a task are: the within-task correlation, and how many independent attempts they are worth.

The analysis-of-variance estimate of the intraclass correlation of a yes-or-no answer, exact, tasks of unequal size
allowed. It describes; no verdict rests on it (bounds take the task as the unit, see `clustered`).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import comb

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


def chance_of(successes: int, attempts: int, rate: Fraction) -> Decimal:
    """Return the probability of so many successes in independent attempts at one rate, to some 38 digits. Pure."""
    success = _DIGITS.divide(Decimal(rate.numerator), Decimal(rate.denominator))
    failure = _DIGITS.divide(Decimal(rate.denominator - rate.numerator), Decimal(rate.denominator))
    product = _DIGITS.multiply(_power(success, successes), _power(failure, attempts - successes))
    return _DIGITS.multiply(Decimal(comb(attempts, successes)), product)


def _power(base: Decimal, exponent: int) -> Decimal:
    """0 to the power of 0 is 1 here, which decimal arithmetic refuses to say."""
    return _DIGITS.power(base, exponent) if exponent else Decimal(1)
