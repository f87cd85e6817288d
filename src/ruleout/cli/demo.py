# SPDX-License-Identifier: Apache-2.0
"""`ruleout demo`: the main job on real input, from nothing, in one command."""

from __future__ import annotations

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from ruleout.app.demo import (
    ACCOUNT,
    Step,
    lay_out,
    steps_after_tampering,
    steps_before_tampering,
    steps_of_a_year,
    tamper,
)
from ruleout.app.portal.account import PAGE
from ruleout.app.settings import from_environment
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.forked import load_verbs, run_forked
from ruleout.cli.options import instant
from ruleout.cli.output import page_width, show_page
from ruleout.documents.counts import count_of
from ruleout.reports.page import Line, labelled


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("demo")(command)


def command(
    folder: Annotated[Path | None, typer.Option("--folder", help="A new folder; default: a temporary one.")] = None,
) -> int:
    """Run the main job: real release cases decided under two regimes, an invented one approved, recorded, verified.

    Needs no key, no network and no prompt. Everything it writes stays in one folder, named at the end.

    Example: ruleout demo --folder tour
    """
    place = (folder or Path(tempfile.mkdtemp(prefix="ruleout-demo-"))).resolve()
    environment = {
        **from_environment().environment,
        **lay_out(place, today=instant(None).date()),
        "COLUMNS": str(page_width()),
    }
    load_verbs()
    failed = _run(steps_before_tampering(place), environment, place)
    tamper(place / "record.json", place / "tampered.json")
    failed += _run(steps_after_tampering(place / "tampered.json"), environment, place)
    failed += _run(steps_of_a_year(place), environment, place)
    end = f"Everything is in {place}. Nothing here says that any model is safe."
    show_page([Line(""), *labelled("", end, width=page_width(), tone="title")])
    show_page([Line("Open in a browser, Northlight's public account:"), Line(f"  {place / ACCOUNT / PAGE}", "title")])
    if failed:
        show_page([Line(f"{count_of(failed, 'step')} did not end as {'it' if failed == 1 else 'they'} should", "bad")])
    return ExitCode.BUG if failed else ExitCode.OK


def _run(steps: Iterable[Step], environment: Mapping[str, str], place: Path) -> int:
    """Run each command in a process of its own; return how many ended otherwise than they should."""
    failed = 0
    for step in steps:
        code, told = run_forked(step.arguments, environment) if step.program == "ruleout" else _alone(step, environment)
        wrong = code != step.code
        failed += wrong
        if not step.quiet or wrong:
            _show(step, code, told.replace(f"{place}/", ""), place)
    return failed


def _alone(step: Step, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a program that shares nothing with ours in a Python of its own."""
    done = subprocess.run(  # noqa: S603 - our own program, arguments from the demonstration alone
        [sys.executable, "-I", step.program, *step.arguments],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
    )
    return done.returncode, done.stdout + done.stderr


def _show(step: Step, code: int, told: str, place: Path) -> None:
    if step.says:
        show_page([Line(""), Line(f"── {step.says}", "title")])
    program = "ruleout" if step.program == "ruleout" else f"python {Path(step.program).name}"
    written = f"$ {program} {shlex.join(step.arguments)}".replace(f"{place}/", "")
    show_page([Line(written, "dim")])
    show_page([Line(text) for text in told.splitlines()])
    if code:
        expected = "" if code == step.code else f" (expected {step.code})"
        show_page([Line(f"exit {code}{expected}", "dim" if not expected else "bad")])
