# SPDX-License-Identifier: Apache-2.0
"""`ruleout coverage`: a framework against outside criteria, with the clause that claims each item."""

from __future__ import annotations

from typing import Annotated

import typer

from ruleout.app.coverage import coverage_of
from ruleout.app.sources import find_framework
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_or_none
from ruleout.cli.output import page_width, show_json, show_page
from ruleout.framework.coverage import Coverage, ItemCoverage
from ruleout.model.plain import plain
from ruleout.reports.coverage_text import coverage_page


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("coverage")(command)


def command(
    framework: Annotated[str, typer.Argument(help="ID@VERSION or a file.")],
    against: Annotated[str, typer.Option("--against", help="metr, saferai, seoul, sb53, raise, illinois or eu-code.")],
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Hold a framework against outside criteria in four columns that are never merged.

    Claimed (with the clause), confirmed by a reviewer, seen in operation, and the grader's own score. Items whose
    wording could not be compared with its source are marked.

    Example: ruleout coverage anthropic-rsp@3.4 --against metr
    """
    place = workspace_or_none(workspace)
    found = coverage_of(find_framework(framework, place), against, place)
    if json:
        show_json(_value(found))
    else:
        show_page(coverage_page(found, width=page_width()))


def _value(found: Coverage) -> dict[str, object]:
    criteria = found.criteria
    return {
        "framework": found.framework,
        "against": {"id": criteria.id, "title": criteria.title, "edition": criteria.edition, "url": criteria.url},
        "mapped": found.mapped,
        "counts": found.count(),
        "grader": plain(found.scores),
        "items": [_item(item) for item in found.items],
    }


def _item(one: ItemCoverage) -> dict[str, object]:
    return {
        "item": plain(one.item),
        "is_leaf": one.is_leaf,
        "claimed": {"binds": one.is_claimed, "clauses": plain(one.clauses), "leaves_open": one.leaves_open},
        "confirmed": plain(one.confirmed),
        "in_operation": list(one.operated),
        "grader": plain(one.scores),
    }
