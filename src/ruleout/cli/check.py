# SPDX-License-Identifier: Apache-2.0
"""`ruleout check`: every problem of framework and case files at once, and what the lint rules find in sound ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.check import Checked, check_files
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import JsonOption, WorkspaceOption, workspace_or_none
from ruleout.cli.output import say, show_json, show_page
from ruleout.documents.counts import count_of
from ruleout.errors import Place, Problem
from ruleout.framework.checks import CHECKS, Finding, Severity
from ruleout.reports.page import Line


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("check")(command)


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="Files; default: all of the workspace.")] = None,
    json: JsonOption = False,
    rules: Annotated[bool, typer.Option("--rules", help="List the lint rules instead.")] = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Check framework, case, evaluations and duties files, or a whole workspace. Everything found is shown with its place and what to do.

    Problems and lint errors fail; lint warnings are shown and do not. Exit codes: 0 sound, 2 not.

    Examples:
      ruleout check

      ruleout check frameworks/anthropic-rsp/2.2.yaml --json
    """
    if rules:
        _show_rules(json=json)
        return ExitCode.OK
    checked = check_files(files, workspace_or_none(workspace))
    if json:
        show_json({"files": [_value(one) for one in checked]})
    else:
        show_page([line for one in checked for line in _lines(one)])
        say(_summary(checked))
    return ExitCode.OK if all(one.is_sound for one in checked) else ExitCode.BAD_INPUT


def _summary(checked: tuple[Checked, ...]) -> str:
    findings = [finding for one in checked for finding in one.findings]
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    problems = sum(len(one.problems) for one in checked)
    files = sum(one.kind != "workspace" for one in checked)
    counts = {"file": files, "problem": problems, "error": errors, "warning": len(findings) - errors}
    return ", ".join(count_of(count, noun) for noun, count in counts.items())


def _lines(one: Checked) -> list[Line]:
    if one.problems:
        return [Line(str(problem), "bad") for problem in one.problems]
    sound = Line(
        f"{one.file}: {one.kind}, {'sound' if one.is_sound else 'not sound'}", "good" if one.is_sound else "bad"
    )
    return [sound, *(_finding_line(finding) for finding in one.findings)]


def _finding_line(finding: Finding) -> Line:
    tone = "bad" if finding.severity is Severity.ERROR else "warn"
    return Line(f"  {finding.severity.value}: {finding}", tone)


def _show_rules(*, json: bool) -> None:
    if json:
        show_json(
            {
                "rules": [
                    {"id": c.id, "about": c.subject.value, "severity": c.severity.value, "title": c.title}
                    for c in CHECKS
                ]
            }
        )
        return
    show_page([Line(f"{c.id}  {c.subject.value:<10} {c.severity.value:<8} {c.title}") for c in CHECKS])


def _value(one: Checked) -> dict[str, object]:
    warnings = [str(f) for f in one.findings if f.severity is Severity.WARNING]
    return {
        "file": one.file,
        "kind": one.kind,
        "sound": one.is_sound,
        "problems": [_problem(problem) for problem in one.problems],
        "findings": [_finding(finding) for finding in one.findings],
        "warnings": warnings,
    }


def _problem(problem: Problem) -> dict[str, object]:
    said = {"expected": problem.expected, "got": problem.got, "hint": problem.hint}
    return {"id": problem.id, **_place(problem.where), **said}


def _finding(finding: Finding) -> dict[str, object]:
    said = {"severity": finding.severity.value, "says": finding.says, "hint": finding.hint}
    return {"id": finding.id, **_place(finding.where), **said}


def _place(where: Place) -> dict[str, object]:
    return {"file": where.file, "line": where.line, "column": where.column, "path": where.path}
