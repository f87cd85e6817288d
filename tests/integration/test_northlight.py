# SPDX-License-Identifier: Apache-2.0
"""Northlight: a year built from nothing, twice to the same bytes, whose record verifies and tells the story (A-2 to A-6)."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time

import pytest
from tests.integration.command_line import ROOT, run

BUILD = ROOT / "examples" / "northlight" / "build.py"
PAGE = (ROOT / "docs" / "guide" / "northlight.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
LAST_DAY = "2026-11-20"


def build(folder):
    """Build the year in a process of its own; return its CPU seconds."""
    before = os.times()
    subprocess.run([sys.executable, str(BUILD), str(folder)], check=True, timeout=300)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("northlight") / "record"
    start = time.process_time()
    build(folder)
    assert time.process_time() - start < 30  # a promise of the guide, not a benchmark; other work of the machine aside
    return folder


def tree(folder):
    """Every file below a folder, with its bytes."""
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def shown(lab, *arguments):
    """A command's JSON value at the end of the year."""
    return run(*arguments, "--json", "-w", lab).json


def test_twice_gives_the_same_bytes(lab, tmp_path):
    """Every file, the ledger among them."""
    build(tmp_path / "again")

    assert tree(tmp_path / "again") == tree(lab)


def test_the_record_verifies_and_its_files_say_what_it_says(lab):
    """A full audit, and no file beside it that says otherwise."""
    assert run("verify", lab).code == 0
    assert "not in the record" not in run("verify", lab).err
    assert run("check", "-w", lab).code == 0


def test_every_command_of_the_guide_ends_as_it_says(lab):
    """Each with its exit code, 0 where none stands."""
    assert len(COMMANDS) > 12
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), folder=lab)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)


def test_goals_stand_as_the_year_made_them(lab):
    """One met, one late, one missed in spite of its author's word, one moved."""
    goals = {one["goal"]: one for one in shown(lab, "roadmap", "show", "--at", LAST_DAY)["goals"]}

    assert {name: one["status"] for name, one in goals.items()} == {
        "retention-report": "met",
        "log-coverage": "met late",
        "red-team-tool": "missed",
        "alignment-audits": "date moved",
    }
    assert "graded 'partly met'" in goals["red-team-tool"]["differs"][0]


def test_the_incident_is_each_regimes_own(lab):
    """Weights without injury: five days in Europe, nothing in California, New York and Illinois."""
    text = run("incident", "show", "weights-copied", "--at", LAST_DAY, "-w", lab).text

    for regime in ("california", "illinois", "new-york"):
        part = text.partition(f"\n{regime} ")[2].partition("\n\n")[0]
        assert "none of this regime's" in part, regime
    assert "C7 initial report to European AI Office (Code 9.3(2)): reported" in text


def test_a_dropped_signature_is_told_or_not_published(lab):
    """Handed in without a word of it: refused, and no entry. Then announced, acted on, waited for, published."""
    ids = [one["entry"]["id"] for one in shown(lab, "log")["entries"]]
    about = [one.split("/")[2] for one in ids if one.startswith("framework/northlight-fsf@1.2/")]
    days = ("2026-10-25", "2026-10-28", "2026-11-05", "2026-11-10T11:00:00Z", "2026-11-11", "2026-11-16")
    asked = [shown(lab, "framework", "status", "northlight-fsf@1.2", "--at", day)["versions"] for day in days]

    assert [version["standing"] for (version,) in asked] == [
        "draft", "waiting for approvals", "held by notice", "ready to publish", "published, not yet in force", "in force"
    ]  # fmt: skip
    assert about == ["announce", "act", "act", "act", "publish"]


def test_an_exception_that_expired_is_dead(lab):
    """On its last day it lives; the day after it does not."""
    alive, dead = (
        run("request", "status", "--at", at, "-w", lab).text for at in ("2026-09-30T23:59:59Z", "2026-10-01T00:00:00Z")
    )

    assert "EXPIRED" not in alive
    assert "EXPIRED AFTER 2026-09-30" in dead
    assert "REFUSED BY RULE" in dead


def test_each_permit_stands_as_its_dates_and_decisions_have_it(lab):
    """One runs out while the year goes on; the other is in force, with the tighter of its two limits, and its file checks."""
    at = {on: {p["permit"]: p["state"] for p in shown(lab, "permit", "list", "--at", on)["permits"]} for on in (
        "2026-08-31T23:59:59Z", "2026-09-01T00:00:00Z",
    )}  # fmt: skip
    out = lab.parent / "permit.json"

    assert list(at.values()) == [
        {"lumen-2-general": "in force", "lumen-3-general": "in force"},
        {"lumen-2-general": "expired", "lumen-3-general": "in force"},
    ]
    assert "120 requests-per-minute" in run("permit", "show", "lumen-3-general", "--out", out, "-w", lab).text
    assert run("permit", "check", out, "-w", lab).code == 0
    assert run("permit", "check", out, "--at", "2027-01-01", "-w", lab).code == 1
