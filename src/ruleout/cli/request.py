# SPDX-License-Identifier: Apache-2.0
"""`ruleout request`: what is asked of a developer against its policy, what it answers, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ruleout.accountability.requests.consistency import consistency_of
from ruleout.accountability.requests.standing import Stood
from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.request_status import (
    counts_from,
    counts_in,
    one_of,
    stood_from,
    stood_in,
    unrecorded_in,
)
from ruleout.app.accountability.requests import answer_request, open_request, read_policy, tell_forum
from ruleout.app.ledger import read_record
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.cli.unread import say_unread
from ruleout.ledger import EntryType
from ruleout.model.expiry import utc_day
from ruleout.model.plain import plain
from ruleout.reports.accountability.consistency_text import consistency_page, consistency_value
from ruleout.reports.accountability.requests_text import counts_page, list_page, request_page, stood_value

_ABOUT = """Requests for exceptions, for less safeguards, for new uses, and orders: ask, answer, and see what stands.

Red lines of requests-policy.yaml refuse by rule; whatever is granted names its last day and ends by itself.

Examples:
  ruleout request open requests/r-1.yaml --key desk

  ruleout request status --from examples/public-record/requests
"""

FileArgument = Annotated[Path, typer.Argument(help="The file to record.")]
IdArgument = Annotated[str, typer.Argument(help="The request's id.")]
DayOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]
FromOption = Annotated[
    Path | None, typer.Option("--from", help="A file or folder of published requests, instead of a workspace.")
]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("open")(open_file)
    verbs.command("answer")(answer)
    verbs.command("forum")(forum)
    verbs.command("status")(status)
    verbs.command("consistency")(consistency)
    verbs.command("counts")(counts)
    app.add_typer(verbs, name="request")


def open_file(file: FileArgument, key: KeyOption = None, workspace: WorkspaceOption = None) -> int:
    """Record what was asked. What crosses a red line is refused by rule, before anybody is asked.

    Exit codes: 0 it waits for an answer, 1 refused by rule, 2 bad input.

    Example: ruleout request open requests/r-1.yaml --key desk
    """
    place, data = workspace_needed(workspace), _bytes(file)
    policy = read_policy(place)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        opened = open_request(data, record, recorder, signer, policy=policy, file=str(file))
    say(f"recorded as {opened.entry} of {place.origin}")
    for line in opened.crossed:
        say(f"refused by rule: red line {line.id}: {line.says}")
    if policy is None:
        say("this workspace has no requests-policy.yaml, so nothing can be granted; refusing needs none")
    return ExitCode.STOP if opened.crossed else ExitCode.OK


def answer(request: IdArgument, file: FileArgument, key: KeyOption = None, workspace: WorkspaceOption = None) -> int:
    """Sign an answer. What gives way counts once every role that must has signed the same file.

    A grant needs its last day; a red line is granted by nobody; who asked, prepared or opened it does not approve it.
    Exit codes: 0 it counts, 3 other roles must sign too, 2 bad input or not allowed.

    Example: ruleout request answer r-1 answers/r-1.yaml --key rso-bea
    """
    place, data = workspace_needed(workspace), _bytes(file)
    policy = read_policy(place)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        made = answer_request(request, data, record, recorder, signer, policy=policy, file=str(file))
    say(f"recorded as {made.entry} of {place.origin}")
    if made.missing:
        say(f"not in effect yet: {', '.join(made.missing)} must sign the same file")
        return ExitCode.HOLD
    until = f" until the end of {made.answer.expires}, UTC" if made.answer.expires else ""
    say(f"{request}: {made.answer.kind.value}{until}")
    return ExitCode.OK


def forum(request: IdArgument, file: FileArgument, key: KeyOption = None, workspace: WorkspaceOption = None) -> None:
    """Record what a court or an authority did about a request; reports that contradict each other are all kept.

    Example: ruleout request forum r-1 forums/court.yaml --key desk
    """
    place, data = workspace_needed(workspace), _bytes(file)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = tell_forum(request, data, record, recorder, signer, file=str(file))
    say(f"recorded as {entry} of {place.origin}")


def status(
    request: Annotated[str | None, typer.Argument(help="One request, whole; default: all of them.")] = None,
    at: DayOption = None,
    from_: FromOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show how requests stand at an instant: what was answered, until when, and what each forum is known to have done.

    Examples:
      ruleout request status --at 2027-04-01

      ruleout request status --from examples/public-record/requests --at 2026-09-01
    """
    when = instant(at)
    stood = _stood(from_, workspace, when)
    if from_ is None:
        say_unread(read_record(workspace_needed(workspace)), EntryType.REQUEST)
        for difference in unrecorded_in(workspace_needed(workspace), stood):
            say(difference)
    shown = stood if request is None else (one_of(stood, request),)
    if json:
        show_json({"at": when, "requests": [stood_value(one, at=when) for one in shown]})
    elif request is None:
        show_page(list_page(shown, at=when, width=page_width()))
    else:
        show_page(request_page(shown[0], at=when, width=page_width()))


def consistency(
    at: DayOption = None, from_: FromOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Find like requests answered differently, how often each kind of requester is granted, and how long answers take.

    Exit codes: 0 like requests were answered alike, 1 some were not.

    Example: ruleout request consistency --at 2027-01-01
    """
    when = instant(at)
    found = consistency_of(_stood(from_, workspace, when), on=utc_day(when))
    if json:
        show_json({"at": when, **consistency_value(found)})
    else:
        show_page(consistency_page(found, on=utc_day(when), width=page_width()))
    return ExitCode.STOP if found.unlike else ExitCode.OK


def counts(
    at: DayOption = None, from_: FromOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """Count requests and what became of them, for the public: no names and no texts, from the record's headers alone.

    Example: ruleout request counts --json
    """
    when = instant(at)
    if from_ is not None:
        found = counts_from(stood_from(from_, at=when))
    else:
        found = counts_in(read_record(workspace_needed(workspace)), at=when)
    if json:
        show_json({"at": when, **plain(found)})
    else:
        show_page(counts_page(found, on=utc_day(when), width=page_width()))


def _stood(from_: Path | None, workspace: Path | None, when: datetime) -> Sequence[Stood]:
    if from_ is not None:
        return stood_from(from_, at=when)
    return stood_in(read_record(workspace_needed(workspace)), at=when)


def _bytes(file: Path) -> bytes:
    return read_bounded(file, limit_bytes=MOST_DOCUMENT_BYTES, what="file")
