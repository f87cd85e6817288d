# SPDX-License-Identifier: Apache-2.0
"""Known fields: of which type a value may be, and what a field is to the gateway. What no table names is refused.

To admit a field, read what the provider does with it. One that only tunes an answer gets a line and a word. One that offers
a tool, names another model, has something fetched, or points at content that is kept elsewhere needs code that tells of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruleout.serving.wires.requests.bad_request import BadRequest

Plain = dict[str, Any]

MOST_NAME_CHARS = 256
MOST_WHOLE = 2**31 - 1
#: Beyond it readers that keep numbers as doubles lose digits.
MOST_NUMBER = 2**53 - 1
_SHOWN_CHARS = 60
_KEPT = "it points at content that is kept elsewhere"
_OPENS = "it is of tools that the request does not name"
#: Why parts of an answer may not come back, by type.
_NOT_SERVED: Mapping[str, str] = {
    **dict.fromkeys(("item_reference", "compaction", "container_upload", "image_generation_call"), _KEPT),
    "code_interpreter_call": "it points at a container that is kept elsewhere",
    **dict.fromkeys(("mcp_call", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response"), _OPENS),
    **dict.fromkeys(("tool_search_call", "tool_search_output", "tool_search_tool_result"), _OPENS),
    **dict.fromkeys(("mcp_tool_use", "mcp_tool_result"), _OPENS),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One known field. No tuple: what has slots is read fastest, and each field of each request is looked up.

    Attributes:
        types: types that a value may have besides null, which counts as absent; none: the field is closed.
        word: what the field is to the gateway; of a closed one, why it is refused.
        inner: the fields of the value where that is an object and its fields are known.
    """

    types: frozenset[type]
    word: str
    inner: Mapping[str, Field] | None = None


Table = Mapping[str, Field]

TEXT = frozenset((str,))
FLAG = frozenset((bool,))
WHOLE = frozenset((int,))
NUMBER = frozenset((int, float))
LIST = frozenset((list,))
OBJECT = frozenset((dict,))
TEXT_OR_LIST = TEXT | LIST
TEXT_OR_OBJECT = TEXT | OBJECT
ANY = TEXT | FLAG | NUMBER | LIST | OBJECT
CLOSED: frozenset[type] = frozenset()


def known(plain: Plain, table: Table, where: str) -> None:
    """Check that an object has known fields only, each of a type that it may have. Pure.

    Raises:
        BadRequest: it names the field and what is wrong with it.
    """
    for name, value in plain.items():
        field = table.get(name)
        if field is None:
            raise BadRequest(f"{where} has a field that is not known here: {shown(name)}")
        kind = type(value)
        if kind not in field.types and value is not None:
            _refuse(name, value, field, where)
        if kind is int and not -MOST_NUMBER <= value <= MOST_NUMBER:
            raise BadRequest(f"{name} of {where} is larger than every reader reads the same")
        if kind is dict and field.inner is not None:
            known(value, field.inner, name)


def _refuse(name: str, value: object, field: Field, where: str) -> None:
    if field.types:
        raise BadRequest(f"{name} of {where} is of a type that it may not have")
    if value is not False and value != []:
        raise BadRequest(f"{name} is not served: {field.word}")


def shown(name: object) -> str:
    """Return a client's word as it may stand in an answer: ASCII, short. Pure."""
    return ascii(name if type(name) is not str else name[:_SHOWN_CHARS])[: _SHOWN_CHARS * 2]


def object_of(value: object, where: str) -> Plain:
    """Return a JSON object. Raises: BadRequest."""
    if type(value) is not dict:
        raise BadRequest(f"{where} must be an object")
    return value


def list_of(value: object, where: str) -> list[Any]:
    """Return a JSON list; absent is empty. Raises: BadRequest."""
    if value is None:
        return []
    if type(value) is not list:
        raise BadRequest(f"{where} must be a list")
    return value


def name_of(value: object, where: str) -> str:
    """Return a name: 1 to 256 printable ASCII characters, so that no two look alike. Raises: BadRequest."""
    if type(value) is not str or not value or len(value) > MOST_NAME_CHARS:
        raise BadRequest(f"{where} must be a text of 1 to {MOST_NAME_CHARS} characters")
    if not value.isascii() or not value.isprintable():
        raise BadRequest(f"{where} must be of printable ASCII characters")
    return value


def whole_of(plain: Plain, name: str) -> int:
    """Return a whole number from 1; 0 where it is absent. Raises: BadRequest."""
    value = plain.get(name)
    if value is None:
        return 0
    if type(value) is not int or not 1 <= value <= MOST_WHOLE:
        raise BadRequest(f"{name} must be a whole number from 1 to {MOST_WHOLE}")
    return value


def table_of(plain: Plain, key: str, tables: Mapping[str, Table], where: str) -> Table:
    """Return the known fields of an object by what its `key` says. Raises: BadRequest."""
    kind = plain.get(key)
    table = tables.get(kind) if type(kind) is str else None
    if table is None:
        why = _NOT_SERVED.get(kind) if type(kind) is str else None
        if why is not None:
            raise BadRequest(
                f"{where} of type {kind} is not served: {why}; leave it out, or say in words what it holds"
            )
        raise BadRequest(f"{where} has a {key} that is not known here: {shown(kind)}")
    return table
