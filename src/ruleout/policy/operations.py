# SPDX-License-Identifier: Apache-2.0
"""What Cedar's operators do where the compiler cannot know the kinds of their operands: check, then compute.

Every error of evaluation is an `EvaluationError` or the `KeyError` of an attribute or entity that is missing; `ERRORS`
names both. Nothing here returns a value where Cedar has an error (G-3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleout.policy.values import LEAST, MOST, Entities, Uid, key_of


class EvaluationError(Exception):
    """An operand of another kind than its operator takes, or a number beyond 64 bits."""


ERRORS = (EvaluationError, KeyError)


def boolean(value: Any) -> bool:
    """Return a boolean as it is. Raises EvaluationError for anything else."""
    if value is True or value is False:
        return value
    raise EvaluationError("boolean")


def long(value: Any) -> int:
    """Return a number as it is. Raises EvaluationError for anything else, booleans among them."""
    if type(value) is int:
        return value
    raise EvaluationError("long")


def text(value: Any) -> str:
    """Return a string as it is. Raises EvaluationError for anything else."""
    if type(value) is str:
        return value
    raise EvaluationError("string")


def members(value: Any) -> frozenset[Any]:
    """Return a set as it is. Raises EvaluationError for anything else."""
    if type(value) is frozenset:
        return value
    raise EvaluationError("set")


def entity(value: Any) -> Uid:
    """Return an entity as it is. Raises EvaluationError for anything else."""
    if type(value) is Uid:
        return value
    raise EvaluationError("entity")


def bounded(number: int) -> int:
    """Return a sum, difference or product that fits 64 bits. Raises EvaluationError beyond: it never wraps."""
    if LEAST <= number <= MOST:
        return number
    raise EvaluationError("overflow")


def equal(left: Any, right: Any) -> bool:
    """Say whether two values of whatever kinds are one; of two kinds they never are. Pure."""
    return type(left) is type(right) and key_of(left) == key_of(right)


def attribute(entities: Entities, value: Any, name: str) -> Any:
    """Return an attribute of a record or an entity. Raises KeyError if it or the entity is missing, EvaluationError."""
    if type(value) is dict:
        return value[name]
    return entities[entity(value)].attributes[name]


def has(entities: Entities, value: Any, name: str) -> bool:
    """Say whether a record or entity has an attribute; an unknown entity has none. Raises EvaluationError."""
    if type(value) is dict:
        return name in value
    known = entities.get(entity(value))
    return known is not None and name in known.attributes


def within(entities: Entities, left: Uid, right: Any) -> bool:
    """Say whether an entity is another, or in it; or so for any of a set. Raises EvaluationError for other kinds."""
    if type(right) is Uid:
        return left == right or _known_within(entities, left, right)
    for one in members(right):
        entity(one)
    return left in right or any(_known_within(entities, left, one) for one in right)


def _known_within(entities: Entities, left: Uid, right: Uid) -> bool:
    known = entities.get(left)
    return known is not None and right in known.ancestors


def matches(value: str, pattern: tuple[str, ...]) -> bool:
    """Say whether a text consists of the parts with anything between them: of one part, whether it is that. Pure.

    Linear in the text for each part: no pattern makes it slow.
    """
    first, *between = pattern
    if not between:
        return value == first
    last = between.pop()
    if len(value) < len(first) + len(last) or not value.startswith(first) or not value.endswith(last):
        return False
    at, end = len(first), len(value) - len(last)
    for part in between:
        at = value.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


#: Under these names compiled code calls them.
NAMES: Mapping[str, Any] = {
    "boolean": boolean, "long": long, "text": text, "members": members, "entity": entity, "bounded": bounded,
    "equal": equal, "attribute": attribute, "has": has, "within": within, "matches": matches, "key_of": key_of,
    "frozenset": frozenset, "int": int, "str": str, "type": type, "Uid": Uid, "ERRORS": ERRORS,
}  # fmt: skip
