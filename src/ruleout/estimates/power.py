# SPDX-License-Identifier: Apache-2.0
"""How many tasks and repeats it takes to rule out a bar, before anything is spent on the run (S-1, S-2).

Rules
- The decision rule is a parameter: whether so many successes out of so many tasks rule out. That of `task_rule` is the
  engine's own, task by task: the shares of successes are added up, rounded up, and the exact bound of that count must
  lie below the bar. A bound that makes use of repeats usually needs fewer.
- Power is exact for the assumed rate: the number of successes at one task is beta-binomial, and the sum over tasks is
  worked out as a whole distribution. No normal approximation and no simulation.
- Power is not monotone in the number of tasks. So two numbers are given: the first that reaches the wanted power, and
  the first from which it is never lost again, up to the largest number searched.

Everything hangs on the assumed rate: at a rate near the bar no affordable run rules out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal

import numpy as np

from ruleout.estimates.distributions import repeat_masses
from ruleout.estimates.results import Plan, PlanCell, PlanRow
from ruleout.estimates.rounding import down
from ruleout.model.evidence import Stopping
from ruleout.stats import log_wealth, lower_tail, single_shares
from ruleout.stats.log_gamma import CONTEXT

#: Whether `successes` out of `tasks` rule out; must be monotone: fewer successes and more tasks never hurt.
Rule = Callable[[int, int], bool]

LARGEST_SEARCHED = 3000
MOST_REPEATS = 50
_LIMITS = (300, 1000, LARGEST_SEARCHED)
#: One count more adds at most the largest mass of a sum, 0.04 from a hundred successes on.
_MANY_ALLOWED, _SLACK = 100, 0.05
_PLACES = 3
_PARTS = ("0.5", "0.75", "1", "1.5", "2")
_SIX_DIGITS = Context(prec=6, rounding=ROUND_FLOOR)
_OTHER_RATES = ("0", "0.1", "0.2", "0.5", "0.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule:
    """What the run will be judged by: a name for people, the rule, and whether the size is fixed in advance (S-3)."""

    name: str
    rules_out: Rule
    stopping: Stopping = Stopping.FIXED


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


def task_rule(bar: Decimal, alpha: Decimal) -> Rule:
    """Return the engine's rule: the one-sided Clopper-Pearson upper bound lies below the bar.

    Pure. Exact at the last digit: the bound is rounded as the engine rounds it.

    Args:
        bar: rule-out bar less the margin, in (0, 1].
        alpha: one-sided error probability in (0, 0.5].

    Raises:
        ValueError: an argument is out of range.

    Source: S-1, S-2.
    """
    if not 0 < bar <= 1 or not 0 < alpha <= Decimal("0.5"):
        raise ValueError(f"expected bar in (0, 1] and alpha in (0, 0.5], got {bar} and {alpha}")
    # The engine rounds the bound up to six digits: it lies below the bar exactly where the true bound does not pass the
    # largest such number below the bar. One tail answers that; the bound itself would take a search.
    edge = _SIX_DIGITS.next_minus(bar)
    return lambda k, n: k < n and lower_tail(k, n, edge) <= alpha


def any_time_rule(bar: Decimal, alpha: Decimal) -> Rule:
    """Return the engine's rule for a run that goes on while one looks: the bound that holds at every look lies below.

    Pure. As with `task_rule`, one question settles where the rounded bound lies. Shares between 0 and 1 only help: the
    bets gain less from whole successes and failures than from any tasks in between with the same sum.

    Args:
        bar: rule-out bar less the margin, in (0, 1).
        alpha: one-sided error probability in (0, 0.5].

    Raises:
        ValueError: an argument is out of range.

    Source: S-3.
    """
    if not 0 < bar < 1 or not 0 < alpha <= Decimal("0.5"):
        raise ValueError(f"expected bar in (0, 1) and alpha in (0, 0.5], got {bar} and {alpha}")
    edge, target = _SIX_DIGITS.next_minus(bar), -CONTEXT.ln(alpha)
    return lambda k, n: k < n and log_wealth(single_shares(k, n), edge) >= target


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
    allowed = _allowed(rule.rules_out)
    by_repeats = tuple(_row(assumptions, assumptions.rate, count, allowed) for count in repeats)
    others = sorted({bar * Decimal(share) for share in _OTHER_RATES} - {assumptions.rate})
    by_rate = tuple(_row(assumptions, rate, repeats[0], allowed) for rate in others)
    sizes = sorted(set(tasks)) or _around(by_repeats)
    cells = tuple(_cell(assumptions, size, count, allowed) for size in sizes for count in repeats)
    reached = any(row.first is not None for row in by_repeats)
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
    if not 0 <= assumptions.rate < 1 or not 0 <= assumptions.correlation <= 1 or not 0 < assumptions.power < 1:
        raise ValueError(f"expected rate in [0, 1), correlation in [0, 1], power in (0, 1), got {assumptions}")
    if not repeats or not all(1 <= count <= MOST_REPEATS for count in repeats):
        raise ValueError(f"expected repeats from 1 to {MOST_REPEATS}, got {list(repeats)}")
    if not all(1 <= size <= LARGEST_SEARCHED for size in tasks):
        raise ValueError(f"expected tasks from 1 to {LARGEST_SEARCHED}, got {list(tasks)}")


def _allowed(rule: Rule) -> Callable[[int], int | None]:
    """From a number of tasks to the largest count that rules out, remembered."""
    known: dict[int, int] = {0: -1}

    def largest(tasks: int) -> int | None:
        if tasks not in known:
            before = known.get(tasks - 1)
            known[tasks] = _halved(rule, tasks) if before is None else _onward(rule, tasks, before)
        return known[tasks] if known[tasks] >= 0 else None

    return largest


def _onward(rule: Rule, tasks: int, before: int) -> int:
    """The largest count for one task more than `before` belongs to: a step or two at most."""
    count = before
    while count + 1 < tasks and rule(count + 1, tasks):
        count += 1
    return count


def _halved(rule: Rule, tasks: int) -> int:
    low, high = -1, tasks
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if rule(middle, tasks) else (low, middle)
    return low


def _row(assumptions: Assumptions, rate: Decimal, repeats: int, allowed: Callable[[int], int | None]) -> PlanRow:
    def power(tasks: int) -> float:
        return power_of(tasks, repeats, allowed(tasks), rate=rate, correlation=assumptions.correlation)

    wanted = float(assumptions.power)
    for limit in _LIMITS:
        if not _worth_searching(limit, power(limit), allowed(limit), wanted):
            continue
        first, steady = _search(limit, wanted, allowed, power)
        if first is not None and (steady is not None or limit == LARGEST_SEARCHED):
            size = steady or first
            cell = _cell(assumptions, size, repeats, allowed, rate)
            return PlanRow(rate=rate, repeats=repeats, first=first, steady=steady, cell=cell, searched=limit)
    return PlanRow(rate=rate, repeats=repeats, first=None, steady=None, cell=None, searched=LARGEST_SEARCHED)


def _worth_searching(limit: int, power: float, allowed: int | None, wanted: float) -> bool:
    """Whether a number of tasks up to `limit` may reach the power: one more success allowed is worth less than that."""
    if power >= wanted or limit < LARGEST_SEARCHED:
        return power >= wanted
    return (allowed or 0) < _MANY_ALLOWED or power >= wanted - _SLACK


def _search(
    limit: int, wanted: float, allowed: Callable[[int], int | None], power: Callable[[int], float]
) -> tuple[int | None, int | None]:
    """The first number of tasks that reaches the power, and the first from which it is kept up to `limit`.

    While the allowed count stays the same, every further task only adds chances to succeed, so power falls: the first
    number of such a stretch tells whether any of it reaches the power, the last whether all of it does.
    """
    first, steady = None, None
    for start, end in _stretches(limit, allowed):
        if first is None and power(start) >= wanted:
            first = start
        if first is not None and power(end) < wanted:
            steady = None
        elif first is not None and steady is None:
            steady = start
    return first, steady


def _stretches(limit: int, allowed: Callable[[int], int | None]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) number of tasks of each stretch with one allowed count, up to `limit`."""
    start = 1
    for tasks in range(2, limit + 2):
        if tasks > limit or allowed(tasks) != allowed(start):
            yield start, tasks - 1
            start = tasks


def _cell(
    assumptions: Assumptions,
    tasks: int,
    repeats: int,
    allowed: Callable[[int], int | None],
    rate: Decimal | None = None,
) -> PlanCell:
    true = assumptions.rate if rate is None else rate
    most = allowed(tasks)
    power = power_of(tasks, repeats, most, rate=true, correlation=assumptions.correlation)
    return PlanCell(tasks=tasks, repeats=repeats, allowed=most, power=down(power, _PLACES))


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
