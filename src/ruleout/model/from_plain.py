# SPDX-License-Identifier: Apache-2.0
"""Canonical bytes -> the model value whose plain form they are: the way back of `plain`, for values we made ourselves.

What comes out has exactly the given bytes as its canonical form; anything else is refused. So a reader cannot be led to
another value than the one that was hashed. It reads dataclasses of text, integers, flags, enums, dates, instants, tuples
of one type, and optional ones.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.plain import plain

Value = TypeVar("Value")
MAX_BYTES = 1024 * 1024


def value_of(kind: type[Value], data: bytes, *, what: str) -> Value:
    """Return the value of a dataclass that canonical bytes state. Pure; at most a mebibyte.

    Args:
        kind: the dataclass.
        data: bytes of anybody's making.
        what: name of the check that fails, such as "permit".

    Raises:
        VerificationFailed: the bytes are not canonical, or state no such value.
    """
    raw = parse_canonical(data, max_bytes=MAX_BYTES)
    try:
        value = _read(kind, raw)
        same = canonical(plain(value)) == data
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise VerificationFailed(what, f"expected a {what} of our form, got {str(error)[:120]!r}") from error
    if not same:
        raise VerificationFailed(what, f"expected the {what} in its one spelling, got another")
    return value  # type: ignore[no-any-return]


def _read(kind: Any, raw: Any) -> Any:
    if get_origin(kind) is tuple:
        return tuple(_read(get_args(kind)[0], item) for item in _of(list, raw))
    if get_origin(kind) is UnionType:
        return None if raw is None else _read(next(k for k in get_args(kind) if k is not NoneType), raw)
    if is_dataclass(kind):
        return _record(kind, _of(dict, raw))
    if kind in (str, int, bool):
        return _of(kind, raw)
    if kind is datetime:
        return datetime.fromisoformat(_of(str, raw)).astimezone(UTC)
    if kind is date:
        return date.fromisoformat(_of(str, raw))
    if issubclass(kind, Enum):
        return kind(raw)
    raise TypeError(f"no reading of {kind}")


def _record(kind: Any, raw: Any) -> Any:
    hints = get_type_hints(kind)
    if raw.keys() != {field.name for field in fields(kind)}:
        raise ValueError(f"fields of {kind.__name__}: {', '.join(sorted(raw))[:80]}")
    return kind(**{name: _read(hints[name], item) for name, item in raw.items()})


def _of(kind: type, raw: Any) -> Any:
    if type(raw) is not kind:
        raise ValueError(f"{kind.__name__} expected, {type(raw).__name__} found")
    return raw
