# SPDX-License-Identifier: Apache-2.0
"""Scales: where an axis begins and ends and which values it names, in decimals, so that no float enters a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from ruleout.model.plain import decimal_text
from ruleout.reports.pictures.lettering import figure

_DIGITS = Context(prec=28)
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_MOST_TICKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An axis: its ends, the values it names, and whether it is logarithmic (then both ends are positive)."""

    low: Decimal
    high: Decimal
    ticks: tuple[Decimal, ...]
    logarithmic: bool

    def scale(self, left: int, right: int) -> dict[str, Any]:
        """Return it as a Vega-Lite scale between two pixels. Pure."""
        return {
            "type": "log" if self.logarithmic else "linear",
            "domainMin": {"expr": decimal_text(self.low)},
            "domainMax": {"expr": decimal_text(self.high)},
            "range": [left, right],
            "nice": False,
            "zero": False,
        }

    def axis(self) -> dict[str, Any]:
        """Return the named values and how they are written, as Vega-Lite takes them. Pure."""
        values = f"[{','.join(decimal_text(tick) for tick in self.ticks)}]"
        names = f"[{','.join(repr(figure(tick)) for tick in self.ticks)}]"
        written = f"{names}[indexof({values}, datum.value)]"
        return {"values": {"expr": values}, "labelExpr": written, "labelOverlap": True, "tickSize": 4}


def linear_span(values: Iterable[Decimal]) -> Span:
    """Return a linear axis that holds the values, at least one, with whole steps at both ends. Pure."""
    told = list(values)
    low, high = min(told), max(told)
    if low == high:
        low, high = _around(low)
    step = _step(_DIGITS.subtract(high, low))
    first = _DIGITS.multiply((low / step).to_integral_value("ROUND_FLOOR", _DIGITS), step)
    ticks = [first]
    while ticks[-1] < high:
        ticks.append(_DIGITS.add(ticks[-1], step))
    return Span(low=ticks[0], high=ticks[-1], ticks=tuple(ticks), logarithmic=False)


def logarithmic_span(values: Iterable[Decimal]) -> Span:
    """Return a logarithmic axis that holds the values, all positive, with 1-2-5 steps named. Pure."""
    told = list(values)
    low, high = _DIGITS.multiply(min(told), Decimal("0.9")), _DIGITS.multiply(max(told), Decimal("1.1"))
    decades = range(low.adjusted(), high.adjusted() + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        ticks = [Decimal(step).scaleb(decade) for decade in decades for step in steps]
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) <= _MOST_TICKS:
            break
    else:
        inside = inside[:: -(-len(inside) // _MOST_TICKS)]
    return Span(low=low, high=high, ticks=tuple(inside), logarithmic=True)


def _around(value: Decimal) -> tuple[Decimal, Decimal]:
    """Ends for a single value: from nothing to it, or one either side of nothing."""
    if value == 0:
        return Decimal(0), Decimal(1)
    return (Decimal(0), value) if value > 0 else (value, Decimal(0))


def _step(width: Decimal) -> Decimal:
    rough = _DIGITS.divide(width, Decimal(_MOST_TICKS - 1))
    place = rough.adjusted()
    return next(s.scaleb(place) for s in _STEPS if s.scaleb(place) >= rough)


def shares_room(extents: Sequence[tuple[Decimal, Decimal]], *, least_percent: int) -> bool:
    """Whether each extent takes at least so many percent of what they span together, and can be read there. Pure."""
    whole = max(high for _, high in extents) - min(low for low, _ in extents)
    return all((high - low) * 100 >= whole * least_percent for low, high in extents)
