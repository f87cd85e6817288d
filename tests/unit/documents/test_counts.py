# SPDX-License-Identifier: Apache-2.0
"""A number and its noun agree; no message for people that knows its count leaves the ending open."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ruleout.documents.counts import count_of

SOURCES = Path(__file__).parents[3] / "src" / "ruleout"
#: Their words stand in measurements and decisions, which are compared byte by byte when they are derived again; or in a log.
KEPT = ("evidence/", "engine/", "adapters/inspect_child.py")
OPEN = re.compile(r"\} [a-z ]+\(s\)")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (count_of(0, "task"), "0 tasks"),
        (count_of(1, "task"), "1 task"),
        (count_of(2, "task"), "2 tasks"),
        (count_of(1, "entry", "entries"), "1 entry"),
        (count_of(2, "entry", "entries"), "2 entries"),
    ],
)
def test_the_noun_agrees_with_its_number(told: str, words: str) -> None:
    assert told == words


def test_no_message_leaves_the_ending_open() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.py"))}
    found = [
        f"{name}: {line.strip()}"
        for path, text in texts.items()
        if not (name := str(path.relative_to(SOURCES))).startswith(KEPT)
        for line in text.splitlines()
        if OPEN.search(line)
    ]

    assert found == []
