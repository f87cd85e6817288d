# SPDX-License-Identifier: Apache-2.0
"""`ruleout deviation`: where practice departs from the framework or from the last report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.deviations import FrameworkOf, amend_deviation, deviations_of, open_deviation
from ruleout.app.ledger import read_record
from ruleout.app.sources import MOST_DOCUMENT_BYTES, find_framework
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.cli.unread import say_unread
from ruleout.ledger import EntryType
from ruleout.model.framework import Framework
from ruleout.reports.accountability.deviation_text import deviation_page, deviation_value, deviations_page

_ABOUT = """Deviations: practice that departs from a clause of the framework, or from the last report.

Example: ruleout deviation list
"""
FOLDER = "deviations"

FileArgument = Annotated[str, typer.Argument(help="The deviation's id, for deviations/ID.yaml, or a path to its file.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who read the record; name no person.")]
SeenOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("open")(open_)
    verbs.command("amend")(amend)
    verbs.command("close")(close)
    verbs.command("show")(show)
    verbs.command("list")(list_all)
    app.add_typer(verbs, name="deviation")


def open_(deviation: FileArgument, key: KeyOption = None, workspace: WorkspaceOption = None) -> None:
    """Record a deviation as its file states it. The clause must exist in the version that the file names.

    Example: ruleout deviation open late-evaluation --key rso-bea
    """
    place = workspace_needed(workspace)
    path, data = _file(deviation, place)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = open_deviation(data, record, recorder, signer, framework_of=_frameworks(place), file=str(path))
    say(f"recorded as {entry} of {place.origin}")


def amend(
    deviation: FileArgument, reason: ReasonOption, key: KeyOption = None, workspace: WorkspaceOption = None
) -> None:
    """Record the deviation's file anew, with the reason. A closed one is open again.

    Example: ruleout deviation amend late-evaluation --reason "it began earlier" --key rso-bea
    """
    _amend(deviation, reason, key, workspace_needed(workspace), closes=False)


def close(
    deviation: FileArgument, reason: ReasonOption, key: KeyOption = None, workspace: WorkspaceOption = None
) -> None:
    """Record that practice is right again: the file states the correction and every step's day.

    Example: ruleout deviation close late-evaluation --reason "run and reviewed" --key rso-bea
    """
    _amend(deviation, reason, key, workspace_needed(workspace), closes=True)


def show(
    deviation: Annotated[str, typer.Argument(help="The deviation's id.")],
    at: SeenOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show one deviation, its plan, and every act with what it changed.

    Exit codes: 0 no step is overdue, 1 one is, 2 bad input.

    Example: ruleout deviation show late-evaluation
    """
    when = instant(at)
    record = read_record(workspace_needed(workspace))
    register = deviations_of(record, seen_at=when)
    say_unread(record, EntryType.DEVIATION)
    state = register.state(deviation)
    changed = register.changes_by(deviation)
    if json:
        show_json(deviation_value(state, changed, at=when))
    else:
        show_page(deviation_page(state, changed, at=when, width=page_width()))
    return ExitCode.STOP if state.overdue(when) else ExitCode.OK


def list_all(
    closed: Annotated[bool, typer.Option("--closed", help="List closed ones too.")] = False,
    at: SeenOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """List open deviations, and the steps of their plans that are overdue.

    Exit codes: 0 no step is overdue, 1 one is, 2 bad input.

    Example: ruleout deviation list --closed
    """
    when = instant(at)
    record = read_record(workspace_needed(workspace))
    register = deviations_of(record, seen_at=when)
    say_unread(record, EntryType.DEVIATION)
    states = [state for _, state in sorted(register.states.items()) if closed or not state.is_closed]
    if json:
        values = [deviation_value(one, register.changes_by(one.deviation.id), at=when) for one in states]
        show_json({"deviations": values})
    else:
        hidden = len(register.states) - len(states)
        show_page(deviations_page(states, hidden=hidden, at=when, width=page_width()))
    return ExitCode.STOP if any(state.overdue(when) for state in states) else ExitCode.OK


def _amend(deviation: str, reason: str, key: str | None, place: Workspace, *, closes: bool) -> None:
    path, data = _file(deviation, place)
    frameworks = _frameworks(place)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = amend_deviation(
            data, reason, record, recorder, signer, framework_of=frameworks, closes=closes, file=str(path)
        )
    say(f"recorded as {entry} of {place.origin}")


def _frameworks(place: Workspace) -> FrameworkOf:
    def framework_of(name: str) -> Framework:
        return find_framework(name, place).framework

    return framework_of


def _file(deviation: str, place: Workspace) -> tuple[Path, bytes]:
    path = Path(deviation) if deviation.endswith(".yaml") else place.root / FOLDER / f"{deviation}.yaml"
    return path, read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="deviation file")
