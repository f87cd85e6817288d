# SPDX-License-Identifier: Apache-2.0
"""What differs between published states of a roadmap becomes acts, dated by what its author said (A-2)."""

from __future__ import annotations

from datetime import date

from ruleout.accountability.roadmap.captures import histories_of
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.model.roadmap_acts import GoalActKind

HEAD = "roadmap: lab\ntitle: Roadmap\ndeveloper: Lab\n"
PAGES = """
updates-of: lab
pages:
  log: {title: Roadmap, url: "https://example.org/r", read-in: a copy, grade: primary, own: true}
updates:
"""
FEBRUARY, JULY = "2026-02-24", "2026-07-29"


def state(day: str, goals: str):
    """A state of a day with these goals, each a line of YAML."""
    lines = "".join(f"  {line}\n" for line in goals.splitlines())
    return parse_roadmap(f"{HEAD}published: {day}\ngoals:\n{lines}".encode(), file=f"{day}.yaml")


def acts(old: str, new: str, *told: str):
    """The acts on each goal, as kind and day, after a state of February and one of July."""
    lines = "".join(f"  e{number}: {{{one}, says: Words.}}\n" for number, one in enumerate(told, start=1))
    log = parse_updates((PAGES + lines).encode(), file="updates.yaml") if told else None
    found = histories_of([state(FEBRUARY, old), state(JULY, new)], log)
    return {name: [(act.kind, act.at.date()) for act in history.acts] for name, history in found}


GOAL = "p: {area: security, title: P, says: It is built., target: 2026-05-15%s}"
SET = (GoalActKind.SET, date(2026, 2, 24))
ON_5_MAY = "on: 2026-05-05, page: log, goal: p, kind: moved, tells: [{field: target}]"


def test_a_moved_date_is_dated_by_the_entry_that_tells_of_it():
    """On 5 May, and not when the later state was taken down; without an entry, on the later state's day."""
    moved = (GOAL % "").replace("2026-05-15", "2026-09-30")

    assert acts(GOAL % "", moved, ON_5_MAY) == {"p": [SET, (GoalActKind.MOVE, date(2026, 5, 5))]}
    assert acts(GOAL % "", moved) == {"p": [SET, (GoalActKind.MOVE, date(2026, 7, 29))]}


def test_a_date_that_moves_with_the_sentence_that_gives_it_is_moved_and_not_revised():
    """The anchor follows the sentence, and the sentence holds the date."""
    old = GOAL % f', anchor: "{"1" * 64}"'
    new = (GOAL % f', anchor: "{"2" * 64}"').replace("2026-05-15", "2026-09-30")

    assert acts(old, new)["p"][-1][0] is GoalActKind.MOVE


def test_another_note_of_ours_is_no_act():
    """What whoever told the state remarks is no change of the goal."""
    assert acts(GOAL % ", note: Read in a copy.", GOAL % ", note: Read whole.") == {"p": [SET]}


DONE = "on: 2026-07-08, page: log, goal: p, kind: closed, tells: [{field: says}]"


def test_a_note_in_the_place_of_a_goal_that_was_reported_done_ends_it():
    """The goal was reported done and gave way to words without a date: retired, and its date is not dropped."""
    note = "p: {area: security, title: P, says: It was completed.}"

    assert acts(GOAL % "", note, DONE) == {"p": [SET, (GoalActKind.RETIRE, date(2026, 7, 8))]}


def test_the_same_words_without_a_date_are_a_revision_where_nothing_was_reported():
    """Nobody said that the goal is done: dropping its date and words ends nothing."""
    note = "p: {area: security, title: P, says: It was completed.}"

    assert [kind for kind, _ in acts(GOAL % "", note)["p"]] == [GoalActKind.SET, GoalActKind.REVISE]


def test_another_goal_in_the_place_of_one_that_was_reported_done_is_set_anew():
    """Other words with a date of their own: the older one is superseded, and each has its own history."""
    other = "p: {area: security, title: P, says: It is made better., target: 2026-12-31}"

    assert acts(GOAL % "", other, DONE) == {
        "p@2026-02-24": [SET, (GoalActKind.RETIRE, date(2026, 7, 8))],
        "p": [(GoalActKind.SET, date(2026, 7, 8))],
    }
