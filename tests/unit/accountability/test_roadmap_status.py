# SPDX-License-Identifier: Apache-2.0
"""How goals stand: each status from dates, acts and rules, whatever their author says (A-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.roadmap_builders import (
    DUE,
    act,
    artefacts,
    day,
    follow_on,
    goal,
    grade,
    history,
    invariants,
    noon,
    part,
    report,
)

from ruleout.accountability.roadmap.grading import Reach, ruling
from ruleout.accountability.roadmap.status import standing
from ruleout.model.clause import Period
from ruleout.model.roadmap import IndicatorRule, JudgementRule, Mark
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalHistory, GoalStatus
from ruleout.model.verdict import Verdict

SET = act("2026-01-01", goal())
LATER = replace(goal(), target=day("2026-12-31"))
DELIVERED = grade("2026-06-01", is_delivered=True)
LATE = grade("2026-07-20", is_delivered=True)


def status(told: GoalHistory, on: str) -> str:
    return standing(told, noon(on)).status.value


@pytest.mark.parametrize(
    ("told", "on", "expected"),
    [
        # Nothing but dates.
        (history(SET), "2026-06-30", "upcoming"),  # its day counts wholly
        (history(SET), "2026-07-01", "overdue"),  # without anyone saying so
        # Done.
        (history(SET, grades=(DELIVERED,)), "2026-05-31", "upcoming"),  # not before it is graded
        (history(SET, grades=(DELIVERED,)), "2026-06-01", "met"),
        (history(SET, grades=(DELIVERED,)), "2027-01-01", "met"),
        (history(SET, grades=(LATE,)), "2026-07-19", "overdue"),
        (history(SET, grades=(LATE,)), "2026-07-20", "met late"),
        (history(SET, grades=(replace(LATE, shown_on=day("2026-06-20")),)), "2026-08-01", "met"),  # an entry shows it
        # Graded and not reached.
        (history(SET, grades=(grade("2026-07-02", says="met"),)), "2026-07-02", "missed"),
        (history(SET, grades=(grade("2026-06-02", says="on track"),)), "2026-06-10", "on track"),
        (
            history(act("2026-01-01", goal(rule=artefacts(2))), grades=(grade("2026-06-30", count=1),)),
            "2026-07-01",
            "partly met",
        ),
        # Moved in time, and too late.
        (history(SET, act("2026-06-01", LATER, GoalActKind.MOVE)), "2026-07-15", "date moved"),
        (history(SET, act("2026-06-01", LATER, GoalActKind.MOVE), grades=(LATE,)), "2026-08-01", "met"),
        (history(SET, act("2026-07-01", LATER, GoalActKind.MOVE)), "2026-07-15", "missed"),
        (history(SET, act("2026-07-01", LATER, GoalActKind.MOVE), grades=(LATE,)), "2026-08-01", "met late"),
        # Taken away in time, and too late.
        (history(SET, act("2026-06-01", goal(), GoalActKind.RETIRE)), "2026-12-01", "removed"),
        (history(SET, act("2026-06-01", goal(), GoalActKind.RETIRE, superseded_by="h")), "2026-12-01", "superseded"),
        (history(SET, act("2026-07-01", goal(), GoalActKind.RETIRE)), "2026-12-01", "missed"),
        (history(SET, act("2026-07-01", goal(), GoalActKind.RETIRE, superseded_by="h")), "2026-12-01", "missed"),
        (history(SET, act("2026-06-05", goal(), GoalActKind.RETIRE), grades=(DELIVERED,)), "2026-12-01", "met"),
        # Revised.
        (history(SET, act("2026-02-01", goal(says="Other."), GoalActKind.REVISE)), "2026-03-01", "revised"),
        (history(SET, act("2026-07-02", goal(says="Other."), GoalActKind.REVISE)), "2026-07-03", "overdue"),
        # Without a date.
        (history(act("2026-01-01", goal(target=None))), "2030-01-01", "upcoming"),
        (history(act("2026-01-01", goal(target=None)), grades=(LATE,)), "2026-08-01", "met"),
        # By its author's public word.
        (history(SET, reports=(report("2026-06-30"),)), "2026-07-01", "met"),
        (history(SET, reports=(report("2026-07-01"),)), "2026-07-01", "met late"),  # no day named: that of the word
        (history(SET, reports=(report("2026-07-01", happened=day("2026-06-29")),)), "2026-07-01", "met"),
        (
            history(act("2026-01-01", goal(rule=invariants(5))), reports=(report("2026-06-01"),)),
            "2026-07-01",
            "overdue",  # a word without marks supports nothing
        ),
    ],
)
def test_statuses_follow_from_dates_acts_and_rules(told, on, expected):
    """The author's word changes none of them."""
    assert status(told, on) == expected


def test_a_date_moved_after_it_had_passed_stays_visible():
    """So does how far it was moved, and that nothing undoes it."""
    told = history(SET, act("2026-07-05", LATER, GoalActKind.MOVE, reason="staff"), grades=(LATE,))
    found = standing(told, noon("2027-01-01"))

    assert found.missed == DUE
    assert {GoalFlag.DATE_MOVED, GoalFlag.MOVED_AFTER_DUE, GoalFlag.LESS} <= set(found.flags)
    assert "moved by 184 days, from 2026-06-30 to 2026-12-31, on 2026-07-05: staff" in found.because
    assert "done on 2026-07-20, 20 days after 2026-06-30" in found.because


def test_a_grade_that_the_rule_does_not_support_is_shown_as_that():
    """Met by its author's word, missed by the rule."""
    found = standing(history(SET, grades=(grade("2026-07-02", says="met"),)), noon("2026-07-03"))

    assert found.status is GoalStatus.MISSED
    assert found.differs == ("graded 'met' by its author on 2026-07-02; the report was not delivered",)


def test_comments_must_have_run_before_a_grade_is_final():
    """Seven days with both ends, the last to its end; a shorter period never becomes final."""
    set_ = act("2026-01-01", goal(comment_days=7, comment_by="staff"))
    first = day("2026-06-20")
    ran = grade("2026-06-20", is_delivered=True, comment_from=first, comment_until=first + timedelta(days=6))
    short = replace(ran, comment_until=first + timedelta(days=5))

    assert status(history(set_, grades=(ran,)), "2026-06-25") == "upcoming"
    assert standing(history(set_, grades=(ran,)), noon("2026-06-25")).flags == (GoalFlag.IN_COMMENT,)
    assert standing(history(set_, grades=(ran,)), noon("2026-06-26")).flags == (GoalFlag.IN_COMMENT,)
    assert standing(history(set_, grades=(ran,)), noon("2026-06-27")).done_on == day("2026-06-26")
    assert status(history(set_, grades=(short,)), "2026-07-10") == "overdue"
    assert status(history(set_, grades=(replace(ran, comment_from=None),)), "2026-07-10") == "overdue"


def test_a_grade_that_its_grader_took_back_while_comments_ran_is_never_final():
    """What comments changed counts; a grade that was final by then stays, and so does one that was given again."""
    first = day("2026-06-20")
    set_ = act("2026-01-01", goal(comment_days=7, comment_by="staff", grader="rso"))
    ran = grade(
        "2026-06-20", is_delivered=True, roles=("rso",), comment_from=first, comment_until=first + timedelta(days=6)
    )
    for on, who, delivered, stands in (
        ("2026-06-26", "rso", False, "overdue"),
        ("2026-06-26", "rso", True, "met"),
        ("2026-06-26", "ceo", False, "met"),
        ("2026-06-27", "rso", False, "met"),
    ):
        again = grade(on, is_delivered=delivered, roles=(who,), comment_from=None, comment_until=None)

        assert status(history(set_, grades=(ran, again)), "2026-07-10") == stands, (on, who, delivered)


@pytest.mark.parametrize(
    ("fully", "mostly", "reach"),
    [
        (16, 5, Reach.REACHED),  # 60 % of 26 are 15.6, 80 % are 20.8
        (15, 6, Reach.PARTLY),
        (16, 4, Reach.PARTLY),
        (15, 5, Reach.NOT_REACHED),
        (26, 0, Reach.REACHED),
        (0, 26, Reach.PARTLY),
    ],
)
def test_shares_of_invariants_are_compared_exactly(fully: int, mostly: int, reach: Reach):
    """As the roadmap of 2026 counts them: 26 invariants, 60 and 80 percent."""
    marks = [Mark.FULLY] * fully + [Mark.MOSTLY] * mostly
    given = tuple((f"i{n}", mark) for n, mark in enumerate(marks))

    assert ruling(invariants(26), grade("2026-06-01", marks=given)).reach is reach


def test_what_a_grade_does_not_mark_is_not_in_place():
    """And the reason says how many."""
    found = ruling(invariants(5), grade("2026-06-01", marks=(("i0", Mark.FULLY),)))

    assert found.reach is Reach.NOT_REACHED
    assert "4 not marked count as not in place" in found.because


@pytest.mark.parametrize(
    ("rule", "given", "reach"),
    [
        (artefacts(1, 3), {"count": 3}, Reach.REACHED),
        (artefacts(1, 3), {"count": 4}, Reach.NOT_REACHED),
        (artefacts(2), {"count": 1}, Reach.PARTLY),
        (artefacts(2), {"count": 0}, Reach.NOT_REACHED),
        (artefacts(2), {}, Reach.UNKNOWN),
        (IndicatorRule(indicator="recall", at_least=None, at_most=None), {}, Reach.UNKNOWN),
        (JudgementRule(judgement="j", by=("rso",)), {"judged": Verdict.YES}, Reach.UNKNOWN),  # the role did not sign
        (JudgementRule(judgement="j", by=("rso",)), {"judged": Verdict.YES, "roles": ("rso",)}, Reach.REACHED),
        (JudgementRule(judgement="j", by=("rso",)), {"judged": Verdict.NO, "roles": ("rso",)}, Reach.NOT_REACHED),
        (JudgementRule(judgement="j", by=("rso",)), {"roles": ("rso",)}, Reach.UNKNOWN),
    ],
)
def test_other_rules(rule, given, reach):
    """What is not stated is not known, and not known is not reached."""
    assert ruling(rule, grade("2026-06-01", **given)).reach is reach


def test_a_goal_without_a_rule_is_done_with_the_last_of_its_parts():
    """Some of them make it partly met once it is due."""
    set_ = act("2026-01-01", goal(rule=None, parts=(part("a"), part("b"))))
    one = grade("2026-06-01", part="a", is_delivered=True)
    two = grade("2026-06-20", part="b", is_delivered=True)

    assert status(history(set_, grades=(one, two)), "2026-07-01") == "met"
    assert standing(history(set_, grades=(one, two)), noon("2026-07-01")).done_on == day("2026-06-20")
    assert status(history(set_, grades=(one,)), "2026-07-01") == "partly met"


def test_a_part_that_was_due_is_not_undone_by_dropping_it():
    """A goal cannot be met by taking out what was missed."""
    parts = (part("a", target=day("2026-03-01")), part("b"))
    set_ = act("2026-01-01", goal(rule=None, parts=parts))
    dropped = act("2026-04-01", goal(rule=None, parts=parts[1:]), GoalActKind.REVISE)
    found = standing(
        history(set_, dropped, grades=(grade("2026-06-01", part="b", is_delivered=True),)), noon("2026-07-01")
    )

    assert found.status is GoalStatus.PARTLY_MET
    assert [(one.id, one.status) for one in found.parts if one.id == "a"] == [("a", GoalStatus.OVERDUE)]
    assert GoalFlag.LESS in found.flags


def test_a_rule_weakened_after_the_day_proves_nothing_about_that_day():
    """An entry that would have shown it under the weaker rule does not make it done in time."""
    strong, weak = goal(rule=artefacts(3)), goal(rule=artefacts(1))
    told = history(
        act("2026-01-01", strong),
        act("2026-07-05", weak, GoalActKind.REVISE),
        grades=(grade("2026-07-10", count=1, shown_on=day("2026-06-01")),),
    )

    assert status(told, "2026-08-01") == "met late"
    assert standing(told, noon("2026-08-01")).done_on == day("2026-07-10")


def test_a_goal_set_after_it_was_done_is_not_done_before_it_was_set():
    """Nobody had promised anything."""
    told = history(
        act("2026-08-01", goal()), grades=(grade("2026-08-02", is_delivered=True, shown_on=day("2026-05-01")),)
    )

    assert status(told, "2026-08-02") == "met late"


def test_what_is_owed_afterwards_runs_from_the_day_it_was_done():
    """Six weeks from 29 March are 10 May; an act about the goal answers it."""
    set_ = act("2026-01-01", goal(then=(follow_on(Period(days=42)),)))
    gone = act("2026-05-05", goal(then=(follow_on(Period(days=42)),)), GoalActKind.RETIRE)
    word = (report("2026-04-02", happened=day("2026-03-29")),)
    (open_,) = standing(history(set_, reports=word), noon("2026-05-01")).follow_ons
    (answered,) = standing(history(set_, gone, reports=word), noon("2026-06-01")).follow_ons

    assert (open_.due, open_.answered) == (day("2026-05-10"), None)
    assert answered.answered == day("2026-05-05")


def test_what_is_owed_after_the_calendar_ends_is_owed_on_its_last_day():
    """A record that holds such a promise can still be read."""
    set_ = act("2026-01-01", goal(then=(follow_on(Period(years=9999)),)))
    (owed,) = standing(history(set_, grades=(DELIVERED,)), noon("2026-06-02")).follow_ons

    assert owed.due == day("9999-12-31")


def test_contested_stands_beside_the_status_until_it_is_settled():
    """It changes no status."""
    contested = act("2026-02-01", goal(), GoalActKind.CONTEST, reason="left out")
    settled = act("2026-03-01", goal(), GoalActKind.SETTLE, reason="added")

    assert standing(history(SET, contested), noon("2026-02-02")).flags == (GoalFlag.CONTESTED,)
    assert standing(history(SET, contested, settled), noon("2026-03-02")).flags == (GoalFlag.SETTLED,)
    assert "contested on 2026-02-01: left out" in standing(history(SET, contested), noon("2026-02-02")).because
