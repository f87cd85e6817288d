# SPDX-License-Identifier: Apache-2.0
"""The marks of the picture of horizons: points with intervals and numbers, the trend's band, the bar, the crossing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal

from ruleout.model.plain import decimal_text
from ruleout.reports.pictures.horizon_values import Crossing, HorizonPoint, TrendBand, crossing_text
from ruleout.reports.pictures.labels import Spot, labels_beside
from ruleout.reports.pictures.lettering import lines_of
from ruleout.reports.pictures.panels import Spec, columns_in, inline, text_at
from ruleout.reports.pictures.style import BLUE, FAINT, GREY, INK, ORANGE, PAPER

_DIGITS = Context(prec=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Width and height of the chart in pixels, the room left of its axis, and the columns of key and names."""

    width: int
    height: int
    left: int
    columns: int
    names: int


def number_of(day: date) -> int:
    """Return days since 1970, pure: an axis of numbers, for one of dates would depend on the machine's time zone."""
    return (day - date(1970, 1, 1)).days


def crossing_span(crossing: Crossing, x: Spec, last: date, layout: Layout) -> list[Spec]:
    """Return the span of days in which the trend crosses the bar; an open end reaches the chart's edge. Pure."""
    if crossing.earliest is None and crossing.latest is None:
        return []
    start = x["scale"]["domain"][0] if crossing.earliest is None else number_of(crossing.earliest)
    end = number_of(last) if crossing.latest is None else number_of(crossing.latest)
    span = {"data": {"values": [{"from": start, "to": end}]}}
    # Lighter than the trend's band, which is seen through it.
    rect = {"type": "rect", "y": 0, "y2": layout.height, "fill": FAINT, "fillOpacity": {"expr": "0.45"}}
    return [{**span, "mark": rect, "encoding": {"x": {"field": "from", **x}, "x2": {"field": "to"}}}]


def crossing_edges(crossing: Crossing, x: Spec, layout: Layout) -> list[Spec]:
    """Return the days on which the band's edges and, dotted, the line cross the bar, as far as they are known. Pure."""
    edge = {"type": "rule", "y": 0, "y2": layout.height, "stroke": ORANGE, "strokeWidth": 1}
    kinds = (
        (edge, [day for day in (crossing.earliest, crossing.latest) if day is not None]),
        ({**edge, "strokeDash": [2, 4]}, [] if crossing.central is None else [crossing.central]),
    )
    return [
        {
            "data": {"values": [{"day": number_of(day)} for day in days]},
            "mark": mark,
            "encoding": {"x": {"field": "day", **x}},
        }
        for mark, days in kinds
        if days
    ]


def band_marks(band: TrendBand, x: Spec, y: Spec) -> list[Spec]:
    """Return the trend and its band, edges broken. Pure."""
    rows = [
        {"day": number_of(day), "central": decimal_text(c), "low": decimal_text(low), "high": decimal_text(high)}
        for day, c, low, high in zip(band.dates, band.central, band.low, band.high, strict=True)
    ]
    data = inline(rows, "central", "low", "high")
    days = {"field": "day", **x}
    edge = {"type": "line", "stroke": GREY, "strokeWidth": 1, "strokeDash": [4, 3]}
    area = {"type": "area", "fill": FAINT}
    return [
        {"data": data, "mark": area, "encoding": {"x": days, "y": {"field": "low", **y}, "y2": {"field": "high"}}},
        *({"data": data, "mark": edge, "encoding": {"x": days, "y": {"field": f, **y}}} for f in ("low", "high")),
        {
            "data": data,
            "mark": {"type": "line", "stroke": INK, "strokeWidth": 2},
            "encoding": {"x": days, "y": {"field": "central", **y}},
        },
    ]


def bar_marks(crossing: Crossing, y: Spec, layout: Layout) -> list[Spec]:
    """Return the bar as a broken line, with the words that say when it is crossed. Pure."""
    label = "\n".join(lines_of(crossing_text(crossing), columns_in(layout.width - layout.left) - 2, most=3))
    data = inline([{"bar": decimal_text(crossing.bar), "text": label}], "bar")
    line = {"type": "rule", "x": layout.left, "x2": layout.width, "stroke": ORANGE, "strokeWidth": 2}
    lift = -4 - 14 * label.count("\n")
    text = text_at(layout.left + 6, baseline="bottom", dy=lift, fontWeight="bold", lineBreak="\n", lineHeight=14)
    place = {"y": {"field": "bar", **y}}
    return [
        {"data": data, "mark": {**line, "strokeDash": [8, 4]}, "encoding": place},
        {"data": data, "mark": text, "encoding": {**place, "text": {"field": "text"}}},
    ]


def numbers_beside(
    points: Sequence[HorizonPoint], days: tuple[date, date], ends: tuple[Decimal, Decimal], layout: Layout
) -> list[tuple[int, int]]:
    """Return where each point's number stands, from the point, in pixels: where it covers least. Pure."""
    whole, room = (days[1] - days[0]).days, layout.width - layout.left
    low = ends[0].ln(_DIGITS)
    height = _DIGITS.subtract(ends[1].ln(_DIGITS), low)

    def down(minutes: Decimal) -> int:
        return layout.height - int(_DIGITS.subtract(minutes.ln(_DIGITS), low) * layout.height / height)

    spots = [
        Spot(
            x=layout.left + (point.released - days[0]).days * room // whole,
            y=down(point.p50),
            top=down(point.p50 if point.high is None else point.high),
            bottom=down(point.p50 if point.low is None else point.low),
        )
        for point in points
    ]
    return labels_beside(spots, within=(layout.left, layout.width))


def point_marks(points: Sequence[HorizonPoint], x: Spec, y: Spec, beside: Sequence[tuple[int, int]]) -> list[Spec]:
    """Return intervals, points over them, and each point's number beside it on a rim of paper. Pure."""
    rows = [
        {
            "day": number_of(point.released),
            "number": str(number),
            "dx": dx,
            "dy": dy,
            "fill": PAPER if point.low is None or point.high is None else BLUE,
            "p50": decimal_text(point.p50),
            "low": None if point.low is None else decimal_text(point.low),
            "high": None if point.high is None else decimal_text(point.high),
        }
        for number, (point, (dx, dy)) in enumerate(zip(points, beside, strict=True), start=1)
    ]
    intervals = [row for row in rows if row["low"] is not None and row["high"] is not None]
    days = {"field": "day", **x}
    rule = {"type": "rule", "stroke": BLUE, "strokeWidth": 2}
    point = {"type": "point", "shape": "circle", "size": 60, "stroke": BLUE, "strokeWidth": 2, "opacity": 1}
    fill = {"field": "fill", "type": "nominal", "scale": None}
    p50 = {"field": "p50", **y}
    number = {
        "type": "text",
        "dx": {"expr": "datum.dx"},
        "dy": {"expr": "datum.dy"},
        "baseline": "middle",
        "fontSize": 11,
    }
    rim = {"stroke": PAPER, "strokeWidth": 3, "color": PAPER}
    texts = {"x": days, "y": p50, "text": {"field": "number"}}
    return [
        {
            "data": inline(intervals, "low", "high"),
            "mark": rule,
            "encoding": {"x": days, "y": {"field": "low", **y}, "y2": {"field": "high"}},
        },
        {"data": inline(rows, "p50"), "mark": {**number, **rim}, "encoding": texts},
        {"data": inline(rows, "p50"), "mark": point, "encoding": {"x": days, "y": p50, "fill": fill}},
        {"data": inline(rows, "p50"), "mark": {**number, "color": INK}, "encoding": texts},
    ]
