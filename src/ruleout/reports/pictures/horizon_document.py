# SPDX-License-Identifier: Apache-2.0
"""A file of horizons, a trend and its crossing -> the values that the picture draws (see docs/guide/pictures.md).

JSON or YAML. Numbers stand as numbers or, so that nothing rounds them on the way, as decimal texts. Lengths are minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ruleout.documents.fields import Day, Doc, Line, parse_number
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import RuleoutError
from ruleout.reports.pictures.horizon_values import Crossing, HorizonPoint, TrendBand

#: More points or days are not legible, and cost time in a file that is meant to.
MOST_POINTS, _MOST_DAYS = 200, 1000
_LONGEST_NUMBER = 60
_MOST_FAULTS = 5
#: Minutes: a hundredth of a second to some millions of years.
_SMALLEST, _LARGEST = Decimal("0.0001"), Decimal(10) ** 12


def parse_minutes(value: Any) -> Decimal:
    """Return a length in minutes from a number or a decimal text. Pure.

    Raises:
        PydanticCustomError: anything else, or a length outside 0.0001 to 10^12 minutes.
    """
    number = parse_number(_decimal(value) if isinstance(value, str) else value)
    if number.is_finite() and _SMALLEST <= number <= _LARGEST:
        return number
    raise PydanticCustomError("number", "a length in minutes, above 0")


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if len(text) <= _LONGEST_NUMBER and text.isascii() else None
    except InvalidOperation:
        return None


Minutes = Annotated[Decimal, BeforeValidator(parse_minutes)]


class PointDoc(Doc):
    """One model's horizon."""

    model: Line
    released: Day
    p50: Minutes
    low: Minutes | None = None
    high: Minutes | None = None


class BandDoc(Doc):
    """The trend on one day."""

    date: Day
    central: Minutes
    low: Minutes
    high: Minutes


class CrossingDoc(Doc):
    """The bar, and the days on which upper edge, middle and lower edge of the band cross it; null where unknown."""

    bar: Minutes
    earliest: Day | None = None
    central: Day | None = None
    latest: Day | None = None


class HorizonsDoc(Doc):
    """The whole file."""

    title: Line = "Time horizons"
    points: Annotated[tuple[PointDoc, ...], Field(max_length=MOST_POINTS)] = ()
    trend: Annotated[tuple[BandDoc, ...], Field(max_length=_MOST_DAYS)] = ()
    crossing: CrossingDoc | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizons:
    """What a file tells; `band` and `crossing` are None where it tells none."""

    title: str
    points: tuple[HorizonPoint, ...]
    band: TrendBand | None
    crossing: Crossing | None


def parse_horizons(data: bytes, *, file: str) -> Horizons:
    """Return what a file of horizons tells. Pure.

    Raises:
        BadInput: it is not of that shape; holds every problem with its place.
        RuleoutError: an interval lacks an end or does not hold its value, or days are not in order.
    """
    doc = validate(HorizonsDoc, read_yaml(data, file=file))
    points = tuple(
        HorizonPoint(model=p.model, released=p.released, p50=p.p50, low=p.low, high=p.high) for p in doc.points
    )
    found = [fault for point in points for fault in _point_faults(point)]
    found += [f"trend on {day.date}: expected low <= central <= high" for day in doc.trend if not _is_in_order(day)]
    crossing = None if doc.crossing is None else _crossing(doc.crossing)
    found += [] if crossing is None else _crossing_faults(crossing)
    if found:
        raise RuleoutError(f"{file}: {'; '.join(found[:_MOST_FAULTS])}", hint="Mend the file and draw it again.")
    return Horizons(title=doc.title, points=points, band=_band(doc.trend), crossing=crossing)


def _crossing(doc: CrossingDoc) -> Crossing:
    return Crossing(bar=doc.bar, earliest=doc.earliest, central=doc.central, latest=doc.latest)


def _point_faults(point: HorizonPoint) -> list[str]:
    if point.low is None and point.high is None:
        return []
    if point.low is None or point.high is None:
        return [f"point {point.model!r}: expected both `low` and `high`, got one of them"]
    if not point.low <= point.p50 <= point.high:
        return [f"point {point.model!r}: expected low <= p50 <= high, got {point.low}, {point.p50}, {point.high}"]
    return []


def _is_in_order(day: BandDoc) -> bool:
    return day.low <= day.central <= day.high


def _crossing_faults(crossing: Crossing) -> list[str]:
    days = [day for day in (crossing.earliest, crossing.central, crossing.latest) if day is not None]
    return [] if days == sorted(days) else ["crossing: expected earliest <= central <= latest"]


def _band(trend: tuple[BandDoc, ...]) -> TrendBand | None:
    if not trend:
        return None
    days = sorted(trend, key=lambda day: day.date)
    return TrendBand(
        dates=tuple(day.date for day in days),
        central=tuple(day.central for day in days),
        low=tuple(day.low for day in days),
        high=tuple(day.high for day in days),
    )
