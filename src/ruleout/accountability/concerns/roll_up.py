# SPDX-License-Identifier: Apache-2.0
"""The quarter's count of all concerns, substantiated or not: numbers, and no word of any of them (A-13)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ruleout.accountability.concerns.fold import ConcernState
from ruleout.model.concern import ConcernStatus
from ruleout.model.verdict import Verdict

_QUARTER = re.compile(r"([12][0-9]{3})-Q([1-4])")
_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RollUp:
    """Counts of one quarter of UTC, as they stood at its end or at an earlier instant.

    Attributes:
        before: open when it began.
        received, anonymous, named: received in it; the last two add up to the first.
        closed: closed in it, by how they were closed; every closing status is listed, with 0 where there is none.
        material: of those closed in it as substantiated, how many are material; and how many nobody has judged.
        still_open: open at its end.
    """

    quarter: str
    before: int
    received: int
    anonymous: int
    named: int
    closed: tuple[tuple[ConcernStatus, int], ...]
    material: int
    material_unknown: int
    still_open: int
    is_whole: bool


def quarter_of(instant: datetime) -> str:
    """Return the quarter of UTC an instant falls in, such as "2026-Q4". Pure."""
    day = instant.astimezone(UTC)
    return f"{day.year:04d}-Q{(day.month - 1) // _MONTHS + 1}"


def bounds_of(quarter: str) -> tuple[datetime, datetime] | None:
    """Return a quarter's first instant and the first one after it; None for another text. Pure."""
    match = _QUARTER.fullmatch(quarter)
    if match is None:
        return None
    first = datetime(int(match[1]), _MONTHS * (int(match[2]) - 1) + 1, 1, tzinfo=UTC)
    later = first + timedelta(days=_MONTHS * 31)
    return first, later.replace(day=1)


def roll_up(concerns: Iterable[ConcernState], quarter: tuple[datetime, datetime], *, at: datetime) -> RollUp:
    """Return a quarter's counts. Pure. Source: A-13.

    Args:
        concerns: all of the record.
        quarter: its first instant, and the first one after it.
        at: aware instant from which it is seen; before the quarter's end the counts are those so far.
    """
    start, end = quarter
    until = min(end - timedelta(microseconds=1), at)
    known = [state for one in concerns if (state := one.at(until)) is not None]
    received = [one for one in known if one.received >= start]
    closed = [one for one in known if one.closed is not None and one.closed >= start]
    substantiated = [one for one in closed if one.status is ConcernStatus.SUBSTANTIATED]
    statuses = (ConcernStatus.SUBSTANTIATED, ConcernStatus.UNSUBSTANTIATED, ConcernStatus.UNDETERMINED)
    return RollUp(
        quarter=quarter_of(start),
        before=sum(_was_open(one, start) for one in known),
        received=len(received),
        anonymous=sum(one.is_anonymous for one in received),
        named=sum(not one.is_anonymous for one in received),
        closed=tuple((status, sum(one.status is status for one in closed)) for status in statuses),
        material=sum(one.material is Verdict.YES for one in substantiated),
        material_unknown=sum(one.material is Verdict.UNKNOWN for one in substantiated),
        still_open=sum(one.closed is None for one in known),
        is_whole=at >= end,
    )


def _was_open(state: ConcernState, start: datetime) -> bool:
    before = state.at(start - timedelta(microseconds=1))
    return before is not None and before.closed is None
