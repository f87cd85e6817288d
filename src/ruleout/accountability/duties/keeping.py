# SPDX-License-Identifier: Apache-2.0
"""Until when a thing must be kept by all regimes together: the latest of their times, or no end while one is unknown (A-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ruleout.model.duty import Term
from ruleout.model.occurrence import Occurrence, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A thing that must be kept.

    Attributes:
        about: its name; "" for what is about nothing in particular.
        until: first instant at which nothing forbids to end it; None while no end is known.
        because: (regime, duty) of every time that has not passed.
        held_by: entries of legal holds on it.
    """

    about: str
    until: datetime | None
    because: tuple[tuple[str, str], ...]
    held_by: tuple[str, ...]


def kept_things(calendar: Iterable[Occurrence]) -> tuple[Kept, ...]:
    """Return what must be kept at the calendar's instant, by name. Pure.

    Voluntary times, and what was ended already, are left out.

    Source: A-3.
    """
    groups: dict[str, list[Occurrence]] = {}
    for one in calendar:
        if one.duty.term is Term.AT_LEAST and one.status is Status.KEPT and not one.duty.is_voluntary:
            groups.setdefault(one.about, []).append(one)
    return tuple(_kept(about, found) for about, found in sorted(groups.items()))


def _kept(about: str, found: list[Occurrence]) -> Kept:
    held = tuple(dict.fromkeys(entry for one in found for entry in one.held_by))
    ends = [one.deadline.ends for one in found if one.deadline is not None]
    is_open = held or len(ends) < len(found)
    return Kept(
        about=about,
        until=None if is_open else max(ends),
        because=tuple((one.regime.id, one.duty.id) for one in found),
        held_by=held,
    )
