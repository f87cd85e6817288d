# SPDX-License-Identifier: Apache-2.0
"""A roadmap at the command line: goals are set, moved, graded; the file cannot say other than the record unseen (A-2)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import Lab, build_lab, run, seeds

from ruleout.app.accountability.acts import next_id, record_act
from ruleout.app.ledger import recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import open_workspace
from ruleout.ledger import EntryType

ROADMAP = """\
roadmap: safety
title: Safety Roadmap
developer: Demo Lab (invented)
goals:
  red-team:
    area: safeguards
    title: Red team
    says: The team's findings match those of the bounty.
    target: 2026-12-31
    grader: rso
    rule: {report: A comparison of findings., to: [rso]}
    comment: {days: 7, by: all staff}
  levelling-up:
    area: security
    title: Levelling up
    says: Most of the list is in place.
    target: 2027-07-01
    grader: rso
    rule:
      fully: 60
      mostly: 80
      invariants:
        egress: {says: Egress is allowlisted.}
        vetting: {says: Sources are verified.}
        patches: {says: Patches are applied.}
"""
MARKS = "marks: {egress: fully, vetting: fully, patches: fully}"
ENV = seeds("rso-bea", "secretary-cal", "lab-log")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return build_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(built, tmp_path):
    """A lab whose roadmap is in the record."""
    copy = built.copy_to(tmp_path)
    (copy.record / "roadmap").mkdir()
    file_of(copy).write_text(ROADMAP)
    assert do(copy, "set", file_of(copy)).code == 0
    return copy


def file_of(lab: Lab):
    return lab.record / "roadmap" / "safety.yaml"


def do(lab: Lab, *arguments: object, key: str = "rso-bea", on: str = "2026-11-23"):
    """One act on a day."""
    return run("roadmap", *arguments, "--key", key, "-w", lab.record, env=ENV, now=noon(on))


def noon(on: str) -> datetime:
    return datetime.fromisoformat(f"{on}T12:00:00+00:00").astimezone(UTC)


def goals(lab: Lab, at: str):
    """Each goal's JSON value at an instant."""
    ran = run("roadmap", "show", "--at", at, "--json", "-w", lab.record)
    return {one["goal"]: one for one in ran.json["goals"]}, ran.code


def edit(lab: Lab, old: str, new: str) -> None:
    text = file_of(lab).read_text()
    assert old in text
    file_of(lab).write_text(text.replace(old, new, 1))


def test_overdue_follows_from_the_date_without_anyone_saying_so(lab):
    """And fails the command, for a daily job."""
    before, code_before = goals(lab, "2026-12-31")
    after, code_after = goals(lab, "2027-01-01")

    assert (before["red-team"]["status"], code_before) == ("upcoming", 0)
    assert (after["red-team"]["status"], code_after) == ("overdue", 1)


def test_a_date_moved_in_the_file_alone_is_refused_by_check_and_shown_by_verify(lab):
    """With goal, field, and both dates."""
    edit(lab, "target: 2026-12-31", "target: 2027-03-31")
    checked = run("check", "-w", lab.record)
    verified = run("verify", lab.record)
    shown = run("roadmap", "show", "-w", lab.record, "--at", "2026-11-23")

    assert checked.code == 2
    assert "G006" in checked.text
    assert "2026-12-31" in checked.text
    assert "safety.yaml:9" in checked.text
    assert verified.code == 0
    assert "not in the record: safety.yaml: goal red-team, target: recorded '2026-12-31'" in verified.err
    beside = run("verify", lab.record, "--json").json["not_in_the_record"]
    assert [text.partition(",")[0] for text in beside] == ["safety.yaml: goal red-team"]
    assert shown.code == 1
    assert "not recorded" in shown.err
    assert run("roadmap", "publish", lab.folder / "page.html", "-w", lab.record).code == 2


def test_a_move_is_an_entry_with_a_reason_and_stays_visible(lab):
    """After it the file and the record agree again."""
    edit(lab, "target: 2026-12-31", "target: 2027-03-31")
    without = do(lab, "move", "red-team", "--reason", "")
    moved = do(lab, "move", "red-team", "--reason", "staff went elsewhere")

    assert without.code == 2
    assert moved.code == 0
    assert "flagged: less: target" in moved.err
    assert run("check", "-w", lab.record).code == 0
    assert run("verify", lab.record).code == 0
    found, code = goals(lab, "2027-01-15")
    assert (found["red-team"]["status"], code) == ("date moved", 0)
    assert found["red-team"]["first_target"] == "2026-12-31"


def test_a_move_after_the_day_makes_it_missed_for_good(lab):
    """Graded afterwards it is met late, counted from the first date."""
    edit(lab, "target: 2026-12-31", "target: 2027-03-31")
    assert do(lab, "move", "red-team", "--reason", "late", on="2027-01-02").code == 0
    grade = lab.folder / "grade.yaml"
    grade.write_text("grade: red-team\nsays: met\ndelivered: true\ncomments: {from: 2027-01-10, until: 2027-01-16}\n")
    assert do(lab, "grade", grade, on="2027-01-10").code == 0

    assert goals(lab, "2027-01-05")[0]["red-team"]["status"] == "missed"
    assert goals(lab, "2027-01-16")[0]["red-team"]["flags"][-1] == "open for comment"
    found = goals(lab, "2027-01-17")[0]["red-team"]
    assert (found["status"], found["missed"], found["done_on"]) == ("met late", "2026-12-31", "2027-01-16")


def test_acts_must_be_of_their_kind(lab):
    """A move changes dates and nothing else; a revision changes more; an unchanged goal is no change."""
    nothing = do(lab, "move", "red-team", "--reason", "r")
    edit(lab, "says: The team's findings match those of the bounty.", "says: The team finds something.")
    wrong = do(lab, "move", "red-team", "--reason", "r")
    right = do(lab, "revise", "red-team", "--reason", "the bounty ended")

    assert nothing.code == wrong.code == 2
    assert "expected a change" in nothing.err
    assert "roadmap revise" in wrong.err
    assert right.code == 0


def test_only_the_grader_grades(lab):
    """Anyone else's grade is refused, and nothing is written."""
    size = lab.size()
    grade = lab.folder / "grade.yaml"
    grade.write_text("grade: red-team\nsays: met\ndelivered: true\n")
    ran = do(lab, "grade", grade, key="secretary-cal")

    assert ran.code == 2
    assert "graded by rso" in ran.err
    assert lab.size() == size


def test_a_grade_says_what_the_rule_makes_of_it(lab):
    """Two of three fully in place are enough for 60 and not for 80 percent: its author's word does not count."""
    grade = lab.folder / "grade.yaml"
    grade.write_text("grade: levelling-up\nsays: met\nmarks: {egress: fully, vetting: fully}\n")
    assert do(lab, "grade", grade, on="2027-07-02").code == 0
    found = goals(lab, "2027-07-03")[0]["levelling-up"]

    assert found["status"] == "partly met"
    assert "2 of 3 fully in place (asked: 60 %)" in found["differs"][0]


def test_bad_grades_are_refused_whole(lab):
    """With every name that the roadmap does not have."""
    grade = lab.folder / "grade.yaml"
    grade.write_text("grade: levelling-up\nmarks: {egres: fully, vettin: mostly}\nshown-by: goal/none/1\n")
    ran = do(lab, "grade", grade)

    assert ran.code == 2
    assert ran.err.count("G004") == 2
    assert "egress" in ran.err


def test_a_retired_goal_that_was_due_stays_missed_and_one_that_was_not_is_removed(lab):
    """Its file must lose it too."""
    assert do(lab, "retire", "red-team", "--reason", "another process", on="2027-01-05").code == 0
    assert do(lab, "retire", "levelling-up", "--reason", "another process", on="2027-01-05").code == 0
    found, _ = goals(lab, "2027-08-01")

    assert found["red-team"]["status"] == "missed"
    assert found["levelling-up"]["status"] == "removed"
    assert "retired" in run("check", "-w", lab.record).text


def test_the_page_and_the_prose_take_their_dates_from_the_record(lab):
    """Whatever was edited in words, a date that no goal has is not printed."""
    page, prose = lab.folder / "page.html", lab.folder / "page.md"

    assert run("roadmap", "publish", page, "-w", lab.record, "--at", "2026-12-01").code == 0
    assert run("roadmap", "publish", prose, "-w", lab.record, "--at", "2026-12-01").code == 0
    assert "31 December 2026" in page.read_text()
    assert "31 December 2026" in prose.read_text()
    assert run("roadmap", "publish", page, "-w", lab.record).code == 2  # never overwritten


def test_an_entry_that_held_the_document_shows_when_it_was_done(lab):
    """The report stood in the record in June; the grade of July counts from then. Another document shows nothing."""
    report, other = "a" * 64, "b" * 64
    early, late = lab.folder / "early.yaml", lab.folder / "late.yaml"
    early.write_text(f"grade: levelling-up\nsays: on track\ndocument: {report}\n")
    assert do(lab, "grade", early, on="2027-06-20").code == 0
    shown = "grade/safety/levelling-up/1"
    late.write_text(f"grade: levelling-up\n{MARKS}\ndocument: {other}\nshown-by: {shown}\n")
    refused = do(lab, "grade", late, on="2027-07-10")
    late.write_text(f"grade: levelling-up\n{MARKS}\nshown-by: {shown}\n")
    unnamed = do(lab, "grade", late, on="2027-07-10")
    late.write_text(f"grade: levelling-up\n{MARKS}\ndocument: {report}\nshown-by: {shown}\n")

    assert refused.code == unnamed.code == 2
    assert "holds the document bbbbbbbbbbbb" in refused.err
    assert "expected the field 'document'" in unnamed.err
    assert do(lab, "grade", late, on="2027-07-10").code == 0
    found = goals(lab, "2027-07-11")[0]["levelling-up"]
    assert (found["status"], found["done_on"]) == ("met", "2027-06-20")
    assert any(f"{shown} of 2027-06-20 shows it" in text for text in found["because"])


def test_the_file_of_a_goal_shows_nothing(lab):
    """It says what is to be done, and holds no report."""
    digest = hashlib.sha256(file_of(lab).read_bytes()).hexdigest()
    grade = lab.folder / "grade.yaml"
    grade.write_text(f"grade: red-team\ndelivered: true\ndocument: {digest}\nshown-by: goal/safety/red-team/1\n")

    assert do(lab, "grade", grade).code == 2


def test_a_grade_is_not_dated_before_what_stands_before_it(lab):
    """A clock put back after another entry of July: the grade counts from July."""
    people = ("key", "new", "clerk", "--role", "clerk", "--person", "fay", "-w", lab.record)
    assert run(*people, env=seeds("clerk", "lab-log"), now=noon("2027-07-05")).code == 0
    grade = lab.folder / "grade.yaml"
    grade.write_text("grade: levelling-up\nmarks: {egress: fully, vetting: fully, patches: fully}\n")
    assert do(lab, "grade", grade, on="2027-06-01").code == 0
    found = goals(lab, "2027-08-01")[0]["levelling-up"]

    assert (found["status"], found["done_on"]) == ("met late", "2027-07-05")


def test_disputes_are_of_goals_that_were_set_and_are_settled_once(lab):
    """Also of one that was taken out; there is nothing to settle where nothing is disputed."""
    nothing = do(lab, "settle", "red-team", "--reason", "added")
    assert do(lab, "retire", "red-team", "--reason", "another process").code == 0
    assert do(lab, "contest", "red-team", "--reason", "there is none", key="secretary-cal").code == 0
    assert do(lab, "settle", "red-team", "--reason", "it was named").code == 0
    found = goals(lab, "2026-12-01")[0]["red-team"]

    assert nothing.code == 2
    assert "is not contested" in nothing.err
    assert found["flags"] == ["removed", "contested, since settled"]
    assert [one["what"] for one in found["history"]] == ["set", "retired", "contested", "settled"]


def test_a_goal_does_not_take_its_own_place(lab):
    """Nor that of one that was never set."""
    own = do(lab, "retire", "red-team", "--reason", "r", "--superseded-by", "red-team")
    unknown = do(lab, "retire", "red-team", "--reason", "r", "--superseded-by", "blue-team")

    assert own.code == unknown.code == 2
    assert "its own place" in own.err


def test_a_part_that_is_due_fails_the_command(lab):
    """A goal may be due next year with a part that was due today."""
    text = file_of(lab).read_text()
    text += """\
  moonshot:
    area: security
    title: Moonshot
    says: A project gives answers.
    target: 2027-12-31
    parts:
      inventory: {title: Inventory, says: An inventory is there., target: 2026-12-15, rule: {report: An inventory.}}
"""
    file_of(lab).write_text(text)
    assert do(lab, "set", file_of(lab)).code == 0

    assert goals(lab, "2026-12-15")[1] == 0
    found, code = goals(lab, "2026-12-16")
    assert (found["moonshot"]["status"], found["moonshot"]["parts"][0]["status"], code) == ("upcoming", "overdue", 1)


def test_a_grade_on_evidence_that_is_withdrawn_counts_no_more(lab):
    """On no day, since it was worthless before anybody knew; lifted, it counts again."""
    assert lab.run("ingest", lab.log).code == 0
    (entry,) = [e["entry"]["id"] for e in lab.run("log", "--type", "evidence", "--json").json["entries"]]
    grade = lab.folder / "grade.yaml"
    grade.write_text(f"grade: levelling-up\n{MARKS}\nevidence: [{entry}, evidence/none]\n")
    unknown = do(lab, "grade", grade, on="2027-06-20")
    grade.write_text(f"grade: levelling-up\n{MARKS}\nevidence: [{entry}]\n")
    assert do(lab, "grade", grade, on="2027-06-20").code == 0
    before = goals(lab, "2027-07-02")[0]["levelling-up"]
    tool = ("evidence", "withdraw", "--tool", "inspect_ai", "--reason", "wrong prompts", "--key", "rso-bea")
    assert run(*tool, "-w", lab.record, env=ENV, now=noon("2027-08-01")).code == 0
    after = goals(lab, "2027-07-02")[0]["levelling-up"]

    assert unknown.code == 2
    assert "no entry 'evidence/none'" in unknown.err
    assert before["status"] == "met"
    assert f"graded on 2027-06-20, on {entry}" in before["because"][1]
    assert after["status"] == "overdue"
    (said,) = after["differs"]
    assert said.startswith(
        f"the grade of 2027-06-20 does not count: it rests on what was {entry}, withdrawn on 2027-08-01"
    )


def test_a_grade_written_without_our_command_shows_no_other_day_either(lab):
    """Whoever writes the entry names a day in June by an entry that never held the document: the grade's own day counts."""
    place = open_workspace(lab.record)
    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=ENV), ask=lambda _: "")
    early = b"grade: levelling-up\nsays: on track\n"
    late = f"grade: levelling-up\n{MARKS}\ndocument: {'a' * 64}\nshown-by: grade/safety/levelling-up/1\n".encode()
    for on, statement in (("2027-06-20", early), ("2027-07-10", late)):
        with recording(place, keys, at=noon(on)) as (_, recorder):
            subject = {"roadmap": "safety", "goal": "levelling-up"}
            entry = next_id(recorder, "grade/safety/levelling-up")
            record_act(recorder, EntryType.GRADE, entry, subject, signer=keys.unlock("rso-bea"), statement=statement)
            recorder.commit()
    found = goals(lab, "2027-08-01")[0]["levelling-up"]

    assert (found["status"], found["done_on"]) == ("met late", "2027-07-10")
