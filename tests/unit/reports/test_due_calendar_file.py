# SPDX-License-Identifier: Apache-2.0
"""The iCalendar file of what is due, read back by a reader of the test's own (RFC 5545)."""

from __future__ import annotations

import re

import pytest
from tests import duty_builders as b

from ruleout.accountability.duties import calendar_of
from ruleout.model.clock import TimeUnit
from ruleout.model.duty import Acts, LegalDuty, Term
from ruleout.reports.accountability.due_calendar_file import calendar_file, escaped, folded

AT = b.instant("2026-03-02T12:00:00Z")
ORIGIN = "lab.example/record"


def made(duty: LegalDuty, *events: str, done: tuple[str, ...] = (), origin: str = ORIGIN) -> bytes:
    acts = Acts(
        happenings=tuple(b.happening(text, i) for i, text in enumerate(events)),
        deliveries=tuple(b.delivery("nowhere", "report", text, i) for i, text in enumerate(done)),
    )
    found = calendar_of((b.regime(duty),), acts, at=AT, horizon=AT)
    return calendar_file(found, at=AT, origin=origin)


def read(data: bytes) -> list[dict[str, str]]:
    """The events of a file: unfolded, name and value apart, texts unescaped. Refuses what RFC 5545 does not allow."""
    assert data.endswith(b"\r\n")
    for raw in data.split(b"\r\n"):
        assert len(raw) <= 75, raw
        assert b"\n" not in raw, raw
        raw.decode("utf-8")
    lines = re.sub(rb"\r\n[ \t]", b"", data).decode("utf-8").split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0", "PRODID:-//Ruleout//Duties//EN"} <= set(lines)
    events: list[dict[str, str]] = []
    for line in lines[1:-1]:
        match = re.fullmatch(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)", line)
        assert match is not None, line
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and match[1] != "END":
            events[-1][match[1] + match[2]] = re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], match[3])
    return events


def test_a_deadline_in_days_is_a_whole_day():
    """The last day that counts, and what is owed by then in words."""
    (event,) = read(made(b.duty(to=("Office; of, nowhere",)), "happened 2026-03-01T12:00:00Z a"))

    assert (event["DTSTART;VALUE=DATE"], event["DTEND;VALUE=DATE"]) == ("20260304", "20260305")
    assert event["DTSTAMP"] == "20260302T120000Z"
    assert event["SUMMARY"] == "nowhere: report (a)"
    assert "Report what happened.\nAn Act of nowhere, 1; from happened (duty/happened/0)." in event["DESCRIPTION"]
    assert event["DESCRIPTION"].endswith("To: Office; of, nowhere.")
    assert event["UID"].endswith("@lab.example")


def test_a_deadline_in_hours_is_an_instant():
    """In UTC, wherever the place is."""
    duty = b.duty(limit=b.limit(72, TimeUnit.HOURS))
    (event,) = read(made(duty, "happened 2026-03-01T12:00:00Z a"))

    assert event["DTSTART"] == "20260304T120000Z"


def test_what_is_done_or_has_no_deadline_is_left_out():
    """A calendar shows what is open, and what was missed as that."""
    assert read(made(b.duty(), "happened 2026-03-01T12:00:00Z a", done=("2026-03-01T13:00:00Z a",))) == []
    assert read(made(b.duty(term=Term.OPEN, limit=None), "happened 2026-03-01T12:00:00Z a")) == []
    (missed,) = read(made(b.duty(), "happened 2026-01-05T12:00:00Z a"))
    assert missed["SUMMARY"] == "MISSED: nowhere: report (a)"


def test_an_event_keeps_its_name_when_its_deadline_moves():
    """So that a calendar moves it too; another thing, or another record, has another name."""
    duty = b.duty(after=("happened", "noticed"))
    (late,) = read(made(duty, "happened 2026-03-01T12:00:00Z a"))
    (early,) = read(made(duty, "happened 2026-03-01T12:00:00Z a", "noticed 2026-02-28T12:00:00Z a"))
    (other,) = read(made(duty, "happened 2026-03-01T12:00:00Z b"))
    (elsewhere,) = read(made(duty, "happened 2026-03-01T12:00:00Z a", origin="lab.example/other"))

    assert late["UID"] == early["UID"]
    assert len({late["UID"], other["UID"], elsewhere["UID"]}) == 3


def test_each_period_of_a_cadence_has_its_own_name():
    """Two quarters are two events."""
    duty = b.duty(term=Term.EVERY, limit=b.limit(1, TimeUnit.MONTHS))
    events = read(made(duty, "happened 2026-01-15T12:00:00Z"))

    assert len(events) == len({event["UID"] for event in events}) == 2


def test_the_same_record_at_the_same_instant_gives_the_same_bytes():
    """No clock and no chance enter."""
    told = ("happened 2026-03-01T12:00:00Z a", "happened 2026-03-02T12:00:00Z b")

    assert made(b.duty(), *told) == made(b.duty(), *told)


@pytest.mark.parametrize("length", [1, 74, 75, 76, 149, 150, 300])
@pytest.mark.parametrize("character", ["x", "é", "→", "𝔘"])
def test_long_lines_are_folded_between_characters(length, character):
    """At most 75 octets each, nothing lost, no character split."""
    line = f"DESCRIPTION:{character * length}"
    parts = list(folded(line))

    assert "".join([parts[0], *(part[1:] for part in parts[1:])]) == line
    assert all(part.startswith(" ") for part in parts[1:])
    assert max(len(part.encode("utf-8")) for part in parts) <= 75


def test_a_text_cannot_add_a_line():
    """Whoever names a model does not write into the calendar."""
    hostile = "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:x\x07;,\\"

    assert escaped(hostile) == "a\\nEND:VEVENT\\nBEGIN:VEVENT\\nSUMMARY:x\\;\\,\\\\"
    assert "\r" not in escaped("a\rb")
