# SPDX-License-Identifier: Apache-2.0
"""The shape of an updates file (see docs/guide/roadmap-2026.md) and its reading: what was said of a roadmap, by whom, when.

An entry tells of fields; that it tells of too few is for a comparison to find, and for no field of this file to say.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Says, Sha256, Url
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.update_log import KnownFrom, Told, Update, UpdateKind, UpdateLog, UpdatePage


class PageDoc(Doc):
    """A page on which updates stand. `own` marks the update log of the roadmap page itself."""

    title: Line
    url: Url
    read_in: Line
    grade: KnownFrom
    own: Flag = False


class ToldDoc(Doc):
    """One change that an entry tells of: `field` is its path within the goal, left out for the goal as a whole."""

    field: Line | None = None
    was: Line | None = None
    now: Line | None = None


class UpdateDoc(Doc):
    """One entry of an update log, in our words. `happened` and `owed-by` are given only where the entry gives them."""

    on: Day
    page: Id
    goal: Id
    kind: UpdateKind
    says: Says
    anchor: Sha256 | None = None
    happened: Day | None = None
    owed_by: Day | None = None
    tells: Annotated[tuple[ToldDoc, ...], Field(max_length=100)] = ()
    note: Says | None = None


class UpdatesDoc(Doc):
    """An updates file."""

    updates_of: Id
    pages: Annotated[dict[Id, PageDoc], Field(min_length=1, max_length=20)]
    updates: Annotated[dict[Id, UpdateDoc], Field(min_length=1, max_length=1000)]


def parse_updates(data: bytes, *, file: str) -> UpdateLog:
    """Return the update log that a file describes. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-2.
    """
    document = read_yaml(data, file=file)
    doc = validate(UpdatesDoc, document)
    findings = Findings(document)
    for name, entry in doc.updates.items():
        if entry.page not in doc.pages:
            path = ("updates", name, "page")
            expected = "a page of this file"
            findings.note_unknown(path, expected=expected, name=entry.page, known=doc.pages, id_="S005")
    findings.raise_any()
    return UpdateLog(
        roadmap=doc.updates_of,
        pages=tuple(_page(name, page) for name, page in doc.pages.items()),
        updates=tuple(_update(name, entry) for name, entry in doc.updates.items()),
    )


def _page(name: str, doc: PageDoc) -> UpdatePage:
    return UpdatePage(id=name, title=doc.title, url=doc.url, read_in=doc.read_in, known=doc.grade, own=doc.own)


def _update(name: str, doc: UpdateDoc) -> Update:
    told = (Told(field=one.field or "", was=one.was or "", now=one.now or "") for one in doc.tells)
    return Update(
        id=name,
        on=doc.on,
        page=doc.page,
        goal=doc.goal,
        kind=doc.kind,
        says=doc.says,
        anchor=doc.anchor,
        happened=doc.happened,
        owed_by=doc.owed_by,
        tells=tuple(told),
        note=doc.note or "",
    )
