# SPDX-License-Identifier: Apache-2.0
"""Floats leave with stated digits; looks at a run that goes on (S-3, ADR 0012)."""

from __future__ import annotations

import math
import subprocess
import sys
from decimal import Decimal

import pytest

from ruleout.estimates.monitoring import looks
from ruleout.estimates.rounding import down, figures, fixed, up


@pytest.mark.parametrize(
    ("value", "expected"),
    [(60.5249, "60.52"), (4.0, "4.00"), (0.24512, "0.245"), (0.000085651, "0.0000857"), (12345.678, "12345.68")],
)
def test_minutes_have_two_decimals_or_three_digits(value: float, expected: str):
    """Whichever tells more."""
    assert format(figures(value, 3, places=2), "f") == expected


def test_no_figure_has_more_digits_than_a_float_knows():
    """A horizon far out keeps seventeen, however large it is, and two decimals as long as it has them."""
    assert [str(figures(value, 3, places=2)) for value in (2.0**40, 2.0**70, 2.0**1000)] == [
        "1099511627776.00", "1.1805916207174113E+21", "1.0715086071862673E+301",
    ]  # fmt: skip
    assert fixed(1e40, 3) == Decimal("1E+40")


def test_rounding_has_a_direction_where_it_matters():
    """A power is rounded down, a p-value up, everything else to the nearest even."""
    assert (down(0.8009, 3), up(0.0491, 3), fixed(0.0625, 3)) == (Decimal("0.800"), Decimal("0.050"), Decimal("0.062"))
    assert (down(-0.0001, 3), figures(0.0, 3)) == (Decimal("-0.001"), Decimal(0))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_does_not_leave(value: float):
    """NaN is no figure."""
    for call in (lambda: fixed(value, 2), lambda: figures(value, 3), lambda: down(value, 2), lambda: up(value, 2)):
        with pytest.raises(ValueError, match="finite"):
            call()


def bound(successes: int, n: int) -> Decimal:
    return Decimal(successes + 3) / n


def test_looks_come_at_round_numbers_and_at_the_end():
    """1, 2, 5, 10, … and the last outcome, each with what was seen until then."""
    found = looks([i == 6 for i in range(23)], bound=bound, bar=Decimal("0.25"))

    assert [(look.n, look.successes) for look in found] == [(1, 0), (2, 0), (5, 0), (10, 1), (20, 1), (23, 1)]
    assert [look.is_below_bar for look in found] == [False] * 4 + [True] * 2


def test_looks_can_come_at_a_fixed_distance():
    """And nothing measured is nothing to look at."""
    assert [look.n for look in looks([False] * 7, bound=bound, bar=Decimal(1), every=3)] == [3, 6, 7]
    assert looks([], bound=bound, bar=Decimal(1)) == ()
    with pytest.raises(ValueError, match="every"):
        looks([], bound=bound, bar=Decimal(1), every=-1)


def test_results_cost_no_numpy():
    """Pages can be made of estimates wherever they were computed."""
    program = (
        "import sys\nimport ruleout.estimates.results, ruleout.reports.estimate_pages.horizons, ruleout.cli.estimate\n"
        "import ruleout.cli.plan\nsys.exit('numpy' in sys.modules)\n"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
