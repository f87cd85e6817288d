# SPDX-License-Identifier: Apache-2.0
"""`ruleout approve`: sign an act about a decision as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.approve import record_act
from ruleout.app.assess import Question, assess
from ruleout.app.ledger import read_record, recording
from ruleout.app.sources import find_framework, read_case
from ruleout.cli.options import WorkspaceOption, activity, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import say
from ruleout.model.case import Act


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("approve")(command)


def command(
    case: Annotated[Path, typer.Argument(help="The case file.")],
    framework: Annotated[str, typer.Option("--framework", "-f", help="ID@VERSION or a file.")],
    role: Annotated[str, typer.Option(help="The role you act in.")],
    key: Annotated[str, typer.Option(help="Your key.")],
    activity_: Annotated[str | None, typer.Option("--activity", "-a", help="Default: the case's own.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse instead.")] = False,
    notified: Annotated[bool, typer.Option("--notified", help="Record that the role was notified.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign an approval (or a refusal, or a notice) over the decision's input digest, into the record.

    If anything the decision rests on changes afterwards, the approval no longer counts. The preparer of a case and
    recused persons may not approve, and one person counts once.

    Example: ruleout approve case.yaml -f anthropic-rsp@2.2 --role ceo --key ceo-ada
    """
    if refuse and notified:
        raise typer.BadParameter("choose one of --refuse and --notified")
    act = Act.REFUSE if refuse else Act.NOTIFIED if notified else Act.APPROVE
    place, keys, at = workspace_needed(workspace), keys_of_this_run(), instant(None)
    read = read_case(case)
    question = Question(
        framework=find_framework(framework, place),
        case=read,
        activity=activity(activity_, read.case.subject.activity),
        at=at,
    )
    signer = keys.unlock(key)
    with recording(place, keys, at=at) as (record, recorder):
        before = record_act(question, record, recorder, signer, role=role, act=act)
        recorder.commit()
    after = assess(question, read_record(place))
    say(f"{act.value} by {role} over inputs {before.input_digest[:12]}")
    say(f"  outcome before: {before.outcome.value}, now: {after.outcome.value}")
