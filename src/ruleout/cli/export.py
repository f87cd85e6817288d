# SPDX-License-Identifier: Apache-2.0
"""`ruleout export`: the record as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.bundle import export_bundle, write_bundle
from ruleout.app.ledger import read_record
from ruleout.cli.options import WorkspaceOption, workspace_needed
from ruleout.cli.output import say
from ruleout.errors import RuleoutError


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("export")(command)


def command(
    file: Annotated[Path, typer.Argument(help="The bundle file to write; an existing one is never replaced.")],
    entry: Annotated[list[int] | None, typer.Option(help="Only this entry, with its proof; repeat for more.")] = None,
    with_logs: Annotated[bool, typer.Option("--with-logs", help="Include the evaluation logs' own bytes.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Write one file that anybody can verify offline and replay.

    It holds entries, proofs, public keys, frameworks, cases and what was measured. It is not redacted: look at it
    before you hand it on.

    Example: ruleout export record.json
    """
    record = read_record(workspace_needed(workspace))
    unknown = [i for i in entry or () if not 0 <= i < len(record.entries)]
    if unknown:
        raise RuleoutError(f"no entry {unknown[0]} in a record of {len(record.entries)}", hint="See `ruleout log`.")
    size = write_bundle(export_bundle(record, chosen=entry, with_logs=with_logs), file)
    say(f"{file}: {size} bytes, {len(entry or record.entries)} entries")
    say(f"  next: ruleout verify {file}")
