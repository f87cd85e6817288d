# SPDX-License-Identifier: Apache-2.0
"""Runs as METR publishes them, one JSON object a line -> typed rows for time horizons (S-5).

Rules
- Line by line, so memory follows the longest line and the rows kept; only the fields below are built.
- A line that is not what the format says is refused by name and line; nothing is skipped, filled in or averaged.
- A run counts once, and a task has one family and one human time: a file that says otherwise contradicts itself.

The minutes are floats: they feed estimates, which decide nothing. It does not read summaries or model registries.
Source: METR, eval-analysis-public, `data/external/all_runs.jsonl`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from ruleout.errors import UnreadableLog
from ruleout.evidence.limits import DEFAULT_LIMITS, Limits

LONGEST_LINE = 1024 * 1024
#: 2^-32 to 2^32 minutes: eight thousand years hold every task, and their logarithms are harmless.
_LEAST_MINUTES, _MOST_MINUTES = 2.0**-32, 2.0**32
_HINT = "Mend that line, or ask for the file as its tool wrote it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of one model at one task.

    Attributes:
        id: names the run in its file, unique.
        task, family: the task, and the group of similar tasks it belongs to.
        model: the name its figures go by (`alias`).
        human_minutes: how long a person takes, minutes, > 0.
        success: whether the score reached the task's own bar (`score_binarized`).
        fatal_error_from: what ended the run early, "" if nothing did; such a run counts as its score says.
        invsqrt_weight, equal_weight: the weights the file states, None where it states none.
    """

    id: str
    task: str
    family: str
    model: str
    human_minutes: float
    success: bool
    fatal_error_from: str = ""
    invsqrt_weight: float | None = None
    equal_weight: float | None = None


class _Row(msgspec.Struct):
    run_id: str | int
    task_id: str
    task_family: str
    alias: str
    human_minutes: float
    score_binarized: float
    fatal_error_from: str | None = None
    invsqrt_task_weight: float | None = None
    equal_task_weight: float | None = None


_DECODER = msgspec.json.Decoder(_Row)


def runs_of(data: bytes, *, name: str, limits: Limits = DEFAULT_LIMITS) -> tuple[Run, ...]:
    """Return every run of a file, in its order; empty lines are passed over.

    Pure.

    Args:
        data: the file's bytes; anything at all.
        name: what to call it in messages.
        limits: `attempts` bounds the number of runs.

    Raises:
        UnreadableLog: bad-json, wrong-shape or too-large, with the line; not-a-log where there is no run at all.

    Source: S-5, E-5.
    """
    runs: list[Run] = []
    lines: dict[str, int] = {}
    tasks: dict[str, tuple[Run, int]] = {}
    for number, line in _lines(data, name):
        run = _run(line, name, number)
        first = lines.setdefault(run.id, number)
        if first != number:
            raise _refusal(name, number, f"run {run.id!r} stands at line {first} already")
        _check_task(run, name, number, tasks)
        if len(runs) >= limits.attempts:
            raise UnreadableLog(name, "too-large", f"more than {limits.attempts} runs", hint="Split the file.")
        runs.append(run)
    if not runs:
        raise UnreadableLog(name, "not-a-log", "it holds no run", hint="Name a file with one run as JSON on each line.")
    return tuple(runs)


def models_of(runs: Iterable[Run]) -> tuple[str, ...]:
    """Return the models of a file in the order in which they first stand there. Pure."""
    return tuple(dict.fromkeys(run.model for run in runs))


def _lines(data: bytes, name: str) -> Iterator[tuple[int, bytes]]:
    at, number = 0, 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        number += 1
        if end - at > LONGEST_LINE:
            detail = f"line {number}: longer than {LONGEST_LINE} bytes"
            raise UnreadableLog(name, "too-large", detail, hint="Check that the file has one run on each line.")
        line = data[at:end].strip()
        if line:
            yield number, line
        at = end + 1


def _run(line: bytes, name: str, number: int) -> Run:
    try:
        row = _DECODER.decode(line)
    except msgspec.ValidationError as error:
        raise _refusal(name, number, str(error)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        detail = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UnreadableLog(name, "bad-json", f"line {number}: {detail}", hint=_HINT) from error
    _check_row(row, name, number)
    return Run(
        id=str(row.run_id),
        task=row.task_id,
        family=row.task_family,
        model=row.alias,
        human_minutes=row.human_minutes,
        success=row.score_binarized == 1,
        fatal_error_from=row.fatal_error_from or "",
        invsqrt_weight=row.invsqrt_task_weight,
        equal_weight=row.equal_task_weight,
    )


def _check_row(row: _Row, name: str, number: int) -> None:
    for field, text in (("task_id", row.task_id), ("task_family", row.task_family), ("alias", row.alias)):
        if not text.strip():
            raise _refusal(name, number, f"expected a name in {field}, got none")
    if not _LEAST_MINUTES <= row.human_minutes <= _MOST_MINUTES:
        raise _refusal(name, number, f"expected human_minutes above 0 and below 2^32, got {row.human_minutes}")
    if row.score_binarized not in (0, 1):
        raise _refusal(name, number, f"expected score_binarized 0 or 1, got {row.score_binarized}")
    for field, weight in (
        ("invsqrt_task_weight", row.invsqrt_task_weight),
        ("equal_task_weight", row.equal_task_weight),
    ):
        if weight is not None and not (weight >= 0 and math.isfinite(weight)):
            raise _refusal(name, number, f"expected {field} of at least 0, got {weight}")


def _check_task(run: Run, name: str, number: int, tasks: dict[str, tuple[Run, int]]) -> None:
    first, line = tasks.setdefault(run.task, (run, number))
    if run.family != first.family:
        detail = f"task {run.task!r} is of family {run.family!r} here and of {first.family!r} at line {line}"
        raise _refusal(name, number, detail)
    if run.human_minutes != first.human_minutes:
        detail = f"task {run.task!r} takes {run.human_minutes} minutes here and {first.human_minutes} at line {line}"
        raise _refusal(name, number, detail)


def _refusal(name: str, number: int, detail: str) -> UnreadableLog:
    return UnreadableLog(name, "wrong-shape", f"line {number}: {detail}", hint=_HINT)
