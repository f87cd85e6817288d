# SPDX-License-Identifier: Apache-2.0
"""The published roadmap of 2026 as three files and an update log: what stands in them, and what their comparison finds (A-2).

Expected values are written down from the public pages; see examples/public-record/roadmap/SOURCES.md.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache

import pytest
from tests.integration.command_line import ROOT

from ruleout.accountability.roadmap.changes.compared import Asks, Mention, RoadmapComparison
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.accountability.roadmap.dates_in_words import stray_dates
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.app.accountability.roadmap_compare import compare_goal_files
from ruleout.model.roadmap import InvariantsRule, Roadmap
from ruleout.model.update_log import KnownFrom, UpdateLog

FOLDER = ROOT / "examples" / "public-record" / "roadmap"
STATES = ("feb-2026", "apr-2026", "jul-2026")
D = date


@cache
def roadmap(name: str) -> Roadmap:
    return parse_roadmap((FOLDER / f"{name}.yaml").read_bytes(), file=name)


@cache
def update_log() -> UpdateLog:
    return parse_updates((FOLDER / "updates.yaml").read_bytes(), file="updates.yaml")


@cache
def compared(old: str, new: str) -> RoadmapComparison:
    return compare_goal_files(FOLDER / f"{old}.yaml", FOLDER / f"{new}.yaml", FOLDER / "updates.yaml")


def found(comparison: RoadmapComparison, mention: Mention) -> dict[tuple[str, str], Asks]:
    """The differences with this mention, as goal and field."""
    return {(one.goal, one.field): one.asks for one in comparison.differences if one.mention is mention}


# --- what stands in the files -----------------------------------------------------------------------------------------


def test_each_state_has_its_goals_and_targets():
    """Eight goals in February with the dates of their tags; six and a note in July."""
    assert {goal.id: goal.target for goal in roadmap("feb-2026").goals} == {
        "moonshot-launch": D(2026, 4, 1),
        "leveling-up": D(2027, 7, 1),
        "internal-red-teaming": D(2027, 1, 1),
        "automated-investigations": D(2027, 1, 1),
        "data-retention-principles": D(2026, 4, 1),
        "constitution-upheld": D(2026, 10, 1),
        "eyes-on-everything": D(2027, 1, 1),
        "policymaker-roadmap": D(2026, 7, 1),
    }
    assert {goal.id: goal.target for goal in roadmap("jul-2026").goals} == {
        "moonshot-projects": D(2026, 9, 30),
        "leveling-up": D(2027, 7, 1),
        "internal-red-teaming": D(2027, 1, 1),
        "automated-investigations": D(2027, 1, 1),
        "constitution-upheld": D(2026, 10, 1),
        "eyes-on-everything": D(2027, 1, 1),
        "policymaker-roadmap": None,
    }


@pytest.mark.parametrize(("name", "phase"), [("apr-2026", D(2026, 5, 15)), ("jul-2026", D(2026, 9, 30))])
def test_the_moonshot_projects_have_two_parts(name, phase):
    """Phase 1 of the mock environment by its day, provable inference by 30 September."""
    goal = roadmap(name).goal("moonshot-projects")

    assert goal is not None
    assert {part.id: part.target for part in goal.parts} == {
        "mock-environment": phase,
        "provable-inference": D(2026, 9, 30),
    }


@pytest.mark.parametrize("name", STATES)
def test_the_invariants_are_those_of_the_two_tables(name):
    """26 in seven areas and 8 in five; 60 per cent fully, 80 at least mostly; seven days for all staff to comment."""
    goals = {goal.id: goal for goal in roadmap(name).goals}
    level, eyes = goals["leveling-up"], goals["eyes-on-everything"]
    observability = next(part for part in eyes.parts if part.id == "observability")

    assert isinstance(level.rule, InvariantsRule)
    assert isinstance(observability.rule, InvariantsRule)
    assert tuple(Counter(one.area for one in level.rule.invariants).values()) == (4, 5, 4, 4, 2, 4, 3)
    assert tuple(Counter(one.area for one in observability.rule.invariants).values()) == (2, 1, 2, 2, 1)
    assert {(rule.fully, rule.mostly) for rule in (level.rule, observability.rule)} == {(60, 80)}
    assert {(goal.comment_days, goal.grader) for goal in (level, eyes)} == {(7, "responsible-scaling-officer")}


def test_the_candidates_of_february_are_seven():
    """Seven candidates, an answer within six months, a count of one to three."""
    goal = roadmap("feb-2026").goal("moonshot-launch")

    assert goal is not None
    assert len(goal.candidates) == 7
    assert str(goal.answer_within) == "6 months"
    assert [(one.id, str(one.within)) for one in roadmap("feb-2026").goals[4].then] == [("new-goal-or-none", "42 days")]


@pytest.mark.parametrize("name", STATES)
def test_every_goal_part_and_invariant_can_be_found_in_the_page(name):
    """Each carries the anchor of a sentence; no anchor is used for two things of one state."""
    goals = roadmap(name).goals
    parts = [part for goal in goals for part in goal.parts]
    rules = [one.rule for one in (*goals, *parts) if isinstance(one.rule, InvariantsRule)]
    anchors = [one.anchor for one in (*goals, *parts, *(i for rule in rules for i in rule.invariants))]

    assert None not in anchors
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("name", STATES)
def test_no_goal_names_a_day_that_it_does_not_have(name):
    """What was mistyped on the page for a while cannot stand in these files."""
    for goal in roadmap(name).goals:
        days = [day for day in (goal.target, *(part.target for part in goal.parts)) if day]
        texts = (goal.title, goal.says, goal.confidence, *(part.says for part in goal.parts))

        assert stray_dates(texts, days) == (), goal.id


def test_the_captures_are_pinned():
    """Both pages by their digest; of the state of April no capture was read, and its file says so."""
    documents = {name: one.document.sha256[:8] for name in STATES if (one := roadmap(name)).document}

    assert documents == {"feb-2026": "bf57607b", "jul-2026": "681a531d"}
    assert "No capture of this state was read" in roadmap("apr-2026").note


def test_the_update_log_has_its_entries():
    """Seven entries of the page's own log, two of the policy's page, three of the archive, all read in the text."""
    log = update_log()
    shown = [(one.id, one.on, one.goal, one.kind.value) for one in log.updates if log.page_of(one).own]

    assert shown == [
        ("u1", D(2026, 4, 2), "moonshot-launch", "completed"),
        ("u2", D(2026, 4, 2), "data-retention-principles", "completed"),
        ("u3", D(2026, 5, 5), "data-retention-principles", "removed"),
        ("u4", D(2026, 5, 5), "moonshot-projects", "moved"),
        ("u5", D(2026, 7, 8), "policymaker-roadmap", "closed"),
        ("u6", D(2026, 7, 10), "constitution-upheld", "revised"),
        ("u7", D(2026, 7, 29), "moonshot-projects", "corrected"),
    ]
    assert Counter(one.page for one in log.updates) == {"log": 7, "policy-page": 2, "archive": 3}
    assert {page.known for page in log.pages} == {KnownFrom.PRIMARY}
    assert None not in {one.anchor for one in log.updates}


def test_the_log_and_the_archive_date_the_same_completion_differently():
    """The report was completed on 29 March by the log and on 5 May by the archive, which alone gives a day for the rest."""
    said = {one.id: (one.on, one.happened, one.owed_by) for one in update_log().updates if one.id in ("u2", "a2")}

    assert said == {
        "u2": (D(2026, 4, 2), D(2026, 3, 29), None),
        "a2": (D(2026, 5, 5), D(2026, 5, 5), D(2026, 5, 11)),
    }


# --- what the comparison finds ----------------------------------------------------------------------------------------


def test_what_changed_from_february_to_july_without_being_told_of_is_found():
    """Seven differences, none of which anybody listed: five of them promise or state less."""
    assert found(compared("feb-2026", "jul-2026"), Mention.NOWHERE) == {
        ("", "as-of"): Asks.SAME,
        ("", "expectations.moonshots-completed.says"): Asks.UNCLEAR,
        ("moonshot-projects", "target"): Asks.LESS,
        ("moonshot-projects", "confidence"): Asks.LESS,
        ("moonshot-projects", "candidates"): Asks.LESS,
        ("moonshot-projects", "answer-within"): Asks.LESS,
        ("policymaker-roadmap", "target"): Asks.LESS,
    }


def test_what_was_told_of_is_matched_with_its_entries():
    """The rest was told of, in the log or on another page only."""
    comparison = compared("feb-2026", "jul-2026")

    assert found(comparison, Mention.ELSEWHERE) == {
        ("moonshot-projects", "title"): Asks.UNCLEAR,
        ("moonshot-projects", "says"): Asks.UNCLEAR,
        ("moonshot-projects", "rule"): Asks.LESS,
    }
    assert found(comparison, Mention.LOG) == {
        ("moonshot-projects", "id"): Asks.SAME,
        ("moonshot-projects", "parts"): Asks.MORE,
        ("moonshot-projects", "then"): Asks.MORE,
        ("constitution-upheld", "parts.constitution-in-step.says"): Asks.UNCLEAR,
        ("policymaker-roadmap", "title"): Asks.UNCLEAR,
        ("policymaker-roadmap", "says"): Asks.UNCLEAR,
        ("data-retention-principles", ""): Asks.UNCLEAR,
    }
    assert [one.id for one in comparison.unmatched] == ["u2", "u4", "u7", "r2"]


def test_phase_1_moved_by_138_days_and_the_log_tells_of_it():
    """From April to July the one date that moved inside a goal is the one of entry u4."""
    (moved,) = [one for one in compared("apr-2026", "jul-2026").differences if one.field.endswith(".target")]

    assert (moved.field, moved.was, moved.now) == ("parts.mock-environment.target", "2026-05-15", "2026-09-30")
    assert (moved.because, moved.told_by) == ("it is later by 138 days", ("u4",))


def test_the_heading_of_july_is_older_than_the_newest_entry():
    """The page was edited on 29 July under a heading of 10 July."""
    assert compared("feb-2026", "jul-2026").remarks == (
        "the newer state is headed 2026-07-10, and the newest entry of its own log is of 2026-07-29",
    )


def test_between_february_and_april_only_one_goal_changed():
    """Every other goal is concluded to stand as before, so only the heading and the moonshot projects differ."""
    assert {one.goal for one in compared("feb-2026", "apr-2026").differences} == {"", "moonshot-projects"}


def test_a_state_compared_with_itself_does_not_differ():
    """The reading adds nothing of its own."""
    assert compared("jul-2026", "jul-2026").differences == ()
