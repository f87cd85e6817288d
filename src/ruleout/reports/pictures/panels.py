# SPDX-License-Identifier: Apache-2.0
"""The parts that pictures are put together from: heading, key of signs, lines of words, one below the other.

Every part is as wide as the picture, so that text never hangs over an edge. Numbers of the layout are pixels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruleout.reports.pictures.lettering import lines_of, told
from ruleout.reports.pictures.style import INK, PAPER, SCHEMA, SOFT, configuration

Spec = dict[str, Any]
_LINE, _KEY_LINE = 17, 21
#: What an axis and the space after it take, and what a sheet of paper holds at the width of a page.
_AFTER, _SHEET = 40, 1150


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One entry of the key: a shape (a name or path of Vega's), its colours, its dash pattern, and what it means."""

    shape: str
    stroke: str
    fill: str
    means: str
    size: int = 90


def columns_in(pixels: int) -> int:
    """Return how many letters of the common size fit. Pure."""
    return pixels * 2 // 13  # 6.5 pixels a letter in a wide face


def stacked(panels: Sequence[Spec], *, title: str, subtitle: Sequence[str], says: str, width: int) -> Spec:
    """Return a picture of panels one below the other, under a heading of title and subtitle. Pure."""
    head = lines_of(title, width * 10 // 95, most=4)
    below = [line for text in subtitle for line in lines_of(text, columns_in(width), most=6)]
    return {
        "$schema": SCHEMA,
        "description": told(says, 300),
        "background": PAPER,
        "padding": 12,
        "title": {
            "text": head,
            "subtitle": below,
            "anchor": "start",
            "frame": "bounds",
            "offset": 12,
            "color": INK,
            "subtitleColor": SOFT,
            "fontSize": 16,
            "subtitleFontSize": 12,
            "subtitlePadding": 6,
        },
        "spacing": 16,
        "vconcat": list(panels),
        # The picture has one description; a label for each of its marks would say the same a hundred times.
        "config": {**configuration(), "aria": False, "text": {"fontSize": 12, "color": INK}},
    }


def sheets(spec: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a picture in parts that each fit a printed sheet, the heading on the first. Pure.

    A picture that is not stacked, and a panel that is too tall by itself, stay whole.
    """
    if "vconcat" not in spec:
        return [spec]
    groups: list[list[Spec]] = [[]]
    filled = 0
    for panel in spec["vconcat"]:
        if groups[-1] and filled + panel["height"] > _SHEET:
            groups.append([])
            filled = 0
        groups[-1].append(panel)
        filled += panel["height"] + _AFTER
    rest = {name: value for name, value in spec.items() if name != "title"}
    return [{**(rest if at else spec), "vconcat": group} for at, group in enumerate(groups)]


def words(texts: Sequence[str], *, width: int, tone: str = SOFT) -> Spec:
    """Return a panel of plain sentences, broken to the width. Pure."""
    lines = [line for text in texts for line in lines_of(text, columns_in(width))]
    rows = [{"row": row, "line": line} for row, line in enumerate(lines)]
    return {
        "data": {"values": rows},
        "width": width,
        "height": _LINE * len(lines),
        "mark": text_at(0, color=tone),
        "encoding": {"y": row_at(len(lines)), "text": {"field": "line"}},
    }


def key(signs: Sequence[Sign], *, width: int, columns: int) -> Spec:
    """Return a panel that says what each sign means, in so many columns. Pure."""
    rows = -(-len(signs) // columns)
    each = width // columns
    layers = [_key_column(signs[start::columns], start * each, rows) for start in range(min(columns, len(signs)))]
    return {"width": width, "height": _KEY_LINE * rows, "layer": [layer for pair in layers for layer in pair]}


def _key_column(signs: Sequence[Sign], left: int, rows: int) -> tuple[Spec, Spec]:
    values = [
        {"row": row, "shape": s.shape, "stroke": s.stroke, "fill": s.fill, "size": s.size, "means": s.means}
        for row, s in enumerate(signs)
    ]
    channels = {name: {"field": name, "type": "nominal", "scale": None} for name in ("shape", "stroke", "fill")}
    marks = {
        "data": {"values": values},
        "mark": {"type": "point", "x": left + 8, "opacity": 1, "strokeWidth": 2},
        "encoding": {
            "y": row_at(rows),
            "size": {"field": "size", "type": "quantitative", "scale": None},
            **channels,
        },
    }
    names = {
        "data": {"values": values},
        "mark": text_at(left + 22),
        "encoding": {"y": row_at(rows), "text": {"field": "means"}},
    }
    return marks, names


def row_at(rows: int) -> Spec:
    """Return the vertical place of row `row` of so many, the first on top. Pure."""
    scale = {"type": "point", "domain": list(range(rows)), "padding": {"expr": "0.5"}}
    return {"field": "row", "type": "ordinal", "axis": None, "scale": scale}


def text_at(x: int, **more: Any) -> Spec:
    """Return the mark of a text that begins at `x`, its middle on its row; `more` overrides. Pure."""
    return {"type": "text", "align": "left", "baseline": "middle", "x": x, "color": INK, "fontSize": 12, **more}


def inline(values: Sequence[Spec], *figures: str) -> Spec:
    """Return rows of data in which the named fields are decimals written as text, which the renderer reads. Pure."""
    return {"values": list(values), "format": {"parse": dict.fromkeys(figures, "number")}}
