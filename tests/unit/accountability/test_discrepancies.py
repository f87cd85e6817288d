# SPDX-License-Identifier: Apache-2.0
"""Different days for one thing on different pages of one author are found (A-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ruleout.accountability.roadmap.discrepancies import said_otherwise
from ruleout.model.clause import Period
from ruleout.model.roadmap import FollowOn
from ruleout.model.roadmap_acts import FollowOnStanding, GoalReport

LOG = GoalReport(on=date(2026, 4, 2), part="", says_done=True, happened=date(2026, 3, 29), says="Done.", page="Roadmap")
ARCHIVE = GoalReport(
    on=date(2026, 5, 5),
    part="",
    says_done=True,
    happened=date(2026, 5, 5),
    says="Done.",
    page="Archive",
    owed_by=date(2026, 5, 11),
)
OWED = FollowOnStanding(
    owed=FollowOn(id="new-goal", says="A new goal, or none.", within=Period(days=42), anchor=None),
    due=date(2026, 5, 10),
    answered=None,
)


def test_two_days_of_completion_are_set_side_by_side():
    """Each with the page that gives it."""
    assert said_otherwise((LOG, ARCHIVE), ()) == (
        "its author gives different days on which it was done: 2026-03-29 (Roadmap) and 2026-05-05 (Archive)",
    )


def test_a_day_for_what_follows_is_held_against_the_day_that_is_counted():
    """Six weeks from 29 March are 10 May; the archive says the 11th."""
    assert said_otherwise((ARCHIVE,), (OWED,)) == (
        "its author gives 2026-05-11 (Archive) for new-goal; counted, it is 2026-05-10",
    )


def test_statements_that_agree_or_name_no_day_say_nothing_otherwise():
    """One statement, two of the same day, one without a day, one about a part, one that does not say it is done."""
    others = (
        replace(ARCHIVE, happened=LOG.happened, owed_by=OWED.due),
        replace(ARCHIVE, happened=None, owed_by=None),
        replace(ARCHIVE, part="draft", owed_by=None),
        replace(ARCHIVE, says_done=False, owed_by=None),
    )

    assert said_otherwise((LOG, *others), (OWED,)) == ()
