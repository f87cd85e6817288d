# SPDX-License-Identifier: Apache-2.0
"""Words and figures inside a picture: other people's texts made visible and cut, lines broken, figures kept short."""

from __future__ import annotations

import textwrap
import unicodedata
from decimal import Decimal

from ruleout.model.plain import decimal_text
from ruleout.reports.page import visible

#: Marks that one letter may carry; more would grow over the lines above and below.
_MOST_MARKS = 2
_LONGEST_FIGURE = 11


def told(text: str, most: int) -> str:
    """Return at most `most` characters of a text of somebody else's, what does not print written out as its code.

    Pure. What was cut ends in `…`. Direction controls and line breaks become codes; of marks stacked on one letter the
    first two stay.
    """
    shown = visible(_few_marks(text[: 4 * most]))
    return shown if len(shown) <= most and len(text) <= 4 * most else shown[: most - 1] + "…"


def _few_marks(text: str) -> str:
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= _MOST_MARKS:
            kept.append(letter)
    return "".join(kept)


def lines_of(text: str, columns: int, *, most: int = 20) -> list[str]:
    """Return a text broken into at most `most` lines of at most `columns` characters; what was cut ends in `…`. Pure."""
    lines = textwrap.wrap(told(text, columns * most), columns) or [""]
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"{lines[most - 1][: columns - 1]}…"]


def figure(value: Decimal) -> str:
    """Return a decimal as it is written in a picture: exact where short, else six digits, with an exponent if need be.

    Pure. Tables beside a picture give it exactly.
    """
    text = decimal_text(value) if -_LONGEST_FIGURE < value.adjusted() < _LONGEST_FIGURE else ""
    if text and len(text) <= _LONGEST_FIGURE:
        return text
    return f"{value.normalize():.6g}" if value else "0"
