# SPDX-License-Identifier: Apache-2.0
"""`ruleout evaluate`: which evaluations a framework requires of a case and are not there, and running them."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ruleout.adapters.inspect_runner import InspectRunner
from ruleout.app.assess import as_recorded
from ruleout.app.evaluate import (
    Listed,
    Ran,
    Runner,
    after,
    find_evaluations,
    list_required,
    order_runs,
    read_evaluations,
    run_order,
    write_beside,
)
from ruleout.app.ledger import read_record
from ruleout.app.settings import from_environment
from ruleout.app.sources import find_framework, read_case
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.options import AtOption, JsonOption, WorkspaceOption, instant, workspace_or_none
from ruleout.cli.output import page_width, say, show_error, show_json, show_page
from ruleout.documents.counts import count_of
from ruleout.errors import RuleoutError
from ruleout.model.plain import instant_text
from ruleout.model.run import RunOrder
from ruleout.reports.evaluate_text import case_lines, problem_value, ran_page, required_page, required_value
from ruleout.reports.measurement_text import measurement_page
from ruleout.reports.page import Line


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("evaluate")(command)


def command(
    case: Annotated[Path, typer.Argument(help="The case file.")],
    framework: Annotated[str, typer.Option("--framework", "-f", help="ID@VERSION or a file.")],
    at: AtOption = None,
    model: Annotated[str | None, typer.Option("--model", help="Run what is not there on this model.")] = None,
    evaluations: Annotated[
        Path | None, typer.Option("--evaluations", help="Default: evaluations.yaml beside the case or workspace.")
    ] = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="Run this evaluation; repeat for more.")] = None,
    smoke: Annotated[int | None, typer.Option("--smoke", min=1, help="Try N samples; the log never counts.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the lines for the case beside each log.")] = False,
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """List the evaluations a framework requires of a case, and what is missing or stale; with --model, run them.

    Nothing is run without --model. Running executes the Python files that evaluations.yaml names: other people's code
    with your rights and your keys for model providers, in a process of its own but in no sandbox. Read it first.

    Each run's log is kept under logs/ beside the case, read, and held against the indicators. The case file is not
    edited: the lines to paste are shown. Freshness is judged today; --at judges it at another instant.

    Exit codes: 0 nothing load-bearing is missing or stale, 3 something is, 2 bad input or a run without a log.

    Examples:
      ruleout evaluate case.yaml -f framework.yaml

      ruleout evaluate case.yaml -f framework.yaml --model openai/gpt-5 --smoke 3

      ruleout evaluate case.yaml -f framework.yaml --model openai/gpt-5 --write
    """
    place = workspace_or_none(workspace)
    path = find_evaluations(evaluations, case, place)
    runs = None if path is None else read_evaluations(path)
    file, when = find_framework(framework, place), instant(at)
    record = read_record(place) if place is not None else None
    listed = list_required(file, as_recorded(read_case(case), file, record, at=when), runs, at=when)
    if model is None:
        if smoke is not None or write or only:
            raise RuleoutError("--smoke, --write and --only are about runs", hint="Add --model MODEL.")
        _show_json(listed, ()) if json else _show_list(listed)
        return ExitCode.HOLD if listed.is_outstanding else ExitCode.OK
    environment = from_environment().environment
    runner = InspectRunner(environment=environment, show_progress=sys.stderr.isatty())
    orders = order_runs(listed, model=model, only=only or (), smoke=smoke)
    done = _run(orders, listed, runner)
    return _report(listed, done, write=write, json=json, workspace=None if place is None else place.root)


@dataclass(frozen=True, slots=True)
class _Done:
    """What came of all orders: the runs with a log, and whether any was without."""

    ran: tuple[Ran, ...]
    failed: bool


def _run(orders: tuple[RunOrder, ...], listed: Listed, runner: Runner) -> _Done:
    """Make the runs one after the other; one without a log does not keep the others from being made."""
    if not orders:
        say("nothing to run: every required evaluation is there; --only NAME runs one again")
        return _Done((), failed=False)
    runner.check()
    ran, failed = [], False
    for number, order in enumerate(orders, start=1):
        say(f"[{number}/{len(orders)}] {order.run.evaluation}: {order.run.task} on {order.model}")
        try:
            ran.append(run_order(order, listed, runner, now=instant(None), say=lambda line: say(f"  | {line}")))
        except RuleoutError as error:
            show_error(error)
            failed = True
    return _Done(tuple(ran), failed=failed)


def _report(listed: Listed, done: _Done, *, write: bool, json: bool, workspace: Path | None) -> int:
    if json:
        _show_json(listed, done.ran)
    for one in done.ran:
        if not json:
            _show_run(one)
        if write and not one.smoke:
            say(f"lines for the case: {write_beside(one.log, case_lines(one.item))}")
        _say_next(one, listed, workspace)
    outstanding = [row for row in after(listed, done.ran) if row.is_outstanding]
    for row in outstanding:
        say(f"outstanding: {row.indicator.threshold} · {row.indicator.evaluation}: {row.status.value}")
    if done.failed:
        return ExitCode.BAD_INPUT
    return ExitCode.HOLD if outstanding else ExitCode.OK


def _show_list(listed: Listed) -> None:
    heading = f"{listed.case.case.id} under {listed.framework.framework.id}"
    runs = () if listed.runs is None else listed.runs.file.runs
    show_page(required_page(heading, listed.required, runs, width=page_width()))
    if listed.without_indicator:
        say(f"no indicator, people's word settles: {', '.join(listed.without_indicator)}")
    for problem in listed.problems:
        say(f"would not be run: {problem}")
    say(f"freshness as of {instant_text(listed.at)}; --model MODEL runs what is not there")


def _show_run(one: Ran) -> None:
    show_page(measurement_page(one.measurement, str(one.log), width=page_width()))
    if one.smoke:
        show_page([Line("  a smoke run: every sample is marked invalid, and no indicator may use it", "warn")])
        return
    show_page([*ran_page(one.measurement, one.item, one.required, width=page_width()), Line("")])
    show_page([Line(line) for line in case_lines(one.item).splitlines()])


def _say_next(one: Ran, listed: Listed, workspace: Path | None) -> None:
    if one.smoke:
        return
    if one.earlier:
        runs, lie = count_of(one.earlier, "earlier run"), "lies" if one.earlier == 1 else "lie"
        say(f"{runs} of {one.item.id!r} {lie} beside it; repeating until it suits voids the level")
    evaluated = one.measurement.evaluated
    if evaluated is not None and evaluated > listed.case.case.at:
        say(f"it ran after the case's instant: `at:` must be {instant_text(evaluated)} or later for it to count")
    if workspace is not None:
        say(f"into the record: ruleout ingest {one.log} -w {workspace}")


def _show_json(listed: Listed, ran: tuple[Ran, ...]) -> None:
    show_json(
        {
            "case": listed.case.case.id,
            "framework": str(listed.framework.framework.id),
            "at": instant_text(listed.at),
            "outstanding": any(row.is_outstanding for row in after(listed, ran)),
            "required": [
                required_value(row, None if listed.runs is None else listed.runs.file.run_of(row.indicator.evaluation))
                for row in listed.required
            ],
            "without_indicator": list(listed.without_indicator),
            "problems": [problem_value(problem) for problem in listed.problems],
            "runs": [_run_value(one) for one in ran],
        }
    )


def _run_value(one: Ran) -> dict[str, object]:
    return {
        "evaluation": one.item.id,
        "log": str(one.log),
        "digest": one.item.digest,
        "status": one.measurement.status,
        "smoke": one.smoke,
        "earlier": one.earlier,
        "attempts": {state.value: count for state, count in one.states},
        "indicators": [required_value(row, None) for row in one.required],
        "case_lines": case_lines(one.item),
    }
