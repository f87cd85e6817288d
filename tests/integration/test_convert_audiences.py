# SPDX-License-Identifier: Apache-2.0
"""`ruleout convert --audience`: nobody is told what is not for them, and every hole is told with the record's reason (A-8, A-10)."""

import hashlib
import json
import shutil

import pytest
from tests.integration.command_line import run
from tests.integration.northlight_year import ENV, northlight_year
from tests.interop_builders import read_by_trestle

from ruleout.app.ledger import read_record
from ruleout.app.workspace import open_workspace
from ruleout.ledger.audience import Audience
from ruleout.ledger.disclosure import parse_disclosure
from ruleout.ledger.holes import explanations_in, seen_by
from ruleout.reports.interop.in_toto.statement import predicate_type

AUDIENCES = tuple(audience.value for audience in Audience)
IN_CONFIDENCE = "ran without the second system"
CORRECTION = "Agents start only where the watch answers."
WHY = "how the watch was passed is not mended everywhere"
TERMS = ("--class", "cybersecurity", "--justification", WHY, "--material", "--review-by", "2027-06-30")
SIGNED = ("--authority", "rso", "--key", "rso-bea")
#: Before anything was redacted.
BARE = "2026-10-01"
HELD = "lumen-3/northlight-fsf@1.1/deploy-external/1"
MEASURED = "lumen-3/fd6db153bf29/evidence/4a7bc9aac374"


def convert(form, place, folder, audience="public", *more):
    """The index of an export that must succeed."""
    ran = run("convert", form, folder, "--audience", audience, *more, "--json", "-w", place, env=ENV)
    assert ran.code == 0, ran.err
    return ran.json


def text_of(folder):
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.iterdir()))


def plan(folder):
    return json.loads((folder / "poam.json").read_text("utf-8"))["plan-of-action-and-milestones"]


@pytest.fixture
def place(tmp_path):
    """A copy of the year before its redactions, to be changed."""
    shutil.copytree(northlight_year(BARE), tmp_path / "record")
    return tmp_path / "record"


def redact(place, entry, *what, audiences=("public",)):
    named = [word for audience in audiences for word in ("--audience", audience)]
    ran = run("redact", entry, *what, *TERMS, *named, *SIGNED, "-w", place, env=ENV)
    assert ran.code == 0, ran.err


def hidden_words(place, audience):
    """Every text of the record that an audience may not see, from the ledger itself."""
    record = read_record(open_workspace(place))
    explanations = explanations_in(record.entries, record.object)
    for entry in record.entries:
        kept = record.disclosures(entry)
        shown = seen_by(entry.content, kept, explanations, audience).shown
        for digest in kept.keys() - shown.keys():
            value = parse_disclosure(kept[digest]).value
            if isinstance(value, str):
                # A statement is a file; any of its longer lines would be a leak.
                yield from (line.strip() for line in value.splitlines() if len(line.strip()) > 30)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_an_audience_is_told_no_line_that_it_may_not_see(audience, tmp_path):
    """Whoever may see a deviation's statement gets it, and nobody else a line of it."""
    year = northlight_year()
    for form in ("oscal", "in-toto"):
        index = convert(form, year, tmp_path / form, audience)
        told = text_of(tmp_path / form)
        assert index["audience"] == audience
        assert [line for line in hidden_words(year, Audience(audience)) if line in told] == []
    may_see = audience in ("staff", "regulator")

    assert (IN_CONFIDENCE in plan(tmp_path / "oscal")["poam-items"][0]["description"]) == may_see
    assert any(hidden_words(year, Audience(audience))) != may_see


@pytest.mark.parametrize("audience", ["public", "regulator"])
def test_the_same_order_gives_the_same_bytes_to_each_audience(audience, tmp_path):
    """And what trestle reads it writes again."""
    for folder in ("once", "again"):
        convert("oscal", northlight_year(), tmp_path / folder, audience)
    value = json.loads((tmp_path / "once" / "poam.json").read_text("utf-8"))

    assert text_of(tmp_path / "once") == text_of(tmp_path / "again")
    assert read_by_trestle(value, tmp_path) == value


def test_what_the_table_keeps_back_is_a_hole_without_a_reason_and_the_screen_says_what_to_do(tmp_path):
    """In the index, beside the act, in words, and on the screen; never silently missing."""
    index = convert("oscal", northlight_year(BARE), tmp_path / "told")
    said = plan(tmp_path / "told")
    shown = run("convert", "oscal", tmp_path / "again", "-w", northlight_year(BARE)).text
    holes = [p["value"] for p in said["observations"][0]["props"] if p["name"] == "hole"]

    assert [(h["entry"], h["standing"]) for h in index["holes"]] == [
        ("deviation/late-watch/1", "withheld"),
        ("deviation/late-watch/2", "withheld"),
    ]
    assert all(hole.startswith("withheld: ") for hole in holes)
    assert len(holes) == 2
    assert "withheld, and no entry says why." in said["poam-items"][0]["description"]
    assert "ruleout redact deviation/late-watch/1 '*'" in shown


def test_a_redaction_hides_from_its_audience_and_its_reason_is_told(place, tmp_path):
    """Staff still reads it; the regulator reads the statement before, and that there is a later one."""
    redact(place, "deviation/late-watch/2", "statement", audiences=("regulator", "public"))
    index = convert("oscal", place, tmp_path / "regulator", "regulator")
    convert("oscal", place, tmp_path / "staff", "staff")
    (hole,) = index["holes"]
    item, for_staff = (plan(tmp_path / name)["poam-items"][0] for name in ("regulator", "staff"))

    assert (hole["standing"], hole["class"], hole["justification"]) == ("redacted", "cybersecurity", WHY)
    assert (hole["by"], hole["material"], hole["reviewBy"]) == ("redaction/1", True, "2027-06-30")
    assert f"redacted by redaction/1 (cybersecurity): {WHY}." in item["description"]
    assert "What stands here was stated before" in item["description"]
    assert IN_CONFIDENCE in item["description"]
    # The correction stands in the hidden statement alone.
    assert CORRECTION in {prop["value"] for prop in for_staff["props"]}
    assert CORRECTION not in text_of(tmp_path / "regulator")
    assert json.loads((tmp_path / "staff" / "index.json").read_text("utf-8"))["holes"] == []


def test_a_hidden_decision_is_told_by_nothing_and_called_hidden(place, tmp_path):
    """Neither its bytes nor a projection of them; what was decided before it is not told as the last word."""
    redact(place, HELD, "--object", "decision")
    for form in ("oscal", "in-toto"):
        index = convert(form, place, tmp_path / form)
        assert [hole["entry"] for hole in index["holes"] if hole["standing"] == "redacted"] == [HELD]
        (left,) = [one for one in index["left_out"] if one["what"] == "entry 45"]
        assert WHY in left["why"]
        assert "inconclusive" not in text_of(tmp_path / form).replace("inconclusive counts as failed", "")
    names = [path.name for path in (tmp_path / "in-toto").iterdir()]
    staff = convert("in-toto", place, tmp_path / "staff", "staff")

    assert not [name for name in names if name.startswith("000045")]
    assert [one["entry"] for one in staff["files"]].count(45) == 2


def test_hidden_evidence_passes_no_test_and_is_not_called_published(place, tmp_path):
    """The decision stands and says what it found; of the log nothing is told, and why."""
    redact(place, MEASURED, "--object", "summary")
    index = convert("in-toto", place, tmp_path / "told")
    convert("oscal", place, tmp_path / "oscal")
    results = json.loads((tmp_path / "oscal" / "assessment-results.json").read_text("utf-8"))["assessment-results"]
    titles = [one["title"] for one in results["back-matter"]["resources"]]
    left = {one["what"]: one["why"] for one in index["left_out"]}

    assert 43 not in [one["entry"] for one in index["files"]]
    assert [why for what, why in left.items() if what.startswith("test-result") and WHY in why and "45" in what]
    assert "Autonomy suite, not told" in titles
    assert read_by_trestle({"assessment-results": results}, tmp_path) == {"assessment-results": results}


def test_a_hidden_framework_has_no_catalog_and_nothing_names_one(place, tmp_path):
    """No reference dangles, and no clause of it is told but what decisions say."""
    redact(place, "framework/northlight-fsf@1.1/3b1d2cdd596e", "--object", "framework")
    redact(place, HELD, "--object", "framework")
    index = convert("oscal", place, tmp_path / "told")
    told = text_of(tmp_path / "told")

    assert "catalog-northlight-fsf@1.1.json" not in told
    assert "catalog-northlight-fsf@1.0.json" in told
    assert {"catalog for entry 45", "entry 43"} <= {one["what"] for one in index["left_out"]}


def test_a_closing_whose_words_are_gone_closes_nothing(place, tmp_path):
    """As in the register itself, for every audience; the erasure is told as one."""
    gone = ("--ground", "personal-data", "--reason", "it named a person", *SIGNED, "--yes")
    ran = run("erase", "deviation/late-watch/2", "statement", *gone, "-w", place, env=ENV)
    assert ran.code == 0, ran.err
    for audience in ("public", "regulator"):
        index = convert("oscal", place, tmp_path / audience, audience)
        assert plan(tmp_path / audience)["risks"][0]["status"] == "open"
        assert "erased" in {hole["standing"] for hole in index["holes"]}
    assert plan(northlight_told(tmp_path))["risks"][0]["status"] == "closed"


def northlight_told(folder):
    convert("oscal", northlight_year(BARE), folder / "before")
    return folder / "before"


def test_a_receipt_names_the_holes_of_its_entry(tmp_path):
    """Its bytes hold digests of values that are not there."""
    index = convert("cose-receipt", northlight_year(), tmp_path / "told", "public", "--entry", "20")

    assert [hole["entry"] for hole in index["holes"]] == ["deviation/late-watch/1"]


def test_statements_say_for_whom_they_are(tmp_path):
    """A statement that is handed on still says whose copy it was."""
    convert("in-toto", northlight_year(), tmp_path / "told", "reviewer", "--entry", "45")
    value = json.loads((tmp_path / "told" / "000045-decision.statement.json").read_text("utf-8"))

    assert value["predicateType"] == predicate_type("decision")
    assert (value["predicate"]["audience"], value["predicate"]["form"]) == ("reviewer", "ruleout-decision/1")


def test_kinds_that_a_format_cannot_tell_are_counted(tmp_path):
    """Chosen beside what it can tell, they would else be missing without a word."""
    index = convert("in-toto", northlight_year(), tmp_path / "told", "public", "--entry", "45", "--entry", "31")

    assert "1 entries of kind incident" in [one["what"] for one in index["left_out"]]


def test_an_object_that_was_lost_is_a_hole_and_a_damaged_one_stops_the_export(place, tmp_path):
    """Missing is told as missing; changed bytes are never told, and there is no folder."""
    record = read_record(open_workspace(place))
    digest = next(ref.sha256 for ref in record.entries[45].content.refs if ref.name == "decision")
    (kept,) = [path for path in (place / "ledger").rglob("*") if path.is_file() and _digest(path) == digest]
    whole = kept.read_bytes()
    kept.chmod(0o644)
    kept.unlink()
    index = convert("in-toto", place, tmp_path / "lost")
    kept.write_bytes(whole.replace(b'"hold"', b'"stop"'))
    ran = run("convert", "in-toto", tmp_path / "damaged", "-w", place)

    assert [hole["entry"] for hole in index["holes"]] == [HELD]
    assert "entry 45" in [one["what"] for one in index["left_out"]]
    assert ran.code == 1
    assert not (tmp_path / "damaged").exists()


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
