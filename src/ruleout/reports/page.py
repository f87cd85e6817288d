# SPDX-License-Identifier: Apache-2.0
"""Lines of text for a terminal: labels in a fixed column, wrapped, with a tone the terminal may colour."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

LABEL_WIDTH = 15


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its tone: "", "title", "good", "warn", "bad" or "dim"."""

    text: str
    tone: str = ""


def visible(text: str) -> str:
    """Return one line's text with everything that does not print written out as its code. Pure.

    Names in logs and bundles are other people's: they may not move the cursor, recolour or forge a line.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def labelled(label: str, text: str, *, width: int, tone: str = "") -> list[Line]:
    """Return `text` wrapped to `width` columns beside a label; a label too long for its column gets its own line."""
    inner = max(width - LABEL_WIDTH, 30)
    chunks = textwrap.wrap(text, inner, break_long_words=False, break_on_hyphens=False) or [""]
    if len(label) >= LABEL_WIDTH:
        return [Line(label, tone), *(Line(" " * LABEL_WIDTH + chunk, tone) for chunk in chunks)]
    first = label.ljust(LABEL_WIDTH) + chunks[0]
    return [Line(first.rstrip(), tone), *(Line(" " * LABEL_WIDTH + chunk, tone) for chunk in chunks[1:])]


def title(left: str, right: str, *, width: int, tone: str) -> list[Line]:
    """Return a heading with a word at the right margin; on its own line where both do not fit."""
    if len(left) + len(right) + 2 <= width:
        return [Line(left + right.rjust(width - len(left)), tone)]
    return [*(Line(chunk, tone) for chunk in textwrap.wrap(left, width)), Line(right.rjust(width), tone)]


def bullets(label: str, items: Iterable[str], *, width: int, tone: str = "") -> list[Line]:
    """Return one labelled block with each item on lines of its own; nothing for no items."""
    lines: list[Line] = []
    for item in items:
        lines += labelled(label if not lines else "", item, width=width, tone=tone)
    return lines


def as_text(lines: Iterable[Line]) -> str:
    """Return the lines as plain text, each ended by a newline."""
    return "".join(f"{visible(line.text)}\n" for line in lines)
