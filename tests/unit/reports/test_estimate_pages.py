# SPDX-License-Identifier: Apache-2.0
"""Pages of estimates where something is missing: open ends, no line, no comparison, bars on either side (S-4, S-5)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ruleout.estimates.results import Arm, Crossing, Horizon, Look, Pairs, Rate, Trend, Uplift, Weighting
from ruleout.reports.estimate_pages.contrasts import looks_page, pairs_page, rate_page, uplift_page
from ruleout.reports.estimate_pages.figures import interval, minutes_text, percent
from ruleout.reports.estimate_pages.horizons import horizons_page, trend_page
from ruleout.reports.page import Line, as_text

D = Decimal


def words(lines: list[Line]) -> str:
    return " ".join(as_text(lines).split())


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        ("0.0000857", "0.0000857 min"),
        ("60.50", "60.5 min"),
        ("119.99", "119.99 min"),
        ("2400", "2400 min (40 h)"),
        ("1.0715E+301", "1.07E+301 min"),
    ],
)
def test_minutes_are_shown_with_hours_from_two_hours_on(minutes: str, text: str):
    """Without exponents or idle zeros."""
    assert minutes_text(D(minutes)) == text


def test_shares_and_intervals_show_what_they_have():
    """An open end is called one."""
    assert (percent(D("0.0500")), percent(D("0.123456"))) == ("5 %", "12.3456 %")
    assert interval(D("1.50"), D(2)) == "1.5 to 2"
    assert interval(D("1.5"), None) == "from 1.5, no upper end"
    assert interval(None, None) == "no interval"


def trend(**changes: object) -> Trend:
    given = {
        "models": 5,
        "first": date(2023, 1, 1),
        "last": date(2025, 1, 1),
        "doubling_days": D(100),
        "low": D(80),
        "high": D(140),
        "spread": D("0.5"),
        "determination": D("0.9"),
        "confidence": D("0.95"),
        **changes,
    }
    return Trend(**given)


def crossing(earliest: date | None, central: date | None, latest: date | None) -> Crossing:
    return Crossing(bar_minutes=D(2400), earliest=earliest, central=central, latest=latest, until=date(2045, 1, 1))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (trend(), "100 days, 80 to 140"),
        (trend(high=None), "100 days, from 80, no upper end"),
        (trend(doubling_days=D(-100), low=None, high=None), "horizons shrink: they halve in 100 days"),
        (trend(doubling_days=None, low=None, high=None), "the line is level"),
        (trend(because="too few", doubling_days=None, low=None, high=None), "none: too few"),
        (
            trend(crossings=(crossing(date(2026, 5, 1), date(2027, 1, 1), date(2028, 1, 1)),)),
            "crosses the bar of 2400 min (40 h) between 2026-05-01 and 2028-01-01; the line on 2027-01-01",
        ),
        (
            trend(crossings=(crossing(date(2026, 5, 1), None, None),)),
            "between 2026-05-01 and not within the years looked at (to 2045-01-01); the line does not by 2045-01-01",
        ),
        (trend(crossings=(crossing(None, None, None),)), "not within the years looked at: the bar of 2400 min (40 h)"),
    ],
)
def test_a_trend_says_what_is_open(found: Trend, says: str):
    """Level, shrinking, uncertain, no line; a crossing with and without its days."""
    page = words(trend_page(found, "t.csv", 2))

    assert says in page
    assert "2 rows of the table left out" in page
    assert "decides nothing" in page


def test_a_model_without_horizon_says_why_and_what_it_was_made_of():
    """Names of models are other people's: they are shown, not obeyed."""
    found = Horizon(
        model="evil\x1b[2J",
        points=(),
        slope=None,
        runs=4,
        successes=0,
        tasks=2,
        families=1,
        weighting=Weighting.EQUAL,
        penalty=D("0.1"),
        confidence=D("0.95"),
        resamples=10,
        seed=3,
        without=(("every run failed", 4),),
        because="every run failed",
    )
    page = as_text(horizons_page([found], "r.jsonl"))

    assert "evil\\x1b[2J" in page
    assert "\x1b" not in page
    assert "none: every run failed" in page
    assert "0 of 4 runs succeeded" in page
    assert "4 of 10 resamples left out: every run failed" in page


def test_nothing_to_compare_is_said_with_its_reason():
    """And the tasks of each side are listed."""
    found = Pairs(
        tasks=0,
        only_first=("a",),
        only_second=tuple(f"b{n}" for n in range(25)),
        unscored=(0, 2),
        first=None,
        second=None,
        difference=None,
        low=None,
        high=None,
        interval="none",
        p_value=None,
        test="none",
        better=0,
        worse=0,
        confidence=D("0.95"),
        because="no task has a score on both sides",
    )
    page = words(pairs_page(found, "a.csv", "b.csv"))

    assert "none: no task has a score on both sides" in page
    assert "does not show that there is no difference" in page
    assert "1 task not compared: a" in page
    assert "… and 5 more (all with --json)" in page
    assert "first 0, second 2 attempts, in no mean" in page


def test_a_ratio_without_end_is_shown_as_one():
    """Neither infinity nor a made-up number."""
    found = Uplift(
        treated=Arm(n=40, mean=D("0.2")),
        control=Arm(n=40, mean=D(0)),
        ratio=None,
        ratio_low=D("1.5"),
        ratio_high=None,
        ratio_method="K",
        difference=D("0.2"),
        difference_low=D("0.05"),
        difference_high=D("0.35"),
        difference_method="N",
        confidence=D("0.95"),
        notes=("the control has no success",),
    )
    page = words(uplift_page(found, "x"))

    assert "no uplift is a ratio of 1 and a difference of 0" in page
    assert "does not show that there is none" in page
    assert "Ratio none, 95 % from 1.5, no upper end (K)" in page
    assert "Note the control has no success" in page


@pytest.mark.parametrize(
    ("lower", "upper", "needed", "says"),
    [
        ("0.0008", "0.0077", None, "0.01: the upper bound lies below it"),
        ("0.02", "0.05", None, "reached: the lower bound lies at or above it"),
        ("0.001", "0.02", 4000, "not settled by 1000 trials; at this rate about 4000 would"),
        ("0.001", "0.02", None, "no number up to 100 000 would"),
    ],
)
def test_a_rate_is_held_against_its_bar(lower: str, upper: str, needed: int | None, says: str):
    """Below, reached, or neither with the number it would take."""
    rate = Rate(successes=3, n=1000, lower=D(lower), upper=D(upper), alpha=D("0.05"), bar=D("0.01"), needed=needed)

    assert says in words(rate_page(rate))
    assert "a verdict is the business" in words(rate_page(rate)).lower()


def test_looks_are_a_table_with_the_first_below_the_bar_marked():
    """One line a look."""
    found = [
        Look(n=10, successes=0, upper=D("0.3"), is_below_bar=False),
        Look(n=50, successes=0, upper=D("0.09"), is_below_bar=True),
    ]
    lines = looks_page(found, D("0.1"), D("0.1"))

    assert "upper bounds of 90 % against the bar 0.1" in lines[0].text
    assert "wider than the bound of a run whose size was fixed" in words(lines)
    assert [line.text.split() for line in lines[2:4]] == [
        ["10", "0", "0.3"],
        ["50", "0", "0.09", "below", "the", "bar"],
    ]
