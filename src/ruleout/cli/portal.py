# SPDX-License-Identifier: Apache-2.0
"""`ruleout portal`: everything that an audience is given, as one folder that opens in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.portal.account import DATA, PAGE, make_account, write_account
from ruleout.cli.options import AtOption, JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import say, show_bytes
from ruleout.ledger.audience import Audience


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("portal")(command)


def command(
    folder: Annotated[Path, typer.Argument(help="The folder to make; one that holds something is refused.")],
    audience: Annotated[Audience, typer.Option(help="For whom; the public gets the least.")] = Audience.PUBLIC,
    at: AtOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write an audience's account: pages, documents, the copy of the record and a verifier, in one folder.

    The copy is verified first as an outsider would; a record that does not hold is not published. Nothing in the folder
    needs a network, a server or a script.

    Example: ruleout portal account --at 2026-11-22
    """
    made = make_account(workspace_needed(workspace), audience=audience, at=instant(at))
    write_account(made, folder)
    if json:
        show_bytes(made.files[DATA].rstrip(b"\n"))
    say(f"{folder}: {len(made.files)} files, for the {audience.value}, {made.account.level}")
    say(f"  next: open {folder / PAGE} in a browser")
