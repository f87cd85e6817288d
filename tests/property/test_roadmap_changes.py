# SPDX-License-Identifier: Apache-2.0
"""Laws of comparing two states of a roadmap, over made-up documents (A-2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ruleout.accountability.roadmap.changes.compare import compare_roadmaps
from ruleout.accountability.roadmap.changes.compared import Asks, Shift
from ruleout.accountability.roadmap.changes.states import RoadmapState

DAY = date(2026, 2, 19)
OPPOSITE = {Asks.MORE: Asks.LESS, Asks.LESS: Asks.MORE, Asks.SAME: Asks.SAME, Asks.UNCLEAR: Asks.UNCLEAR}
TURNED = {Shift.ADDED: Shift.REMOVED, Shift.REMOVED: Shift.ADDED, Shift.CHANGED: Shift.CHANGED}

names = st.sampled_from(["a", "b", "c", "d"])
days = st.integers(0, 400).map(lambda n: (DAY + timedelta(days=n)).isoformat())
words = st.sampled_from(["one", "two", "three"])
rules = st.fixed_dictionaries({"fully": st.integers(0, 100), "mostly": st.integers(0, 100)})
parts = st.dictionaries(
    names, st.fixed_dictionaries({"title": words, "says": words}, optional={"target": days}), max_size=3
)
goals = st.fixed_dictionaries(
    {"title": words, "says": words},
    optional={"target": days, "confidence": words, "rule": rules, "parts": parts, "answer-within": st.just("6 months")},
)
documents = st.dictionaries(names, goals, min_size=1, max_size=4)


def state(found: dict[str, Any]) -> RoadmapState:
    """A state with these goals; which day it is does not matter here."""
    return RoadmapState(roadmap="lab", name="state", known_from=DAY, known_to=DAY, value={"goals": found})


@given(documents)
def test_a_state_does_not_differ_from_itself(one):
    """Comparing adds nothing."""
    assert compare_roadmaps(state(one), state(one)).differences == ()


@given(documents, documents)
def test_turning_the_states_round_turns_every_judgement_round(one, other):
    """The same places differ, what was added is removed, and more becomes less."""
    there = {(d.goal, d.field): (d.shift, d.asks) for d in compare_roadmaps(state(one), state(other)).differences}
    back = {(d.goal, d.field): (d.shift, d.asks) for d in compare_roadmaps(state(other), state(one)).differences}

    assert {place: (TURNED[shift], OPPOSITE[asks]) for place, (shift, asks) in there.items()} == back


@given(documents, documents)
def test_states_that_differ_have_a_difference(one, other):
    """Nothing that stands in one document and not in the other is passed over."""
    assert bool(compare_roadmaps(state(one), state(other)).differences) == (one != other)


@given(documents, names, days, days)
def test_a_later_date_never_asks_for_more(one, name, first, second):
    """Wherever a goal's date is later, the comparison says less; earlier, more; and says so once."""
    goal = one.get(name, next(iter(one.values())))
    old, new = ({"a": {**goal, "target": day}} for day in (first, second))

    found = [d.asks for d in compare_roadmaps(state(old), state(new)).differences]
    expected = [] if first == second else [Asks.LESS if second > first else Asks.MORE]
    assert found == expected
