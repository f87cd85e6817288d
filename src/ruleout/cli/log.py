# SPDX-License-Identifier: Apache-2.0
"""`ruleout log`: read the record."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.ledger import read_record
from ruleout.app.witnessing.watch import words_for
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_needed
from ruleout.cli.output import show_json, show_page
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.canonical import parse_canonical
from ruleout.reports.page import Line


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("log")(command)


def command(
    kind: Annotated[EntryType | None, typer.Option("--type", help="Only entries of this type.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List the record, oldest first, after checking all of it.

    Examples:
      ruleout log --type decision

      ruleout log --json
    """
    record = read_record(workspace_needed(workspace))
    entries = record.entries if kind is None else record.of_type(kind)
    witnessed = words_for(record.view)
    if json:
        shown = [{"index": e.index, "entry": parse_canonical(e.data)} for e in entries]
        told = {"origin": record.view.origin, "size": record.view.size, "witnessed": witnessed}
        show_json({**told, "entries": shown})
        return
    heading = Line(f"{record.view.origin} · {record.view.size} entries · {witnessed}", "title")
    rows = [_row(entry) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    show_page([heading, *(Line("  ".join(map(str.ljust, row, widths)).rstrip()) for row in rows)])


def _row(entry: LedgerEntry) -> tuple[str, ...]:
    content = entry.content
    said = content.subject.get("outcome") or content.subject.get("act") or content.subject.get("finding") or ""
    signed = ", ".join(sig.key_id.partition("+")[0] for sig in content.sigs) or "-"
    return (f"{entry.index:>6}", content.ts, content.type.value, str(said), signed, content.id)
