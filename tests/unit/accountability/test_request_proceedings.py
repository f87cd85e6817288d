# SPDX-License-Identifier: Apache-2.0
"""How far a proceeding is known to be, from reports that may contradict each other (A-5)."""

from __future__ import annotations

from datetime import date

from tests.request_builders import proceeding, report

from ruleout.accountability.requests.proceedings import status_of
from ruleout.model.request import Favours, Known, Stage

FILED = report(date(2026, 3, 9), Stage.FILED)
DENIED = report(date(2026, 4, 8), Stage.INTERIM, Favours.REQUESTER)
ARGUED = report(date(2026, 5, 19), Stage.ARGUED)
AGAINST = report(date(2026, 6, 17), Stage.DECIDED, Favours.REQUESTER)
PENDING = report(date(2026, 8, 28), Stage.PENDING)
END = date(2026, 11, 1)


def test_later_reports_take_the_place_of_earlier_ones():
    """Filed, stayed, argued is the ordinary course and no contradiction."""
    status = status_of(proceeding(FILED, DENIED, ARGUED), on=END)

    assert (status.stage, status.as_of, status.conflict) == (Stage.ARGUED, date(2026, 5, 19), ())
    assert status.words == "argued"


def test_what_was_decided_cannot_become_undecided():
    """One report says decided, a later one pending: unknown, and both stand side by side."""
    status = status_of(proceeding(FILED, DENIED, ARGUED, AGAINST, PENDING), on=END)

    assert (status.stage, status.favours, status.conflict) == (None, None, (AGAINST, PENDING))
    assert status.words == "unknown: reports contradict each other"


def test_as_of_a_day_between_there_is_no_conflict_yet():
    """Status is asked as of a day: before the second report only the first was known."""
    status = status_of(proceeding(FILED, AGAINST, PENDING), on=date(2026, 7, 1))

    assert status.words == "decided for the requester"


def test_the_source_itself_prevails_over_what_others_tell():
    """A judgment that was read beats a rumour, and the rumour stays in sight."""
    judgment = report(date(2026, 7, 1), Stage.DECIDED, Favours.DEVELOPER, Known.PRIMARY)
    status = status_of(proceeding(AGAINST, judgment), on=END)

    assert (status.stage, status.favours) == (Stage.DECIDED, Favours.DEVELOPER)
    assert status.conflict == (AGAINST, judgment)


def test_two_results_among_equals_are_unknown():
    """Nobody is believed more than the other."""
    other = report(date(2026, 6, 17), Stage.DECIDED, Favours.DEVELOPER)

    assert status_of(proceeding(AGAINST, other), on=END).stage is None


def test_another_ruling_for_the_time_being_is_no_contradiction():
    """An interim ruling may be followed by the opposite one; both decide nothing."""
    granted = report(date(2026, 4, 20), Stage.INTERIM, Favours.DEVELOPER)

    assert status_of(proceeding(DENIED, granted), on=END).words == "interim for the developer"


def test_what_nobody_found_is_unknown_and_contradicts_nothing():
    """A report that says only that nothing was found counts for nothing."""
    nothing = report(date(2026, 9, 1), Stage.PENDING, None, Known.UNKNOWN)
    status = status_of(proceeding(AGAINST, nothing), on=END)

    assert status.stage is Stage.DECIDED
    assert status_of(proceeding(nothing), on=END).words == "unknown"


def test_before_the_first_report_nothing_is_known():
    """No report, no status and no day."""
    status = status_of(proceeding(FILED), on=date(2026, 1, 1))

    assert (status.stage, status.as_of, status.words) == (None, None, "unknown")
