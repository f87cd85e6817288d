# SPDX-License-Identifier: Apache-2.0
"""Field types that every document shares: ids, dates, periods, formulas, clauses.

These are pydantic models of what stands in a file, nothing more: names are not resolved here. Unknown fields are
refused: a typing error in a safety rule must not be ignored (ADR 0003).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from ruleout.model.clause import Period
from ruleout.model.outcome import Force

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
_PERIOD = re.compile(r"^([0-9]{1,4}) (day|week|month|year)s?$")
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_INSTANT = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$")


def kebab(name: str) -> str:
    """Return the YAML spelling of a Python field name: `when_unknown` -> `when-unknown`."""
    return name.rstrip("_").replace("_", "-")


class Doc(BaseModel):
    """Base of every document part: frozen, strict, kebab-case keys, unknown keys refused."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", alias_generator=kebab, populate_by_name=False, arbitrary_types_allowed=True
    )


def parse_date(value: Any) -> Any:
    """Return a `date` for `2025-05-14`; anything else is left for pydantic to refuse."""
    if isinstance(value, str) and _DATE.match(value):
        return date.fromisoformat(value)
    return value


def parse_instant(value: Any) -> Any:
    """Return an aware UTC `datetime` for a date (its midnight, UTC) or an RFC 3339 instant with an offset."""
    if isinstance(value, str) and _DATE.match(value):
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    if isinstance(value, str) and _INSTANT.match(value):
        return datetime.fromisoformat(value).astimezone(UTC)
    return value


def parse_period(value: Any) -> Any:
    """Return a `Period` for `6 months`, `1 year`, `30 days`, `2 weeks`."""
    match = _PERIOD.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a period such as '6 months', '1 year', '30 days' or '2 weeks'")
    count, unit = int(match[1]), match[2]
    if count > {"day": 9999, "week": 1000, "month": 1200, "year": 100}[unit]:
        raise ValueError("a period of at most 100 years")
    if unit == "week":
        return Period(days=7 * count)
    return Period(**{f"{unit}s": count})


def parse_number(value: Any) -> Any:
    """Return a `Decimal` for a YAML integer or decimal; booleans and texts are left for pydantic to refuse."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=80)]
Says = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,30}$")]
Url = Annotated[str, StringConstraints(pattern=r"^https://[!-~]+$", max_length=500)]
Day = Annotated[date, BeforeValidator(parse_date, json_schema_input_type=str)]
Instant = Annotated[datetime, BeforeValidator(parse_instant, json_schema_input_type=str)]
PeriodField = Annotated[Period, BeforeValidator(parse_period, json_schema_input_type=str)]
Number = Annotated[Decimal, BeforeValidator(parse_number, json_schema_input_type=float), Field(allow_inf_nan=False)]


class AllOfDoc(Doc):
    """Every part holds."""

    all_of: Annotated[tuple[FormulaDoc, ...], Field(min_length=1, max_length=64)]


class AnyOfDoc(Doc):
    """At least one part holds."""

    any_of: Annotated[tuple[FormulaDoc, ...], Field(min_length=1, max_length=64)]


class CountDoc(Doc):
    """How many of which."""

    count: Annotated[int, Field(ge=1, le=64)]
    of: Annotated[tuple[FormulaDoc, ...], Field(min_length=1, max_length=64)]


class AtLeastDoc(Doc):
    """At least `count` of the parts hold."""

    at_least: CountDoc


class NotDoc(Doc):
    """The part does not hold."""

    not_: FormulaDoc


class InterimDoc(Doc):
    """Interim measures approved as equivalent to the named safeguard standard."""

    interim: Id


class ApprovedDoc(Doc):
    """The named roles approved."""

    approved: FormulaDoc


class NotifiedDoc(Doc):
    """The named roles were notified before."""

    notified_before: FormulaDoc


FormulaDoc = Id | AllOfDoc | AnyOfDoc | AtLeastDoc | NotDoc | InterimDoc | ApprovedDoc | NotifiedDoc


class ClauseDoc(Doc):
    """What every clause carries: the rule in our own words, its section, its anchor, its force."""

    says: Says
    section: Line
    anchor: Sha256 | None = None
    force: Force | None = None
    note: Says | None = None


class SourceDoc(Doc):
    """Where a fact was published."""

    title: Line
    section: Line | None = None
    url: Url | None = None
    date: Line | None = None


for _model in (AllOfDoc, AnyOfDoc, CountDoc, AtLeastDoc, NotDoc, ApprovedDoc, NotifiedDoc):
    _model.model_rebuild()
