# SPDX-License-Identifier: Apache-2.0
"""The shape of a mapping file: how two versions of one framework correspond (see docs/guide/comparing.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ruleout.documents.fields import Doc, Id, Line, Says, Version
from ruleout.model.mapping import Announced, ChangeKind, Dimension, Relation


class CorrespondenceDoc(Doc):
    """Questions of the older version that questions of the newer one take the place of."""

    old: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    new: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    relation: Relation
    because: Says


class ClauseRowDoc(Doc):
    """What became of one or several clauses. `id/part` names a criterion, prong, interim or when-unknown clause."""

    old: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    new: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    change: ChangeKind
    dimensions: Annotated[tuple[Dimension, ...], Field(max_length=6)] = ()
    says: Says
    announced: Announced
    because: Says


Correspondences = Annotated[tuple[CorrespondenceDoc, ...], Field(max_length=200)]


class MappingDoc(Doc):
    """A mapping file: from one version to a later one."""

    mapping: Id
    from_: Version
    to: Version
    thresholds: Correspondences = ()
    safeguards: Correspondences = ()
    arguments: Correspondences = ()
    questions: Correspondences = ()
    clauses: Annotated[tuple[ClauseRowDoc, ...], Field(max_length=1000)] = ()
