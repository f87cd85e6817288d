# SPDX-License-Identifier: Apache-2.0
"""Pictures of decisions, repeats and horizons: read what they show, render it offline, write one new file.

Rendering (Vega-Lite -> SVG) needs an optional library; what a picture shows can be had without it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruleout.adapters.files import MIB, read_bounded, write_new
from ruleout.app.sources import read_measurements
from ruleout.errors import NotFound, RuleoutError
from ruleout.estimates.results import Forecast, Trend
from ruleout.evidence.accept import tally
from ruleout.evidence.tables.horizon_table import ModelHorizon
from ruleout.model.case import Case
from ruleout.model.decision import Decision
from ruleout.model.evidence import Direction, Indicator, Measurement, Weight
from ruleout.reports.pictures.forest_chart import forest_picture
from ruleout.reports.pictures.frame import Picture, page
from ruleout.reports.pictures.horizon_chart import trend_picture
from ruleout.reports.pictures.horizon_document import MOST_POINTS, parse_horizons
from ruleout.reports.pictures.horizon_values import Crossing, HorizonPoint, TrendBand
from ruleout.reports.pictures.panels import sheets
from ruleout.reports.pictures.repeats_chart import repeats_picture
from ruleout.reports.pictures.style import following

#: Vega-Lite specification -> SVG text.
Renderer = Callable[[Mapping[str, Any]], str]
_VEGA_LITE = "5.20"
_ENDINGS = (".svg", ".html")


def write_picture(picture: Picture, path: Path, *, render: Renderer | None = None) -> None:
    """Write a picture to a new `.svg` file, or with its table to a new `.html` page. Effect: writes it.

    Args:
        picture: what is drawn.
        path: a file that does not exist yet.
        render: what turns a Vega-Lite specification into SVG; None takes the renderer that is installed.

    Raises:
        RuleoutError: another ending, an existing file, or no renderer; then nothing is written.
    """
    require_place(path)
    drawn = render or renderer()
    if path.suffix == ".svg":
        write_new(path, following(drawn(picture.wide), says=picture.says).encode("utf-8"))
        return
    wide = [following(drawn(sheet), says=picture.says) for sheet in sheets(picture.wide)]
    narrow = "" if picture.narrow is None else following(drawn(picture.narrow), says=picture.says)
    write_new(path, page(picture, wide=wide, narrow=narrow).encode("utf-8"))


def require_place(path: Path) -> None:
    """Refuse a path that no picture can be written to, before anything is computed. Effect: looks at it.

    Raises:
        RuleoutError: another ending, or an existing file.
    """
    if path.suffix not in _ENDINGS:
        raise RuleoutError(f"expected a picture ending in .svg or .html, got {path.name!r}", hint="Rename it.")
    if path.exists():
        raise RuleoutError(f"{path} exists already", hint="Choose another name; nothing was overwritten.")


def renderer() -> Renderer:
    """Return what turns Vega-Lite into SVG, offline. Effect: loads it. Raises RuleoutError where there is none."""
    try:
        vega = importlib.import_module("vl_convert")
    except ModuleNotFoundError as error:
        if error.name != "vl_convert":
            raise
        hint = "Install it with `pip install 'ruleout[pictures]'`."
        raise RuleoutError("drawing needs vl-convert, which is not installed", hint=hint) from error
    return lambda spec: str(vega.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]))


def picture_of_decision(decision: Decision, case: Case) -> Picture:
    """Return the forest plot of a decision. Pure. Raises RuleoutError where it weighs no indicator."""
    picture = forest_picture(decision, case)
    if picture is None:
        hint = "State evidence with indicators in the case, see docs/guide/case-files.md."
        raise RuleoutError("the decision weighs no indicator, so there is nothing to draw", hint=hint)
    return picture


def picture_of_repeats(path: Path, *, task: str, model: str, score: str, success_at: Decimal) -> Picture:
    """Return the picture of a log's repeats. Effect: reads the log.

    Args:
        task, model: which run of the log; "" where it holds one.
        score: which score; "" where the run has one.
        success_at: a number succeeds at or above this.

    Raises:
        UnreadableLog: it is not a log we can read.
        RuleoutError: no such file, run or score, or several of which none is named.
    """
    run = _run_of(read_measurements(path), task=task, model=model)
    names = sorted({name for attempt in run.attempts for name, _ in attempt.scores})
    chosen = _one_of("score", [name for name in names if score in ("", name)], known=names)
    return repeats_picture(run, tally(run, _counting(run, chosen, success_at)).tasks, score=chosen)


def _run_of(runs: Sequence[Measurement], *, task: str, model: str) -> Measurement:
    fitting = {f"{run.task} · {run.model}": run for run in runs if task in ("", run.task) and model in ("", run.model)}
    return fitting[_one_of("run", list(fitting), known=[f"{run.task} · {run.model}" for run in runs])]


def _one_of(what: str, fitting: Sequence[str], *, known: Sequence[str]) -> str:
    """The one that fits. Where none or several do, an error that lists those there are."""
    if len(fitting) == 1:
        return fitting[0]
    option = {"score": "--score NAME", "run": "--task NAME and --model NAME"}[what]
    there_are = ", ".join(known) or "none"
    raise NotFound(f"expected one {what}, got {len(fitting)} that fit; there are: {there_are}", hint=f"Use {option}.")


def _counting(run: Measurement, score: str, success_at: Decimal) -> Indicator:
    """An indicator without bars: it says how attempts count, and compares nothing."""
    return Indicator(
        id="repeats",
        threshold="",
        evaluation=run.task,
        weight=Weight.SUPPORTING,
        direction=Direction.HIGH,
        rule_out=None,
        reached=None,
        score=score,
        success_at=success_at,
    )


def picture_of_horizons(path: Path) -> Picture:
    """Return the picture of a file of horizons, see docs/guide/pictures.md. Effect: reads it.

    Raises:
        NotFound: there is no such file.
        BadInput: it is not of that shape.
        RuleoutError: it holds nothing to draw, or contradicts itself.
    """
    data = read_bounded(path, limit_bytes=MIB, what="file of horizons")
    told = parse_horizons(data, file=str(path))
    picture = trend_picture(told.points, told.band, told.crossing, title=told.title)
    if picture is None:
        raise RuleoutError(f"{path}: nothing to draw", hint="Add `points:` or `trend:`.")
    return picture


def picture_of_trend(rows: Sequence[ModelHorizon], trend: Trend, band: Sequence[Forecast], *, title: str) -> Picture:
    """Return the picture of an estimated trend: its models, the line with its prediction interval, the bar's crossing.

    Pure.

    Args:
        rows: what the trend is made of.
        trend: with at most one crossing.
        band: the line on ascending days; empty where there is none.
        title: its heading.

    Raises:
        RuleoutError: too few or too many models to be drawn, or more than one bar.
    """
    if len(trend.crossings) > 1:
        raise RuleoutError(
            f"expected at most one bar in a picture, got {len(trend.crossings)}", hint="Draw each on its own."
        )
    if len(rows) > MOST_POINTS:
        hint = "Leave some out with --since or --frontier."
        raise RuleoutError(f"expected at most {MOST_POINTS} models in a picture, got {len(rows)}", hint=hint)
    points = [HorizonPoint(model=row.model, released=row.released, p50=row.minutes) for row in rows]
    crossings = [
        Crossing(bar=c.bar_minutes, earliest=c.earliest, central=c.central, latest=c.latest) for c in trend.crossings
    ]
    picture = trend_picture(points, _band(band), next(iter(crossings), None), title=title)
    if picture is None:
        raise RuleoutError("no model is left to draw", hint="Take an earlier --since, or leave out --frontier.")
    return picture


def _band(forecasts: Sequence[Forecast]) -> TrendBand | None:
    if not forecasts:
        return None
    return TrendBand(
        dates=tuple(one.day for one in forecasts),
        central=tuple(one.minutes for one in forecasts),
        low=tuple(one.low for one in forecasts),
        high=tuple(one.high for one in forecasts),
    )
