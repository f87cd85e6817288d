# SPDX-License-Identifier: Apache-2.0
"""List the evaluations that a framework requires of a case, and run those that are not there.

The case file is never edited: what it should say of a new log is handed over as text. A run counts from its log alone,
read by our own reader and held against the indicators as `assess` would.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ruleout.adapters.files import read_bounded, write_new
from ruleout.analysis.required import Required, demands_of, required_evaluations, without_indicator
from ruleout.app.sources import MOST_DOCUMENT_BYTES, CaseFile, FrameworkFile, read_measurement
from ruleout.app.workspace import Workspace
from ruleout.errors import BadInput, NotFound, Problem, RuleoutError
from ruleout.framework.runs import EvaluationsFile, parse_evaluations, unmet_demands
from ruleout.model.case import Case
from ruleout.model.evidence import EvidenceItem, Measurement, SampleState, Weight
from ruleout.model.run import Demand, RunOrder

EVALUATIONS = "evaluations.yaml"
LINES_SUFFIX = ".case.yaml"
_LOGS = "logs"


class Runner(Protocol):
    """What can run an evaluation; see `adapters.inspect_runner`."""

    def check(self) -> None:
        """Refuse if nothing can be run here. Raises RuleoutError."""

    def run(self, order: RunOrder, *, folder: Path, log: Path, say: Callable[[str], None]) -> None:
        """Make one run and put its log at `log`. Raises RuleoutError if there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """An evaluations file and the folder its paths begin at."""

    path: Path
    file: EvaluationsFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What is required of a case, and how it could be run.

    `problems` are demands of indicators that the evaluations file would not meet.
    """

    framework: FrameworkFile
    case: CaseFile
    at: datetime
    required: tuple[Required, ...]
    runs: Runs | None
    problems: tuple[Problem, ...]

    @property
    def is_outstanding(self) -> bool:
        """Whether anything load-bearing is not there."""
        return any(row.is_outstanding for row in self.required)

    @property
    def without_indicator(self) -> tuple[str, ...]:
        """The thresholds asked about that no indicator bears on."""
        return without_indicator(self.framework.framework, self.case.case, self.required)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """One run: its log, what the log holds, and what the indicators say of it.

    Attributes:
        log: the log's file; `item` names it as a path below the case's folder.
        item: the evidence as the case should state it.
        required: the evaluation's indicators, as if the case stated it.
        earlier: logs of the same evaluation that lay there before.
        smoke: a run that never counts.
    """

    log: Path
    item: EvidenceItem
    measurement: Measurement
    required: tuple[Required, ...]
    earlier: int
    smoke: bool

    @property
    def states(self) -> tuple[tuple[SampleState, int], ...]:
        """How many attempts ended in each state, all states present."""
        counted = Counter(attempt.state for attempt in self.measurement.attempts)
        return tuple((state, counted[state]) for state in SampleState)


def find_evaluations(named: Path | None, case: Path, workspace: Workspace | None) -> Path | None:
    """Return the evaluations file: the named one, else that beside the case, else the workspace's, else None."""
    if named is not None:
        return named
    folders = [case.parent, *([] if workspace is None else [workspace.root])]
    return next((path for folder in folders if (path := folder / EVALUATIONS).is_file()), None)


def read_evaluations(path: Path) -> Runs:
    """Return an evaluations file. Effect: reads it. Raises BadInput with every problem of the file."""
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="evaluations file")
    return Runs(path=path, file=parse_evaluations(data, file=str(path)))


def list_required(framework: FrameworkFile, case: CaseFile, runs: Runs | None, *, at: datetime) -> Listed:
    """Return what is required of a case with its status at an instant. Effect: looks which logs exist."""
    required = _required(framework, case, at=at)
    problems = () if runs is None else unmet_demands(runs.file, demands_of(required))
    return Listed(framework=framework, case=case, at=at, required=required, runs=runs, problems=problems)


def order_runs(listed: Listed, *, model: str, only: Iterable[str], smoke: int | None) -> tuple[RunOrder, ...]:
    """Return the runs to make: every evaluation that is not there and can be run, or those named.

    Pure. A saturated indicator alone asks for no run.

    Args:
        model: as Inspect names it.
        only: evaluations to run, whether they are there or not; empty for all that are not.
        smoke: samples of a trial run that never counts; None for real runs.

    Raises:
        BadInput: the evaluations file would not run what an indicator requires.
        RuleoutError: nothing can be run, or the case knows the subject under another name.
    """
    if listed.runs is None:
        hint = f"Write {EVALUATIONS} beside the case; docs/guide/evaluate.md shows one."
        raise NotFound("there is no evaluations file, so nothing says which task is which evaluation", hint=hint)
    demands = {d.evaluation: d for d in demands_of(listed.required)}
    wanted = _wanted(listed, demands, tuple(only))
    if faults := unmet_demands(listed.runs.file, [demands[name] for name in wanted]):
        raise BadInput(faults, hint="Nothing was run.")
    _check_model(listed.case.case, wanted, model)
    orders = (_order(listed, demands[name], model=model, smoke=smoke) for name in wanted)
    return tuple(order for order in orders if order is not None)


def run_order(order: RunOrder, listed: Listed, runner: Runner, *, now: datetime, say: Callable[[str], None]) -> Ran:
    """Make one run and read its log. Effect: runs other people's code; writes a log below the case's folder.

    Args:
        now: instant that names the log.

    Raises:
        RuleoutError: there is no log.
        UnreadableLog: the log cannot be read; it is kept.
    """
    if listed.runs is None:
        raise NotFound("there is no evaluations file", hint="Give one with --evaluations FILE.")
    name = order.run.evaluation
    log, earlier = _place(listed.case.path.parent / _LOGS, name, now=now, smoke=order.smoke is not None)
    runner.run(order, folder=listed.runs.path.parent, log=log, say=say)
    stated = _stated(listed.case.case, name)
    item = replace(stated, log=f"{_LOGS}/{log.name}", digest="", elicitation=_elicitation(order), figure=None)
    item = replace(item, log_model=item.log_model or order.model, evaluated=None, valid_until=None)
    measurement = read_measurement(log, item)
    item = replace(
        item,
        digest=measurement.digest,
        log_task=item.log_task or measurement.task,
        # A task may put words of its own into its log: what the log says is what the case has to say.
        elicitation=measurement.elicitation or item.elicitation,
    )
    required = _as_if_stated(listed, item, measurement)
    return Ran(
        log=log, item=item, measurement=measurement, required=required, earlier=earlier, smoke=order.smoke is not None
    )


def after(listed: Listed, ran: Iterable[Ran]) -> tuple[Required, ...]:
    """Return what is required once the case states the new logs; smoke runs change nothing. Pure."""
    rows = {_key(row): row for row in listed.required}
    fresh = [row for one in ran if not one.smoke for row in one.required]
    return tuple({**rows, **{_key(row): row for row in fresh}}.values())


def write_beside(log: Path, text: str) -> Path:
    """Write what a case should say of a log into a new file beside it; return its path. Effect: writes.

    Raises:
        RuleoutError: the file exists or cannot be written.
    """
    path = log.with_suffix(LINES_SUFFIX)
    write_new(path, text.encode("utf-8"))
    return path


def _required(framework: FrameworkFile, case: CaseFile, *, at: datetime) -> tuple[Required, ...]:
    logs = {item.id: item.log for item in case.case.evidence if item.log}
    there = {name for name in case.unreadable if "://" in logs[name] or (case.path.parent / logs[name]).exists()}
    unreadable = {name: why for name, why in case.unreadable.items() if name in there}
    return required_evaluations(framework.framework, case.case, case.measurements, unreadable, at=at)


def _key(row: Required) -> tuple[str, str]:
    return row.indicator.id, row.indicator.threshold


def _wanted(listed: Listed, demands: dict[str, Demand], only: tuple[str, ...]) -> tuple[str, ...]:
    """The evaluations to run that the evaluations file can run, in the order of the list."""
    runs = listed.runs.file if listed.runs is not None else None
    can = [name for name in demands if runs is not None and runs.run_of(name) is not None]
    if strangers := [name for name in only if name not in can]:
        hint = f"Name one of: {', '.join(can)}." if can else f"Add it to {EVALUATIONS} under the name that is required."
        raise NotFound(f"{strangers[0]!r} is not both required and in the evaluations file", hint=hint)
    if only:
        return tuple(name for name in can if name in only)
    lacking = {
        row.indicator.evaluation
        for row in listed.required
        if row.status.asks_for_a_run and row.indicator.weight is not Weight.SATURATED
    }
    wanted = tuple(name for name in can if name in lacking)
    if lacking and not wanted:
        hint = f"Add them to {EVALUATIONS} under these names."
        raise NotFound(f"the evaluations file has none of: {', '.join(sorted(lacking))}", hint=hint)
    return wanted


def _check_model(case: Case, wanted: Iterable[str], model: str) -> None:
    for item in case.evidence:
        if item.id in wanted and item.log_model not in ("", model):
            hint = "Run that model, or correct log-model in the case."
            message = f"the case says that its model is called {item.log_model!r} in logs of {item.id!r}, got {model!r}"
            raise RuleoutError(message, hint=hint)


def _order(listed: Listed, demand: Demand, *, model: str, smoke: int | None) -> RunOrder | None:
    run = None if listed.runs is None else listed.runs.file.run_of(demand.evaluation)
    if run is None:
        return None
    elicitation = demand.elicitations[0] if demand.elicitations else run.elicitation
    metadata = {
        "elicitation": elicitation,
        "ruleout_case": listed.case.case.id,
        "ruleout_framework": str(listed.framework.framework.id),
        "ruleout_evaluation": demand.evaluation,
        "ruleout_smoke": "" if smoke is None else str(smoke),
    }
    return RunOrder(
        run=run,
        model=model,
        epochs=run.epochs if run.epochs is not None else demand.repeats,
        smoke=smoke,
        metadata=tuple((name, text) for name, text in metadata.items() if text),
    )


def _elicitation(order: RunOrder) -> str:
    return dict(order.metadata).get("elicitation", "")


def _place(folder: Path, evaluation: str, *, now: datetime, smoke: bool) -> tuple[Path, int]:
    """A new log's path, named by evaluation and instant, and how many real logs of that evaluation lie there."""
    word = re.sub(r"[^a-z0-9]+", "-", evaluation.lower()).strip("-")[:60] or "evaluation"
    named = re.compile(re.escape(word) + r"-\d{8}T\d{6}Z(-\d+)?\.eval")
    earlier = sum(named.fullmatch(path.name) is not None for path in folder.glob(f"{word}-*.eval"))
    stem = f"{word}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    ends = ["-smoke" if smoke else "", *(f"-{'smoke-' if smoke else ''}{number}" for number in range(2, 100))]
    free = next((path for end in ends if not (path := folder / f"{stem}{end}.eval").exists()), None)
    if free is None:
        raise RuleoutError(f"{folder}: a hundred runs of {evaluation!r} within one second", hint="Wait a second.")
    return free, earlier


def _stated(case: Case, name: str) -> EvidenceItem:
    for item in case.evidence:
        if item.id == name:
            return item
    return EvidenceItem(id=name, indicators=(), digest="", log="", figure=None, source=None, evaluated=None)


def _as_if_stated(listed: Listed, item: EvidenceItem, measurement: Measurement) -> tuple[Required, ...]:
    """The evaluation's indicators, with the case as it would be and at an instant at which the run has been made."""
    case = listed.case.case
    others = tuple(other for other in case.evidence if other.id != item.id)
    stated = replace(case, evidence=(*others, item))
    measurements = {**listed.case.measurements, item.id: measurement}
    at = listed.at if measurement.evaluated is None else max(listed.at, measurement.evaluated)
    rows = required_evaluations(listed.framework.framework, stated, measurements, {}, at=at)
    return tuple(row for row in rows if item.id in (row.indicator.evaluation, row.finding.evidence))
