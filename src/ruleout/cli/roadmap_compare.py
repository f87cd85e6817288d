# SPDX-License-Identifier: Apache-2.0
"""`ruleout roadmap compare` and `anchors`: what changed between two published states, and whether a copy has their words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.accountability.roadmap_anchors import check_roadmap_anchors
from ruleout.app.accountability.roadmap_compare import compare_goal_files
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.framework import anchors_page, anchors_value
from ruleout.cli.options import JsonOption
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.model.plain import plain
from ruleout.reports.accountability.roadmap_compare_text import roadmap_comparison_page


def add_to(verbs: typer.Typer) -> None:
    """Add the commands about published states to the verb `roadmap`."""
    verbs.command("compare")(compare)
    verbs.command("anchors")(anchors)


def compare(
    old: Annotated[Path, typer.Argument(help="The older state: a file of goals.")],
    new: Annotated[Path, typer.Argument(help="The newer state.")],
    updates: Annotated[Path | None, typer.Option("--updates", help="What was said of the change.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on a difference that no update tells of.")] = False,
    json: JsonOption = False,
) -> int:
    """Compare two states of a roadmap, field by field, and lay the update log beside what differs.

    Each difference says whether more or less is promised or stated, where a rule can tell, and where it was told of: in
    the roadmap's own log, on another page only, or nowhere.

    Exit codes: 0 compared, 1 with --strict where something changed without an update telling of it, 2 bad input.

    Example: ruleout roadmap compare feb-2026.yaml jul-2026.yaml --updates updates.yaml
    """
    comparison = compare_goal_files(old, new, updates)
    if json:
        silent = [{"goal": one.goal, "field": one.field} for one in comparison.silent]
        show_json({**plain(comparison), "silent": silent})
    else:
        show_page(roadmap_comparison_page(comparison, width=page_width()))
    return ExitCode.STOP if strict and comparison.silent else ExitCode.OK


def anchors(
    file: Annotated[Path, typer.Argument(help="The roadmap's file.")],
    document: Annotated[list[Path], typer.Option("--document", "-d", help="A copy: PDF or text; repeat for parts.")],
    json: JsonOption = False,
) -> int:
    """Look for every anchored sentence of a roadmap's file in a copy of its page, and list what is not found there.

    Exit codes: 0 all found, 1 some missing, 2 the copy cannot be read.

    Example: ruleout roadmap anchors feb-2026.yaml --document roadmap.txt
    """
    report = check_roadmap_anchors(file, document)
    if json:
        value = anchors_value(report)
        show_json({"roadmap": value.pop("framework"), **value})
    else:
        show_page(anchors_page(report, what="sentences", width=page_width()))
    return ExitCode.STOP if report.missing else ExitCode.OK
