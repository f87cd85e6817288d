# SPDX-License-Identifier: Apache-2.0
"""Numbers held against an indicator's bars, with the inequality in words (D-2, S-1).

Rules: clear needs the bound on the concerning side beyond the rule-out bar, less the margin; crossed needs the other
bound at the reached bar. Where both seem to hold the bars contradict each other and crossed, the cautious answer, is
given. Nothing here knows where the numbers come from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from ruleout.model.evidence import Bar, Comparison, Direction, Indicator
from ruleout.model.plain import decimal_text

# Wide enough that sums and products of admitted numbers are exact; see `number_reasons`.
EXACT = Context(prec=200)
_MOST_DIGITS = 40
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is compared: lower and upper bound, or the point twice; the words name them in the explanation."""

    low: Decimal
    high: Decimal
    low_word: str = ""
    high_word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the bars say, and the inequality that settled it or that failed."""

    comparison: Comparison
    words: str


def compare(indicator: Indicator, sides: Sides) -> Compared:
    """Return what the indicator's bars say of two bounds.

    Pure. Total for numbers without `number_reasons`.

    Source: D-2, S-1.
    """
    high = indicator.direction is Direction.HIGH
    # The bound on the harmless side must reach the reached bar, the one on the concerning side must clear the other.
    reaching = (sides.low, sides.low_word) if high else (sides.high, sides.high_word)
    clearing = (sides.high, sides.high_word) if high else (sides.low, sides.low_word)
    reached, rule_out = indicator.reached, indicator.rule_out
    if reached is not None:
        words = _words(*reaching, reached.value, _named("reached bar", reached.value, reaching[1]))
        if _beyond(reaching[0], reached.value, inclusive=reached.inclusive, above=high):
            return Compared(comparison=Comparison.CROSSED, words=words)
        if rule_out is None:
            return Compared(comparison=Comparison.INCONCLUSIVE, words=f"{words}; the indicator has no rule-out bar")
    if rule_out is None:
        return Compared(comparison=Comparison.INCONCLUSIVE, words="the indicator has no bar")
    line = rule_out_line(indicator, rule_out)
    clear = _beyond(clearing[0], line, inclusive=rule_out.inclusive, above=not high)
    words = _words(*clearing, line, _named("bar", rule_out.value, clearing[1]) + _margin_words(indicator))
    return Compared(comparison=Comparison.CLEAR if clear else Comparison.INCONCLUSIVE, words=words)


def rule_out_line(indicator: Indicator, bar: Bar) -> Decimal:
    """Return the rule-out bar moved by the margin towards the harmless side. Pure. Source: S-1."""
    if indicator.direction is Direction.HIGH:
        return EXACT.subtract(bar.value, indicator.margin)
    return EXACT.add(bar.value, indicator.margin)


def alerts(indicator: Indicator, point: Fraction) -> bool:
    """Return whether a point is at or beyond the alert bar. Pure. Source: D-2."""
    bar = indicator.alert
    if bar is None:
        return False
    value = Fraction(bar.value)
    beyond = point > value if indicator.direction is Direction.HIGH else point < value
    return beyond or (bar.inclusive and point == value)


def number_reasons(indicator: Indicator, *, alpha: Decimal) -> Iterator[str]:
    """Yield which of an indicator's numbers cannot be computed with: a level out of range, or absurd sizes. Pure."""
    if not is_ordinary(alpha) or not 0 < alpha <= Decimal("0.5"):
        yield "the significance level lies outside (0, 0.5]"
    if not is_ordinary(indicator.margin) or indicator.margin < 0:
        yield "the margin is negative or absurd in size"
    if not is_ordinary(indicator.success_at):
        yield "the bar of success is absurd in size"
    for name, bar in _bars(indicator):
        if not is_ordinary(bar.value):
            yield f"the {name} bar is absurd in size"


def range_reasons(indicator: Indicator, *, scale: Decimal) -> Iterator[str]:
    """Yield which bars do not fit figures between 0 and `scale`: met by everything or by nothing, a slip of units.

    Pure. For numbers without `number_reasons`.
    """
    for name, bar in _bars(indicator):
        if not 0 <= bar.value <= scale:
            yield f"the {name} bar {decimal_text(bar.value)} lies outside 0 to {decimal_text(scale)}; check its unit"
    bar_out = indicator.rule_out
    if bar_out is not None and bar_out.inclusive:
        worst = scale if indicator.direction is Direction.HIGH else _ZERO
        if rule_out_line(indicator, bar_out) == worst:
            yield f"the rule-out bar {decimal_text(bar_out.value)} would be met by every result"


def is_ordinary(value: Decimal) -> bool:
    """Return whether a number is finite and of a size in which sums are exact and texts are short. Pure."""
    # Zero has any exponent; its text could still be long.
    return value.is_finite() and abs(value.adjusted()) < _MOST_DIGITS and len(value.as_tuple().digits) <= _MOST_DIGITS


def _bars(indicator: Indicator) -> tuple[tuple[str, Bar], ...]:
    bars = (("rule-out", indicator.rule_out), ("reached", indicator.reached), ("alert", indicator.alert))
    return tuple((name, bar) for name, bar in bars if bar is not None)


def _beyond(value: Decimal, line: Decimal, *, inclusive: bool, above: bool) -> bool:
    return (value > line if above else value < line) or (inclusive and value == line)


def _words(value: Decimal, word: str, line: Decimal, bar: str) -> str:
    sign = "=" if value == line else "<" if value < line else ">"
    return f"{word}{decimal_text(value)} {sign} {bar}"


def _named(name: str, value: Decimal, word: str) -> str:
    return f"{name} {decimal_text(value)}" if word else decimal_text(value)


def _margin_words(indicator: Indicator) -> str:
    if not indicator.margin:
        return ""
    sign = "-" if indicator.direction is Direction.HIGH else "+"
    return f" {sign} margin {decimal_text(indicator.margin)}"
