# SPDX-License-Identifier: Apache-2.0
"""The shape of a landscape file (see docs/guide/landscape.md) and its reading. What a fact means is the model's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Says, SourceDoc, Url
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.framework.parts.evidence import read_source
from ruleout.model.framework import Grade, Quantifier
from ruleout.model.landscape import Landscape, LandscapeFact, Topic
from ruleout.model.verdict import Verdict


class LookedUpDoc(SourceDoc):
    """A source that anybody can look up: its address is required."""

    url: Url


class FactDoc(Doc):
    """One fact. `about` is what conflicting facts share; `answers` names questions of frameworks that it may answer."""

    developer: Line
    model: Line | None = None
    topic: Topic
    about: Id
    says: Says
    holds: Verdict = Verdict.YES
    covers: Quantifier = Quantifier.ANOTHER
    grade: Grade
    as_of: Day
    valid_until: Day | None = None
    second_hand: Flag = False
    contested: Says | None = None
    answers: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    source: LookedUpDoc
    note: Says | None = None


class LandscapeDoc(Doc):
    """A landscape file."""

    landscape: Id
    title: Line
    collected: Day
    facts: Annotated[dict[Id, FactDoc], Field(min_length=1, max_length=1000)]


def parse_landscape(data: bytes, *, file: str) -> Landscape:
    """Return the landscape that a file describes. Pure.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: D-9.
    """
    document = read_yaml(data, file=file)
    doc = validate(LandscapeDoc, document)
    facts = tuple(_fact(name, fact) for name, fact in doc.facts.items())
    return Landscape(id=doc.landscape, title=doc.title, collected=doc.collected, facts=facts)


def _fact(name: str, doc: FactDoc) -> LandscapeFact:
    return LandscapeFact(
        id=name,
        developer=doc.developer,
        model=doc.model or "",
        topic=doc.topic,
        about=doc.about,
        says=doc.says,
        holds=doc.holds,
        covers=doc.covers,
        grade=doc.grade,
        as_of=doc.as_of,
        valid_until=doc.valid_until,
        second_hand=doc.second_hand,
        contested=doc.contested or "",
        answers=doc.answers,
        source=read_source(doc.source),
        note=doc.note or "",
    )
