# SPDX-License-Identifier: Apache-2.0
"""One printed figure against one stated bar, twice: as printed, and with the uncertainty that n or interval implies.

Rules
- `crossed` compares the printed value as the bar states. `supported` asks the same of the whole range that is left:
  YES where all of it is across, NO where none of it is, else UNKNOWN.
- A printed interval goes before n. n carries a figure that is a mean share of n units, or a count of them (S-2); the
  unit is the one the text names, and fractions of a unit are rounded against the claim.
- Where a figure or a bar may be meant in two ways, both are computed; an answer stands only if they agree.
- What is not understood is UNKNOWN, with the reason. Nothing a coder computed is looked at.

Source: D-2, E-6, S-1, S-2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ruleout.engine.bars import EXACT, is_ordinary
from ruleout.evidence.figures import interval_of, is_percent, units_of
from ruleout.model.plain import decimal_text
from ruleout.model.published import PrintedFigure, StatedBar
from ruleout.model.verdict import Verdict
from ruleout.stats import TaskSums, task_bounds

#: One-sided level of the bounds that n implies (S-1).
ALPHA = Decimal("0.05")
_ZERO, _ONE, _HUNDRED = Decimal(0), Decimal(1), Decimal(100)
#: Each relation: whether concern lies above, and whether the bar itself counts as crossed.
_RELATIONS = {
    ">": (True, False),
    ">=": (True, True),
    "≥": (True, True),
    "<": (False, False),
    "<=": (False, True),
    "≤": (False, True),
}
#: Metrics that are no mean over units: n says nothing of how far they could lie off.
_NO_MEAN = re.compile(
    r"(?i)\b(max|maximum|min|minimum|best|median|percentile|ratio|odds|speed-?ups?|mse|rmse|loss|hours?|minutes?|seconds?"
    r"|horizon|elo|p-value|uplift|shift|effect|normali[sz]ed|weighted|correlation|auc|kappa|brier|qualitative)\b"
)
_NO_COUNT = re.compile(r"(?i)\b(score|rating|rank|points?)\b")
#: Metrics that are a share whatever their value: 0 or 1 is then no count, and 55 no number of units.
_SHARE = re.compile(r"(?i)\b(accuracy|rate|share|fraction|proportion|probability)\b|pass@")
_SHARE_UNITS = ("proportion", "fraction", "probability", "rate", "share")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer and, in words, what it rests on or what it lacks."""

    verdict: Verdict
    because: str


@dataclass(frozen=True, slots=True)
class _Range:
    """Where the true figure may lie, in the figure's unit; a bar outside `least` to `most` is a slip of units."""

    low: Decimal
    high: Decimal
    least: Decimal | None = None
    most: Decimal | None = None


def crossed(figure: PrintedFigure, bar: StatedBar) -> Told:
    """Return whether the printed value stands across the bar as stated. Pure; UNKNOWN with a reason, never raises."""
    if reason := _why_not_compared(figure, bar):
        return Told(Verdict.UNKNOWN, reason)
    value = _number(figure.value)
    answers = {_across(_Range(value, value), bar, line) for line in _lines(figure, bar)}
    return (
        Told(answers.pop(), "as printed") if len(answers) == 1 else Told(Verdict.UNKNOWN, "percent or share: unclear")
    )


def supported(figure: PrintedFigure, bar: StatedBar) -> Told:
    """Return whether the figure stands across the bar wherever in its range it truly lies. Pure; never raises.

    A definite answer is never the opposite of `crossed`: the range holds the printed value.

    Source: D-2, S-1, S-2.
    """
    if reason := _why_not_compared(figure, bar):
        return Told(Verdict.UNKNOWN, reason)
    interval = interval_of(figure)
    if interval is not None:
        level = "" if interval.level is None else f", {decimal_text(interval.level)} %"
        ranges, source = [_Range(interval.low, interval.high)], f"printed interval{level}"
    elif figure.interval:
        return Told(Verdict.UNKNOWN, "the printed interval is not understood")
    else:
        units = units_of(figure)
        if units is None:
            return Told(Verdict.UNKNOWN, "no interval and no n that is understood")
        ranges, source = list(_ranges(figure, units)), f"n = {units}, one-sided 95 %"
    return _agreed(ranges, figure, bar, source)


def _why_not_compared(figure: PrintedFigure, bar: StatedBar) -> str:
    if bar.compound:
        return "the rule joins several conditions"
    if bar.crossed_when.strip() not in _RELATIONS:
        return "no relation that can be computed"
    for name, value in (("figure", figure.value), ("bar", bar.value)):
        if value is None:
            return f"the {name} is not printed"
        if isinstance(value, str):
            return f"the {name} is a text, not a number"
        if not is_ordinary(value):
            return f"the {name} is absurd in size"
    return ""


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    raise TypeError("compared before it was asked whether both are numbers")


def _lines(figure: PrintedFigure, bar: StatedBar) -> tuple[Decimal, ...]:
    """The bar in the figure's unit: two readings where a percentage meets what looks like a share."""
    line = _number(bar.value)
    if is_percent(figure.unit) and _number(figure.value) > 1 and 0 < line < 1:
        return line, EXACT.multiply(line, _HUNDRED)
    return (line,)


def _across(range_: _Range, bar: StatedBar, line: Decimal) -> Verdict:
    above, inclusive = _RELATIONS[bar.crossed_when.strip()]
    if range_.least is not None and range_.most is not None and not range_.least <= line <= range_.most:
        return Verdict.UNKNOWN
    nearest, farthest = (range_.low, range_.high) if above else (range_.high, range_.low)
    if _is_across(nearest, line, above=above, inclusive=inclusive):
        return Verdict.YES
    return Verdict.UNKNOWN if _is_across(farthest, line, above=above, inclusive=inclusive) else Verdict.NO


def _is_across(value: Decimal, line: Decimal, *, above: bool, inclusive: bool) -> bool:
    return (value > line if above else value < line) or (inclusive and value == line)


def _agreed(ranges: list[_Range], figure: PrintedFigure, bar: StatedBar, source: str) -> Told:
    if not ranges:
        return Told(Verdict.UNKNOWN, "n says nothing of how far this kind of figure could lie off")
    answers = {_across(range_, bar, line) for range_ in ranges for line in _lines(figure, bar)}
    shown = " or ".join(f"{decimal_text(r.low)} to {decimal_text(r.high)}" for r in ranges)
    words = f"{_short(shown)} ({source})"
    return Told(answers.pop(), words) if len(answers) == 1 else Told(Verdict.UNKNOWN, words)


def _ranges(figure: PrintedFigure, units: int) -> Iterable[_Range]:
    """The range under each reading of the figure: a share of n units, a percentage of them, a count of them."""
    value = _number(figure.value)
    for scale in _scales(figure, units):
        share = EXACT.divide(value, scale)
        low, high = _sums(share, scale, value, units)
        bounds = task_bounds(TaskSums(tasks=units, low=Fraction(low), high=Fraction(high)), alpha=ALPHA)
        yield _Range(
            min(EXACT.multiply(bounds.lower, scale), value),
            max(EXACT.multiply(bounds.upper, scale), value),
            _ZERO,
            scale,
        )


def _scales(figure: PrintedFigure, units: int) -> tuple[Decimal, ...]:
    value, unit = _number(figure.value), figure.unit.strip().lower()
    if _NO_MEAN.search(figure.metric) or value < 0:
        return ()
    if is_percent(unit):
        return (_HUNDRED,) if value <= _HUNDRED else ()
    if unit in _SHARE_UNITS:
        return (_ONE,) if value <= 1 else ()
    if unit:
        return ()
    can_be_count = value <= units and not _NO_COUNT.search(figure.metric) and not _SHARE.search(figure.metric)
    if value > 1:
        return (Decimal(units),) if can_be_count else ()
    is_whole = value == value.to_integral_value()
    return (_ONE, Decimal(units)) if is_whole and can_be_count and units > 1 else (_ONE,)


def _sums(share: Decimal, scale: Decimal, value: Decimal, units: int) -> tuple[int, int]:
    """Successes out of `units`, fractions rounded against the claim; exact where one count fits the printed digits."""
    exact = Fraction(share) * units
    place = Fraction(10) ** int(value.as_tuple().exponent) / Fraction(scale) * units
    near = round(exact)
    if abs(near - exact) < place <= Fraction(1, 2):
        return near, near
    half = place / 2 if value != value.to_integral_value() else Fraction(0)
    return max(floor(exact - half), 0), min(ceil(exact + half), units)


def _short(text: str) -> str:
    """Figures of a range with no more digits than anybody reads."""
    return re.sub(r"([0-9]+\.[0-9]{6})[0-9]+", r"\1", text)
