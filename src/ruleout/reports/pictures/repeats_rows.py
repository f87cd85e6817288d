# SPDX-License-Identifier: Apache-2.0
"""What repeats of a run show: each task's successes, how many tasks had which share, and what independence would give.

Every attempt is accounted for: as success, failure, or without a usable score (E-2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from ruleout.model.evidence import TaskTally
from ruleout.stats.within_task import chances_of, independent_attempts, within_task_correlation

#: Up to so many attempts per task, each share has a column; beyond, there are ten steps. Others go to the nearest.
_MOST_SHARES = 12
_TENTHS = 10
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCount:
    """Tasks with a share of successes nearest to `label`, and how many one would expect if attempts were independent."""

    label: str
    tasks: int
    expected: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """A run's repeats in figures.

    `tasks` are sorted by share of successes among scored attempts, most first; tasks without a scored attempt stand
    last. `correlation` (rounded to four places) and `independent` are None where they are not defined. `mean` is the
    share of successes among all scored attempts, None without any.
    """

    tasks: tuple[TaskTally, ...]
    attempts: int
    unscored: int
    shares: tuple[ShareCount, ...]
    mean: Decimal | None
    correlation: Decimal | None
    independent: Decimal | None


def repeats_of(tasks: Sequence[TaskTally]) -> Repeats:
    """Return what repeats show. Pure; figures are exact until they are rounded once, at the end. Source: S-2."""
    ordered = sorted(tasks, key=lambda task: (-_share(task), task.unscored, task.task))
    scored = [(t.successes, t.successes + t.failures) for t in ordered if t.successes + t.failures]
    attempts = sum(n for _, n in scored)
    unscored = sum(task.unscored for task in ordered)
    mean = Fraction(sum(s for s, _ in scored), attempts) if attempts else None
    correlation = within_task_correlation(scored)
    worth = None if correlation is None else independent_attempts(scored, correlation)
    return Repeats(
        tasks=tuple(ordered),
        attempts=attempts + unscored,
        unscored=unscored,
        shares=() if mean is None else _shares(scored, mean),
        mean=_rounded(mean),
        correlation=_rounded(correlation),
        independent=_rounded(worth),
    )


def _share(task: TaskTally) -> Fraction:
    scored = task.successes + task.failures
    return Fraction(task.successes, scored) if scored else Fraction(-1)


def _shares(scored: Sequence[tuple[int, int]], mean: Fraction) -> tuple[ShareCount, ...]:
    sizes = Counter(n for _, n in scored)
    steps = max(sizes) if max(sizes) <= _MOST_SHARES else _TENTHS
    seen = Counter(_step(s, n, steps) for s, n in scored)
    expected: dict[int, Decimal] = {}
    for n, chances in chances_of(sizes, mean):
        for successes, chance in enumerate(chances):
            step = _step(successes, n, steps)
            expected[step] = expected.get(step, Decimal(0)) + sizes[n] * chance
    return tuple(
        ShareCount(
            label=_label(step, steps),
            tasks=seen[step],
            expected=expected.get(step, Decimal(0)).quantize(_PLACES, ROUND_HALF_EVEN),
        )
        for step in range(steps + 1)
    )


def _step(successes: int, attempts: int, steps: int) -> int:
    """The column of a share: its nearest step, halves upward."""
    return (2 * successes * steps + attempts) // (2 * attempts)


def _label(step: int, steps: int) -> str:
    return str(step) if step in (0, steps) and steps == 1 else f"{step}/{steps}"


def _rounded(value: Fraction | None) -> Decimal | None:
    if value is None:
        return None
    places = 10_000
    return Decimal(round(value * places)) / places
