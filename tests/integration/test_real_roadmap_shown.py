# SPDX-License-Identifier: Apache-2.0
"""The published roadmap of 2026 as the command line shows it: statuses with reasons, and where its author says otherwise (A-2)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest
from tests.integration.command_line import ROOT, run

from ruleout.accountability.roadmap.dates_in_words import written_dates

FOLDER = ROOT / "examples" / "public-record" / "roadmap"
FEB, APR, JUL = (FOLDER / f"{name}-2026.yaml" for name in ("feb", "apr", "jul"))
UPDATES = FOLDER / "updates.yaml"


@cache
def ran(at: str):
    """`ruleout roadmap show` at noon of a day."""
    return run("roadmap", "show", FEB, APR, JUL, "--updates", UPDATES, "--at", f"{at}T12:00:00Z", "--json")


def goal(name: str, at: str) -> dict[str, Any]:
    """How one goal is shown at noon of a day."""
    return next(one for one in ran(at).json["goals"] if one["goal"] == name)


@pytest.mark.parametrize(
    ("at", "name", "status", "because"),
    [
        ("2026-02-24", "moonshot-launch", "upcoming", "due by 2026-04-01"),
        ("2026-04-01", "moonshot-launch", "upcoming", "due by 2026-04-01"),
        ("2026-04-02", "moonshot-launch", "met late", "done on 2026-04-02, 1 day after 2026-04-01"),
        ("2026-04-02", "data-retention-principles", "met", "done on 2026-03-29, due by 2026-04-01"),
        ("2026-04-20", "moonshot-projects", "upcoming", "due by 2026-09-30"),
        (
            "2026-05-12",
            "moonshot-projects",
            "date moved",
            "part mock-environment moved by 138 days, from 2026-05-15 to 2026-09-30",
        ),
        ("2026-07-01", "policymaker-roadmap", "upcoming", "due by 2026-07-01"),
        ("2026-07-02", "policymaker-roadmap", "overdue", "was due by 2026-07-01, 1 day ago"),
        ("2026-07-10", "policymaker-roadmap", "met late", "done on 2026-07-08, 7 days after 2026-07-01"),
        ("2026-09-30", "moonshot-projects", "date moved", "due by 2026-09-30"),
        ("2026-10-01", "moonshot-projects", "overdue", "was due by 2026-09-30, 1 day ago"),
        ("2026-10-01", "constitution-upheld", "revised", "due by 2026-10-01"),
        ("2026-10-02", "constitution-upheld", "overdue", "nothing says that it is done"),
        ("2026-10-15", "leveling-up", "upcoming", "due by 2027-07-01"),
    ],
)
def test_a_goal_stands_as_dates_and_statements_have_it(at, name, status, because):
    """Status and reason follow from days; nobody wrote them down."""
    shown = goal(name, at)

    assert shown["status"] == status
    assert because in shown["because"]


@pytest.mark.parametrize("at", ["2026-04-02", "2026-10-15"])
def test_a_completion_reported_without_a_day_is_named(at):
    """Reported on 2 April against a target of 1 April: the status says on whose word, and what is not known."""
    shown = goal("moonshot-launch", at)

    assert shown["differs"] == [
        "reported done on 2026-04-02, due by 2026-04-01; nothing says that it was done in time",
    ]
    assert shown["flags"] == ["superseded", "by its author's word"]


def test_the_report_of_29_march_has_two_days_of_completion():
    """The log names 29 March, the archive 5 May and 11 May; what was owed by 10 May was answered on 5 May."""
    shown = goal("data-retention-principles", "2026-05-12")

    two_days = "2026-03-29 (Frontier Safety Roadmap, section Updates) and 2026-05-05 (Previous goals)"
    assert shown["differs"] == [
        f"its author gives different days on which it was done: {two_days}",
        "Previous goals gives 2026-05-11 for new-goal-or-none; counted, it is 2026-05-10",
    ]
    assert [(one["due"], one["answered"]) for one in shown["follow_ons"]] == [("2026-05-10", "2026-05-05")]
    assert "removed" in shown["flags"]
    assert goal("data-retention-principles", "2026-04-20")["differs"] == []


def test_the_policy_goal_is_late_by_the_day_of_its_report():
    """Fulfilled by another document, reported on 8 July against 1 July; the note in its place is no new goal."""
    shown = goal("policymaker-roadmap", "2026-07-10")

    assert shown["differs"] == [
        "reported done on 2026-07-08, due by 2026-07-01; nothing says that it was done in time",
    ]
    assert shown["target"] == "2026-07-01"
    assert shown["flags"] == ["removed", "by its author's word"]


def test_phase_1_keeps_the_day_first_set():
    """15 May and 30 September, from 5 May on; the other project did not move."""
    before, after = (goal("moonshot-projects", at)["parts"] for at in ("2026-05-04", "2026-05-05"))

    assert [(one["id"], one["first_target"], one["target"]) for one in before] == [
        ("mock-environment", "2026-05-15", "2026-05-15"),
        ("provable-inference", "2026-09-30", "2026-09-30"),
    ]
    assert [(one["id"], one["first_target"], one["target"]) for one in after] == [
        ("mock-environment", "2026-05-15", "2026-09-30"),
        ("provable-inference", "2026-09-30", "2026-09-30"),
    ]


def test_a_goal_without_a_rule_is_overdue_with_nothing_that_could_end_it_but_a_word():
    """1 October passes; every part is due with the goal, and none is known to be done."""
    shown = goal("constitution-upheld", "2026-10-02")

    assert {one["status"] for one in shown["parts"]} == {"overdue"}
    assert shown["done_on"] is None


@pytest.mark.parametrize(("at", "code"), [("2026-04-20", 0), ("2026-07-02", 1), ("2026-07-10", 0), ("2026-10-01", 1)])
def test_the_exit_code_says_whether_anything_is_overdue(at, code):
    """1 while a goal is overdue or missed, 0 otherwise."""
    assert ran(at).code == code


def test_what_is_not_known_any_more_is_said():
    """After the last capture the page says until when anything is known."""
    told = run("roadmap", "show", FEB, APR, JUL, "--updates", UPDATES, "--at", "2026-10-15").text

    assert "Known up to 2026-09-02" in " ".join(told.split())


@pytest.mark.parametrize("suffix", [".html", ".md"])
@pytest.mark.parametrize("at", ["2026-04-02", "2026-05-12", "2026-07-10"])
def test_the_real_roadmap_is_published_without_a_mistyped_date(tmp_path, suffix, at):
    """Page and prose print; 30 September stands there, and 15 September nowhere: the page itself said so for a while."""
    out = tmp_path / f"roadmap{suffix}"
    states = [word for state in (FEB, APR, JUL) for word in ("--state", state)]

    assert run("roadmap", "publish", out, *states, "--updates", UPDATES, "--at", f"{at}T12:00:00Z").code == 0
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", out.read_text("utf-8"), flags=re.DOTALL)
    days = {(one.month, one.day) for one in written_dates(text)}
    assert (9, 30) in days
    assert (9, 15) not in days


def test_a_correction_may_quote_the_day_it_corrects(tmp_path):
    """What was said of a goal is quoted as it was said, the mistyped day included; it is no day of the goal."""
    out = tmp_path / "roadmap.md"
    states = [word for state in (FEB, APR, JUL) for word in ("--state", state)]

    assert run("roadmap", "publish", out, *states, "--updates", UPDATES, "--at", "2026-10-15").code == 0
    (line,) = [line for line in out.read_text("utf-8").splitlines() if "15 September" in line]
    assert line.startswith("- 29 July 2026, reported: ")


def test_the_typing_error_of_july_is_refused(tmp_path):
    """The text of Phase 1 as it stood for a while, over the data as they were: it is not printed."""
    wrong = tmp_path / "jul-2026.yaml"
    text = JUL.read_text("utf-8")
    words = "Two ambitious security research projects are under way."
    assert text.count(words) == 1
    wrong.write_text(text.replace(words, f"{words} Phase 1 is completed by September 15."), "utf-8")
    out = tmp_path / "roadmap.md"

    result = run("roadmap", "publish", out, "--state", wrong, "--updates", UPDATES, "--at", "2026-08-01")

    assert result.code == 2
    assert "goal moonshot-projects: expected only its own dates in its words, got 'September 15'" in result.err
    assert not out.exists()


# --- roadmap compare --------------------------------------------------------------------------------------------------


def test_compare_shows_what_nobody_told_of_first():
    """The page begins with the differences of which no update tells, and says where each other one is told of."""
    result = run("roadmap", "compare", FEB, JUL, "--updates", UPDATES)
    text = " ".join(result.text.split())

    assert result.code == 0
    assert text.index("changed without an update telling of it: 7") < text.index("told of on another page only: 3")
    assert text.index("told of on another page only: 3") < text.index("told of in the update log: 7")
    assert "target 2026-04-01 → 2026-09-30 less is promised or stated: it is later by 182 days" in text
    assert "It does not say why anything was changed" in text


def test_compare_with_strict_fails_on_what_nobody_told_of():
    """Exit code 1 where something changed in silence, 0 where nothing did."""
    assert run("roadmap", "compare", FEB, JUL, "--updates", UPDATES, "--strict").code == 1
    assert run("roadmap", "compare", JUL, JUL, "--updates", UPDATES, "--strict").code == 0


def test_compare_as_json_names_the_silent_differences():
    """Each by goal and field, beside all differences."""
    found = run("roadmap", "compare", FEB, JUL, "--updates", UPDATES, "--json").json

    assert {"goal": "moonshot-projects", "field": "confidence"} in found["silent"]
    assert len(found["differences"]) == 17


def test_compare_without_updates_says_so():
    """Without a log nothing is told anywhere, and the page does not pretend otherwise."""
    text = run("roadmap", "compare", FEB, JUL).text

    assert "differences (no update log was given): 17" in text
    assert "told of" not in text


def test_compare_refuses_states_of_two_roadmaps(tmp_path):
    """The answer names both, and what to give."""
    other = tmp_path / "other.yaml"
    other.write_text(JUL.read_text("utf-8").replace("roadmap: anthropic-roadmap", "roadmap: another"), "utf-8")

    result = run("roadmap", "compare", FEB, other)

    assert result.code == 2
    assert "expected files of one roadmap, got another, anthropic-roadmap" in result.err
    assert "older first" in result.err
