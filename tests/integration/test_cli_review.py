# SPDX-License-Identifier: Apache-2.0
"""External review through the command line and a real record: every act, and every refusal (A-9)."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.command_line import ROOT, Lab, build_lab, run, seeds, ticking
from tests.review_builders import (
    ANSWERED,
    SECRET,
    SHARED,
    SUBMITTED,
    act,
    answered,
    approve,
    declaration,
    field,
    opened,
    packaged,
    part,
    publication,
    review_file,
    said,
    section,
    with_report,
    words,
    write,
)

from ruleout.app.ledger import read_record
from ruleout.app.workspace import open_workspace
from ruleout.ledger.sealed import open_sealed

TOOL = ROOT / "tools" / "ruleout_verify.py"
ONE = ("spring-report", "--reviewer", "evals-institute")


def package(lab: Lab, code: int, *more: object, reviewer: str = "evals-institute") -> Any:
    """Try to make a package; what is in the way, as JSON."""
    given = ("package", "spring-report", lab.folder / "p.html", "--reviewer", reviewer, "--json", *more)
    ran = act(lab, *given, now=SHARED, code=code)
    assert (lab.folder / "p.html").exists() == (code == 0)
    return ran.json


def status(lab: Lab, **given: Any) -> Any:
    return lab.run("review", "status", "spring-report", "--json", **given).json


def texts_in(bundle: bytes) -> list[str]:
    """Everything that a bundle holds beside the log, as text."""
    held = json.loads(bundle)
    texts = [base64.urlsafe_b64decode(text + "==") for text in held["disclosures"]]
    return [text.decode("utf-8", "replace") for text in (*texts, *map(base64.b64decode, held["objects"].values()))]


def with_words(says: str) -> dict[str, Any]:
    """Words in which one section has this text."""
    made = words()
    made["sections"]["mitigations"]["says"] = says
    return made


def file(lab: Lab, path: Path, *more: object, code: int = 0) -> str:
    return act(lab, "file", "spring-report", path, *more, now=ANSWERED, code=code).err


@pytest.fixture(scope="module")
def ready(built: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab whose package is made: never changed."""
    made = built.copy_to(tmp_path_factory.mktemp("ready") / "lab")
    packaged(made)
    return made


@pytest.fixture
def filed_with(ready: Lab, tmp_path: Path) -> Callable[[str], Lab]:
    """Gives a lab of the test's own in which answers with these words on the mitigations were filed."""

    def filed(says: str) -> Lab:
        lab = ready.copy_to(tmp_path / "own")
        file(lab, answered(lab, lab.folder / "package.html", **with_words(says)))
        return lab

    return filed


# --- until the package ------------------------------------------------------------------------------------------------


def test_a_package_needs_approval_sections_and_a_reader_for_each_part(lab):
    """Everything in the way is named at once, with exit code 3, and falls away one by one."""
    opened(lab)
    first = package(lab, 3)["in_the_way"]
    act(lab, "assign", *ONE, "--section", "overall", "--section", "threat-models")
    approve(lab)
    second = package(lab, 3)["in_the_way"]
    act(lab, "assign", *ONE)

    assert [True] * 3 == ["ltbt" in first[0], "no section" in first[1], "threat-models, mitigations" in first[2]]
    assert ["sections that nobody reviews who may: mitigations"] == second
    assert package(lab, 0)["manifest"]["sections"] == ["threat-models", "mitigations", "overall"]


def test_two_reviewers_may_share_the_report(lab):
    """Each gets the sections assigned, and the page names the others' without their text."""
    opened(lab, declaration("evals-institute"), declaration("bio-institute"))
    act(lab, "assign", *ONE, "--section", "threat-models")
    act(
        lab,
        "assign",
        "spring-report",
        "--reviewer",
        "bio-institute",
        "--section",
        "mitigations",
        "--section",
        "overall",
    )
    approve(lab)
    approve(lab, "bio-institute")
    package(lab, 0)
    page = (lab.folder / "p.html").read_text("utf-8")
    held = texts_in(open_sealed(page.encode("utf-8")).bundle)

    assert "Two threat models" in page
    assert "Mitigations" in page
    assert "filtered by a classifier" not in page
    assert any("Two threat models" in text for text in held)
    assert not any("filtered by a classifier" in text or "4217" in text for text in held)
    assert run("verify", lab.folder / "p.html").code == 0


@pytest.mark.parametrize(("tie", "code"), [("yes", 1), ("unknown", 3), ("left out", 3)])
def test_no_package_for_whoever_is_not_known_to_be_independent(lab, tie, code):
    """A tie stops with 1; what is unknown holds with 3; approval does not help."""
    opened(lab, declaration("evals-institute", financial_reporting_chain=tie))
    act(lab, "assign", *ONE)
    approve(lab)

    assert ["financial-reporting-chain"] == [one.partition(":")[0] for one in package(lab, code)["in_the_way"]]


def test_what_is_in_the_way_of_a_package_comes_with_what_takes_it_away(lab):
    """On standard error: acts of the review where they help, something else where they do not."""
    opened(lab, declaration("evals-institute", financial_reporting_chain="unknown"))
    asked = ("package", "spring-report", lab.folder / "p.html", "--reviewer", "evals-institute")
    assert "next: `ruleout review assign`" in act(lab, *asked, now=SHARED, code=3).err

    write(lab.record / "reviews" / "spring-report.yaml", review_file(declaration("evals-institute", family="yes")))
    act(lab, "amend", "spring-report", "--reason", "a tie was found")
    assert "next: ask another reviewer" in act(lab, *asked, now=SHARED, code=1).err


def test_approval_ends_with_the_declaration_that_it_was_of(lab):
    """An amended declaration needs a new approval; so does one refused since."""
    opened(lab)
    act(lab, "assign", *ONE)
    approve(lab)
    changed = review_file(declaration("evals-institute") | {"expertise": "Less than was thought."})
    write(lab.record / "reviews" / "spring-report.yaml", changed)
    act(lab, "amend", "spring-report", "--reason", "corrected")
    after = package(lab, 3)["in_the_way"]
    approve(lab)
    refused = approve(lab, now=SHARED).code
    act(lab, "approve", *ONE, "--role", "ltbt", "--refuse", key="secretary-cal")

    assert ["no approval by ltbt of the declaration as it is now (3.6.1)"] == after
    assert refused == 0
    assert package(lab, 3)["in_the_way"] == after


def test_only_the_role_that_the_rules_name_approves_and_never_who_chose(lab):
    """Another role, a key without the role, and whoever opened the review are refused with 2."""
    opened(lab)
    act(lab, "approve", *ONE, "--role", "board", key="secretary-cal", code=2)
    act(lab, "approve", *ONE, "--role", "ltbt", key="ceo-ada", code=2)
    lab.run("key", "new", "secretary-2", "--person", "bea", "--role", "ltbt", env=lab.env | seeds("secretary-2"))
    ran = lab.run(
        "review", "approve", *ONE, "--role", "ltbt", "--key", "secretary-2", env=lab.env | seeds("secretary-2")
    )

    assert (2, True) == (ran.code, "bea chose this review's reviewers" in ran.err)


def test_who_approves_first_and_chooses_afterwards_has_approved_nobody(lab):
    """Amending a review takes away one's own earlier approval: the person counts, not the order."""
    with_report(lab)
    env = lab.env | seeds("secretary-2")
    lab.run("key", "new", "secretary-2", "--person", "dee", "--role", "ltbt", "--role", "rso", env=env)
    write(lab.record / "reviews" / "spring-report.yaml", review_file())
    act(lab, "open", "spring-report")
    act(lab, "assign", *ONE)
    assert lab.run("review", "approve", *ONE, "--role", "ltbt", "--key", "secretary-2", env=env).code == 0
    assert status(lab, now=SHARED)["reviewers"][0]["lacking"] == []
    write(lab.record / "reviews" / "spring-report.yaml", review_file(ground="The Board asked for it."))
    ran = lab.run("review", "amend", "spring-report", "--reason", "who asked", "--key", "secretary-2", env=env)

    assert ran.code == 0
    assert status(lab, now=SHARED)["reviewers"][0]["lacking"] == ["ltbt"]


def test_an_approval_by_a_compromised_key_is_none(lab):
    """What nobody had seen in time may be somebody else's word; a package waits for another approval."""
    opened(lab)
    act(lab, "assign", *ONE)
    approve(lab)
    told = ("--from", "2027-02-01T00:00:00Z", "--reason", "laptop stolen", "--key", "rso-bea")
    assert lab.run("key", "compromise", "secretary-cal", *told, now=SHARED).code == 0

    assert ["no approval by ltbt of the declaration as it is now (3.6.1)"] == package(lab, 3)["in_the_way"]


def test_rules_that_change_after_the_opening_change_no_review(lab):
    """A review is judged by the rules that its opening holds: a milder file in the workspace is not looked at."""
    opened(lab, declaration("evals-institute", family="yes"))
    shipped = (ROOT / "frameworks" / "anthropic-rsp" / "reviews" / "3.4.yaml").read_text("utf-8")
    milder = shipped.replace("within: 1 week", "within: 9 weeks").replace("by: [ltbt]", "by: [rso]")
    kept = milder.index("  family:"), milder.index("  romantic:")
    own = lab.record / "frameworks" / "anthropic-rsp" / "reviews" / "3.4.yaml"
    write(own, (milder[: kept[0]] + milder[kept[1] :]).encode("utf-8"))
    shown = status(lab, now=SHARED)

    assert ("no", ["ltbt"]) == (shown["reviewers"][0]["independent"], shown["reviewers"][0]["lacking"])
    assert next(c["due"] for c in shown["clocks"] if c["clock"] == "share") == "2027-02-18T00:00:00Z"


def test_a_reviewer_who_got_a_package_cannot_be_amended_away(lab):
    """What a reviewer finds is published, whatever it is: leaving the name out of the file is refused."""
    file(lab, answered(lab, packaged(lab), **with_words("Not adequate.")))
    before = lab.size()
    write(lab.record / "reviews" / "spring-report.yaml", review_file(declaration("milder-institute")))
    ran = act(lab, "amend", "spring-report", "--reason", "another reviewer", now=ANSWERED, code=2)

    assert "evals-institute" in ran.err
    assert before == lab.size()


def test_files_are_held_against_the_rules_and_the_record(lab):
    """A question that the rules do not ask, a reviewer stated twice, a report that is not there: nothing is recorded."""
    with_report(lab)
    before = lab.size()
    odd = declaration("one") | {"independence": {"famly": {"tie": "no"}}}
    tries = (review_file(odd), review_file(declaration("one"), declaration("one")), review_file(report="report/none"))
    said = []
    for given in tries:
        write(lab.record / "reviews" / "spring-report.yaml", given)
        said.append(act(lab, "open", "spring-report", code=2).err)

    assert ["V001" in said[0], "Did you mean family?" in said[0], "V002" in said[1], "report/none" in said[2]] == [
        True
    ] * 4
    assert before == lab.size()


# --- the package ------------------------------------------------------------------------------------------------------


def test_the_package_verifies_with_the_one_file_verifier_and_with_ours(lab):
    """`python3 ruleout_verify.py package.html`, nothing else; a changed word or a planted bundle is refused."""
    path = packaged(lab)
    good = subprocess.run([sys.executable, "-I", TOOL, path, "--json"], capture_output=True, check=False)
    changed = path.read_bytes().replace(b"Two threat models", b"Ten threat models")
    (lab.folder / "changed.html").write_bytes(changed)
    bad = subprocess.run([sys.executable, "-I", TOOL, lab.folder / "changed.html"], capture_output=True, check=False)

    assert good.returncode == 0, good.stderr
    report = json.loads(good.stdout)
    assert (0, "inclusion") == (good.returncode, report["level"])
    assert report["package"] == status(lab, now=SHARED)["reviewers"][0]["packages"][0]["package"]
    assert (1, True) == (bad.returncode, b"the page that the package's manifest names" in bad.stderr)
    assert run("verify", path).code == 0
    assert run("verify", lab.folder / "changed.html").code == 1


def test_the_page_asks_no_network_and_escapes_what_the_report_says(lab):
    """No address anywhere but in words; markup of the report is text; style and script by digest only."""
    page = packaged(lab).read_text("utf-8")

    assert "default-src &#x27;none&#x27;" in page
    assert "unsafe-inline" not in page
    assert "&lt;b&gt;risks&lt;/b&gt; &amp;" in page
    assert "http://" not in page
    assert "https://" not in page
    assert not any(word in page.replace(' href="#', "") for word in (" src=", " href=", "@import", "url("))


def test_the_whole_record_may_go_along(lab):
    """With --whole-record the bundle is a full one, and a full audit passes."""
    opened(lab)
    act(lab, "assign", *ONE)
    approve(lab)
    package(lab, 0, "--whole-record")

    assert run("verify", lab.folder / "p.html", "--json").json["level"] == "full-audit"


def test_no_version_of_the_report_tells_a_reviewer_the_parts_of_another(lab):
    """A later version says the same again: with the whole record too, only the reviewer's own parts of it go along."""
    opened(lab, declaration("evals-institute"), declaration("bio-institute"))
    with_report(lab, hidden=(), entry="report/spring-report/2")
    act(lab, "assign", *ONE, "--section", "threat-models")
    rest = ("--section", "mitigations", "--section", "overall")
    act(lab, "assign", "spring-report", "--reviewer", "bio-institute", *rest)
    approve(lab)
    approve(lab, "bio-institute")
    package(lab, 0, "--whole-record")
    held = texts_in(open_sealed((lab.folder / "p.html").read_bytes()).bundle)

    assert sum("Two threat models" in text for text in held) == 2
    assert not any("filtered by a classifier" in text or "4217" in text for text in held)
    assert run("verify", lab.folder / "p.html").code == 0


def test_a_package_is_made_of_the_record_alone(lab, tmp_path):
    """The same record at the same instant gives the same bytes."""
    opened(lab)
    act(lab, "assign", *ONE)
    approve(lab)
    other = lab.copy_to(tmp_path / "other")
    package(lab, 0)
    package(other, 0)

    assert (lab.folder / "p.html").read_bytes() == (other.folder / "p.html").read_bytes()


def test_a_package_file_is_never_replaced(lab):
    """An existing file stays, and nothing is recorded of a package that was not written."""
    path = packaged(lab)
    before = lab.size()
    act(lab, "package", "spring-report", path, "--reviewer", "evals-institute", now=SHARED, code=2)

    assert before == lab.size()


# --- what comes back --------------------------------------------------------------------------------------------------


def test_answers_are_filed_once_and_updated_with_a_reason(lab):
    """The same file again is refused; another is an update with a reason; both versions stay as they came."""
    path = packaged(lab)
    first = answered(lab, path)
    second = answered(lab, path, "second", **with_words("Thin."))

    assert "version 1 of evals-institute" in file(lab, first)
    assert "in the record already" in file(lab, first, code=2)
    assert "filed before" in file(lab, second, code=2)
    assert "in the record already" in file(lab, first, "--update", "again", code=2)
    assert "version 2" in file(lab, second, "--update", "more was read")
    assert [1, 2] == [one["version"] for one in status(lab, now=ANSWERED)["reviewers"][0]["versions"]]


def test_an_update_needs_something_to_update(lab):
    """The first version is no update."""
    assert "no version" in file(lab, answered(lab, packaged(lab)), "--update", "why not", code=2)


def test_answers_to_another_package_are_refused(lab, tmp_path):
    """A package of another lab, however alike, is another package; so is one whose digest was written over."""
    path = packaged(lab)
    (tmp_path / "x").mkdir()
    other = packaged(build_lab(tmp_path / "x"))
    foreign = answered(lab, other, "foreign")
    forged = json.loads(answered(lab, path).read_bytes()) | {"report_digest": "0" * 64}
    (lab.folder / "forged.json").write_text(json.dumps(forged, sort_keys=True, separators=(",", ":")))

    assert "expected answers to a package of spring-report" in file(lab, foreign, code=2)
    assert "report digest" in file(lab, lab.folder / "forged.json", code=1)
    assert lab.run("review", "answer", path, foreign, now=ANSWERED).code == 1


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda a: a | {"sections": a["sections"][:-1]}, "missing: overall"),
        (lambda a: a | {"questions": a["questions"] + a["questions"][:1]}, "questions in order"),
        (lambda a: a | {"by": "  "}, "who answered"),
        (lambda a: a | {"dated": "yesterday"}, "a date under dated"),
        (lambda a: a | {"extra": ""}, "an object of ruleout-review-answers/1"),
        (lambda a: a | {"remarks": "x" * 8001}, "at most 8000"),
        (lambda a: a | {"remarks": "a\u200bb"}, "invisible"),
        (lambda a: {**a, "sections": [{**a["sections"][0], "agreement": "maybe"}, *a["sections"][1:]]}, "one of agree"),
    ],
)
def test_a_spoilt_answers_file_is_refused_and_nothing_recorded(lab, spoil, says):
    """Left out, doubled, unnamed, undated, unknown, too long, invisible: each is said."""
    path = answered(lab, packaged(lab))
    spoilt = spoil(json.loads(path.read_bytes()))
    text = json.dumps(spoilt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    (lab.folder / "spoilt.json").write_text(text, encoding="utf-8")
    before = lab.size()

    assert says in file(lab, lab.folder / "spoilt.json", code=1)
    assert before == lab.size()


def test_words_that_leave_something_out_are_refused(lab):
    """A hand-written file answers every section and question, and none that is not there."""
    path = packaged(lab)
    made = words()
    del made["sections"]["overall"]
    made["questions"]["rigor"] = made["questions"].pop("rigour")
    given = write(lab.folder / "words.yaml", made)
    ran = lab.run("review", "answer", path, given)

    assert ran.code == 2
    assert all(text in ran.err for text in ("V003", "overall", "V001", "Did you mean rigour?"))


# --- publication ------------------------------------------------------------------------------------------------------


def test_a_planted_sentence_blocks_publication_and_is_not_repeated(lab):
    """Exit code 1, which answer and which hole; not one word of what is withheld; no file, no entry."""
    path = packaged(lab)
    file(lab, answered(lab, path, **with_words("Note that the ACCESS-classifier wаs switched off: for nine days!")))
    before = lab.size()
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=1)

    assert "sections.mitigations" in ran.text
    assert "report/spring-report/1 sections.1.parts.0.fields.0.statements.1.says" in " ".join(ran.text.split()).replace(
        "field s", "fields"
    )
    assert not any(word in ran.text + ran.err for word in ("classifier", "nine days", "switched"))
    assert not (lab.folder / "public").exists()
    assert before == lab.size()


def test_the_updated_version_is_published_beside_the_original_whose_leak_is_a_hole(lab):
    """Both versions stand on the page; the answer that leaked is a hole; what did not leak is shown."""
    path = packaged(lab)
    file(lab, answered(lab, path, **with_words(f"We were told: {SECRET}")))
    file(lab, answered(lab, path, "second", **with_words("One gap troubles us.")), "--update", "words taken back")
    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED)
    pages = {p.suffix: p.read_text("utf-8") for p in (lab.folder / "public").iterdir()}
    made = json.loads(pages[".json"])
    last = read_record(open_workspace(lab.record)).entries[-1].content
    digests = {hashlib.sha256(page.encode("utf-8")).hexdigest() for page in pages.values()}

    assert {".json", ".md", ".html"} == set(pages)
    assert ("publish", digests) == (last.subject["act"], {ref.sha256 for ref in last.refs})
    assert not any("nine days" in page for page in pages.values())
    assert all("One gap troubles us." in page and "Withheld" in page for page in pages.values())
    assert [["sections.mitigations"], []] == [version["holes"] for version in made["versions"]]
    assert [("agree", "partly")] * 3 == [(s["agreement"], s["adequacy"]) for s in made["versions"][0]["sections"]]
    assert run("verify", lab.record).code == 0


def test_a_leak_in_the_reason_of_an_update_or_in_a_declaration_blocks_too(lab):
    """Every text that the page would show is looked at."""
    path = packaged(lab)
    file(lab, answered(lab, path))
    file(lab, answered(lab, path, "second", remarks="More."), "--update", "4217 prompts are now counted")
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=1)

    assert "reason" in ran.text


def test_a_sentence_spread_over_two_answers_blocks_too(lab):
    """Half of it under one section, half under the next: together they say it, and together they become holes."""
    made = words()
    made["sections"]["threat-models"]["says"] = "The access classifier was off"
    made["sections"]["mitigations"]["says"] = "for nine days in April."
    path = packaged(lab)
    file(lab, answered(lab, path, **made))
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=1)
    file(lab, answered(lab, path, "second", **with_words("Thin.")), "--update", "taken back")
    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED)
    first = json.loads((lab.folder / "public" / "spring-report.json").read_bytes())["versions"][0]

    assert "all answers together" in ran.text
    assert ("", True) == (first["file"], "sections.mitigations" in first["holes"])
    assert not any(
        half in one.read_text("utf-8") for one in (lab.folder / "public").iterdir() for half in ("was off", "nine days")
    )


def test_publication_is_held_where_withheld_values_are_not_at_hand(lab):
    """Without them nobody can look for them: exit code 3, their places, no file."""
    file(lab, answered(lab, packaged(lab), **with_words(SECRET)))
    for kept in (lab.record / "ledger" / "disclosures").rglob("*.json"):
        held = json.loads(kept.read_bytes())
        if held["entry"] == "report/spring-report/1":
            gone = [text for text in held["disclosures"] if SECRET.encode() in base64.urlsafe_b64decode(text + "==")]
            held["disclosures"] = [text for text in held["disclosures"] if text not in gone]
            kept.write_text(json.dumps(held, sort_keys=True, separators=(",", ":")))
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=3)

    assert "held: withheld values are not at hand" in ran.text
    assert not (lab.folder / "public").exists()


def test_what_is_recorded_in_confidence_is_looked_for_and_raises_no_alarm(lab):
    """A deviation's words in an answer block; answers of the same day that say nothing of it do not."""
    path = packaged(lab)
    departure = {
        "deviation": "late-watch",
        "says": "For nine days agents of the build team ran without the second system that watches them.",
        "departs-from": {"framework": "anthropic-rsp@3.4", "clause": "maintain-rso"},
        "discovered": "2027-02-16",
        "since": "2027-02-07",
        "scope": "Agents of the build team.",
    }
    write(lab.record / "deviations" / "late-watch.yaml", departure)
    opening = ("deviation", "open", lab.record / "deviations" / "late-watch.yaml", "--key", "rso-bea")
    assert lab.run(*opening, now=ANSWERED).code == 0
    plain = "We discovered no deviation from the framework in the scope of what agents do; read on 2027-02-16 and 2027-03-07."
    file(lab, answered(lab, path, **with_words(plain)))
    act(lab, "publish", "spring-report", lab.folder / "public", "--check", now=ANSWERED)
    told = with_words("We hear that agents of the build team ran without the second system.")
    file(lab, answered(lab, path, "second", **told), "--update", "more was heard")
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=1)

    assert "deviation/late-watch/1 statement" in ran.text


def test_publishing_can_be_tried_without_writing(lab):
    """--check says what it looked for and writes nothing."""
    file(lab, answered(lab, packaged(lab)))
    before = lab.size()
    ran = act(lab, "publish", "spring-report", lab.folder / "public", "--check", "--json", now=ANSWERED)

    assert {"blocked": False, "missing": [], "leaks": [], "searched": 4, "unsearched": []} == ran.json
    assert (before, False) == (lab.size(), (lab.folder / "public").exists())


def test_nothing_filed_is_nothing_to_publish(lab):
    """A review without answers has no page."""
    packaged(lab)

    assert "no answers were filed" in act(lab, "publish", "spring-report", lab.folder / "public", code=2).err


def test_status_shows_a_missed_week_and_thirty_days(lab):
    """Overdue follows from dates: nobody says so, and the exit code is 1."""
    packaged(lab)
    late = SUBMITTED + timedelta(days=40)
    shown = status(lab, now=late)
    act(lab, "received", *ONE, "--at", "2027-02-13T10:00:00Z", now=ANSWERED)

    assert {"share": "overdue", "comment": "overdue"} == {c["clock"]: c["state"] for c in shown["clocks"]}
    assert lab.run("review", "list", now=late).code == 1
    assert lab.run("review", "status", "spring-report", now=ANSWERED).code == 0
    act(lab, "received", *ONE, "--at", "2027-02-11T10:00:00Z", now=ANSWERED, code=2)
    act(lab, "received", *ONE, "--at", "2028-02-11T10:00:00Z", now=ANSWERED, code=2)


def test_now_is_no_instant_of_the_future(lab):
    """Though the clock goes on while the key is unlocked."""
    packaged(lab)

    act(lab, "received", *ONE, "--at", "now", now=ticking(ANSWERED))


def test_a_section_without_a_reviewer_holds(lab):
    """Exit code 3, with the section's name."""
    opened(lab)
    act(lab, "assign", *ONE, "--section", "overall")
    ran = lab.run("review", "status", "spring-report", now=SUBMITTED)

    assert (3, True) == (ran.code, "threat-models" in ran.text)


def test_erased_answers_are_not_published_as_if_they_were_whole(lab):
    """What was filed and is no longer kept whole stops publication, with the version that lacks."""
    file(lab, answered(lab, packaged(lab)))
    for kept in (lab.record / "ledger" / "disclosures").rglob("*.json"):
        held = json.loads(kept.read_bytes())
        if held["entry"].startswith("review/spring-report/4"):
            held["disclosures"] = held["disclosures"][:-1]
            kept.write_text(json.dumps(held, sort_keys=True, separators=(",", ":")))
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=2)

    assert "no longer kept whole" in ran.err


def test_the_clocks_stand_in_the_calendar_of_duties_too(lab):
    """Where the record holds the framework, `due` counts the same two deadlines from the review's own acts."""
    path = packaged(lab)
    lab.approve_all()
    assert lab.run("assess", lab.case, "-f", "anthropic-rsp@3.4", "--record", "--key", "recorder").code in (0, 1, 3)
    before = due(lab, ANSWERED)
    act(lab, "received", *ONE, "--at", "2027-02-13T10:00:00Z", now=ANSWERED)
    file(lab, answered(lab, path))
    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED)
    clocks = {c["clock"]: c["due"] for c in status(lab, now=ANSWERED)["clocks"]}

    assert {
        "share-with-reviewers": ("missed", clocks["share"]),
        "ask-for-comment": ("due", "2027-03-15T00:00:00Z"),
    } == before
    assert ["done", "done"] == [state for state, _ in due(lab, ANSWERED).values()]
    assert clocks["comment"] == "2027-03-16T00:00:00Z"


def due(lab: Lab, when: Any) -> dict[str, tuple[str, str]]:
    """How the two duties stand in the calendar, with their ends."""
    found = lab.run("due", "--json", "--within", "90d", now=when).json["occurrences"]
    about = "spring-report/evals-institute"
    return {one["duty"]: (one["status"], one["ends"]) for one in found if one["about"] == about}


def test_reviewers_read_what_the_public_does_not_and_see_holes_with_their_reasons(lab):
    """What is hidden from the public is in the package; what is hidden from reviewers too is a hole with its reason."""
    opened(lab)
    hide = (
        "redact",
        "report/spring-report/1",
        "sections.2.parts.0.fields.0.statements.0",
        "--class",
        "legal",
        "--justification",
    )
    more = ("a court's order", "--review-by", "2027-12-31", "--authority", "rso", "--not-material")
    assert lab.run(*hide, *more, "--audience", "reviewer", "--key", "rso-bea", now=SUBMITTED).code == 0
    act(lab, "assign", *ONE)
    approve(lab)
    package(lab, 0)
    page = (lab.folder / "p.html").read_text("utf-8")

    assert "switched off for nine days" in page
    assert "Benefits outweigh" not in page
    assert page.count("<strong>Withheld.</strong> redacted, legal: a court&#x27;s order") == 1
    assert run("verify", lab.folder / "p.html").code == 0


def test_a_public_copy_holds_no_answer_that_was_filed(lab):
    """What a reviewer wrote is public as the checked page alone: an export for the public lacks every word of it."""
    file(lab, answered(lab, packaged(lab), **with_words(f"We were told: {SECRET}")))
    assert lab.run("export", lab.folder / "public.json", "--audience", "public", now=ANSWERED).code == 0
    texts = texts_in((lab.folder / "public.json").read_bytes())

    assert texts
    assert not any("nine days" in text or "Dr. R. Outside" in text or "Evals Institute" in text for text in texts)


def test_only_the_grounds_that_the_rules_allow_keep_anything_from_reviewers(lab):
    """Withheld from reviewers for another ground than a legal one: no package, and the rule is named."""
    opened(lab)
    hide = ("redact", "report/spring-report/1", "sections.2.parts.0.fields.0.statements.0", "--class", "ip")
    more = ("--justification", "a trade secret", "--review-by", "2027-12-31", "--authority", "rso", "--not-material")
    assert lab.run(*hide, *more, "--audience", "reviewer", "--key", "rso-bea", now=SUBMITTED).code == 0
    act(lab, "assign", *ONE)
    approve(lab)
    (told,) = package(lab, 1)["in_the_way"]

    assert "Overall: something is withheld from reviewers (ip)" in told
    assert "3.6.2" in told


def test_a_package_marks_what_the_public_is_not_shown(lab):
    """With class, materiality and justification: who does not know it would repeat it, and could not judge the redaction."""
    page = packaged(lab).read_text("utf-8")
    mark = "not public: cybersecurity, material: how filtering failed is not mended everywhere"

    assert page.count(mark) == 2
    assert f'one vendor&#x27;s platform. <span class="mark">{mark}' in page
    assert '4217 <span class="mark">not public</span>' in page


def test_titles_that_the_public_is_not_shown_are_not_published(lab):
    """A report that was made for reviewers alone: its title, its sections' titles and its items' names stay out of the page."""
    items = (
        part(field("Risk", said("Low.")), id_="nightjar", title="Operation Nightjar"),
        part(field("Risk", said("Low too.")), id_="research", title="Automated research"),
    )
    report = publication(section("threat-models", "Threat models", *items, each="threat model"))
    with_report(lab, report, hidden=(), audience="reviewer")
    write(lab.record / "reviews" / "spring-report.yaml", review_file())
    act(lab, "open", "spring-report")
    act(lab, "assign", *ONE)
    approve(lab)
    package(lab, 0)
    made = words(
        sections={
            f"threat-models--{one}": {"agreement": "agree", "adequacy": "partly"} for one in ("nightjar", "research")
        },
        remarks="The written parts are primary; what is asked of threat models was answered, and the rsp source was named.",
    )
    path = answered(lab, lab.folder / "p.html", **made)
    file(lab, path)
    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED)
    told = answered(lab, lab.folder / "p.html", "told", **(made | {"remarks": "On nightjar we say nothing."}))
    file(lab, told, "--update", "more")
    act(lab, "publish", "spring-report", lab.folder / "other", now=ANSWERED, code=1)
    pages = [one.read_text("utf-8") for one in (lab.folder / "public").iterdir()]
    log = lab.run("log", "--json", now=ANSWERED).text

    assert len(pages) == 3
    assert not any("ightjar" in page or "Automated research" in page or "spring 2027" in page for page in (*pages, log))
    assert all("Section 1: item 1" in page for page in pages)


@pytest.mark.parametrize(
    "says",
    [
        "THE ACCESS CLASSIFIER WAS SWITCHED OFF FOR NINE DAYS",
        "the\u2003access\n\n classifier\twas   switched\u00a0off",
        "the \u0430cc\u0435ss cl\u0430ssifi\u0435r w\u0430s switch\u0435d off",
        "the access\nclassifier\nwas\nswitched\noff\nfor",
        "We counted 4,217 of them.",
        "We counted 4 217 of them.",
        "It was four thousand two hundred and seventeen.",
        "a share of 4.69 %",
        "about 4.7 percent",
        "0.0469",
    ],
)
def test_every_disguise_of_a_planted_span_blocks_publication(filed_with, says):
    """Case, odd spaces, look-alike letters, line breaks, and figures of hidden cells of a table."""
    lab = filed_with(says)
    ran = act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED, code=1)

    assert "sections.mitigations" in ran.text
    assert not (lab.folder / "public").exists()


def test_what_is_close_to_a_withheld_span_and_not_it_is_published(filed_with):
    """Public words and figures, and plain talk of the same matter, block nothing."""
    lab = filed_with(
        "Access is filtered by a classifier, as is said; of 12 prompts on the own platform a share of 0.02 % was unfiltered. "
        "We would have liked counts for the vendor platform in the public version, and days rather than weeks of notice."
    )

    act(lab, "publish", "spring-report", lab.folder / "public", now=ANSWERED)
