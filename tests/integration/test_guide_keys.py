# SPDX-License-Identifier: Apache-2.0
"""The guide to keys is true: its commands run, in order, with the exit codes beside them (L-7)."""

import re
import shlex
import shutil
from datetime import UTC, datetime

from tests.integration.command_line import DEMO, ROOT, run, seeds

PAGE = (ROOT / "docs" / "guide" / "keys.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
KEYS = ("lab-log", "lab-log-2", "ceo-ada", "ceo-ada-2", "ceo-ada-3", "rso-bea")


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder with the demonstration's case; what the pages show is what the text says."""
    shutil.copytree(DEMO, tmp_path / "case")
    shown = []
    for command, code in COMMANDS:
        now = datetime(2026, 11, 23, 9, len(shown), tzinfo=UTC)
        ran = run(*shlex.split(command), env=seeds(*KEYS), folder=tmp_path, now=now)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
        shown.append(ran.text + ran.err)
    told = " ".join(" ".join(shown).split())

    assert len(COMMANDS) > 12
    assert "replaced by entry 2" in told
    assert "what it signed counts below entry 0" in told
    assert "entries do not count, signed by a key that was compromised" in told
    assert told.count("lab.example/record+") >= 4
