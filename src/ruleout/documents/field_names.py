# SPDX-License-Identifier: Apache-2.0
"""Which fields a document shape allows at a path, so that an unknown one can be answered with the closest known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Tag

Step = str | int


def fields_at(shape: type[BaseModel], loc: tuple[Step, ...]) -> tuple[str, ...]:
    """Return the fields of the mapping that pydantic's location `loc` leads to; empty if it is none. Pure."""
    reached: Any = shape
    for step in loc:
        reached = _descend(reached, step)
    return _field_names(reached) if _is_shape(reached) else ()


def closest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None if none is near. Pure."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return near[0] if near else None


def _is_shape(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _field_names(shape: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in shape.model_fields.items())


def _descend(annotation: Any, step: Step) -> Any:
    """One step down: into the arm that a tag names, the field, the list's items or the mapping's values."""
    if annotation is None:
        return None
    if isinstance(step, str) and step.startswith("<"):
        return _tagged(annotation, step)
    if _is_shape(annotation):
        fields = annotation.model_fields.values()
        return next((_bare(field.annotation) for field in fields if field.alias == step), None)
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return _bare(arguments[1])
    return _bare(arguments[0]) if get_origin(annotation) is tuple else None


def _bare(annotation: Any) -> Any:
    """Without `Annotated` and `None`; a union with tags stays whole, since a tag step follows."""
    if hasattr(annotation, "__metadata__"):
        return _bare(get_args(annotation)[0])
    arms = [arm for arm in get_args(annotation) if arm is not type(None)]
    is_optional = len(arms) < len(get_args(annotation))
    return _bare(arms[0]) if is_optional and len(arms) == 1 else annotation


def _tagged(annotation: Any, tag: str) -> Any:
    for arm in get_args(annotation):
        if any(isinstance(mark, Tag) and mark.tag == tag for mark in getattr(arm, "__metadata__", ())):
            return _bare(arm)
    return None
