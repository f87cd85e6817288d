# SPDX-License-Identifier: Apache-2.0
"""`ruleout compare`: what a newer version of a framework lets pass that an older one does not, and the other way."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import write_new
from ruleout.app.compare import compare_versions
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, activity, workspace_or_none
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.documents.counts import count_of
from ruleout.model.outcome import Activity
from ruleout.reports.compare_html import comparison_html
from ruleout.reports.compare_text import comparison_page


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("compare")(command)


def command(
    old: Annotated[str, typer.Argument(help="The older version: ID@VERSION or a file.")],
    new: Annotated[str, typer.Argument(help="The newer version.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="How the two correspond; default: the files that ship.")
    ] = None,
    activities: Annotated[
        list[str] | None, typer.Option("--activity", "-a", help="Compare this one only; repeat for several.")
    ] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write a page of its own to this file as well.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on clauses not coded, or coded wrongly.")] = False,
    timeout: Annotated[int, typer.Option("--timeout", min=1, help="Seconds for each question to the solver.")] = 10,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Compare two versions: per activity looser, stricter, both or equivalent, each with a smallest case; and clauses.

    Without a mapping file between the two, neighbouring ones are chained; without those, equal ids count as one.

    Exit codes: 0 compared, 1 with --strict where a clause differs without being coded or a coding is contradicted,
    2 bad input, 3 something was not proved in its time.

    Examples:
      ruleout compare anthropic-rsp@2.2 anthropic-rsp@3.0

      ruleout compare anthropic-rsp@1.0 anthropic-rsp@3.4 -a train --html compared.html
    """
    chosen = tuple(dict.fromkeys(activity(name, Activity.TRAIN) for name in activities or ()))
    comparison = compare_versions(
        old, new, workspace_or_none(workspace), mapping=mapping, activities=chosen, timeout_s=timeout
    )
    if html is not None:
        write_new(html, comparison_html(comparison).encode("utf-8"))
        say(f"written: {html}")
    if json:
        show_json(comparison)
    else:
        show_page(comparison_page(comparison, width=page_width()))
    missing, wrong = len(comparison.not_coded), len(comparison.contradicted)
    if missing or wrong:
        say(
            f"{count_of(missing, 'clause differs', 'clauses differ')} without being coded, {count_of(wrong, 'coding')} contradicted"
        )
    if strict and (missing or wrong):
        return ExitCode.STOP
    return ExitCode.OK if comparison.is_proved else ExitCode.HOLD
