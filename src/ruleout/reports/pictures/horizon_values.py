# SPDX-License-Identifier: Apache-2.0
"""What the picture of horizons draws, and how it is said in words. Lengths are minutes of human work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from ruleout.documents.counts import count_of
from ruleout.model.plain import decimal_text
from ruleout.reports.pictures.frame import Table

#: (minutes, name), ascending. Above a day they stay hours of work: a week of it is 40 of them, one of the clock 168.
LENGTHS = (
    (Decimal(1) / 60, "1 s"),
    (Decimal(1) / 15, "4 s"),
    (Decimal("0.25"), "15 s"),
    (Decimal(1), "1 min"),
    (Decimal(4), "4 min"),
    (Decimal(15), "15 min"),
    (Decimal(60), "1 h"),
    (Decimal(240), "4 h"),
    (Decimal(480), "8 h"),
    (Decimal(2400), "40 h"),
    (Decimal(10_080), "168 h"),
    (Decimal(60_000), "1000 h"),
    (Decimal(600_000), "10 000 h"),
)
_THREE_DIGITS = Context(prec=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonPoint:
    """One model: day of release, length of task it does half of the time (minutes, > 0), and interval or None."""

    model: str
    released: date
    p50: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendBand:
    """A fitted trend: ascending dates, and at each the central, lower and upper value of a prediction, minutes > 0."""

    dates: tuple[date, ...]
    central: tuple[Decimal, ...]
    low: tuple[Decimal, ...]
    high: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """When the trend crosses a bar (minutes, > 0): by the band's edges and its middle; None where it does not."""

    bar: Decimal
    earliest: date | None
    central: date | None
    latest: date | None


def sentences(points: Sequence[HorizonPoint], crossing: Crossing | None) -> tuple[str, ...]:
    """Return in words what the picture shows; where no crossing is known, that it is not. Pure."""
    without = sum(point.low is None or point.high is None for point in points)
    first = (
        f"{count_of(len(points), 'model')}; the length of task, in human working time, that each does half of the time."
    )
    first += f" {without} without an interval." if without else ""
    if crossing is None:
        return (first,)
    return (first, f"If the trend goes on as it was, it {crossing_text(crossing)}.")


def crossing_text(crossing: Crossing) -> str:
    """Return when the trend crosses the bar: `crosses 40 h between 2027-01-03 and 2028-02-01`. Pure."""
    bar = length_text(crossing.bar)
    match (crossing.earliest, crossing.latest):
        case (None, None):
            return f"is not known to cross {bar}"
        case (None, latest):
            return f"crosses {bar} by {latest}; how early is not known"
        case (earliest, None):
            return f"crosses {bar} not before {earliest}; how late is not known"
        case (earliest, latest):
            return f"crosses {bar} between {earliest} and {latest}"


def in_order(points: Sequence[HorizonPoint]) -> tuple[HorizonPoint, ...]:
    """Return the points by release, then by name, which is how they are numbered. Pure."""
    return tuple(sorted(points, key=lambda point: (point.released, point.model, point.p50)))


def horizon_table(points: Sequence[HorizonPoint]) -> Table:
    """Return the points with their numbers as a table; an end that is not known is an empty cell. Pure."""
    rows = tuple(
        (str(at), p.model, p.released.isoformat(), decimal_text(p.p50), _exact(p.low), _exact(p.high))
        for at, p in enumerate(points, start=1)
    )
    heads = ("No.", "Model", "Released", "Horizon (minutes)", "Lower", "Upper")
    return Table(heads=heads, rows=rows, figures=frozenset({0, 3, 4, 5}))


def _exact(value: Decimal | None) -> str:
    return "" if value is None else decimal_text(value)


def length_text(minutes: Decimal) -> str:
    """Return a length to three digits in the unit people would use: seconds, minutes, or hours. Pure; minutes > 0."""
    if minutes < 1:
        return f"{_short(minutes * 60)} s"
    if minutes < 60:
        return f"{_short(minutes)} min"
    return f"{_short(minutes / 60)} h"


def _short(value: Decimal) -> str:
    return decimal_text(value) if value == value.to_integral_value() else decimal_text(_THREE_DIGITS.plus(value))
