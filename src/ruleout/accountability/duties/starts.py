# SPDX-License-Identifier: Apache-2.0
"""What a duty runs from: the happenings and deliveries that start it, thing by thing (A-3).

Rules
- For one thing (`about`) the earliest start counts, whichever of the named events it is: from awareness or from
  determination, whichever comes first. What is about nothing in particular starts anew each time.
- What must be kept runs from the latest; the later of several is not known until each has happened.
- What happened before a duty existed starts nothing, unless the duty says so. Cadences begin with the law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ruleout.clocks import day_begins
from ruleout.model.clock import Calendar
from ruleout.model.duty import Acts, Delivery, Happening, LegalDuty, Regime, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One thing that starts a duty: `taken_back` as of a happening; `is_delivery` where another duty was done."""

    event: str
    at: datetime
    about: str
    entry: str
    taken_back: datetime | None = None
    is_delivery: bool = False

    def stands_for(self, ends: datetime) -> bool:
        """Whether a deadline that ends then still stands: what had passed when the start was taken back does. Pure."""
        return self.taken_back is None or ends <= self.taken_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From when a duty is owed, and the first instant at which it no longer is; None for no end."""

    begins: datetime
    ends: datetime | None

    def holds(self, instant: datetime) -> bool:
        """Whether the duty exists at an instant. Pure."""
        return self.begins <= instant and (self.ends is None or instant < self.ends)


def span_of(duty: LegalDuty, calendar: Calendar) -> Span:
    """Return when a duty exists, by the calendar of its place. Pure."""
    ends = None if duty.to_day is None else day_begins(duty.to_day + timedelta(days=1), calendar)
    return Span(begins=day_begins(duty.from_day, calendar), ends=ends)


def starts_of(duty: LegalDuty, regime: Regime, acts: Acts) -> tuple[Start, ...]:
    """Return what starts a duty, by instant. Pure. Nothing is left out yet that came before the law."""
    found = [_of_happening(h) for h in acts.happenings if h.event in duty.after and not _is_outlived(h, acts)]
    found += [_of_delivery(d) for d in acts.deliveries if d.regime == regime.id and d.duty in duty.after]
    return tuple(sorted(found, key=lambda s: (s.at, s.entry)))


def _is_outlived(one: Happening, acts: Acts) -> bool:
    """Whether it was taken back and stated anew: it starts once then, as if it always had stood."""
    back = one.taken_back
    if back is None:
        return False
    same = (h for h in acts.happenings if (h.event, h.at, h.about) == (one.event, one.at, one.about))
    return any(h.taken_back is None or h.taken_back > back for h in same)


def things(starts: Iterable[Start], duty: LegalDuty) -> Iterator[tuple[str, tuple[Start, ...]]]:
    """Yield each thing that a duty is about, with its starts by instant. Pure.

    Starts about nothing in particular are things of their own, unless the duty is a cadence or waits for all of several.
    """
    groups: dict[tuple[str, str], list[Start]] = {}
    in_one = duty.term is Term.EVERY or duty.is_later_of
    for start in starts:
        groups.setdefault((start.about, "" if start.about or in_one else f"{start.at} {start.entry}"), []).append(start)
    for (about, _), group in groups.items():
        yield about, tuple(group)


def within_law(starts: tuple[Start, ...], duty: LegalDuty, span: Span) -> tuple[Start, ...]:
    """Return the starts that count: a delivery always; what came before the law on its first day, or not at all. Pure."""
    counted = []
    for start in starts:
        if start.is_delivery or span.holds(start.at):
            counted.append(start)
        elif start.at < span.begins and duty.starts_with_law:
            counted.append(_moved(start, span.begins))
    return tuple(counted)


def clamped(start: Start, span: Span) -> Start:
    """Return the start of a cadence: not before the law, unless another duty's delivery starts it. Pure."""
    return start if start.is_delivery or start.at >= span.begins else _moved(start, span.begins)


def _moved(start: Start, at: datetime) -> Start:
    return Start(event=start.event, at=at, about=start.about, entry=start.entry, taken_back=start.taken_back)


def _of_happening(h: Happening) -> Start:
    return Start(event=h.event, at=h.at, about=h.about, entry=h.entry, taken_back=h.taken_back)


def _of_delivery(d: Delivery) -> Start:
    return Start(event=d.duty, at=d.at, about=d.about, entry=d.entry, is_delivery=True)
