# SPDX-License-Identifier: Apache-2.0
"""`ruleout hosts`: what the record knows of the logs that gateway hosts keep."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.audit.host_logs import take_state
from ruleout.app.ledger import read_record
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.documents.counts import count_of
from ruleout.ledger import LedgerEntry
from ruleout.ledger.host_logs import HostState, states_in
from ruleout.reports.page import Line

_ABOUT = """A log of logs: the state of each gateway host's own log, kept as entries of the main record.

What such an entry covers can neither be rewritten nor cut off by the host: the next state would have no proof, and
`verify --host` says so.

Example: ruleout hosts take /srv/edge-1/sealing --key recorder-eve -w record
"""


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("take")(take)
    verbs.command("show")(show)
    app.add_typer(verbs, name="hosts")


def take(
    folder: Annotated[Path, typer.Argument(help="The host's workspace, or a copy of its log's folder.")],
    vkey: Annotated[
        list[str] | None, typer.Option(help="A key of the host's log that you know from elsewhere; repeat for more.")
    ] = None,
    key: KeyOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Check all of a host's log and enter its state into the record, proved to extend the state before it.

    A log that has not grown adds nothing. The first state is taken under the key that the folder names, unless you name it.

    Exit codes: 0 taken or nothing new, 1 the log does not hold or is not the one that the record knows, 2 bad input.

    Example: ruleout hosts take /srv/edge-1/sealing --key recorder-eve -w record
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        taken = take_state(record, recorder, signer, folder, vkeys=tuple(vkey or ()))
    if json:
        show_json({**_value(taken.state), "new": taken.is_new, "before": taken.before and taken.before.head.size})
    else:
        since = "the first state" if taken.before is None else f"extends that of size {taken.before.head.size}"
        show_page([Line(f"{_words(taken.state)}, {since if taken.is_new else 'nothing new'}", "good")])
    if taken.before is None and not vkey:
        say(f"its key is the folder's own: compare it with one you know from elsewhere: {taken.state.keys[0]}")
    return ExitCode.OK


def show(json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """Show each host's log as the record knows it: how many entries, since when, under which key.

    Example: ruleout hosts show -w record
    """
    found = states_in(read_record(workspace_needed(workspace)).entries)
    if json:
        show_json({"hosts": [{"states": [_known(*one) for one in of]} for of in found.values()]})
        return ExitCode.OK
    lines = [
        Line(
            f"{_words(of[-1][1])}, as of {of[-1][0].content.ts}, {count_of(len(of), 'state')}, by {of[-1][1].keys[0].key_id}"
        )
        for of in found.values()
    ]
    show_page(lines or [Line("the record knows no host's log")])
    return ExitCode.OK


def _words(state: HostState) -> str:
    return f"{state.head.origin}  {count_of(state.head.size, 'entry', 'entries')}, root {state.head.root.hex()[:12]}"


def _value(state: HostState) -> dict[str, object]:
    head = state.head
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "vkeys": [str(key) for key in state.keys],
    }


def _known(entry: LedgerEntry, state: HostState) -> dict[str, object]:
    return {"entry": entry.content.id, "ts": entry.content.ts, **_value(state)}
