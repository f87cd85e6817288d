# SPDX-License-Identifier: Apache-2.0
"""`ruleout evidence`: the record's evidence, its life, and its integrity."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.evidence.due import due_in
from ruleout.app.evidence.listing import (
    Wanted,
    compare_evidence,
    find_overlaps,
    list_evidence,
    show_evidence,
    why_none,
)
from ruleout.app.evidence.pages import (
    due_page,
    listed_page,
    listed_value,
    outlook_value,
    reach_page,
    reach_value,
    shown_page,
    shown_value,
)
from ruleout.app.evidence.renew import record_renewal
from ruleout.app.evidence.withdraw import Reach, reach_of_lift, reach_of_withdrawal, whole_digests
from ruleout.app.evidence.withdrawal import Selector, record_lift, record_withdrawal
from ruleout.app.ledger import Record, read_record
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import (
    JsonOption,
    WorkspaceOption,
    day,
    instant,
    span,
    workspace_needed,
    workspace_or_none,
)
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.signing import KeyOption, acting
from ruleout.evidence.overlap import Relation
from ruleout.model.expiry import has_ended
from ruleout.reports.evidence.show_text import difference_page, difference_value, overlap_value, overlaps_page

_ABOUT = """Evidence in the record: list it, show one piece, compare two, see what ends, withdraw what was wrong.

Example: ruleout evidence list --status expired
"""

DayOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who relied on it; name no person.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what it would reach; write nothing.")]
NameArgument = Annotated[str, typer.Argument(help="A digest or its beginning, or an entry's id.")]
EitherArgument = Annotated[str, typer.Argument(help="A log file, or a digest or its beginning.")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("list")(list_all)
    verbs.command("show")(show)
    verbs.command("diff")(diff)
    verbs.command("due")(due)
    verbs.command("withdraw")(withdraw)
    verbs.command("lift")(lift)
    verbs.command("renew")(renew)
    verbs.command("overlaps")(overlaps)
    app.add_typer(verbs, name="evidence")


def list_all(
    task: Annotated[str, typer.Option(help="Only of this task.")] = "",
    model: Annotated[str, typer.Option(help="Only of what the log calls the model.")] = "",
    status: Annotated[str, typer.Option(help="Only what counts, or is unusable, expired or withdrawn.")] = "",
    within: Annotated[str | None, typer.Option(help="Only what ends within this many days, such as 30d.")] = None,
    at: DayOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List every measurement of the record: when it was evaluated and received, whose it is, how it stands.

    Example: ruleout evidence list --within 30d
    """
    record = read_record(workspace_needed(workspace))
    wanted = Wanted(task=task, model=model, standing=status, within=None if within is None else span(within))
    listed = list_evidence(record, wanted, at=instant(at))
    if json:
        show_json({"origin": record.view.origin, "evidence": [listed_value(one) for one in listed]})
    else:
        show_page(listed_page(listed, origin=record.view.origin, width=page_width()))
    if not listed:
        say(why_none(record, wanted))


def show(
    evidence: NameArgument, at: DayOption = None, json: JsonOption = False, workspace: WorkspaceOption = None
) -> None:
    """Show one measurement whole: provenance, results, problems, other runs of its task, decisions that rest on it.

    Example: ruleout evidence show 3f9a12
    """
    shown = show_evidence(read_record(workspace_needed(workspace)), evidence, at=instant(at))
    if json:
        show_json(shown_value(shown))
    else:
        show_page(shown_page(shown, width=page_width()))


def diff(
    first: EitherArgument, second: EitherArgument, json: JsonOption = False, workspace: WorkspaceOption = None
) -> int:
    """Compare two measurements attempt by attempt: log files, or evidence of the record.

    Exit codes: 0 the same attempts with the same results, 1 they differ, 2 one of them cannot be read.

    Example: ruleout evidence diff old.eval new.eval
    """
    place = workspace_or_none(workspace)
    found = compare_evidence(None if place is None else read_record(place), first, second)
    if json:
        show_json(difference_value(found))
    else:
        show_page(difference_page(found, width=page_width()))
    return ExitCode.OK if found.is_empty else ExitCode.STOP


def due(
    within: Annotated[str, typer.Option(help="How far ahead to look, such as 30d.")] = "30d",
    at: DayOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Tell what has ended or soon ends, per owner, and which gates that closes.

    The last decision of each question is decided again: as of now, and as of the first day without the evidence.
    Exit codes: 0 nothing has expired, 1 something has or a decision cannot be read, 2 bad input.

    Example: ruleout evidence due --within 90d
    """
    record, when = read_record(workspace_needed(workspace)), instant(at)
    found = due_in(record, at=when, within=span(within))
    if json:
        show_json({"at": when, **outlook_value(found)})
    else:
        show_page(due_page(found, within=within, width=page_width()))
    return ExitCode.OK if found.is_fine else ExitCode.STOP


def withdraw(
    reason: ReasonOption,
    digests: Annotated[list[str] | None, typer.Argument(help="Digests of logs, or their beginnings.")] = None,
    tool: Annotated[str, typer.Option(help="All that this tool made.")] = "",
    tool_version: Annotated[str, typer.Option(help="Only this version of it.")] = "",
    producer: Annotated[str, typer.Option(help="All that this producer of entries received.")] = "",
    model_digest: Annotated[str, typer.Option(help="All of this model, by digest.")] = "",
    revision: Annotated[str, typer.Option(help="All made by code of this revision.")] = "",
    key: KeyOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Withdraw evidence in one signed act, past and future, and list every decision that relied on it.

    What it covers counts no more, at any instant, until another entry lifts it; determinations that rely on it are
    void. Several facts narrow it: all of them must hold.

    Examples:
      ruleout evidence withdraw 3f9a12 --reason "wrong prompt template" --dry-run

      ruleout evidence withdraw --tool scorer --tool-version 1.2 --reason "counts refusals as failures" --key rso-bea
    """
    place, when = workspace_needed(workspace), instant(None)
    facts = {"tool": tool, "tool_version": tool_version, "producer": producer}
    facts |= {"model_digest": model_digest, "revision": revision}

    def plan(record: Record) -> tuple[Selector, Reach]:
        selector = Selector(digests=whole_digests(tuple(digests or ()), record), **facts)
        return selector, reach_of_withdrawal(selector, record, by=key or "nobody yet", reason=reason, at=when)

    if dry_run:
        _show_reach(plan(read_record(place))[1], "", json=json)
        return
    with acting(place, key, when) as (record, recorder, signer):
        selector, reach = plan(record)
        entry = record_withdrawal(selector, reason, record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")
    _show_reach(reach, entry, json=json)


def lift(
    withdrawal: Annotated[str, typer.Argument(help="Id of the withdrawal's entry.")],
    reason: ReasonOption,
    key: KeyOption = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Lift a withdrawal, with a reason: what it covered counts again, and decisions that relied on it are listed.

    Example: ruleout evidence lift withdrawal/1 --reason "the template was right" --key rso-bea
    """
    place, when = workspace_needed(workspace), instant(None)
    if dry_run:
        _show_reach(reach_of_lift(withdrawal, read_record(place), at=when), "", json=json)
        return
    with acting(place, key, when) as (record, recorder, signer):
        reach = reach_of_lift(withdrawal, record, at=when)
        entry = record_lift(withdrawal, reason, record, recorder, signer)
    say(f"recorded as {entry} of {place.origin}")
    _show_reach(reach, entry, json=json)


def renew(
    evidence: NameArgument,
    owner: Annotated[str, typer.Option(help="Role or team that keeps it current from now on.")] = "",
    valid_until: Annotated[str | None, typer.Option(help="Its last day from now on, such as 2027-05-31.")] = None,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Give evidence another owner or another last day, signed by whoever looked at it again.

    Example: ruleout evidence renew 3f9a12 --valid-until 2027-05-31 --key rso-bea
    """
    place, when, last = workspace_needed(workspace), instant(None), day(valid_until)
    with acting(place, key, when) as (record, recorder, signer):
        entry = record_renewal(evidence, record, recorder, signer, owner=owner, valid_until=last)
    say(f"recorded as {entry} of {place.origin}")
    if has_ended(last, when.date()):
        say(f"{last} is over: it counts no more; `ruleout evidence due` tells which gates that closes")


def overlaps(
    logs: Annotated[
        list[str] | None, typer.Argument(help="Log files to compare too; default: the record alone.")
    ] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """List logs of one model that share tasks or attempts: the same log twice, one within another, reruns.

    Exit codes: 0 no attempt stands in two logs, 1 some do, 2 a log cannot be read.

    Example: ruleout evidence overlaps logs/*.eval
    """
    place = workspace_or_none(workspace) if logs else workspace_needed(workspace)
    found = find_overlaps(None if place is None else read_record(place), logs or [])
    if json:
        show_json({"overlaps": [overlap_value(overlap) for overlap in found]})
    else:
        show_page(overlaps_page(found, width=page_width()))
    copied = [overlap for overlap in found if overlap.relation not in (Relation.RERUN, Relation.SHARED_TASKS)]
    return ExitCode.STOP if copied else ExitCode.OK


def _show_reach(reach: Reach, entry: str, *, json: bool) -> None:
    if json:
        show_json(reach_value(reach, entry=entry))
    else:
        show_page(reach_page(reach, width=page_width()))
    if not reach.evidence:
        say("nothing received so far is covered, only what may come: compare the names with `ruleout evidence show`")
