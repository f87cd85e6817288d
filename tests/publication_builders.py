# SPDX-License-Identifier: Apache-2.0
"""A small kind of document, a draft of it, and a record that is nothing but a table, for tests of documents."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ruleout.accountability.reporting.build import build
from ruleout.accountability.reporting.draft import parse_draft
from ruleout.accountability.reporting.fact import Fact, Known, Linked
from ruleout.accountability.reporting.kind import parse_kind

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "vectors" / "framework"
KIND = (FOLDER / "base-publication-kind.yaml").read_bytes()
DRAFT = (FOLDER / "base-report.yaml").read_bytes()
AT = datetime(2026, 5, 10, tzinfo=UTC)
FACT = Fact(entries=("case/1",), values={"outcome": "hold", "model": "model-1"}, about=("line-1", "model-1"))
KINDS_OF_ENTRY = {"case/1": "decision", "case/2": "decision", "approval/1": "approval", "report/last/1": "report"}


def known(facts=(FACT,), **other):
    """What a record says in which these entries stand, and whose source `decisions` tells these facts."""
    index = {name: place for place, name in enumerate(KINDS_OF_ENTRY)}

    def linked(entry):
        if entry not in index:
            return None
        return Linked(
            index=index[entry], id=entry, kind=KINDS_OF_ENTRY[entry], ts="2026-05-01T00:00:00Z", leaf="ab" * 32
        )

    return Known(
        **{
            "at": AT,
            "linked": linked,
            "fields": lambda entry: {"outcome": "hold", "line-1.upper": "0.08"} if entry == "case/1" else {},
            "facts": lambda name: tuple(facts) if name == "decisions" else (),
            "columns": lambda name: {"model": "model", "outcome": "outcome"},
            "origin": "lab.example/log",
            "size": 4,
            "root": "cd" * 32,
            **other,
        }
    )


def built(*edits, kind=(), record=None):
    """The document of the base draft after edits of it and of its kind."""
    draft, kind_file = DRAFT.decode(), KIND.decode()
    for old, new in edits:
        assert draft.count(old) == 1, old
        draft = draft.replace(old, new)
    for old, new in kind:
        assert kind_file.count(old) == 1, old
        kind_file = kind_file.replace(old, new)
    read = parse_kind(kind_file.encode(), file="kind.yaml")
    return build(parse_draft(draft.encode(), file="draft.yaml"), read, record or known())


def published(*edits, **other):
    """The same, which must be there."""
    made = built(*edits, **other)
    assert made.problems == ()
    return made.publication
