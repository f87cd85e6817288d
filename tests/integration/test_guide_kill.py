# SPDX-License-Identifier: Apache-2.0
"""The guide to switching off is true: each command ends as it says (G-6)."""

import re
import shlex

from tests.integration.command_line import ROOT, run, seeds

PAGE = (ROOT / "docs" / "guide" / "kill.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", PAGE, re.MULTILINE)


def test_every_command_of_the_guide_ends_as_it_says(tmp_path):
    """In one folder, in their order; a proposal goes by the name that was said last."""
    proposal = ""
    assert len(COMMANDS) > 10
    for command, code in COMMANDS:
        told = command.replace("PROPOSAL", proposal)
        ran = run(*shlex.split(told), env=seeds("lab-log", "duty-kim", "duty-lee", "watcher"), folder=tmp_path)
        assert ran.code == int(code or 0), (command, ran.text, ran.err)
        proposal = next(iter(re.findall(r"proposed ([0-9a-f]{64})", ran.err)), proposal)
