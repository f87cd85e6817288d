# SPDX-License-Identifier: Apache-2.0
"""Two models, or two levels of elicitation, on the same tasks: is one better (S-2, S-4).

Rules
- The task is the unit: each task gives one difference of shares. Tasks of one side only are listed and compared with
  nothing; attempts without a score are counted and are in no share.
- The test is exact: under the hypothesis that the sides could be swapped task by task, every pattern of signs is
  equally probable, and all of them are counted (in integers). With one attempt on each side that is McNemar's test.
  Only where the differences have too fine a common measure are patterns drawn instead.
- The interval is Student's over tasks below 30 of them, and the percentile bootstrap over tasks from there on.

Which tasks were chosen is not random: the interval speaks of tasks like these.
Source: Fisher (1935), The Design of Experiments, section 21; McNemar (1947), Psychometrika 12, 153-157; Miller (2024),
Adding Error Bars to Evals, section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import lcm

import numpy as np

from ruleout.documents.counts import count_of
from ruleout.estimates.distributions import t_quantile
from ruleout.estimates.results import Pairs
from ruleout.estimates.rounding import fixed, up

MANY_TASKS = 30
_FEW, _SMALL = 5, 10
_RESAMPLES = 2000
_DRAWN_SIGNS = 20_000
#: Sums of differences, in their common measure, that the exact test may have to tell apart.
_MOST_SUMS = 200_000
_MOST_WORK = 50_000_000
_PLACES = 4
_P_PLACES = 6
EXACT, MCNEMAR, DRAWN = "exact sign-flip over tasks", "exact McNemar", "sign-flip over tasks, patterns drawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScore:
    """One side's result at one task: attempts with a usable score, those that succeeded, and those without one."""

    successes: int
    attempts: int
    unscored: int = 0


def compare(
    first: Mapping[str, TaskScore],
    second: Mapping[str, TaskScore],
    *,
    rng: np.random.Generator,
    confidence: Decimal = Decimal("0.95"),
) -> Pairs:
    """Return the comparison of two sides over the tasks they share.

    Pure but for the generator, which is advanced.

    Args:
        first, second: results by task.
        rng: for the bootstrap, and for the test where patterns are drawn.
        confidence: two-sided, in (0, 1).

    Raises:
        ValueError: a count is negative or the confidence out of range.

    Source: S-2, S-4.
    """
    _check(first, second, confidence)
    names = sorted(task for task in first if _is_scored(first, task) and _is_scored(second, task))
    shares = [
        (Fraction(first[t].successes, first[t].attempts), Fraction(second[t].successes, second[t].attempts))
        for t in names
    ]
    differences = [after - before for before, after in shares]
    low, high, interval = _interval(differences, float(confidence), rng)
    single = all(side[t].attempts == 1 for side in (first, second) for t in names)
    p_value, test = _test(differences, rng, single=single)
    n = len(names)
    return Pairs(
        tasks=n,
        only_first=_only(first, second),
        only_second=_only(second, first),
        unscored=(sum(s.unscored for s in first.values()), sum(s.unscored for s in second.values())),
        first=_mean([before for before, _ in shares]),
        second=_mean([after for _, after in shares]),
        difference=_mean(differences),
        low=low,
        high=high,
        interval=interval,
        p_value=p_value,
        test=test,
        better=sum(d > 0 for d in differences),
        worse=sum(d < 0 for d in differences),
        confidence=confidence,
        because="" if n else "no task has a score on both sides",
        notes=_notes(differences),
    )


def sign_flip(differences: Sequence[Fraction]) -> Fraction | None:
    """Return the exact two-sided p-value of the sum of differences when every sign is as probable as its opposite.

    Pure. Counts all patterns of signs in integers, by how many give each sum.

    Returns:
        The share of patterns whose sum is at least as far from zero; None where that would take too many numbers.
    """
    moved = [d for d in differences if d]
    measure = lcm(*(d.denominator for d in moved)) if moved else 1
    steps = [abs(int(d * measure)) for d in moved]
    reach = sum(steps)
    if reach > _MOST_SUMS or reach * len(steps) > _MOST_WORK:
        return None
    # A pattern is the subset of steps taken upwards: its sum is 2 x (their total) - reach. Python's integers as one long
    # row of counters, each wide enough for 2^n, make adding a step one shift and one addition.
    width = len(steps) + 1
    counts = 1
    for step in steps:
        counts += counts << (step * width)
    observed = abs(sum(int(d * measure) for d in moved))
    mask = (1 << width) - 1
    row = counts.to_bytes((counts.bit_length() + 7) // 8, "little")
    far = sum(_counter(row, at, width, mask) for at in range(reach + 1) if abs(2 * at - reach) >= observed)
    return Fraction(far, 2 ** len(steps))


def _counter(row: bytes, at: int, width: int, mask: int) -> int:
    start = at * width
    first, last = start // 8, (start + width + 7) // 8
    return (int.from_bytes(row[first:last], "little") >> (start % 8)) & mask


def _check(first: Mapping[str, TaskScore], second: Mapping[str, TaskScore], confidence: Decimal) -> None:
    for side in (first, second):
        for task, score in side.items():
            if not 0 <= score.successes <= score.attempts or score.unscored < 0:
                raise ValueError(f"task {task!r}: expected 0 <= successes <= attempts, got {score}")
    if not 0 < confidence < 1:
        raise ValueError(f"expected confidence in (0, 1), got {confidence}")


def _is_scored(side: Mapping[str, TaskScore], task: str) -> bool:
    return task in side and side[task].attempts > 0


def _only(side: Mapping[str, TaskScore], other: Mapping[str, TaskScore]) -> tuple[str, ...]:
    """The tasks of a side that are not compared, each told why unless the other side simply lacks it."""
    lines = []
    for task in sorted(side):
        if not _is_scored(side, task):
            lines.append(f"{task} (no scored attempt here)")
        elif task not in other:
            lines.append(task)
        elif not _is_scored(other, task):
            lines.append(f"{task} (no scored attempt on the other side)")
    return tuple(lines)


def _mean(values: Sequence[Fraction]) -> Decimal | None:
    return fixed(float(sum(values, Fraction(0)) / len(values)), _PLACES) if values else None


def _interval(
    differences: Sequence[Fraction], confidence: float, rng: np.random.Generator
) -> tuple[Decimal | None, Decimal | None, str]:
    n = len(differences)
    if n < 2:
        return None, None, "none: fewer than two tasks"
    if not any(differences):
        return None, None, "none: no task differs"
    values = np.array([float(d) for d in differences])
    if n < MANY_TASKS:
        half = t_quantile((1 + confidence) / 2, n - 1) * float(values.std(ddof=1)) / n**0.5
        ends = float(values.mean()) - half, float(values.mean()) + half
        return fixed(max(ends[0], -1.0), _PLACES), fixed(min(ends[1], 1.0), _PLACES), "Student's t over tasks"
    means = np.concatenate([values[rng.integers(0, n, size=(rows, n))].mean(axis=1) for rows in _blocks(_RESAMPLES, n)])
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return fixed(float(low), _PLACES), fixed(float(high), _PLACES), f"bootstrap over tasks, {_RESAMPLES} resamples"


def _test(differences: Sequence[Fraction], rng: np.random.Generator, *, single: bool) -> tuple[Decimal | None, str]:
    if not any(differences):
        return None, "none: no task differs"
    exact = sign_flip(differences)
    if exact is not None:
        return _p_value(float(exact)), MCNEMAR if single else EXACT
    values = np.array([float(d) for d in differences])
    observed = abs(values.sum()) - 1e-9
    far = sum(
        int((np.abs(rng.choice((-1.0, 1.0), size=(rows, len(values))) @ values) >= observed).sum())
        for rows in _blocks(_DRAWN_SIGNS, len(values))
    )
    # The pattern that was seen is one of them: so the level holds with any number of draws.
    return _p_value((far + 1) / (_DRAWN_SIGNS + 1)), DRAWN


def _p_value(value: float) -> Decimal:
    return up(value, _P_PLACES)


def _blocks(total: int, n: int) -> list[int]:
    size = max(1, 1_000_000 // n)
    return [min(size, total - at) for at in range(0, total, size)]


def _notes(differences: Sequence[Fraction]) -> tuple[str, ...]:
    n, moved = len(differences), sum(d != 0 for d in differences)
    if 0 < moved < _FEW:
        return (f"only {count_of(moved, 'task differs', 'tasks differ')}: the interval says little, trust the test",)
    return (f"{n} tasks: the interval takes differences for normal, trust the test",) if 2 <= n < _SMALL else ()
