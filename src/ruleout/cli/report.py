# SPDX-License-Identifier: Apache-2.0
"""`ruleout report`: documents assembled from the record, in which no sentence stands without an entry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ruleout.accountability.reporting.publication import Publication
from ruleout.adapters.files import read_bounded
from ruleout.app.ledger import read_record
from ruleout.app.publication.holes import holes_of, reasons_for
from ruleout.app.publication.kinds import kind_named, kinds_at_hand
from ruleout.app.publication.reports import (
    Asked,
    built_from,
    copy_of,
    find_report,
    record_approval,
    record_report,
    report_entries,
    require_audience,
    require_reader,
)
from ruleout.app.publication.sheets import record_sheet
from ruleout.app.publication.sources import SOURCES
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.form_files import write_forms
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed, workspace_or_none
from ruleout.cli.output import page_width, say, show_bytes, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.errors import RuleoutError
from ruleout.ledger.audience import Audience
from ruleout.model.case import Act
from ruleout.reports.publication.forms import markdown, twin_bytes
from ruleout.reports.publication.lists import (
    kinds_page,
    kinds_value,
    missing_page,
    missing_value,
    reports_page,
    reports_value,
)

_ABOUT = """Documents made from the record: `ruleout report KIND` builds one, or says everything that is missing.

Example: ruleout report risk-report --from reports/2026-10.yaml --audience public
"""
FOLDER = "reports"
BUILD = "build"

KindArgument = Annotated[str, typer.Argument(help="Kind of document, as `ruleout report kinds` lists them.")]
FromOption = Annotated[
    Path | None, typer.Option("--from", help="The authors' file; default: the only one of the kind in reports/.")
]
AtOption = Annotated[str | None, typer.Option("--at", help="Instant of publication; default: now.")]
AudienceOption = Annotated[str, typer.Option("--audience", help="For whom: one of the kind's audiences.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for report.md, .html, .pdf and .json; without it the text is shown."),
]


class _Kinds(TyperGroup):
    """A group in which what is no verb is a kind of document to build."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the verb of these arguments; the building of a kind where they name none."""
        named = args if not args or args[0] in self.commands or args[0].startswith("-") else [BUILD, *args]
        return super().resolve_command(ctx, named)


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(cls=_Kinds, no_args_is_help=True, help=_ABOUT)
    verbs.command(BUILD)(build)
    verbs.command("sheet")(sheet)
    verbs.command("approve")(approve)
    verbs.command("list")(list_all)
    verbs.command("show")(show)
    verbs.command("kinds")(kinds)
    app.add_typer(verbs, name="report")


def build(
    kind: KindArgument,
    source: FromOption = None,
    at: AtOption = None,
    audience: AudienceOption = "public",
    out: OutOption = None,
    record: Annotated[bool, typer.Option("--record", help="Record it as an entry that --key signs.")] = False,
    key: KeyOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Build a document from the record and its authors' file, or name everything that is missing.

    Exit codes: 0 it was built, 1 something is missing or wrong in it, 2 bad input.

    Example: ruleout report risk-report --from reports/2026-10.yaml --at 2026-10-20 --out published
    """
    place = workspace_needed(workspace)
    asked = _asked(kind, source, at, place, audience)
    require_audience(asked.kind, audience)
    built = built_from(asked, read_record(place), place)
    if built.publication is None:
        if json:
            show_json(missing_value(built.problems))
        else:
            show_page(missing_page(built.problems, width=page_width()))
        return ExitCode.STOP
    if record:
        with acting(place, key, instant(None)) as (held, recorder, signer):
            entry = record_report(asked, held, recorder, signer, workspace=place)
        say(f"recorded as {entry} of {place.origin}")
    _give(built.publication, audience, out, json=json)
    return ExitCode.OK


def sheet(
    source: Annotated[Path, typer.Argument(help="The sheet's file, such as sheets/lumen-3.yaml.")],
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record a sheet: what documents state that nothing else in the record shows, by topic. The last version counts.

    Example: ruleout report sheet sheets/lumen-3.yaml --key counsel-dan
    """
    place, data = workspace_needed(workspace), _read(source)
    with acting(place, key, instant(None)) as (held, recorder, signer):
        entry = record_sheet(data, held, recorder, signer, file=str(source))
    say(f"recorded as {entry} of {place.origin}")


def approve(
    kind: KindArgument,
    role: Annotated[str, typer.Option("--role", help="Role in which the text is approved.")],
    source: FromOption = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Refuse instead.")] = False,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Sign that a role approves a document's text. Whoever changes a word of it needs it signed again.

    Example: ruleout report approve risk-report --from reports/2026-10.yaml --role ceo --key ceo-ada
    """
    place = workspace_needed(workspace)
    asked = _asked(kind, source, None, place, Audience.PUBLIC.value)
    act = Act.REFUSE if refuse else Act.APPROVE
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = record_approval(asked, record, recorder, signer, role=role, act=act)
    say(f"recorded as {entry} of {place.origin}")


def list_all(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List the documents that the record holds.

    Example: ruleout report list
    """
    entries = report_entries(read_record(workspace_needed(workspace)))
    if json:
        show_json(reports_value(entries))
    else:
        show_page(reports_page(entries, width=page_width()))


def show(
    report: Annotated[str, typer.Argument(help="The document's id, or its entry's.")],
    audience: AudienceOption = "public",
    out: OutOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show a recorded document as an audience may see it; what it may not see is a hole with its reason.

    Example: ruleout report show 2026-10 --audience public
    """
    place = workspace_needed(workspace)
    record = read_record(place)
    entry = find_report(record, report)
    kind, _ = kind_named(str(entry.content.subject["kind"]), place)
    require_audience(kind, audience)
    require_reader(entry, audience)
    reader = Audience(audience)
    holes = holes_of(entry, record, reader)
    notes = {**reasons_for(record, reader), **holes}
    _give(copy_of(entry, record, hidden=holes, notes=notes), audience, out, json=json)


def kinds(
    json: JsonOption = False,
    sources: Annotated[bool, typer.Option("--sources", help="List the sources that kinds may name.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List the kinds of documents, or the sources of the record that their files may name.

    Example: ruleout report kinds --sources
    """
    told = {name: one.says for name, one in SOURCES.items()} if sources else {}
    found = () if sources else kinds_at_hand(workspace_or_none(workspace))
    if json:
        show_json(kinds_value(found, told))
    else:
        show_page(kinds_page(found, told, width=page_width()))


def _asked(name: str, source: Path | None, at: str | None, place: Workspace, audience: str) -> Asked:
    kind, kind_file = kind_named(name, place)
    path = _only_draft(kind.id, place) if source is None else source
    return Asked(kind=kind, kind_file=kind_file, data=_read(path), file=str(path), at=instant(at), audience=audience)


def _only_draft(kind: str, place: Workspace) -> Path:
    line = f"kind: {kind}".encode()
    paths = sorted((place.root / FOLDER).glob("*.yaml"))
    named = [path for path in paths if line in _read(path).splitlines()]
    if len(named) != 1:
        told = f"expected one file of kind {kind} in {FOLDER}/, got {len(named)}"
        raise RuleoutError(told, hint="Name it with --from FILE.")
    return named[0]


def _read(path: Path) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="report file")


def _give(publication: Publication, audience: str, out: Path | None, *, json: bool) -> None:
    """Write the four files where a folder is named; show the twin with --json, else the Markdown without a folder."""
    if out is not None:
        write_forms(publication, audience, out)
    if json:
        show_bytes(twin_bytes(publication).rstrip(b"\n"))
    elif out is None:
        show_bytes(markdown(publication, audience).encode("utf-8").rstrip(b"\n"))
