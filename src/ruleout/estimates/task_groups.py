# SPDX-License-Identifier: Apache-2.0
"""The runs of one model by task, their weights, and drawing them anew (S-5).

Within a task runs always weigh alike, so a task is three numbers: runs, successes, weight. All draws come from the
generator handed in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ruleout.estimates.distributions import Floats
from ruleout.estimates.results import Weighting
from ruleout.evidence.tables.metr_rows import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The runs of one model by task, ordered by family and name: one entry a task in each array.

    Attributes:
        length: log2 of human minutes.
        family: where each family's tasks stand.
        runs, successes: counts of runs.
        weight: of all runs of the task together; sums to 1.
    """

    length: Floats
    family: tuple[slice, ...]
    runs: Floats
    successes: Floats
    weight: Floats


def weights_of(runs: Sequence[Run], weighting: Weighting) -> tuple[float, ...]:
    """Return the weight of every run, in their order, summing to 1. Pure.

    They equal the columns `equal_task_weight` and `invsqrt_task_weight` of METR's files, where `runs` are those of one
    model. Source: S-5.
    """
    per_task = Counter(run.task for run in runs)
    families: dict[str, set[str]] = defaultdict(set)
    for run in runs:
        families[run.family].add(run.task)
    match weighting:
        case Weighting.INVSQRT:
            raw = [len(families[run.family]) ** -0.5 / per_task[run.task] for run in runs]
        case Weighting.EQUAL:
            raw = [1 / per_task[run.task] for run in runs]
        case Weighting.RUNS:
            raw = [1.0 for _ in runs]
    total = sum(raw)
    return tuple(weight / total for weight in raw)


def group_runs(runs: Sequence[Run], weighting: Weighting) -> Tasks:
    """Return the runs of one model by task. Pure. A task has one family and one human time, as `runs_of` checks."""
    weights = weights_of(runs, weighting)
    order = sorted({(run.family, run.task, run.human_minutes) for run in runs})
    index = {task: at for at, (_, task, _) in enumerate(order)}
    count, successes, weight = (np.zeros(len(order)) for _ in range(3))
    for run, share in zip(runs, weights, strict=True):
        at = index[run.task]
        count[at] += 1
        successes[at] += run.success
        weight[at] += share
    sizes = Counter(family for family, _, _ in order)
    ends = np.cumsum([sizes[family] for family in sorted(sizes)])
    starts = [0, *ends[:-1]]
    slices = tuple(slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True))
    length = np.log2([minutes for _, _, minutes in order])
    return Tasks(length=length, family=slices, runs=count, successes=successes, weight=weight)


def resample(tasks: Tasks, rows: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return weight and successful weight of each task, shape (rows, tasks), each row's weights summing to 1.

    Pure but for the generator. Families are drawn, then tasks, then runs. Drawing a family m times and t tasks each time is one draw of m t tasks;
    and since the runs of a task weigh alike, drawing runs is drawing how many of them succeeded.
    """
    families = len(tasks.family)
    drawn = rng.multinomial(families, np.full(families, 1 / families), size=rows)
    times = np.empty((rows, len(tasks.length)), dtype=np.int64)
    for at, part in enumerate(tasks.family):
        size = part.stop - part.start
        times[:, part] = rng.multinomial(drawn[:, at] * size, np.full(size, 1 / size))
    runs = tasks.runs.astype(np.int64)
    succeeded = rng.binomial(times * runs, tasks.successes / tasks.runs)
    per_run = tasks.weight / tasks.runs
    weight, success = times * tasks.weight, succeeded * per_run
    # Equal where every run succeeded, to the last bit: the question "all of them?" is asked of these numbers.
    success = np.where(succeeded == times * runs, weight, success)
    total = weight.sum(axis=1, keepdims=True)
    return weight / total, success / total
