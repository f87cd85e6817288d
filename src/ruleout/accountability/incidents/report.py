# SPDX-License-Identifier: Apache-2.0
"""A report of an incident to one regime: made from the record, and read back from its bytes (A-4, A-10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ruleout.accountability.incidents.report_fields import ReportField
from ruleout.errors import VerificationFailed
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.incident import UNKNOWN
from ruleout.model.plain import instant_text

_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is told to a regime's authorities at one stage.

    Attributes:
        rests_on: id of the entry that last stated the incident's facts.
        given: aware instant at which it was handed over, as whoever records it says.
        fields: in the order in which the regime asks for them; none is missing.
    """

    incident: str
    regime: str
    stage: str
    to: tuple[str, ...]
    rests_on: str
    given: datetime
    fields: tuple[ReportField, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names of the fields that are stated to be unknown."""
        return tuple(one.name for one in self.fields if one.value == UNKNOWN)


def report_value(report: Report) -> dict[str, object]:
    """Return the report as a JSON value. Pure."""
    return {
        "report-of": report.incident,
        "regime": report.regime,
        "stage": report.stage,
        "to": list(report.to),
        "rests-on": report.rests_on,
        "given": instant_text(report.given),
        "fields": [
            {"name": one.name, "asks": one.asks, "section": one.section, "value": one.value}
            for one in report.fields
            if one.value
        ],
    }


def report_bytes(report: Report) -> bytes:
    """Return the report as canonical JSON, which is YAML too: what its act holds. Pure."""
    return canonical(report_value(report))


def given_at(statement: bytes) -> datetime:
    """Return when a recorded report was given. Pure. Raises VerificationFailed if its statement is no report."""
    value = parse_canonical(statement, max_bytes=_MOST_BYTES)
    given = value.get("given") if isinstance(value, dict) else None
    try:
        when = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise VerificationFailed("entry", f"expected a report with the instant it was given, got {str(given)[:60]!r}")
    return when
