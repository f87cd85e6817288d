# SPDX-License-Identifier: Apache-2.0
"""The shape of a duties file (see docs/guide/duties.md) and of another cadence that was filed or agreed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag

from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Says, SourceDoc
from ruleout.documents.time_limits import LimitField
from ruleout.model.duty import Sourcing

ClockId = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,3}$")]
ZoneName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]+(?:/[A-Za-z_]+){0,2}$", max_length=60)]
Names = Annotated[tuple[Id, ...], Field(min_length=1, max_length=30)]


class RangeDoc(Doc):
    """A cadence with a shortest and a longest time."""

    from_: LimitField
    to: LimitField


def cadence_shape(value: Any) -> str:
    """Return the tag of a cadence: one time, or a shortest and a longest one. Pure."""
    return "<range>" if isinstance(value, dict) else "<time>"


CadenceField = Annotated[
    Annotated[LimitField, Tag("<time>")] | Annotated[RangeDoc, Tag("<range>")], Discriminator(cadence_shape)
]


class SlipDoc(Doc):
    """A later deadline: `to` from the same event, if the event `with` happened by the first one."""

    to: LimitField
    with_: Id


class DutyOfLawDoc(Doc):
    """One duty: one of `within`, `before`, `every`, `at-least` after one of `after`, or after the later of `later-of`."""

    clock: ClockId | None = None
    says: Says
    section: Line
    source: Id
    grade: Sourcing
    owed_by: Line | None = None
    to: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    after: Names | None = None
    later_of: Names | None = None
    within: LimitField | None = None
    before: LimitField | None = None
    every: CadenceField | None = None
    at_least: LimitField | None = None
    first_within: LimitField | None = None
    until: Names | None = None
    slips: SlipDoc | None = None
    schedule: Literal["filed", "agreed"] | None = None
    voluntary: Flag = False
    starts_with_law: Flag = False
    if_: Says | None = None
    from_: Day | None = None
    to_day: Day | None = None
    met_by: Literal["framework-publication"] | None = None
    note: Says | None = None


class KeyDateDoc(Doc):
    """A day on which something of the regime changes."""

    day: Day
    says: Says
    grade: Sourcing
    source: Id


class DutiesDoc(Doc):
    """A duties file: the clocks of one regime. `events` says what each event means; `holidays` are no business days."""

    duties_of: Id
    title: Line
    law: Line
    as_of: Day
    zone: ZoneName
    from_: Day
    from_grade: Sourcing
    from_source: Id
    to_day: Day | None = None
    sources: Annotated[dict[Id, SourceDoc], Field(min_length=1, max_length=50)]
    holidays: Annotated[tuple[Day, ...], Field(max_length=1000)] = ()
    key_dates: Annotated[tuple[KeyDateDoc, ...], Field(max_length=50)] = ()
    authorities: Annotated[dict[Id, Line], Field(max_length=50)] = Field(default_factory=dict)
    events: Annotated[dict[Id, Says], Field(min_length=1, max_length=200)]
    duties: Annotated[dict[Id, DutyOfLawDoc], Field(min_length=1, max_length=200)]


class CadenceDoc(Doc):
    """Another cadence for one duty: filed with an authority, or agreed by it.

    `from` is the day from which it stands, `until` its last day, `agreed-by` the authority that agreed.
    """

    cadence_of: Id
    regime: Id
    every: LimitField
    from_: Day
    until: Day | None = None
    agreed_by: Line | None = None
    note: Says | None = None
