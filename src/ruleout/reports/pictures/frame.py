# SPDX-License-Identifier: Apache-2.0
"""The page around a picture: the picture, the same figures in a table, and what must be said beside both.

No script, no network, no other file. Every text is escaped here and nowhere else; only rendered pictures go in as they
are. A page may hold a picture twice, for wide and narrow screens; the style shows one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ruleout.reports.page import visible

#: What a page may load: nothing but its own style.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root{color-scheme:light dark}body{margin:0 auto;max-width:64rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif;
color:#1a1d21;background:#fff}h1{font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}svg{max-width:100%;height:auto}
figure{margin:1rem 0;overflow-x:auto}.table{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;width:100%}
th,td{text-align:left;padding:.2rem .6rem .2rem 0;border-bottom:1px solid #d5dae0;vertical-align:top}
td{min-width:4.5rem;max-width:26rem;overflow-wrap:break-word}
th.n,td.n{text-align:right}td.n{font-variant-numeric:tabular-nums}.quiet{color:#5a626c}.narrow{display:none}
@media screen and (max-width:56rem){.narrow{display:block}.narrow+.wide{display:none}table,tbody,tr{display:block}thead{display:none}
tr{border-bottom:1px solid #d5dae0;padding:.5rem 0}td,td.n{display:grid;grid-template-columns:6rem minmax(0,1fr);gap:.6rem;border:0;
padding:.1rem 0;max-width:none;text-align:left}td::before{content:attr(data-label);opacity:.75}td:empty{display:none}}
@media screen and (prefers-color-scheme:dark){body{color:#e6e9ec;background:#14171a}th,td{border-color:#373e46}
.quiet{color:#a2abb5}}
@page{margin:18mm}
@media print{body{max-width:none;padding:0;color:#000}svg{display:block;max-height:19cm;break-inside:avoid}.quiet{color:#000}.table{overflow:visible}
tr{break-inside:avoid}td{min-width:0}th,td{padding-right:.35rem}table{font-size:7pt}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of texts: its heads, its rows, and which columns (from 0) hold figures and stand at the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture before it is rendered, with what stands around it on a page.

    Attributes:
        title: heading of the page, plain text.
        wide, narrow: Vega-Lite specifications for a page and for a small screen; no narrow one where wide must do.
        says: what a reader who does not see the picture is told, "" for the specification's own description.
        above, below: sentences before the picture and after the table, plain text.
        data: what is drawn, as plain JSON values without floats, for those who draw it themselves.
    """

    title: str
    wide: Mapping[str, Any]
    table: Table
    narrow: Mapping[str, Any] | None = None
    says: str = ""
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    data: Any = None


def page(picture: Picture, *, wide: Sequence[str], narrow: str = "") -> str:
    """Return the HTML page of a picture. Pure.

    Args:
        wide: the rendered picture, SVG that its renderer has escaped, in parts that each fit a printed sheet.
        narrow: the same for small screens, "" where there is none.
    """
    title = escape(visible(picture.title))
    figures = f'<figure class="narrow">{narrow}</figure>\n' if narrow else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{title}</h1>\n{_sentences(picture.above)}{figures}"
        f'<figure class="wide">{"".join(wide)}</figure>\n{_table(picture.table)}{_sentences(picture.below)}'
        "</main>\n</body>\n</html>\n"
    )


def _sentences(texts: Sequence[str]) -> str:
    return "".join(f"<p>{_cell(text)}</p>\n" for text in texts)


def _table(table: Table) -> str:
    heads = "".join(
        f'<th scope="col" class="{_side(column, table)}">{_cell(head)}</th>' for column, head in enumerate(table.heads)
    )
    rows = "\n".join(f"<tr>{_cells(row, table)}</tr>" for row in table.rows)
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="The figures">\n<table>\n<thead><tr>{heads}</tr>'
        f"</thead>\n<tbody>\n{rows}\n</tbody>\n</table>\n</div>\n"
    )


def _cells(row: Sequence[str], table: Table) -> str:
    """Each names its column, for screens where a row stands as a list."""
    return "".join(
        f'<td class="{_side(column, table)}" data-label="{_cell(head)}">{_cell(text)}</td>'
        for column, (head, text) in enumerate(zip(table.heads, row, strict=True))
    )


def _side(column: int, table: Table) -> str:
    """A head stands where its figures stand: at the left it would stand over those of the column before."""
    return "n" if column in table.figures else "t"


def _cell(text: str) -> str:
    return escape(visible(text))
