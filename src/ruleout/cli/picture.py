# SPDX-License-Identifier: Apache-2.0
"""`ruleout picture`: what a decision, a log's repeats or a trend of horizons looks like."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.assess import Question, assess, at_its_own_instant
from ruleout.app.ledger import read_record
from ruleout.app.pictures import (
    picture_of_decision,
    picture_of_horizons,
    picture_of_repeats,
    require_place,
    write_picture,
)
from ruleout.app.sources import find_framework, read_case
from ruleout.cli.options import AtOption, JsonOption, WorkspaceOption, activity, instant, workspace_or_none
from ruleout.cli.output import say, show_json
from ruleout.errors import RuleoutError
from ruleout.reports.pictures.frame import Picture

OutOption = Annotated[Path | None, typer.Option("--out", "-o", help="Draw to this new .svg or .html file.")]

_ABOUT = """Pictures of what was measured: SVG, or a page with the same figures in a table.

They follow the reader's light or dark, can be printed in grey, and need no network. Drawing needs the optional part
named pictures; --json writes the figures and the Vega-Lite specification, and needs nothing.

Examples:
  ruleout picture forest case.yaml -f anthropic-rsp@2.2 -o bars.html

  ruleout picture repeats run.eval --score match -o repeats.svg
"""


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("forest")(forest)
    verbs.command("repeats")(repeats)
    verbs.command("trend")(trend)
    app.add_typer(verbs, name="picture")


def forest(
    case: Annotated[Path, typer.Argument(help="The case file.")],
    framework: Annotated[str, typer.Option("--framework", "-f", help="ID@VERSION or a file.")],
    out: OutOption = None,
    activity_: Annotated[str | None, typer.Option("--activity", "-a", help="Default: the case's own.")] = None,
    at: AtOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Draw a decision's estimates with their intervals against the bars of framework and case.

    Example: ruleout picture forest case.yaml -f anthropic-rsp@2.2 -o bars.html
    """
    _require_use(out, json=json)
    place = workspace_or_none(workspace)
    read = read_case(case)
    asked = activity(activity_, read.case.subject.activity)
    when = read.case.at if at is None else instant(at)
    question = Question(framework=find_framework(framework, place), case=read, activity=asked, at=when)
    record = read_record(place) if place is not None else None
    decision = assess(question if at is not None else at_its_own_instant(question, record), record)
    _show(picture_of_decision(decision, read.case), out, json=json)


def repeats(
    log: Annotated[Path, typer.Argument(help="An evaluation log.")],
    out: OutOption = None,
    score: Annotated[str, typer.Option("--score", help="Which score; default: the only one.")] = "",
    task: Annotated[str, typer.Option("--task", help="Which task, where the log holds several.")] = "",
    model: Annotated[str, typer.Option("--model", help="Which model, where the log holds several.")] = "",
    success_at: Annotated[str, typer.Option("--success-at", help="A number succeeds at or above this.")] = "1",
    json: JsonOption = False,
) -> None:
    """Draw how far repeats of a task agree, and what is left of them as independent evidence.

    Example: ruleout picture repeats run.eval --score match -o repeats.svg
    """
    _require_use(out, json=json)
    picture = picture_of_repeats(log, task=task, model=model, score=score, success_at=_number(success_at))
    _show(picture, out, json=json)


def trend(
    file: Annotated[Path, typer.Argument(help="A file of horizons, a trend and its crossing: JSON or YAML.")],
    out: OutOption = None,
    json: JsonOption = False,
) -> None:
    """Draw time horizons over release dates, their trend, and when it crosses a bar.

    Example: ruleout picture trend horizons.json -o trend.svg
    """
    _require_use(out, json=json)
    _show(picture_of_horizons(file), out, json=json)


def _require_use(out: Path | None, *, json: bool) -> None:
    """Refuse a run that could show nothing, before anything is read."""
    if out is not None:
        require_place(out)
    elif not json:
        raise RuleoutError("nothing says where to draw", hint="Add `-o FILE.svg`, `-o FILE.html` or `--json`.")


def _show(picture: Picture, out: Path | None, *, json: bool) -> None:
    if out is not None:
        write_picture(picture, out)
        say(f"drew {out}")
    if json:
        show_json({"title": picture.title, "figures": picture.data, "specification": picture.wide})


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise RuleoutError(f"expected a number for --success-at, got {text!r}", hint="Write digits, such as 0.5.")
    return number
