# SPDX-License-Identifier: Apache-2.0
"""A roadmap file as one state of a roadmap: its document's own value, and the days between which updates speak of it (A-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import RuleoutError

#: A document's plain value, or a part of it.
Tree = Mapping[str, Any]
GOALS = "goals"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapState:
    """One state of a roadmap as its file tells it.

    Attributes:
        roadmap: id of the roadmap.
        name: how the state is called in a comparison.
        known_from: the day its heading names: updates after it speak of changes to it.
        known_to: the last day of which it can know: when its text was taken down.
        value: the document's plain value; `goals` maps ids to goals.
    """

    roadmap: str
    name: str
    known_from: date
    known_to: date
    value: Tree

    @property
    def goals(self) -> Mapping[str, Tree]:
        """The goals by id, in the file's order."""
        return cast("Mapping[str, Tree]", self.value[GOALS])


def read_state(data: bytes, *, file: str) -> RoadmapState:
    """Return the state that a roadmap file tells. Pure.

    Raises:
        BadInput: the file is refused; holds its problems in file order.
        RuleoutError: the file gives neither the day of its heading nor that of its publication.
    """
    roadmap = parse_roadmap(data, file=file)
    retrieved = roadmap.document.retrieved if roadmap.document is not None else None
    first = roadmap.as_of or roadmap.published
    if first is None:
        hint = "Add `as-of:` or `published:`; without a day nobody knows which updates speak of it."
        raise RuleoutError(f"{file}: expected the day of this state, got none", hint=hint)
    days = [day for day in (first, roadmap.published, retrieved) if day is not None]
    return RoadmapState(
        roadmap=roadmap.id,
        name=f"{roadmap.title} as of {first.isoformat()}",
        known_from=first,
        known_to=max(days),
        value=cast("Tree", read_yaml(data, file=file).value),
    )
