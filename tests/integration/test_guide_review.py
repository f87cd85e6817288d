# SPDX-License-Identifier: Apache-2.0
"""The guide to external review is true: its files and commands work, in order, as they say (A-9)."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime, timedelta

from tests.integration.command_line import ROOT, run
from tests.integration.test_guide_registers import BLOCKS, COMMAND, NAMED, write
from tests.review_builders import with_report

START = datetime(2027, 2, 12, 8, 30, tzinfo=UTC)
FILES = re.compile(r"\.(?:yaml|json|html)$|^public$")


def test_every_block_of_the_guide_works_as_it_says(lab):
    """Files are written where they say, an hour passes between commands, and each ends with its exit code."""
    page = (ROOT / "docs" / "guide" / "review.md").read_text(encoding="utf-8")
    with_report(lab)
    now, ran = START, 0
    for kind, text in BLOCKS.findall(page):
        head = NAMED.match(text)
        if kind == "yaml" and head:
            write(lab.record / head[1], text[head.end() + 1 :], changes=bool(head[2]))
        for command, code in COMMAND.findall(text):
            words = [str(lab.record / word) if FILES.search(word) else word for word in shlex.split(command)]
            now += timedelta(hours=1)
            given = words if words[0] == "verify" else [*words, "-w", lab.record]
            done = run(*given, env=lab.env, now=now)
            assert done.code == int(code or 0), (command, done.text, done.err)
            ran += 1

    assert ran >= 17
    assert len(list((lab.record / "public").iterdir())) == 3
