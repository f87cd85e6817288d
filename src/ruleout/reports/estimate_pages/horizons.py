# SPDX-License-Identifier: Apache-2.0
"""Time horizons and their trend as pages of text (S-5)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ruleout.documents.counts import count_of
from ruleout.estimates.results import Crossing, Forecast, Horizon, HorizonPoint, Trend
from ruleout.model.plain import decimal_text
from ruleout.reports.estimate_pages.figures import interval, minutes_text, percent
from ruleout.reports.page import Line, bullets, labelled

_HORIZON_ADVICE = (
    "A horizon is the length of task, by the time people take, at which success is as probable as stated. It speaks of "
    "tasks like these, run like these, and decides nothing."
)
_TREND_ADVICE = (
    "The line describes past models of this table; the prediction interval is for one new model like them. It does not "
    "know why horizons grow, and decides nothing."
)


def horizons_page(found: Iterable[Horizon], source: str, *, width: int = 80) -> list[Line]:
    """Return a page of horizons, one block a model, wrapped to `width` columns. Pure."""
    found = tuple(found)
    lines = [Line(f"Time horizons from {source}", "title")]
    for horizon in found:
        lines += [Line(""), *_horizon(horizon, width=width)]
    for horizon in found[:1]:
        how = (
            f"logistic fit on log2 minutes, {horizon.weighting.value} weights, penalty {decimal_text(horizon.penalty)} on "
            f"the slope; {horizon.resamples} resamples of families, tasks and runs, seed {horizon.seed}"
        )
        lines += [Line(""), *labelled("Method", how, width=width, tone="dim")]
    return lines + labelled("", _HORIZON_ADVICE, width=width, tone="dim")


def _horizon(horizon: Horizon, *, width: int) -> list[Line]:
    lines = [Line(horizon.model, "title")]
    lines += bullets("  horizon", (_point(p, horizon.confidence) for p in horizon.points), width=width)
    if horizon.because:
        lines += labelled("  horizon", f"none: {horizon.because}", width=width, tone="warn")
    made_of = (
        f"{horizon.successes} of {horizon.runs} runs succeeded, {horizon.tasks} tasks, {horizon.families} families"
    )
    lines += labelled("  made of", made_of, width=width)
    lost = [f"{count} of {horizon.resamples} resamples left out: {reason}" for reason, count in horizon.without]
    return lines + bullets("  note", [*lost, *horizon.notes], width=width, tone="warn")


def _point(point: HorizonPoint, confidence: Decimal) -> str:
    ends = interval(point.low, point.high)
    level = "" if point.low is None else f"{percent(confidence)} interval "
    return f"{percent(point.success)} success at {minutes_text(point.minutes)}, {level}{ends}"


def trend_page(trend: Trend, source: str, left_out: int, *, width: int = 80) -> list[Line]:
    """Return the page of a trend, wrapped to `width` columns. Pure."""
    lines = [Line(f"Trend of time horizons from {source}", "title")]
    span = "" if trend.first is None else f", released {trend.first} to {trend.last}"
    lines += labelled("Models", f"{trend.models}{span}; {count_of(left_out, 'row')} of the table left out", width=width)
    if trend.because:
        lines += labelled("Trend", f"none: {trend.because}", width=width, tone="warn")
        return lines + labelled("", _TREND_ADVICE, width=width, tone="dim")
    lines += labelled("Doubling", _doubling(trend), width=width)
    fit = f"R² {trend.determination}, residual spread {trend.spread} doublings, least squares on log2 minutes"
    lines += labelled("Fit", fit, width=width)
    lines += bullets("Forecast", (_forecast(one) for one in trend.forecasts), width=width)
    lines += bullets("Crossing", (_crossing(one) for one in trend.crossings), width=width)
    level = f"Intervals hold {percent(trend.confidence)}. " if trend.confidence else ""
    return lines + labelled("", level + _TREND_ADVICE, width=width, tone="dim")


def _doubling(trend: Trend) -> str:
    if trend.doubling_days is None:
        return "the line is level"
    if trend.low is None:
        return f"horizons shrink: they halve in {decimal_text(-trend.doubling_days)} days"
    return f"{decimal_text(trend.doubling_days)} days, {interval(trend.low, trend.high)}"


def _forecast(forecast: Forecast) -> str:
    low, high = minutes_text(forecast.low), minutes_text(forecast.high)
    return f"{forecast.day}: {minutes_text(forecast.minutes)}, prediction interval {low} to {high}"


def _crossing(crossing: Crossing) -> str:
    bar = f"the bar of {minutes_text(crossing.bar_minutes)}"
    if crossing.earliest is None:
        return f"not within the years looked at: {bar} is not reached by {crossing.until}"
    latest = f"not within the years looked at (to {crossing.until})" if crossing.latest is None else crossing.latest
    central = (
        f"the line does not by {crossing.until}" if crossing.central is None else f"the line on {crossing.central}"
    )
    return f"crosses {bar} between {crossing.earliest} and {latest}; {central}"
