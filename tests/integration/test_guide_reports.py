# SPDX-License-Identifier: Apache-2.0
"""The guide to reports is true: its commands end as they say, its files are read, another kind needs no program (A-7, A-10)."""

from __future__ import annotations

import re
import shlex
import shutil

import pytest
from tests.integration.command_line import ROOT, run

from ruleout.accountability.reporting.draft import parse_draft
from ruleout.accountability.reporting.kind import parse_kind
from ruleout.accountability.reporting.sheet import parse_sheet
from ruleout.app.publication.sources import COLUMNS

PAGE = (ROOT / "docs" / "guide" / "reports.md").read_text(encoding="utf-8")
SHEET, DRAFT, KIND = re.findall(r"```yaml\n(.+?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
NOTE = """report: note
kind: deviations-note
title: Note
developer: Northlight
covers: 2026-11-01
models: [lumen-3]
statements:
  deviations:
    comment: [{says: Agents start only where the watch answers., entries: [deviation/late-watch/2]}]
"""


@pytest.fixture(scope="module")
def lab(northlight, tmp_path_factory):
    return shutil.copytree(northlight, tmp_path_factory.mktemp("reports") / "record")


def test_the_files_of_the_guide_are_read():
    """Sheet, draft and kind, with the sources that there are."""
    assert parse_sheet(SHEET.encode(), file="lumen-4.yaml").sheet == "lumen-4"
    assert parse_draft(DRAFT.encode(), file="spring.yaml").doc.report == "spring"
    assert parse_kind(KIND.encode(), file="note.yaml", known_sources=COLUMNS).id == "deviations-note"


def test_every_command_of_the_guide_ends_as_it_says(lab):
    """Each with its exit code, 0 where none stands."""
    assert len(COMMANDS) > 9
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), folder=lab)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)


def test_another_kind_is_a_file_alone(lab):
    """The guide's own kind, in the workspace, makes a report."""
    (lab / "publications").mkdir(exist_ok=True)
    (lab / "publications" / "deviations-note.yaml").write_text(KIND, encoding="utf-8")
    (lab / "reports" / "note.yaml").write_text(NOTE, encoding="utf-8")

    ran = run("report", "deviations-note", "--at", "2026-11-20", folder=lab)

    assert ran.code == 0, ran.err
    assert "late-watch" in ran.text
    assert run("check", folder=lab).code == 0
