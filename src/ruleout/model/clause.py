# SPDX-License-Identifier: Apache-2.0
"""What every clause of a framework carries, and small shared values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ruleout.model.outcome import Force


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A rule of a document, told in our own words and findable in the original.

    Attributes:
        id: unique within its framework.
        says: the rule in our own words.
        section: where it stands in the source, as the source numbers it.
        anchor: SHA-256 (64 lower-case hex) of the source's own normalised sentence; None where none is given.
        force: what stands behind it.
        note: what is uncertain, or why the encoding reads the text so; empty if nothing is.
    """

    id: str
    says: str
    section: str
    anchor: str | None
    force: Force
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A length of time in calendar units; added month by month, the day clipped to the month's last day."""

    years: int = 0
    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """Return `day` plus this period. Pure."""
        index = day.year * 12 + day.month - 1 + self.years * 12 + self.months
        year, month = divmod(index, 12)
        first = date(year, month + 1, 1)
        following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
        last = (following - timedelta(days=1)).day
        return first.replace(day=min(day.day, last)) + timedelta(days=self.days)

    def __str__(self) -> str:
        parts = ((self.years, "year"), (self.months, "month"), (self.days, "day"))
        shown = [f"{n} {unit}{'s' if n != 1 else ''}" for n, unit in parts if n]
        return " ".join(shown) or "0 days"
