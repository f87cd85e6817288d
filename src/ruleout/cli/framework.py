# SPDX-License-Identifier: Apache-2.0
"""`ruleout framework`: which frameworks there are, what one says, whether its sentences stand in the document, and its versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.anchors import AnchorReport, check_anchors
from ruleout.app.sources import find_framework, known_frameworks
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.framework_changes import add_to
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_or_none
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.framework.summary import parts_of, summary_of
from ruleout.model.framework import Framework
from ruleout.reports.framework_text import framework_page
from ruleout.reports.page import Line, labelled

_ABOUT = """Frameworks: list them, show one, check its anchors; publish a new version, approve it, say how versions stand.

Example: ruleout framework show anthropic-rsp@3.4
"""

IdArgument = Annotated[str, typer.Argument(help="ID@VERSION or a file.", metavar="FRAMEWORK")]


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help=_ABOUT)
    verbs.command("list")(list_frameworks)
    verbs.command("show")(show)
    verbs.command("anchors")(anchors)
    add_to(verbs)
    app.add_typer(verbs, name="framework")


def list_frameworks(json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """List every framework that can be named, with the day it took effect and how many clauses its file tells.

    Example: ruleout framework list --json
    """
    place = workspace_or_none(workspace)
    frameworks = [find_framework(name, place).framework for name in known_frameworks(place)]
    if json:
        show_json({"frameworks": [summary_of(framework) for framework in frameworks]})
        return
    show_page([_row(framework) for framework in frameworks])


def show(name: IdArgument, json: JsonOption = False, workspace: WorkspaceOption = None) -> None:
    """Show a framework: its document, thresholds, safeguards, gates, clauses about peers, duties, and what is left open.

    Example: ruleout framework show anthropic-rsp@3.4
    """
    framework = find_framework(name, workspace_or_none(workspace)).framework
    if json:
        show_json({**summary_of(framework), "clauses": parts_of(framework)})
        return
    show_page(framework_page(framework, width=page_width()))


def anchors(
    name: IdArgument,
    document: Annotated[list[Path], typer.Option("--document", "-d", help="A copy: PDF or text; repeat for parts.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Look for every anchored sentence of a framework in a copy of its document, and list the clauses not found there.

    Exit codes: 0 all found, 1 some missing, 2 the copy cannot be read.

    Example: ruleout framework anchors anthropic-rsp@3.4 --document rsp-3.4.pdf
    """
    report = check_anchors(find_framework(name, workspace_or_none(workspace)), document)
    if json:
        show_json(anchors_value(report))
    else:
        show_page(anchors_page(report, what="clauses", width=page_width()))
    return ExitCode.STOP if report.missing else ExitCode.OK


def _row(framework: Framework) -> Line:
    counts = summary_of(framework)
    text = f"{framework.id!s:<28} {framework.effective}  {counts['clauses_total']:>4} clauses  {framework.title}"
    return Line(f"{text} ({framework.developer})")


def anchors_page(report: AnchorReport, *, what: str, width: int) -> list[Line]:
    """Return what was found of a file's anchored sentences, as lines. Pure."""
    lines = [Line(f"{report.framework}: {len(report.found)} of {report.clauses} {what} found", "title")]
    for copy in report.copies:
        is_it = "the file the encoding names" if copy.is_the_named_document else "not the file the encoding names"
        lines += labelled("Copy", f"{copy.name} ({copy.sha256[:12]}), {is_it}", width=width)
    for id_, section in report.missing:
        place = f", s. {section}" if section else ""
        lines += labelled("Not there", f"{id_}{place}", width=width, tone="bad")
    if report.unanchored:
        lines += labelled("No anchor", ", ".join(report.unanchored), width=width, tone="warn")
    if report.missing:
        advice = "A sentence was changed, stands in a picture or table the text lacks, or this is another version."
        lines += labelled("", advice, width=width, tone="dim")
    return lines


def anchors_value(report: AnchorReport) -> dict[str, object]:
    """Return what was found of a file's anchored sentences, as a JSON value. Pure."""
    return {
        "framework": report.framework,
        "copies": [
            {"name": c.name, "sha256": c.sha256, "is_the_named_document": c.is_the_named_document}
            for c in report.copies
        ],
        "words": report.words,
        "clauses": report.clauses,
        "found": list(report.found),
        "missing": [{"id": id_, "section": section} for id_, section in report.missing],
        "unanchored": list(report.unanchored),
    }
