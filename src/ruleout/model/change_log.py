# SPDX-License-Identifier: Apache-2.0
"""What a new version of a framework says that it changes: clause by clause, how, why, and who called it material (D-15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class AnnouncedKind(Enum):
    """What an announced change is said to be. CHANGED: neither more nor less is asked, or it cannot be said."""

    ADDED = "added"
    STRENGTHENED = "strengthened"
    CHANGED = "changed"
    WEAKENED = "weakened"
    RELOCATED = "relocated"
    REMOVED = "removed"

    @property
    def is_less(self) -> bool:
        """Whether it says that less is asked of the developer than before."""
        return self in (AnnouncedKind.WEAKENED, AnnouncedKind.RELOCATED, AnnouncedKind.REMOVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedChange:
    """One change as announced.

    Attributes:
        clauses: ids of the clauses, old and new, that it is about; `@roles/…`, `@title`, `@developer` and `@document` name the rest.
        kind: what it is said to be.
        how: what it changes, in words.
        why: the justification that goes with it.
        material: whether it was called material.
        called_by: role that made this call.
        called_on: the day on which it was made.
    """

    clauses: tuple[str, ...]
    kind: AnnouncedKind
    how: str
    why: str
    material: bool
    called_by: str
    called_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLog:
    """Every change from one version to the next, as the developer announces it."""

    framework: str
    old: str
    new: str
    changes: tuple[AnnouncedChange, ...]
