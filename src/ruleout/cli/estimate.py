# SPDX-License-Identifier: Apache-2.0
"""`ruleout estimate`: time horizons, their trend, paired comparisons, uplift, rates. They inform and decide nothing."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.pictures import picture_of_trend, require_place, write_picture
from ruleout.cli.numbers import (
    AlphaOption,
    ConfidenceOption,
    alpha_level,
    bar_of,
    count_of,
    day_of,
    inner_share,
    minutes_of,
)
from ruleout.cli.options import JsonOption
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.errors import RuleoutError
from ruleout.estimates.results import Weighting
from ruleout.reports.estimate_pages.contrasts import looks_page, pairs_page, rate_page, uplift_page
from ruleout.reports.estimate_pages.horizons import horizons_page, trend_page

_ABOUT = """Estimates beside the decision: time horizons and their trend, comparisons, uplift, rates.

Every figure has its interval, says what it was made of and comes from a stated seed. None decides anything.

Examples:
  ruleout estimate horizon runs.jsonl

  ruleout estimate rate 3/1000 --bar 0.01
"""
_LONG_RUN = 20_000
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random draws; the same gives the same.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("horizon")(horizon)
    verbs.command("trend")(trend)
    verbs.command("pairs")(pairs)
    verbs.command("looks")(looks)
    verbs.command("uplift")(uplift)
    verbs.command("rate")(rate)
    app.add_typer(verbs, name="estimate")


def horizon(
    runs: Annotated[Path, typer.Argument(help="Runs as METR publishes them, one JSON object a line.")],
    model: Annotated[
        list[str] | None, typer.Option("--model", help="A model of the file; repeat; default all.")
    ] = None,
    weight: Annotated[Weighting, typer.Option("--weight", help="How runs share the weight.")] = Weighting.INVSQRT,
    level: Annotated[list[str] | None, typer.Option("--level", help="Success probability; repeatable.")] = None,
    penalty: Annotated[str, typer.Option("--penalty", help="On the square of the slope.")] = "0.1",
    resamples: Annotated[int, typer.Option("--resamples", min=0, max=1_000_000, help="0 for no interval.")] = 1000,
    seed: SeedOption = 0,
    confidence: ConfidenceOption = "0.95",
    json: JsonOption = False,
) -> None:
    """Time horizons: the human time of tasks at which a model succeeds half of the time, and four times in five.

    A weighted logistic fit, with intervals from resampling families of tasks, tasks and runs.

    Examples:
      ruleout estimate horizon runs.jsonl

      ruleout estimate horizon runs.jsonl --model "Model B" --level 0.5 --resamples 10000 --seed 1 --json
    """
    from ruleout.app import estimate as use_case  # noqa: PLC0415 - numpy is slow to load
    from ruleout.estimates.horizon import HorizonSettings  # noqa: PLC0415 - as above

    settings = HorizonSettings(
        weighting=weight,
        penalty=_penalty(penalty),
        levels=tuple(inner_share(text, "--level") for text in level or ("0.5", "0.8")),
        confidence=inner_share(confidence, "--confidence"),
        resamples=resamples,
        seed=seed,
    )

    def told(name: str, done: int) -> None:
        if resamples >= _LONG_RUN:
            say(f"{name}: {done} of {resamples} resamples")

    read, found = use_case.horizons(runs, model or (), settings, told=told)
    if json:
        show_json({"input": read, "horizons": found})
    else:
        show_page(horizons_page(found, read.name, width=page_width()))


def trend(
    table: Annotated[Path, typer.Argument(help="CSV with model, release_date, p50_min; or METR's results in YAML.")],
    bar: Annotated[list[str] | None, typer.Option("--bar", help="When is it crossed: 40h, 90min; repeatable.")] = None,
    by: Annotated[list[str] | None, typer.Option("--by", help="Forecast a new model at a day; repeatable.")] = None,
    since: Annotated[str | None, typer.Option("--since", help="Leave out releases before this day.")] = None,
    frontier: Annotated[bool, typer.Option("--frontier", help="Only rows marked is_sota.")] = False,
    years: Annotated[int, typer.Option("--years", min=1, max=100, help="Look so far past the last release.")] = 20,
    confidence: ConfidenceOption = "0.95",
    picture: Annotated[Path | None, typer.Option("--picture", help="Draw it to this new .svg or .html file.")] = None,
    json: JsonOption = False,
) -> None:
    """Trend of time horizons: doubling time, forecasts, and between which days a bar is crossed.

    Least squares of log2 minutes on release dates; the prediction interval is that of a new model.

    Examples:
      ruleout estimate trend horizons.csv --bar 40h --by 2027-01-01

      ruleout estimate trend horizons.csv --bar 40h --picture trend.html

      ruleout estimate trend benchmark_results_1_1.yaml --since 2023-01-01 --frontier --json
    """
    from ruleout.app import estimate as use_case  # noqa: PLC0415 - numpy is slow to load

    if picture is not None:
        require_place(picture)
    question = use_case.TrendQuestion(
        since=None if since is None else day_of(since, "--since"),
        frontier=frontier,
        confidence=inner_share(confidence, "--confidence"),
        days=tuple(day_of(text, "--by") for text in by or ()),
        bars=tuple(minutes_of(text, "--bar") for text in bar or ()),
        years=years,
    )
    found = use_case.trend(table, question)
    if picture is not None:
        title = f"Time horizons from {found.read.name}"
        write_picture(picture_of_trend(found.rows, found.trend, use_case.band_of(found), title=title), picture)
        say(f"drew {picture}")
    if json:
        show_json({"input": found.read, "left_out": found.left_out, "question": question, "trend": found.trend})
    else:
        show_page(trend_page(found.trend, found.read.name, found.left_out, width=page_width()))


def pairs(
    first: Annotated[Path, typer.Argument(help="A log, or a CSV with task, successes, attempts.")],
    second: Annotated[Path, typer.Argument(help="What to compare with it.")],
    score: Annotated[str, typer.Option("--score", help="Which score of the logs; default: the only one.")] = "",
    success_at: Annotated[str, typer.Option("--success-at", help="A numeric score succeeds from here on.")] = "1",
    seed: SeedOption = 0,
    confidence: ConfidenceOption = "0.95",
    json: JsonOption = False,
) -> None:
    """Compare two models, or two levels of elicitation, on the same tasks.

    Exact test over tasks, interval with tasks as units; tasks of one side only are listed.

    Examples:
      ruleout estimate pairs plain.eval elicited.eval

      ruleout estimate pairs plain.csv elicited.csv --json
    """
    from ruleout.app import estimate as use_case  # noqa: PLC0415 - numpy is slow to load

    read, other, found = use_case.pairs(
        first,
        second,
        score=score,
        success_at=_number(success_at, "--success-at"),
        seed=seed,
        confidence=inner_share(confidence, "--confidence"),
    )
    if json:
        show_json({"first": read, "second": other, "pairs": found})
    else:
        show_page(pairs_page(found, read.name, other.name, width=page_width()))


def looks(
    log: Annotated[Path, typer.Argument(help="An evaluation log with one attempt at each task.")],
    bar: Annotated[str, typer.Option("--bar", help="Rule-out bar, less the margin: 0.1 or 10%.")],
    score: Annotated[str, typer.Option("--score", help="Which score of the log; default: the only one.")] = "",
    success_at: Annotated[str, typer.Option("--success-at", help="A numeric score succeeds from here on.")] = "1",
    alpha: AlphaOption = "0.05",
    json: JsonOption = False,
) -> None:
    """Look at a run that goes on: attempts so far, successes, and the bound that holds at every look.

    Unscored attempts count as successes.

    Example: ruleout estimate looks run.eval --bar 0.1
    """
    from ruleout.app import estimate as use_case  # noqa: PLC0415 - numpy is slow to load

    value, level = bar_of(bar), alpha_level(alpha)
    read, found = use_case.looks_at(
        log, score=score, success_at=_number(success_at, "--success-at"), bar=value, alpha=level
    )
    if json:
        show_json({"input": read, "bar": value, "looks": found})
    else:
        show_page(looks_page(found, value, level, width=page_width()))


def uplift(
    scores: Annotated[Path | None, typer.Argument(help="CSV with arm (treated or control) and score.")] = None,
    treated: Annotated[str | None, typer.Option("--treated", help="Successes out of n: 17/40.")] = None,
    control: Annotated[str | None, typer.Option("--control", help="Successes out of n: 6/38.")] = None,
    confidence: ConfidenceOption = "0.95",
    json: JsonOption = False,
) -> None:
    """Uplift: treated against control, as a ratio and as a difference, each with its interval.

    Examples:
      ruleout estimate uplift --treated 17/40 --control 6/38

      ruleout estimate uplift scores.csv --json
    """
    from ruleout.app import estimate as use_case  # noqa: PLC0415 - numpy is slow to load

    level = inner_share(confidence, "--confidence")
    if scores is not None and treated is None and control is None:
        read, found = use_case.uplift_of_table(scores, confidence=level)
        source, shown = read.name, {"input": read, "uplift": found}
    elif scores is None and treated is not None and control is not None:
        arms = count_of(treated, "--treated"), count_of(control, "--control")
        found = use_case.uplift(*arms, confidence=level)
        source, shown = f"{treated} against {control}", {"input": None, "uplift": found}
    else:
        raise RuleoutError(
            "expected a CSV of scores, or both --treated and --control",
            hint="Write `ruleout estimate uplift --treated 17/40 --control 6/38`.",
        )
    if json:
        show_json(shown)
    else:
        show_page(uplift_page(found, source, width=page_width()))


def rate(
    count: Annotated[str, typer.Argument(help="Count out of n: 3/1000.")],
    bar: Annotated[str | None, typer.Option("--bar", help="Hold the bounds against it: 0.01 or 1%.")] = None,
    alpha: AlphaOption = "0.05",
    json: JsonOption = False,
) -> None:
    """A rate, such as a classifier's missed detections, with exact one-sided bounds, held against a bar.

    Example: ruleout estimate rate 3/1000 --bar 0.01
    """
    from ruleout.app import estimate as use_case  # noqa: PLC0415 - numpy is slow to load

    against = None if bar is None else bar_of(bar)
    found = use_case.rate(*count_of(count, "COUNT"), bar=against, alpha=alpha_level(alpha))
    if json:
        show_json({"rate": found, "is_below": found.is_below, "is_reached": found.is_reached})
    else:
        show_page(rate_page(found, width=page_width()))


def _penalty(text: str) -> Decimal:
    value = _number(text, "--penalty")
    if not 0 <= value <= 10**6:
        raise RuleoutError(f"--penalty: expected a number from 0 on, got {text!r}", hint="Write 0.1, as METR does.")
    return value


def _number(text: str, option: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:
        value = Decimal("NaN")
    if not value.is_finite():
        raise RuleoutError(f"{option}: expected a number, got {text!r}", hint="Write it with digits, such as 0.7.")
    return value
