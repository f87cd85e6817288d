# SPDX-License-Identifier: Apache-2.0
"""Cedar's values in Python, and the call that is decided about.

A boolean is `bool`, a long `int` of 64 bits, a string `str`, an entity `Uid`, a record `dict`, a set a `frozenset` of
`key_of` its members. Python holds `True == 1`; Cedar does not, so whatever is compared inside sets and records is
compared by key, in which a boolean is no number. Values are checked where they enter; inside nothing is checked again.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

LEAST, MOST = -(2**63), 2**63 - 1
MOST_DEPTH = 32
MOST_MEMBERS = 10_000
MOST_TEXT = 65_536


class BadValue(ValueError):
    """Something that is no Cedar value: its message says what was expected and got."""


class Uid(NamedTuple):
    """An entity by type and id."""

    type: str
    id: str

    def __str__(self) -> str:
        return f'{self.type}::"{self.id}"'


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one entity: its attributes, and every entity that it is in, at whatever remove."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    ancestors: frozenset[Uid] = frozenset()


Entities = Mapping[Uid, Facts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is decided about: who does what with which, in which circumstances, and what is known of the entities."""

    principal: Uid
    action: Uid
    resource: Uid
    context: Mapping[str, Any]
    entities: Entities = field(default_factory=dict)


def key_of(value: Any) -> Hashable:
    """Return what stands for a value in sets and comparisons: equal exactly where Cedar says `==`. Pure."""
    kind = type(value)
    if kind is bool:
        return (value, "boolean")
    if kind is dict:
        return ("record", frozenset((name, key_of(item)) for name, item in value.items()))
    return value  # type: ignore[no-any-return]


def value_of(given: Any, depth: int = MOST_DEPTH) -> Any:
    """Return the value of a JSON value: lists are sets, `{"__entity": {"type", "id"}}` an entity. Pure.

    Raises:
        BadValue: a float, null, a number of more than 64 bits, an extension's value, a text that is no Unicode, or
            nesting, a set, a record or a text beyond bounds.
    """
    match given:
        case bool():
            return given
        case int():
            if not LEAST <= given <= MOST:
                raise BadValue(f"expected a number of 64 bits, got one of {given.bit_length()}")
            return given
        case str():
            return text_of(given)
    if depth == 0 or not isinstance(given, list | tuple | dict) or len(given) > MOST_MEMBERS:
        raise BadValue(f"expected a boolean, number, text, set, record or entity, got {type(given).__name__}")
    if not isinstance(given, dict):
        return frozenset(key_of(value_of(item, depth - 1)) for item in given)
    if "__entity" in given:
        return uid_of(given["__entity"]) if len(given) == 1 else _refuse_escape("__entity")
    if "__extn" in given or "__expr" in given:
        return _refuse_escape("__extn")
    return {text_of(name): value_of(item, depth - 1) for name, item in given.items()}


def _refuse_escape(name: str) -> Any:
    raise BadValue(f"expected no {name} here: extensions are not supported")


def uid_of(given: Any) -> Uid:
    """Return the entity of `{"type": …, "id": …}`. Pure. Raises BadValue for anything else."""
    if not isinstance(given, dict) or given.keys() != {"type", "id"}:
        raise BadValue("expected an entity of type and id")
    return Uid(text_of(given["type"]), text_of(given["id"]))


def text_of(given: Any) -> str:
    """Return a text that is Unicode and not too long. Pure. Raises BadValue."""
    if type(given) is not str or len(given) > MOST_TEXT or any("\ud800" <= c <= "\udfff" for c in given):
        raise BadValue(f"expected a text of at most {MOST_TEXT} characters, got something else")
    return given


def facts_of(given: Any) -> dict[Uid, Facts]:
    """Return the entities of Cedar's JSON list of `{uid, attrs, parents}`, ancestors gathered. Pure.

    Raises:
        BadValue: another shape, an entity twice, or one that is in itself.
    """
    if not isinstance(given, list | tuple) or len(given) > MOST_MEMBERS:
        raise BadValue(f"expected a list of at most {MOST_MEMBERS} entities")
    attributes: dict[Uid, dict[str, Any]] = {}
    parents: dict[Uid, tuple[Uid, ...]] = {}
    for item in given:
        if not isinstance(item, dict) or item.keys() - {"uid", "attrs", "parents"} or "uid" not in item:
            raise BadValue("expected entities of uid, attrs and parents")
        uid, known = uid_of(item["uid"]), value_of(item.get("attrs", {}))
        if uid in attributes or type(known) is not dict:
            raise BadValue(f"expected {uid} once, with a record of attributes")
        attributes[uid], parents[uid] = known, tuple(uid_of(parent) for parent in item.get("parents", ()))
    return {uid: Facts(attributes[uid], _ancestors(uid, parents)) for uid in attributes}


def _ancestors(uid: Uid, parents: Mapping[Uid, tuple[Uid, ...]]) -> frozenset[Uid]:
    found: set[Uid] = set()
    waiting = list(parents[uid])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += parents.get(one, ())
    if uid in found:
        raise BadValue(f"expected entities without a circle, got {uid} in itself")
    return frozenset(found)
