# SPDX-License-Identifier: Apache-2.0
"""The page and the prose of a roadmap: every date from data, every value escaped, a picture that says what it shows (A-2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest

from ruleout.accountability.roadmap.dates_in_words import written_dates
from ruleout.errors import RuleoutError
from ruleout.reports.accountability.roadmap_page import roadmap_page
from ruleout.reports.accountability.roadmap_prose import due_words, roadmap_prose
from ruleout.reports.accountability.roadmap_shown import (
    TONES,
    DateShown,
    EventShown,
    GoalShown,
    RoadmapShown,
    spelled,
)
from ruleout.reports.accountability.roadmap_timeline import timeline

MAY, SEPTEMBER = date(2026, 5, 15), date(2026, 9, 30)
GOAL = GoalShown(
    id="prototype",
    area="security",
    title="A prototype",
    says="A prototype is built.",
    status="date moved",
    because=("its date was moved by 138 days",),
    dates=(DateShown(what="Phase 1", first=MAY, now=SEPTEMBER),),
    confidence="",
    rule=(),
    reported="",
    differs=("it was reported met and is not graded",),
    history=(EventShown(on=date(2026, 5, 5), what="moved", says="Other work comes first."),),
)
SHOWN = RoadmapShown(
    title="Roadmap",
    developer="Lab",
    at=datetime(2026, 7, 10, 12, 0, tzinfo=UTC),
    goals=(GOAL, replace(GOAL, id="dateless", title="Dateless", dates=(), history=(), status="upcoming")),
    says=("As published; nobody outside has graded it.",),
    source="",
)


def test_the_page_says_status_reason_and_history():
    """What a reader needs stands on the page in words."""
    page = roadmap_page(SHOWN)

    for words in ("date moved", "its date was moved by 138 days", "no rule is stated", "none stated", "no date"):
        assert words in page
    assert "5 May 2026, moved: Other work comes first." in page
    assert "Phase 1: 30 September 2026, first 15 May 2026, moved by 138 days" in page


def test_the_page_needs_nothing_else():
    """No script, no address that a browser would load, and a policy that forbids both."""
    page = roadmap_page(SHOWN)

    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert not re.search(r"<script|<img|<link|@import|url\(|\ssrc=", page)


def test_words_of_a_file_cannot_become_markup():
    """A title full of markup is shown as it is written, on the page, in the picture and in prose."""
    nasty = '<b>"&\x07\u202e'
    shown = replace(
        SHOWN, title=nasty, goals=(replace(GOAL, title=nasty, dates=(DateShown(what=nasty, first=None, now=MAY),)),)
    )

    page, prose = roadmap_page(shown), roadmap_prose(shown)
    assert "<b>" not in page
    assert "\x07" not in page + prose
    assert "\u202e" not in page + prose
    assert "\\<b\\>" in prose


def test_every_date_in_prose_and_page_is_one_of_the_data():
    """Whatever day is printed, some field has it."""
    days = [*GOAL.days, SHOWN.at.date()]
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", roadmap_page(SHOWN), flags=re.DOTALL) + roadmap_prose(SHOWN)

    found = written_dates(text)
    assert len(found) > 5
    assert [one.words for one in found if not one.is_one_of(days)] == []


@pytest.mark.parametrize("make", [roadmap_page, roadmap_prose])
@pytest.mark.parametrize("field", ["says", "title", "confidence"])
def test_words_with_a_day_that_no_datum_has_are_not_printed(make, field):
    """The typing error of July 2026 cannot be published: the 15th in words, the 30th in the data."""
    wrong = replace(SHOWN, goals=(replace(GOAL, **{field: "Phase 1 is completed by September 15, 2026."}),))

    with pytest.raises(RuleoutError, match=r"goal prototype: .* got 'September 15, 2026'"):
        make(wrong)


def test_words_with_the_right_day_are_printed():
    """A day that the data have may stand in words."""
    right = replace(SHOWN, goals=(replace(GOAL, says="Phase 1 is completed by September 30, 2026."),))

    assert "by September 30, 2026" in roadmap_prose(right)


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (DateShown(what="Due", first=MAY, now=MAY), "Due: 15 May 2026"),
        (DateShown(what="Due", first=None, now=MAY), "Due: 15 May 2026"),
        (DateShown(what="Due", first=MAY, now=None), "Due: no date is set any more; it was 15 May 2026"),
        (DateShown(what="Due", first=None, now=None), "Due: no date is set"),
        (DateShown(what="Phase 1", first=MAY, now=MAY, status="overdue"), "Phase 1: 15 May 2026 (overdue)"),
        (
            DateShown(what="Due", first=SEPTEMBER, now=MAY),
            "Due: 15 May 2026, first 30 September 2026, moved by 138 days to an earlier day",
        ),
    ],
)
def test_a_due_date_is_told_with_what_it_was(one, words):
    """A date that stayed, moved either way, or went."""
    assert due_words(one) == words


def test_the_timeline_is_well_formed_and_draws_both_days():
    """One row: the first day hollow, the day that counts filled in the status's tone, a line between them."""
    picture = ET.fromstring(timeline(SHOWN))
    classes = [element.get("class") for element in picture.iter() if element.tag in ("path", "line")]

    assert picture.get("role") == "img"
    assert "as of 10 July 2026" in str(picture.get("aria-label"))
    assert classes.count("hollow") == 1
    assert classes.count("moved") == 1
    assert classes.count("warn") == 1
    assert classes.count("today") == 1


def test_a_part_that_is_due_with_its_goal_has_no_row_of_its_own():
    """Its status stands in words; the picture shows the day once, and a part with another day below its goal."""
    own, same = DateShown(what="Goal", first=MAY, now=MAY), DateShown(what="Same", first=MAY, now=MAY, status="overdue")
    other = replace(same, what="Other", now=SEPTEMBER)
    drawn = timeline(replace(SHOWN, goals=(replace(GOAL, dates=(own, same, other)),)))

    assert "Goal<" in drawn
    assert "Same<" not in drawn
    assert "Other<" in drawn


def test_later_days_stand_further_right():
    """The axis runs from left to right, the day first set before the day that counts."""
    picture = ET.fromstring(timeline(SHOWN))
    (line,) = [element for element in picture.iter("line") if element.get("class") == "moved"]

    assert 300 <= int(line.get("x1", "")) < int(line.get("x2", "")) <= 900


def test_a_roadmap_without_dates_has_no_timeline():
    """Nothing to draw is nothing drawn."""
    assert timeline(replace(SHOWN, goals=SHOWN.goals[1:])) == ""


def test_the_same_value_gives_the_same_bytes():
    """A page made twice is the same page."""
    assert roadmap_page(SHOWN) == roadmap_page(SHOWN)


def test_every_status_has_a_tone():
    """No status of A-2 is left without a colour."""
    assert set(TONES) == {
        "upcoming", "on track", "met", "met late", "partly met", "missed", "overdue", "date moved", "revised", "removed",
        "superseded", "contested",
    }  # fmt: skip


def test_a_day_is_spelled_in_words():
    """Days are spelled one way everywhere."""
    assert spelled(date(2026, 9, 1)) == "1 September 2026"
