# SPDX-License-Identifier: Apache-2.0
"""The shape of a change log (see docs/guide/change-control.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Day, Doc, Flag, Id, Says, Version
from ruleout.model.change_log import AnnouncedKind

#: A clause, a part of one, or what a framework has besides clauses: `@roles/ceo`, `@title`, `@developer`, `@document`.
ClauseName = Annotated[str, StringConstraints(pattern=r"^@?[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9-]+)?$", max_length=130)]


class AnnouncedChangeDoc(Doc):
    """One change: the clauses, what it is, how and why, whether it is material, and whose call that was."""

    clauses: Annotated[tuple[ClauseName, ...], Field(min_length=1, max_length=100)]
    kind: AnnouncedKind
    how: Says
    why: Says
    material: Flag
    called_by: Id
    called_on: Day


class ChangeLogDoc(Doc):
    """A change log: from which version to which, and every change."""

    changes_of: Id
    from_: Version
    to: Version
    changes: Annotated[tuple[AnnouncedChangeDoc, ...], Field(max_length=500)]
