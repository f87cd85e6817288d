# SPDX-License-Identifier: Apache-2.0
"""The guide to redaction is true: its files and commands work, in order, as they say (L-4, A-8)."""

import re
import shlex
from datetime import UTC, datetime

from tests.integration.command_line import ROOT, build_lab, run
from tests.integration.test_guide_registers import BLOCKS, COMMAND, NAMED, write

from ruleout.ledger.audience import SEEN_BY, Audience
from ruleout.ledger.entry import EntryType
from ruleout.ledger.redaction import CLASSES

NOW = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
PAGE = (ROOT / "docs" / "guide" / "redaction.md").read_text(encoding="utf-8")


def test_every_block_of_the_guide_works_as_it_says(tmp_path):
    """Files are written where they say, and each command ends with its exit code, 0 where none stands."""
    lab = build_lab(tmp_path)
    ran = 0
    for kind, text in BLOCKS.findall(PAGE):
        head = NAMED.match(text)
        if kind == "yaml" and head:
            write(lab.record / head[1], text[head.end() + 1 :], changes=bool(head[2]))
        for command, code in COMMAND.findall(text):
            words = shlex.split(command)
            # `verify` takes a path and no workspace.
            given = () if words[0] == "verify" else ("-w", lab.record)
            done = run(*words, *given, env=lab.env, folder=lab.record, now=NOW)
            assert done.code == int(code or 0), (command, done.text, done.err)
            ran += 1

    assert ran == 18


def test_its_tables_are_those_of_the_code():
    """Every class with its sources, and who sees what."""
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert rows == {one.value: CLASSES[one].says for one in CLASSES}
    staff_only = {kind for kind, audiences in SEEN_BY.items() if audiences == {Audience.STAFF, Audience.REGULATOR}}
    assert staff_only == {
        EntryType.INCIDENT,
        EntryType.DEVIATION,
        EntryType.CONCERN,
        EntryType.REQUEST,
        EntryType.REVIEW,
        EntryType.KILL,
        EntryType.AUDIT_BATCH,
        EntryType.PERMIT,
    }
    assert set(SEEN_BY) == set(EntryType)
