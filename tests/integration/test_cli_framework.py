# SPDX-License-Identifier: Apache-2.0
"""The verbs that check, show and hold frameworks against things: their output and their exit codes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.integration.command_line import CASES, NEW, OLD, ROOT
from typer.testing import CliRunner

from ruleout.app.check import check_files
from ruleout.app.workspace import open_workspace
from ruleout.cli.main import build_app
from ruleout.errors import RuleoutError
from ruleout.framework.anchors import anchor_of

BASE = ROOT / "vectors" / "framework" / "base-framework.yaml"
SENTENCE = "No use of the model for mass harm is allowed, whoever asks."


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code, what it printed, and the expected failure that it raised."""

    exit_code: int
    stdout: str
    exception: BaseException | None


def run(*arguments: object) -> Ran:
    """Run one command in this process."""
    named = [str(argument) for argument in arguments]
    result = CliRunner().invoke(build_app(named[:1]), named, standalone_mode=False)
    return Ran(int(result.return_value or 0), result.stdout, result.exception)


def value_of(result: Ran) -> Any:
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def anchored_framework(folder: Path) -> Path:
    """The base framework with one anchor only, of SENTENCE."""
    text = BASE.read_text(encoding="utf-8")
    anchor = "anchor: 00000000000000000000000000000000000000000000000000000000000000bb"
    assert anchor in text
    path = folder / "framework.yaml"
    path.write_text(text.replace(anchor, f'anchor: "{anchor_of(SENTENCE)}"'), encoding="utf-8")
    return path


# --- check ------------------------------------------------------------------------------------------------------------


def test_warnings_are_shown_and_do_not_fail() -> None:
    """The shipped frameworks are sound; what the lint finds in them is a warning."""
    result = run("check", ROOT / "frameworks" / "anthropic-rsp" / "2.2.yaml")

    assert result.exit_code == 0, result.exception
    assert "L020" in result.stdout
    assert "rso alone can give the approval of training-approved" in result.stdout


def test_every_shipped_framework_and_case_has_no_lint_error() -> None:
    """Findings about the documents themselves are warnings."""
    files = [*(ROOT / "frameworks").glob("*/*.yaml"), *CASES.glob("*.yaml")]
    unsound = [(one.file, [str(f) for f in one.findings]) for one in check_files(files, None) if not one.is_sound]

    assert unsound == []


def test_a_lint_error_fails_the_file(tmp_path: Path) -> None:
    """Exit code 2, with the rule's id, the place and what to do."""
    path = tmp_path / "framework.yaml"
    path.write_text(BASE.read_text(encoding="utf-8").replace("alert-at: 0.15", "alert-at: 0.6"), encoding="utf-8")
    result = run("check", path, "--json")
    findings = value_of(result)["files"][0]["findings"]
    error = next(finding for finding in findings if finding["severity"] == "error")

    assert result.exit_code == 2
    assert (error["id"], error["path"]) == ("L003", "$.indicators.cyber-range.bars")
    assert error["line"] > 1
    assert not value_of(result)["files"][0]["sound"]


def test_the_rules_are_listed() -> None:
    """At least thirty, each with subject and severity."""
    rules = value_of(run("check", "--rules", "--json"))["rules"]

    assert len(rules) >= 30
    assert {rule["about"] for rule in rules} == {"framework", "case", "workspace"}
    assert "L003" in run("check", "--rules").stdout


def test_a_workspace_is_checked_as_a_whole(built, tmp_path: Path) -> None:
    """Files in the wrong place, missing logs and cases under one id are seen; a sound workspace is sound."""
    lab = built.copy_to(tmp_path)
    workspace = open_workspace(lab.record)
    sound = check_files(None, workspace)[-1]
    copy = workspace.cases / "copy.yaml"
    copy.write_bytes(lab.case.read_bytes())
    (workspace.cases / "again.yaml").write_bytes(lab.case.read_bytes())
    placed = workspace.frameworks / "northlight" / "7.yaml"
    placed.parent.mkdir(parents=True)
    placed.write_bytes(BASE.read_bytes())
    found = check_files(None, workspace)[-1]

    assert sound.kind == "workspace"
    assert sound.is_sound
    assert {finding.id for finding in found.findings} >= {"L091", "L096", "L097"}
    assert not found.is_sound


def test_a_framework_where_nothing_looks_for_it_is_told(built, tmp_path: Path) -> None:
    """Right below `frameworks/`: `-f ID@VERSION` would not find it, and nobody would say why."""
    workspace = open_workspace(built.copy_to(tmp_path).record)
    workspace.frameworks.mkdir(exist_ok=True)
    (workspace.frameworks / "mine.yaml").write_bytes(BASE.read_bytes())
    said = [finding.says for finding in check_files(None, workspace)[-1].findings if finding.id == "L097"]

    assert len(said) == 1
    assert said[0].startswith("the file stands as frameworks@mine and holds ")


# --- framework --------------------------------------------------------------------------------------------------------


def test_frameworks_are_listed_and_shown() -> None:
    """Every shipped one by name; one in full with its clauses."""
    listed = {one["id"] for one in value_of(run("framework", "list", "--json"))["frameworks"]}
    shown = value_of(run("framework", "show", NEW, "--json"))

    assert {OLD, NEW} <= listed
    assert shown["clauses_total"] == len(shown["clauses"])
    assert sum(shown["kinds"].values()) == shown["clauses_total"]
    assert "Recommended to others, never gating" in run("framework", "show", NEW).stdout
    assert NEW in run("framework", "list").stdout


def test_an_unknown_framework_is_named_with_those_there_are() -> None:
    """The message helps to choose."""
    result = run("framework", "show", "nowhere@1")

    assert isinstance(result.exception, RuleoutError)
    assert OLD in str(result.exception)


def test_anchors_that_are_all_there_pass(tmp_path: Path) -> None:
    """Exit code 0; that the copy is not the named file is said and does not fail."""
    copy = tmp_path / "copy.txt"
    copy.write_text(f"Something before. {SENTENCE} Something after.", encoding="utf-8")
    result = run("framework", "anchors", anchored_framework(tmp_path), "--document", copy, "--json")

    assert result.exit_code == 0, result.exception
    assert value_of(result)["found"] == ["bio-2"]
    assert value_of(result)["missing"] == []
    assert not value_of(result)["copies"][0]["is_the_named_document"]


def test_a_changed_sentence_is_reported_with_its_clause(tmp_path: Path) -> None:
    """Exit code 1, the clause's id and section."""
    copy = tmp_path / "copy.txt"
    copy.write_text(SENTENCE.replace("No use", "No systematic use"), encoding="utf-8")
    result = run("framework", "anchors", anchored_framework(tmp_path), "--document", copy)

    assert result.exit_code == 1
    assert "Not there      bio-2, s. 2.1" in result.stdout


def test_a_sentence_may_stand_in_any_of_several_copies(tmp_path: Path) -> None:
    """A main text and its tables, say."""
    main, table = tmp_path / "main.txt", tmp_path / "table.txt"
    main.write_text("Nothing of it here.", encoding="utf-8")
    table.write_text(SENTENCE, encoding="utf-8")

    assert run("framework", "anchors", anchored_framework(tmp_path), "-d", main, "-d", table).exit_code == 0


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"%PDF-1.7 and nothing else"], ids=["empty", "bytes", "pdf"])
def test_a_copy_that_cannot_be_read_is_an_expected_failure(tmp_path: Path, data: bytes) -> None:
    """Never a pass, never a crash."""
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(data)
    result = run("framework", "anchors", anchored_framework(tmp_path), "--document", copy)

    assert isinstance(result.exception, RuleoutError)
    assert result.exception.hint


# --- coverage and landscape -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("against", ["metr", "saferai", "seoul", "sb53", "raise", "illinois", "eu-code"])
def test_coverage_names_the_clause_that_claims_each_item(against: str) -> None:
    """Four columns in the data; a claimed item has its clauses."""
    result = run("coverage", NEW, "--against", against, "--json")
    found = value_of(result)
    claimed = [one for one in found["items"] if one["is_leaf"] and one["claimed"]["binds"]]

    assert result.exit_code == 0
    assert found["counts"]["claimed"] == len(claimed) > 0
    assert all(one["claimed"]["clauses"] for one in claimed)
    assert all({"claimed", "confirmed", "in_operation", "grader"} <= set(one) for one in found["items"])


def test_coverage_of_a_version_that_lost_a_commitment_is_smaller() -> None:
    """METR's elements: 2.2 claims the halt of development outright, 3.4 in part."""
    by_version = {}
    for name in (OLD, NEW):
        found = value_of(run("coverage", name, "--against", "metr", "--json"))
        by_version[name] = {one["item"]["id"]: one["claimed"] for one in found["items"]}

    assert not by_version[OLD]["M5"]["leaves_open"]
    assert by_version[NEW]["M5"]["leaves_open"]


def test_unknown_criteria_are_named_with_those_there_are() -> None:
    """The message helps to choose."""
    result = run("coverage", NEW, "--against", "nobody")

    assert isinstance(result.exception, RuleoutError)
    assert "metr" in str(result.exception)


def test_the_landscape_is_shown_with_what_weakens_each_fact() -> None:
    """Stale, second-hand and contested facts are marked; conflicts stand side by side."""
    shown = value_of(run("landscape", "show", "--at", "2026-05-01", "--json"))
    marks = {mark for fact in shown["facts"] for mark in fact["marks"]}

    assert len(shown["facts"]) >= 25
    assert {"stale", "second-hand", "contested"} <= marks
    assert shown["conflicts"]
    assert "In conflict, side by side" in run("landscape", "show", "--at", "2026-05-01").stdout


def test_the_shipped_landscape_has_no_defect() -> None:
    """What is weak is noted; nothing contradicts itself or answers a question that nobody asks."""
    result = run("landscape", "check", "--at", "2026-05-01", "--json")

    assert result.exit_code == 0, result.stdout
    assert {note["kind"] for note in value_of(result)["notes"]} >= {"stale", "second-hand", "contested", "conflict"}


def test_a_defect_in_a_workspaces_landscape_fails(built, tmp_path: Path) -> None:
    """A fact that ends before it begins, and one that answers a question nobody asks."""
    lab = built.copy_to(tmp_path)
    folder = lab.record / "landscape"
    folder.mkdir()
    (folder / "own.yaml").write_text(
        """landscape: own
title: Own facts
collected: 2026-02-01
facts:
  zenith:
    developer: Zenith
    topic: capability
    about: level
    says: Zenith passed the level.
    grade: clear
    as-of: 2026-01-10
    valid-until: 2026-01-01
    answers: [peer-passes-treshold]
    source: {title: Card, url: "https://zenith.example/card"}
""",
        encoding="utf-8",
    )
    result = run("landscape", "check", "--at", "2026-01-15", "--json", "-w", lab.record)
    notes = {note["kind"]: note["says"] for note in value_of(result)["notes"] if note["fact"] == "zenith"}

    assert result.exit_code == 1
    assert {"misdated", "unknown-question", "stale"} <= set(notes)
    assert "peer-passes-threshold" in notes["unknown-question"]


def test_the_page_for_a_case_tells_what_peers_may_change_under_each_framework(tmp_path: Path) -> None:
    """Text, JSON and one HTML file that is never overwritten."""
    case, html = CASES / "claude-opus-4-biology.yaml", tmp_path / "page.html"
    arguments = ("landscape", "case", case, "-f", OLD, "-f", NEW)
    found = value_of(run(*arguments, "--json"))["frameworks"]
    written = run(*arguments, "--html", html)
    again = run(*arguments, "--html", html)

    assert [one["framework"] for one in found] == [OLD, NEW]
    assert written.exit_code == 0
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert isinstance(again.exception, RuleoutError)
    assert "Never touches" in run(*arguments).stdout
