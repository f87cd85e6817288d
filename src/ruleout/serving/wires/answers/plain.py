# SPDX-License-Identifier: Apache-2.0
"""Read upstream JSON so that no reader of it sees anything else: no key twice, no field that is not in a table."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any

import msgspec

from ruleout.serving.wires.values import CutShort

Plain = dict[str, Any]
MAX_NAME = 512
_decode = msgspec.json.Decoder().decode
encode = msgspec.json.Encoder().encode


class Field(Enum):
    """What a known field may hold."""

    MARK = "a number, a truth value or a short name: no content"
    MARKS = "a structure of such marks, as counts of tokens are"
    WORDS = "content: every string in it counts as text"
    READ = "read by code that knows its shape"
    SEALED = "bytes only the provider can open, passed on for it to take back"
    ECHO = "what the request said, told back: judged there"


_MARK, _READ = Field.MARK, Field.READ
_SCALARS = frozenset((int, float, bool))


class _TwiceError(ValueError):
    pass


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _TwiceError
    return made


_check = json.JSONDecoder(object_pairs_hook=_once).decode


def plain_of(data: bytes) -> Plain:
    """Return the object. Raises: CutShort: it is none, or a key stands in it twice."""
    try:
        plain = _decode(data)
        again = encode(plain)
        # What is the same when it is written again has no key twice: only other styles of writing are looked at slowly.
        if again != data and again != msgspec.json.format(data, indent=-1):
            _check(data.decode())
    except (ValueError, RecursionError):
        raise CutShort("the answer cannot be read") from None
    return as_object(plain)


def colons_in(data: bytes) -> int:
    """Return how many colons stand in JSON; -1 where one may be written as an escape, and count for a text and not here. Pure."""
    if b"\\" in data and b"\\u003" in data:  # one byte is found much faster than several
        return -1
    return len(data) - len(data.replace(b":", b""))  # much faster than counting


def as_object(value: object) -> Plain:
    """Return an object. Raises: CutShort."""
    if type(value) is not dict:
        raise CutShort("the answer has a shape that is not known here")
    return value


def as_list(value: object) -> list[Any]:
    """Return a list, empty where there is none. Raises: CutShort."""
    if value is None:
        return []
    if type(value) is not list:
        raise CutShort("the answer has a shape that is not known here")
    return value


def as_text(value: object) -> str:
    """Return a text, empty where there is none. Raises: CutShort."""
    if value is None:
        return ""
    if type(value) is not str:
        raise CutShort("the answer has a shape that is not known here")
    return value


def as_index(value: object) -> int:
    """Return a place in a list. Raises: CutShort."""
    if type(value) is not int or not 0 <= value < 10_000:
        raise CutShort("the answer has a shape that is not known here")
    return value


def as_count(value: object) -> int:
    """Return a number of tokens, 0 where there is none. Raises: CutShort."""
    if value is None:
        return 0
    if type(value) is not int or not 0 <= value < 2**53:
        raise CutShort("the answer has a shape that is not known here")
    return value


def words_of(value: object) -> str:
    """Return every string in a value, keys too, in order, parted by line ends. Pure."""
    found: list[str] = []
    _gather(value, found)
    return "\n".join(found)


def _gather(value: object, found: list[str]) -> None:
    if type(value) is str:
        found.append(value)
    elif type(value) is dict:
        for key, one in value.items():
            found.append(key)
            _gather(one, found)
    elif type(value) is list:
        for one in value:
            _gather(one, found)


def known(value: object, table: dict[str, Field]) -> tuple[Plain, str]:
    """Return an object whose fields a table knows, and the words of its `WORDS` fields. Raises: CutShort.

    A field that is not in the table may be there with nothing in it.
    """
    plain, words = as_object(value), ""
    for key, one in plain.items():
        if one is None:
            continue
        kind = table.get(key)
        if kind is _MARK and (type(one) in _SCALARS or (type(one) is str and len(one) <= MAX_NAME)):
            continue
        if kind is not _READ:
            words += _looked_at(key, one, kind)
    return plain, words


def _looked_at(key: str, one: object, kind: Field | None) -> str:
    """Return the words of a field that is not ordinary. Raises: CutShort."""
    if kind is Field.ECHO:
        return ""
    if kind is Field.WORDS:
        return words_of(one)
    if kind is None:
        if one or key.isascii() is False or len(key) > MAX_NAME:
            raise CutShort("the answer has a field that is not known here")
    elif kind is Field.SEALED:
        as_text(one)
    elif not _is_mark(one, deep=kind is Field.MARKS):
        raise CutShort("the answer has a field with more in it than is known here")
    return ""


def _is_mark(value: object, *, deep: bool) -> bool:
    if type(value) is str:
        return len(value) <= MAX_NAME
    if type(value) is dict:
        return (
            deep and len(value) <= 64 and all(len(key) <= 64 and _is_mark(one, deep=True) for key, one in value.items())
        )
    if type(value) is list:
        return not value or (deep and len(value) <= 64 and all(_is_mark(one, deep=True) for one in value))
    return True
