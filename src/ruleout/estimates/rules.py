# SPDX-License-Identifier: Apache-2.0
"""The engine's rules as a planner asks them: do so many successes out of so many tasks rule out? (S-1 to S-3).

`task_rule` is the engine's own, task by task: the shares of successes are added up, rounded up, and the exact bound of
that count must lie below the bar. `any_time_rule` is that of a run that goes on while one looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal

from ruleout.estimates.spread import SpreadRule
from ruleout.model.evidence import Stopping
from ruleout.stats import log_wealth, lower_tail, single_shares
from ruleout.stats.log_gamma import CONTEXT

#: Whether `successes` out of `tasks` rule out; must be monotone: fewer successes and more tasks never hurt.
Rule = Callable[[int, int], bool]

_SIX_DIGITS = Context(prec=6, rounding=ROUND_FLOOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRule:
    """What the run will be judged by.

    Attributes:
        name: for people. rules_out: the rule.
        stopping: whether the size is fixed in advance (S-3).
        spread: the rule for repeated tasks, used beside the other where the design lets the engine use it (S-2).
    """

    name: str
    rules_out: Rule
    stopping: Stopping = Stopping.FIXED
    spread: SpreadRule | None = None


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
