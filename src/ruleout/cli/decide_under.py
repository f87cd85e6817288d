# SPDX-License-Identifier: Apache-2.0
"""`ruleout decide-under`: one case under every version of a framework, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.decide_under import Row, decide_under
from ruleout.cli.exit_code import of_outcome
from ruleout.cli.options import (
    AtOption,
    JsonOption,
    WorkspaceOption,
    activity,
    instant,
    workspace_or_none,
)
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.reports.compare_text import forces_line
from ruleout.reports.side_by_side import side_by_side


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("decide-under")(command)


def command(
    case: Annotated[Path, typer.Argument(help="The case file.")],
    frameworks: Annotated[
        list[str] | None,
        typer.Option("--framework", "-f", help="ID@VERSION, a file, or an id alone for all its versions; repeat."),
    ] = None,
    activities: Annotated[
        list[str] | None, typer.Option("--activity", "-a", help="Default: the case's own; repeat for several.")
    ] = None,
    at: AtOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Decide one case under many versions: per version the outcome, what determined it, and the force behind it.

    Without --framework, every known version of the frameworks of the case's developer, oldest first. The exit code is
    that of the most restrictive outcome.

    Exit codes: 0 proceed or restrict, 3 hold, 1 stop, 2 bad input.

    Examples:
      ruleout decide-under case.yaml

      ruleout decide-under case.yaml -f anthropic-rsp -f openai-pf@2 -a train -a deploy-external --json
    """
    asked = decide_under(
        case,
        frameworks or (),
        workspace_or_none(workspace),
        activities=lambda own: tuple(dict.fromkeys(activity(name, own) for name in activities or (own.value,))),
        at=None if at is None else instant(at),
    )
    if json:
        show_json({"case": asked.case, "rows": [_value(row) for row in asked.rows]})
    else:
        for chosen in dict.fromkeys(row.decision.activity for row in asked.rows):
            rows = [(row.decision, row.in_force) for row in asked.rows if row.decision.activity is chosen]
            table = side_by_side([decision for decision, _ in rows], width=page_width())
            show_page([*table[:-1], *forces_line(rows, width=page_width())])
    for name, why in asked.unreadable.items():
        say(f"evidence {name!r}: {why}")
    return of_outcome(max(row.decision.outcome for row in asked.rows))


def _value(row: Row) -> dict[str, object]:
    decision = row.decision
    return {
        "framework": decision.framework,
        "effective": row.effective.isoformat(),
        "in_force": row.in_force,
        "activity": decision.activity.value,
        "at": decision.at,
        "outcome": decision.outcome.value,
        "determined_by": list(decision.determined_by),
        "force": decision.stands_behind.value,
        "input_digest": decision.input_digest,
    }
