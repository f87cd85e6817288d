# SPDX-License-Identifier: Apache-2.0
"""The language-neutral cases of `vectors/stats`; unknown keys fail, and scipy has a second opinion (S-1, S-2)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from scipy.stats import beta

from ruleout.model.plain import decimal_text
from ruleout.stats import TaskSums, clopper_pearson, sum_shares, task_bounds, tasks_needed

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "stats"
KEYS = {
    "bounds": {"why", "successes", "trials", "alpha", "lower", "upper"},
    "tasks": {"why", "shares", "alpha", "sum", "lower", "upper"},
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
