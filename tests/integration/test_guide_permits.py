# SPDX-License-Identifier: Apache-2.0
"""The guide to permits is true: its commands run, in order, with the exit codes beside them (G-1)."""

import re
import shlex
import shutil

from tests.integration.command_line import PEOPLE, ROOT, run, seeds

PAGE = (ROOT / "docs" / "guide" / "permits.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder with the example workspace, each with its exit code, 0 where none stands."""
    shutil.copytree(ROOT / "examples" / "permits", tmp_path / "record")

    assert len(COMMANDS) > 12
    for command, code in COMMANDS:
        ran = run(*shlex.split(command), env=seeds("lab-log", *PEOPLE), folder=tmp_path)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
