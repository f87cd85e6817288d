# SPDX-License-Identifier: Apache-2.0
"""What authors write, `reports/ID.yaml`: sentences with the entries that they rest on, and what a document covers (A-7).

It reads shapes. Whether a sentence's entries exist, and whether anything is missing, is for whoever has kind and record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from ruleout.accountability.deviations.document import EntryName, FrameworkName
from ruleout.documents.fields import Day, Doc, Id, Line, Says
from ruleout.documents.places import Document
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml


class StatementDoc(Doc):
    """One sentence and the entries of the record that it rests on, in the order in which references number them."""

    says: Says
    entries: Annotated[tuple[EntryName, ...], Field(max_length=50)] = ()


Statements = Annotated[tuple[StatementDoc, ...], Field(max_length=200)]


class ItemDoc(Doc):
    """An item of a section, such as one threat model; `about` names what facts of the record belong to it."""

    title: Line
    about: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    statements: Annotated[dict[Id, Statements], Field(max_length=100)] = {}


class DraftDoc(Doc):
    """A document's words. `trigger` names why it comes out of turn; `answers` settles the kind's questions."""

    report: Id
    kind: Id
    title: Line
    developer: Line
    covers: Day
    models: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    framework: FrameworkName | None = None
    trigger: Id | None = None
    answers: Annotated[dict[Id, Literal["yes", "no"]], Field(max_length=50)] = {}
    statements: Annotated[dict[Id, dict[Id, Statements]], Field(max_length=50)] = {}
    items: Annotated[dict[Id, dict[Id, ItemDoc]], Field(max_length=50)] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft with the place of everything in it, and the SHA-256 (hex) of its file, which approvals sign."""

    doc: DraftDoc
    document: Document
    digest: str


def parse_draft(data: bytes, *, file: str) -> Draft:
    """Return the draft of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-7.
    """
    document = read_yaml(data, file=file)
    return Draft(doc=validate(DraftDoc, document), document=document, digest=hashlib.sha256(data).hexdigest())
