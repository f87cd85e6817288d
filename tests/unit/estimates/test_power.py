# SPDX-License-Identifier: Apache-2.0
"""Planning a run: exact power against scipy and simulation, the engine's own rule, and what is jagged (S-1, S-2)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from scipy.stats import betabinom, binom

from ruleout.estimates.distributions import repeat_masses
from ruleout.estimates.power import Assumptions, plan, power_of
from ruleout.estimates.results import Plan
from ruleout.estimates.rules import DecisionRule, Rule, any_time_rule, task_rule
from ruleout.model.evidence import Stopping
from ruleout.reports.estimate_pages.plans import plan_page
from ruleout.reports.page import as_text
from ruleout.stats import TaskSums, anytime_upper, single_shares, sum_shares, task_bounds, upper_bound

ALPHA = Decimal("0.05")
BAR = Decimal("0.1")

#: Asked once for each (k, n): the tests below ask the same again and again.
bound = cache(lambda k, n: upper_bound(k, n, alpha=ALPHA))


@cache
def rule_at(bar: Decimal) -> Rule:
    """The rule of the task as the unit, which remembers its answers."""
    return cache(task_rule(bar, ALPHA))


def planned(rate: str = "0.02", *, bar: str = "0.1", power: str = "0.8", correlation: str = "0.6", **given) -> Plan:
    assumptions = Assumptions(rate=Decimal(rate), correlation=Decimal(correlation), power=Decimal(power))
    value = Decimal(bar)
    rule = DecisionRule(name="task", rules_out=rule_at(value))
    return plan(bar=value, alpha=ALPHA, assumptions=assumptions, rule=rule, **given)


@pytest.mark.parametrize("bar", ["0.1", "0.05", "0.123456789", "0.5", "0.0123", "1"])
def test_the_rule_is_that_of_the_engine_to_the_last_digit(bar: str):
    """One tail answers what the rounded bound would; edges where they could differ are searched for."""
    rule = task_rule(Decimal(bar), ALPHA)
    for n in range(1, 41):
        for k in range(n + 1):
            assert rule(k, n) == (bound(k, n) < Decimal(bar)), (k, n)


def test_the_rule_takes_a_bound_at_the_bar_for_no_ruling_out():
    """A bar that is itself the rounded bound is not undercut."""
    at = bound(2, 50)

    assert not task_rule(at, ALPHA)(2, 50)
    assert task_rule(at + Decimal("0.000001"), ALPHA)(2, 50)


def test_without_a_success_the_rule_of_three_comes_out():
    """Twenty-nine tasks for 10 %, and with a true rate of 0 the power is 1."""
    row = planned("0").by_repeats[0]

    assert (row.first, row.steady) == (29, 29)
    assert row.cell is not None
    assert (row.cell.allowed, row.cell.power, row.cell.attempts) == (0, Decimal("1.000"), 29)


@pytest.mark.parametrize("n", [29, 46, 61, 80, 203])
def test_power_without_repeats_is_binomial(n: int):
    """Against scipy, for the largest count that rules out."""
    most = max((k for k in range(n) if rule_at(BAR)(k, n)), default=None)

    assert most is not None
    assert power_of(n, 1, most, rate=Decimal("0.02"), correlation=Decimal("0.6")) == pytest.approx(
        binom.cdf(most, n, 0.02), abs=1e-10
    )


def test_power_with_repeats_is_that_of_beta_binomial_tasks():
    """Twelve tasks of five attempts: the masses are scipy's, their sum that of plain convolutions."""
    masses = repeat_masses(5, 0.08, 0.6)
    size = 1 / 0.6 - 1
    total = np.ones(1)
    for _ in range(12):
        total = np.convolve(total, masses)

    assert masses == pytest.approx(betabinom.pmf(range(6), 5, 0.08 * size, 0.92 * size), abs=1e-12)
    assert power_of(12, 5, 1, rate=Decimal("0.08"), correlation=Decimal("0.6")) == pytest.approx(
        float(total[:6].sum()), abs=1e-10
    )


@pytest.mark.parametrize("correlation", [0.0, 0.3, 1.0])
def test_masses_have_the_stated_mean_and_correlation(correlation: float):
    """Sum 1, mean rate, and the variance that attempts of that correlation have; the ends are binomial and all-or-nothing."""
    masses = repeat_masses(6, 0.2, correlation)
    k = np.arange(7)
    mean = float(masses @ k)

    assert masses.sum() == pytest.approx(1)
    assert mean == pytest.approx(1.2)
    assert float(masses @ (k - mean) ** 2) == pytest.approx(6 * 0.16 * (1 + 5 * correlation))


def test_power_agrees_with_runs_that_are_simulated_and_decided_by_the_engines_bound():
    """Three thousand runs of 30 tasks and 4 attempts, each judged by `task_bounds` itself."""
    rng = np.random.default_rng(9)
    size = 1 / 0.6 - 1
    rates = rng.beta(0.02 * size, 0.98 * size, (3000, 60))
    successes = rng.binomial(4, rates)
    ruled_out = 0
    decided: dict[int, bool] = {}
    for total in successes.sum(axis=1):
        if int(total) not in decided:
            share = sum_shares([(int(total), 4)]) if total else Fraction(0)
            sums = TaskSums(tasks=60, low=share, high=share)
            decided[int(total)] = task_bounds(sums, alpha=ALPHA).upper < BAR
        ruled_out += decided[int(total)]
    cell = planned(tasks=[60], repeats=[4]).cells[0]

    assert ruled_out / 3000 == pytest.approx(float(cell.power), abs=0.025)


def brute_force(rate: float, wanted: float, limit: int) -> tuple[int, int]:
    """First number of tasks with the power, and first from which it is kept up to the limit, one by one, by scipy."""
    enough = []
    for n in range(1, limit + 1):
        most = max(np.flatnonzero(binom.cdf(np.arange(n), n, float(BAR)) <= float(ALPHA)), default=None)
        enough.append(most is not None and binom.cdf(most, n, rate) >= wanted)
    return enough.index(True) + 1, limit - enough[::-1].index(False) + 1


@pytest.mark.parametrize(("rate", "wanted"), [("0.02", "0.8"), ("0.03", "0.9"), ("0.05", "0.5"), ("0.01", "0.95")])
def test_the_search_finds_what_looking_at_every_number_finds(rate: str, wanted: str):
    """The first number, and the first that is safe from the teeth of the saw, up to 300 tasks."""
    row = planned(rate, power=wanted, repeats=[1]).by_repeats[0]

    assert row.searched == 300
    assert (row.first, row.steady) == brute_force(float(rate), float(wanted), 300)


def test_power_is_lost_again_between_the_two_numbers():
    """For 5 % against 10 % the first number is not safe, and the plan gives the power of the safe one."""
    row = planned("0.05", repeats=[1]).by_repeats[0]
    lost = planned("0.05", repeats=[1], tasks=range(row.first, row.steady)).cells

    assert (row.first, row.steady) == (179, 203)
    assert any(cell.power < Decimal("0.8") for cell in lost)
    assert row.cell is not None
    assert row.cell.tasks == 203


def test_more_correlated_attempts_are_worth_no_more():
    """All-or-nothing tasks have the power of single attempts, whatever the number of repeats."""
    single = planned(repeats=[1], tasks=[61]).cells[0]
    often = planned(correlation="1", repeats=[10], tasks=[61]).cells[0]

    assert often.power == single.power


@pytest.mark.parametrize("rate", ["0.1", "0.2", "0.097"])
def test_a_rate_at_or_near_the_bar_has_no_answer(rate: str):
    """And the plan says why, and still answers for lower rates."""
    found = planned(rate, repeats=[1])

    assert found.by_repeats[0].first is None
    assert rate in found.because
    assert found.by_rate[0].first == 29


def test_the_rule_can_be_another_bound():
    """A stricter bound asks for more tasks; the planner takes it as it is."""
    assumptions = Assumptions(rate=Decimal(0), correlation=Decimal("0.6"), power=Decimal("0.8"))
    rule = DecisionRule(name="wide", rules_out=task_rule(BAR, Decimal("0.01")), stopping=Stopping.CONTINUING)
    found = plan(bar=BAR, alpha=ALPHA, assumptions=assumptions, rule=rule, repeats=[1])

    assert found.by_repeats[0].first == 44
    assert (found.rule, found.stopping) == ("wide", Stopping.CONTINUING)
    assert "looked at as it goes on" in as_text(plan_page(found, width=200))


@pytest.mark.parametrize("bar", ["0.1", "0.123456789", "0.5"])
def test_the_rule_while_looking_is_that_of_the_engine_to_the_last_digit(bar: str):
    """One question answers what the bound for every look would."""
    rule = any_time_rule(Decimal(bar), ALPHA)
    for k, n in [(0, 5), (0, 40), (0, 43), (0, 44), (0, 60), (1, 60), (2, 90), (3, 12), (12, 12), (9, 44)]:
        assert rule(k, n) == (anytime_upper(single_shares(k, n), alpha=ALPHA) < Decimal(bar)), (k, n)


def test_looking_costs_tasks():
    """Without a success more than the 29 of a size fixed in advance, and all of them are needed."""
    assumptions = Assumptions(rate=Decimal(0), correlation=Decimal("0.6"), power=Decimal("0.8"))
    rule = DecisionRule(name="any time", rules_out=any_time_rule(BAR, ALPHA), stopping=Stopping.CONTINUING)
    row = plan(bar=BAR, alpha=ALPHA, assumptions=assumptions, rule=rule, repeats=[1]).by_repeats[0]

    assert row.first == row.steady
    assert 29 < row.first < 60


def test_the_search_does_not_ask_a_rule_more_than_it_must():
    """A rule may be slow: a few questions for each number of tasks."""
    asked = 0
    inner = task_rule(BAR, ALPHA)

    def counting(k: int, n: int) -> bool:
        nonlocal asked
        asked += 1
        return inner(k, n)

    assumptions = Assumptions(rate=Decimal("0.02"), correlation=Decimal("0.6"), power=Decimal("0.8"))
    plan(
        bar=BAR,
        alpha=ALPHA,
        assumptions=assumptions,
        rule=DecisionRule(name="x", rules_out=counting),
        repeats=[1, 5, 10],
    )

    assert asked < 8000


REFUSED: list[Callable[[], object]] = [
    lambda: planned("1"),
    lambda: planned(power="1"),
    lambda: planned(correlation="1.5"),
    lambda: planned(repeats=[]),
    lambda: planned(repeats=[0]),
    lambda: planned(repeats=[51]),
    lambda: planned(tasks=[0]),
    lambda: planned(tasks=[3001]),
    lambda: task_rule(Decimal(0), ALPHA),
    lambda: task_rule(BAR, Decimal("0.6")),
]


@pytest.mark.parametrize("call", REFUSED)
def test_arguments_out_of_range_are_refused(call):
    """Before anything is computed."""
    with pytest.raises(ValueError, match="expected"):
        call()


def test_a_size_at_which_nothing_rules_out_has_no_power():
    """Twenty-eight tasks are too few for 10 % even without a success."""
    cell = planned(tasks=[28], repeats=[3]).cells[0]

    assert (cell.allowed, cell.power, cell.attempts) == (None, Decimal("0.000"), 84)
