# SPDX-License-Identifier: Apache-2.0
"""Duties files: what the shipped ones say, and how a regime is read."""

from __future__ import annotations

from datetime import date

import pytest
from tests import duty_builders as b

from ruleout.accountability.duties import parse_cadence, parse_duties
from ruleout.adapters.zones import zone_of
from ruleout.documents.time_limits import parse_limit
from ruleout.errors import BadInput
from ruleout.model.clock import TimeUnit
from ruleout.model.duty import OwnSchedule, Sourcing, Term

BASE = (b.ROOT / "vectors" / "framework" / "base-duties.yaml").read_bytes()


def test_a_regime_is_read_whole():
    """Names resolve, times get their units, and what is not said has its plain meaning."""
    regime = parse_duties(BASE, file="x", zone_of=zone_of)
    report, update, keep = regime.duties

    assert (regime.id, regime.from_day, regime.to_day) == ("nowhere", date(2026, 1, 1), None)
    assert regime.calendar.name == "Europe/Brussels"
    assert [(k.day, k.source) for k in regime.key_dates] == [(date(2027, 1, 1), "Gazette of nowhere")]
    assert (report.clock, report.to, report.term) == ("X1", ("Office of nowhere",), Term.WITHIN)
    assert report.source == "Gazette of nowhere, 1"
    assert report.limit == b.limit(72, TimeUnit.HOURS)
    assert (update.shortest, update.limit) == (b.limit(1, TimeUnit.WEEKS), b.limit(1, TimeUnit.MONTHS))
    assert (update.until, update.own_schedule, update.grade) == (("over",), OwnSchedule.AGREED, Sourcing.SECONDARY)
    assert (keep.is_later_of, keep.term) == (True, Term.AT_LEAST)


@pytest.mark.parametrize("name", b.LAWS)
def test_a_shipped_regime_says_where_everything_stands(name):
    """Each duty has words, a section, a source and a grade; none begins before its law."""
    regime = b.law(name)

    assert regime.id == name
    for duty in regime.duties:
        assert duty.says.endswith("."), duty.id
        assert duty.section, duty.id
        assert duty.source, duty.id
        assert duty.from_day >= regime.from_day, duty.id
        assert duty.clock or duty.limit is None, duty.id


@pytest.mark.parametrize(
    ("name", "zone", "day", "grade"),
    [
        ("california", "America/Los_Angeles", date(2026, 1, 1), "primary"),
        ("new-york", "America/New_York", date(2027, 1, 1), "primary"),
        ("illinois", "America/Chicago", date(2027, 1, 1), "secondary"),
        ("eu", "Europe/Brussels", date(2025, 8, 2), "primary"),
    ],
)
def test_a_regime_holds_from_its_day_in_its_place(name, zone, day, grade):
    """Effective dates and zones are data; how well an incident clock is known is said."""
    regime = b.law(name)

    assert (regime.calendar.name, regime.from_day) == (zone, day)
    assert regime.duties[0].grade.value == grade


def test_what_is_only_remembered_says_so():
    """The two weeks of Art. 52 were not read in the text."""
    notice = next(duty for duty in b.law("eu").duties if duty.id == "systemic-risk-notice")

    assert notice.grade is Sourcing.RECALLED


def test_what_begins_later_than_its_law_says_so():
    """Framework and audit duties of Illinois begin a year after the Act."""
    later = {duty.id for duty in b.law("illinois").duties if duty.from_day == date(2028, 1, 1)}

    assert later == {"framework-modification", "framework-review", "audit", "audit-publication", "keep-audit-report"}


@pytest.mark.parametrize(
    "text", ["3", "three days", "3  days", "-1 day", "10000 days", "1 fortnight", "1 dayss", 3, None]
)
def test_a_time_that_is_none_is_refused(text):
    """No time is guessed."""
    with pytest.raises(ValueError, match="a time such as"):
        parse_limit(text)


def test_a_time_has_one_unit():
    """One and many are written as one reads them."""
    assert str(parse_limit("1 business-day")) == "1 business day"
    assert str(parse_limit("30 business-days")) == "30 business days"
    assert str(parse_limit("0 hours")) == "0 hours"


def test_another_cadence_is_read():
    """With its first and last day, and who agreed."""
    doc = parse_cadence((b.ROOT / "vectors" / "framework" / "base-cadence.yaml").read_bytes(), file="x")

    assert (doc.cadence_of, doc.regime, str(doc.every)) == ("update", "nowhere", "2 months")
    assert (doc.from_, doc.until, doc.agreed_by) == (date(2026, 6, 1), date(2027, 5, 31), "Office of nowhere")


def test_bytes_that_are_no_file_are_refused():
    """Whatever they are."""
    for data in (b"", b"\xff\xfe", b"duties-of: x\n", b"- 1\n"):
        with pytest.raises(BadInput):
            parse_duties(data, file="x", zone_of=zone_of)
