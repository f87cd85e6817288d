# SPDX-License-Identifier: Apache-2.0
"""`redact`, `erase` and `export --audience` end to end, and what is left of an act whose words are gone (L-4, A-8)."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from tests.integration.command_line import NOW, ROOT, Lab, build_lab, run
from tests.integration.test_registers_of_facts import CONCERN, DEVIATION, INCIDENT

from ruleout.app.disclosure.erase import draft_erasure, to_erase
from ruleout.app.disclosure.erased import finish_erasures
from ruleout.app.ledger import read_record, recording
from ruleout.app.settings import Settings
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace, open_workspace
from ruleout.errors import LedgerError
from ruleout.ledger.redaction import ErasureGround

OPENED = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
TOOL = ROOT / "tools" / "ruleout_verify.py"
WHY = ("--class", "cybersecurity", "--justification", "how the intruder got in is not fixed everywhere")
TERMS = ("--not-material", "--review-by", "2027-06-30", "--authority", "rso", "--key", "rso-bea")
GONE = ("--ground", "personal-data", "--reason", "asked for by who is named", "--authority", "rso", "--key", "rso-bea")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A lab with an incident, a concern and a deviation in its record."""
    lab = build_lab(tmp_path_factory.mktemp("told"))
    for folder, name, text in (("incidents", "weights-1", INCIDENT), ("", "concern", CONCERN)):
        (lab.record / folder).mkdir(exist_ok=True)
        (lab.record / folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert lab.run("incident", "open", "weights-1", "--key", "rso-bea", now=OPENED).code == 0
    concern = ("concern", "receive", lab.record / "concern.yaml", "--key", "recorder")
    assert lab.run(*concern, now=OPENED).code == 0
    (lab.record / "concern.yaml").unlink()
    return lab


@pytest.fixture
def lab(told: Lab, tmp_path) -> Lab:
    return told.copy_to(tmp_path)


def act(lab: Lab, *arguments: object, now: datetime = OPENED) -> str:
    """Run a command that must succeed; return what it says."""
    ran = lab.run(*arguments, now=now)
    assert ran.code == 0, ran.err
    return ran.err


def export(lab: Lab, audience: str, *more: object):
    """A bundle for an audience, and what was said of it."""
    path = lab.folder / f"{audience}.json"
    path.unlink(missing_ok=True)
    return path, act(lab, "export", path, "--audience", audience, *more)


def verified(path, *more: str):
    """Both verifiers' exit codes and reports; their verdicts must be the same."""
    ours = run("verify", path, *more, "--json", "--at", "2027-03-01")
    command = [sys.executable, "-I", "-S", str(TOOL), str(path), *more, "--json", "--at", "2027-03-01"]
    theirs = subprocess.run(command, capture_output=True, check=False, timeout=300)
    found = json.loads(theirs.stdout)
    assert (ours.code, ours.json["digests"]) == (theirs.returncode, found["digests"])
    assert [(c["name"], c["status"]) for c in ours.json["checks"]] == [
        (c["name"], c["status"]) for c in found["checks"]
    ]
    return ours.code, ours.json


def words_in(path) -> bytes:
    """Everything that a bundle says: its bytes, and those of its disclosures and objects."""
    data = path.read_bytes()
    raw = json.loads(data)
    texts = [base64.b64decode(text + "==", altchars=b"-_") for text in raw["disclosures"]]
    return b"".join([data, *texts, *map(base64.b64decode, raw["objects"].values())])


def test_a_public_copy_holds_no_word_in_confidence_and_staff_read_it(lab):
    """Statements of incidents and concerns go to staff and regulators; a copy for others says how many it lacks."""
    public, said = export(lab, "public")
    staff, _ = export(lab, "staff")

    assert b"copied a checkpoint" not in words_in(public)
    assert b"copied a checkpoint" in words_in(staff)
    assert "withheld, unexplained: 6" in said
    assert "next: ruleout redact incident/weights-1/1" in said
    assert "WHY ..., or another --audience" in said, "no log is missing, so none is offered"
    assert (0, 1, 0) == (verified(public)[0], verified(public, "--strict")[0], verified(staff, "--strict")[0])


def test_a_redaction_explains_the_hole_to_both_verifiers(lab):
    """Class, words, role, review date; the decoys hide with it, so that nobody can count; strict passes."""
    act(lab, "redact", "incident/weights-1/1", "statement", *WHY, *TERMS)
    act(lab, "redact", "concern/1/1", "*", *WHY, *TERMS, "--audience", "public", "--audience", "reviewer")
    code, value = verified(export(lab, "public")[0], "--strict")

    holes = [one for one in value["digests"] if one["verdict"] == "redacted" and one["entry"] == "incident/weights-1/1"]
    assert (0, 3) == (code, len(holes))
    assert {("cybersecurity", WHY[3], "rso", "2027-06-30", False, False, "redaction/1", "statement")} == {
        (
            o["class"],
            o["justification"],
            o["authority"],
            o["review_by"],
            o["material"],
            o["overdue"],
            o["by"],
            o["location"],
        )
        for o in holes
    }
    # The reviewer sees neither by default, and only the second redaction says why.
    assert 1 == verified(export(lab, "reviewer")[0], "--strict")[0]


def test_a_review_that_is_overdue_is_said_everywhere(lab):
    """By the list, by both verifiers; a redaction does not lapse by it."""
    act(lab, "redact", "incident/weights-1/1", "*", *WHY, *TERMS)
    path, _ = export(lab, "public", "--entry", 4)

    assert (0, 1) == tuple(lab.run("redact", "list", "--at", day).code for day in ("2027-06-30", "2027-07-01"))
    assert "REVIEW OVERDUE" in lab.run("redact", "list", "--due", "--at", "2027-07-01").text
    late = run("verify", path, "--at", "2027-07-01", "--json").json["digests"]
    assert {True} == {one["overdue"] for one in late if one["verdict"] == "redacted"}
    assert "OVERDUE" in run("verify", path, "--at", "2027-07-01").text.replace("\n", " ")


def test_chosen_entries_go_with_the_acts_that_explain_their_holes(lab):
    """A copy of one entry has the redaction too, and its lift if there is one."""
    act(lab, "redact", "incident/weights-1/1", "*", *WHY, *TERMS)
    _, said = export(lab, "public", "--entry", 4)

    assert " 2 entries, for the public" in said


def test_lifting_shows_it_again(lab):
    """What staff had lost comes back; for the public the kind itself keeps it."""
    act(lab, "redact", "incident/weights-1/1", "statement", *WHY, *TERMS, "--audience", "staff")
    assert b"copied a checkpoint" not in words_in(export(lab, "staff")[0])
    act(lab, "redact", "lift", "redaction/1", "--justification", "fixed", "--authority", "rso", "--key", "rso-bea")

    assert b"copied a checkpoint" in words_in(export(lab, "staff")[0])
    assert "no redaction stands" in lab.run("redact", "list").text
    assert (
        lab.run("redact", "lift", "redaction/1", "--justification", "x", "--authority", "rso", "--key", "rso-bea").code
        == 2
    )


def test_a_lift_by_a_stolen_key_lifts_nothing(lab):
    """Its redactions go on hiding, what it lifted is hidden again, and both verifiers give the same verdicts (L-7)."""
    act(lab, "redact", "incident/weights-1/1", "statement", *WHY, *TERMS, "--audience", "staff")
    act(lab, "redact", "lift", "redaction/1", "--justification", "fixed", "--authority", "rso", "--key", "rso-bea")
    stolen = ("--from", "2026-11-01T00:00:00Z", "--reason", "stolen", "--key", "ceo-ada")
    act(lab, "key", "compromise", "rso-bea", *stolen)
    path, _ = export(lab, "staff")
    told = verified(path)

    assert b"copied a checkpoint" not in words_in(path)
    assert "redacted" in str(told)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("redact", "incident/none/1", "statement", *WHY, *TERMS), "no entry 'incident/none/1'"),
        (("redact", "incident/weights-1/1", "stetement", *WHY, *TERMS), "it has: statement"),
        (("redact", "incident/weights-1/1", *WHY, *TERMS), "expected a path or an object"),
        (("redact", "incident/weights-1/1", "statement", *WHY, *TERMS[:-4], "--authority", "ceo", "--key", "rso-bea"), "holds rso"),
        (("redact", "incident/weights-1/1", "statement", *WHY, *TERMS, "--review-by", "2026-01-01"), "review to come"),
        (("redact", "incident/weights-1/1", "statement", *WHY, *TERMS, "--justification", " "), "reason of 1 to 2000"),
        (("redact", "incident/weights-1/1", "--object", "0" * 64, *WHY, *TERMS), "names no object"),
        (("redact", "key/rso-bea/", "*", *WHY, *TERMS), "no entry"),
        (("erase", "incident/weights-1/1", "nothing", *GONE, "--yes"), "nothing stands at 'nothing'"),
        (("erase", "incident/weights-1/1", "statement", *GONE[:-4], "--authority", "ceo", "--key", "rso-bea", "--yes"), "holds rso"),
    ],
)  # fmt: skip
def test_what_may_not_be_hidden_or_removed_is_refused_and_nothing_is_written(lab, arguments, says):
    before = lab.size()
    ran = lab.run(*arguments, now=OPENED)

    assert (2, True) == (ran.code, says in ran.err), ran.err
    assert lab.size() == before


def test_reasons_are_never_hidden(lab):
    """A redaction of a redaction would take the reason away."""
    act(lab, "redact", "incident/weights-1/1", "statement", *WHY, *TERMS)
    ran = lab.run("redact", "redaction/1", "--object", "justification", *WHY, *TERMS, now=OPENED)

    assert (2, True) == (ran.code, "nothing of a redaction entry is ever hidden" in ran.err)


def test_an_object_may_be_hidden_and_strict_asks_for_its_reason(lab):
    """A framework's file taken out of the public copy, with its reason; without one, strict fails."""
    assert lab.run("assess", lab.case, "-f", "anthropic-rsp@2.2", "--record", "--key", "recorder").code == 3
    entries = [one["entry"] for one in lab.run("log", "--json").json["entries"]]
    framework = next(e["id"] for e in entries if e["type"] == "framework")
    act(lab, "redact", "incident/weights-1/1", "*", *WHY, *TERMS)
    act(lab, "redact", "concern/1/1", "*", *WHY, *TERMS)
    said = act(lab, "redact", framework, "--object", "framework", *WHY, *TERMS)
    path, _ = export(lab, "public", "--with-logs")
    code, value = verified(path, "--strict")

    redacted = [one for one in value["digests"] if one["kind"] == "object" and one["verdict"] == "redacted"]
    assert (0, [framework]) == (code, [one["entry"] for one in redacted])
    decision = next(e["id"] for e in entries if e["type"] == "decision")
    assert f"mind: 1 other entry names it and loses it too, the first {decision}" in said
    assert "no decision that rests on it replays from such a copy" in said
    assert run("replay", path).code == 1


def test_hiding_what_no_other_entry_names_warns_of_nothing(lab):
    """Values of one entry, which no other has."""
    assert "mind" not in act(lab, "redact", "incident/weights-1/1", "*", *WHY, *TERMS)


# --- erasure ---


def kept_texts(lab: Lab) -> list[bytes]:
    files = (lab.record / "ledger" / "disclosures").rglob("*")
    texts = [t for f in files if f.is_file() for t in json.loads(f.read_bytes())["disclosures"]]
    return [base64.b64decode(text + "==", altchars=b"-_") for text in texts]


def log_bytes(lab: Lab) -> dict[str, bytes]:
    """The journal, the checkpoint and every full or partial tile."""
    ledger = lab.record / "ledger"
    files = [ledger / "journal", ledger / "checkpoint", *(lab.record / "ledger" / "tile").rglob("*")]
    return {str(path): path.read_bytes() for path in files if path.is_file()}


def test_without_yes_nothing_goes(lab):
    before = kept_texts(lab)
    ran = lab.run("erase", "concern/1/1", "statement", *GONE, now=OPENED)

    assert (2, True) == (ran.code, "would remove what 3 digests of concern/1/1 stand for, for good" in ran.err)
    assert kept_texts(lab) == before


def test_value_and_salt_go_and_not_a_byte_of_the_log_changes(lab):
    """Searched in every byte of the workspace; the journal only grew; the record verifies, strictly too."""
    before, held = log_bytes(lab), [json.loads(text) for text in kept_texts(lab)]
    salts = [parts[0] for parts in held if "did not take place" in str(parts[-1])]
    said = act(lab, "erase", "concern/1/1", "statement", *GONE, "--yes")
    after = log_bytes(lab)
    everything = b"".join(path.read_bytes() for path in lab.record.rglob("*") if path.is_file())
    plain = everything + b"".join(kept_texts(lab))

    assert "3 disclosures removed" in said
    assert 1 == len(salts)
    assert salts[0].encode() not in plain
    assert b"did not take place" not in plain
    journal = str(lab.record / "ledger" / "journal")
    assert after[journal].startswith(before[journal])
    assert run("verify", lab.record, "--strict").code == 0
    code, value = verified(export(lab, "staff")[0], "--strict")
    assert (0, 3) == (code, sum(one["verdict"] == "erased" for one in value["digests"]))


def test_files_that_still_hold_the_value_are_named(lab):
    """What people keep in files of their own is theirs to remove."""
    said = act(lab, "erase", "incident/weights-1/1", "statement", *GONE, "--yes")

    assert "still holds the value" in said
    assert "incidents/weights-1.yaml" in said


def erasing(lab: Lab) -> Workspace:
    """Cut off an erasure between its two steps: its entry is in the record, and nothing is removed."""
    place = open_workspace(lab.record)
    keys = Keys(settings=Settings(keys_folder=lab.folder, environment=lab.env), ask=lambda name: "")
    with recording(place, keys, at=OPENED) as (record, recorder):
        found = to_erase("concern/1/1", ["statement"], record)
        ground = ErasureGround.PERSONAL_DATA
        draft_erasure(found, ground, "asked for", record, recorder, keys.unlock("rso-bea"), authority="rso")
        recorder.commit()
    return place


def test_what_is_removed_leaves_the_checkpoint_and_every_byte_of_the_log_as_they_are(lab):
    """Once the erasure's own entry is in the record; until then the bytes are still there, and nobody reads them."""
    place = erasing(lab)
    concern = next(e for e in read_record(place).entries if e.content.id == "concern/1/1")
    assert any(b"did not take place" in text for text in kept_texts(lab))
    assert "statement" not in read_record(place).disclosed(concern)
    assert b"did not take place" not in words_in(export(lab, "staff")[0])

    before = log_bytes(lab)
    assert any(path.endswith("/checkpoint") for path in before)
    assert finish_erasures(place.ledger, read_record(place).entries) == 3
    assert log_bytes(lab) == before
    assert not any(b"did not take place" in text for text in kept_texts(lab))


def test_an_erasure_that_was_cut_off_is_finished_by_the_next_act(lab):
    erasing(lab)
    act(lab, "redact", "incident/weights-1/1", "statement", *WHY, *TERMS)
    assert not any(b"did not take place" in text for text in kept_texts(lab))


def test_an_incident_whose_words_are_gone_is_shown_as_such_and_fails(lab):
    """Its clocks are not known: it is named, not dropped; stated anew, it counts again from its first discovery."""
    act(lab, "erase", "incident/weights-1/1", "statement", *GONE, "--yes")
    listed, shown = lab.run("incident", "list", now=OPENED), lab.run("incident", "show", "weights-1", now=OPENED)

    assert (1, 2) == (listed.code, shown.code)
    assert "not here: something that incident/weights-1/1 states, erased by erasure/1" in listed.err
    assert "no statement of incident 'weights-1' is here any more" in shown.err
    report = ("incident", "report", "weights-1", "--regime", "california", "--stage", "initial")
    assert lab.run(*report, now=OPENED).code == 2

    later = INCIDENT.replace("discovered: 2027-02-01T11:00:00Z", "discovered: 2027-02-09T11:00:00Z")
    (lab.record / "incidents" / "weights-1.yaml").write_text(later, encoding="utf-8")
    after = OPENED + timedelta(days=9)
    act(lab, "incident", "amend", "weights-1", "--reason", "stated anew", "--key", "rso-bea", now=after)
    value = lab.run("incident", "show", "weights-1", "--json", now=after).json
    assert value["instants"]["discovered"] == "2027-02-01T11:00:00Z"


def test_a_concern_whose_words_are_gone_is_counted_and_moved_by_nobody(lab):
    """The quarter's counts are whole; whom it concerned is not known, so nobody may decide it."""
    counts = ("concern", "rollup", "2027-Q1", "-f", "anthropic-rsp@3.4", "--json")
    before = lab.run(*counts, now=OPENED).json
    act(lab, "erase", "concern/1/1", "statement", *GONE, "--yes")
    decide = lab.run("concern", "close", 1, "--status", "unsubstantiated", "--key", "recorder", now=OPENED)

    assert before["received"] == lab.run(*counts, now=OPENED).json["received"] == 1
    assert (2, True) == (decide.code, "whom it concerns is not known" in decide.err)
    assert lab.run("concern", "list", "--texts", now=OPENED).code in (0, 1)


def test_a_deviation_whose_closing_is_gone_is_open(lab, tmp_path):
    """What cannot be read closes nothing."""
    file = tmp_path / "deviation.yaml"
    file.write_text(DEVIATION, encoding="utf-8")
    act(lab, "deviation", "open", file, "--key", "rso-bea")
    name = DEVIATION.split()[1]
    act(lab, "erase", f"deviation/{name}/1", "*", *GONE, "--yes")
    listed = lab.run("deviation", "list", now=OPENED)

    assert "not here: something that deviation/" in listed.err
    assert lab.run("deviation", "show", name, now=OPENED).code == 2


def test_a_damaged_store_is_no_erasure(lab):
    """A file of disclosures that somebody edited is damage, and says so."""
    name = hashlib.sha256(b"concern/1/1").hexdigest()
    (lab.record / "ledger" / "disclosures" / name[:2] / f"{name[2:]}.json").write_text("{}")
    concern = next(e for e in read_record(open_workspace(lab.record)).entries if e.content.id == "concern/1/1")

    with pytest.raises(LedgerError, match="damaged file"):
        read_record(open_workspace(lab.record)).disclosed(concern)
    assert NOW < OPENED


def test_each_refusal_names_the_option_that_mends_it(lab):
    """An empty justification is not mended with --reason; where nothing is left, no name is asked for."""
    redact = ("redact", "incident/weights-1/1", "statement", *WHY[:2], "--justification", " ", *TERMS)
    assert "Say why with --justification" in lab.run(*redact, now=OPENED).err

    lift = ("redact", "lift", "redaction/1", "--justification", "fixed", "--authority", "rso", "--key", "rso-bea")
    assert "There is nothing to lift" in lab.run(*lift, now=OPENED).err

    act(lab, "erase", "concern/1/1", "*", *GONE, "--yes")
    again = lab.run("erase", "concern/1/1", "statement", *GONE, "--yes", now=OPENED)
    assert (2, True) == (again.code, "What it disclosed was erased" in again.err)


def test_a_redaction_names_the_copy_that_shows_it(lab):
    """The next step is the export for those from whom it hides."""
    said = act(lab, "redact", "incident/weights-1/1", "statement", *WHY, *TERMS, "--audience", "staff")

    assert "next: ruleout export FILE --audience staff" in said
