# SPDX-License-Identifier: Apache-2.0
"""`ruleout framework publish`, `approve` and `status`: how a new version of a framework enters force."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import read_bounded, write_new
from ruleout.app.change_control.approve import record_change_act
from ruleout.app.change_control.examine import Submission
from ruleout.app.change_control.pages import change_pages
from ruleout.app.change_control.publish import Published, Result, publish
from ruleout.app.change_control.status import MOST_DOCUMENT, status_of
from ruleout.app.ledger import read_record
from ruleout.app.sources import MOST_DOCUMENT_BYTES, find_framework
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.errors import RuleoutError
from ruleout.model.plain import instant_text
from ruleout.model.publication import ChangeAct
from ruleout.reports.change_control.publish_text import (
    instant_or_none,
    needs_value,
    parts_value,
    publish_page,
    refusal_value,
)
from ruleout.reports.change_control.status_text import status_page, status_value

_CODES = {
    Result.REFUSED: ExitCode.STOP,
    Result.NOT_PROVED: ExitCode.HOLD,
    Result.HELD: ExitCode.HOLD,
    Result.PUBLISHED: ExitCode.OK,
    Result.ALREADY: ExitCode.OK,
}


class Word(Enum):
    """What a role does about an announced version."""

    PROPOSE = "propose"
    CONSULT = "consult"
    NOTIFY = "notify"
    APPROVE = "approve"
    REFUSE = "refuse"


FileArgument = Annotated[str, typer.Argument(help="The new version: ID@VERSION of the workspace, or a file.")]
ActAtOption = Annotated[
    str | None,
    typer.Option("--at", help="Instant of the act: not to come, not before the record's last. Default: now."),
]


def add_to(verbs: typer.Typer) -> None:
    """Add the three to the verb `framework`."""
    verbs.command("publish")(publish_)
    verbs.command("approve")(approve)
    verbs.command("status")(status)


def publish_(
    framework: FileArgument,
    changelog: Annotated[
        Path | None, typer.Option("--changelog", help="The change log; none for a first version.")
    ] = None,
    document: Annotated[Path | None, typer.Option("--document", help="The published document, to be kept.")] = None,
    key: KeyOption = None,
    at: ActAtOption = None,
    timeout: Annotated[int, typer.Option("--timeout", min=1, help="Seconds for each question to the solver.")] = 10,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Announce a new version with its change log, or publish it once every approval is there and its notice is over.

    It is held against the version that the record has. Refused is whatever the change log does not tell as it is.

    Exit codes: 0 published, 1 refused, 2 bad input, 3 announced and waiting, or not proved.

    Example: ruleout framework publish acme-fsf@1.2 --changelog frameworks/acme-fsf/changes/1.2.yaml --key recorder
    """
    place = workspace_needed(workspace)
    given = Submission(
        framework=find_framework(framework, place),
        change_log=_bytes(changelog, MOST_DOCUMENT_BYTES, "change log"),
        change_log_file=str(changelog),
        document=_bytes(document, MOST_DOCUMENT, "document"),
    )
    with acting(place, key, _not_to_come(at)) as (record, recorder, signer):
        done = publish(given, record, recorder, signer, workspace=place, timeout_s=timeout)
    if json:
        show_json(_value(done))
    else:
        seen = done.examined
        old = "" if seen.old is None else f" in place of {seen.old.id}"
        heading = f"{seen.new.id}{old}"
        show_page(publish_page(heading, done.result.value, seen.refusals, done.needs, log=seen.log, width=page_width()))
    for entry in done.entries:
        say(f"recorded as {entry} of {place.origin}")
    _say_next(done)
    return _CODES[done.result]


def _say_next(done: Published) -> None:
    """Say on standard error what to do about a version that is not published."""
    new = done.examined.new.id
    if done.result is Result.REFUSED:
        say(
            "  next: mend each of these in the change log or the file (docs/guide/change-control.md); nothing was recorded"
        )
    elif done.result is Result.NOT_PROVED:
        say("  next: the same again with a longer --timeout; nothing was recorded")
    elif done.needs.missing:
        say(f"  next: ruleout framework approve {new} --act ACT --role ROLE --key KEY for each that is missing")
    elif done.needs.refused:
        say("  next: ask whoever refused; the refusal holds until the same person acts otherwise")
    elif done.needs.until is not None:
        say(f"  next: the same again from {done.needs.until} on")


def approve(
    framework: FileArgument,
    role: Annotated[str, typer.Option(help="The role you act in.")],
    act: Annotated[Word, typer.Option(help="What you do.")] = Word.APPROVE,
    key: KeyOption = None,
    at: ActAtOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign an act about a version that was announced: over its text, its change log and the text that it replaces.

    If any of these changes, the act counts no more.

    Example: ruleout framework approve acme-fsf@1.2 --role board --key secretary-cal
    """
    place = workspace_needed(workspace)
    file = find_framework(framework, place)
    with acting(place, key, _not_to_come(at)) as (record, recorder, signer):
        digest = record_change_act(file, record, recorder, signer, role=role, act=ChangeAct(f"{act.value}-framework"))
    say(f"{act.value} by {role} over {digest[:12]} ({file.framework.id})")


def status(
    framework: Annotated[str, typer.Argument(help="NAME or NAME@VERSION; default: all.")] = "",
    at: Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")] = None,
    document: Annotated[Path | None, typer.Option("--document", help="A copy to hold against what is pinned.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the changes of NAME@VERSION to this file.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show how each version stands: draft, announced, waiting, held, in force, superseded; and what differs from its pin.

    Exit codes: 0 all is as pinned and was published by the rules, 1 a label has other bytes or a publication did not
    wait for what it needed, 2 bad input.

    Example: ruleout framework status acme-fsf --at 2027-03-01
    """
    place, when = workspace_needed(workspace), instant(at)
    record = read_record(place)
    found = status_of(record, place, name=framework, at=when, document=document)
    if html is not None:
        write_new(html, change_pages(found, record).encode("utf-8"))
        say(f"written: {html}")
    if json:
        show_json({"at": instant_text(when), "versions": [status_value(one) for one in found]})
    else:
        show_page(status_page(found, at=when, width=page_width()))
    return ExitCode.STOP if any(one.mismatches or one.irregular for one in found) else ExitCode.OK


def _bytes(path: Path | None, limit_bytes: int, what: str) -> bytes:
    return b"" if path is None else read_bounded(path, limit_bytes=limit_bytes, what=what)


def _not_to_come(at: str | None) -> datetime:
    """The instant of an act. Notice runs by the clock: an instant that is to come would end it at once."""
    when, current = instant(at), instant(None)
    if when > current:
        hint = "Leave --at out."
        raise RuleoutError(f"expected an instant up to {instant_text(current)}, got {instant_text(when)}", hint=hint)
    return when


def _value(done: Published) -> dict[str, object]:
    seen = done.examined
    return {
        "framework": str(seen.new.id),
        "in_place_of": None if seen.old is None else str(seen.old.id),
        "result": done.result.value,
        "digest": seen.digest,
        "parts": parts_value(seen.parts),
        "effective": seen.new.effective.isoformat(),
        "announced": instant_or_none(done.announced),
        "needs": needs_value(done.needs),
        "refusals": [refusal_value(one) for one in seen.refusals],
        "entries": list(done.entries),
    }
