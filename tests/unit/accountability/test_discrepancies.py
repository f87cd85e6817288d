# SPDX-License-Identifier: Apache-2.0
"""Different days for one thing on different pages of one author are found (A-2)."""

from __future__ import annotations

from datetime import date

from ruleout.accountability.roadmap.changes.discrepancies import said_otherwise
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.model.clause import Period
from ruleout.model.roadmap import FollowOn
from ruleout.model.roadmap_acts import FollowOnStanding

END = date(2026, 12, 31)
LOG = parse_updates(
    b"""
updates-of: lab
pages:
  log: {title: Roadmap, url: "https://example.org/r", read-in: a copy, grade: primary, own: true}
  archive: {title: Archive, url: "https://example.org/a", read-in: a copy, grade: primary}
updates:
  u1: {on: 2026-04-02, page: log, goal: report, kind: completed, says: Done., happened: 2026-03-29}
  u2: {on: 2026-04-03, page: log, goal: other, kind: completed, says: Done., happened: 2026-04-01}
  u3: {on: 2026-05-05, page: archive, goal: report, kind: completed, says: Done., happened: 2026-05-05, owed-by: 2026-05-11}
""",
    file="updates.yaml",
)
OWED = FollowOnStanding(
    owed=FollowOn(id="new-goal", says="A new goal, or none.", within=Period(days=42), anchor=None),
    due=date(2026, 5, 10),
    answered=None,
)


def test_two_days_of_completion_are_set_side_by_side():
    """Each with the page that gives it; the goal of another name has nothing to do with it."""
    assert said_otherwise("report", (), LOG, by=END) == (
        "its author gives different days on which it was done: 2026-03-29 (Roadmap) and 2026-05-05 (Archive)",
    )


def test_a_day_for_what_follows_is_held_against_the_day_that_is_counted():
    """Six weeks from 29 March are 10 May; the archive says the 11th."""
    *_, last = said_otherwise("report", (OWED,), LOG, by=END)

    assert last == "Archive gives 2026-05-11 for new-goal; counted, it is 2026-05-10"


def test_what_was_said_later_does_not_count_yet():
    """On 12 April one page has spoken, and nothing contradicts it."""
    assert said_otherwise("report", (OWED,), LOG, by=date(2026, 4, 12)) == ()
