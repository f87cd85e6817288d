# SPDX-License-Identifier: Apache-2.0
"""The shapes of a concern as it is handed in, of an update to it, and of a file of rules for concerns."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.accountability.incidents.regime_document import ClockId, ProvisionDoc
from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Says, SourceDoc
from ruleout.documents.time_limits import LimitField
from ruleout.model.concern import ConcernStatus
from ruleout.model.verdict import Verdict

Roles = Annotated[tuple[Id, ...], Field(max_length=30)]
RulesName = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*(?:@[0-9A-Za-z][0-9A-Za-z.-]{0,30})?$", max_length=100)
]


class ReporterDoc(Doc):
    """Who reports and how to reach them: only where the reporter wants it kept."""

    name: Line
    reach: Line | None = None


class ConcernDoc(Doc):
    """A concern as it is handed in. Without `reporter:` it is anonymous; nothing else of a person is kept."""

    concern: Line
    says: Says
    concerns_roles: Roles = ()
    concerns_persons: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    reporter: ReporterDoc | None = None


class ConcernUpdateDoc(Doc):
    """What an update to a concern states."""

    concern_update: Line
    status: ConcernStatus | None = None
    material: Verdict | None = None
    told: Says | None = None
    notified: Roles = ()
    correction: Says | None = None


class ConcernClauseDoc(ProvisionDoc):
    """One rule: `to` are roles; `every` is left out where the text states no time."""

    says: Says
    to: Annotated[Roles, Field(min_length=1)]
    every: LimitField | None = None
    clause: Id | None = None
    clock: ClockId | None = None


class RecusalDoc(ConcernClauseDoc):
    """Who receives a concern too where `concerned` is the role it is about."""

    concerned: Id


class ConcernRulesDoc(Doc):
    """What one framework or law asks of whoever receives concerns."""

    concerns_of: RulesName
    title: Line
    as_of: Day
    zone: Line
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1, max_length=20)]
    recipients: ConcernClauseDoc | None = None
    recusal: Annotated[tuple[RecusalDoc, ...], Field(max_length=30)] = ()
    roll_up: ConcernClauseDoc | None = None
    prompt_notice: ConcernClauseDoc | None = None
    reporter_update: ConcernClauseDoc | None = None
    excludes_concerned: Flag = False
    note: Says | None = None
