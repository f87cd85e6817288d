# SPDX-License-Identifier: Apache-2.0
"""The guide to duties is true: its commands run, in order, with the exit codes beside them (A-3, L-9)."""

import re
import shlex
import shutil

from tests.integration.command_line import ROOT, run, seeds

PAGE = (ROOT / "docs" / "guide" / "duties.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder with the example of a cadence, each with its exit code, 0 where none stands."""
    shutil.copytree(ROOT / "examples" / "duties", tmp_path / "duties")

    assert len(COMMANDS) > 20
    shown = ""
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), env=seeds("lab-log", "rso-bea"), folder=tmp_path)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
        shown += ran.text
    words = " ".join(shown.split())
    assert "by Tue 2026-09-15, America/Los_Angeles: missed 68 days ago" in words
    assert "by Fri 2026-12-04, Europe/Brussels" in words
    assert "2027-01-06 09:00 -0500" in words


def test_the_cadence_of_the_guide_is_the_example():
    """Word for word."""
    example = (ROOT / "examples" / "duties" / "half-yearly.yaml").read_text(encoding="utf-8").splitlines()[1:]

    assert "\n".join(example) in PAGE
