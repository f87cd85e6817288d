# SPDX-License-Identifier: Apache-2.0
"""Dates that somebody wrote into a goal's words, and whether any field of the goal has them (A-2).

A published roadmap once said 15 September in its text where the goal was due on the 30th. Prose made from data cannot say so;
words written by hand can. So a date in words must be a date of the goal, or the goal is not printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
#: Capitals only: "may 3" is no date.
_MONTH = "|".join((*(f"{name}|{name[:3]}\\.?" for name in _MONTHS), "Sept\\.?"))
_ISO = re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})\b")
_DAY_FIRST = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<name>{_MONTH})\b(?:,?\s+(?P<year>\d{{4}}))?")
_MONTH_FIRST = re.compile(
    rf"\b(?P<name>{_MONTH})\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,?\s+(?P<year>\d{{4}}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """A date found in a text: the words, and what they mean; `year` is 0 where none is written."""

    words: str
    year: int
    month: int
    day: int

    def is_one_of(self, days: Iterable[date]) -> bool:
        """Whether any of the days is meant; without a year, any year's."""
        return any((d.month, d.day) == (self.month, self.day) and self.year in (0, d.year) for d in days)


def written_dates(text: str) -> tuple[WrittenDate, ...]:
    """Return the dates that a text names by day and month, in the order in which they stand. Pure.

    Read are `2026-09-30`, `30 September 2026`, `September 30, 2026`, each also without its year and with a shortened
    month. A month alone, a quarter or "early 2027" names no day.
    """
    found = sorted(
        (one for pattern in (_ISO, _DAY_FIRST, _MONTH_FIRST) for one in _matches(pattern, text)),
        key=lambda one: one[0],
    )
    return tuple(written for _, written in found)


def stray_dates(texts: Iterable[str], days: Iterable[date]) -> tuple[str, ...]:
    """Return the words of every date that is none of the days. Pure."""
    known = tuple(days)
    return tuple(one.words for text in texts for one in written_dates(text) if not one.is_one_of(known))


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, WrittenDate]]:
    for match in pattern.finditer(text):
        parts = match.groupdict()
        month = int(parts["month"]) if parts.get("month") else _month(parts["name"])
        year = int(parts["year"]) if parts.get("year") else 0
        yield match.start(), WrittenDate(words=match[0], year=year, month=month, day=int(parts["day"]))


def _month(name: str) -> int:
    short = name[:3]
    return next(number for number, full in enumerate(_MONTHS, start=1) if full.startswith(short))
