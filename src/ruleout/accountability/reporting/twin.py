# SPDX-License-Identifier: Apache-2.0
"""The machine-readable twin of a document: to plain values, back from disclosures with holes, and its schema (A-8, A-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from ruleout.accountability.reporting.publication import Hole, Publication
from ruleout.errors import VerificationFailed
from ruleout.ledger.disclosure import Hidden, Tree
from ruleout.model.plain import plain

#: What the record says of a hole, by digest; a hole that nothing is said of has its digest alone.
HoleOf = Callable[[str], Hole]


def twin_of(publication: Publication) -> dict[str, Any]:
    """Return a document as a JSON value; holes are objects with a digest. Pure."""
    made: dict[str, Any] = plain(publication)
    return made


def publication_from(tree: Mapping[str, Tree], hole_of: HoleOf) -> Publication:
    """Return the document that an entry's disclosures make, with a hole for each that is not at hand.

    Pure. Where the name of what is missing is not known either, it follows from the names that are there.

    Args:
        tree: as `ledger.disclosure.reveal` returns it.
        hole_of: what is publicly said of a hole.

    Raises:
        VerificationFailed: check "publication"; what is disclosed is no document.

    Source: A-8.
    """
    made: Publication = _read(Publication, tree, hole_of, "$")
    return made


def publication_schema() -> dict[str, Any]:
    """Return the JSON Schema of the twin. Pure."""
    made = TypeAdapter(Publication).json_schema(mode="serialization")
    dialect = "https://json-schema.org/draft/2020-12/schema"
    closed: dict[str, Any] = _closed({"$schema": dialect, "$id": "ruleout-publication.schema.json", **made})
    return closed


def _closed(schema: Any) -> Any:
    """The schema with no unknown field anywhere."""
    if isinstance(schema, dict):
        more = {"additionalProperties": False} if schema.get("type") == "object" and "properties" in schema else {}
        return {**{key: _closed(value) for key, value in schema.items()}, **more}
    return [_closed(value) for value in schema] if isinstance(schema, list) else schema


def _read(hint: Any, value: Any, hole_of: HoleOf, path: str) -> Any:
    if isinstance(value, Hidden):
        return hole_of(value.digest)
    choices = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    for choice in choices:
        if get_origin(choice) is tuple and isinstance(value, tuple):
            element = get_args(choice)[0]
            return tuple(_read(element, one, hole_of, f"{path}[{i}]") for i, one in enumerate(value))
        if choice is Hole and isinstance(value, Mapping) and set(choices) == {str, Hole}:
            return _kept_hole(value, hole_of, path)
        if choice is not Hole and is_dataclass(choice) and isinstance(value, Mapping):
            return _object(choice, value, hole_of, path)
        if choice in (str, int, bool, NoneType) and type(value) is choice:
            return value
    raise VerificationFailed("publication", f"expected another value at {path}, got {str(value)[:60]!r}")


def _kept_hole(value: Mapping[str, Tree], hole_of: HoleOf, path: str) -> Hole:
    """A hole that the document had from its first day; what is said of it since counts. What is hidden of it is a hole."""
    names = [field.name for field in fields(Hole)]
    told = {name: one for name, one in value.items() if name in names and isinstance(one, str)}
    hidden = [one for name, one in value.items() if name.startswith("?") and isinstance(one, Hidden)]
    if len(told) == len(names) == len(value) - len(hidden):
        now = hole_of(told["digest"])
        return now if now.redaction_class else Hole(**told)
    if hidden and len(told) == len(value) - len(hidden):
        return hole_of(hidden[0].digest)
    raise VerificationFailed("publication", f"expected a hole at {path}, got {', '.join(value)[:80]!r}")


def _object(shape: Any, value: Mapping[str, Tree], hole_of: HoleOf, path: str) -> Any:
    hints = get_type_hints(shape)
    names = [field.name for field in fields(shape)]
    holes = [one for name, one in value.items() if name.startswith("?") and isinstance(one, Hidden)]
    unknown = [name for name in value if name not in names and not name.startswith("?")]
    missing = [name for name in names if name not in value]
    if unknown or len(missing) > len(holes):
        got = ", ".join((*unknown, *(f"no {name}" for name in missing)))
        raise VerificationFailed("publication", f"expected the fields of a document at {path}, got {got[:80]!r}")
    # Decoys that are not at hand look like holes too: those that something is said of come first.
    told = sorted((hole_of(one.digest) for one in holes), key=lambda one: not one.redaction_class)
    filled = dict(zip(missing, told, strict=False))
    return shape(
        **{
            name: filled[name] if name in filled else _read(hints[name], value[name], hole_of, f"{path}.{name}")
            for name in names
        }
    )
