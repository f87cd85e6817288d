# SPDX-License-Identifier: Apache-2.0
"""The guide to the audit record is true: its commands run, in order, with the exit codes beside them (G-8)."""

import re
import shlex
import shutil
import subprocess
import sys

from tests.integration.command_line import ROOT, run, seeds

PAGE = (ROOT / "docs" / "guide" / "audit.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)
EXAMPLE = ROOT / "examples" / "audit"


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder with the example's segments, each with its exit code, 0 where none stands."""
    shutil.copytree(EXAMPLE / "segments", tmp_path / "segments")

    assert len(COMMANDS) > 8
    for command, code in COMMANDS:
        ran = run(
            *shlex.split(command), env=seeds("gateway-log", "gateway-1", "lab-log", "recorder-eve"), folder=tmp_path
        )
        assert ran.code == int(code or 0), (command, ran.text, ran.err)


def test_the_example_is_what_its_script_makes(tmp_path):
    """Byte for byte."""
    script = tmp_path / "make_example.py"
    shutil.copy(EXAMPLE / "make_example.py", script)
    subprocess.run([sys.executable, script], check=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "segments").iterdir()}

    assert made == {path.name: path.read_bytes() for path in (EXAMPLE / "segments").iterdir()}
