# SPDX-License-Identifier: Apache-2.0
"""What the forest plot draws: one row per finding of a decision, with the finding's own figures and words.

Nothing is computed anew; here is also told which rows share an axis. Units are not part of a finding: whoever has the case hands them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

from ruleout.model.case import Case
from ruleout.model.decision import Decision, ThresholdResult
from ruleout.model.evidence import Bar, Comparison, Direction, Indicator, IndicatorFinding, Weight
from ruleout.model.plain import decimal_text
from ruleout.reports.pictures.frame import Table
from ruleout.reports.pictures.ticks import Span, linear_span, logarithmic_span, shares_room

PROPORTION = "proportion"
#: Units in which values may be drawn on a logarithmic axis, where they lie so far apart.
_LOGARITHMIC = ("x", "×", "ratio", "fold", "times", "h", "hour", "hours", "min", "minutes")
_FAR_APART = 10
#: A row that takes less of a shared axis gets one of its own.
_LEAST_PERCENT = 5
#: More rows under one axis would leave it out of sight.
_MOST_ROWS = 12
_EXACT = Context(prec=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class BarShown:
    """A bar of a row: "rule-out", "reached" or "alert", its value, and the relation that meets it, such as "<".

    `margin` is the distance that a bound must keep from a rule-out bar, 0 elsewhere; the bar stands where it stands.
    """

    kind: str
    value: Decimal
    relation: str
    margin: Decimal = Decimal(0)

    def words(self, written: Callable[[Decimal], str]) -> str:
        """Return the bar in words, its figures written as given. Pure."""
        kept = f" by {written(self.margin)}" if self.margin else ""
        return f"{self.kind} {self.relation} {written(self.value)}{kept}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One finding: what was measured, held against its bars.

    `value`, `lower`, `upper` are the finding's estimate, None where it has none; `interval` says what the bounds are:
    "one-sided 95 %", "printed interval", "no interval published", "no estimate". `unit` is "" where nobody states it.
    """

    threshold: str
    threshold_says: str
    indicator: str
    evaluation: str
    evidence: str
    weight: str
    comparison: Comparison
    alert: bool
    unit: str
    value: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    interval: str
    n: int | None
    bars: tuple[BarShown, ...]
    because: str

    def drawn(self) -> tuple[Decimal, ...]:
        """Return every value that the row puts on its axis. Pure."""
        told = (self.value, self.lower, self.upper, *(bar.value for bar in self.bars))
        return tuple(value for value in told if value is not None)


def units_in(case: Case) -> dict[str, str]:
    """Return the unit of each piece of evidence by its id: as printed, or a proportion of a log's tasks. Pure."""
    return {item.id: PROPORTION if item.figure is None else item.figure.unit for item in case.evidence}


def forest_rows(decision: Decision, units: Mapping[str, str]) -> tuple[ForestRow, ...]:
    """Return the rows of a decision's findings in their order, threshold by threshold.

    Pure.

    Args:
        units: unit by evidence id, see `units_in`; a piece without one is drawn on a scale of its own.
    """
    return tuple(_row(t, f, units) for t in decision.thresholds for f in t.indicators)


def _row(threshold: ThresholdResult, finding: IndicatorFinding, units: Mapping[str, str]) -> ForestRow:
    indicator, estimate = finding.indicator, finding.estimate
    return ForestRow(
        threshold=threshold.id,
        threshold_says=threshold.shown_as,
        indicator=indicator.id,
        evaluation=indicator.evaluation,
        evidence=finding.evidence,
        weight=indicator.weight.value,
        comparison=finding.comparison,
        alert=finding.alert,
        unit=units.get(finding.evidence, ""),
        value=None if estimate is None else estimate.value,
        lower=None if estimate is None else estimate.lower,
        upper=None if estimate is None else estimate.upper,
        interval=_interval(finding),
        n=None if estimate is None else estimate.n,
        bars=_bars(indicator),
        because=finding.because,
    )


def _interval(finding: IndicatorFinding) -> str:
    estimate = finding.estimate
    if estimate is None:
        return "no estimate"
    if estimate.lower is None and estimate.upper is None:
        return "no interval published"
    if estimate.method == "printed interval":
        return estimate.method
    level = _EXACT.multiply(_EXACT.subtract(Decimal(1), estimate.alpha), Decimal(100))
    return f"one-sided {decimal_text(level)} %"


def _bars(indicator: Indicator) -> tuple[BarShown, ...]:
    is_high = indicator.direction is Direction.HIGH
    below, beyond = ("<", ">") if is_high else (">", "<")
    told: tuple[tuple[str, Bar | None, str], ...] = (
        ("rule-out", indicator.rule_out, below),
        ("reached", indicator.reached, beyond),
        ("alert", indicator.alert, beyond),
    )
    return tuple(
        BarShown(
            kind=kind,
            value=bar.value,
            relation={"<": "≤", ">": "≥"}[sign] if bar.inclusive else sign,
            margin=indicator.margin if kind == "rule-out" else Decimal(0),
        )
        for kind, bar, sign in told
        if bar is not None
    )


def groups_of(rows: Sequence[ForestRow]) -> list[list[ForestRow]]:
    """Return rows that share a panel: neighbours of one threshold and one unit that all stay readable on one scale.

    Pure; every row in its order. A row without an estimate needs no scale and stays with the row before it.
    """
    groups: list[list[ForestRow]] = []
    for row in rows:
        if groups and _fits(groups[-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _fits(group: Sequence[ForestRow], row: ForestRow) -> bool:
    if group[0].threshold != row.threshold or len(group) == _MOST_ROWS:
        return False
    if not row.drawn() or row.value is None:
        return True
    others = [other for other in group if other.value is not None]
    if not others:
        return True
    if not row.unit or any(other.unit != row.unit for other in others):
        return False
    if _may_be_logarithmic([*others, row]):
        return True
    extents = [(min(r.drawn()), max(r.drawn())) for r in (*others, row)]
    return shares_room(extents, least_percent=_LEAST_PERCENT)


def _may_be_logarithmic(rows: Iterable[ForestRow]) -> bool:
    return all(row.unit.strip().lower() in _LOGARITHMIC and all(value > 0 for value in row.drawn()) for row in rows)


def _is_logarithmic(rows: Sequence[ForestRow]) -> bool:
    values = [value for row in rows for value in row.drawn()]
    return _may_be_logarithmic(rows) and max(values) >= _FAR_APART * min(values)


def span_of(rows: Sequence[ForestRow]) -> Span | None:
    """Return the axis of a panel, None where no row of it has an estimate. Pure."""
    drawn = [row for row in rows if row.value is not None]
    values = [value for row in drawn for value in row.drawn()]
    if not values:
        return None
    if _is_logarithmic(drawn):
        return logarithmic_span(values)
    return linear_span([*values, Decimal(0)])


def forest_table(rows: Sequence[ForestRow]) -> Table:
    """Return the rows as a table, every figure exact and every reason whole. Pure."""
    heads = ("Threshold", "Indicator", "Says", "Estimate", "Lower", "Upper", "Interval", "n", "Unit", "Bars", "Because")
    return Table(heads=heads, rows=tuple(_cells(row) for row in rows), figures=frozenset({3, 4, 5, 7}))


def _cells(row: ForestRow) -> tuple[str, ...]:
    return (
        row.threshold,
        row.indicator if row.weight == Weight.LOAD_BEARING.value else f"{row.indicator} ({row.weight})",
        f"{row.comparison.value}{', ALERT' if row.alert else ''}",
        *("" if value is None else decimal_text(value) for value in (row.value, row.lower, row.upper)),
        row.interval,
        "" if row.n is None else str(row.n),
        row.unit,
        " · ".join(bar.words(decimal_text) for bar in row.bars),
        row.because,
    )
