# SPDX-License-Identifier: Apache-2.0
"""`ruleout assess`: decide a case under one framework or several."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.assess import Question, assess, at_its_own_instant, decision_bytes, record_decision
from ruleout.app.change_control.in_force import caveat_of
from ruleout.app.ledger import read_record, recording
from ruleout.app.pictures import picture_of_decision, renderer, require_place, write_picture
from ruleout.app.sources import find_framework, read_case
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import of_outcome
from ruleout.cli.options import (
    AtOption,
    JsonOption,
    WorkspaceOption,
    activity,
    instant,
    keys_of_this_run,
    workspace_needed,
    workspace_or_none,
)
from ruleout.cli.output import page_width, say, show_bytes, show_json, show_page
from ruleout.errors import RuleoutError
from ruleout.model.case import Record
from ruleout.model.decision import Decision
from ruleout.model.plain import instant_text, plain
from ruleout.reports.decision_text import decision_page
from ruleout.reports.side_by_side import side_by_side


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("assess")(command)


def command(
    case: Annotated[Path, typer.Argument(help="The case file.")],
    framework: Annotated[list[str], typer.Option("--framework", "-f", help="ID@VERSION or a file; repeat to compare.")],
    activity_: Annotated[str | None, typer.Option("--activity", "-a", help="Default: the case's own.")] = None,
    at: AtOption = None,
    json: JsonOption = False,
    brief: Annotated[bool, typer.Option("--brief", help="One row per framework.")] = False,
    record: Annotated[bool, typer.Option("--record", help="Append the decision to the workspace's record.")] = False,
    key: Annotated[str | None, typer.Option("--key", help="Key that signs what --record appends.")] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Draw estimates against bars to this new .svg or .html file.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> int:
    """Decide a case: outcome, why, blockers, and what would open the gate.

    The instant defaults to the case's own, or the last act on record about it if that is later, so the same files give
    the same bytes on any day; `--at now` judges expiry and freshness today. Approvals are those the workspace's record
    holds. With several frameworks the exit code is that of the most restrictive outcome.

    Exit codes: 0 proceed or restrict, 3 hold, 1 stop, 2 bad input.

    Examples:
      ruleout assess case.yaml -f anthropic-rsp@2.2

      ruleout assess case.yaml -f anthropic-rsp@2.2 -f anthropic-rsp@3.4 --json

      ruleout assess case.yaml -f anthropic-rsp@2.2 --picture bars.html
    """
    if picture is not None:
        _require_one_picture(picture, framework)
    place = workspace_needed(workspace) if record else workspace_or_none(workspace)
    questions = _questions(case, framework, activity_, at, place)
    if record and place:
        decisions = _recorded(questions, place, key, dated=at is not None)
    else:
        decisions = _assessed(questions, place, dated=at is not None)
    if json:
        show_bytes(decision_bytes(decisions[0])) if len(decisions) == 1 else show_json({"decisions": plain(decisions)})
    else:
        _show(decisions, brief=brief)
    if picture is not None:
        write_picture(picture_of_decision(decisions[0], questions[0].case.case), picture)
        say(f"drew {picture}")
    for name, why in questions[0].case.unreadable.items():
        say(f"evidence {name!r}: {why}")
    if at is None and questions[0].case.case.record is Record.OWN:
        say(f"decided as of {instant_text(decisions[0].at)}; --at now judges expiry and freshness today")
    return of_outcome(max(d.outcome for d in decisions))


def _require_one_picture(picture: Path, frameworks: list[str]) -> None:
    """Refuse before anything is recorded what could not be drawn afterwards."""
    if len(frameworks) > 1:
        hint = "Draw each on its own: one -f and one --picture at a time."
        raise RuleoutError(f"expected one framework to draw, got {len(frameworks)}", hint=hint)
    require_place(picture)
    renderer()


def _questions(
    case: Path, frameworks: list[str], activity_: str | None, at: str | None, workspace: Workspace | None
) -> tuple[Question, ...]:
    read = read_case(case)
    asked = activity(activity_, read.case.subject.activity)
    when = None if at is None else instant(at)
    return tuple(
        Question(framework=find_framework(name, workspace), case=read, activity=asked, at=when or read.case.at)
        for name in frameworks
    )


def _assessed(questions: tuple[Question, ...], workspace: Workspace | None, *, dated: bool) -> tuple[Decision, ...]:
    """Decide each question; undated ones at their own instant: the case's, or the last act on record after it."""
    record = read_record(workspace) if workspace is not None else None
    asked = tuple(q if dated else at_its_own_instant(q, record) for q in questions)
    for question in asked:
        caveat = "" if record is None else caveat_of(question.framework.framework, record, at=question.at)
        if caveat:
            say(f"caveat: {caveat}")
    return tuple(assess(question, record) for question in asked)


def _recorded(
    questions: tuple[Question, ...], workspace: Workspace, key: str | None, *, dated: bool
) -> tuple[Decision, ...]:
    if key is None:
        raise RuleoutError("--record needs the key that signs the entries", hint="Add --key NAME.")
    keys = keys_of_this_run()
    signer = keys.unlock(key)
    decisions = []
    for question in questions:
        with recording(workspace, keys, at=instant(None)) as (record, recorder):
            asked = question if dated else at_its_own_instant(question, record)
            decisions.append(record_decision(asked, record, recorder, signer))
            indices = recorder.commit()
        which = f"entries {indices[0]} to {indices[-1]}" if len(indices) > 1 else f"entry {indices[0]}"
        say(f"recorded as {which} of {workspace.origin}")
    return tuple(decisions)


def _show(decisions: tuple[Decision, ...], *, brief: bool) -> None:
    width = page_width()
    if brief or len(decisions) > 1:
        show_page(side_by_side(decisions, width=width))
    for decision in () if brief else decisions:
        show_page(decision_page(decision, width=width))
