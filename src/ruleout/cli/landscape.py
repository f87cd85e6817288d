# SPDX-License-Identifier: Apache-2.0
"""`ruleout landscape`: what peers have deployed and with which safeguards, and what that may change for a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.files import write_new
from ruleout.app.landscape import DEFECTS, effects_on, facts_of, notes_on, read_landscapes
from ruleout.app.ledger import read_record
from ruleout.app.sources import find_framework, known_frameworks, read_case
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import AtOption, JsonOption, WorkspaceOption, instant, workspace_or_none
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.documents.counts import count_of
from ruleout.model.landscape import LandscapeFact, conflicts_in
from ruleout.model.plain import instant_text, plain
from ruleout.reports.landscape_html import effects_html
from ruleout.reports.landscape_text import effects_page, landscape_page, marks
from ruleout.reports.page import Line

_ABOUT = """What peers have deployed and with which safeguards, as dated, graded, sourced facts.

Facts come from the workspace's folder landscape/ and from the shipped public record. A stale, second-hand or contested
fact is shown as such and counts for less; facts that contradict each other stand side by side.

Examples:
  ruleout landscape show --at 2026-01-01

  ruleout landscape case case.yaml -f anthropic-rsp@3.4
"""


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("show")(show)
    verbs.command("check")(check)
    verbs.command("case")(case_page)
    app.add_typer(verbs, name="landscape")


def show(at: AtOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Show every fact about peers, with its grade, the days on which it counts, and what weakens it.

    Example: ruleout landscape show --at 2026-01-01
    """
    when = instant(at)
    facts = facts_of(read_landscapes(workspace_or_none(workspace)))
    if json:
        conflicts = [[fact.id for fact in group] for group in conflicts_in(facts, on=when.date())]
        shown = [_fact(fact, marks(fact, on=when.date())) for fact in facts]
        show_json({"at": instant_text(when), "facts": shown, "conflicts": conflicts})
        return
    show_page(landscape_page(facts, on=when.date(), width=page_width()))


def check(at: AtOption = None, json: JsonOption = False, workspace: WorkspaceOption = None) -> int:
    """Check the facts: which are stale, second-hand, contested or in conflict, and which contradict themselves.

    Exit codes: 0 no defect, 1 a fact is misdated, stands twice, or answers a question that no framework asks, 2 a file
    has problems.

    Example: ruleout landscape check --at now --json
    """
    place = workspace_or_none(workspace)
    when = instant(at)
    facts = facts_of(read_landscapes(place))
    frameworks = [find_framework(name, place).framework for name in known_frameworks(place)]
    notes = notes_on(facts, frameworks, on=when.date())
    if json:
        shown = [{"fact": n.fact, "kind": n.kind, "says": n.says, "defect": n.kind in DEFECTS} for n in notes]
        show_json({"at": instant_text(when), "facts": len(facts), "notes": shown})
    else:
        show_page([Line(f"{n.kind:<17}{n.fact}: {n.says}", "bad" if n.kind in DEFECTS else "warn") for n in notes])
        say(f"{count_of(len(facts), 'fact')}, {count_of(len(notes), 'note')}")
    return ExitCode.STOP if any(note.kind in DEFECTS for note in notes) else ExitCode.OK


def case_page(
    case: Annotated[Path, typer.Argument(help="The case file.")],
    framework: Annotated[list[str], typer.Option("--framework", "-f", help="ID@VERSION or a file; repeat for more.")],
    at: AtOption = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the page to this new file.")] = None,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Show what facts about peers may and may not change for a case under each framework.

    The instant defaults to the case's own.

    Example: ruleout landscape case case.yaml -f anthropic-rsp@2.2 -f anthropic-rsp@3.4 --html peers.html
    """
    place = workspace_or_none(workspace)
    read = read_case(case)
    when = instant(at, read.case.at)
    facts = facts_of(read_landscapes(place))
    record = read_record(place) if place is not None else None
    effects = effects_on(read, [find_framework(name, place) for name in framework], facts, at=when, record=record)
    if html is not None:
        write_new(html, effects_html(effects, facts, case=read.case.title, on=when.date()).encode("utf-8"))
        say(f"wrote {html}")
    if json:
        show_json({"at": instant_text(when), "case": read.case.id, "frameworks": plain(effects)})
    elif html is None:
        show_page(effects_page(effects, read.case.title, width=page_width()))


def _fact(fact: LandscapeFact, weakened: tuple[str, ...]) -> dict[str, object]:
    shown = plain(fact)
    return {**shown, "counts_as": fact.counts_as.value, "last_day": fact.last_day.isoformat(), "marks": list(weakened)}
