# SPDX-License-Identifier: Apache-2.0
"""METR's runs files: one line per run of a model, or of a person, at a task (E-1).

Each `alias` makes one measurement. Runs of one task are its epochs, numbered in file order; tasks of one `task_family`
are one cluster.

State. `fatal_error_from` says what ended a run. `usageLimits` is no fault: the model used up its tokens, time or money,
and what it had done by then was scored; such a run is scored, and the limit is told with it. Every other value (`agent`,
`server`, `task`, `serverOrTask`, `user`) is a fault of the run, whatever score stands beside it: errored. A run
without any score is missing. In the two public files of 2025 every set value is `usageLimits`; 52 of 1 908 and 51 of
1 912 of those runs succeeded, so dropping them would be wrong in both directions.

Source: data files of METR/eval-analysis-public; names of faults as in METR's Vivaria.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_stream import lines
from ruleout.evidence.json_text import Value, decode, plain_value
from ruleout.evidence.readers.alike import alike
from ruleout.evidence.readers.stated import Identity, check_count, identity_of, instant_of_seconds, printable, some
from ruleout.evidence.source import Log, pieces
from ruleout.model.evidence import Attempt, Measurement, SampleState

FORMAT = "metr-runs"
#: What the measurements are called: a runs file names its tasks and not itself.
TASK = "metr-runs"

_HEAD = re.compile(rb'\s*\{[^\n]*"task_family"\s*:[^\n]*"alias"|\s*\{[^\n]*"alias"\s*:[^\n]*"task_family"')
_RUN_IDS_ENDING = ("_runs.jsonl", "runs.jsonl")
_LIMIT = "usageLimits"
_BINARY = "score_binarized"


RunNumber = Annotated[int, msgspec.Meta(ge=-(10**15), le=10**15)]


class RunShape(msgspec.Struct):
    """One line. The continuous score was renamed from `score` to `score_cont` in later files."""

    task_id: str
    alias: str
    run_id: str | RunNumber | None = None
    task_family: str = ""
    started_at: float | None = None
    fatal_error_from: str | None = None
    scaffold: str | None = None
    score_binarized: Value = None
    score_cont: Value = None
    score: Value = None


_DECODER = msgspec.json.Decoder(RunShape)


@dataclass(slots=True, kw_only=True)
class _Runs:
    """The runs of one alias."""

    attempts: list[Attempt] = field(default_factory=list)
    turns: Counter[str] = field(default_factory=Counter)
    run_ids: set[str] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)
    not_binary: list[str] = field(default_factory=list)
    started: datetime | None = None
    undated: int = 0
    bad_instants: int = 0
    limited: int = 0
    scaffolds: dict[str, None] = field(default_factory=dict)


def claims(names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield each file called a runs file. Pure."""
    return ((name,) for name in names if name.endswith(_RUN_IDS_ENDING))


def is_runs(head: bytes, _log: Log) -> bool:
    """Return whether the first line looks like a run: an object with an alias and a task family. Pure."""
    return _HEAD.match(head) is not None


def read_runs(log: Log) -> tuple[Measurement, ...]:
    """Return a measurement per alias, in the order in which they appear.

    Memory is that of the attempts and of one line.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large.

    Source: E-1, E-2.
    """
    found: dict[str, _Runs] = {}
    for number, line in lines(pieces(log.main.source), log=log.name, part=log.main.name):
        run = decode(line, _DECODER, log=log.name, part=f"{log.main.name}, line {number}")
        check_count(log.name, number)
        _take(found.setdefault(run.alias, _Runs()), run)
    if not found:
        raise UnreadableLog(log.name, "wrong-shape", "expected at least one run, got none")
    identity = identity_of(log)
    aliases = sorted(name for name, _ in alike(found))
    of_names = (f"{len(aliases)} alias(es) that look like another: {some(aliases)}",) if aliases else ()
    return tuple(_measurement(identity, alias, runs, of_names) for alias, runs in found.items())


def _take(runs: _Runs, run: RunShape) -> None:
    runs.turns[run.task_id] += 1
    values = ((_BINARY, run.score_binarized), ("score_cont", run.score_cont), ("score", run.score))
    scores = tuple((name, plain_value(value)) for name, value in values if value is not None)
    state, detail = _state(run, scored=bool(scores))
    runs.limited += run.fatal_error_from == _LIMIT
    if run.score_binarized is not None and run.score_binarized not in (0, 1):
        runs.not_binary.append(run.task_id)
    if run.run_id is not None:
        name = str(run.run_id)
        runs.repeated.extend([name] if name in runs.run_ids else [])
        runs.run_ids.add(name)
    if run.scaffold:
        runs.scaffolds.setdefault(run.scaffold)
    _take_instant(runs, run.started_at)
    runs.attempts.append(
        Attempt(
            sample=run.task_id,
            epoch=runs.turns[run.task_id],
            state=state,
            scores=scores,
            detail=detail,
            cluster=run.task_family,
        )
    )


def _state(run: RunShape, *, scored: bool) -> tuple[SampleState, str]:
    ended = run.fatal_error_from
    if ended is not None and ended != _LIMIT:
        return SampleState.ERRORED, f"error: ended by a fault of {printable(ended)}"
    if not scored:
        return SampleState.MISSING, "no score"
    return SampleState.SCORED, f"limit: {_LIMIT}" if ended is not None else ""


def _take_instant(runs: _Runs, started_ms: float | None) -> None:
    """Note when a run started; people's runs hold 0, which is no date."""
    if not started_ms:
        runs.undated += 1
        return
    instant = instant_of_seconds(started_ms / 1000)
    if instant is None:
        runs.bad_instants += 1
    elif runs.started is None or instant < runs.started:
        runs.started = instant


def _measurement(identity: Identity, alias: str, runs: _Runs, of_names: tuple[str, ...]) -> Measurement:
    return Measurement(
        digest=identity.digest,
        format=FORMAT,
        status="success",
        task=TASK,
        task_version="",
        model=alias,
        evaluated=runs.started,
        dataset_samples=None,
        expected=None,
        epochs=max(runs.turns.values()),
        partial="",
        tool="",
        tool_version="",
        revision="",
        dirty=None,
        attempts=tuple(runs.attempts),
        problems=(*of_names, *_problems(runs)),
        notes=tuple(_notes(runs)),
        parts=identity.parts,
    )


def _problems(runs: _Runs) -> Iterator[str]:
    if runs.repeated:
        yield f"{len(runs.repeated)} run(s) stand more than once: {some(runs.repeated)}"
    if twice := sorted(name for name, _ in alike(runs.turns)):
        yield f"{len(twice)} task(s) whose name looks like that of another: {some(twice)}"
    if runs.not_binary:
        yield f"{len(runs.not_binary)} run(s) whose {_BINARY} is neither 0 nor 1: {some(runs.not_binary)}"
    if runs.bad_instants:
        yield f"{runs.bad_instants} run(s) whose started_at is no instant in milliseconds"


def _notes(runs: _Runs) -> Iterator[str]:
    fewest, most = min(runs.turns.values()), max(runs.turns.values())
    yield f"{len(runs.turns)} tasks with {fewest if fewest == most else f'{fewest} to {most}'} runs each"
    yield "the file does not say how many tasks or runs were planned"
    if runs.limited:
        yield f"{runs.limited} run(s) ended by usage limits, scored as they stood"
    if runs.scaffolds:
        yield f"scaffold: {some(list(runs.scaffolds))}"
    if runs.undated:
        yield f"{runs.undated} run(s) without a date"
