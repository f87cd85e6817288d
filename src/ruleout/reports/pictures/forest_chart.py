# SPDX-License-Identifier: Apache-2.0
"""The forest plot: each indicator's estimate with its interval, against the bars of framework and case.

Rows stand under their threshold. Rows of one unit share a scale as long as each stays readable on it; ratios and times
that lie far apart are drawn on a logarithmic one. The answer of a row is told by shape, colour and word: a circle is clear, a square is
crossed, a triangle is inconclusive; a hollow sign has no interval. A row without an estimate says why in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ruleout.documents.counts import count_of
from ruleout.model.case import Case
from ruleout.model.decision import DISCLAIMER, Decision
from ruleout.model.evidence import Comparison
from ruleout.model.plain import decimal_text, plain
from ruleout.reports.pictures.forest_rows import (
    PROPORTION,
    ForestRow,
    forest_rows,
    forest_table,
    groups_of,
    span_of,
    units_in,
)
from ruleout.reports.pictures.frame import Picture
from ruleout.reports.pictures.lettering import figure, lines_of, told
from ruleout.reports.pictures.panels import Sign, Spec, columns_in, inline, key, row_at, stacked, text_at, words
from ruleout.reports.pictures.style import BLUE, FAINT, GREY, INK, ORANGE, PAPER, SOFT
from ruleout.reports.pictures.ticks import Span

_COLOURS = {Comparison.CLEAR: BLUE, Comparison.CROSSED: ORANGE, Comparison.INCONCLUSIVE: GREY}
_SHAPES = {Comparison.CLEAR: "circle", Comparison.CROSSED: "square", Comparison.INCONCLUSIVE: "triangle-up"}
#: Paths in a square from -1 to 1: a whole line, a broken one, a small wedge from above.
_BAR_SHAPES = {"rule-out": "M0,-1L0,1", "reached": "M0,-1L0,-.5M0,-.25L0,.25M0,.5L0,1", "alert": "M-.4,-1L.4,-1L0,-.4Z"}
_BAR_SIZE = 22 * 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things stand, in pixels: the picture's width, the axis, and what a row needs.

    `said` is where a row's answer begins. `above` is how far its name stands over its middle; its bars stand `bars` and
    its figures `figures` below it, or the reason why there are none `reason` below it.
    """

    width: int
    left: int
    right: int
    step: int
    said: int
    name_room: int
    said_room: int
    above: int
    bars: int
    figures: int
    reason: int
    columns: int


WIDE = Layout(
    width=980,
    left=300,
    right=640,
    step=48,
    said=664,
    name_room=280,
    said_room=316,
    above=8,
    bars=9,
    figures=9,
    reason=7,
    columns=4,
)
NARROW = Layout(
    width=340,
    left=8,
    right=330,
    step=92,
    said=226,
    name_room=214,
    said_room=340,
    above=26,
    bars=38,
    figures=22,
    reason=0,
    columns=2,
)


_BARS = (
    "Each indicator's estimate is held against the bars of framework and case. Whether they stood before the evaluation, "
    "only a record can show; what it says of them stands below."
)


def forest_picture(decision: Decision, case: Case) -> Picture | None:
    """Return the forest plot of a decision with its page's words and table, or None where it has no indicators.

    Pure. Every figure is the finding's own; the case holds the units. Source: D-2, S-1.
    """
    rows = forest_rows(decision, units_in(case))
    if not rows:
        return None
    title, said = _title(decision), _said(decision, rows)
    wide, narrow = (forest_spec(rows, title=title, said=said, layout=layout) for layout in (WIDE, NARROW))
    above = (*said, _BARS)
    data = {"case": decision.case, "framework": decision.framework, "rows": plain(rows)}
    return Picture(
        title=title,
        wide=wide,
        narrow=narrow,
        says=f"{title}. {' '.join(said)}",
        above=above,
        table=forest_table(rows),
        below=(*_notes(decision), DISCLAIMER),
        data={**data, "disclaimer": DISCLAIMER},
    )


def forest_spec(rows: Sequence[ForestRow], *, title: str, said: Sequence[str], layout: Layout = WIDE) -> Spec:
    """Return the plot as a Vega-Lite specification without floating-point numbers.

    Pure; at least one row.

    Args:
        rows: from `forest_rows`.
        title, said: heading, and sentences under it.
    """
    panels = [_signs(layout)]
    shown = ""
    for group in groups_of(rows):
        panels.append(_panel(group, layout, is_first=group[0].threshold != shown))
        shown = group[0].threshold
    panels.append(words([DISCLAIMER], width=layout.width))
    return stacked(panels, title=title, subtitle=said, says=title, width=layout.width)


def _title(decision: Decision) -> str:
    parts = (decision.subject.model, decision.activity.value, decision.framework, str(decision.at.date()))
    return f"Estimates against bars: {' · '.join(told(part, 60) for part in parts)}"


def _said(decision: Decision, rows: Sequence[ForestRow]) -> tuple[str, ...]:
    counts = ", ".join(f"{sum(row.comparison is answer for row in rows)} {answer.value}" for answer in Comparison)
    found = f"{count_of(len(rows), 'indicator')}: {counts}. The decision: {decision.outcome.value}."
    units = "Figures of logs are proportions of tasks or attempts; a published figure without a unit is as printed."
    return (found, units)


def _notes(decision: Decision) -> tuple[str, ...]:
    """What the decision remarks on an indicator that is drawn, such as bars that nothing shows to be older than the run."""
    drawn = tuple(f"{finding.indicator.id}: " for one in decision.thresholds for finding in one.indicators)
    return tuple(note for note in decision.notes if note.startswith(drawn))


def _panel(rows: Sequence[ForestRow], layout: Layout, *, is_first: bool) -> Spec:
    span = span_of(rows)
    count = len(rows)
    drawn = [] if span is None else [_lanes(rows, layout), *_marks(rows, layout, span)]
    layers = [*drawn, _texts(rows, layout, is_logarithmic=span is not None and span.logarithmic)]
    apart = {"scale": dict.fromkeys(("shape", "stroke", "fill"), "independent")}
    panel: Spec = {"width": layout.width, "height": layout.step * count, "layer": layers, "resolve": apart}
    if is_first:
        text = f"{told(rows[0].threshold, 60)}: {told(rows[0].threshold_says, 40)}"
        panel["title"] = {
            "text": lines_of(text, layout.width // 9),
            "anchor": "start",
            "frame": "group",
            "fontSize": 14,
            "color": INK,
            "offset": 4,
        }
    return panel


def _x(name: str, layout: Layout, span: Span) -> Spec:
    scale = span.scale(layout.left, layout.right)
    return {
        "field": name,
        "type": "quantitative",
        "scale": scale,
        "axis": {**span.axis(), "grid": False, "title": None},
    }


def _lanes(rows: Sequence[ForestRow], layout: Layout) -> Spec:
    """A faint lane across each row that has an estimate, which leads the eye from its name to its figures."""
    values = [{"row": row} for row, one in enumerate(rows) if one.value is not None]
    mark = {"type": "rule", "x": layout.left, "x2": layout.right, "stroke": FAINT, "strokeWidth": 1}
    return {"data": {"values": values}, "mark": mark, "encoding": {"y": row_at(len(rows))}}


def _marks(rows: Sequence[ForestRow], layout: Layout, span: Span) -> list[Spec]:
    """Bars, then intervals over them, then points over both."""
    place = row_at(len(rows))
    estimated = [(at, row) for at, row in enumerate(rows) if row.value is not None]
    bars = [{"row": at, "kind": bar.kind, "bar": decimal_text(bar.value)} for at, row in estimated for bar in row.bars]
    points = [_point(at, row) for at, row in estimated]
    intervals = [point for point in points if point["lower"] is not None and point["upper"] is not None]
    answers = [answer.value for answer in Comparison]
    colours = {"domain": answers, "range": [_COLOURS[answer] for answer in Comparison]}
    shapes = {"domain": answers, "range": [_SHAPES[answer] for answer in Comparison]}
    colour = {"field": "answer", "type": "nominal", "scale": colours, "legend": None}
    fills = {"domain": ["hollow", *answers], "range": [PAPER, *colours["range"]]}
    bar_shapes = {"domain": list(_BAR_SHAPES), "range": list(_BAR_SHAPES.values())}
    return [
        {
            "data": inline(bars, "bar"),
            "mark": {"type": "point", "size": _BAR_SIZE, "stroke": INK, "fill": INK, "strokeWidth": 2, "opacity": 1},
            "encoding": {
                "y": place,
                "x": _x("bar", layout, span),
                "shape": {"field": "kind", "type": "nominal", "scale": bar_shapes, "legend": None},
            },
        },
        {
            "data": inline(intervals, "lower", "upper"),
            "mark": {"type": "rule", "strokeWidth": 3},
            "encoding": {
                "y": place,
                "x": _x("lower", layout, span),
                "x2": {"field": "upper"},
                "stroke": colour,
            },
        },
        {
            "data": inline(points, "value"),
            "mark": {"type": "point", "size": 100, "strokeWidth": 2, "opacity": 1},
            "encoding": {
                "y": place,
                "x": _x("value", layout, span),
                "stroke": colour,
                "fill": {"field": "fill", "type": "nominal", "scale": fills, "legend": None},
                "shape": {"field": "answer", "type": "nominal", "scale": shapes, "legend": None},
            },
        },
    ]


def _point(at: int, row: ForestRow) -> Spec:
    has_interval = row.lower is not None and row.upper is not None
    texts = {
        name: None if number is None else decimal_text(number)
        for name, number in (("value", row.value), ("lower", row.lower), ("upper", row.upper))
    }
    answer = row.comparison.value
    return {
        "row": at,
        "indicator": told(row.indicator, 100),
        "answer": answer,
        "fill": answer if has_interval else "hollow",
        **texts,
    }


def _texts(rows: Sequence[ForestRow], layout: Layout, *, is_logarithmic: bool) -> Spec:
    """Name and bars at the left, answer and figures at the right; on a narrow screen over and under the axis."""
    names, saids = columns_in(layout.name_room), columns_in(layout.said_room)
    values = [
        {
            "row": at,
            "name": told(row.indicator, names),
            "bars": told(
                _bars_text(row, is_logarithmic=is_logarithmic), layout.name_room // 6 if layout is WIDE else saids
            ),
            "answer": f"{row.comparison.value}{' · ALERT' if row.alert else ''}",
            "figures": _figures_text(row, saids),
            "lift": 0 if row.value is not None else layout.figures - layout.reason,
        }
        for at, row in enumerate(rows)
    ]
    small = {"fontSize": 11, "color": SOFT}
    figures_x = layout.said if layout is WIDE else 0
    marks = {
        "name": text_at(0, dy=-layout.above),
        "bars": text_at(0, dy=layout.bars, **small),
        "answer": text_at(layout.said, dy=-layout.above, fontWeight="bold"),
        "figures": text_at(
            figures_x, dy={"expr": f"{layout.figures} - datum.lift"}, lineBreak="\n", lineHeight=13, **small
        ),
    }
    layers = [
        {"mark": mark, "encoding": {"y": row_at(len(rows)), "text": {"field": field}}} for field, mark in marks.items()
    ]
    return {"data": {"values": values}, "layer": layers}


def _bars_text(row: ForestRow, *, is_logarithmic: bool) -> str:
    bars = " · ".join(bar.words(figure) for bar in row.bars) or "no bars"
    if row.unit in ("", PROPORTION):
        return bars
    return f"{bars} ({row.unit}, logarithmic)" if is_logarithmic else f"{bars} ({row.unit})"


def _figures_text(row: ForestRow, columns: int) -> str:
    if row.value is None:
        return "\n".join(lines_of(row.because, columns, most=2))
    if row.lower is None or row.upper is None:
        return f"{figure(row.value)}, {row.interval}"
    return f"{figure(row.value)}; {row.interval}: {figure(row.lower)} to {figure(row.upper)}"


def _signs(layout: Layout) -> Spec:
    answers = [Sign(shape=_SHAPES[a], stroke=_COLOURS[a], fill=_COLOURS[a], means=a.value) for a in Comparison]
    hollow = Sign(shape="circle", stroke=GREY, fill=PAPER, means="hollow: no interval")
    bar_signs = [
        Sign(shape=_BAR_SHAPES[kind], stroke=INK, fill=INK, means=f"{kind} bar", size=16 * 16) for kind in _BAR_SHAPES
    ]
    interval = Sign(shape="stroke", stroke=INK, fill=INK, means="interval", size=300)
    return key([*answers, hollow, *bar_signs, interval], width=layout.width, columns=layout.columns)
