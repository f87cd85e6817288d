# SPDX-License-Identifier: Apache-2.0
"""`ruleout roadmap`: goals with dates and rules; how they stand is computed, whatever their author says."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ruleout.accountability.roadmap.succession import standings
from ruleout.adapters.files import read_bounded, write_new
from ruleout.app.accountability.roadmap import roadmaps_in
from ruleout.app.accountability.roadmap_acts import Acting, change_goal, end_or_contest, grade_goal, set_goals
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.cli import roadmap_compare
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, instant, workspace_needed
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.roadmap_found import found_roadmap, only
from ruleout.cli.signing import KeyOption, acting
from ruleout.documents.counts import count_of
from ruleout.errors import NotFound, RuleoutError
from ruleout.model.roadmap_acts import GoalActKind, GoalStanding, GoalStatus
from ruleout.reports.accountability.roadmap_page import roadmap_page
from ruleout.reports.accountability.roadmap_prose import roadmap_prose
from ruleout.reports.accountability.roadmap_text import roadmap_lines, standing_value

_ABOUT = """Public goals with dates and rules of grading: set, move, revise, retire, grade them, and see how they stand.

Overdue and missed follow from dates; every change is a signed entry with its reason.

Examples:
  ruleout roadmap show

  ruleout roadmap show feb-2026.yaml jul-2026.yaml --updates updates.yaml --at 2026-07-10
"""
_LATE = frozenset({GoalStatus.OVERDUE, GoalStatus.MISSED})

DayOption = Annotated[str | None, typer.Option("--at", help="The instant to look from; default: now.")]
UpdatesOption = Annotated[Path | None, typer.Option("--updates", help="What its author said of published states.")]
NameOption = Annotated[
    str | None, typer.Option("--roadmap", help="Which roadmap; needed where the record has several.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who rely on the goal.")]
GoalArgument = Annotated[str, typer.Argument(help="The goal's id.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", help="The edited roadmap; default: the workspace's only one.")
]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("show")(show)
    verbs.command("set")(set_)
    verbs.command("move")(move)
    verbs.command("revise")(revise)
    verbs.command("retire")(retire)
    verbs.command("contest")(contest)
    verbs.command("settle")(settle)
    verbs.command("grade")(grade)
    verbs.command("publish")(publish)
    roadmap_compare.add_to(verbs)
    app.add_typer(verbs, name="roadmap")


def show(
    files: Annotated[list[Path] | None, typer.Argument(help="Published states, oldest first.")] = None,
    updates: UpdatesOption = None,
    roadmap: NameOption = None,
    at: DayOption = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Show how each goal stands at an instant: status, reasons, and where its author says otherwise.

    Without files, the record of the workspace. Exit codes: 0 nothing is overdue or missed, 1 a goal, a part of one or
    what was owed afterwards is, or a file of the workspace says other than the record.

    Example: ruleout roadmap show --at 2027-07-02
    """
    when = instant(at)
    found = found_roadmap(files, updates, roadmap, workspace)
    stood = standings(found.histories, when)
    shown = found.shown(stood, when)
    if json:
        goals = [standing_value(name, one, shown) for name, one in stood]
        show_json({"roadmap": found.roadmap.id, "at": when, "goals": goals, "unrecorded": list(found.untold)})
    else:
        show_page(roadmap_lines(shown, stood, width=page_width()))
        for text in found.untold:
            say(f"not recorded: {text}")
    late = any(_is_late(one, when) for _, one in stood)
    return ExitCode.STOP if late or found.untold else ExitCode.OK


def set_(
    file: Annotated[Path, typer.Argument(help="The roadmap's file.")],
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record the goals of a file that the record does not have yet.

    Example: ruleout roadmap set roadmap/safety.yaml --key rso-bea
    """
    place, data = workspace_needed(workspace), _bytes(file)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        goals = set_goals(data, Acting(record=record, recorder=recorder, signer=signer), file=str(file))
    say(f"{count_of(len(goals), 'goal')} in the record of {place.origin}: {', '.join(goals)}")


def move(
    goal: GoalArgument, reason: ReasonOption, file: FileOption = None, key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """Record that a goal's date, or a part's, was moved in the roadmap's file. The first date stays visible for good.

    Example: ruleout roadmap move red-teaming --reason "staff went to levelling up" --key rso-bea
    """
    _change(GoalActKind.MOVE, goal, reason, file, key, workspace)


def revise(
    goal: GoalArgument, reason: ReasonOption, file: FileOption = None, key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """Record that a goal's words, rule or parts were changed in the roadmap's file; what asks for less is flagged.

    Example: ruleout roadmap revise red-teaming --reason "the bounty pool changed" --key rso-bea
    """
    _change(GoalActKind.REVISE, goal, reason, file, key, workspace)


def retire(
    goal: GoalArgument,
    reason: ReasonOption,
    superseded_by: Annotated[str, typer.Option(help="The goal that takes its place.")] = "",
    roadmap: NameOption = None,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Take a goal off the roadmap. One that was due by then stays missed.

    Example: ruleout roadmap retire data-retention --reason "another process covers it" --key rso-bea
    """
    _end(GoalActKind.RETIRE, goal, reason, roadmap, key, workspace, superseded_by=superseded_by)


def contest(
    goal: GoalArgument, reason: ReasonOption, roadmap: NameOption = None, key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """Say that a goal's status is disputed, and why; the status stays as computed, with the flag beside it.

    Example: ruleout roadmap contest red-teaming --reason "the bounty findings were left out" --key board-cal
    """
    _end(GoalActKind.CONTEST, goal, reason, roadmap, key, workspace)


def settle(
    goal: GoalArgument, reason: ReasonOption, roadmap: NameOption = None, key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:  # fmt: skip
    """Say how a dispute about a goal ended.

    Example: ruleout roadmap settle red-teaming --reason "the findings were added" --key board-cal
    """
    _end(GoalActKind.SETTLE, goal, reason, roadmap, key, workspace)


def grade(
    file: Annotated[Path, typer.Argument(help="The grade's file.")],
    roadmap: NameOption = None,
    key: KeyOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Record a grade of a goal or a part: marks, what was delivered, what shows it. The rule decides what it means.

    Example: ruleout roadmap grade grades/levelling-up.yaml --key rso-bea
    """
    place, data = workspace_needed(workspace), _bytes(file)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        name = roadmap or only(roadmaps_in(record))
        entry = grade_goal(name, data, Acting(record=record, recorder=recorder, signer=signer), file=str(file))
    say(f"recorded as {entry} of {place.origin}")


def publish(
    out: Annotated[Path, typer.Argument(help="File to write: .html for the page, .md for prose.")],
    files: Annotated[list[Path] | None, typer.Option("--state", help="A published state; repeatable.")] = None,
    updates: UpdatesOption = None,
    roadmap: NameOption = None,
    at: DayOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Write the roadmap as a page or as prose. Every date comes from data, so none can be mistyped.

    Example: ruleout roadmap publish roadmap.html
    """
    when = instant(at)
    found = found_roadmap(files, updates, roadmap, workspace)
    if found.untold:
        raise RuleoutError(f"not recorded: {found.untold[0]}", hint="Record the change first; a page shows the record.")
    shown = found.shown(standings(found.histories, when), when)
    if out.suffix not in (".html", ".md"):
        raise RuleoutError(f"expected a file ending in .html or .md, got {out.name!r}", hint="Choose one of them.")
    text = roadmap_page(shown) if out.suffix == ".html" else roadmap_prose(shown)
    write_new(out, text.encode("utf-8"))
    say(f"written to {out}")


def _change(
    kind: GoalActKind, goal: str, reason: str, file: Path | None, key: str | None, workspace: Path | None
) -> None:
    place = workspace_needed(workspace)
    path = file or _only_file(sorted((place.root / "roadmap").glob("*.yaml")))
    data = _bytes(path)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        who = Acting(record=record, recorder=recorder, signer=signer)
        less = change_goal(kind, goal, data, who, reason=reason, file=str(path))
    say(f"recorded in {place.origin}: {goal} was {'moved' if kind is GoalActKind.MOVE else 'revised'}")
    for text in less:
        say(f"flagged: {text}")


def _only_file(paths: list[Path]) -> Path:
    if len(paths) != 1:
        raise NotFound(f"expected one file in roadmap/, got {len(paths)}", hint="Name it: --file.")
    return paths[0]


def _end(
    kind: GoalActKind, goal: str, reason: str, roadmap: str | None, key: str | None, workspace: Path | None,
    *, superseded_by: str = "",
) -> None:  # fmt: skip
    place = workspace_needed(workspace)
    with acting(place, key, instant(None)) as (record, recorder, signer):
        who = Acting(record=record, recorder=recorder, signer=signer)
        name = roadmap or only(roadmaps_in(record))
        entry = end_or_contest(kind, name, goal, who, reason=reason, superseded_by=superseded_by)
    say(f"recorded as {entry} of {place.origin}")


def _is_late(one: GoalStanding, at: datetime) -> bool:
    """Whether a goal, a part of one that is not done, or what is owed since it was done, is overdue or missed."""
    owed = any(each.answered is None and each.due < at.date() for each in one.follow_ons)
    return owed or one.status in _LATE or (one.done_on is None and any(part.status in _LATE for part in one.parts))


def _bytes(path: Path) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file")
