# SPDX-License-Identifier: Apache-2.0
"""The guide to exports is true: its commands run in order, and its Python reads what they wrote (A-10)."""

import re
import shlex
import shutil
import subprocess
import sys

from tests.integration.command_line import ROOT, run
from tests.integration.northlight_year import ENV, northlight_year

PAGE = (ROOT / "docs" / "guide" / "exports.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
REFERENCE = (ROOT / "docs" / "reference" / "predicates.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```python\n(.*?)```", PAGE + REFERENCE, re.DOTALL)


def test_commands_and_snippets_of_the_guide_end_as_they_say(tmp_path):
    """In one folder with Northlight's year; each snippet is a program of its own and holds."""
    place = tmp_path / "northlight"
    shutil.copytree(northlight_year(), place)

    assert len(COMMANDS) == 6
    assert len(SNIPPETS) == 4
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), env=ENV, folder=place)
        assert ran.code == int(code or 0), (command, ran.err)
    for snippet in SNIPPETS:
        done = subprocess.run([sys.executable, "-c", snippet], cwd=place, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
