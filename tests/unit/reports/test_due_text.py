# SPDX-License-Identifier: Apache-2.0
"""The page of what is due: when, how long, why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import duty_builders as b

from ruleout.accountability.duties import calendar_of
from ruleout.model.clock import TimeUnit
from ruleout.model.duty import Acts, LegalDuty, Sourcing, Term
from ruleout.reports.accountability.due_text import occurrence_lines, occurrence_value, span_words
from ruleout.reports.page import as_text


def page(duty: LegalDuty, *events: str, done: tuple[str, ...] = (), at: str = "2026-03-10T12:00:00Z") -> str:
    acts = Acts(
        happenings=tuple(b.happening(text, i) for i, text in enumerate(events)),
        deliveries=tuple(b.delivery("nowhere", "report", text, i) for i, text in enumerate(done)),
    )
    found = calendar_of((b.regime(duty),), acts, at=b.instant(at), horizon=b.instant(at))
    return " ".join(as_text(occurrence_lines(found, at=b.instant(at), width=200)).split())


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(days=3, hours=5), "3 days"),
        (timedelta(days=1, hours=5), "29 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=1, seconds=5), "1 minute"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(0), "0 seconds"),
        (-timedelta(days=2), "2 days"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_unit(span, words):
    """Days only from two on: within two days hours matter."""
    assert span_words(span) == words


def test_what_was_missed_says_since_when_and_from_what():
    """Place, clause, event, entry."""
    shown = page(b.duty(clock="X1"), "happened 2026-03-01T12:00:00Z a")

    assert shown.startswith("MISSED 1 nowhere/report a [X1] when by Wed 2026-03-04, UTC: missed 5 days ago")
    assert "because 1; from happened on 2026-03-01 12:00 +0000 (duty/happened/0)" in shown


def test_what_is_done_late_says_by_how_much():
    """It was missed, and that stays on the page."""
    shown = page(b.duty(), "happened 2026-03-01T12:00:00Z a", done=("2026-03-08T00:00:00Z a",))

    assert "DONE LATE 1" in shown
    assert "done 3 days late" in shown


def test_a_grade_below_primary_is_shown():
    """What was read in the text itself needs no word."""
    assert "1 (recalled); from" in page(b.duty(grade=Sourcing.RECALLED), "happened 2026-03-01T12:00:00Z a")


def test_an_end_that_is_not_known_is_told():
    """With the event that has not come."""
    duty = b.duty(term=Term.AT_LEAST, after=("happened", "over"), is_later_of=True)
    shown = page(duty, "happened 2026-03-01T12:00:00Z a")

    assert "no end is known" in shown
    assert "runs from the later of several, and over is not recorded" in shown


def test_a_range_says_when_it_opens():
    """And when it closes."""
    duty = b.duty(term=Term.EVERY, limit=b.limit(6, TimeUnit.MONTHS), shortest=b.limit(3, TimeUnit.MONTHS))

    assert "from 2026-06-01 to Tue 2026-09-01, UTC: opens in 82 days" in page(duty, "happened 2026-03-01T12:00:00Z")


def test_the_value_has_seconds_and_no_words():
    """Whole ones, negative once the deadline has passed."""
    acts = Acts(happenings=(b.happening("happened 2026-03-01T12:00:00Z a"),))
    at = b.instant("2026-03-05T00:01:00Z")
    (one,) = calendar_of((b.regime(),), acts, at=at, horizon=at)
    value = occurrence_value(one, at=at)

    assert (value["status"], value["seconds_left"], value["late_by_seconds"]) == ("missed", -60, None)
