# SPDX-License-Identifier: Apache-2.0
"""A plain value against a document shape: the shape's instance, or every problem with its place.

It does not resolve names and does not read text: see `yaml_text` before it and the builders after it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ruleout.documents.counts import count_of
from ruleout.documents.field_names import closest, fields_at
from ruleout.documents.places import Document, Path, in_file_order
from ruleout.documents.wording import Wording, word_of
from ruleout.errors import BadInput, Problem

Shape = TypeVar("Shape", bound=BaseModel)
_KEY_MARK = "[key]"
#: Up to so many fields a problem lists them all; beyond, the closest one must do.
_FEW = 8


def validate(shape: type[Shape], document: Document) -> Shape:
    """Return the document as an instance of `shape`. Pure.

    Raises:
        BadInput: it does not have that shape; holds every problem, in file order.

    Source: ADR 0003.
    """
    try:
        return shape.model_validate(document.value)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems = (_problem(shape, document, e) for e in errors if not _is_consequence(e))
    raise BadInput(in_file_order(problems), hint="Mend the file and check it again.")


def _is_consequence(error: Any) -> bool:
    """Whether a list counts as too short only because its own entries were refused."""
    if error["type"] != "too_short" or not isinstance(error["input"], list | tuple | dict):
        return False
    return bool(len(error["input"]) >= error["ctx"]["min_length"])


def _problem(shape: type[BaseModel], document: Document, error: Any) -> Problem:
    loc = error["loc"]
    path = _path(loc)
    on_key = _KEY_MARK in loc or error["type"] == "extra_forbidden"
    if error["type"] == "missing" and isinstance(loc[-1], str):
        wording, got = Wording("S001", f"the field {path[-1]!r}", f"Add `{path[-1]}:`."), "nothing"
    elif error["type"] == "extra_forbidden" and isinstance(loc[-1], str):
        wording, got = _unknown_field(shape, loc), repr(path[-1])
    else:
        wording, got = word_of(error["type"], error["input"], error.get("ctx", {})), shown(error["input"])
    where = document.place(path, key=on_key)
    return Problem(id=wording.id, where=where, expected=wording.expected, got=got, hint=wording.hint)


def _path(loc: tuple[str | int, ...]) -> Path:
    """The path in the file: without the marks that a shape's own structure leaves in pydantic's location."""
    return tuple(p for p in loc if isinstance(p, int) or not (p.startswith("<") or p == _KEY_MARK))


def _unknown_field(shape: type[BaseModel], loc: tuple[str | int, ...]) -> Wording:
    known = fields_at(shape, loc[:-1])
    near = closest(str(loc[-1]), known)
    hint = f"Did you mean `{near}`?" if near else "Delete it, or put it where it belongs."
    expected = f"one of the fields {', '.join(known)}" if len(known) <= _FEW else "a field that belongs here"
    return Wording("S002", expected, hint)


def shown(value: object) -> str:
    """Return what a file holds as it is quoted in a problem: one line of at most 60 characters. Pure."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case Decimal() | int():
            return str(value)
        case dict():
            return f"a mapping of {count_of(len(value), 'field')}"
        case list() | tuple():
            return f"a list of {len(value)}"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
