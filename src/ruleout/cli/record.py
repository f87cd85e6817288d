# SPDX-License-Identifier: Apache-2.0
"""`ruleout record`: published determinations, each figure held against each stated bar, and what was determined."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.public_record import draw, public_record
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_or_none
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.reports.record_text import CaseShown, record_page, record_value


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("record")(command)


def command(
    file: Annotated[Path, typer.Argument(help="A file of published determinations.")],
    json: JsonOption = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw the zone of ambiguity to this new .svg or .html file.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Hold published figures against the bars stated for them, and the determinations against both.

    Each comparison is made twice: as printed, and with the uncertainty that n or interval implies. Fields of the file
    that a coder computed are not read. Nothing here says that a model is safe, or who was right.

    Exit codes: 0 told, whatever it says; 2 bad input.

    Examples:
      ruleout record examples/public-record/determinations.yaml

      ruleout record determinations.yaml --json --picture zone.html
    """
    record = public_record(file, workspace_or_none(workspace))
    shown = [CaseShown(case.published, case.judged, case.outcomes) for case in record.cases]
    if picture is not None:
        draw(record, picture)
        say(f"written: {picture}")
    if json:
        show_json(record_value(shown, record.totals))
    else:
        show_page(record_page(shown, record.totals, width=page_width()))
    return ExitCode.OK
