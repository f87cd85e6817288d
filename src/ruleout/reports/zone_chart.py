# SPDX-License-Identifier: Apache-2.0
"""The zone of ambiguity as a picture: a row per case in order of time, a mark per figure held against a bar.

Vega-Lite specification -> (a renderer, elsewhere) -> SVG that follows light and dark -> a page that needs nothing else.
Colour is never the only sign: a crossed bar is filled, an uncrossed one hollow; human baselines are diamonds. Cases
without a date or without a comparable figure have no row, and the subtitle counts them.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from ruleout.analysis.record import BarJudged, Bearing, CaseJudged, Side, side_of
from ruleout.analysis.record_totals import Tally
from ruleout.model.verdict import Verdict

INK, SOFT, PAPER, LINE = "#1a1d21", "#5a626c", "#ffffff", "#d5dae0"
UNFOLLOWED, FOLLOWED, UNCROSSED = "#c8500a", "#1f5fa8", "#78818b"
#: Each colour of the light picture with its counterpart in the dark: unlike any other, so that it can be found.
_DARK = {
    INK: "#e6e9ec",
    SOFT: "#a2abb5",
    PAPER: "#14171a",
    LINE: "#373e46",
    UNFOLLOWED: "#ff9a5c",
    FOLLOWED: "#7db8ff",
    UNCROSSED: "#8d97a2",
}
_KINDS = ("crossed, determination below it", "crossed, no departure", "not crossed")
_LONGEST_NAME = 46
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark}body{margin:0 auto;max-width:64rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;
color:#1a1d21;background:#fff}h1{font-size:1.4rem;line-height:1.25}svg{max-width:100%;height:auto}
figure{margin:1rem 0;overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;width:100%}
th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #d5dae0;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.quiet{color:#5a626c}
@media(prefers-color-scheme:dark){body{color:#e6e9ec;background:#14171a}th,td{border-color:#373e46}
.quiet{color:#a2abb5}}
"""


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
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": "Figures held against stated bars, per case in order of time, and whether determinations followed",
        "background": PAPER,
        "padding": 16,
        "title": _title(told, drawn),
        "width": 34 * max(most, 8),
        "height": {"step": 19},
        "layer": [_marks_layer(marks), _names_layer(rows), _ends_layer(rows)],
        "config": _config(),
    }


def zone_svg(svg: str) -> str:
    """Return a rendered picture that follows the reader's light or dark. Pure."""
    rules = "".join(
        f'[{attribute}="{light}"]{{{attribute}:{dark}}}'
        for light, dark in _DARK.items()
        for attribute in ("fill", "stroke")
    )
    style = f"<style>@media (prefers-color-scheme:dark){{{rules}}}</style>"
    head, close, rest = svg.partition(">")
    return f"{head}{close}{style}{rest}"


def zone_page(svg: str, cases: Iterable[CaseJudged], tally: Tally) -> str:
    """Return an HTML page with the picture and the same in a table: no script, no network, no other file. Pure."""
    rows = "".join(
        f"<tr><td>{escape(str(case.released or 'no date'))}</td><td>{escape(case.id)}</td>"
        f'<td class="n">{_count(case, Verdict.YES)}</td><td class="n">{_count(case, Verdict.NO)}</td>'
        f'<td class="n">{_count(case, Verdict.UNKNOWN)}</td><td>{escape(case.determined.value)}</td>'
        f"<td>{'yes' if case.in_zone else 'no'}</td></tr>"
        for case in sorted(cases, key=lambda case: (str(case.released or "9999"), case.id))
    )
    heads = ("Released", "Case", "Crossed", "Not crossed", "Unknown", "Determined", "Bar crossed, not followed")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">\n'
        f"<title>The zone of ambiguity</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>The zone of ambiguity</h1>\n<p>In {tally.in_zone} of {tally.cases} cases a tier's own bar was crossed "
        "and the determination did not follow. A determination weighs what a bar cannot; nothing here says that "
        f"a model is safe, or who was right.</p>\n<figure>{svg}</figure>\n<table>\n<thead><tr>"
        f"{''.join(f'<th scope=col>{escape(head)}</th>' for head in heads)}</tr></thead>\n<tbody>{rows}</tbody>\n"
        "</table>\n</main>\n</body>\n</html>\n"
    )


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


def _config() -> dict[str, Any]:
    return {
        "font": "sans-serif",  # every reader has one; a named font would be measured here and missing there
        "view": {"stroke": None},
        "axis": {"labelColor": SOFT, "titleColor": INK, "domainColor": LINE, "tickColor": LINE, "labelFontSize": 11},
        "legend": {"labelColor": INK, "labelFontSize": 12, "labelLimit": 260},
    }
