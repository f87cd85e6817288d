# SPDX-License-Identifier: Apache-2.0
"""Field types that every document shares: ids, dates, periods, numbers, sources.

These are pydantic models of what stands in a file, nothing more: names are not resolved here. Unknown fields are
refused: a typing error in a safety rule must not be ignored (ADR 0003). Words of a closed vocabulary are read from
text; integers, numbers and flags are never read from text, nor text from numbers.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from ruleout.model.clause import Period
from ruleout.model.outcome import Force

ID_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
SHA256_PATTERN = r"^[0-9a-f]{64}$"
VERSION_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z.-]{0,30}$"
URL_PATTERN = r"^https://[!-~]+$"
_DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_INSTANT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2}))?$"
_PERIOD_PATTERN = r"^([0-9]{1,4}) (day|week|month|year)s?$"
_EARLIEST, _LATEST = 1900, 2999


def kebab(name: str) -> str:
    """Return the YAML spelling of a Python field name: `when_unknown` -> `when-unknown`, `if_` -> `if`. Pure."""
    return name.rstrip("_").replace("_", "-")


class Doc(BaseModel):
    """Base of every document part: frozen, kebab-case keys, unknown keys refused.

    Validators are built when a file is first read: building them at import would cost every command a fifth of a second.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=kebab,
        populate_by_name=False,
        arbitrary_types_allowed=True,
        defer_build=True,
    )


def parse_date(value: Any) -> date:
    """Return the day of `2025-05-14`. Pure.

    Raises:
        PydanticCustomError: anything else, a day outside 1900 to 2999, or one that the calendar lacks.
    """
    if isinstance(value, str) and re.fullmatch(_DATE_PATTERN, value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = date.min
        if _EARLIEST <= day.year <= _LATEST:
            return day
    raise PydanticCustomError("calendar_date", "a date such as 2025-05-14")


def parse_instant(value: Any) -> datetime:
    """Return an aware UTC instant for a date (its midnight, UTC) or an RFC 3339 instant with an offset. Pure.

    Raises:
        PydanticCustomError: anything else, or an instant outside 1900 to 2999.
    """
    if isinstance(value, str) and re.fullmatch(_INSTANT_PATTERN, value):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = datetime.min.replace(tzinfo=UTC)
        if _EARLIEST <= instant.year <= _LATEST:
            in_utc = instant if instant.tzinfo is not None else datetime.combine(instant.date(), time(), UTC)
            return in_utc.astimezone(UTC)
    raise PydanticCustomError("instant", "a date such as 2025-05-14 or an instant such as 2025-05-14T09:30:00Z")


def parse_period(value: Any) -> Period:
    """Return the period of `6 months`, `1 year`, `30 days`, `2 weeks`. Pure.

    Raises:
        PydanticCustomError: anything else, a period of nothing, or one of more than 100 years.
    """
    match = re.fullmatch(_PERIOD_PATTERN, value) if isinstance(value, str) else None
    if match is None:
        raise PydanticCustomError("period", "a period such as '6 months', '1 year', '30 days' or '2 weeks'")
    count, unit = int(match[1]), match[2]
    if not 1 <= count <= {"day": 9999, "week": 1000, "month": 1200, "year": 100}[unit]:
        raise PydanticCustomError("period", "a period of at least a day and at most 100 years")
    if unit == "week":
        return Period(days=7 * count)
    return Period(**{f"{unit}s": count})


def parse_number(value: Any) -> Decimal:
    """Return a `Decimal` for a YAML integer or decimal. Pure; never from a text, a flag or a float.

    Raises:
        PydanticCustomError: anything else.
    """
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("number", "a number")


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=64)]
Says = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Sha256 = Annotated[str, StringConstraints(pattern=SHA256_PATTERN)]
Version = Annotated[str, StringConstraints(pattern=VERSION_PATTERN)]
Url = Annotated[str, StringConstraints(pattern=URL_PATTERN, max_length=500)]
Day = Annotated[date, BeforeValidator(parse_date, json_schema_input_type=Annotated[str, Field(pattern=_DATE_PATTERN)])]
Instant = Annotated[
    datetime, BeforeValidator(parse_instant, json_schema_input_type=Annotated[str, Field(pattern=_INSTANT_PATTERN)])
]
PeriodField = Annotated[
    Period, BeforeValidator(parse_period, json_schema_input_type=Annotated[str, Field(pattern=_PERIOD_PATTERN)])
]
Number = Annotated[Decimal, BeforeValidator(parse_number, json_schema_input_type=float)]
Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]


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
