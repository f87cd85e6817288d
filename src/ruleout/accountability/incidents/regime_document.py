# SPDX-License-Identifier: Apache-2.0
"""The shape of a regime's terms for incidents, `jurisdictions/NAME/incidents.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Says, SourceDoc, Whole
from ruleout.documents.formula_document import FormulaDoc
from ruleout.documents.time_limits import LimitField
from ruleout.model.incident import INSTANTS

ClockId = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,3}$")]
Grade = Literal["primary", "secondary", "recalled", "inferred"]
InstantName = Literal[INSTANTS]  # type: ignore[valid-type]  # the words of one list, not written twice
Instants = Annotated[tuple[InstantName, ...], Field(max_length=20)]
Stage = Literal["initial", "urgent", "intermediate", "final", "amended"]


class ProvisionDoc(Doc):
    """Where a rule stands: `source` names one of the file's sources."""

    section: Line
    source: Id
    grade: Grade
    note: Says | None = None


class ClassDoc(ProvisionDoc):
    """A class of incidents: `when` names facts, or classes that stand above it in the file."""

    says: Says
    when: FormulaDoc


class ReportDoc(ProvisionDoc):
    """A report owed by a class: within a time from one of `starts`, or every so often from it until `until`."""

    says: Says
    stage: Stage
    about: Id
    to: Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]
    starts: Annotated[Instants, Field(min_length=1)]
    on_suspicion: Instants = ()
    within: LimitField | None = None
    every: LimitField | None = None
    until: InstantName | None = None
    clock: ClockId


class FieldDoc(Doc):
    """A field of a report: what the text asks for. Not required: it is stated where the record has it."""

    asks: Says
    section: Line
    required: Flag = True


class KeepDoc(ProvisionDoc):
    """How many years documentation is kept, from the later of the last document and the incident."""

    says: Says
    years: Annotated[Whole, Field(ge=1, le=100)]
    clock: ClockId


class RegimeDoc(Doc):
    """One regime's terms for incidents. Facts that several regimes ask for carry the same id and the same words."""

    incidents_of: Id
    title: Line
    law: Line
    as_of: Day
    zone: Line
    from_: Day
    from_grade: Grade
    from_source: Id
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1, max_length=50)]
    authorities: Annotated[dict[Id, Line], Field(min_length=1, max_length=50)]
    facts: Annotated[dict[Id, Says], Field(min_length=1, max_length=100)]
    classes: Annotated[dict[Id, ClassDoc], Field(min_length=1, max_length=100)]
    reports: Annotated[dict[Id, ReportDoc], Field(min_length=1, max_length=100)]
    fields: Annotated[dict[Stage, dict[Id, FieldDoc]], Field(min_length=1, max_length=5)]
    merges: ProvisionDoc | None = None
    keep: KeepDoc | None = None
    note: Says | None = None
