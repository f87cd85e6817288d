# SPDX-License-Identifier: Apache-2.0
"""How two versions of a framework correspond: which questions share answers, and what became of which clause (D-15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ruleout.model.formula import Kind


class Relation(Enum):
    """How the newer question stands to the older one, told by the cases in which each is answered yes (D-15).

    NARROWER: the newer is yes in fewer cases, WIDER: in more, OVERLAPPING: neither contains the other.
    """

    SAME = "same"
    NARROWER = "narrower"
    WIDER = "wider"
    OVERLAPPING = "overlapping"


class ChangeKind(Enum):
    """What became of a clause (D-15)."""

    RETAINED = "retained"
    STRENGTHENED = "strengthened"
    WEAKENED = "weakened"
    REMOVED = "removed"
    RELOCATED = "relocated"
    ADDED = "added"


class Dimension(Enum):
    """In which respect a clause changed."""

    SCOPE = "scope"
    THRESHOLD_OR_TRIGGER = "threshold-or-trigger"
    ACTOR = "actor"
    OBLIGATION_STRENGTH = "obligation-strength"
    DISCLOSURE = "disclosure"
    CONSEQUENCE = "consequence"


class Announced(Enum):
    """Whether the newer version's own changelog tells of a change."""

    ANNOUNCED = "announced"
    PARTLY = "partly"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """Older questions that newer ones take the place of.

    Several thresholds or questions count as *any of* them, several safeguards or arguments as *all of* them.
    """

    kind: Kind
    old: tuple[str, ...]
    new: tuple[str, ...]
    relation: Relation
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRow:
    """What became of clauses, as people coded it.

    `announced` is against the newer version's own changelog; None in a mapping turned round, which has no such thing.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    change: ChangeKind
    dimensions: tuple[Dimension, ...]
    says: str
    announced: Announced | None
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionMapping:
    """How a newer version of a framework corresponds to an older one."""

    correspondences: tuple[Correspondence, ...]
    rows: tuple[ClauseRow, ...]


_TURNED_RELATION = {Relation.NARROWER: Relation.WIDER, Relation.WIDER: Relation.NARROWER}
_TURNED_CHANGE = {
    ChangeKind.STRENGTHENED: ChangeKind.WEAKENED,
    ChangeKind.WEAKENED: ChangeKind.STRENGTHENED,
    ChangeKind.REMOVED: ChangeKind.ADDED,
    ChangeKind.ADDED: ChangeKind.REMOVED,
}


def turned_round(mapping: VersionMapping) -> VersionMapping:
    """Return the mapping from the newer version to the older one; its words stay as they were written. Pure."""
    return VersionMapping(
        correspondences=tuple(
            replace(c, old=c.new, new=c.old, relation=_TURNED_RELATION.get(c.relation, c.relation))
            for c in mapping.correspondences
        ),
        rows=tuple(
            replace(row, old=row.new, new=row.old, change=_TURNED_CHANGE.get(row.change, row.change), announced=None)
            for row in mapping.rows
        ),
    )
