# SPDX-License-Identifier: Apache-2.0
"""What an encoding leaves out is told with its reason, shares the clauses' names, and decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleout.errors import BadInput
from ruleout.framework import parse_framework
from ruleout.framework.summary import clauses_by_kind, parts_of, summary_of
from ruleout.model.outcome import Force

ROOT = Path(__file__).parents[3]
BASE = (ROOT / "vectors" / "framework" / "base-framework.yaml").read_text(encoding="utf-8")
LEFT_OUT = '\nleft-out:\n  mission: {says: What it is about., section: "0", reason: It promises nothing.}\n'
SHIPPED = sorted((ROOT / "frameworks").glob("*/*.yaml"))


def test_a_commitment_left_out_keeps_its_reason() -> None:
    """Words, section, reason; the file's force."""
    left = parse_framework((BASE + LEFT_OUT).encode(), file="f").left_out[0]

    assert (left.clause.id, left.clause.section, left.reason) == ("mission", "0", "It promises nothing.")
    assert left.clause.force is Force.BINDING


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (LEFT_OUT.replace(", reason: It promises nothing.", ""), "S001"),
        (LEFT_OUT.replace("mission", "bio-2"), "F001"),
        (LEFT_OUT.replace("reason:", "because:"), "S001"),
    ],
)
def test_a_reason_is_required_and_the_name_is_the_clauses_own(text: str, problem: str) -> None:
    """Nothing is left out without saying why, nor under a name that stands elsewhere."""
    with pytest.raises(BadInput) as caught:
        parse_framework((BASE + text).encode(), file="f")

    assert problem in {p.id for p in caught.value.problems}


def test_a_summary_counts_every_kind_once() -> None:
    """Encoded, left to judgement, left out: the kinds add up to all clauses, and only what is left out has a reason."""
    framework = parse_framework((BASE + LEFT_OUT).encode(), file="f")
    summary, parts = summary_of(framework), parts_of(framework)

    assert summary["clauses_total"] == len(parts) == len(list(clauses_by_kind(framework)))
    assert {part["kind"] for part in parts if part["reason"]} == {"left-out"}
    assert len({(part["kind"], part["id"]) for part in parts}) == len(parts)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}@{path.stem}")
def test_nine_tenths_of_every_shipped_frameworks_clauses_are_anchored(path: Path) -> None:
    """Whoever has the document can find them by machine. A burden of proof without a passage of its own is not counted."""
    framework = parse_framework(path.read_bytes(), file=str(path))
    clauses = [c for kind, c in clauses_by_kind(framework) if kind != "burden-of-proof" or c.section]

    assert sum(clause.anchor is not None for clause in clauses) >= 0.9 * len(clauses)
    assert len(clauses) > 10
