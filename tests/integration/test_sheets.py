# SPDX-License-Identifier: Apache-2.0
"""Sheets: stated once, signed, told to those who may read them, and not after they were stated anew or hidden (A-10, L-4)."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import run
from tests.integration.test_report_verb import keys

from ruleout.app.ledger import read_record
from ruleout.app.publication.context import Context
from ruleout.app.publication.sources import SOURCES
from ruleout.app.workspace import open_workspace
from ruleout.ledger.audience import EVERYBODY, Audience
from ruleout.ledger.disclosure import parse_disclosure

SHEET = "sheets/lumen-3.yaml"
DAY = ("--at", "2026-11-23T10:00:00Z")
CALIFORNIA = ("report", "transparency-california", "--from", "reports/lumen-3-california.yaml")


@pytest.fixture
def lab(northlight, tmp_path):
    return shutil.copytree(northlight, tmp_path / "record")


def edit(path, old, new):
    """Change a file as a person would."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def signed(lab, *command, key="counsel-dan"):
    """Run a command that signs; it must be done."""
    ran = run(*command, "--key", key, env=keys(key), folder=lab)
    assert ran.code == 0, ran.err
    return ran


def test_a_sheet_is_told_by_every_document_that_asks_for_its_topic_and_its_last_version_counts(lab):
    """The same words in three documents; after the next version the new ones."""
    edit(lab / SHEET, "output-modalities: Text.", "output-modalities: Text and speech.")
    assert "sheet/lumen-3/2" in signed(lab, "report", "sheet", SHEET).err

    for kind in ("california", "illinois"):
        at = DAY if kind == "california" else ("--at", "2027-03-25T12:00:00Z")
        text = run("report", f"transparency-{kind}", "--from", f"reports/lumen-3-{kind}.yaml", *at, folder=lab).text
        assert "Text and speech." in text, kind


def test_a_sentence_on_a_version_that_was_stated_anew_is_stopped(lab):
    """It rests on what its authors no longer say."""
    edit(lab / "reports/lumen-3-california.yaml", "deviation/late-watch/2]", "sheet/lumen-3/1]")
    assert run(*CALIFORNIA, *DAY, folder=lab).code == 0
    signed(lab, "report", "sheet", SHEET)
    problems = run(*CALIFORNIA, "--at", "2026-11-24", "--json", folder=lab).json["problems"]

    assert [one["id"] for one in problems] == ["R106"]
    assert "stated anew in sheet/lumen-3/2" in problems[0]["got"]


def test_a_topic_that_one_of_its_readers_may_not_see_is_not_there(lab):
    """A redaction of it for the public stops the document for the public, by name and section."""
    words = ("--justification", "A rival would learn from it.", "--class", "ip", "--not-material")
    by = ("--authority", "rso", "--audience", "public", "--review-by", "2027-06-30")
    signed(lab, "redact", "sheet/lumen-3/1", "says.languages", *words, *by, key="rso-bea")
    problems = run(*CALIFORNIA, "--at", "2026-11-24", "--json", folder=lab).json["problems"]
    earlier = run(*CALIFORNIA, *DAY, "--json", folder=lab).json["problems"]

    assert [one["id"] for one in earlier] == [one["id"] for one in problems] == ["R105"]
    assert "Languages" in problems[0]["expected"]
    assert "BPC 22757.12(c)(1)" in problems[0]["expected"]
    assert "State `languages:` on a sheet" in problems[0]["hint"]
    assert "ruleout report sheet FILE --key KEY" in problems[0]["hint"]


def hide(lab, *paths):
    """Redact values of the first version of the sheet from the public."""
    words = ("--justification", "A rival would learn from it.", "--class", "ip", "--not-material")
    by = ("--authority", "rso", "--audience", "public", "--review-by", "2027-06-30")
    signed(lab, "redact", "sheet/lumen-3/1", *paths, *words, *by, key="rso-bea")


def told(lab, audiences=EVERYBODY, model="lumen-3"):
    """What sheets tell these audiences of a model: of whom, by topic, with the words."""
    ask = Context(record=read_record(open_workspace(lab)), at=datetime(2027, 1, 1, tzinfo=UTC), since=None,
        models=frozenset({model}), laws=(), report="x", kind="risk-report", draft="", audiences=audiences)  # fmt: skip
    return {(fact.values["of"], fact.values["topic"]): fact.values["says"] for fact in SOURCES["sheets"].told(ask)}


def test_a_version_stated_anew_does_not_tell_again_what_a_redaction_hides(lab):
    """The whole file is stated anew, for a word elsewhere: the hidden words are told once they are others."""
    hide(lab, "says.languages")
    edit(lab / SHEET, "output-modalities: Text.", "output-modalities: Text and speech.")
    signed(lab, "report", "sheet", SHEET)
    again = told(lab)
    staff = told(lab, frozenset({Audience.STAFF}))
    edit(lab / SHEET, "English, German, Finnish and Portuguese.", "Four languages.")
    signed(lab, "report", "sheet", SHEET)

    assert again["lumen-3", "output-modalities"] == "Text and speech."
    assert ("lumen-3", "languages") not in again
    assert staff["lumen-3", "languages"] == "English, German, Finnish and Portuguese."
    assert told(lab)["lumen-3", "languages"] == "Four languages."


def test_a_sheet_whose_models_are_hidden_is_not_one_of_the_developer(lab):
    """Nobody who may not know of which model it is reads its words in a document about another, nor after it is stated anew."""
    before = told(lab)
    hide(lab, "models")
    hidden = told(lab, model="another")
    signed(lab, "report", "sheet", SHEET)

    assert {of for of, _ in before} == {"lumen-3", "the developer"}
    assert hidden == told(lab) == {name: says for name, says in before.items() if name[0] == "the developer"}
    assert before.items() <= told(lab, frozenset({Audience.STAFF})).items()


def test_what_is_for_reviewers_is_in_no_document_for_the_public(lab):
    """A kind for the public that asks for a topic of a confidential sheet finds nothing."""
    kinds = lab / "publications"
    kinds.mkdir()
    (kinds / "leak.yaml").write_text(
        """publication: leak
title: Leak
law: The lab's own rules
regime: northlight
as-of: 2026-11-22
audiences: {public: Everybody, reviewer: Reviewers}
sources: {rules: {title: The lab's own rules}}
sections:
  goal:
    title: Security
    fields:
      goal: {title: Goal, asks: The goal., from: sheets, only: {topic: security-goal}, told: says, section: "1", source: rules, grade: primary}
""",
        encoding="utf-8",
    )
    draft = "report: leak\nkind: leak\ntitle: Leak\ndeveloper: N\ncovers: 2026-11-15\nmodels: [lumen-3]\n"
    (lab / "reports" / "leak.yaml").write_text(draft, encoding="utf-8")
    closed = run("report", "leak", *DAY, "--json", folder=lab)
    edit(kinds / "leak.yaml", "public: Everybody, ", "")
    opened = run("report", "leak", *DAY, "--audience", "reviewer", folder=lab)

    assert [one["id"] for one in closed.json["problems"]] == ["R105"]
    assert opened.code == 0, opened.err
    assert "organised crime" in opened.text


def test_a_sheet_needs_a_key_of_the_keyring_and_a_file_without_problems(lab):
    """What nobody signs, and what says something that no sheet says, is not recorded."""
    assert run("report", "sheet", SHEET, folder=lab).code == 2
    edit(lab / SHEET, "says:", "sayz:")
    ran = run("report", "sheet", SHEET, "--key", "counsel-dan", env=keys("counsel-dan"), folder=lab)
    assert ran.code == 2
    assert "sayz" in ran.err
    assert "sayz" in run("check", folder=lab).err + run("check", folder=lab).text


def test_a_summary_of_internal_use_is_in_no_public_copy_of_the_record(lab):
    """Recorded for the authority, it is refused to the public, and its words are not in a public bundle."""
    summary = (
        "report",
        "internal-use-california",
        "--from",
        "reports/inside-california.yaml",
        "--audience",
        "regulator",
    )
    signed(lab, *summary, "--record", key="recorder")
    for audience, code in (("public", 2), ("regulator", 0), ("staff", 0)):
        ran = run("report", "show", "inside-california", "--audience", audience, folder=lab)
        assert ran.code == code, audience
        assert ("engineers use lumen-3" in ran.text) == (code == 0)
    for audience in ("public", "regulator"):
        assert run("export", f"{audience}.json", "--audience", audience, folder=lab).code == 0
        bundle = json.loads((lab / f"{audience}.json").read_text(encoding="utf-8"))
        told = [str(parse_disclosure(text).value) for text in bundle["disclosures"]]
        assert any("What agents do inside is watched" in one for one in told) == (audience == "regulator"), audience
        assert any("organised crime" in one for one in told) == (audience == "regulator"), audience
        assert "English, German, Finnish and Portuguese." in told


def test_a_recorded_document_follows_the_one_before(lab):
    """The next summary counts from the last, and says what was decided since."""
    summary = (
        "report",
        "internal-use-california",
        "--from",
        "reports/inside-california.yaml",
        "--audience",
        "regulator",
    )
    signed(lab, *summary, "--record", key="recorder")
    edit(lab / "reports/inside-california.yaml", "report: inside-california", "report: inside-later")
    later = run(*summary, "--at", "2026-12-15", "--json", folder=lab).json

    [decisions] = [f for s in later["sections"] for p in s["parts"] for f in p["fields"] if f["id"] == "decisions"]
    assert decisions["nothing"]
    assert later["previous"] == "report/inside-california/1"
