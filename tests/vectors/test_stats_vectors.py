# SPDX-License-Identifier: Apache-2.0
"""The language-neutral cases of `vectors/stats`; unknown keys fail, and scipy has a second opinion (S-1 to S-3)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from scipy.optimize import brentq
from scipy.special import logsumexp
from scipy.stats import beta, t

from ruleout.model.plain import decimal_text
from ruleout.stats import (
    TaskShares,
    TaskSums,
    anytime_bounds,
    clopper_pearson,
    count_shares,
    korn_graubard_bounds,
    sum_shares,
    task_bounds,
    tasks_needed,
)

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "stats"
KEYS = {
    "bounds": {"why", "successes", "trials", "alpha", "lower", "upper"},
    "tasks": {"why", "shares", "alpha", "sum", "lower", "upper"},
    "spread": {"why", "tasks", "alpha", "lower", "upper"},
    "looks": {"why", "tasks", "alpha", "lower", "upper"},
    "needed": {"why", "rate", "bar", "alpha", "tasks"},
}


def cases(kind: str) -> list[Any]:
    rows = yaml.safe_load((FOLDER / f"{kind}.yaml").read_text(encoding="utf-8"))[kind]
    assert all(row.keys() == KEYS[kind] and row["why"].endswith(".") for row in rows)
    return [pytest.param(row, id=row["why"][:50]) for row in rows]


def test_every_file_has_a_runner():
    """A case nobody runs would be a claim nobody checks."""
    assert {path.stem for path in FOLDER.iterdir()} == KEYS.keys()


@pytest.mark.parametrize("case", cases("bounds"))
def test_bounds(case: dict[str, Any]):
    """Digits are exactly those of the file, and scipy agrees to five of them."""
    k, n, alpha = case["successes"], case["trials"], case["alpha"]
    bounds = clopper_pearson(k, n, alpha=Decimal(alpha))
    upper = beta.ppf(1 - float(alpha), k + 1, n - k) if k < n else 1.0
    lower = beta.ppf(float(alpha), k, n - k + 1) if k else 0.0

    assert (decimal_text(bounds.lower), decimal_text(bounds.upper)) == (case["lower"], case["upper"])
    assert float(case["lower"]) == pytest.approx(float(lower), rel=2e-5)
    assert float(case["upper"]) == pytest.approx(float(upper), rel=2e-5)


@pytest.mark.parametrize("case", cases("tasks"))
def test_task_bounds(case: dict[str, Any]):
    """Sum and bounds are exactly those of the file."""
    shares = [(int(a), int(b)) for a, b in (part.split("/") for part in case["shares"].split())]
    total = sum_shares(shares)
    bounds = task_bounds(TaskSums(tasks=len(shares), low=total, high=total), alpha=Decimal(case["alpha"]))

    assert str(total) == case["sum"]
    assert (decimal_text(bounds.lower), decimal_text(bounds.upper)) == (case["lower"], case["upper"])


@pytest.mark.parametrize("case", cases("needed"))
def test_tasks_needed(case: dict[str, Any]):
    """The number is exactly that of the file."""
    assert tasks_needed(Fraction(case["rate"]), Decimal(case["bar"]), alpha=Decimal(case["alpha"])) == case["tasks"]


def shares_in(text: str) -> tuple[TaskShares, list[float]]:
    """The shares of a case, and each task's as a float."""
    rows: list[tuple[int, int]] = []
    for part in text.split():
        share, _, tasks = part.partition("x")
        successes, _, attempts = share.partition("/")
        rows += [(int(successes), int(attempts))] * int(tasks)
    counted = count_shares(rows)
    whole = TaskShares(
        low=counted, high=counted, attempts=sum(attempts for _, attempts in rows), unscored=0, repeated=True
    )
    return whole, [successes / attempts for successes, attempts in rows]


@pytest.mark.parametrize("case", cases("spread"))
def test_bounds_from_the_spread(case: dict[str, Any]):
    """Digits are exactly those of the file, and the same definition in floats agrees to five of them."""
    shares, values = shares_in(case["tasks"])
    bounds, level = korn_graubard_bounds(shares, alpha=Decimal(case["alpha"])), 1 - float(case["alpha"])

    def upper(row: list[float]) -> float:
        more = np.array([*row, 1.0])
        ratio = (t.ppf(level, shares.attempts - 1) / t.ppf(level, len(row))) ** 2
        p = more.mean()
        if p == 1:
            return 1.0
        worth = min(p * (1 - p) * len(more) / more.var(ddof=1) * ratio, 1.5 * len(row))
        successes = np.ceil(sum(row) - 1e-9)
        by_task = beta.ppf(level, successes + 1, len(row) - successes) if successes < len(row) else 1.0
        return float(min(beta.ppf(level, worth * p + 1, worth * (1 - p)), by_task))

    assert (decimal_text(bounds.lower), decimal_text(bounds.upper)) == (case["lower"], case["upper"])
    assert float(case["upper"]) == pytest.approx(upper(values), rel=2e-5)
    assert float(case["lower"]) == pytest.approx(1 - upper([1 - value for value in values]), rel=2e-5, abs=1e-6)


@pytest.mark.parametrize("case", cases("looks"))
def test_bounds_at_every_look(case: dict[str, Any]):
    """Digits are exactly those of the file, and the game told in floats agrees to five of them."""
    shares, values = shares_in(case["tasks"])
    bounds, bets = anytime_bounds(shares, alpha=Decimal(case["alpha"])), np.arange(20) / 20

    def upper(row: list[float]) -> float:
        x = np.array(row)[:, None]

        def excess(bar: float) -> float:
            factors = np.maximum(x * bets + (1 - x) * (1 - bets * bar) / (1 - bar), 1e-300)
            return float(logsumexp(np.log(factors).sum(axis=0)) - np.log(20 / float(case["alpha"])))

        return float(brentq(excess, 1e-6, 1 - 1e-6, xtol=1e-12)) if min(row) < 1 else 1.0

    assert (decimal_text(bounds.lower), decimal_text(bounds.upper)) == (case["lower"], case["upper"])
    assert float(case["upper"]) == pytest.approx(upper(values), rel=2e-5)
    assert float(case["lower"]) == pytest.approx(1 - upper([1 - value for value in values]), rel=2e-5, abs=1e-6)
