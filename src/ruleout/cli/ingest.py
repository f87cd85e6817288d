# SPDX-License-Identifier: Apache-2.0
"""`ruleout ingest`: read an evaluation log and put what it holds into the record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.ingest import Ingested, read_log_file, record_log
from ruleout.app.ledger import recording
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, day, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.errors import RuleoutError, UnreadableLog
from ruleout.reports.measurement_text import measurement_page, measurement_value


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("ingest")(command)


def command(
    logs: Annotated[list[Path], typer.Argument(help="Inspect logs, .eval or .json.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and show; write nothing.")] = False,
    keep_log: Annotated[bool, typer.Option(help="Keep the log's own bytes in the record's store.")] = True,
    owner: Annotated[str, typer.Option(help="Role or team that keeps the evidence current, such as evals-team.")] = "",
    valid_until: Annotated[str | None, typer.Option(help="Last day on which it counts, such as 2027-05-31.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Read evaluation logs: what they hold, every attempt counted, and whether a gate may rely on them.

    A log that cannot be read is refused by name and reason; the others are still taken.

    Examples:
      ruleout ingest run.eval --dry-run

      ruleout ingest logs/*.eval --json
    """
    read, refused = _read(logs)
    if read and not dry_run:
        place = workspace_needed(workspace)
        with recording(place, keys_of_this_run(), at=instant(None)) as (_, recorder):
            last = day(valid_until)
            ids = {record_log(one, recorder, keep_log=keep_log, owner=owner, valid_until=last) for one in read}
            recorder.commit()
        say(f"{len(ids)} log(s) in the record of {place.origin}")
    if json:
        shown = [measurement_value(one.measurement, one.states, str(one.path)) for one in read]
        show_json({"logs": shown, "refused": [{"log": str(p), "why": str(e)} for p, e in refused]})
    else:
        for one in read:
            show_page(measurement_page(one.measurement, one.states, str(one.path), width=page_width()))
    for _, error in refused:
        say(f"refused: {error}")
        if error.hint:
            say(f"  next: {error.hint}")
    return ExitCode.BAD_INPUT if refused else ExitCode.OK


def _read(logs: list[Path]) -> tuple[list[Ingested], list[tuple[Path, RuleoutError]]]:
    read: list[Ingested] = []
    refused: list[tuple[Path, RuleoutError]] = []
    for number, path in enumerate(logs, start=1):
        if len(logs) > 1:
            say(f"[{number}/{len(logs)}] {path.name}")
        try:
            read += read_log_file(path)
        except (UnreadableLog, RuleoutError) as error:
            refused.append((path, error))
    return read, refused
