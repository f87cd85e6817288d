# SPDX-License-Identifier: Apache-2.0
"""`ruleout mirror`: a log's copy in an object store, for readers who share no disk with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.clock import seconds
from ruleout.adapters.mirror.store import open_mirror
from ruleout.app.mirror.fetch import fetch as fetch_log
from ruleout.app.mirror.push import Told
from ruleout.app.mirror.push import push as push_log
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_needed
from ruleout.cli.output import say, show_json, show_page
from ruleout.ledger.checkpoint import Checkpoint
from ruleout.ledger.cosignature import parse_log_key
from ruleout.reports.page import Line

_ABOUT = """A copy of a log in an object store (S3, Google Cloud, Azure) that only ever grows.

It holds what the log publishes: checkpoint, tiles, entries as they stand in the log, and the keyrings and policies of
witnesses that they name. No evidence, no value that was held back.

Example: ruleout mirror push s3://lab-record/main -w record
"""
AddressArgument = Annotated[str, typer.Argument(help="Where: s3://BUCKET/PATH, gs://BUCKET/PATH, az://CONTAINER/PATH.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("push")(push)
    verbs.command("fetch")(fetch)
    app.add_typer(verbs, name="mirror")


def push(
    address: AddressArgument,
    everything: Annotated[
        bool, typer.Option("--all", help="Look at every file of the mirror, and put again what it lacks.")
    ] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Bring a mirror up to the record: what it lacks, then the checkpoint. Nothing there is overwritten unseen.

    Credentials are those that the store's own tools use: environment, profile, the machine's role. They need no right to delete.

    Exit codes: 0 it is as the record, 1 the record does not hold or the mirror is not of it, 2 bad input or the store failed.

    Example: ruleout mirror push s3://lab-record/main -w record
    """
    mirror, log = open_mirror(address), workspace_needed(workspace).ledger
    done = push_log(log, mirror, is_whole=everything, told=_telling("looked at"))
    before = None if done.before is None else done.before.size
    if json:
        show_json({**_value(done.head), "mirror": mirror.shown(), "files": done.files, "before": before})
    else:
        show_page([Line(f"{_words(done.head)}, {_since(before, done.head.size, done.files)}", "good")])
    return ExitCode.OK


def fetch(
    address: AddressArgument,
    folder: Annotated[Path, typer.Argument(help="Folder of the copy: a new one, or an earlier copy.")],
    vkey: Annotated[
        list[str] | None, typer.Option(help="A key of the log that you know from elsewhere; repeat for more.")
    ] = None,
    json: JsonOption = False,
) -> int:
    """Copy a log from its mirror, or bring an earlier copy up to it, and audit every file.

    The copy is a folder as the log's own: `ruleout hosts take FOLDER` takes it. An earlier copy goes on only to a later state of
    the same log; else it stays as it was.

    Exit codes: 0 fetched or nothing new, 1 it does not hold or is another log, 2 bad input or the store failed.

    Example: ruleout mirror fetch s3://lab-record/edge-1 edge-1
    """
    mirror = open_mirror(address)
    done = fetch_log(mirror, folder, vkeys=[parse_log_key(text) for text in vkey or ()], told=_telling("fetched"))
    if json:
        told = {"folder": str(folder), "files": done.files, "before": done.before}
        show_json({**_value(done.view.head), "vkeys": [str(key) for key in done.view.keys], **told})
    else:
        show_page([Line(f"{_words(done.view.head)}, {_since(done.before, done.view.size, done.files)}", "good")])
    if done.before is None and not vkey:
        say(f"its key is the store's own word: compare it with one you know from elsewhere: {done.view.key}")
    return ExitCode.OK


def _telling(what: str) -> Told:
    """Tell of progress: nothing for a second, then at most a line a second."""
    told = seconds()

    def tell(done: int) -> None:
        nonlocal told
        if seconds() - told >= 1:
            told = seconds()
            say(f"{done} files {what} …")

    return tell


def _since(before: int | None, size: int, files: int) -> str:
    if before == size and not files:
        return "nothing new"
    since = "the first state" if before is None else f"extends that of size {before}"
    return f"{files} {'file' if files == 1 else 'files'}, {'the same state' if before == size else since}"


def _words(head: Checkpoint) -> str:
    return f"{head.origin}  {head.size} {'entry' if head.size == 1 else 'entries'}, root {head.root.hex()[:12]}"


def _value(head: Checkpoint) -> dict[str, object]:
    return {"origin": head.origin, "size": head.size, "root": head.root.hex()}
