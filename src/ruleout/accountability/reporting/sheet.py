# SPDX-License-Identifier: Apache-2.0
"""Sheets, `sheets/ID.yaml`: what documents state that nothing else in the record shows, by topic and signed (A-10).

Languages, a contact, what a model is for: laws ask for it, and no measurement or decision tells it. It is stated once, for one
or more models or for the developer, recorded as a signed entry, and told by every document that asks for the topic.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruleout.accountability.reporting.kind_document import AudienceName
from ruleout.documents.fields import Doc, Id, Line, Says
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml


class SheetDoc(Doc):
    """What is stated of models, or of the developer where none is named; `audience` is the widest that may read it."""

    sheet: Id
    audience: AudienceName
    models: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    says: Annotated[dict[Id, Says], Field(min_length=1, max_length=200)]


def parse_sheet(data: bytes, *, file: str) -> SheetDoc:
    """Return the sheet of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-10.
    """
    return validate(SheetDoc, read_yaml(data, file=file))
