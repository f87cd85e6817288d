# SPDX-License-Identifier: Apache-2.0
"""One piece of evidence held against one indicator (D-2, S-1).

Rules
- Total: trouble in the evidence is a reason, never an exception, and never clear. All reasons are given.
- An alert is a flag beside the comparison and looks at the point, counting what is unscored against the claim.
- A printed figure gets our own bound where it is a count out of n; else its printed interval is used; else the bare
  point, where the indicator allows that (E-6).
- What an indicator needs beside the figure, a check for sandbagging say, is asked of logs and printed figures alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal
from fractions import Fraction

from ruleout.engine.bars import (
    EXACT,
    Compared,
    Sides,
    alerts,
    compare,
    is_ordinary,
    number_reasons,
    range_reasons,
    rule_out_line,
)
from ruleout.engine.shares import SINGLE_ATTEMPTS, Shares, bounds_for, shares_of, unscored_reasons
from ruleout.engine.statements import date_reasons, evidence_faults, identity_reasons
from ruleout.evidence.accept import accept, elicitation_reasons, tally
from ruleout.model.evidence import (
    Comparison,
    Direction,
    Estimate,
    EvidenceItem,
    Indicator,
    IndicatorFinding,
    Measurement,
    PublishedFigure,
    Stopping,
    Unit,
)
from ruleout.model.plain import decimal_text
from ruleout.stats import (
    LARGEST_SEARCHED,
    TASK_AS_UNIT,
    Bounds,
    ShareCounts,
    TaskShares,
    single_shares,
    tasks_needed,
)

_ONE, _HUNDRED = Decimal(1), Decimal(100)
_SIX_DIGITS = Context(prec=6)
_MOST_REASONS = 5
_PERCENT_UNITS = ("%", "percent", "per cent")
_PROPORTION_UNITS = ("proportion", "fraction", "probability", "rate", "share")
# A printed interval is taken for a two-sided 95 % one: each end may be wrong this often.
_PRINTED_ALPHA = Decimal("0.025")


def measure_indicator(
    indicator: Indicator,
    item: EvidenceItem,
    measurement: Measurement,
    *,
    at: datetime,
    alpha: Decimal | None = None,
    model_digest: str = "",
) -> IndicatorFinding:
    """Return what a log says of an indicator.

    Pure. Never raises on data.

    Args:
        item: the evidence the log belongs to; its digest, date and elicitation are held against the log.
        measurement: the log, read wholly.
        at: aware UTC instant at which freshness is judged.
        alpha: a stricter one-sided level than the indicator's own, as for "any of k rules out"; a milder one is
            ignored.
        model_digest: SHA-256 of the model that the case is about, "" where it does not say.

    Source: D-2, S-1, S-2, E-2, E-3.
    """
    level = indicator.alpha if alpha is None else min(alpha, indicator.alpha)
    evaluated = measurement.evaluated.date() if measurement.evaluated is not None else None
    if reasons := list(number_reasons(indicator, alpha=level)):
        return _inconclusive(indicator, item, reasons)
    counts = tally(measurement, indicator)
    reasons = [
        *range_reasons(indicator, scale=_ONE),
        *identity_reasons(item, measurement, model_digest=model_digest),
        *accept(measurement, indicator, elicitation=item.elicitation),
        *date_reasons(indicator, evaluated, item.evaluated, at=at),
        *evidence_faults(item, indicator.needs, on=at.date()),
        *unscored_reasons(counts, indicator.unscored),
    ]
    if reasons:
        return _inconclusive(indicator, item, reasons)
    return _judge_shares(
        indicator, item, shares_of(counts, unit=indicator.unit, policy=indicator.unscored), level=level
    )


def compare_published(indicator: Indicator, item: EvidenceItem, *, at: datetime) -> IndicatorFinding:
    """Return what a printed figure says of an indicator.

    Pure. Never raises on data.

    Args:
        at: aware UTC instant at which freshness is judged.

    Source: D-2, E-6.
    """
    reasons = [
        *number_reasons(indicator, alpha=indicator.alpha),
        *elicitation_reasons(indicator, item.elicitation),
        *date_reasons(indicator, item.evaluated, None, at=at),
        *evidence_faults(item, indicator.needs, on=at.date()),
    ]
    figure = item.figure
    if figure is None or reasons:
        return _inconclusive(indicator, item, reasons or ["no figure is published"])
    if figure.successes is not None and figure.n is not None:
        found = _judge_count(indicator, item, figure, successes=figure.successes, n=figure.n)
    else:
        found = _judge_printed(indicator, item, figure)
    doubts = "; ".join([*_unstated(indicator, figure), *_misfits(indicator, figure)])
    if found.comparison is Comparison.CLEAR and doubts:
        return replace(found, comparison=Comparison.INCONCLUSIVE, because=f"{found.because}; {doubts}")
    return found


def _misfits(indicator: Indicator, figure: PublishedFigure) -> Iterator[str]:
    """Yield what does not fit the range that a figure's unit says, bars or value; nothing for a unit of another kind."""
    unit = figure.unit.strip().lower()
    if unit in (*_PERCENT_UNITS, *_PROPORTION_UNITS):
        scale = _HUNDRED if unit in _PERCENT_UNITS else _ONE
        yield from range_reasons(indicator, scale=scale)
        if figure.value is not None and not 0 <= figure.value <= scale:
            yield f"the printed value {decimal_text(figure.value)} lies outside 0 to {decimal_text(scale)}; check its unit"


def _unstated(indicator: Indicator, figure: PublishedFigure) -> Iterator[str]:
    """Yield what an indicator asks of a run and a printed figure does not say; without it nothing is clear."""
    if indicator.task_version:
        yield f"expected task version {indicator.task_version!r}, and no printed figure states one"
    if indicator.repeats is not None:
        yield f"expected {indicator.repeats} epochs per task, and no printed figure states them"
    tasks = indicator.expected_samples
    if tasks is not None and (figure.n is None or figure.n % tasks):
        yield f"expected {tasks} tasks or a multiple in attempts, got a figure of {figure.n or 'no stated number'}"


def _judge_shares(indicator: Indicator, item: EvidenceItem, shares: Shares, *, level: Decimal) -> IndicatorFinding:
    sums = shares.units.sums
    chosen = bounds_for(indicator, shares.units, level=level)
    estimate = Estimate(
        value=shares.value,
        lower=chosen.bounds.lower,
        upper=chosen.bounds.upper,
        alpha=level,
        n=sums.tasks,
        method=chosen.method,
    )
    worst = sums.high if indicator.direction is Direction.HIGH else sums.low
    rate = worst / sums.tasks
    compared = compare(indicator, _bound_sides(chosen.bounds, level))
    words = f"{shares.text}; {compared.words}{_needed(indicator, compared, rate, level=level)}"
    return _finding(indicator, item, compared.comparison, estimate, words, alert=alerts(indicator, rate))


def _judge_count(
    indicator: Indicator, item: EvidenceItem, figure: PublishedFigure, *, successes: int, n: int
) -> IndicatorFinding:
    scale = _scale(figure, successes, n) if 0 <= successes <= n and n > 0 else None
    if scale is None:
        reason = f"{successes} of {n} and the printed value do not say the same; check them and state the unit"
        return _inconclusive(indicator, item, [reason])
    if reasons := list(range_reasons(indicator, scale=scale)):
        return _inconclusive(indicator, item, reasons)
    level, counted = indicator.alpha, _units_of(indicator, successes, n)
    shares = TaskShares(low=counted, high=counted, attempts=n, unscored=0, repeated=False)
    tasks = shares.sums.tasks
    own = bounds_for(indicator, shares, level=level, scale=scale)
    bounds = Bounds(lower=EXACT.multiply(own.bounds.lower, scale), upper=EXACT.multiply(own.bounds.upper, scale))
    share = EXACT.divide(EXACT.multiply(Decimal(successes), scale), Decimal(n))
    estimate = Estimate(
        value=_SIX_DIGITS.plus(share) if figure.value is None else figure.value,
        lower=bounds.lower,
        upper=bounds.upper,
        alpha=level,
        n=tasks,
        method=SINGLE_ATTEMPTS if own.method == TASK_AS_UNIT and tasks == n else own.method,
    )
    rate = Fraction(successes, n)
    compared = compare(indicator, _bound_sides(bounds, level))
    words = f"{successes} of {n}{'' if tasks == n else f' on {tasks} tasks'}, as published; {compared.words}"
    words += _needed(indicator, compared, rate, level=level, scale=scale)
    alert = alerts(indicator, rate * Fraction(scale))
    return _finding(indicator, item, compared.comparison, estimate, words, alert=alert)


def _units_of(indicator: Indicator, successes: int, n: int) -> ShareCounts:
    """Shares of what a printed count counts: several attempts at each task of a complete run are no more tasks (S-2).

    How they spread over the tasks is not printed: the sum alone is used, as if all but one task gave one answer always.
    """
    tasks = indicator.expected_samples
    if indicator.unit is Unit.ATTEMPT or tasks is None or n % tasks:
        return single_shares(successes, n)
    whole, rest = divmod(successes * tasks, n)
    parted = int(rest > 0)
    shares = ((Fraction(0), tasks - whole - parted), (Fraction(rest, n), parted), (Fraction(1), whole))
    return tuple((share, count) for share, count in shares if count)


def _judge_printed(indicator: Indicator, item: EvidenceItem, figure: PublishedFigure) -> IndicatorFinding:
    value, interval = figure.value, figure.interval
    if value is None:
        return _inconclusive(indicator, item, ["no value is published"])
    low, high = interval if interval is not None else (value, value)
    if not all(is_ordinary(number) for number in (value, low, high)):
        return _inconclusive(indicator, item, ["the printed figure is absurd in size"])
    if not low <= value <= high:
        return _inconclusive(indicator, item, ["the printed interval does not hold the printed value"])
    estimate = Estimate(
        value=value,
        lower=low if interval else None,
        upper=high if interval else None,
        alpha=indicator.alpha,
        n=figure.n,
        method="printed interval" if interval else "point",
    )
    compared = _compare_printed(indicator, value, interval)
    alert = alerts(indicator, Fraction(value))
    return _finding(indicator, item, compared.comparison, estimate, compared.words, alert=alert)


def _compare_printed(indicator: Indicator, value: Decimal, interval: tuple[Decimal, Decimal] | None) -> Compared:
    if indicator.stopping is Stopping.CONTINUING:
        words = "a printed figure without a count does not bound a rate looked at while measuring went on"
        return Compared(comparison=Comparison.INCONCLUSIVE, words=words)
    if interval is None and indicator.needs_interval:
        words = f"only a point estimate, {decimal_text(value)}, where an interval is required"
        return Compared(comparison=Comparison.INCONCLUSIVE, words=words)
    if interval is None:
        compared = compare(indicator, Sides(low=value, high=value))
        return Compared(comparison=compared.comparison, words=f"{compared.words} (no interval published)")
    if indicator.alpha < _PRINTED_ALPHA:
        words = f"a printed interval is not known to reach the level {decimal_text(indicator.alpha)}"
        return Compared(comparison=Comparison.INCONCLUSIVE, words=words)
    sides = Sides(low=interval[0], high=interval[1], low_word="printed lower bound ", high_word="printed upper bound ")
    return compare(indicator, sides)


def _scale(figure: PublishedFigure, successes: int, n: int) -> Decimal | None:
    """Return what a proportion must be multiplied by to be in the figure's unit: 1, 100 or, for a bare count, n.

    Without a unit the printed value tells, if only one of the three fits; without a value too, it is a proportion.
    None where value and count disagree or the unit is in doubt.
    """
    unit = figure.unit.strip().lower()
    if unit in _PERCENT_UNITS:
        candidates = {_HUNDRED}
    elif unit in _PROPORTION_UNITS or figure.value is None:
        candidates = {_ONE}
    else:
        candidates = {_ONE, _HUNDRED, Decimal(n)}
    if figure.value is None:
        return next(iter(candidates))
    if not is_ordinary(figure.value):
        return None
    # A printed value may be rounded or cut by less than one unit of its last place.
    place = Fraction(10) ** int(figure.value.as_tuple().exponent)
    share, printed = Fraction(successes, n), Fraction(figure.value)
    fitting = [scale for scale in candidates if abs(printed - share * Fraction(scale)) < place]
    return fitting[0] if len(fitting) == 1 else None


def _bound_sides(bounds: Bounds, level: Decimal) -> Sides:
    percent = decimal_text(EXACT.multiply(EXACT.subtract(_ONE, level), _HUNDRED))
    return Sides(
        low=bounds.lower,
        high=bounds.upper,
        low_word=f"{percent} % lower bound ",
        high_word=f"{percent} % upper bound ",
    )


def _needed(indicator: Indicator, compared: Compared, rate: Fraction, *, level: Decimal, scale: Decimal = _ONE) -> str:
    """Return how many units would have ruled out at the observed rate, in words; "" where that is no question (S-1)."""
    if compared.comparison is not Comparison.INCONCLUSIVE or indicator.rule_out is None:
        return ""
    line = EXACT.divide(rule_out_line(indicator, indicator.rule_out), scale)
    if indicator.direction is Direction.LOW:
        rate, line = 1 - rate, EXACT.subtract(_ONE, line)
    n = tasks_needed(rate, line, alpha=level, continuing=indicator.stopping is Stopping.CONTINUING)
    if n is None:
        return f"; not even {LARGEST_SEARCHED} {indicator.unit.value}s at this rate would rule it out"
    return f"; about {n} {indicator.unit.value}s needed"


def _inconclusive(indicator: Indicator, item: EvidenceItem, reasons: list[str]) -> IndicatorFinding:
    unique = list(dict.fromkeys(reasons))
    shown = "; ".join(unique[:_MOST_REASONS])
    if len(unique) > _MOST_REASONS:
        shown += f"; and {len(unique) - _MOST_REASONS} more"
    return _finding(indicator, item, Comparison.INCONCLUSIVE, None, shown, alert=False)


def _finding(
    indicator: Indicator,
    item: EvidenceItem,
    comparison: Comparison,
    estimate: Estimate | None,
    because: str,
    *,
    alert: bool,
) -> IndicatorFinding:
    return IndicatorFinding(
        indicator=indicator,
        evidence=item.id,
        comparison=comparison,
        alert=alert,
        estimate=estimate,
        because=because,
    )
