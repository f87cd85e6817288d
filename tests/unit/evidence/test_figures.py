# SPDX-License-Identifier: Apache-2.0
"""Printed n and intervals: what is wholly understood becomes numbers, everything else stays unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ruleout.evidence.figures import interval_of, units_of
from ruleout.model.published import PrintedFigure


def figure(value="0.5", *, n=None, interval="", unit="", metric="accuracy") -> PrintedFigure:
    number = Decimal(value) if value is not None else None
    return PrintedFigure(name="e", metric=metric, value=number, unit=unit, n=n, interval=interval, bars=())


@pytest.mark.parametrize(
    ("n", "units"),
    [
        (Decimal(33), 33),
        ("42 problems, 20 attempts", 42),
        ("13 subtasks", 13),
        ("108 questions; baseline 19 PhD experts", 108),
        ("52 protocols x 3 questions; baseline 12 PhDs", 52),
        ("12; 30-50 attempts each", 12),
        ("1,200 tasks", 1200),
        ("30", 30),
    ],
)
def test_an_n_that_names_its_units_is_counted(n, units):
    """Units of analysis are counted; repeats and people measured beside them are not."""
    assert units == units_of(figure(n=n))


@pytest.mark.parametrize(
    "n",
    [
        None,
        "",
        "groups of 8-10",
        ">3,800 participants",
        "30 trials each",
        "30 trials (16 for privilege escalation)",
        "172 CTF tasks in all; 30 rounds of tool use",
        "18 gates",
        "46 experts",
        "about 40 tasks",
        "-5",
        "0",
        "１２",
        Decimal("7.5"),
        Decimal(0),
        Decimal(10**30),
        "9" * 5000,
        "42 problems, " * 4000,
    ],
)
def test_an_n_that_is_not_wholly_understood_is_unknown(n):
    """No digits are picked out of a text that says more than the grammar knows."""
    assert units_of(figure(n=n)) is None


@pytest.mark.parametrize(
    ("value", "text", "unit", "metric", "low", "high"),
    [
        ("0.5", "±0.21", "", "score", "0.29", "0.71"),
        ("0.414", "+/-0.017", "", "accuracy", "0.397", "0.431"),
        ("0.5", "± 3 %", "", "rate", "0.47", "0.53"),
        ("50", "±3%", "%", "rate", "47", "53"),
        ("1.42", "0.74-2.62 (95% CrI)", "x", "ratio", "0.74", "2.62"),
        ("0.5", "[0.4, 0.6]", "", "rate", "0.4", "0.6"),
        ("0.5", "0.4 to 0.6 (90 % CI)", "", "rate", "0.4", "0.6"),
        ("-0.72", "-1.5 - -0.1", "", "shift", "-1.5", "-0.1"),
        ("2.25", "1.08-4.5 h", "", "hours", "1.08", "4.5"),
    ],
)
def test_a_printed_interval_is_read_in_the_figure_s_unit(value, text, unit, metric, low, high):
    """Margins, ends, percentages and stated levels of at least 90 % are understood."""
    found = interval_of(figure(value, interval=text, unit=unit, metric=metric))

    assert found is not None
    assert (Decimal(low), Decimal(high)) == (found.low, found.high)


def test_hours_and_minutes_become_hours():
    """`65 m - 4 h 25 m` of a figure in hours is its range in hours."""
    found = interval_of(figure("2.283", interval="65 m - 4 h 25 m (95%)", metric="hours"))

    assert found is not None
    assert (Decimal("1.083"), Decimal("4.417")) == (round(found.low, 3), round(found.high, 3))
    assert Decimal(95) == found.level


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        ("0.5", "±0.1 (SE)", ""),
        ("0.5", "0.4-0.6 (68% CI)", ""),
        ("0.5", "range 0.4-0.6", ""),
        ("0.5", "0.6-0.7", ""),
        ("0.5", "0.6-0.4", ""),
        ("0.5", "1-2 h", ""),
        ("5.5", "±3 %", ""),
        ("0.5", "±-0.1", ""),
        ("0.5", "40 m - 2 h", ""),
        ("0.5", "±" + "9" * 5000, ""),
        (None, "±0.1", ""),
    ],
)
def test_an_interval_that_is_not_wholly_understood_is_unknown(value, text, unit):
    """Standard errors, low levels, other units and ranges that miss the value carry nothing."""
    assert interval_of(figure(value, interval=text, unit=unit)) is None
