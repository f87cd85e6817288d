# SPDX-License-Identifier: Apache-2.0
"""A tally -> sums over units of analysis, by the indicator's policy on unscored attempts (E-2, S-2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from ruleout.model.evidence import Tally, TaskTally, Unit, Unscored
from ruleout.model.plain import decimal_text
from ruleout.stats import TaskSums, sum_shares

_SIX_DIGITS = Context(prec=6)
_THREE_DIGITS = Context(prec=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Sums for the bounds, the point over scored attempts alone, and both in words."""

    sums: TaskSums
    value: Decimal
    text: str


def shares_of(counts: Tally, *, unit: Unit, policy: Unscored) -> Shares:
    """Return the sums over units of analysis.

    Pure. Unscored attempts count as failures in `low`; in `high` as successes, or as failures where the policy says
    so. The value leaves them out: it is shown, the bounds decide.

    Args:
        counts: with at least one attempt that succeeded or failed.

    Source: E-2, S-2.
    """
    rows = counts.tasks if unit is Unit.TASK else (_pooled(counts.tasks),)
    doubt = 0 if policy is Unscored.AS_FAILURE else 1
    low = sum_shares((row.successes, _attempts(row)) for row in rows)
    high = sum_shares((row.successes + doubt * row.unscored, _attempts(row)) for row in rows)
    scored = [row for row in rows if row.successes + row.failures]
    mean = sum_shares((row.successes, row.successes + row.failures) for row in scored) / len(scored)
    attempts = sum(_attempts(row) for row in rows)
    # Pooled, the one row's share stands for every attempt.
    units = len(rows) if unit is Unit.TASK else attempts
    weight = 1 if unit is Unit.TASK else attempts
    sums = TaskSums(tasks=units, low=low * weight, high=high * weight)
    return Shares(sums=sums, value=_rounded(mean, _SIX_DIGITS), text=_text(sums, unit, counts, policy))


def _text(sums: TaskSums, unit: Unit, counts: Tally, policy: Unscored) -> str:
    attempts = sum(_attempts(row) for row in counts.tasks)
    unscored = sum(row.unscored for row in counts.tasks)
    text = f"{decimal_text(_rounded(sums.low, _THREE_DIGITS))} of {sums.tasks} {unit.value}s"
    if attempts != sums.tasks:
        text += f" in {attempts} attempts"
    if unscored:
        counted = "as failures" if policy is Unscored.AS_FAILURE else "against either claim"
        text += f", {unscored} without a score counted {counted}"
    return text


def _pooled(rows: Sequence[TaskTally]) -> TaskTally:
    return TaskTally(
        task="",
        successes=sum(row.successes for row in rows),
        failures=sum(row.failures for row in rows),
        unscored=sum(row.unscored for row in rows),
    )


def _attempts(row: TaskTally) -> int:
    return row.successes + row.failures + row.unscored


def _rounded(value: Fraction, context: Context) -> Decimal:
    if value.denominator == 1:
        return Decimal(value.numerator)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))
