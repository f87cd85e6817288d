# SPDX-License-Identifier: Apache-2.0
"""The trend of time horizons: a line through their logarithms over release dates, and when it crosses a bar (S-5).

Rules
- Ordinary least squares of log2 minutes on days; every model counts alike, and the uncertainty of each horizon is in the
  scatter only. The interval of the doubling time and the prediction interval use Student's t with n - 2 degrees of
  freedom.
- A crossing is given as the days on which the two ends of the prediction interval, and the line, reach the bar. What
  does not happen within the years looked at is None, never a far date.

The line describes the past models of one table. It does not know why horizons grow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from ruleout.estimates.distributions import Floats, t_quantile
from ruleout.estimates.results import Crossing, Forecast, Trend
from ruleout.estimates.rounding import figures, fixed
from ruleout.evidence.tables.horizon_table import ModelHorizon

FEWEST = 3
_MOST_YEARS = 100
_PLACES = 3
_MOST_LOG2 = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """log2 minutes = level + slope x (days since `centre`), with what its intervals need."""

    centre: float
    level: float
    slope: float
    n: int
    sum_squares: float
    spread: float
    t: float

    def at(self, ordinal: Floats) -> tuple[Floats, Floats]:
        """The line and the half width of the prediction interval for a new model, in doublings."""
        away = ordinal - self.centre
        half = self.t * self.spread * np.sqrt(1 + 1 / self.n + away**2 / self.sum_squares)
        return self.level + self.slope * away, half

    @property
    def slope_half(self) -> float:
        return self.t * self.spread / float(np.sqrt(self.sum_squares))


def trend_of(
    table: Sequence[ModelHorizon],
    *,
    confidence: Decimal = Decimal("0.95"),
    days: Sequence[date] = (),
    bars: Sequence[Decimal] = (),
    years: int = 20,
) -> Trend:
    """Return the trend of a table, with forecasts for `days` and crossings of `bars`.

    Pure.

    Args:
        table: at least three models with at least two release dates, else the result says why there is no line.
        confidence: two-sided, in (0, 1).
        days: when to forecast a new model.
        bars: in human minutes, > 0.
        years: how far after the last release to look for crossings, 1 to 100.

    Raises:
        ValueError: an argument is out of range.

    Source: S-5; Draper and Smith (1998), Applied Regression Analysis, 3rd ed., sections 1.4 and 3.
    """
    if not 0 < confidence < 1 or not 1 <= years <= _MOST_YEARS or any(bar <= 0 for bar in bars):
        raise ValueError(f"expected confidence in (0, 1), bars > 0, years 1 to {_MOST_YEARS}")
    released = sorted(row.released for row in table)
    if len(table) < FEWEST or released[0] == released[-1]:
        reason = f"expected at least {FEWEST} models of at least 2 release dates, got {len(table)}"
        return _without_line(table, confidence, f"{reason} of {len(set(released))}")
    line, explained = _fit(table, float(confidence))
    doubling, low, high = _doubling(line)
    return Trend(
        models=len(table),
        first=released[0],
        last=released[-1],
        doubling_days=doubling,
        low=low,
        high=high,
        spread=fixed(line.spread, _PLACES),
        determination=fixed(explained, _PLACES),
        confidence=confidence,
        forecasts=tuple(_forecast(line, day) for day in days),
        crossings=tuple(_crossing(line, bar, released[0], _years_after(released[-1], years)) for bar in bars),
    )


def _without_line(table: Sequence[ModelHorizon], confidence: Decimal, because: str) -> Trend:
    days = [row.released for row in table]
    return Trend(
        models=len(table),
        first=min(days, default=None),
        last=max(days, default=None),
        doubling_days=None,
        low=None,
        high=None,
        spread=None,
        determination=None,
        confidence=confidence,
        because=because,
    )


def _fit(table: Sequence[ModelHorizon], confidence: float) -> tuple[_Line, float]:
    x = np.array([row.released.toordinal() for row in table], dtype=np.float64)
    y = np.log2([float(row.minutes) for row in table])
    centre, level = float(x.mean()), float(y.mean())
    away = x - centre
    squares = float(away @ away)
    slope = float(away @ (y - level)) / squares
    left = y - level - slope * away
    total, rest = float((y - level) @ (y - level)), float(left @ left)
    line = _Line(
        centre=centre,
        level=level,
        slope=slope,
        n=len(table),
        sum_squares=squares,
        spread=float(np.sqrt(rest / (len(table) - 2))),
        t=t_quantile((1 + confidence) / 2, len(table) - 2),
    )
    return line, 1 - rest / total if total > 0 else 1.0


def _doubling(line: _Line) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Doubling time and its interval: that of the slope, turned over."""
    if line.slope == 0:
        return None, None, None
    doubling = fixed(1 / line.slope, _PLACES)
    slowest, fastest = line.slope - line.slope_half, line.slope + line.slope_half
    if line.slope < 0:
        return doubling, None, None
    return doubling, fixed(1 / fastest, _PLACES), fixed(1 / slowest, _PLACES) if slowest > 0 else None


def _forecast(line: _Line, day: date) -> Forecast:
    centre, half = line.at(np.array([float(day.toordinal())]))
    low, middle, high = (
        figures(float(np.exp2(np.clip(v, -_MOST_LOG2, _MOST_LOG2))), 3, places=2)
        for v in (centre[0] - half[0], centre[0], centre[0] + half[0])
    )
    return Forecast(day=day, minutes=middle, low=low, high=high)


def _crossing(line: _Line, bar: Decimal, first: date, until: date) -> Crossing:
    """Day by day from the first release on: the question has no closed form that also covers level lines."""
    ordinals = np.arange(first.toordinal(), until.toordinal() + 1, dtype=np.float64)
    centre, half = line.at(ordinals)
    wanted = float(np.log2(float(bar)))
    below = np.flatnonzero(centre - half < wanted)
    # From the day after the last one on which the lower end is below; far out it may fall again.
    stays = 0 if below.size == 0 else int(below[-1]) + 1
    return Crossing(
        bar_minutes=bar,
        earliest=_first_day(centre + half >= wanted, first),
        central=_first_day(centre >= wanted, first),
        latest=first + timedelta(days=stays) if stays < ordinals.size else None,
        until=until,
    )


def _first_day(reached: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], first: date) -> date | None:
    found = np.flatnonzero(reached)
    return None if found.size == 0 else first + timedelta(days=int(found[0]))


def _years_after(day: date, years: int) -> date:
    year = min(day.year + years, date.max.year)
    # The 29th of February has no sister in most years.
    return date(year, day.month, min(day.day, 28))
