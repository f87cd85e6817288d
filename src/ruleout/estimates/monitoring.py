# SPDX-License-Identifier: Apache-2.0
"""A run that goes on, looked at as it goes: how many trials, how many successes, and the bound so far (S-3).

The bound is a parameter and must be one that holds at any time; one made for a single look, shown here again and again,
would be passed by chance sooner or later. This only shows; whether anything is ruled out is the engine's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from ruleout.estimates.results import Look

_DIGITS_PER_TENFOLD = (1, 2, 5)


def looks(
    outcomes: Iterable[bool], *, bound: Callable[[int, int], Decimal], bar: Decimal, every: int = 0
) -> tuple[Look, ...]:
    """Return looks at a sequence of outcomes in the order in which they came; the last is always among them.

    Pure.

    Args:
        outcomes: True for a success.
        bound: from (successes, n) to an upper bound that holds at any time.
        bar: what the bound must lie below.
        every: look after so many outcomes; 0 looks at 1, 2, 5, 10, 20, 50, ….

    Raises:
        ValueError: `every` is negative.

    Source: S-3.
    """
    if every < 0:
        raise ValueError(f"expected every >= 0, got {every}")
    shown: list[Look] = []
    successes, n = 0, 0
    for outcome in outcomes:
        n, successes = n + 1, successes + outcome
        if n % every == 0 if every else _is_round(n):
            shown.append(_look(n, successes, bound, bar))
    if n and (not shown or shown[-1].n != n):
        shown.append(_look(n, successes, bound, bar))
    return tuple(shown)


def _look(n: int, successes: int, bound: Callable[[int, int], Decimal], bar: Decimal) -> Look:
    upper = bound(successes, n)
    return Look(n=n, successes=successes, upper=upper, is_below_bar=upper < bar)


def _is_round(n: int) -> bool:
    text = str(n)
    return int(text[0]) in _DIGITS_PER_TENFOLD and not text[1:].strip("0")
