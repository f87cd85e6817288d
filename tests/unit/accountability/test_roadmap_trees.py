# SPDX-License-Identifier: Apache-2.0
"""Two values of one shape are compared path by path, entries of lists by their ids (A-2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from ruleout.accountability.roadmap.changes.trees import differing, entry_of, is_nothing, words_of


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of a made-up goal."""

    id: str
    title: str
    due_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A made-up goal: what is compared knows no field by name."""

    title: str
    confidence: str | None = None
    parts: tuple[Part, ...] = ()
    words: tuple[str, ...] = ()


GOAL = Goal(title="T", parts=(Part(id="a", title="A", due_by=date(2026, 5, 15)), Part(id="b", title="B")))


def shown(old: object, new: object) -> list[tuple[str, object, object]]:
    """Each difference as field, older and newer value."""
    return [(one.field, one.was, one.now) for one in differing(old, new)]


def test_equal_values_do_not_differ():
    """Nothing differs from itself."""
    assert differing(GOAL, replace(GOAL)) == ()


def test_a_changed_field_of_an_entry_is_found_by_the_ids_on_its_path():
    """A date that moved inside one part of a goal is one difference, spelled as files spell it."""
    moved = replace(GOAL, parts=(replace(GOAL.parts[0], due_by=date(2026, 9, 30)), GOAL.parts[1]))

    assert shown(GOAL, moved) == [("parts.a.due-by", "2026-05-15", "2026-09-30")]


def test_the_order_of_entries_does_not_count():
    """Parts that changed places did not change."""
    assert differing(GOAL, replace(GOAL, parts=GOAL.parts[::-1])) == ()


def test_an_entry_that_one_side_lacks_differs_as_a_whole():
    """What stands inside a lost part is not listed again."""
    (one,) = differing(GOAL, replace(GOAL, parts=GOAL.parts[1:]))

    assert (one.field, one.now) == ("parts.a", None)
    assert words_of(one.was) == "A"


def test_texts_of_a_list_are_told_apart_by_their_words():
    """A list of texts differs by the texts that come and go."""
    found = shown(Goal(title="T", words=("one", "two")), Goal(title="T", words=("two", "three")))

    assert found == [("words.three", None, "three"), ("words.one", "one", None)]


def test_nothing_and_no_text_are_the_same():
    """A field left out and an empty one say equally little."""
    assert differing(Goal(title="T"), Goal(title="T", confidence="")) == ()
    assert all(is_nothing(value) for value in (None, "", [], {}))
    assert not is_nothing(0)


def test_a_value_is_found_again_by_its_path():
    """Steps of a path lead through mappings by key and through lists by id."""
    tree = {"due_by": 1, "parts": [{"id": "a", "title": "A"}]}

    assert entry_of(tree, "due-by") == 1
    assert entry_of(entry_of(tree, "parts"), "a") == {"id": "a", "title": "A"}
    assert entry_of("text", "a") is None


def test_values_are_put_in_words():
    """An entry by its title, a mapping without one by its pairs, a list by its entries."""
    assert words_of({"days": 7, "note": ""}) == "days 7"
    assert words_of([{"id": "a"}, "b", True]) == "a; b; yes"


def test_a_length_of_time_differs_as_one_value():
    """Six months that became a year are one difference, in words that people read."""
    old = {"within": {"years": 0, "months": 6, "days": 0}}
    new = {"within": {"years": 1, "months": 0, "days": 0}}

    (one,) = differing(old, new)
    assert (one.field, words_of(one.was), words_of(one.now)) == ("within", "6 months", "1 year")
