# SPDX-License-Identifier: Apache-2.0
"""`ruleout audit`: ask the audit record of a gateway, hold it against the log, seal it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.audit.content import content_of, erase_content
from ruleout.app.audit.folder import audit_folder
from ruleout.app.audit.query import Question, Request, ask
from ruleout.app.audit.seal import seal_once
from ruleout.app.audit.verify import verify_folder
from ruleout.app.ledger import read_record
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, day, instant, keys_of_this_run, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption
from ruleout.errors import RuleoutError
from ruleout.model.plain import plain
from ruleout.reports.audit.pages import (
    instant_of,
    request_page,
    sealed_page,
    sealed_value,
    verified_page,
    verified_value,
)
from ruleout.reports.page import Line
from ruleout.serving.audit.records import plain_record
from ruleout.serving.refusal import Why

_ABOUT = """The audit record of a gateway: what became of requests, whether it is as it was sealed, sealing by hand.

Example: ruleout audit verify
"""
FolderOption = Annotated[
    Path | None, typer.Option("--audit", help="Folder of segments; default: audit/ of the workspace.")
]
KeysOption = Annotated[Path | None, typer.Option("--content-keys", help="Folder of content keys: show what was said.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("query")(query)
    verbs.command("verify")(verify)
    verbs.command("seal")(seal)
    verbs.command("erase")(erase)
    app.add_typer(verbs, name="audit")


def query(
    request: Annotated[str, typer.Option(help="Only the request with this id, as a client is told it.")] = "",
    tenant: Annotated[str, typer.Option(help="Only requests of this tenant.")] = "",
    model: Annotated[str, typer.Option(help="Only requests for this model, as asked for.")] = "",
    why: Annotated[Why | None, typer.Option(help="Only requests refused or cut on this ground.")] = None,
    shadow: Annotated[str, typer.Option(help="Only requests that this shadow would have decided otherwise.")] = "",
    since: Annotated[str | None, typer.Option(help="From this instant on.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this instant.")] = None,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest.")] = 100,
    audit: FolderOption = None,
    content_keys: KeysOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show what became of requests: served, refused or cut, by which rules, under which permit.

    Exit codes: 0 shown, 2 bad input, 3 a segment cannot be read to its end, so something may be missing.

    Example: ruleout audit query --tenant acme --why killed
    """
    folder = audit_folder(workspace_needed(workspace), audit)
    question = Question(
        request=request,
        tenant=tenant,
        model=model,
        why=why.value if why else "",
        shadow=shadow,
        since=instant(since) if since else None,
        until=instant(until) if until else None,
    )
    answer = ask(folder, question, most=most)
    said = [content_of(one, content_keys) if content_keys else {} for one in answer.requests]
    if json:
        rows = [{**_value(one), "content": dict(text)} for one, text in zip(answer.requests, said, strict=True)]
        show_json({"requests": rows, "more": answer.more, "faults": [_named(*fault) for fault in answer.faults]})
    else:
        width = page_width()
        lines = [
            line
            for one, text in zip(answer.requests, said, strict=True)
            for line in request_page(one.began, one.ended, how=one.how, where=_where(one), content=text, width=width)
        ]
        show_page(lines or [Line("no request that fits")])
    for name, fault in answer.faults:
        beyond = f" beyond record {fault.number - 1}" if fault.number else ""
        say(f"{name} cannot be read{beyond}: {fault.says}")
    if answer.more:
        say(f"{answer.more} older requests fit too; raise --most")
    return ExitCode.HOLD if answer.faults else ExitCode.OK


def verify(audit: FolderOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """Hold the segments against the log: edited, dropped, reordered, truncated; unsealed, gaps, answers without an end.

    Exit codes: 0 all records are as sealed, 1 something was changed, 2 bad input, 3 something is not established.

    Example: ruleout audit verify --audit /var/lib/ruleout/audit
    """
    place = workspace_needed(workspace)
    found = verify_folder(audit_folder(place, audit), read_record(place))
    counts = {"segments": found.segments, "records": found.records, "sealed": found.sealed}
    if json:
        show_json(verified_value(counts, found.findings))
    else:
        show_page(verified_page(counts, found.findings, width=page_width()))
    if found.is_changed:
        return ExitCode.STOP
    return ExitCode.HOLD if found.findings else ExitCode.OK


def seal(
    audit: FolderOption = None, key: KeyOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Seal what the segments hold into the log: one signed entry for each segment that grew.

    A running gateway does so by itself each second. The key must hold the role `gateway`.

    Exit codes: 0 sealed, 1 a segment does not hold and is not sealed further, 2 bad input.

    Example: ruleout audit seal --key gateway-1
    """
    if key is None:
        raise RuleoutError("this act needs the key that signs it", hint="Add --key NAME.")
    place = workspace_needed(workspace)
    made = seal_once(place, keys_of_this_run(), audit_folder(place, audit), key=key, at=instant(None))
    if json:
        show_json(sealed_value(made.batches, made.refused))
    else:
        show_page(sealed_page(made.batches, made.refused, width=page_width()))
    return ExitCode.STOP if made.refused else ExitCode.OK


def erase(
    tenant: Annotated[str, typer.Option(help="Whose content.")],
    on: Annotated[str, typer.Option("--day", help="Of which day, in UTC: 2026-11-23.")],
    content_keys: Annotated[Path, typer.Option("--content-keys", help="Folder of content keys.")],
) -> None:
    """Erase what was said: the key of one tenant's content of one day. Digests and verdicts stay, and so do the seals.

    Example: ruleout audit erase --tenant acme --day 2026-11-23 --content-keys audit-keys
    """
    erase_content(content_keys, tenant=tenant, day=str(day(on)))
    say(f"the content of {tenant} of {on} is erased; copies of the key elsewhere are yours to find")


def _value(one: Request) -> dict[str, object]:
    ended = None if one.ended is None else {"at": instant_of(one.ended.at), **plain_record(one.ended)}
    return {
        "request": one.began.request,
        "at": instant_of(one.began.at),
        "how": one.how,
        "why": one.why,
        "began": plain_record(one.began),
        "ended": ended,
        "shadows": [shadowed._asdict() for shadowed in one.shadows],
        "where": _where(one),
    }


def _named(segment: str, fault: object) -> dict[str, object]:
    return {"segment": segment, "fault": plain(fault)}


def _where(one: Request) -> str:
    return f"{one.segment}#{one.number}"
