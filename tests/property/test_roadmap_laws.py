# SPDX-License-Identifier: Apache-2.0
"""Laws of goals: no sequence of acts makes a missed goal read as met in time, and nothing that happened disappears (A-2).

The sequences are more than commands would write: acts under a wrong name, by the wrong person, on what is done or retired, and
dated in any order. Whoever writes entries without our commands gains nothing either.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from tests.roadmap_builders import DUE, act, artefacts, goal, grade, invariants, noon, part

from ruleout.accountability.roadmap.fold import GoalEntry, fold
from ruleout.accountability.roadmap.status import standing
from ruleout.accountability.roadmap.succession import standings
from ruleout.model.roadmap import Mark, ReportRule, Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalHistory, GoalStatus

RULES = (ReportRule(report="r", to=()), artefacts(1), artefacts(3), invariants(2), None)
#: Flags that a later act may end, or another one takes the place of.
PASSING = {GoalFlag.CONTESTED, GoalFlag.SETTLED, GoalFlag.IN_COMMENT, GoalFlag.OWN_WORD}
DISPUTE = {GoalFlag.CONTESTED, GoalFlag.SETTLED}
PAST_DUE = {GoalStatus.OVERDUE, GoalStatus.MISSED, GoalStatus.PARTLY_MET}
DONE = {GoalStatus.MET, GoalStatus.MET_LATE}
days_after = st.integers(1, 400).map(lambda n: DUE + timedelta(days=n))
any_days = st.integers(-170, 400).map(lambda n: DUE + timedelta(days=n))
targets = st.none() | st.dates(date(2025, 1, 1), date(2028, 1, 1))
PARTS = ((), (part("a"),), (part("a", target=date(2026, 3, 1)), part("b")), (part("a", target=date(2027, 3, 1)),))


@st.composite
def goals(draw):
    return goal(
        target=draw(targets),
        says=draw(st.sampled_from(["Something is done.", "Less is done."])),
        rule=draw(st.sampled_from(RULES)),
        parts=draw(st.sampled_from(PARTS)),
        comment_days=draw(st.sampled_from([0, 0, 7])),
        grader=draw(st.sampled_from(["", "", "rso"])),
    )


def roadmap(state) -> Roadmap:
    return Roadmap(
        id="r", title="t", developer="d", as_of=None, published=None, document=None, goals=(state,), note="", expectations=()
    )  # fmt: skip


@st.composite
def grades(draw, on: date):
    first = draw(st.none() | st.just(on))
    return grade(
        on,
        part=draw(st.sampled_from(["", "", "a", "b"])),
        is_delivered=draw(st.booleans()),
        count=draw(st.none() | st.integers(0, 4)),
        marks=tuple((name, draw(st.sampled_from(Mark))) for name in ("i0", "i1")),
        says=draw(st.sampled_from(["met", "on track", ""])),
        roles=draw(st.sampled_from([(), ("rso",)])),
        comment_from=first,
        comment_until=first and first + timedelta(days=draw(st.integers(0, 9))),
    )


@st.composite
def entries(draw, on, most: int = 6):
    """Anything that can be recorded on some days, in any order of stated instants."""
    found = []
    for _ in range(draw(st.integers(1, most))):
        day = draw(on)
        if draw(st.booleans()):
            found.append(GoalEntry(goal="g", at=noon(day), grade=draw(grades(day))))
        else:
            kind, state = draw(st.sampled_from(GoalActKind)), draw(goals())
            other = draw(st.sampled_from(["", "h"]))
            found.append(
                GoalEntry(goal="g", at=noon(day), act=kind, reason="why", superseded_by=other, roadmap=roadmap(state))
            )
    return found


def set_as(state) -> GoalEntry:
    return GoalEntry(goal="g", at=noon("2026-01-01"), act=GoalActKind.SET, roadmap=roadmap(state))


SET = set_as(goal())


def instants_of(history: GoalHistory):
    return sorted({act.at for act in history.acts} | {one.at for one in history.grades})


@given(entries(days_after), st.integers(1, 800))
def test_a_goal_that_was_due_and_not_done_never_reads_as_met_in_time(told, later):
    """Whatever is moved, revised, retired, set again or graded afterwards, and whatever instants are stated."""
    found = standing(fold([SET, *told]).histories["g"], noon(DUE + timedelta(days=later)))

    assert found.status in PAST_DUE | {GoalStatus.MET_LATE}
    assert found.missed is not None


@given(goals(), entries(any_days), st.integers(-180, 800), st.integers(0, 400))
def test_what_once_read_as_past_due_never_reads_as_met_in_time(first, told, at, more):
    """For any goal, with parts, comments and graders, and acts before and after its days."""
    history = fold([set_as(first), *told]).histories["g"]
    before, after = noon(DUE + timedelta(days=at)), noon(DUE + timedelta(days=at + more))
    if history.acts[0].at > before or standing(history, before).status not in PAST_DUE:
        return

    assert standing(history, after).status is not GoalStatus.MET


@given(goals(), entries(any_days), st.integers(-180, 800), st.integers(0, 400), st.data())
def test_a_day_before_the_grade_counts_only_where_an_entry_shows_it(first, told, at, more, data):
    """And then the reason names that day, so that anybody can look."""
    shown = [
        replace(one, grade=replace(one.grade, shown_on=data.draw(any_days), shown_by="evidence/e"))
        if one.grade
        else one
        for one in told
    ]
    history = fold([set_as(first), *shown]).histories["g"]
    before, after = noon(DUE + timedelta(days=at)), noon(DUE + timedelta(days=at + more))
    if history.acts[0].at > before or standing(history, before).status not in PAST_DUE:
        return
    found = standing(history, after)

    if found.status is GoalStatus.MET:
        said = [*found.because, *(text for one in found.parts for text in one.because)]
        assert any("evidence/e of " in text for text in said)


@given(goals(), entries(any_days))
def test_what_happened_to_a_goal_stays_visible(first, told):
    """A flag that once stood stands on every later day, but for those that acts may end."""
    history = fold([set_as(first), *told]).histories["g"]
    before: set[GoalFlag] = set()
    for at in instants_of(history):
        now = set(standing(history, at).flags)
        assert before - PASSING <= now
        assert not before & DISPUTE or now & DISPUTE
        before = now


@given(goals(), entries(any_days), st.integers(0, 800))
def test_a_moved_date_stays_visible_for_ever(first, told, later):
    """Also one that was moved back, whatever the act calls itself, with the date first set."""
    history = fold([set_as(first), *told]).histories["g"]
    last = instants_of(history)[-1]
    found = standing(history, last + timedelta(days=later))
    dates = [one.state.target for one in history.acts]

    if any(was is not None and was != now for was, now in pairwise(dates)):
        assert GoalFlag.DATE_MOVED in found.flags
        assert found.first_target == next(day for day in dates if day is not None)


@given(entries(days_after, most=4), days_after, st.integers(0, 800))
def test_taking_a_goal_away_after_its_day_keeps_it_missed(told, on, later):
    """Removed or superseded is what it reads as only where that happened in time."""
    gone = GoalEntry(goal="g", at=noon(on), act=GoalActKind.RETIRE, reason="why", superseded_by="h")
    history = fold([SET, gone, *told]).histories["g"]
    found = standing(history, noon(on + timedelta(days=later)))

    assert found.status is GoalStatus.MISSED
    assert GoalFlag.SUPERSEDED in found.flags


@given(goals(), entries(any_days), st.integers(-180, 800))
def test_what_is_recorded_later_changes_no_day_before_it(first, told, at):
    """A page about a day says the same whenever it is made."""
    instant = noon(DUE + timedelta(days=at))
    whole = fold([set_as(first), *told]).histories["g"]
    kept = replace(
        whole,
        acts=tuple(one for one in whole.acts if one.at <= instant),
        grades=tuple(one for one in whole.grades if one.at <= instant),
    )
    if kept.acts:
        assert standing(whole, instant) == standing(kept, instant)


@given(goals(), goals(), st.dates(date(2026, 1, 2), date(2027, 6, 1)))
def test_a_later_date_is_flagged_whatever_its_author_says(one, two, on):
    """By comparing the two, not by a word."""
    history = GoalHistory(acts=(act("2026-01-01", one), act(on, two, GoalActKind.REVISE, reason="a clarification")))
    found = standing(history, noon(on))

    is_later = one.target is not None and (two.target is None or two.target > one.target)
    assert not is_later or GoalFlag.LESS in found.flags


@given(goals(), goals(), st.integers(1, 170))
def test_a_later_date_by_another_name_is_flagged_too(one, two, before):
    """A goal retired in time in favour of one that is due later leaves its mark on the other."""
    gone = act(DUE - timedelta(days=before), replace(one, target=DUE), GoalActKind.RETIRE, superseded_by="h")
    told = {
        "g": GoalHistory(acts=(act("2026-01-01", replace(one, target=DUE, rule=None, parts=())), gone)),
        "h": GoalHistory(acts=(act("2026-01-02", replace(two, id="h")),)),
    }
    found = dict(standings(told.items(), noon(DUE)))

    is_later = two.target is None or two.target > DUE
    assert not is_later or GoalFlag.LESS in found["h"].flags
    assert f"takes the place of g, which was first due by {DUE}" in found["h"].because


@given(goals(), entries(any_days), st.integers(-170, 800), st.integers(0, 300))
def test_once_met_stays_met(first, told, at, more):
    """Done is done: no later day takes it away."""
    history = fold([set_as(first), *told]).histories["g"]
    on = noon(DUE + timedelta(days=at))
    if history.acts[0].at > on:
        return
    if standing(history, on).status in DONE:
        # A part or a rule that joins later may be open: then the goal is another one, which its flag says.
        later = standing(history, noon(DUE + timedelta(days=at + more)))
        assert later.status in DONE or GoalFlag.REVISED in later.flags
