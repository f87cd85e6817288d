# SPDX-License-Identifier: Apache-2.0
"""Which bound is used: settled by the design of a measurement, never by its result (S-2, S-3).

| measuring | tasks | bound |
|---|---|---|
| goes on while one looks | any | mixture e-process |
| size fixed before | every one repeated, all attempts scored, tasks x min(bar, 1 - bar) >= 8 at every bar, level 1 % to 49 % | Korn-Graubard |
| size fixed before | else | Clopper-Pearson, the task as the unit |

`min(bar, 1 - bar)`, because the bound needs several expected successes *and* several expected failures at the bar: near
1 it is the failures that are few. At levels stricter than 1 % the search for a difficulty that breaks the bound found
some, so there the task is the unit; so it is next to one half, where Student's quantile is too near 0 to divide by. A run with a doubtful attempt falls back to the task as the unit, whose bound no
attempt can lower by losing its score; the spread between tasks could shrink by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ruleout.stats.binomial import Bounds
from ruleout.stats.clustered import TaskShares, count_of, task_bounds
from ruleout.stats.e_process import anytime_bounds
from ruleout.stats.korn_graubard import korn_graubard_bounds

TASK_AS_UNIT = "clopper-pearson, task as unit"
KORN_GRAUBARD = "korn-graubard, by the spread between tasks"
ANY_TIME = "mixture e-process, holds at every look"
_FEWEST_EXPECTED = 8
_STRICTEST, _MILDEST = Decimal("0.01"), Decimal("0.49")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Bounds, and the name of the method that gave them."""

    bounds: Bounds
    method: str


def bounds_by_design(shares: TaskShares, *, alpha: Decimal, bars: Iterable[Decimal], continuing: bool) -> Chosen:
    """Return the bounds that the design of the measurement asks for.

    Pure.

    Args:
        shares: of at least one task.
        alpha: one-sided error probability in (0, 0.5].
        bars: rates that the bounds will be held against, margin included; any finite numbers.
        continuing: whether measuring goes on while the result is looked at.

    Raises:
        ValueError: alpha is out of range, or there is no task.

    Source: S-2, S-3.
    """
    if continuing:
        return Chosen(bounds=anytime_bounds(shares, alpha=alpha), method=ANY_TIME)
    if may_use_spread(shares, alpha=alpha, bars=bars):
        return Chosen(bounds=korn_graubard_bounds(shares, alpha=alpha), method=KORN_GRAUBARD)
    return Chosen(bounds=task_bounds(shares.sums, alpha=alpha), method=TASK_AS_UNIT)


def may_use_spread(shares: TaskShares, *, alpha: Decimal, bars: Iterable[Decimal]) -> bool:
    """Return whether a run of fixed size gets the bound by the spread between tasks: by its level and by its design.

    Pure. The shares themselves do not matter, only how many there are and whether any is in doubt, whatever it counts as.

    Source: S-2.
    """
    return _STRICTEST <= alpha <= _MILDEST and has_room_for_spread(shares, bars)


def has_room_for_spread(shares: TaskShares, bars: Iterable[Decimal]) -> bool:
    """Return whether Korn-Graubard bounds may be used: repeats, no doubt, and enough expected either way.

    Pure. Without a bar there is nothing to expect, so not.

    Source: S-2.
    """
    rates = [Fraction(bar) for bar in bars]
    if not rates or not shares.repeated or shares.unscored or shares.low != shares.high:
        return False
    return count_of(shares.low) * min(min(rate, 1 - rate) for rate in rates) >= _FEWEST_EXPECTED
