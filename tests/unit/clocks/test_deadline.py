# SPDX-License-Identifier: Apache-2.0
"""Deadlines: hours by the clock, days by the calendar of a place (A-3)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ruleout.adapters.zones import zone_of
from ruleout.clocks import deadline, earliest, notice
from ruleout.errors import RuleoutError
from ruleout.model.clock import Calendar, Limit, TimeUnit

H, D, B = TimeUnit.HOURS, TimeUnit.DAYS, TimeUnit.BUSINESS_DAYS
W, M, Y = TimeUnit.WEEKS, TimeUnit.MONTHS, TimeUnit.YEARS


def place(name: str, *holidays: date) -> Calendar:
    return Calendar(name=name, zone=zone_of(name), holidays=frozenset(holidays))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("event", "count", "unit", "zone", "ends"),
    [
        # Elapsed hours, whatever the clocks on the wall do: New York goes to summer time on 2027-03-14.
        ("2027-03-13T12:00:00-05:00", 72, H, "America/New_York", "2027-03-16T13:00:00-04:00"),
        # Calendar days end at local midnight, in winter and in summer.
        ("2027-03-13T12:00:00-05:00", 3, D, "America/New_York", "2027-03-17T00:00:00-04:00"),
        ("2026-10-24T23:30:00+02:00", 2, D, "Europe/Brussels", "2026-10-27T00:00:00+01:00"),
        # The day of the event is that of the place: still 31 December in California.
        ("2027-01-01T05:00:00Z", 15, D, "America/Los_Angeles", "2027-01-16T00:00:00-08:00"),
        ("2026-12-31T23:00:00-08:00", 1, D, "America/Los_Angeles", "2027-01-02T00:00:00-08:00"),
        # Business days: Friday plus five is Friday; a weekend day counts from the Monday on.
        ("2026-12-18T10:00:00+01:00", 5, B, "Europe/Brussels", "2026-12-26T00:00:00+01:00"),
        ("2026-12-19T10:00:00+01:00", 5, B, "Europe/Brussels", "2026-12-26T00:00:00+01:00"),
        ("2027-01-31T10:00:00+01:00", 1, M, "Europe/Brussels", "2027-03-01T00:00:00+01:00"),
        ("2028-02-29T10:00:00Z", 1, Y, "UTC", "2029-03-01T00:00:00Z"),
        ("2026-12-20T10:00:00Z", 4, W, "UTC", "2027-01-18T00:00:00Z"),
        ("2026-12-20T10:00:00Z", 0, H, "UTC", "2026-12-20T10:00:00Z"),
    ],
)
def test_a_limit_runs_from_its_event(event, count, unit, zone, ends):
    """To the instant at which it is missed."""
    assert deadline(at(event), Limit(count=count, unit=unit), place(zone)).ends == at(ends).astimezone(UTC)


def test_holidays_are_no_business_days():
    """Those that the calendar lists; a deadline in days does not know them."""
    calendar = place("Europe/Brussels", date(2026, 12, 24), date(2026, 12, 25))
    event = at("2026-12-18T10:00:00+01:00")

    assert deadline(event, Limit(count=5, unit=B), calendar).last_day == date(2026, 12, 29)
    assert deadline(event, Limit(count=5, unit=D), calendar).last_day == date(2026, 12, 23)


def test_of_two_clocks_the_earlier_counts():
    """Whatever their order."""
    calendar = place("UTC")
    one = deadline(at("2026-12-18T10:00:00Z"), Limit(count=72, unit=H), calendar)
    two = deadline(at("2026-12-19T10:00:00Z"), Limit(count=24, unit=H), calendar)

    assert earliest((one, two)) == earliest((two, one)) == two


@pytest.mark.parametrize("name", ["Mars/Base", "../../etc/passwd", "", "Europe", "europe/brussels x"])
def test_a_zone_that_there_is_not_is_refused(name):
    """Never a path out of the package, never a guess."""
    with pytest.raises(RuleoutError, match="time zone"):
        zone_of(name)


@pytest.mark.parametrize(
    ("event", "count", "unit", "zone", "ends"),
    [
        # The day of the notice counts to its end; two weeks before the 29th is the 15th.
        ("2027-03-29T09:00:00+02:00", 2, W, "Europe/Brussels", "2027-03-16T00:00:00+01:00"),
        ("2027-03-01T09:00:00Z", 1, D, "UTC", "2027-03-01T00:00:00Z"),
        ("2027-03-31T09:00:00Z", 1, M, "UTC", "2027-03-01T00:00:00Z"),
        ("2028-02-29T09:00:00Z", 1, Y, "UTC", "2027-03-01T00:00:00Z"),
        # An event on a Saturday: one business day before it is Friday's own day before, Thursday.
        ("2027-01-09T09:00:00Z", 1, B, "UTC", "2027-01-08T00:00:00Z"),
        ("2027-01-11T09:00:00Z", 1, B, "UTC", "2027-01-09T00:00:00Z"),
        # Hours are elapsed, and nothing before is the event itself.
        ("2027-03-14T13:00:00-04:00", 24, H, "America/New_York", "2027-03-13T12:00:00-05:00"),
        ("2027-03-14T13:00:00-04:00", 0, H, "America/New_York", "2027-03-14T13:00:00-04:00"),
        ("2027-03-14T13:00:00-04:00", 0, D, "America/New_York", "2027-03-14T13:00:00-04:00"),
    ],
)
def test_a_notice_is_counted_back_from_its_event(event, count, unit, zone, ends):
    """To the first instant that leaves less than the time."""
    assert notice(at(event), Limit(count=count, unit=unit), place(zone)).ends == at(ends).astimezone(UTC)


def test_a_notice_in_business_days_knows_holidays():
    """Over Christmas two business days before the Monday is the Wednesday before."""
    calendar = place("Europe/Brussels", date(2026, 12, 25))

    assert notice(at("2026-12-28T10:00:00+01:00"), Limit(count=2, unit=B), calendar).last_day == date(2026, 12, 23)
