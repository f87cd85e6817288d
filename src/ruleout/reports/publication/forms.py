# SPDX-License-Identifier: Apache-2.0
"""A document in four forms: Markdown, HTML, PDF and its JSON twin; the same value gives the same bytes (ADR 0025).

Effect: reads the templates that ship in this package, and nothing else; no template of others is ever rendered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import PurePath
from typing import Any

import typst
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from ruleout.accountability.reporting.publication import EntryLink, Hole, Picture, Publication, Table
from ruleout.accountability.reporting.twin import twin_of
from ruleout.reports.publication.columns import firm_columns, has_long_word, is_cards, shares
from ruleout.reports.publication.drawing import PAGE, PAPER, drawing
from ruleout.reports.publication.escaping import (
    bare_number,
    html_text,
    markdown_text,
    typst_broken,
    typst_string,
    typst_text,
)
from ruleout.reports.publication.templating import environment

_MAIN = "main.typ"
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:]{8}Z)?")


def stem_of(publication: Publication, audience: str) -> str:
    """Return the name under which a document's files stand, without what tells their form. Pure."""
    name = publication.report if isinstance(publication.report, str) else "report"
    return PurePath(f"{name}-{audience}").name


def every_form(publication: Publication, audience: str) -> dict[str, bytes]:
    """Return a document's four files by name. The same value gives the same bytes."""
    stem = stem_of(publication, audience)
    return {
        f"{stem}.md": markdown(publication, audience).encode("utf-8"),
        f"{stem}.html": html(publication, audience).encode("utf-8"),
        f"{stem}.pdf": pdf(publication, audience),
        f"{stem}.json": twin_bytes(publication),
    }


def twin_bytes(publication: Publication) -> bytes:
    """Return the JSON twin, indented for people. Pure."""
    return json.dumps(twin_of(publication), indent=1, ensure_ascii=False).encode("utf-8") + b"\n"


def markdown(publication: Publication, audience: str) -> str:
    """Return the document as CommonMark with tables."""
    return _rendered("report.md.j2", markdown_text, publication, audience)


def html(publication: Publication, audience: str) -> str:
    """Return the document as one HTML file: no script, no other file, light and dark, for paper too."""
    return _rendered("report.html.j2", html_text, publication, audience)


def typst_source(publication: Publication, audience: str) -> str:
    """Return what the PDF is set from."""
    return _rendered("report.typ.j2", typst_text, publication, audience)


def pdf(publication: Publication, audience: str) -> bytes:
    """Return the document as PDF, set in the fonts that the typesetter carries. No clock, no font of the machine."""
    sources = {_MAIN: typst_source(publication, audience).encode("utf-8")}
    for number, svg in enumerate(_pictures(publication)):
        sources[f"picture-{number}.svg"] = svg.encode("utf-8")
    compiled: Any = typst.compile(sources, format="pdf", ignore_system_fonts=True, timestamp=0)  # type: ignore[call-overload]  # files by name are documented and not in its types
    return bytes(compiled)


@cache
def _environment(finalize: Callable[[object], Markup]) -> ImmutableSandboxedEnvironment:
    made = environment("ruleout.reports.publication", finalize)
    made.tests["hole"] = lambda value: isinstance(value, Hole)
    made.tests["long"] = has_long_word
    made.filters["whole_instants"] = _whole_instants
    made.filters["q"] = typst_string
    made.filters["bare"] = bare_number
    made.filters["broken"] = typst_broken
    return made


def _rendered(template: str, finalize: Callable[[object], Markup], publication: Publication, audience: str) -> str:
    numbers = _numbers(publication)
    made = _environment(finalize).get_template(template)
    return made.render(
        p=publication,
        audience=audience,
        stem=stem_of(publication, audience),
        holes=len(list(holes_in(publication))),
        number=lambda entry: numbers.get(entry, ""),
        svg=_svg,
        widths=_widths,
        is_cards=is_cards,
        firm_columns=firm_columns,
        picture=_picture_number(publication),
    )


def _numbers(publication: Publication) -> Mapping[str, str]:
    """The place in the log of each entry that the appendix names."""
    links = publication.entries if isinstance(publication.entries, tuple) else ()
    return {str(one.id): str(one.index) for one in links if isinstance(one, EntryLink) and isinstance(one.index, int)}


def holes_in(value: object) -> list[Hole]:
    """Return every hole of a document, in its order. Pure."""
    if isinstance(value, Hole):
        return [value]
    if isinstance(value, tuple):
        return [hole for one in value for hole in holes_in(one)]
    if is_dataclass(value):
        return [hole for field in fields(value) for hole in holes_in(getattr(value, field.name))]
    return []


def _svg(table: object, picture: object) -> Markup:
    if not isinstance(table, Table) or not isinstance(picture, Picture):
        return Markup()
    return Markup(drawing(table, picture, PAGE))  # noqa: S704 - every text in it is escaped where it is drawn


def _whole_instants(text: str) -> Markup:
    """Text of a page in which no line breaks within a day or an instant."""
    return Markup(_INSTANT.sub(r'<span class="when">\g<0></span>', str(html_text(text))))  # noqa: S704 - escaped before


def _widths(table: Table) -> Markup:
    """Shares of a page's width for a table's columns and for its entries, as Typst writes them."""
    return Markup("".join(f"{share}fr, " for share in shares(table)).rstrip(", "))  # noqa: S704 - numbers alone


def _drawn(publication: Publication) -> list[tuple[int, str]]:
    """Pictures for paper, each with the identity of its table."""
    found = []
    for section in publication.sections if isinstance(publication.sections, tuple) else ():
        for part in getattr(section, "parts", ()) if not isinstance(getattr(section, "parts", ()), Hole) else ():
            for field in getattr(part, "fields", ()) if not isinstance(getattr(part, "fields", ()), Hole) else ():
                table, picture = getattr(field, "table", None), getattr(field, "picture", None)
                if isinstance(table, Table) and isinstance(picture, Picture):
                    svg = drawing(table, picture, PAPER)
                    found += [(id(table), svg)] if svg else []
    return found


def _pictures(publication: Publication) -> list[str]:
    return [svg for _, svg in _drawn(publication)]


def _picture_number(publication: Publication) -> Callable[[object], str]:
    numbers = {table: str(number) for number, (table, _) in enumerate(_drawn(publication))}
    return lambda table: numbers.get(id(table), "")
