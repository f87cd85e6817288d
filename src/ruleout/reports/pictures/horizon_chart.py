# SPDX-License-Identifier: Apache-2.0
"""Time horizons over release dates: points with intervals, a trend with its band, and when it crosses a bar.

Lengths are minutes of human work on a logarithmic axis to base 2. Points are numbered and named in a list below, so
that long names never cover each other. A trend is a fit, and what lies beyond the last point an extrapolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Context, Decimal

from ruleout.model.decision import DISCLAIMER
from ruleout.model.plain import decimal_text, plain
from ruleout.reports.pictures.frame import Picture
from ruleout.reports.pictures.horizon_marks import (
    Layout,
    band_marks,
    bar_marks,
    crossing_edges,
    crossing_span,
    number_of,
    numbers_beside,
    point_marks,
)
from ruleout.reports.pictures.horizon_values import (
    LENGTHS,
    Crossing,
    HorizonPoint,
    TrendBand,
    horizon_table,
    in_order,
    length_text,
    sentences,
)
from ruleout.reports.pictures.lettering import told
from ruleout.reports.pictures.panels import Sign, Spec, columns_in, inline, key, row_at, stacked, text_at, words
from ruleout.reports.pictures.style import BLUE, FAINT, GREY, INK, LINE, ORANGE, PAPER

_DIGITS = Context(prec=28)
_DAY = timedelta(days=1)
_MOST_YEARS = 7


WIDE = Layout(width=760, height=380, left=56, columns=3, names=3)
NARROW = Layout(width=340, height=300, left=56, columns=1, names=1)


def trend_picture(
    points: Sequence[HorizonPoint], band: TrendBand | None, crossing: Crossing | None, *, title: str
) -> Picture | None:
    """Return the picture of horizons with its page's words and table, or None where there is nothing to draw.

    Pure. Source: S-5.
    """
    if not points and band is None:
        return None
    said = sentences(points, crossing)
    wide, narrow = (trend_spec(points, band, crossing, title=title, layout=layout) for layout in (WIDE, NARROW))
    return Picture(
        title=title,
        wide=wide,
        narrow=narrow,
        says=f"{title}. {' '.join(said)}",
        above=said,
        table=horizon_table(in_order(points)),
        below=(DISCLAIMER,),
        data={"points": plain(in_order(points)), "trend": plain(band), "crossing": plain(crossing)},
    )


def trend_spec(
    points: Sequence[HorizonPoint],
    band: TrendBand | None,
    crossing: Crossing | None,
    *,
    title: str = "Time horizons",
    layout: Layout = WIDE,
) -> Spec:
    """Return horizons, trend and crossing as a Vega-Lite specification without floating-point numbers.

    Pure; at least one point, or a band.
    """
    ordered = in_order(points)
    said = sentences(ordered, crossing)
    panels = [_signs(ordered, band, crossing, layout), _chart(ordered, band, crossing, layout)]
    if ordered:
        panels.append(_names(ordered, layout))
    panels.append(words([DISCLAIMER], width=layout.width))
    return stacked(panels, title=title, subtitle=said, says=title, width=layout.width)


def _signs(points: Sequence[HorizonPoint], band: TrendBand | None, crossing: Crossing | None, layout: Layout) -> Spec:
    signs = []
    if any(point.low is not None and point.high is not None for point in points):
        signs.append(Sign(shape="circle", stroke=BLUE, fill=BLUE, means="horizon with its interval"))
    if any(point.low is None or point.high is None for point in points):
        signs.append(Sign(shape="circle", stroke=BLUE, fill=PAPER, means="hollow: no interval"))
    if band is not None:
        signs.append(Sign(shape="stroke", stroke=INK, fill=INK, means="trend", size=300))
        signs.append(Sign(shape="square", stroke=GREY, fill=FAINT, means="its prediction band", size=160))
    if crossing is not None:
        bar = Sign(
            shape="M-1,0L-.4,0M-.2,0L.2,0M.4,0L1,0",
            stroke=ORANGE,
            fill=ORANGE,
            means=f"bar: {length_text(crossing.bar)}",
            size=300,
        )
        signs += [bar, Sign(shape="M-.4,-1L-.4,1M.4,-1L.4,1", stroke=ORANGE, fill=PAPER, means="when it crosses")]
    return key(signs, width=layout.width, columns=layout.columns)


def _days(points: Sequence[HorizonPoint], band: TrendBand | None, crossing: Crossing | None) -> tuple[date, date]:
    days = [point.released for point in points]
    days += [] if band is None else list(band.dates)
    if crossing is not None:
        days += [day for day in (crossing.earliest, crossing.central, crossing.latest) if day is not None]
    first, last = min(days), max(days)
    margin = max((last - first).days // 30, 20)
    # At the calendar's own ends there is no room beyond.
    before, after = min(margin, (first - date.min).days), min(margin, (date.max - last).days)
    return first - before * _DAY, last + after * _DAY


def _minutes(points: Sequence[HorizonPoint], band: TrendBand | None, crossing: Crossing | None) -> list[Decimal]:
    told_values = [value for p in points for value in (p.p50, p.low, p.high) if value is not None]
    told_values += [] if band is None else [*band.central, *band.low, *band.high]
    return told_values + ([] if crossing is None else [crossing.bar])


def _chart(points: Sequence[HorizonPoint], band: TrendBand | None, crossing: Crossing | None, layout: Layout) -> Spec:
    first, last = _days(points, band, crossing)
    minutes = _minutes(points, band, crossing)
    x, y = _x(first, last, layout), _y(minutes, layout)
    layers = [_grid(minutes, y, layout)]
    layers += [] if crossing is None else crossing_span(crossing, x, last, layout)
    layers += [] if band is None else band_marks(band, x, y)
    layers += [] if crossing is None else [*crossing_edges(crossing, x, layout), *bar_marks(crossing, y, layout)]
    layers += point_marks(points, x, y, numbers_beside(points, (first, last), _ends(minutes), layout)) if points else []
    return {"width": layout.width, "height": layout.height, "layer": layers}


def _x(first: date, last: date, layout: Layout) -> Spec:
    years = range(first.year + 1, last.year + 1)
    thinned = list(years)[:: max(1, -(-len(years) // _MOST_YEARS))]
    has_years = len(thinned) > 1
    named = [date(year, 1, 1) for year in thinned] if has_years else [first, last]
    values = [number_of(day) for day in named]
    texts = [str(day.year) if has_years else day.isoformat() for day in named]
    return {
        "type": "quantitative",
        "scale": {"domain": [number_of(first), number_of(last)], "range": [layout.left, layout.width], "nice": False},
        "axis": {
            "values": values,
            "labelExpr": f"{texts}[indexof({values}, datum.value)]",
            "labelBound": False,
            "grid": False,
            "title": "Released",
        },
    }


def _ends(minutes: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Ends of the axis: some room around the values, and at least two lengths that have a name where there are such."""
    low, high = _DIGITS.multiply(min(minutes), Decimal("0.6")), _DIGITS.multiply(max(minutes), Decimal("1.7"))
    below = [length for length, _ in LENGTHS if length <= low]
    above = [length for length, _ in LENGTHS if length >= high]
    if sum(low <= length <= high for length, _ in LENGTHS) < 2:
        low, high = (below[-1] if below else low), (above[0] if above else high)
    return low, high


def _y(minutes: Sequence[Decimal], layout: Layout) -> Spec:
    low, high = _ends(minutes)
    scale = {
        "type": "log",
        "base": 2,
        "domainMin": {"expr": decimal_text(low)},
        "domainMax": {"expr": decimal_text(high)},
        "range": [layout.height, 0],
        "nice": False,
    }
    return {"type": "quantitative", "scale": scale, "axis": None}


def _grid(minutes: Sequence[Decimal], y: Spec, layout: Layout) -> Spec:
    """Lines at lengths that people know, each with its name: drawn here so that nothing hangs over the left edge."""
    low, high = _ends(minutes)
    inside = [(length, name) for length, name in LENGTHS if low <= length <= high]
    if len(inside) < 2:
        inside = [(value, length_text(value)) for value in dict.fromkeys((min(minutes), max(minutes)))]
    every = max(1, -(-len(inside) // (layout.height // 26)))
    values = [{"length": decimal_text(length), "name": name} for length, name in inside[::every]]
    place = {"y": {"field": "length", **y}}
    line = {"type": "rule", "x": layout.left, "x2": layout.width, "stroke": LINE, "strokeWidth": 1}
    name = text_at(layout.left - 6, align="right", fontSize=11)
    return {
        "data": inline(values, "length"),
        "layer": [
            {"mark": line, "encoding": place},
            {"mark": name, "encoding": {**place, "text": {"field": "name"}}},
        ],
    }


def _names(points: Sequence[HorizonPoint], layout: Layout) -> Spec:
    """The numbered models in columns, in order of release."""
    rows = -(-len(points) // layout.names)
    each = layout.width // layout.names
    values = [
        {"row": at % rows, "column": at // rows, "name": told(_named(at + 1, point), columns_in(each) - 1)}
        for at, point in enumerate(points)
    ]
    layers = [
        {
            "data": {"values": [value for value in values if value["column"] == column]},
            "mark": text_at(column * each, fontSize=11),
            "encoding": {"y": row_at(rows), "text": {"field": "name"}},
        }
        for column in range(layout.names)
    ]
    return {"width": layout.width, "height": 16 * rows, "layer": layers}


def _named(number: int, point: HorizonPoint) -> str:
    return f"{number} · {length_text(point.p50)} · {point.model}"
