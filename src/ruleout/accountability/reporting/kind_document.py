# SPDX-License-Identifier: Apache-2.0
"""The shape of a kind of document, `publications/KIND.yaml` (see docs/guide/reports.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ruleout.accountability.incidents.regime_document import ProvisionDoc
from ruleout.documents.fields import Day, Doc, Flag, Id, Line, PeriodField, Says, SourceDoc, Whole

#: Where the words of a field come from that its authors write.
WRITTEN = "written"
#: For whom a copy of the record can be made (`ledger.audience`); a kind without `public` is confidential.
AudienceName = Literal["public", "staff", "reviewer", "regulator"]
Ids = Annotated[tuple[Id, ...], Field(max_length=50)]


class RuleDoc(ProvisionDoc):
    """A rule in our own words, and where it stands."""

    says: Says


class QuestionDoc(ProvisionDoc):
    """What the authors must answer yes or no, because fields depend on it.

    Where `shown_by`, a source of the record, holds any fact, the answer is yes: nobody may say otherwise. Of its facts those
    alone count whose columns say what `shown_only` says.
    """

    asks: Says
    shown_by: Id | None = None
    shown_only: Annotated[dict[Id, Line], Field(max_length=10)] = {}


class CoverageDoc(ProvisionDoc):
    """How old what a document covers may be on the day it is published."""

    at_most_days: Annotated[Whole, Field(ge=0, le=3660)]


class CadenceDoc(ProvisionDoc):
    """How long after the last document of the kind the next one is due."""

    from_: PeriodField | None = None
    to: PeriodField


class DueDoc(Doc):
    """The duty that a document of the kind does: the calendar says by when it is due."""

    regime: Id
    duty: Id


class PictureDoc(Doc):
    """A picture of a table: a bar from `low` to `high` in each row, a mark at `value`, lines at the columns of `lines`."""

    label: Id
    low: Id
    value: Id
    high: Id
    lines: Ids = ()


class FieldDoc(ProvisionDoc):
    """What a section must or may say: written by its authors, or told by a source of the record.

    Attributes:
        when: a question; the field is owed if it is answered yes, and left out if it is answered no.
        unless: a question; the field is owed if it is answered no, and left out if it is answered yes.
        kinds: kinds of entries of which every sentence must rest on at least one.
        approved_by: roles whose approval the source's facts must show, in their column `role`.
        must_stand: whether every entry behind its facts must still count on the day of publication.
        only: of the source's facts those alone whose columns say this.
        told: the column whose text is told as a paragraph for each fact, in place of a table.
        every_model: whether each model that the document covers needs a fact of its own.
    """

    title: Line
    asks: Says
    from_: Id
    required: Literal["always", "optional"] = "always"
    when: Id | None = None
    unless: Id | None = None
    kinds: Ids = ()
    approved_by: Ids = ()
    must_stand: Flag = False
    only: Annotated[dict[Id, Line], Field(max_length=10)] = {}
    told: Id | None = None
    every_model: Flag = False
    picture: PictureDoc | None = None


class SectionDoc(Doc):
    """A section: fields once, or once for each item that the authors name.

    Attributes:
        each: what an item is, such as "threat model".
        covers: a source of the record of which every fact must belong to an item.
    """

    title: Line
    each: Line | None = None
    covers: Id | None = None
    fields_: Annotated[dict[Id, FieldDoc], Field(min_length=1, max_length=100)]


class KindDoc(Doc):
    """A kind of document: for whom, by which text, and what it says.

    Attributes:
        scope: a source of the record whose facts name the models that must be covered.
        about_models: whether a document must name at least one model.
        due: the duty that it does, which the calendar dates.
    """

    publication: Id
    title: Line
    law: Line
    regime: Id
    as_of: Day
    note: Says | None = None
    audiences: Annotated[dict[AudienceName, Says], Field(min_length=1, max_length=4)]
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1, max_length=50)]
    coverage: CoverageDoc | None = None
    cadence: CadenceDoc | None = None
    scope: Id | None = None
    about_models: Flag = True
    due: DueDoc | None = None
    triggers: Annotated[dict[Id, RuleDoc], Field(max_length=50)] = {}
    questions: Annotated[dict[Id, QuestionDoc], Field(max_length=50)] = {}
    sections: Annotated[dict[Id, SectionDoc], Field(min_length=1, max_length=50)]
