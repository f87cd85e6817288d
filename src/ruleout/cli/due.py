# SPDX-License-Identifier: Apache-2.0
"""`ruleout due`: one calendar of every duty of laws and frameworks, and the acts that it follows from."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import read_bounded, replace_file
from ruleout.app.accountability.due import due_in, facts_of
from ruleout.app.accountability.due_pages import (
    absent_page,
    due_page,
    due_value,
    names_page,
    names_value,
    settled_page,
)
from ruleout.app.accountability.duty_acts import duty_acts, record_cadence, record_done, record_event, take_back
from ruleout.app.accountability.regimes import read_regimes
from ruleout.app.ledger import Record, read_record
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, span, workspace_needed, workspace_or_none
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.errors import RuleoutError
from ruleout.model.duty import Regime
from ruleout.reports.accountability.due_calendar_file import calendar_file

_ABOUT = """What is due, to whom, from what event, because of which clause; and what was missed.

Without a verb below: the calendar of the record. Laws count from the day they take effect, each in its own time zone;
the frameworks of the record count beside them.
Exit codes: 0 nothing is missed, 1 something is or cannot be read, 2 bad input.

Examples:
  ruleout due --within 30d

  ruleout due --absent --regime california

  ruleout due --ics due.ics
"""

RegimesOption = Annotated[list[str] | None, typer.Option("--regime", help="Only this law or framework; repeat.")]
AtOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]
WhenOption = Annotated[str | None, typer.Option("--at", help="The instant, with its offset; default: now.")]
AboutOption = Annotated[str, typer.Option("--about", help="Model, version or incident it is about; not a person.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(invoke_without_command=True, help=_ABOUT)
    verbs.callback()(show)
    verbs.command("event")(event)
    verbs.command("done")(done)
    verbs.command("schedule")(schedule)
    verbs.command("cancel")(cancel)
    verbs.command("names")(names)
    app.add_typer(verbs, name="due")


def show(
    context: typer.Context,
    within: Annotated[str, typer.Option(help="How far ahead to look, such as 14d.")] = "14d",
    at: AtOption = None,
    regime: RegimesOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Show everything: also what is done, kept, or far ahead.")
    ] = False,
    absent: Annotated[bool, typer.Option("--absent", help="Name the entries that the record should hold.")] = False,
    ics: Annotated[Path | None, typer.Option(help="Write what is open as an iCalendar file too.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int | None:
    """Show the calendar, unless a verb follows."""
    if context.invoked_subcommand is not None:
        return None
    place, when = workspace_needed(workspace), instant(at)
    found = due_in(read_record(place), read_regimes(place), at=when, within=span(within), names=regime or ())
    if ics is not None:
        replace_file(ics, calendar_file(found.occurrences, at=when, origin=place.origin))
    if json:
        show_json(due_value(found))
    elif absent:
        show_page(absent_page(found, width=page_width()))
    else:
        show_page(due_page(found, every=every, width=page_width()))
    return ExitCode.OK if found.is_fine else ExitCode.STOP


def event(
    name: Annotated[str, typer.Argument(help="Name of the event; `ruleout due names` lists them.")],
    at: WhenOption = None,
    about: AboutOption = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record that something happened, or is planned for a day to come. For one thing the earliest instant counts.

    Example: ruleout due event model-deployed --at 2026-11-20T09:00:00Z --about model-7 --key rso-bea
    """
    place, now = workspace_needed(workspace), instant(None)
    happened = _moment(at, now)
    with acting(place, key, now) as (record, recorder, signer):
        known = _known(place, record)
        same = [h for h in duty_acts(record).happenings if (h.event, h.about) == (name, about)]
        entry = record_event(recorder, name, at=happened, about=about, signer=signer, regimes=known)
    say(f"recorded as {entry} of {place.origin}")
    if same and about:
        say(f"{name} of {about} was recorded before: of one thing the earliest instant counts; name another --about")


def done(
    duty: Annotated[str, typer.Argument(help="Id of the duty.")],
    regime: RegimesOption = None,
    at: WhenOption = None,
    about: AboutOption = "",
    reason: Annotated[str, typer.Option("--note", help="Words about it, such as where it was filed.")] = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record that a duty was done, under one regime or several; and show what that settles.

    Example: ruleout due done transparency-report --regime california --about model-7 --key rso-bea
    """
    place, now = workspace_needed(workspace), instant(None)
    happened = _moment(at, now)
    with acting(place, key, now) as (record, recorder, signer):
        known = _known(place, record)
        entries = [
            record_done(recorder, duty, one, at=happened, about=about, signer=signer, regimes=known, reason=reason)
            for one in regime or _only(duty, known)
        ]
    after = due_in(read_record(place), read_regimes(place), at=now, within=span("0d"))
    for entry in entries:
        say(f"recorded as {entry} of {place.origin}")
        show_page(settled_page(after.occurrences, entry, width=page_width()))


def schedule(
    file: Annotated[Path, typer.Argument(help="What was filed or agreed, as a file.")],
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record another cadence for a duty, filed with or agreed by an authority. It holds for periods that begin later.

    Example: ruleout due schedule half-yearly.yaml --key rso-bea
    """
    place = workspace_needed(workspace)
    data = read_bounded(file, limit_bytes=MOST_DOCUMENT_BYTES, what="file")
    with acting(place, key, instant(None)) as (record, recorder, signer):
        entry = record_cadence(recorder, data, file=str(file), signer=signer, regimes=_known(place, record))
    say(f"recorded as {entry} of {place.origin}")


def cancel(
    name: Annotated[str, typer.Argument(help="Name of the event.")],
    at: Annotated[str, typer.Option("--at", help="The instant under which it was recorded.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it did not happen; name no person.")],
    about: AboutOption = "",
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Take back an event that did not happen. Deadlines that have passed by now stay missed, and the act is shown.

    Example: ruleout due cancel model-deployed --at 2027-01-20T09:00:00Z --about model-8 --reason "put off" --key rso-bea
    """
    place, now = workspace_needed(workspace), instant(None)
    happened = _moment(at, now)
    with acting(place, key, now) as (record, recorder, signer):
        entry = take_back(recorder, record, name, at=happened, about=about, reason=reason, signer=signer)
    say(f"recorded as {entry} of {place.origin}")


def names(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List every event and duty that acts may name, by regime; with the record's frameworks where there is a record.

    Example: ruleout due names
    """
    place = workspace_or_none(workspace)
    known = read_regimes(None) if place is None else _known(place, read_record(place))
    if json:
        show_json(names_value(known))
    else:
        show_page(names_page(known, width=page_width()))


def _moment(text: str | None, now: datetime) -> datetime:
    """The instant of an act. A day alone is refused: it begins at another instant in each place, and a clock runs."""
    if text is not None and text != "now" and "T" not in text:
        hint = "Add the time and its offset, such as 2026-11-20T09:00:00-08:00."
        raise RuleoutError(f"expected an instant, got the day {text!r}", hint=hint)
    return now if text is None else instant(text)


def _known(place: Workspace, record: Record) -> tuple[Regime, ...]:
    return (*read_regimes(place), *facts_of(record).regimes)


def _only(duty: str, known: tuple[Regime, ...]) -> list[str]:
    """The one regime that has a duty of this id; more than one must be named."""
    owners = [regime.id for regime in known if any(d.id == duty for d in regime.duties)]
    if len(owners) > 1:
        hint = f"Add --regime for each that this was done for: {', '.join(owners)}."
        raise RuleoutError(f"{len(owners)} regimes have a duty {duty!r}", hint=hint)
    return owners or [""]
