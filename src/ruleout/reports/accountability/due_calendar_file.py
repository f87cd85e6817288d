# SPDX-License-Identifier: Apache-2.0
"""What is due as an iCalendar file, for calendars that people look at anyway (RFC 5545).

One event per deadline that is still open: the last day as a whole day, an hour limit as its instant. The same record at
the same instant gives the same bytes: names of events follow from what is due, their stamp is the instant asked about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from ruleout.model.duty import Term
from ruleout.model.occurrence import Occurrence, Status

_WIDTH = 75  # octets of a line without its break, RFC 5545 section 3.1
_SHOWN = (Status.MISSED, Status.DUE, Status.AHEAD, Status.KEPT)


def calendar_file(calendar: Iterable[Occurrence], *, at: datetime, origin: str) -> bytes:
    """Return the iCalendar file of what is open in a calendar, ended by CRLF as RFC 5545 asks.

    Pure.

    Args:
        calendar: occurrences; those done, or without a deadline, are left out.
        at: aware instant, the stamp of every event.
        origin: name of the record, which makes the events' names unique among calendars.

    Source: RFC 5545 sections 3.1, 3.3.11, 3.4, 3.6.1, 3.8.4.7.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Ruleout//Duties//EN", "CALSCALE:GREGORIAN"]
    for one in calendar:
        if one.deadline is not None and one.status in _SHOWN:
            lines += _event(one, at=at, origin=origin)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line)).encode("utf-8")


def folded(line: str) -> Iterator[str]:
    """Yield a content line in parts of at most 75 octets, each after the first with a space before it. Pure.

    Never within a character, as RFC 5545 section 3.1 asks of UTF-8.
    """
    part, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > _WIDTH:
            yield part
            part, size = " ", 1
        part += character
        size += octets
    yield part


def escaped(text: str) -> str:
    """Return a text value: backslash, semicolon, comma and line breaks escaped, other controls dropped. Pure.

    Source: RFC 5545 section 3.3.11.
    """
    kept = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c.isprintable())
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def uid_of(one: Occurrence, origin: str) -> str:
    """Return the name of an occurrence's event, the same in every export of the record.

    Pure. A deadline that moves keeps its name, so that a calendar moves it too; each period of a cadence has its own.
    """
    ends = "" if one.deadline is None or one.duty.term is not Term.EVERY else _stamp(one.deadline.ends)
    told = f"{origin}\n{one.regime.id}\n{one.duty.id}\n{one.about or one.entry}\n{ends}"
    return f"{hashlib.sha256(told.encode('utf-8')).hexdigest()[:32]}@{origin.partition('/')[0]}"


def _event(one: Occurrence, *, at: datetime, origin: str) -> Iterator[str]:
    about = f" ({one.about})" if one.about else ""
    mark = {Status.MISSED: "MISSED: ", Status.KEPT: "Keep until: "}.get(one.status, "")
    told = f"{one.duty.says}\n{one.regime.title}, {one.duty.section}; from {one.event} ({one.entry})."
    if one.duty.to:
        told += f"\nTo: {', '.join(one.duty.to)}."
    yield "BEGIN:VEVENT"
    yield f"UID:{uid_of(one, origin)}"
    yield f"DTSTAMP:{_stamp(at)}"
    yield from _days(one)
    yield f"SUMMARY:{escaped(f'{mark}{one.regime.id}: {one.duty.id}{about}')}"
    yield f"DESCRIPTION:{escaped(told)}"
    yield f"CATEGORIES:{escaped(one.regime.id)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _days(one: Occurrence) -> Iterator[str]:
    if one.deadline is None:
        return
    last = one.deadline.last_day
    if last is None:
        yield f"DTSTART:{_stamp(one.deadline.ends)}"
        return
    yield f"DTSTART;VALUE=DATE:{last:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
