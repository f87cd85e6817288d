# SPDX-License-Identifier: Apache-2.0
"""The page and the JSON value of what is due: one block each, worst first (A-3, L-9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from ruleout.documents.counts import count_of
from ruleout.model.clock import Deadline
from ruleout.model.duty import Regime, Term
from ruleout.model.occurrence import Expected, Occurrence, Status
from ruleout.model.plain import instant_text
from ruleout.reports.page import Line, bullets, labelled, title

#: Headings in the order of the page, with their tones.
_SECTIONS: tuple[tuple[Status, str, str], ...] = (
    (Status.MISSED, "missed", "bad"),
    (Status.BROKEN, "ended too soon", "bad"),
    (Status.LATE, "done late", "warn"),
    (Status.DUE, "due", "title"),
    (Status.AHEAD, "not open yet", "dim"),
    (Status.UNDATED, "to do, no time stated", "title"),
    (Status.KEPT, "to be kept", "title"),
    (Status.RELEASED, "time of keeping is over", "dim"),
    (Status.UNTAKEN, "voluntary, not taken", "dim"),
    (Status.DONE, "done in time", "good"),
)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_TICK = timedelta(microseconds=1)


def occurrence_lines(calendar: Sequence[Occurrence], *, at: datetime, width: int) -> list[Line]:
    """Return the blocks of a calendar, by how they stand, worst first; within that by deadline."""
    lines: list[Line] = []
    for status, heading, tone in _SECTIONS:
        found = [one for one in calendar if one.status is status]
        if found:
            lines += title(heading.upper(), str(len(found)), width=width, tone=tone)
            lines += [line for one in found for line in _block(one, at=at, width=width)]
            lines.append(Line(""))
    return lines


def expected_lines(label: str, expected: Iterable[Expected], *, width: int, tone: str) -> list[Line]:
    """Return one line for each entry that is absent, or may be."""
    return bullets(label, (_expected(one) for one in expected), width=width, tone=tone)


def occurrence_value(one: Occurrence, *, at: datetime) -> dict[str, object]:
    """Return an occurrence as a JSON value; seconds are whole, and negative once the deadline has passed."""
    duty, deadline = one.duty, one.deadline
    return {
        "status": one.status.value,
        "regime": one.regime.id,
        "duty": duty.id,
        "clock": duty.clock,
        "about": one.about,
        "says": duty.says,
        "section": duty.section,
        "source": duty.source,
        "grade": duty.grade.value,
        "owed_by": duty.owed_by,
        "to": list(duty.to),
        "condition": duty.condition,
        "note": duty.note,
        "voluntary": duty.is_voluntary,
        "term": duty.term.value,
        "limit": None if duty.limit is None else str(duty.limit),
        "event": one.event,
        "runs_from": one.runs_from,
        "entry": one.entry,
        "opens": one.opens,
        "ends": None if deadline is None else deadline.ends,
        "last_day": None if deadline is None else deadline.last_day,
        "zone": one.regime.calendar.name,
        "seconds_left": None if deadline is None else _seconds(deadline.ends - at),
        "done": one.done,
        "done_entry": one.done_entry,
        "late_by_seconds": _late_by(one),
        "told_late": one.is_told_late,
        "held_by": list(one.held_by),
    }


def expected_value(one: Expected) -> dict[str, object]:
    """Return an absent entry as a JSON value."""
    return {
        "kind": one.kind,
        "act": one.act,
        "name": one.name,
        "regime": one.regime,
        "about": one.about,
        "by": one.by,
        "because": one.because,
        "entry": one.entry,
        "certain": one.is_certain,
    }


def when(deadline: Deadline, regime: Regime) -> str:
    """Return a deadline as people of its place say it: its last day, or the instant with the place's offset."""
    if deadline.last_day is not None:
        return f"{deadline.last_day:%a} {deadline.last_day}, {deadline.zone}"
    local = deadline.ends.astimezone(regime.calendar.zone)
    return f"{local:%a} {local.replace(tzinfo=None).isoformat(' ', 'minutes')} {local:%z}, {deadline.zone}"


def span_words(span: timedelta) -> str:
    """Return a length of time in the largest whole unit that says something: days, hours, minutes, seconds."""
    size = abs(span)
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (timedelta(minutes=1), "minute")):
        if size >= (2 * unit if unit is _DAY else unit):
            return count_of(size // unit, name)
    return count_of(int(size.total_seconds()), "second")


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _late_by(one: Occurrence) -> int | None:
    if one.done is None or one.deadline is None or one.status is not Status.LATE:
        return None
    return _seconds(one.done - one.deadline.ends)


def _expected(one: Expected) -> str:
    about = f" ({one.about})" if one.about else ""
    place = f"{one.regime}/" if one.regime else ""
    by = f", missed at {instant_text(one.by)}" if one.by is not None else ""
    entry = f" [{one.entry}]" if one.entry else ""
    return f"{one.act} {place}{one.name}{about}{by}: {one.because}{entry}"


def _block(one: Occurrence, *, at: datetime, width: int) -> list[Line]:
    duty = one.duty
    name = f"{one.regime.id}/{duty.id}" + (f" {one.about}" if one.about else "")
    tone = "bad" if one.status.is_failure else "warn" if one.status is Status.LATE else ""
    lines = [Line(f"{name}{f' [{duty.clock}]' if duty.clock else ''}", tone)]
    lines += labelled("  when", _timing(one, at=at), width=width, tone=tone)
    lines += labelled("  what", duty.says, width=width)
    if duty.to or duty.owed_by:
        by = f" (owed by {duty.owed_by})" if duty.owed_by else ""
        lines += labelled("  to", f"{', '.join(duty.to) or 'nobody outside'}{by}", width=width)
    lines += labelled("  because", _because(one), width=width)
    lines += labelled("  only if", duty.condition, width=width) if duty.condition else []
    lines += labelled("  note", duty.note, width=width, tone="dim") if duty.note else []
    if one.is_told_late:
        told = f"{one.done_entry} was recorded only after the deadline"
        lines += labelled("  told late", told, width=width, tone="warn")
    held = f"a legal hold forbids to end it: {', '.join(one.held_by)}"
    return lines + (labelled("  held", held, width=width, tone="warn") if one.held_by else [])


def _because(one: Occurrence) -> str:
    grade = "" if one.duty.grade.value == "primary" else f" ({one.duty.grade.value})"
    clause = f"{one.duty.section}{grade}"
    if one.runs_from is None:
        return f"{clause}; runs from the later of several, and {one.event} is not recorded"
    local = one.runs_from.astimezone(one.regime.calendar.zone)
    since = f"{local.replace(tzinfo=None, microsecond=0).isoformat(' ', 'minutes')} {local:%z}"
    return f"{clause}; from {one.event} on {since} ({one.entry})"


def _timing(one: Occurrence, *, at: datetime) -> str:
    if one.deadline is None:
        return "no end is known" if one.duty.term is Term.AT_LEAST else "no time is stated"
    day = when(one.deadline, one.regime)
    left = one.deadline.ends - at
    match one.status:
        case Status.MISSED:
            return f"by {day}: missed {span_words(left)} ago"
        case Status.UNTAKEN:
            return f"by {day}"
        case Status.LATE if one.done is not None:
            return f"by {day}: done {span_words(one.done - one.deadline.ends)} late"
        case Status.BROKEN if one.done is not None:
            return f"through {day}: ended {span_words(one.deadline.ends - one.done)} too soon"
        case Status.KEPT | Status.RELEASED:
            return f"through {day}"
        case Status.DONE:
            return f"by {day}"
        case Status.AHEAD if one.opens is not None:
            opens = one.opens.astimezone(one.regime.calendar.zone).date()
            return f"from {opens} to {day}: opens in {span_words(one.opens - at)}"
    return f"by {day}: {span_words(left)} left"
