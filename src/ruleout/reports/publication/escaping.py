# SPDX-License-Identifier: Apache-2.0
"""Text of others inside Markdown, Typst and HTML: every value that enters a template passes one of these (ADR 0025).

In Typst a value is a string in quotes, never markup, so nothing in it can name a function. In Markdown what could begin a
construct is escaped. What does not print is written out as its code, as on a terminal.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from ruleout.reports.page import visible

_MARKDOWN = re.compile(r"([\\`*_\[\]<>&|~#$])")
_PIECE = 8
_LONG = re.compile(r"[^\s-]{25,}")
_BEGINS = re.compile(r"^([-+=]|[0-9]+[.)])")


def html_text(value: object) -> Markup:
    """Return a value as text within HTML, between tags or in a quoted attribute. Pure."""
    return value if isinstance(value, Markup) else escape(visible(str(value)))


def markdown_text(value: object) -> Markup:
    """Return a value as text within a line of Markdown. Pure."""
    if isinstance(value, Markup):
        return value
    text = _MARKDOWN.sub(r"\\\1", visible(str(value)))
    return Markup(_BEGINS.sub(lambda match: f"{match[1][:-1]}\\{match[1][-1]}", text))  # noqa: S704 - escaped above


def typst_text(value: object) -> Markup:
    """Return a value as a string that stands in Typst markup. Pure."""
    return value if isinstance(value, Markup) else Markup(f"#{typst_string(value)};")  # noqa: S704 - a string literal


def typst_broken(value: object) -> Markup:
    """Return a value as typst_text does, with places at which words longer than a column may break. Pure."""
    pieces = _LONG.sub(
        lambda match: "\x00".join(match[0][at : at + _PIECE] for at in range(0, len(match[0]), _PIECE)), str(value)
    )
    return Markup("#sym.zws;").join(typst_text(piece) for piece in pieces.split("\x00"))


def typst_string(value: object) -> Markup:
    """Return a value as a string literal of Typst's code. Pure."""
    text = visible(str(value)).replace("\\", "\\\\").replace('"', '\\"')
    return Markup(f'"{text}"')  # noqa: S704 - escaped above


def bare_number(value: object) -> Markup:
    """Return a count as digits for a place in a template where code stands. Pure. Raises ValueError if it is none."""
    return Markup(str(int(str(value))))  # noqa: S704 - digits
