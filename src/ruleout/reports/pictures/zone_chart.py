# SPDX-License-Identifier: Apache-2.0
"""The zone of ambiguity as a picture: a row per case in order of time, a mark per figure held against a bar.

Colour is never the only sign: a crossed bar is filled, an uncrossed one hollow; human baselines are diamonds. Cases
without a date or without a comparable figure have no row, and the subtitle counts them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ruleout.analysis.record import BarJudged, Bearing, CaseJudged, Side, side_of
from ruleout.analysis.record_totals import Tally
from ruleout.model.verdict import Verdict
from ruleout.reports.pictures.frame import Picture, Table
from ruleout.reports.pictures.style import BLUE, GREY, INK, ORANGE, PAPER, SCHEMA, SOFT, configuration

UNFOLLOWED, FOLLOWED, UNCROSSED = ORANGE, BLUE, GREY
_KINDS = ("crossed, determination below it", "crossed, no departure", "not crossed")
_LONGEST_NAME = 46


def zone_spec(cases: Iterable[CaseJudged]) -> dict[str, Any] | None:
    """Return the picture as a Vega-Lite specification, or None where no case can be drawn. Pure."""
    told = list(cases)
    drawn = sorted((case for case in told if _has_row(case)), key=lambda case: (str(case.released), case.id))
    if not drawn:
        return None
    marks = [mark for row, case in enumerate(drawn) for mark in _marks(row, case)]
    rows = [_row(row, case, drawn) for row, case in enumerate(drawn)]
    most = max(mark["place"] for mark in marks)
    return {
        "$schema": SCHEMA,
        "description": "Figures held against stated bars, per case in order of time, and whether determinations followed",
        "background": PAPER,
        "padding": 16,
        "title": _title(told, drawn),
        "width": 34 * max(most, 8),
        "height": {"step": 19},
        "layer": [_marks_layer(marks), _names_layer(rows), _ends_layer(rows)],
        "config": configuration(),
    }


def zone_picture(cases: Iterable[CaseJudged], tally: Tally) -> Picture | None:
    """Return the picture with its page's words and table, or None where no case can be drawn. Pure."""
    told = sorted(cases, key=lambda case: (str(case.released or "9999"), case.id))
    spec = zone_spec(told)
    if spec is None:
        return None
    heads = ("Released", "Case", "Crossed", "Not crossed", "Unknown", "Determined", "Bar crossed, not followed")
    said = (
        f"In {tally.in_zone} of {tally.cases} cases a tier's own bar was crossed and the determination did not follow. A "
        "determination weighs what a bar cannot; nothing here says that a model is safe, or who was right."
    )
    table = Table(heads=heads, rows=tuple(_told_row(case) for case in told), figures=frozenset({2, 3, 4}))
    return Picture(title="The zone of ambiguity", wide=spec, above=(said,), table=table)


def _told_row(case: CaseJudged) -> tuple[str, ...]:
    counts = (str(_count(case, verdict)) for verdict in (Verdict.YES, Verdict.NO, Verdict.UNKNOWN))
    in_zone = "yes" if case.in_zone else "no"
    return (str(case.released or "no date"), case.id, *counts, case.determined.value, in_zone)


def _has_row(case: CaseJudged) -> bool:
    return case.released is not None and any(bar.crossed is not Verdict.UNKNOWN for bar in case.figures)


def _count(case: CaseJudged, verdict: Verdict) -> int:
    return sum(bar.crossed is verdict for bar in case.figures)


def _marks(row: int, case: CaseJudged) -> list[dict[str, Any]]:
    """A mark per comparison that has an answer: crossed first, and among them those not followed."""
    bars = [bar for bar in case.figures if bar.crossed is not Verdict.UNKNOWN]
    kinds = sorted(((_kind(bar, case), bar.bearing is Bearing.INDICATIVE) for bar in bars), key=_order)
    return [
        {"row": row, "place": place, "kind": kind, "baseline": "human baseline" if indicative else "tier's own bar"}
        for place, (kind, indicative) in enumerate(kinds, start=1)
    ]


def _order(mark: tuple[str, bool]) -> tuple[int, bool]:
    return _KINDS.index(mark[0]), mark[1]


def _kind(bar: BarJudged, case: CaseJudged) -> str:
    if bar.crossed is Verdict.NO:
        return _KINDS[2]
    return _KINDS[0] if side_of(bar, case.determined) is Side.BELOW else _KINDS[1]


def _row(row: int, case: CaseJudged, drawn: list[CaseJudged]) -> dict[str, Any]:
    """The words at both ends of a row; a date is written where it changes."""
    day = str(case.released)
    is_first = row == 0 or drawn[row - 1].released != case.released
    comparable = sum(bar.crossed is not Verdict.UNKNOWN for bar in case.figures)
    return {
        "row": row,
        "day": day if is_first else "",
        "name": case.id if len(case.id) <= _LONGEST_NAME else case.id[: _LONGEST_NAME - 1] + "…",
        "end": case.determined.value + (", as a precaution" if case.precaution else ""),
        "place": comparable + 0.6,
    }


def _title(told: list[CaseJudged], drawn: list[CaseJudged]) -> dict[str, Any]:
    zone = sum(case.in_zone for case in told)
    left_out = len(told) - len(drawn)
    return {
        "text": f"In {zone} of {len(told)} cases a tier's own bar was crossed and the determination did not follow",
        "subtitle": [
            (
                "One mark per published figure held against a stated bar; cases in order of release, the determination at "
                "the end of each row."
            ),
            (
                "Printed values only, without their uncertainty. Crossing a rule-out bar means that this evaluation does "
                "not rule the tier out, not that it is reached."
            ),
            f"{left_out} cases have no figure that can be compared, or no date, and are not drawn.",
        ],
        "anchor": "start",
        "frame": "bounds",
        "offset": 14,
        "color": INK,
        "subtitleColor": SOFT,
        "fontSize": 17,
        "subtitleFontSize": 12,
        "subtitlePadding": 6,
    }


def _y(axis: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"field": "row", "type": "ordinal", "axis": axis, "sort": "ascending"}


def _x() -> dict[str, Any]:
    axis = {"tickMinStep": 1, "grid": False, "format": "d", "orient": "bottom"}
    return {
        "field": "place",
        "type": "quantitative",
        "title": "Figures held against stated bars (number)",
        "axis": axis,
        "scale": {"domainMin": 0, "nice": False},
    }


def _marks_layer(marks: list[dict[str, Any]]) -> dict[str, Any]:
    colours = {"domain": list(_KINDS), "range": [UNFOLLOWED, FOLLOWED, UNCROSSED]}
    fills = {"domain": list(_KINDS), "range": [UNFOLLOWED, FOLLOWED, PAPER]}
    legend = {"orient": "top", "title": None, "symbolSize": 110, "direction": "horizontal", "columns": 5}
    return {
        "data": {"values": marks},
        "mark": {"type": "point", "size": 110, "strokeWidth": 1.6, "opacity": 1},
        "encoding": {
            "y": _y(),
            "x": _x(),
            "stroke": {"field": "kind", "type": "nominal", "scale": colours, "legend": legend},
            "fill": {"field": "kind", "type": "nominal", "scale": fills, "legend": legend},
            "shape": {
                "field": "baseline",
                "type": "nominal",
                "scale": {"domain": ["tier's own bar", "human baseline"], "range": ["circle", "diamond"]},
                "legend": {**legend, "symbolStrokeColor": SOFT, "symbolFillColor": PAPER},
            },
        },
    }


def _names_layer(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Date and name left of each row."""
    name = {"type": "text", "align": "right", "baseline": "middle", "color": INK, "fontSize": 12, "x": -8}
    day = {**name, "align": "left", "color": SOFT, "x": -390}
    return {
        "data": {"values": rows},
        "layer": [
            {"mark": name, "encoding": {"y": _y(), "text": {"field": "name"}}},
            {"mark": day, "encoding": {"y": _y(), "text": {"field": "day"}}},
        ],
    }


def _ends_layer(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The determination right of each row's marks."""
    mark = {"type": "text", "align": "left", "baseline": "middle", "color": SOFT, "fontSize": 11}
    return {
        "data": {"values": rows},
        "mark": mark,
        "encoding": {"y": _y(), "x": _x(), "text": {"field": "end"}},
    }
