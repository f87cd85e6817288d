# SPDX-License-Identifier: Apache-2.0
"""Incidents, deviations and concerns through the command line and a real record (A-4, A-6, A-13)."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import ROOT, Lab, build_lab, run

OPENED = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
INCIDENT = """\
incident: weights-1
title: Copy of weights leaves the training cluster
happened: An intruder copied a checkpoint.
occurred: {from: 2027-01-30T03:00:00Z, to: unknown}
known: {suspected: 2027-02-01T09:00:00Z, discovered: 2027-02-01T11:00:00Z, aware-of-model-involvement: 2027-02-01T11:00:00Z}
facts: {weights-breached: yes, death: unknown, catastrophic-harm: no, control-lost: no, deceived-developer: no}
internal-use: no
models: [{name: Example-1}]
harm: unknown
victims: unknown
chain-of-events: [A session token was stolen., 40 files were copied.]
involvement: Access logs of the weight store.
"""
DEVIATION = """\
deviation: late-review
says: The yearly review by a third party was not commissioned.
departs-from: {framework: anthropic-rsp@3.4, clause: procedural-review}
discovered: 2027-01-20T09:00:00Z
since: unknown
scope: The review of 2026; no model.
remediation: [{says: Commission it., owner: compliance, due: 2027-02-15}]
"""
CONCERN = """\
# from Zelda, who wants no name kept
concern: A run was skipped
says: The run that October's report names did not take place.
concerns-roles: [rso]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return build_lab(tmp_path_factory.mktemp("lab"))


@pytest.fixture
def lab(built: Lab, tmp_path) -> Lab:
    return built.copy_to(tmp_path)


def written(lab: Lab, path: str, text: str) -> None:
    file = lab.record / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def opened(lab: Lab) -> Lab:
    written(lab, "incidents/weights-1.yaml", INCIDENT)
    assert lab.run("incident", "open", "weights-1", "--key", "rso-bea", now=OPENED).code == 0
    return lab


def amended(lab: Lab, old: str, new: str, day: int, *, verb: str = "amend") -> None:
    path = lab.record / "incidents" / "weights-1.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    ran = lab.run("incident", verb, "weights-1", "--reason", "more is known", "--key", "rso-bea", now=february(day))
    assert ran.code == 0, ran.err


def february(day: int) -> datetime:
    return datetime(2027, 2, day, 18, 0, tzinfo=UTC)


def clocks(lab: Lab, regime: str, when: datetime) -> dict[str, str]:
    shown = lab.run("incident", "show", "weights-1", "--json", now=when).json
    found = next(one for one in shown["regimes"] if one["regime"] == regime)
    return {clock["report"]: clock["state"] for clock in found["clocks"]}


def test_one_record_is_an_incident_here_and_none_there(lab):
    """With injury unknown every state's clock runs; without it only the Code's goes on, and no entry was changed."""
    opened(lab)
    before = clocks(lab, "new-york", february(2))
    amended(lab, "death: unknown", "death: no, bodily-injury: no", 2)

    assert before["incident-report"] == "due"
    for state in ("california", "new-york", "illinois"):
        assert set(clocks(lab, state, february(3)).values()) == {"not owed"}
    assert clocks(lab, "eu", february(3))["initial-report-security"] == "due"
    assert clocks(lab, "eu", february(8))["initial-report-security"] == "missed"
    shown = lab.run("incident", "show", "weights-1", now=february(3)).text
    assert "$.facts.death: unknown -> no" in shown
    assert run("verify", lab.record).code == 0


def test_a_report_stops_at_a_field_that_is_neither_stated_nor_unknown(lab):
    """The message names it with what the text asks; once it says unknown, the report says unknown."""
    opened(lab)
    stopped = lab.run("incident", "report", "weights-1", "--regime", "eu", "--stage", "initial", now=february(2))
    amended(lab, "victims: unknown", "victims: unknown\nresponse: Tokens revoked.\nrecommendations: unknown", 2)
    given = ("incident", "report", "weights-1", "--regime", "eu", "--stage", "initial", "--key", "rso-bea", "--json")
    made = lab.run(*given, now=february(3))

    assert stopped.code == 2
    assert "response (The response to it, Code 9.2(6))" in stopped.err
    assert made.code == 0, made.err
    values = {one["name"]: one["value"] for one in made.json["fields"]}
    assert (values["harm"], values["recommendations"]) == ("unknown", "unknown")
    assert made.json["rests-on"] == "incident/weights-1/2"
    assert clocks(lab, "eu", february(8))["initial-report-security"] == "reported"


def test_a_report_rests_on_the_record_and_not_on_the_file(lab):
    """Who changes the file must amend first."""
    opened(lab)
    written(lab, "incidents/weights-1.yaml", INCIDENT + "response: None.\n")

    ran = lab.run("incident", "report", "weights-1", "--regime", "california", "--stage", "initial", now=february(2))

    assert ran.code == 2
    assert "incident amend weights-1" in ran.err


def test_a_discovery_moved_to_a_later_day_moves_no_deadline(lab):
    """Both are shown; with a correction and its reason the later one counts."""
    opened(lab)
    first = lab.run("incident", "show", "weights-1", "--json", now=february(3)).json
    amended(lab, "discovered: 2027-02-01T11", "discovered: 2027-02-04T11", 4)
    second = lab.run("incident", "show", "weights-1", "--json", now=february(5)).json
    line = "corrections: [{instant: discovered, was: 2027-02-01T11:00:00Z, because: It was another host.}]\n"
    amended(lab, "victims:", line + "victims:", 5)
    third = lab.run("incident", "show", "weights-1", "--json", now=february(6)).json

    assert first["regimes"][0]["clocks"] == second["regimes"][0]["clocks"]
    assert second["instants"]["discovered"] == "2027-02-01T11:00:00Z"
    assert third["instants"]["discovered"] == "2027-02-04T11:00:00Z"
    assert [one["taken-back"] for one in third["stated"]["discovered"]] == ["It was another host.", None]


def test_a_correction_of_what_was_never_stated_is_refused(lab):
    """Nothing can be taken back that nobody said."""
    opened(lab)
    line = "corrections: [{instant: discovered, was: 2026-02-01T11:00:00Z, because: No.}]\n"
    written(lab, "incidents/weights-1.yaml", INCIDENT + line)

    ran = lab.run("incident", "amend", "weights-1", "--reason", "r", "--key", "rso-bea", now=february(2))

    assert (ran.code, "once stated" in ran.err) == (2, True)


def test_a_resolved_incident_owes_its_final_report(lab):
    """Resolution ends the intermediate reports and starts sixty days."""
    opened(lab)
    early = lab.run("incident", "resolve", "weights-1", "--reason", "r", "--key", "rso-bea", now=february(2))
    amended(lab, "known: {", "known: {resolved: 2027-02-10T10:00:00Z, ", 11, verb="resolve")

    assert early.code == 2
    assert clocks(lab, "eu", february(12))["intermediate-report"] == "ended"
    assert clocks(lab, "eu", february(12))["final-report"] == "due"
    assert clocks(lab, "eu", datetime(2027, 4, 12, tzinfo=UTC))["final-report"] == "missed"


def test_a_merged_incident_is_reported_with_the_first(lab):
    """Under the Code with the first one's clock, in the states with its own."""
    opened(lab)
    second = INCIDENT.replace("weights-1", "weights-2").replace("2027-02-01T", "2027-02-05T")
    written(lab, "incidents/weights-2.yaml", second)
    assert lab.run("incident", "open", "weights-2", "--key", "rso-bea", now=february(5)).code == 0
    merge = ("incident", "merge", "weights-2", "--into", "weights-1", "--reason", "one intruder", "--key", "rso-bea")
    assert lab.run(*merge, now=february(5)).code == 0
    again = lab.run(*merge, now=february(5))
    report = lab.run("incident", "report", "weights-2", "--regime", "eu", "--stage", "initial", now=february(5))
    shown = lab.run("incident", "show", "weights-2", "--json", now=february(5)).json

    groups = {one["regime"]: one["group"] for one in shown["regimes"]}
    assert groups["eu"] == ["weights-1", "weights-2"]
    assert groups["california"] == ["weights-2"]
    assert again.code == 2
    assert "Report weights-1" in report.err


def test_a_file_with_a_fact_of_another_name_is_refused_before_it_is_recorded(lab):
    """`check` and `open` both say so, with the closest name."""
    written(lab, "incidents/weights-1.yaml", INCIDENT.replace("weights-breached", "weights-breach"))

    checked = lab.run("check")
    ran = lab.run("incident", "open", "weights-1", "--key", "rso-bea", now=OPENED)

    assert (checked.code, ran.code) == (2, 2)
    assert "Did you mean weights-breached?" in ran.err
    assert "I001" in checked.text


def test_a_workspace_may_add_a_regime_of_its_own(lab):
    """Jurisdictions are data: a file more, and no line of code."""
    shipped = (ROOT / "jurisdictions" / "california" / "incidents.yaml").read_text("utf-8")
    text = shipped.replace("incidents-of: california", "incidents-of: arcadia")
    written(lab, "jurisdictions/arcadia/incidents.yaml", text.replace("within: 15 days", "within: 1 day"))
    opened(lab)

    assert lab.run("check", now=OPENED).code == 0
    assert clocks(lab, "arcadia", february(3))["incident-report"] == "missed"


def test_a_regime_counted_in_a_zone_that_does_not_exist_is_refused(lab):
    """Found by `check`, before any deadline is."""
    shipped = (ROOT / "jurisdictions" / "california" / "incidents.yaml").read_text("utf-8")
    text = shipped.replace("incidents-of: california", "incidents-of: arcadia").replace(
        "America/Los_Angeles", "Arcadia"
    )
    written(lab, "jurisdictions/arcadia/incidents.yaml", text)

    ran = lab.run("check")

    assert (ran.code, "time zone" in ran.err) == (2, True)


def test_a_fact_asked_in_other_words_is_refused(lab):
    """One answer cannot stand for two questions."""
    shipped = (ROOT / "jurisdictions" / "california" / "incidents.yaml").read_text("utf-8")
    text = shipped.replace("incidents-of: california", "incidents-of: arcadia").replace(
        "Did a person die", "Did many die"
    )
    written(lab, "jurisdictions/arcadia/incidents.yaml", text)
    written(lab, "incidents/weights-1.yaml", INCIDENT)

    ran = lab.run("incident", "open", "weights-1", "--key", "rso-bea", now=OPENED)

    assert (ran.code, "other words" in ran.err) == (2, True)


def test_a_deviation_is_an_entry_with_a_clause_that_exists(lab):
    """Open, overdue, not closed before it is right again, closed with what was done."""
    written(lab, "deviations/late-review.yaml", DEVIATION.replace("procedural-review", "procedural-revue"))
    wrong = lab.run("deviation", "open", "late-review", "--key", "rso-bea", now=OPENED)
    written(lab, "deviations/late-review.yaml", DEVIATION)
    assert lab.run("deviation", "open", "late-review", "--key", "rso-bea", now=OPENED).code == 0
    close = ("deviation", "close", "late-review", "--reason", "reviewed", "--key", "rso-bea")
    early = lab.run(*close, now=february(17))
    late = lab.run("deviation", "list", now=february(17))
    done = DEVIATION.replace("02-15}", "02-15, done: 2027-02-20}") + "correction: Done.\ncorrected: 2027-02-20\n"
    written(lab, "deviations/late-review.yaml", done + "disclosed-in: [Risk Report of March 2027]\n")
    assert lab.run(*close, now=february(20)).code == 0
    shown = lab.run("deviation", "show", "late-review", "--json", now=february(21))

    assert (wrong.code, "Did you mean procedural-review?" in wrong.err) == (2, True)
    assert (early.code, late.code) == (2, 1)
    assert "1 closed; --closed lists it too" in lab.run("deviation", "list", now=february(21)).text
    assert (shown.json["open"], shown.json["disclosed-in"]) == (False, ["Risk Report of March 2027"])
    assert lab.run("check", now=february(21)).code == 0


def disclosures_in(lab):
    """Every disclosure that the workspace keeps, as text."""
    files = (lab.record / "ledger" / "disclosures").rglob("*.json")
    return [text for file in files for text in json.loads(file.read_bytes())["disclosures"]]


def test_neither_the_record_nor_its_objects_hold_who_reported_anonymously(lab, tmp_path):
    """Not the name in a comment, not the file's name, not the folder: searched in every byte of the workspace."""
    file = tmp_path / "zelda-report.yaml"
    file.write_text(CONCERN, encoding="utf-8")
    before = {path for path in lab.record.rglob("*") if path.is_file()}
    ran = lab.run("concern", "receive", file, "-f", "anthropic-rsp@3.4", "--key", "recorder", now=OPENED)
    assert ran.code == 0, ran.err
    kept = [path.read_bytes() for path in lab.record.rglob("*") if path.is_file()]
    kept += [b64decode(text + "==", altchars=b"-_") for text in disclosures_in(lab)]

    assert {path for path in lab.record.rglob("*") if path.is_file()} > before
    assert any(b"did not take place" in data for data in kept), "the report itself is kept"
    assert [data for data in kept if b"zelda" in data.lower()] == []


def test_the_officer_concerned_neither_receives_nor_decides(lab, tmp_path):
    """Refused with their key, in whatever role; somebody else closes it, and the counts show no word."""
    file = tmp_path / "c.yaml"
    file.write_text(CONCERN, encoding="utf-8")
    receive = ("concern", "receive", file, "-f", "anthropic-rsp@3.4", "--key")
    refused = lab.run(*receive, "rso-bea", now=OPENED)
    received = lab.run(*receive, "recorder", now=OPENED)
    decide = ("concern", "close", 1, "--status", "unsubstantiated", "--key")
    barred = lab.run(*decide, "rso-bea", now=february(5))
    overdue = lab.run("concern", "list", now=datetime(2027, 3, 5, tzinfo=UTC))
    closed = lab.run(*decide, "recorder", now=february(5))
    counts = lab.run(
        "concern", "rollup", "2027-Q1", "-f", "anthropic-rsp@3.4", "--json", now=datetime(2027, 4, 2, tzinfo=UTC)
    )

    assert (refused.code, received.code, barred.code, closed.code) == (2, 0, 2, 0)
    assert "without        role rso, bea" in received.text
    assert overdue.code == 1
    assert counts.json["closed"]["unsubstantiated"] == 1
    assert (counts.json["received"], counts.json["anonymous"]) == (1, 1)
    assert b"skipped" not in counts.out
    assert b"bea" not in counts.out


@pytest.mark.parametrize(
    "command",
    [
        ("incident", "show", "nothing"),
        ("incident", "open", "nothing", "--key", "rso-bea"),
        ("deviation", "show", "nothing"),
        ("concern", "rollup", "2027"),
        ("concern", "update", 9, "--told", "x", "--key", "rso-bea"),
        ("concern", "list", "-f", "nothing@1"),
        ("incident", "report", "nothing", "--regime", "atlantis", "--stage", "initial"),
    ],
)
def test_a_mistake_says_what_to_do_next(lab, command):
    """Exit code 2, and a next step."""
    ran = lab.run(*command)

    assert ran.code == 2
    assert "next: " in ran.err
