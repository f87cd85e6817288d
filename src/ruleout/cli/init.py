# SPDX-License-Identifier: Apache-2.0
"""`ruleout init`: make a workspace with its keyring and empty log."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.start import start_workspace
from ruleout.cli.options import keys_of_this_run
from ruleout.cli.output import say


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new workspace.")],
    origin: Annotated[str, typer.Option(help="Unique name of the log, such as example.org/safety-record.")],
    producer: Annotated[str, typer.Option(help="Id of who writes the record.")] = "ruleout",
    post_quantum: Annotated[
        bool, typer.Option("--post-quantum", help="Sign every checkpoint with ML-DSA-44 too, beside Ed25519.")
    ] = False,
) -> None:
    """Make a workspace: a folder of plain files, a keyring and an empty signed log.

    The log's private key is made outside the workspace, encrypted under a passphrase (see `ruleout key --help`).

    Example: ruleout init record --origin example.org/safety-record
    """
    workspace = start_workspace(folder, keys_of_this_run(), origin=origin, producer=producer, post_quantum=post_quantum)
    say(f"workspace {workspace.root} with an empty log {workspace.origin}")
    say(f"  next: ruleout key new ceo-ada --role ceo --person ada -w {shlex.quote(str(folder))}")
