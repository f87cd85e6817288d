# SPDX-License-Identifier: Apache-2.0
"""`ruleout replay`: derive every decision of a bundle again from the bundle alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.bundle import open_bundle, replay
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.reports.page import Line, labelled


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("replay")(command)


def command(
    path: Annotated[Path, typer.Argument(help="A bundle file or a workspace's folder.")] = Path(),
    json: JsonOption = False,
) -> int:
    """Derive every decision again and compare the bytes. Exit codes: 0 all the same, 1 one differs or is missing.

    Example: ruleout replay record.json
    """
    results = replay(open_bundle(path))
    if json:
        show_json({"decisions": [{"index": r.index, "id": r.id, "same": r.same, "detail": r.detail} for r in results]})
    else:
        lines: list[Line] = []
        for r in results:
            outcome = r.decision.outcome.value if r.decision else "unknown"
            tone = "good" if r.same else "bad"
            lines += labelled(f"{r.index:>6}", f"{r.id}: {outcome}, {r.detail}", width=page_width(), tone=tone)
        show_page(lines or [Line("no decisions in it")])
    return ExitCode.OK if all(r.same for r in results) else ExitCode.STOP
