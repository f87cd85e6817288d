# SPDX-License-Identifier: Apache-2.0
"""Plan a run: how many tasks and repeats it takes to rule out a bar, with the rule that the engine will use. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ruleout.estimates.power import Assumptions, plan
from ruleout.estimates.results import Plan
from ruleout.estimates.rules import DecisionRule, any_time_rule, task_rule
from ruleout.estimates.spread import SpreadRule
from ruleout.model.evidence import Stopping
from ruleout.stats import ANY_TIME, TASK_AS_UNIT

#: Part of the bar that is assumed where nobody says what to expect.
_DEFAULT_PART = Decimal("0.2")


def plan_run(
    *,
    bar: Decimal,
    alpha: Decimal,
    assumptions: Assumptions,
    tasks: Sequence[int],
    repeats: Sequence[int],
    stopping: Stopping = Stopping.FIXED,
) -> Plan:
    """Return the plan of a run, judged by the engine's own rule for it.

    Pure.

    Args:
        bar: rule-out bar less the margin, in (0, 1].
        alpha: one-sided error probability in (0, 0.5].
        assumptions: the true rate, the correlation within tasks, the wanted power.
        tasks, repeats: sizes whose power to give; each as `plan` says.
        stopping: whether the size is fixed in advance, or measuring goes on while one looks.

    Raises:
        ValueError: an argument is out of range.
    """
    if stopping is Stopping.CONTINUING:
        rule = DecisionRule(name=ANY_TIME, rules_out=any_time_rule(bar, alpha), stopping=stopping)
    else:
        spread = SpreadRule(bar=bar, alpha=alpha)
        rule = DecisionRule(name=TASK_AS_UNIT, rules_out=task_rule(bar, alpha), spread=spread)
    return plan(bar=bar, alpha=alpha, assumptions=assumptions, rule=rule, tasks=tasks, repeats=repeats)


def default_rate(bar: Decimal) -> Decimal:
    """Return the rate to assume where none is given: a fifth of the bar. Pure."""
    return bar * _DEFAULT_PART
