# SPDX-License-Identifier: Apache-2.0
"""What all pictures look like: the colours of the light with those of the dark, fonts, and the rules that switch them.

Colour is never the only sign: whoever uses one of these beside another gives it a shape, a fill or words of its own.
Print takes the light: dark ink on white.
"""

from __future__ import annotations

from html import escape
from typing import Any

from ruleout.reports.page import visible

INK, SOFT, PAPER, LINE, FAINT = "#1a1d21", "#5a626c", "#ffffff", "#d5dae0", "#e3e8ee"
ORANGE, BLUE, GREY = "#c8500a", "#1f5fa8", "#78818b"
#: Each colour of the light picture with its counterpart in the dark: unlike any other, so that it can be found.
DARK = {
    INK: "#e6e9ec",
    SOFT: "#a2abb5",
    PAPER: "#14171a",
    LINE: "#373e46",
    FAINT: "#262c33",
    ORANGE: "#ff9a5c",
    BLUE: "#7db8ff",
    GREY: "#8d97a2",
}
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"


def following(svg: str, *, says: str = "") -> str:
    """Return a rendered picture that follows the reader's light or dark, and that says in words what it shows. Pure.

    Args:
        svg: as rendered, with the colours of the light.
        says: what a reader who does not see it is told; "" leaves the picture's own description.
    """
    rules = "".join(
        f'[{attribute}="{light}"]{{{attribute}:{dark}}}'
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )
    style = f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"
    head, close, rest = svg.partition(">")
    told = f' role="img" aria-label="{escape(visible(says))}"' if says else ""
    return f"{head}{told}{close}{style}{rest}"


def configuration() -> dict[str, Any]:
    """Return fonts and colours of axes and legends, as Vega-Lite takes them. Pure."""
    return {
        "font": "sans-serif",  # every reader has one; a named font would be measured here and missing there
        "view": {"stroke": None},
        "axis": {"labelColor": SOFT, "titleColor": INK, "domainColor": LINE, "tickColor": LINE, "labelFontSize": 11},
        "legend": {"labelColor": INK, "labelFontSize": 12, "labelLimit": 260},
    }
