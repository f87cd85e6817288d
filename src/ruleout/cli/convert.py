# SPDX-License-Identifier: Apache-2.0
"""`ruleout convert`: the record told in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.interop.export import Order, export_as, write_export
from ruleout.cli.options import JsonOption, WorkspaceOption, keys_of_this_run, workspace_needed
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.ledger.audience import Audience
from ruleout.reports.interop.export_text import export_page


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("convert")(command)


def command(
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="oscal, in-toto or cose-receipt.")],
    folder: Annotated[Path, typer.Argument(help="The folder to write; nothing that exists is replaced.")],
    entry: Annotated[list[int] | None, typer.Option(help="Only what this entry says; repeat for more.")] = None,
    key: Annotated[str | None, typer.Option("--key", help="Key that signs in-toto envelopes.")] = None,
    audience: Annotated[Audience, typer.Option(help="For whom; the public gets the least.")] = Audience.PUBLIC,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Tell the record in a format that other tools read, with what the format loses named beside it.

    A bundle (`ruleout export`) proves itself and replays; this is made from it and does neither. Headers,
    frameworks, decisions without people's words and summaries of measurements are told, and what the audience may see
    of statements. What it may not see is named, with the record's reason or with none.

    Examples:
      ruleout convert oscal oscal/

      ruleout convert in-toto statements/ --key recorder

      ruleout convert cose-receipt receipt/ --entry 15
    """
    place = workspace_needed(workspace)
    chosen = None if entry is None else frozenset(entry)
    made = export_as(Order(format=form, chosen=chosen, audience=audience, key=key), place, keys_of_this_run())
    write_export(made, folder)
    if json:
        show_json(made.index())
    else:
        show_page(export_page(made, folder=str(folder), width=page_width()))
