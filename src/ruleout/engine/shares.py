# SPDX-License-Identifier: Apache-2.0
"""A tally -> shares of successes per unit of analysis -> bounds, by the indicator's policy and design (E-2, S-2, S-3).

Samples of equal content are one task and count by the least favourable of them: by its largest share against the
rule-out bar and by its smallest against the reached bar. So asking a question again under another id never helps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from ruleout.engine.bars import EXACT, rule_out_line
from ruleout.model.evidence import Indicator, SampleState, Stopping, Tally, TaskTally, Unit, Unscored
from ruleout.model.plain import decimal_text
from ruleout.stats import (
    TASK_AS_UNIT,
    Chosen,
    TaskShares,
    TaskSums,
    bounds_by_design,
    count_shares,
    single_shares,
    sum_shares,
)

_SIX_DIGITS = Context(prec=6)
_THREE_DIGITS = Context(prec=3)
_ONE = Decimal(1)
#: How the bound of single attempts is called: there is no task behind them.
SINGLE_ATTEMPTS = "clopper-pearson"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares for the bounds, the point over scored attempts alone, and both in words."""

    units: TaskShares
    value: Decimal
    text: str


def shares_of(counts: Tally, *, unit: Unit, policy: Unscored) -> Shares:
    """Return the shares of successes per unit of analysis.

    Pure. Unscored attempts count as failures in `low`; in `high` as successes, or as failures where the policy says
    so. The value leaves them out: it is shown, the bounds decide.

    Args:
        counts: with at least one attempt that succeeded or failed.

    Source: E-2, S-2.
    """
    doubt = 0 if policy is Unscored.AS_FAILURE else 1
    rows = counts.tasks if unit is Unit.TASK else (_pooled(counts.tasks),)
    scored = [row for row in rows if row.successes + row.failures]
    mean = sum_shares((row.successes, row.successes + row.failures) for row in scored) / len(scored)
    units = _of_tasks(rows, doubt) if unit is Unit.TASK else _of_attempts(rows[0], doubt)
    return Shares(units=units, value=_rounded(mean, _SIX_DIGITS), text=_text(units.sums, unit, counts, policy))


def _of_tasks(rows: Sequence[TaskTally], doubt: int) -> TaskShares:
    samples = [row.same or (row,) for row in rows]
    return TaskShares(
        low=count_shares(min(_shares(same, 0), key=_size) for same in samples),
        high=count_shares(max(_shares(same, doubt), key=_size) for same in samples),
        # A sample that stands there again under another id adds nothing, not even attempts.
        attempts=sum(max(_attempts(row) for row in same) for same in samples),
        unscored=sum(row.unscored for same in samples for row in same),
        repeated=all(_attempts(row) > 1 for same in samples for row in same),
    )


def _of_attempts(row: TaskTally, doubt: int) -> TaskShares:
    """Every attempt is a unit of its own that succeeded or failed."""
    attempts = _attempts(row)
    low, high = row.successes, row.successes + doubt * row.unscored
    return TaskShares(
        low=single_shares(low, attempts),
        high=single_shares(high, attempts),
        attempts=attempts,
        unscored=row.unscored,
        repeated=False,
    )


def _shares(rows: Iterable[TaskTally], doubt: int) -> list[tuple[int, int]]:
    return [(row.successes + doubt * row.unscored, _attempts(row)) for row in rows]


def _size(share: tuple[int, int]) -> Fraction:
    return Fraction(*share)


def unscored_reasons(counts: Tally, policy: Unscored) -> Iterator[str]:
    """Yield why the policy on unscored attempts cannot be followed (E-2).

    Counting as a failure is for attempts that were made and came to nothing. One that was never made, or was taken
    out afterwards, is no failure of the model's; else leaving tasks out would rule a threshold out. Nor is one that had
    succeeded before an error ended it, or that was scored in words that cannot be read. Pure.
    """
    unscored = sum(task.unscored for task in counts.tasks)
    if not any(task.successes + task.failures for task in counts.tasks):
        yield "no attempt has a usable score"
    if policy is Unscored.INCONCLUSIVE and unscored:
        yield f"{unscored} attempt(s) without a usable score"
    states = dict(counts.states)
    absent = states[SampleState.MISSING] + states[SampleState.INVALIDATED]
    if policy is Unscored.AS_FAILURE and absent:
        yield f"{absent} attempt(s) missing or invalidated, which cannot count as failures"
    if policy is Unscored.AS_FAILURE and (done := counts.succeeded_before):
        yield f"{done} attempt(s) ended by an error or refused although they succeeded, which cannot count as failures"
    if policy is Unscored.AS_FAILURE and counts.unread:
        yield f"{counts.unread} attempt(s) scored as neither success nor failure, which cannot count as failures"


def bounds_for(indicator: Indicator, shares: TaskShares, *, level: Decimal, scale: Decimal = _ONE) -> Chosen:
    """Return the bounds that the indicator's design asks for.

    Pure.

    Args:
        level: one-sided error probability in (0, 0.5].
        scale: what the indicator's bars must be divided by to be proportions.

    Source: S-2, S-3.
    """
    lines = []
    if indicator.rule_out is not None:
        lines.append(rule_out_line(indicator, indicator.rule_out))
    if indicator.reached is not None:
        lines.append(indicator.reached.value)
    rates = [EXACT.divide(line, scale) for line in lines]
    continuing = indicator.stopping is Stopping.CONTINUING
    chosen = bounds_by_design(shares, alpha=level, bars=rates, continuing=continuing)
    if chosen.method == TASK_AS_UNIT and indicator.unit is Unit.ATTEMPT:
        return Chosen(bounds=chosen.bounds, method=SINGLE_ATTEMPTS)
    return chosen


def _text(sums: TaskSums, unit: Unit, counts: Tally, policy: Unscored) -> str:
    attempts = sum(_attempts(row) for row in counts.tasks)
    unscored = sum(row.unscored for row in counts.tasks)
    text = f"{decimal_text(_rounded(sums.low, _THREE_DIGITS))} of {sums.tasks} {unit.value}s"
    if attempts != sums.tasks:
        text += f" in {attempts} attempts"
    if counts.repeating:
        text += f", {_samples(counts.repeating)} the content of others and count{'s' * (counts.repeating == 1)} once"
    if unscored:
        counted = "as failures" if policy is Unscored.AS_FAILURE else "against either claim"
        text += f", {unscored} without a score counted {counted}"
    return text


def _samples(count: int) -> str:
    return "1 sample repeats" if count == 1 else f"{count} samples repeat"


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
