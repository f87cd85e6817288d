# SPDX-License-Identifier: Apache-2.0
"""What `ruleout due` shows: the page and the JSON value of a calendar. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ruleout.accountability.duties import HOLD_EVENTS, Kept, kept_things
from ruleout.app.accountability.due import DueCalendar
from ruleout.app.accountability.duty_acts import TakenBack
from ruleout.documents.counts import count_of
from ruleout.model.duty import Regime
from ruleout.model.occurrence import Occurrence, Status
from ruleout.model.plain import instant_text
from ruleout.reports.accountability.due_text import (
    expected_lines,
    expected_value,
    occurrence_lines,
    occurrence_value,
    span_words,
)
from ruleout.reports.page import Line, bullets, labelled

#: What is shown at once; the rest is counted, and shown on demand.
_ALWAYS = (Status.MISSED, Status.BROKEN, Status.LATE)


def is_soon(one: Occurrence, found: DueCalendar) -> bool:
    """Whether an occurrence belongs on the page at once: missed, late, told late, or open and due within the window."""
    open_and_near = one.status is Status.DUE and one.deadline is not None and one.deadline.ends <= found.horizon
    return one.status in _ALWAYS or one.is_told_late or open_and_near


def due_page(found: DueCalendar, *, every: bool, width: int) -> list[Line]:
    """Return the page of what is due: at once what is missed, late or soon due; `every` occurrence on demand."""
    shown = [one for one in found.occurrences if every or is_soon(one, found)]
    lines = occurrence_lines(shown, at=found.at, width=width)
    if every:
        lines += bullets("keep", (_kept(one) for one in kept_things(found.occurrences)), width=width)
    lines += bullets("unread", (f"{entry}: {why}" for entry, why in found.unread), width=width, tone="bad")
    lines += bullets("taken back", (_taken(one) for one in found.taken_back), width=width, tone="warn")
    changes = (f"{day.day} {regime}: {day.says}" for regime, day in found.key_dates)
    lines += bullets("changes", changes, width=width)
    return lines + labelled(
        "summary", _summary(found, len(shown)), width=width, tone="good" if found.is_fine else "bad"
    )


def absent_page(found: DueCalendar, *, width: int) -> list[Line]:
    """Return the page of entries that should be in the record and are not, and of what only the developer knows."""
    lines = expected_lines("absent", found.absent, width=width, tone="bad")
    lines += expected_lines("asked", found.asked, width=width, tone="warn")
    lines += bullets("unread", (f"{entry}: {why}" for entry, why in found.unread), width=width, tone="bad")
    told = f"{len(found.absent)} absent, {len(found.asked)} that only you know"
    return lines + labelled("summary", told, width=width, tone="good" if found.is_fine else "bad")


def due_value(found: DueCalendar) -> dict[str, object]:
    """Return the whole calendar as a JSON value."""
    return {
        "at": found.at,
        "until": found.horizon,
        "fine": found.is_fine,
        "regimes": [{"id": r.id, "title": r.title, "law": r.law, "zone": r.calendar.name} for r in found.regimes],
        "occurrences": [{**occurrence_value(o, at=found.at), "soon": is_soon(o, found)} for o in found.occurrences],
        "absent": [expected_value(one) for one in found.absent],
        "asked": [expected_value(one) for one in found.asked],
        "keep": [
            {
                "about": k.about,
                "until": k.until,
                "because": [f"{r}/{d}" for r, d in k.because],
                "held_by": list(k.held_by),
            }
            for k in kept_things(found.occurrences)
        ],
        "key_dates": [
            {"regime": regime, "day": d.day, "says": d.says, "source": d.source, "grade": d.grade.value}
            for regime, d in found.key_dates
        ],
        "taken_back": [_taken_value(one) for one in found.taken_back],
        "unread": [{"entry": entry, "why": why} for entry, why in found.unread],
    }


def names_page(regimes: Iterable[Regime], *, width: int) -> list[Line]:
    """Return the page of every event and duty that acts may name."""
    lines: list[Line] = []
    for regime in regimes:
        lines.append(Line(f"{regime.id}: {regime.title}", "title"))
        lines += bullets("  events", (f"{name}: {says}" for name, says in regime.events), width=width)
        lines += bullets("  duties", (_duty_line(regime, i) for i in range(len(regime.duties))), width=width)
    lines.append(Line("every regime", "title"))
    return lines + bullets("  events", (f"{name}: {says}" for name, says in HOLD_EVENTS), width=width)


def names_value(regimes: Iterable[Regime]) -> dict[str, object]:
    """Return every event and duty that acts may name as a JSON value."""
    return {
        "regimes": [
            {
                "id": r.id,
                "title": r.title,
                "law": r.law,
                "from": r.from_day,
                "zone": r.calendar.name,
                "events": [{"name": name, "says": says} for name, says in r.events],
                "duties": [
                    {"id": d.id, "clock": d.clock, "section": d.section, "from": d.from_day, "after": list(d.after)}
                    for d in r.duties
                ],
            }
            for r in regimes
        ],
        "events": [{"name": name, "says": says} for name, says in HOLD_EVENTS],
    }


def settled_page(occurrences: Iterable[Occurrence], entry: str, *, width: int) -> list[Line]:
    """Return what a delivery settles, which may be nothing yet."""
    told = [
        f"{one.regime.id}/{one.duty.id} {one.about}".rstrip() + f": {one.status.value}"
        for one in occurrences
        if one.done_entry == entry
    ]
    return bullets("settles", told or ["nothing that is due yet; check --about"], width=width)


def _duty_line(regime: Regime, index: int) -> str:
    duty = regime.duties[index]
    clock = f" [{duty.clock}]" if duty.clock else ""
    return f"{duty.id}{clock}, {duty.section}, from {duty.from_day}: after {', '.join(duty.after)}"


def _kept(one: Kept) -> str:
    end = "no end is known" if one.until is None else f"until {instant_text(one.until)}"
    held = f"; held by {', '.join(one.held_by)}" if one.held_by else ""
    return f"{one.about or 'what has no name'}: {end}, by {', '.join(f'{r}/{d}' for r, d in one.because)}{held}"


def _taken(one: TakenBack) -> str:
    about = f" ({one.about})" if one.about else ""
    return f"{one.event}{about} of {instant_text(one.happened)}, on {instant_text(one.at)}: {one.reason}"


def _taken_value(one: TakenBack) -> dict[str, object]:
    return {
        "entry": one.entry,
        "at": one.at,
        "event": one.event,
        "about": one.about,
        "happened": one.happened,
        "reason": one.reason,
    }


def _summary(found: DueCalendar, shown: int) -> str:
    counts = {s: sum(one.status is s for one in found.occurrences) for s in Status}
    missed = counts[Status.MISSED] + counts[Status.BROKEN]
    soon = sum(is_soon(one, found) and one.status is Status.DUE for one in found.occurrences)
    rest = len(found.occurrences) - shown
    within = span_words(found.horizon - found.at)
    more = f"; {rest} more with --all" if rest else ""
    more += f"; {count_of(len(found.asked), 'question')} that only you can answer: --absent" if found.asked else ""
    return f"{missed} missed, {counts[Status.LATE]} done late, {soon} due within {within}{more}"
