# SPDX-License-Identifier: Apache-2.0
"""How figures of estimates are written: minutes as a person says them, shares in percent, intervals with what is open."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

from ruleout.model.plain import decimal_text

_CONTEXT = Context(prec=28, rounding=ROUND_HALF_EVEN)
_HOUR, _HOURS_FROM = Decimal(60), Decimal(120)
_TENTH = Decimal("0.1")
#: From here on nobody reads digits: minutes in two billion years.
_FAR = Decimal(10) ** 15


def minutes_text(minutes: Decimal) -> str:
    """Return a length of time: minutes, and hours beside them from two hours on. Pure."""
    if minutes >= _FAR:
        return f"{minutes:.2E} min"
    text = f"{decimal_text(minutes)} min"
    if minutes < _HOURS_FROM:
        return text
    return f"{text} ({decimal_text(_CONTEXT.divide(minutes, _HOUR).quantize(_TENTH))} h)"


def percent(share: Decimal) -> str:
    """Return a share in percent, with the digits it has. Pure."""
    return f"{decimal_text(_CONTEXT.multiply(share, Decimal(100)))} %"


def interval(low: Decimal | None, high: Decimal | None) -> str:
    """Return an interval's two ends; an end that does not exist is said to be open. Pure."""
    if low is None and high is None:
        return "no interval"
    if high is None:
        return f"from {_end(low)}, no upper end"
    return f"{_end(low)} to {_end(high)}"


def _end(value: Decimal | None) -> str:
    if value is None:
        return "?"
    return f"{value:.2E}" if abs(value) >= _FAR else decimal_text(value)
