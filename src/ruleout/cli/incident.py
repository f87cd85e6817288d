# SPDX-License-Identifier: Apache-2.0
"""`ruleout incident`: one factual record of an incident, what each regime makes of it, and its reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import read_bounded
from ruleout.app.accountability.incident_regimes import facts_asked, regime_named, regimes_at_hand
from ruleout.app.accountability.incident_reports import prepare_report, record_report
from ruleout.app.accountability.incidents import (
    Register,
    amend_incident,
    merge_incident,
    open_incident,
    register_of,
    standings,
)
from ruleout.app.ledger import read_record
from ruleout.app.publication.incident_forms import FOR, incident_document
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.form_files import write_forms
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.cli.unread import say_unread
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType
from ruleout.reports.accountability.incident_text import (
    incident_page,
    incident_value,
    listing_page,
    report_page,
    report_value,
    standing_value,
)

_ABOUT = """Incidents: one record of facts; each regime classifies it in its own terms and has its own clocks.

Example: ruleout incident show weights-2026-11
"""
FOLDER = "incidents"

NameArgument = Annotated[str, typer.Argument(help="The incident's id.")]
FileArgument = Annotated[str, typer.Argument(help="The incident's id, for incidents/ID.yaml, or a path to its file.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who read the record; name no person.")]
SeenOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("open")(open_)
    verbs.command("amend")(amend)
    verbs.command("resolve")(resolve)
    verbs.command("merge")(merge)
    verbs.command("report")(report)
    verbs.command("show")(show)
    verbs.command("list")(list_all)
    app.add_typer(verbs, name="incident")


def open_(incident: FileArgument, key: KeyOption = None, workspace: WorkspaceOption = None) -> None:
    """Record an incident as its file states it. Open it on suspicion: what is not known is written `unknown`.

    Example: ruleout incident open weights-2026-11 --key rso-bea
    """
    place = workspace_needed(workspace)
    path, data = _file(incident, place)
    facts = facts_asked(regimes_at_hand(place))
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = open_incident(data, record, recorder, signer, facts=facts, file=str(path))
    say(f"recorded as {entry} of {place.origin}")


def amend(
    incident: FileArgument, reason: ReasonOption, key: KeyOption = None, workspace: WorkspaceOption = None
) -> None:
    """Record the incident's file anew, with the reason. What was stated before stays, and is shown beside it.

    An instant moved to a later one does not move a deadline: the earliest counts, until `corrections:` takes it back.

    Example: ruleout incident amend weights-2026-11 --reason "forensics found no injury" --key rso-bea
    """
    _amend(incident, reason, key, workspace_needed(workspace), resolves=False)


def resolve(
    incident: FileArgument, reason: ReasonOption, key: KeyOption = None, workspace: WorkspaceOption = None
) -> None:
    """Record that the incident is resolved, since the instant `known: resolved:` of its file.

    Example: ruleout incident resolve weights-2026-11 --reason "keys rotated, copy destroyed" --key rso-bea
    """
    _amend(incident, reason, key, workspace_needed(workspace), resolves=True)


def merge(
    incident: NameArgument,
    into: Annotated[str, typer.Option(help="The incident with which it is reported from now on.")],
    reason: ReasonOption,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Report an incident with a similar one, where a regime allows it; of all their clocks the earliest counts.

    Example: ruleout incident merge weights-2 --into weights-1 --reason "same intruder" --key rso-bea
    """
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = merge_incident(incident, into, reason, record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")


def report(
    incident: NameArgument,
    regime: Annotated[str, typer.Option(help="Whose report, such as california or eu.")],
    stage: Annotated[str, typer.Option(help="initial, urgent, intermediate, final or amended.")],
    given: Annotated[str | None, typer.Option(help="When it was handed over; default: now.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for it as .md, .html, .pdf and .json.")] = None,
    key: KeyOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Print the fields of a report from the record; with --key, record that it was given.

    What is unknown says so. A field that is neither stated nor `unknown` stops the report.

    Example: ruleout incident report weights-2026-11 --regime eu --stage initial --key rso-bea
    """
    place, now = workspace_needed(workspace), instant(None)
    terms = regime_named(regime, regimes_at_hand(place))
    held = read_record(place)
    register = register_of(held)
    _require_recorded(incident, register, place)
    made = prepare_report(incident, terms, stage, register, given=instant(given, now))
    if out is not None:
        write_forms(incident_document(made, terms, register, held), FOR.value, out)
    if json:
        show_json(report_value(made))
    else:
        show_page(report_page(made, terms.authorities, width=page_width()))
    if key is not None:
        with acting(place, key, now) as (record, recorder, signer):
            entry = record_report(made, record, recorder, signer)
        say(f"recorded as {entry} of {place.origin}")


def show(
    incident: NameArgument, at: SeenOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Show an incident: facts, each regime's classes and clocks, and every act with what it changed.

    Exit codes: 0 no report was missed, 1 one was or the last word on it is not here any more, 2 bad input.

    Example: ruleout incident show weights-2026-11
    """
    place, when = workspace_needed(workspace), instant(at)
    record = read_record(place)
    register = register_of(record, seen_at=when)
    say_unread(record, EntryType.INCIDENT)
    state = register.state(incident)
    found = standings(incident, register, regimes_at_hand(place), at=when)
    changed = {act.id: list(changes) for act, changes in register.changes_by(incident)}
    if json:
        show_json(incident_value(state, found, changed))
    else:
        show_page(incident_page(state, found, changed, at=when, width=page_width()))
    return ExitCode.STOP if state.is_unread or any(one.is_missed for one in found) else ExitCode.OK


def list_all(at: SeenOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """List every incident with the reports that are due or were missed.

    Exit codes: 0 no report was missed, 1 one was or the last word on an incident is not here any more, 2 bad input.

    Example: ruleout incident list --at 2027-01-31
    """
    place, when = workspace_needed(workspace), instant(at)
    record = read_record(place)
    register, regimes = register_of(record, seen_at=when), regimes_at_hand(place)
    say_unread(record, EntryType.INCIDENT)
    rows = [(state, standings(name, register, regimes, at=when)) for name, state in sorted(register.states.items())]
    if json:
        show_json(
            {"incidents": [{"incident": s.incident.id, "regimes": [standing_value(o) for o in f]} for s, f in rows]}
        )
    else:
        show_page(listing_page(rows, width=page_width()))
    is_missed = any(one.is_missed for _, found in rows for one in found)
    return ExitCode.STOP if is_missed or register.unread else ExitCode.OK


def _amend(incident: str, reason: str, key: str | None, place: Workspace, *, resolves: bool) -> None:
    path, data = _file(incident, place)
    facts = facts_asked(regimes_at_hand(place))
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = amend_incident(data, reason, record, recorder, signer, facts=facts, resolves=resolves, file=str(path))
    say(f"recorded as {entry} of {place.origin}")


def _file(incident: str, place: Workspace) -> tuple[Path, bytes]:
    path = Path(incident) if incident.endswith(".yaml") else place.root / FOLDER / f"{incident}.yaml"
    return path, read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="incident file")


def _require_recorded(incident: str, register: Register, place: Workspace) -> None:
    """A report rests on the record: a file that says something else would be reported by nobody."""
    path = place.root / FOLDER / f"{incident}.yaml"
    if path.is_file() and read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="incident file") != (
        register.last_statement(incident)
    ):
        hint = f"Run `ruleout incident amend {incident} --reason WHY` first."
        raise RuleoutError(f"{path} says something else than the record", hint=hint)
