# SPDX-License-Identifier: Apache-2.0
"""How many tasks and repeats it takes to rule out a bar, before anything is spent on the run (S-1, S-2).

Rules
- The decision rule is a parameter: whether so many successes out of so many tasks rule out (`rules`).
- Where the engine bounds repeated tasks by their spread, the power by that bound stands beside it (`spread`). It is never
  the lower of the two, and presumes that every attempt gets a score; the task as the unit presumes nothing of the kind.
- Power is exact for the assumed rate: the number of successes at one task is beta-binomial, and the sum over tasks is
  worked out as a whole distribution. No normal approximation and no simulation.
- Power is not monotone in the number of tasks. So two numbers are given: the first that reaches the wanted power, and
  the first from which it is never lost again, up to the largest number searched.

Everything hangs on the assumed rate: at a rate near the bar no affordable run rules out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ruleout.estimates.distributions import repeat_masses
from ruleout.estimates.results import Plan, PlanCell, PlanRow
from ruleout.estimates.rounding import down
from ruleout.estimates.rules import DecisionRule
from ruleout.estimates.saw import first_and_steady, largest_allowed
from ruleout.estimates.spread import SpreadRule

LARGEST_SEARCHED = 3000
MOST_REPEATS = 50
_LIMITS = (300, 1000, LARGEST_SEARCHED)
#: One count more adds at most the largest mass of a sum, 0.04 from a hundred successes on.
_MANY_ALLOWED, _SLACK = 100, 0.05
_PLACES = 3
_PARTS = ("0.5", "0.75", "1", "1.5", "2")
_OTHER_RATES = ("0", "0.1", "0.2", "0.5", "0.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What a plan assumes.

    Attributes:
        rate: true rate of success, in [0, 1).
        correlation: between two attempts at one task, in [0, 1]; 0.58 to 0.75 in published runs.
        power: wanted probability of ruling out, in (0, 1).
    """

    rate: Decimal
    correlation: Decimal
    power: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What decides about runs with so many repeats: the largest counts that rule out, and the spread if it is used."""

    correlation: Decimal
    repeats: int
    allowed: Callable[[int], int | None]
    spread: SpreadRule | None

    def power(self, tasks: int, rate: Decimal) -> float:
        return power_of(tasks, self.repeats, self.allowed(tasks), rate=rate, correlation=self.correlation)

    def power_by_spread(self, tasks: int, rate: Decimal) -> float | None:
        """The engine rules out by either bound, so its power is at least that of each; None where only one is used."""
        if self.spread is None or not self.spread.applies(tasks, self.repeats):
            return None
        masses = repeat_masses(self.repeats, float(rate), float(self.correlation))
        simulated = self.spread.power(tasks, masses, allowed=self.allowed(tasks))
        return max(simulated, self.power(tasks, rate))

    def cell(self, tasks: int, rate: Decimal) -> PlanCell:
        spread = self.power_by_spread(tasks, rate)
        return PlanCell(
            tasks=tasks,
            repeats=self.repeats,
            allowed=self.allowed(tasks),
            power=down(self.power(tasks, rate), _PLACES),
            by_spread=None if spread is None else down(spread, _PLACES),
        )


def plan(
    *,
    bar: Decimal,
    alpha: Decimal,
    assumptions: Assumptions,
    rule: DecisionRule,
    tasks: Sequence[int] = (),
    repeats: Sequence[int] = (1, 2, 5, 10),
) -> Plan:
    """Return how many tasks rule out the bar, for each number of repeats and for other rates, and the power of sizes.

    Pure. About a second; up to half a minute where a high bar meets a rate just below it.

    Args:
        bar, alpha: stated in the plan; what decides is `rule`.
        tasks: sizes whose power to give, each 1 to 3000; empty for sizes around the answer.
        repeats: attempts at each task, each 1 to 50, at least one.

    Raises:
        ValueError: an argument is out of range.

    Source: S-1, S-2.
    """
    _check(assumptions, tasks, repeats)
    allowed = largest_allowed(rule.rules_out)
    judges = [
        _Judge(correlation=assumptions.correlation, repeats=count, allowed=allowed, spread=rule.spread)
        for count in repeats
    ]
    by_repeats = tuple(_row(judge, assumptions.rate, assumptions.power) for judge in judges)
    others = sorted({bar * Decimal(share) for share in _OTHER_RATES} - {assumptions.rate})
    by_rate = tuple(_row(judges[0], rate, assumptions.power) for rate in others)
    sizes = sorted(set(tasks)) or _around(by_repeats)
    cells = tuple(judge.cell(size, assumptions.rate) for size in sizes for judge in judges)
    reached = any(row.first is not None or row.by_spread is not None for row in by_repeats)
    return Plan(
        bar=bar,
        alpha=alpha,
        power=assumptions.power,
        rate=assumptions.rate,
        correlation=assumptions.correlation,
        rule=rule.name,
        stopping=rule.stopping,
        by_repeats=by_repeats,
        by_rate=by_rate,
        cells=cells,
        because="" if reached else _why_none(bar, assumptions),
    )


def power_of(tasks: int, repeats: int, allowed: int | None, *, rate: Decimal, correlation: Decimal) -> float:
    """Return the probability that at most `allowed` tasks' worth of successes are seen: of ruling out.

    Pure; absolute error below 1e-10.

    Args:
        tasks, repeats: size of the run, each >= 1.
        allowed: largest count that still rules out; None if none does, and then the power is 0.
    """
    if allowed is None:
        return 0.0
    masses = repeat_masses(repeats, float(rate), float(correlation))
    # The sum over tasks through its characteristic function: long enough, so that nothing wraps around.
    length = tasks * repeats + 1
    total = np.fft.irfft(np.fft.rfft(masses, length) ** tasks, length) if length > 1 else np.ones(1)
    return min(max(float(total[: allowed * repeats + 1].sum()), 0.0), 1.0)


def _check(assumptions: Assumptions, tasks: Sequence[int], repeats: Sequence[int]) -> None:
    ranges = (
        (0 <= assumptions.rate < 1, "a rate from 0 to below 1", assumptions.rate),
        (0 <= assumptions.correlation <= 1, "a correlation from 0 to 1", assumptions.correlation),
        (0 < assumptions.power < 1, "a power above 0 and below 1", assumptions.power),
        *((1 <= count <= MOST_REPEATS, f"repeats from 1 to {MOST_REPEATS}", count) for count in repeats),
        *((1 <= size <= LARGEST_SEARCHED, f"tasks from 1 to {LARGEST_SEARCHED}", size) for size in tasks),
        (bool(repeats), "repeats", "none"),
    )
    for holds, expected, got in ranges:
        if not holds:
            raise ValueError(f"expected {expected}, got {got}")


def _row(judge: _Judge, rate: Decimal, wanted: Decimal) -> PlanRow:
    first, steady, searched = _searched(judge, rate, float(wanted))
    size = steady or first
    spread = _by_spread(judge, rate, float(wanted), first or LARGEST_SEARCHED)
    return PlanRow(
        rate=rate,
        repeats=judge.repeats,
        first=first,
        steady=steady,
        cell=None if size is None else judge.cell(size, rate),
        by_spread=None if spread is None else judge.cell(spread, rate),
        searched=searched,
    )


def _searched(judge: _Judge, rate: Decimal, wanted: float) -> tuple[int | None, int | None, int]:
    """The first number of tasks with the power, the first from which it is kept, and how far was searched."""

    def power(tasks: int) -> float:
        return judge.power(tasks, rate)

    for limit in _LIMITS:
        if not _worth_searching(limit, power(limit), judge.allowed(limit), wanted):
            continue
        first, steady = first_and_steady(limit, wanted, judge.allowed, power)
        if first is not None and (steady is not None or limit == LARGEST_SEARCHED):
            return first, steady, limit
    return None, None, LARGEST_SEARCHED


def _by_spread(judge: _Judge, rate: Decimal, wanted: float, most: int) -> int | None:
    """A number of tasks with the power by the spread, found by halving: nearly the smallest, and itself looked at."""

    def reaches(tasks: int) -> bool:
        power = judge.power_by_spread(tasks, rate)
        return power is not None and power >= wanted

    if not reaches(most):
        return None
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reaches(middle) else (middle, high)
    return high


def _worth_searching(limit: int, power: float, allowed: int | None, wanted: float) -> bool:
    """Whether a number of tasks up to `limit` may reach the power: one more success allowed is worth less than that."""
    if power >= wanted or limit < LARGEST_SEARCHED:
        return power >= wanted
    return (allowed or 0) < _MANY_ALLOWED or power >= wanted - _SLACK


def _around(rows: Sequence[PlanRow]) -> list[int]:
    """Sizes worth looking at: parts and multiples of the smallest answer."""
    found = [row.cell.tasks for row in rows if row.cell is not None]
    if not found:
        return []
    sizes = {round(min(found) * float(part)) for part in _PARTS}
    return sorted(size for size in sizes | set(found) if 1 <= size <= LARGEST_SEARCHED)


def _why_none(bar: Decimal, assumptions: Assumptions) -> str:
    if assumptions.rate >= bar:
        return f"the assumed rate {assumptions.rate} is not below the bar {bar}: ruling out would be a mistake"
    return f"at the assumed rate {assumptions.rate} not even {LARGEST_SEARCHED} tasks reach the power"
