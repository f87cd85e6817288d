# SPDX-License-Identifier: Apache-2.0
"""Plans by the spread between repeated tasks: what is promised is what the engine's own bound accepts (S-2)."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from ruleout.app.plan import plan_run
from ruleout.estimates.distributions import repeat_masses
from ruleout.estimates.power import Assumptions
from ruleout.estimates.results import Plan
from ruleout.estimates.spread import SpreadRule
from ruleout.model.evidence import Stopping
from ruleout.stats import TaskShares, bounds_by_design, count_shares

ALPHA = Decimal("0.05")
BAR = Decimal("0.1")


def planned(rate: str, *, bar: str = "0.1", stopping: Stopping = Stopping.FIXED, **sizes: list[int]) -> Plan:
    assumptions = Assumptions(rate=Decimal(rate), correlation=Decimal("0.6"), power=Decimal("0.8"))
    given = {"tasks": [], "repeats": [5], **sizes}
    return plan_run(bar=Decimal(bar), alpha=ALPHA, assumptions=assumptions, stopping=stopping, **given)


def is_ruled_out(successes: list[int], *, repeats: int, bar: Decimal = BAR, alpha: Decimal = ALPHA) -> bool:
    """What the engine makes of a complete run."""
    shares = count_shares((count, repeats) for count in successes)
    run = TaskShares(low=shares, high=shares, attempts=repeats * len(successes), unscored=0, repeated=repeats > 1)
    return bounds_by_design(run, alpha=alpha, bars=[bar], continuing=False).bounds.upper < bar


@pytest.mark.parametrize(("bar", "alpha", "tasks"), [("0.1", "0.05", 80), ("0.2", "0.01", 60), ("0.5", "0.1", 16)])
def test_the_float_twin_says_what_the_engine_says(bar: str, alpha: str, tasks: int):
    """Whatever the twin rules out the engine rules out, and runs of both kinds come up."""
    rule = SpreadRule(bar=Decimal(bar), alpha=Decimal(alpha))
    rng = np.random.default_rng(4)
    rates = rng.beta(0.5 * float(bar), 0.5 * (1 - float(bar)), (40, tasks)) * rng.uniform(0.2, 1, (40, 1))
    runs = rng.binomial(4, rates)
    sums, squares = runs.sum(axis=1) / 4, (runs**2).sum(axis=1) / 16
    twin = rule.rules_out(sums, squares, tasks=tasks, repeats=4)
    engine = [is_ruled_out([int(k) for k in run], repeats=4, bar=Decimal(bar), alpha=Decimal(alpha)) for run in runs]

    assert rule.applies(tasks, 4)
    assert 0 < sum(engine) < 40
    assert not any(said and not decided for said, decided in zip(twin, engine, strict=True))
    assert sum(twin) > 0


def test_the_size_that_is_promised_is_accepted_by_the_engine_as_often_as_promised():
    """Two hundred fresh runs of the planned size, each judged by the engine's bound: no fewer than 80 % but for chance."""
    row = planned("0.1", bar="0.2").by_repeats[0]
    assert row.by_spread is not None
    assert row.first is not None
    size = 1 / 0.6 - 1
    rng = np.random.default_rng(77)
    rates = rng.beta(0.1 * size, 0.9 * size, (200, row.by_spread.tasks))
    ruled_out = sum(
        is_ruled_out([int(k) for k in run], repeats=5, bar=Decimal("0.2")) for run in rng.binomial(5, rates)
    )

    assert row.by_spread.tasks < row.first
    assert row.by_spread.by_spread is not None
    assert row.by_spread.by_spread >= Decimal("0.8")
    assert ruled_out / 200 >= 0.8 - 2.5 * 0.028


def test_the_spread_is_never_worth_less_than_the_task_as_the_unit():
    """The engine takes the narrower of the two bounds, so its power is the larger."""
    for cell in planned("0.05", tasks=[80, 120, 200], repeats=[2, 10]).cells:
        assert cell.by_spread is not None
        assert cell.by_spread >= cell.power


@pytest.mark.parametrize(
    ("tasks", "repeats", "alpha"), [(79, 5, "0.05"), (80, 1, "0.05"), (80, 5, "0.009")], ids=["few", "once", "strict"]
)
def test_where_the_engine_takes_the_task_as_the_unit_the_plan_does(tasks: int, repeats: int, alpha: str):
    """Too few tasks, single attempts, or a level stricter than 1 %."""
    assert SpreadRule(bar=BAR, alpha=ALPHA).applies(80, 5)
    assert not SpreadRule(bar=BAR, alpha=Decimal(alpha)).applies(tasks, repeats)


def test_a_run_that_goes_on_is_not_planned_by_the_spread():
    """There the bound for every look holds, whatever the repeats."""
    found = planned("0", bar="0.9", stopping=Stopping.CONTINUING, tasks=[90])

    assert found.by_repeats[0].by_spread is None
    assert found.cells[0].by_spread is None


def test_a_run_without_a_failure_is_never_ruled_out():
    """All shares are 1: there is no spread."""
    every = np.array([80.0])

    assert not SpreadRule(bar=BAR, alpha=ALPHA).rules_out(every, every, tasks=80, repeats=5).any()


def test_the_same_plan_comes_out_every_time():
    """The runs that are simulated are always the same."""
    rule = SpreadRule(bar=BAR, alpha=ALPHA)
    masses = repeat_masses(5, 0.05, 0.6)

    assert rule.power(100, masses, allowed=4) == rule.power(100, masses, allowed=4)
