# SPDX-License-Identifier: Apache-2.0
"""The shape of a deviation's file (see docs/guide/incidents.md)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ruleout.accountability.incidents.document import InstantOrUnknown
from ruleout.documents.fields import Day, Doc, Id, Instant, Line, Says

FrameworkName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*@[0-9A-Za-z][0-9A-Za-z.-]{0,30}$")]
EntryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][A-Za-z0-9._:/@-]{0,199}$")]
ClauseName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9-]+)?$", max_length=130)]


class DepartsFromDoc(Doc):
    """What practice departs from: a clause of a framework, or a report in the record. One of the two."""

    framework: FrameworkName | None = None
    clause: ClauseName | None = None
    report: EntryName | None = None


class StepDoc(Doc):
    """A step of the remediation plan. `owner` is a role or a team."""

    says: Says
    owner: Line
    due: Day
    done: Day | None = None


class DeviationDoc(Doc):
    """One deviation. `since` and `correction` may be unknown or open; the clause and the discovery may not."""

    deviation: Id
    says: Says
    departs_from: DepartsFromDoc
    discovered: Instant
    since: InstantOrUnknown
    scope: Says
    correction: Says | None = None
    corrected: Instant | None = None
    remediation: Annotated[tuple[StepDoc, ...], Field(max_length=100)] = ()
    disclosed_in: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    incident: Id | None = None
    note: Says | None = None
