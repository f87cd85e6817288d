# SPDX-License-Identifier: Apache-2.0
"""The trend of horizons: the published doubling time, scipy's regression, prediction intervals and crossings (S-5)."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ruleout.documents.yaml_text import read_yaml
from ruleout.estimates.trend import trend_of
from ruleout.evidence.tables.horizon_table import ModelHorizon, horizons_of_csv, horizons_of_metr

START = date(2023, 1, 1)


def row(days: int, minutes: float, name: str = "") -> ModelHorizon:
    return ModelHorizon(
        model=name or f"m{days}",
        released=START + timedelta(days=days),
        minutes=Decimal(repr(minutes)),
        is_frontier=None,
    )


NOISY = [row(0, 4.0), row(120, 6.5), row(260, 21.0), row(400, 30.0), row(420, 55.0), row(700, 190.0)]


def oracle(rows: list[ModelHorizon]):
    x = np.array([r.released.toordinal() for r in rows], dtype=float)
    y = np.log2([float(r.minutes) for r in rows])
    return x, y, stats.linregress(x, y)


def test_the_published_table_doubles_in_128_744_days(shared_data: Path):
    """Rows marked as frontier and released since 2023, which is the filter that the table's own figure uses."""
    path = shared_data / "metr_time_horizons" / "benchmark_results_1_1.yaml"
    value = read_yaml(path.read_bytes(), file=path.name, own_keys=False).value
    table = horizons_of_metr(value, name=path.name)
    kept = [r for r in table if r.is_frontier and r.released >= date(2023, 1, 1)]

    assert (len(table), len(kept)) == (24, 14)
    assert str(trend_of(kept).doubling_days) == "128.744"


def test_the_older_published_table_is_read_as_a_csv(shared_data: Path):
    """Thirty-three models, whose line doubles in about seven months, as METR reported of it."""
    data = (shared_data / "metr_time_horizons" / "th1.0_published.csv").read_bytes()
    found = trend_of(horizons_of_csv(data, name="th1.0"))

    assert found.models == 33
    assert str(found.doubling_days) == "207.662"


def test_the_line_and_its_interval_agree_with_scipy():
    """Slope, its standard error and R squared; t quantile of n - 2 degrees of freedom."""
    found = trend_of(NOISY)
    _, _, line = oracle(NOISY)
    t = stats.t.ppf(0.975, len(NOISY) - 2)

    assert float(found.doubling_days) == pytest.approx(1 / line.slope, abs=1e-3)
    assert float(found.low) == pytest.approx(1 / (line.slope + t * line.stderr), abs=1e-3)
    assert float(found.high) == pytest.approx(1 / (line.slope - t * line.stderr), abs=1e-3)
    assert float(found.determination) == pytest.approx(line.rvalue**2, abs=1e-3)


def test_a_forecast_has_the_prediction_interval_of_a_new_model():
    """The textbook formula, written out."""
    day = START + timedelta(days=1000)
    found = trend_of(NOISY, days=[day]).forecasts[0]
    x, y, line = oracle(NOISY)
    n, at = len(x), day.toordinal()
    left = y - line.intercept - line.slope * x
    spread = math.sqrt((left**2).sum() / (n - 2))
    half = (
        stats.t.ppf(0.975, n - 2) * spread * math.sqrt(1 + 1 / n + (at - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    )
    centre = line.intercept + line.slope * at

    assert float(found.minutes) == pytest.approx(2**centre, rel=1e-4)
    assert float(found.low) == pytest.approx(2 ** (centre - half), rel=1e-4)
    assert float(found.high) == pytest.approx(2 ** (centre + half), rel=1e-4)


def test_a_bar_is_crossed_where_forecasts_meet_it():
    """On each of the three days the figure reaches the bar, and on the day before it did not."""
    bar = Decimal(2400)
    found = trend_of(NOISY, bars=[bar]).crossings[0]
    assert found.earliest < found.central < found.latest

    for day, end in ((found.earliest, "high"), (found.central, "minutes"), (found.latest, "low")):
        before, on = trend_of(NOISY, days=[day - timedelta(days=1), day]).forecasts
        assert getattr(before, end) < bar
        assert getattr(on, end) >= bar


def test_a_bar_that_is_not_reached_within_the_years_has_no_day():
    """The line may reach it while the lower end does not; a level line never does."""
    near = trend_of(NOISY, bars=[Decimal(2400)], years=1).crossings[0]
    level = [row(0, 4.0), row(100, 8.0), row(200, 4.0), row(300, 8.0), row(400, 4.0)]
    far = trend_of(level, bars=[Decimal(10**8)]).crossings[0]

    assert (near.earliest is None, near.latest) == (False, None)
    assert near.until == date(2025, 12, 1)
    assert (far.central, far.latest) == (None, None)


def test_a_bar_below_the_table_is_crossed_on_its_first_day():
    """Nothing is said of days before the first release."""
    assert trend_of(NOISY, bars=[Decimal("0.001")]).crossings[0].central == START


@pytest.mark.parametrize("day", [date(2060, 1, 1), date(9999, 12, 31)])
def test_a_forecast_for_a_far_day_is_a_figure(day: date):
    """However little it means."""
    (found,) = trend_of(NOISY, days=[day]).forecasts

    assert found.low <= found.minutes <= found.high
    assert found.minutes > 10**9


def test_shrinking_and_level_horizons_have_no_rising_interval():
    """A falling line halves; a level one has no doubling time; an uncertain one has no upper end."""
    falling = trend_of([row(0, 64.0), row(100, 32.0), row(200, 16.0), row(300, 8.0)])
    level = trend_of([row(0, 8.0), row(100, 8.0), row(200, 8.0)])
    unsure = trend_of([row(0, 8.0), row(100, 80.0), row(200, 9.0), row(300, 20.0)])

    assert (falling.doubling_days, falling.low, falling.high) == (Decimal("-100.000"), None, None)
    assert level.doubling_days is None
    assert (unsure.low is None, unsure.high) == (False, None)


@pytest.mark.parametrize("rows", [[], NOISY[:2], [row(5, 1.0, "a"), row(5, 2.0, "b"), row(5, 3.0, "c")]])
def test_too_few_models_or_one_day_give_no_line(rows):
    """The reason names what was expected and what there is."""
    found = trend_of(rows, bars=[Decimal(60)])

    assert found.because.startswith("expected at least 3 models of at least 2 release dates")
    assert (found.doubling_days, found.crossings) == (None, ())


def test_a_leap_day_has_no_sister_and_the_calendar_an_end():
    """Years past the last release are counted without falling off the calendar."""
    rows = [*NOISY, ModelHorizon(model="z", released=date(2024, 2, 29), minutes=Decimal(50), is_frontier=None)]
    last = [*NOISY, ModelHorizon(model="z", released=date(9990, 1, 1), minutes=Decimal(50), is_frontier=None)]

    assert trend_of(rows[2:], bars=[Decimal(60)], years=1).crossings[0].until.year == 2025
    assert trend_of(last, bars=[Decimal(60)], years=100).crossings[0].until == date(9999, 1, 1)


@pytest.mark.parametrize("given", [{"confidence": Decimal(1)}, {"years": 0}, {"bars": [Decimal(0)]}])
def test_arguments_out_of_range_are_the_callers_mistake(given):
    """Refused before anything is computed."""
    with pytest.raises(ValueError, match="expected"):
        trend_of(NOISY, **given)


def test_prediction_intervals_hold_new_models_as_often_as_they_say():
    """Four hundred made-up tables with a known trend: about nine in ten new models within 90 %."""
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        days = np.sort(rng.integers(0, 900, 8))
        days[-1] += 1  # at least two dates
        rows = [row(int(d), float(2 ** (2 + d / 200 + rng.normal(0, 0.7))), f"m{i}") for i, d in enumerate(days)]
        new = 2 ** (2 + 1200 / 200 + rng.normal(0, 0.7))
        found = trend_of(rows, confidence=Decimal("0.9"), days=[START + timedelta(days=1200)]).forecasts[0]
        held += float(found.low) <= new <= float(found.high)

    assert 340 <= held <= 380
