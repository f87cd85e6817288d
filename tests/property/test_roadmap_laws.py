# SPDX-License-Identifier: Apache-2.0
"""Laws of goals: no sequence of acts makes a missed goal read as met in time, and nothing that happened disappears (A-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.roadmap_builders import DUE, act, artefacts, goal, grade, noon, part

from ruleout.accountability.roadmap.fold import GoalEntry, fold
from ruleout.accountability.roadmap.status import standing
from ruleout.model.roadmap import ReportRule, Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalHistory, GoalStatus

RULES = (ReportRule(report="r", to=()), artefacts(1), artefacts(3), None)
#: Flags that a later act may end.
PASSING = {GoalFlag.CONTESTED, GoalFlag.IN_COMMENT, GoalFlag.OWN_WORD}
days_after = st.integers(1, 400).map(lambda n: DUE + timedelta(days=n))
targets = st.none() | st.dates(date(2025, 1, 1), date(2028, 1, 1))


@st.composite
def goals(draw):
    parts = draw(st.sampled_from([(), (part("a"),), (part("a", target=date(2026, 3, 1)), part("b"))]))
    return goal(target=draw(targets), rule=draw(st.sampled_from(RULES)), parts=parts, comment_days=draw(st.just(0)))


def roadmap(state) -> Roadmap:
    return Roadmap(
        id="r", title="t", developer="d", as_of=None, published=None, document=None, goals=(state,), note="", expectations=()
    )  # fmt: skip


@st.composite
def entries_after_the_day(draw):
    """Anything that commands can record once the goal was due and not done, in any order of stated instants."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        on = draw(days_after)
        if draw(st.booleans()):
            count = draw(st.none() | st.integers(0, 4))
            shown = draw(st.none() | st.dates(DUE + timedelta(days=1), DUE + timedelta(days=400)))
            given_ = grade(on, is_delivered=draw(st.booleans()), count=count, says="met", shown_on=shown)
            given_ = replace(given_, part=draw(st.sampled_from(["", "a", "b"])))
            found.append(GoalEntry(goal="g", at=noon(on), grade=given_))
        else:
            kind, state = draw(st.sampled_from(GoalActKind)), draw(goals())
            found.append(GoalEntry(goal="g", at=noon(on), act=kind, reason="why", roadmap=roadmap(state)))
    return found


SET = GoalEntry(goal="g", at=noon("2026-01-01"), act=GoalActKind.SET, roadmap=roadmap(goal()))


@given(entries_after_the_day(), st.integers(1, 800))
def test_a_goal_that_was_due_and_not_done_never_reads_as_met_in_time(entries, later):
    """Whatever is moved, revised, retired, set again or graded afterwards, and whatever instants are stated."""
    register = fold([SET, *entries])
    found = standing(register.histories["g"], noon(DUE + timedelta(days=later)))

    assert found.status is not GoalStatus.MET
    assert found.status not in (GoalStatus.REMOVED, GoalStatus.SUPERSEDED, GoalStatus.UPCOMING, GoalStatus.ON_TRACK)
    assert found.missed is not None


@given(entries_after_the_day())
def test_what_happened_to_a_goal_stays_visible(entries):
    """A flag that once stood stands on every later day, but for those that acts may end."""
    history = fold([SET, *entries]).histories["g"]
    instants = sorted({act.at for act in history.acts} | {one.at for one in history.grades})
    before: set[GoalFlag] = set()
    for at in instants:
        now = set(standing(history, at).flags) - PASSING
        assert before <= now
        before = now


@given(goals(), goals(), st.dates(date(2026, 1, 2), date(2027, 6, 1)))
def test_a_later_date_is_flagged_whatever_its_author_says(one, two, on):
    """By comparing the two, not by a word."""
    history = GoalHistory(acts=(act("2026-01-01", one), act(on, two, GoalActKind.REVISE, reason="a clarification")))
    found = standing(history, noon(on))

    is_later = one.target is not None and (two.target is None or two.target > one.target)
    assert not is_later or GoalFlag.LESS in found.flags


@given(entries_after_the_day(), st.integers(-200, 800), st.integers(0, 300))
def test_once_met_stays_met(entries, first, more):
    """Done is done: no later day takes it away."""
    history = fold([SET, *entries]).histories["g"]
    at = noon(DUE + timedelta(days=first))
    if history.acts[0].at > at:
        return
    done = {GoalStatus.MET, GoalStatus.MET_LATE}
    if standing(history, at).status in done:
        # A part that joins later may be open: then the goal is a larger one, which its flag says.
        later = standing(history, noon(DUE + timedelta(days=first + more)))
        assert later.status in done or GoalFlag.REVISED in later.flags
