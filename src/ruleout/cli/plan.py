# SPDX-License-Identifier: Apache-2.0
"""`ruleout plan`: how many tasks and repeats rule out a bar, before anything is spent on the run."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.cli.numbers import AlphaOption, alpha_level, bar_of, inner_share, share
from ruleout.cli.options import JsonOption
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.errors import RuleoutError
from ruleout.model.evidence import Stopping
from ruleout.reports.estimate_pages.plans import plan_page


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("plan")(command)


def command(
    bar: Annotated[str, typer.Option("--bar", help="Rule-out bar, less the margin: 0.1 or 10%.")],
    alpha: AlphaOption = "0.05",
    power: Annotated[str, typer.Option("--power", help="Wanted probability of ruling out, above 0, below 1.")] = "0.8",
    rate: Annotated[
        str | None, typer.Option("--rate", help="Assumed true rate, 0 to below 1; default: a fifth of the bar.")
    ] = None,
    tasks: Annotated[
        list[int] | None, typer.Option("--tasks", help="Show the power of so many, 1 to 3000; repeatable.")
    ] = None,
    repeats: Annotated[
        list[int] | None,
        typer.Option("--repeats", help="Attempts at each task, 1 to 50; repeatable; default: 1, 2, 5, 10."),
    ] = None,
    correlation: Annotated[str, typer.Option("--correlation", help="Between attempts at one task, 0 to 1.")] = "0.6",
    stopping: Annotated[
        Stopping, typer.Option("--stopping", help="Is the size fixed, or do you go on while looking?")
    ] = Stopping.FIXED,
    json: JsonOption = False,
) -> None:
    """Plan a run: how many tasks, and attempts at each, it takes to rule out a bar at a wanted power.

    Exact for the assumed rate, and worth no more than that rate: other rates stand beside it.

    Examples:
      ruleout plan --bar 0.1 --alpha 0.05 --power 0.8

      ruleout plan --bar 10% --rate 2% --tasks 40 --tasks 80 --repeats 5 --json
    """
    from ruleout.app.plan import default_rate, plan_run  # noqa: PLC0415 - numpy is slow to load
    from ruleout.estimates.power import Assumptions  # noqa: PLC0415 - as above

    value = bar_of(bar)
    assumed = default_rate(value) if rate is None else share(rate, "--rate")
    assumptions = Assumptions(
        rate=assumed, correlation=share(correlation, "--correlation"), power=inner_share(power, "--power")
    )
    level = alpha_level(alpha)
    sizes = {"tasks": tasks or (), "repeats": repeats or (1, 2, 5, 10)}
    try:
        found = plan_run(bar=value, alpha=level, assumptions=assumptions, stopping=stopping, **sizes)
    except ValueError as error:
        raise RuleoutError(str(error), hint="See `ruleout plan --help` for the ranges.") from error
    if json:
        show_json({"plan": found})
    else:
        show_page(plan_page(found, width=page_width()))
