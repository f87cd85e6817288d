# SPDX-License-Identifier: Apache-2.0
"""`ruleout ingest`: read evaluation logs and put what they hold into the record.

Looking at a log (`--dry-run`) needs neither keys nor the ledger, so what writes is imported only when something is to
be written: pipelines call this verb for each log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Protocol

import typer

from ruleout.adapters.logs.finding import find_logs
from ruleout.adapters.logs.orders import Reading
from ruleout.app.evidence.read_logs import Outcome, Way, read_logs
from ruleout.cli.exit_code import ExitCode
from ruleout.cli.output import page_width, say, show_json, show_page
from ruleout.cli.progress import watching
from ruleout.cli.switches import JsonOption, WorkspaceOption
from ruleout.errors import NotFound, RuleoutError
from ruleout.reports.measurement_text import measurement_page, measurement_value

#: What was skipped is listed one by one up to here, then counted; `--json` lists all.
_LISTED = 10


def add(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("ingest")(command)


def command(
    logs: Annotated[list[str], typer.Argument(help="Logs: files, folders, patterns, or addresses such as s3://….")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and show; write nothing.")] = False,
    keep_log: Annotated[bool, typer.Option(help="Keep the log's own bytes in the record's store.")] = True,
    owner: Annotated[str, typer.Option(help="Role or team that keeps the evidence current, such as evals-team.")] = "",
    valid_until: Annotated[str | None, typer.Option(help="Last day on which it counts, such as 2027-05-31.")] = None,
    summaries: Annotated[
        bool, typer.Option("--summaries", help="A quick look at summaries alone, not for gates; with --dry-run.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Read with so many processes.")] = 1,
    ray: Annotated[bool, typer.Option("--ray", help="Read on Ray, started on this machine.")] = False,
    ray_address: Annotated[str, typer.Option(help="Read on the Ray cluster at this address.")] = "",
    json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> int:
    """Read evaluation logs: what they hold, every attempt counted, and whether a gate may rely on them.

    A log that cannot be read is refused by name and reason; the others are still
    taken. In a folder, files that are no logs are skipped and listed.

    Examples:
      ruleout ingest run.eval --dry-run

      ruleout ingest logs/ "more/**/*.eval" s3://bucket/runs/ --jobs 8

      ruleout ingest logs/ --ray --json
    """
    if summaries and not dry_run:
        raise RuleoutError("a quick look is not recorded", hint="Add --dry-run, or leave --summaries out.")
    on_ray = ray_address if ray_address or ray else None
    shown = Shown(json=json)
    life = Life(keep_log=keep_log, owner=owner, valid_until=valid_until)
    with _taking(dry_run, workspace, life) as taker:
        way = Way(summaries=summaries, keep_in=taker.keep_in, jobs=jobs, ray=on_ray)
        found = find_logs(logs)
        with watching() as watch:
            for outcome in read_logs(found, way, watch):
                shown.show(taker.take(outcome))
    return shown.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What is said of the logs as they are received: whether their bytes are kept, whose they are, until when."""

    keep_log: bool
    owner: str
    valid_until: str | None


class Taker(Protocol):
    """Takes what was read, or nothing of it."""

    @property
    def keep_in(self) -> Path | None:
        """The ledger's folder beside which logs' bytes are kept, None to keep none."""

    def take(self, outcome: Outcome) -> Outcome:
        """Return what became of it: the same, or a refusal."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Takes nothing."""

    keep_in: Path | None = None

    def take(self, outcome: Outcome) -> Outcome:
        return outcome


@contextmanager
def _taking(dry_run: bool, workspace: Path | None, life: Life) -> Iterator[Taker]:
    if dry_run and not life.owner and life.valid_until is None:
        yield _Look()
        return
    from ruleout.cli.ingest_record import life_of, taking  # noqa: PLC0415 - keys, ledger and YAML cost 150 ms

    if dry_run:
        life_of(owner=life.owner, valid_until=life.valid_until)
        yield _Look()
        return
    with taking(workspace, keep_log=life.keep_log, owner=life.owner, valid_until=life.valid_until) as taker:
        yield taker


@dataclass(slots=True)
class Shown:
    """Shows each outcome as it comes, or all of them as one JSON value at the end."""

    json: bool
    read: int = 0
    logs: list[object] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)
    skipped: list[dict[str, str]] = field(default_factory=list)
    repeated: list[dict[str, str]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    def show(self, outcome: Outcome) -> None:
        """Show one outcome. Effect: writes."""
        if outcome.reading:
            self._show_reading(outcome.reading, outcome.name)
        elif outcome.refusal:
            self.refuse(outcome.name, outcome.refusal)
        elif outcome.same_as:
            self.repeated.append({"log": outcome.name, "same_as": outcome.same_as})
        elif outcome.failure:
            self.failed.append({"log": outcome.name, "why": outcome.failure})
            say(f"failed: {outcome.name}: this is a bug in ruleout, not in your files; please report the lines below")
            say(outcome.failure)
        else:
            self.skipped.append({"file": outcome.name, "why": outcome.skipped})

    def _show_reading(self, reading: Reading, name: str) -> None:
        self.read += 1
        for m in reading.measurements:
            if self.json:
                self.logs.append(measurement_value(m, name))
            else:
                show_page(measurement_page(m, name, width=page_width()))

    def refuse(self, name: str, error: RuleoutError) -> None:
        """Show a refusal. Effect: writes."""
        self.refused.append({"log": name, "why": str(error)})
        say(f"refused: {error}")
        if error.hint:
            say(f"  next: {error.hint}")

    def end(self) -> ExitCode:
        """Show what is shown at the end; return the exit code. Effect: writes."""
        if not (self.read or self.refused or self.failed):
            hint = "Name a log, a folder of logs, or a pattern; docs/guide/logs.md tells the formats."
            self.refuse("", NotFound("no evaluation log in what was named: nothing was read", hint=hint))
        _list("taken once", [f"{item['log']} has the bytes of {item['same_as']}" for item in self.repeated])
        _list("skipped", [f"{item['file']}: {item['why']}" for item in self.skipped])
        if self.json:
            lists = {"refused": self.refused, "skipped": self.skipped, "repeated": self.repeated, "failed": self.failed}
            show_json({"logs": self.logs, **lists})
        if self.failed:
            return ExitCode.BUG
        return ExitCode.BAD_INPUT if self.refused else ExitCode.OK


def _list(label: str, items: list[str]) -> None:
    for item in items[:_LISTED]:
        say(f"{label}: {item}")
    if len(items) > _LISTED:
        say(f"{label}: {len(items) - _LISTED} more; --json lists all")
