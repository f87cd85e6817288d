# SPDX-License-Identifier: Apache-2.0
"""The guides to incidents and to concerns are true: their files and commands work, in order, as they say (A-4, A-13)."""

import re
import shlex
from datetime import UTC, datetime

import pytest
from tests.integration.command_line import ROOT, build_lab

NOW = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
BLOCKS = re.compile(r"^```(yaml|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"# ([a-z0-9./-]+\.yaml)(, changed)?")
COMMAND = re.compile(r"^\$ ruleout (.+?)(?:\s+# exit (\d))?$", re.MULTILINE)


def write(path, text, *, changes):
    """Write the file that a block gives, or change the lines of the fields that it gives anew."""
    path.parent.mkdir(exist_ok=True)
    lines = path.read_text("utf-8").splitlines() if changes else []
    for line in text.splitlines():
        field = line.partition(":")[0] + ":"
        at = next((n for n, old in enumerate(lines) if changes and old.startswith(field)), len(lines))
        lines[at : at + 1] = [line]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("guide", ["incidents", "concerns"])
def test_every_block_of_the_guide_works_as_it_says(tmp_path, guide):
    """Files are written where they say, and each command ends with its exit code, 0 where none stands."""
    page = (ROOT / "docs" / "guide" / f"{guide}.md").read_text(encoding="utf-8")
    lab = build_lab(tmp_path)
    ran = 0
    for kind, text in BLOCKS.findall(page):
        head = NAMED.match(text)
        if kind == "yaml" and head:
            write(lab.record / head[1], text[head.end() + 1 :], changes=bool(head[2]))
        for command, code in COMMAND.findall(text):
            words = [str(lab.record / word) if word.endswith(".yaml") else word for word in shlex.split(command)]
            done = lab.run(*words, now=NOW)
            assert done.code == int(code or 0), (command, done.text, done.err)
            ran += 1

    assert ran >= 9
