# SPDX-License-Identifier: Apache-2.0
"""Entries fold to histories in which nobody gains by writing an earlier instant or an act that may not be (A-2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from tests.roadmap_builders import DUE, act, goal, grade, history, noon

from ruleout.accountability.roadmap.fold import GoalEntry, fold
from ruleout.accountability.roadmap.status import standing
from ruleout.accountability.roadmap.succession import standings
from ruleout.model.roadmap import Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalStatus

FILE = Roadmap(
    id="r", title="T", developer="D", as_of=None, published=None, document=None, goals=(goal(),), note=""
)  # fmt: skip
SET = GoalEntry(goal="g", at=noon("2026-01-01"), act=GoalActKind.SET, roadmap=FILE)
GONE = GoalEntry(goal="g", at=noon("2026-06-01"), act=GoalActKind.RETIRE, reason="another process")


def test_a_grade_that_states_an_earlier_instant_counts_from_the_act_it_follows():
    """It stands after an act of July, so it was recorded in July or later."""
    disputed = GoalEntry(goal="g", at=noon("2026-07-05"), act=GoalActKind.CONTEST, reason="late")
    backdated = GoalEntry(goal="g", at=noon("2026-06-20"), grade=grade("2026-06-20", is_delivered=True))
    found = standing(fold([SET, disputed, backdated]).histories["g"], noon("2026-08-01"))

    assert (found.status, str(found.done_on)) == (GoalStatus.MET_LATE, "2026-07-05")


def test_the_day_is_that_of_utc_wherever_the_instant_was_written():
    """Half past midnight of 1 July in UTC is still 30 June five hours to the west."""
    late = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)

    assert standing(history(), late.astimezone(timezone(timedelta(hours=-5)))).status is GoalStatus.OVERDUE


def test_a_goal_is_not_set_again_nor_graded_after_its_end():
    """What is over stays over; its end may be disputed."""
    again = GoalEntry(goal="g", at=noon("2026-06-02"), act=GoalActKind.SET, roadmap=FILE)
    late = GoalEntry(goal="g", at=noon("2026-06-03"), grade=grade("2026-06-03", is_delivered=True))
    disputed = GoalEntry(goal="g", at=noon("2026-06-04"), act=GoalActKind.CONTEST, reason="there is none")
    register = fold([SET, GONE, again, late, disputed])

    assert register.state("g") is None
    assert [one.kind for one in register.histories["g"].acts] == [
        GoalActKind.SET,
        GoalActKind.RETIRE,
        GoalActKind.CONTEST,
    ]
    assert register.histories["g"].grades == ()


def test_a_goal_that_takes_anothers_place_is_held_against_it():
    """A date is not moved unseen by another name."""
    retired = act("2026-06-01", goal(), GoalActKind.RETIRE, superseded_by="h")
    other = goal(id="h", target=DUE + timedelta(days=100))
    told = {"g": history(act("2026-01-01", goal()), retired), "h": history(act("2026-06-01", other))}
    before, after = (dict(standings(told.items(), noon(on)))["h"] for on in ("2026-06-01", "2026-07-01"))

    assert before.status is GoalStatus.UPCOMING
    assert GoalFlag.LESS in after.flags
    assert "takes the place of g, which was first due by 2026-06-30" in after.because
    assert any("against g, less: target '2026-06-30' became '2026-10-08'" in text for text in after.because)


def test_a_goal_that_follows_one_that_was_met_is_held_against_nothing():
    """A new goal after a met one is what a roadmap promises."""
    retired = act("2026-06-05", goal(), GoalActKind.RETIRE, superseded_by="h")
    met = history(act("2026-01-01", goal()), retired, grades=(grade("2026-06-01", is_delivered=True),))
    other = history(act("2026-06-05", goal(id="h", target=DUE + timedelta(days=100))))
    found = dict(standings({"g": met, "h": other}.items(), noon("2026-07-01")))

    assert found["g"].status is GoalStatus.MET
    assert (found["h"].flags, found["h"].because) == ((), ("due by 2026-10-08",))
