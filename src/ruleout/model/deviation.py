# SPDX-License-Identifier: Apache-2.0
"""A deviation: practice that departs from a clause of the framework or from the last report (A-6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a remediation plan: what, who by role, the last day for it, and the day it was done, if it was."""

    says: str
    owner: str
    due: date
    done: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """What a file states of one deviation.

    Attributes:
        id: name of the deviation; it names no person.
        framework, clause: the version, as `ID@VERSION`, and the clause departed from; "" where it is a report.
        report: id of the entry of the report departed from; "" where it is a clause.
        discovered: aware UTC instant.
        since: aware UTC instant from which practice departed; None if not known.
        scope: what it reached: models, deployments, how much.
        correction: what was done; "" if nothing is stated yet.
        corrected: aware UTC instant at which practice was right again; None while it is not.
        disclosed_in: reports or publications that state it.
        incident: id of the incident behind it, "" for none.
    """

    id: str
    says: str
    framework: str
    clause: str
    report: str
    discovered: datetime
    since: datetime | None
    scope: str
    correction: str
    corrected: datetime | None
    steps: tuple[Step, ...]
    disclosed_in: tuple[str, ...]
    incident: str
