# SPDX-License-Identifier: Apache-2.0
"""Mapping files: names resolved in their own version, all problems at once, and turning round (D-15)."""

from __future__ import annotations

from pathlib import Path

import pytest

from ruleout.errors import BadInput
from ruleout.framework import parse_framework
from ruleout.framework.mapping import parse_mapping
from ruleout.model.formula import Kind
from ruleout.model.listed_clauses import clauses_of
from ruleout.model.mapping import Announced, ChangeKind, Dimension, Relation, VersionMapping, turned_round

FOLDER = Path(__file__).parents[3] / "vectors" / "framework"
BASE = (FOLDER / "base-framework.yaml").read_bytes()
OLD = parse_framework(BASE, file="old.yaml")
NEW = parse_framework(BASE.replace(b'version: "1.0"', b'version: "2.0"'), file="new.yaml")
TEXT = (FOLDER / "base-mapping.yaml").read_text(encoding="utf-8")


def parsed(text: str = TEXT) -> VersionMapping:
    return parse_mapping(text.encode(), file="mapping.yaml", old=OLD, new=NEW)


def problems(text: str) -> list[str]:
    with pytest.raises(BadInput) as refusal:
        parsed(text)
    return [str(problem) for problem in refusal.value.problems]


def test_a_mapping_holds_relations_and_codings():
    """What the file says, with each question's kind."""
    mapping = parsed()

    first = mapping.correspondences[0]
    assert (first.kind, first.old, first.new, first.relation) == (
        Kind.THRESHOLD,
        ("bio-2",),
        ("research-1",),
        Relation.NARROWER,
    )
    assert [c.kind for c in mapping.correspondences] == [Kind.THRESHOLD, Kind.QUESTION]
    row = mapping.rows[0]
    assert (row.change, row.dimensions, row.announced) == (
        ChangeKind.WEAKENED,
        (Dimension.CONSEQUENCE, Dimension.SCOPE),
        Announced.PARTLY,
    )
    assert mapping.rows[1].old == ("strong-guard/filters",)


def test_a_misspelt_name_is_answered_with_the_closest_one():
    """Where, what was expected, what was found, what to do."""
    (told,) = problems(TEXT.replace("old: [bio-2]", "old: [bio-3]"))

    assert told == (
        "mapping.yaml:6:12: M002 at $.thresholds[0].old[0]: expected one of the thresholds of northlight@1.0, "
        "got 'bio-3'. Hint: Did you mean bio-2?"
    )


def test_a_clause_in_two_rows_is_refused_with_both_rows():
    """A clause has one coding."""
    (told,) = problems(TEXT.replace("strong-guard/filters", "bio-deployment"))

    assert "M003 at $.clauses[1].old[0]: expected a clause in one row" in told
    assert "also in entry 0" in told


def test_hostile_bytes_are_refused_and_nothing_else_is_raised():
    """Whatever the bytes, the answer is a list of problems."""
    for data in (b"", b"\xff\xfe", b"mapping: [" * 500, b"clauses: {a: b}", b"- " * 5000):
        with pytest.raises(BadInput):
            parse_mapping(data, file="mapping.yaml", old=OLD, new=NEW)


def test_turning_round_twice_gives_the_same_relations_and_codings_back():
    """Older and newer swap; who announced what does not survive the first turn."""
    mapping = parsed()
    back = turned_round(mapping)

    assert back.correspondences[0].relation is Relation.WIDER
    assert [(row.change, row.new, row.announced) for row in back.rows] == [
        (ChangeKind.STRENGTHENED, ("bio-deployment",), None),
        (ChangeKind.ADDED, ("strong-guard/filters",), None),
    ]
    again = turned_round(back)
    assert again.correspondences == mapping.correspondences
    assert [(r.old, r.new, r.change) for r in again.rows] == [(r.old, r.new, r.change) for r in mapping.rows]


def test_every_clause_of_a_framework_is_listed_once_with_its_kind():
    """What a mapping can name is what a framework holds, parts included."""
    listed = clauses_of(OLD)

    ids = [clause.id for clause in listed]
    assert len(set(ids)) == len(ids)
    kinds = {clause.id: clause.kind for clause in listed}
    assert kinds["bio-2/when-unknown"] == "burden of proof"
    assert kinds["research-1/doubling"] == "prong"
    assert kinds["cyber-0"] == "watch"
    assert kinds["strong-guard/interim"] == "interim measures"
    assert kinds["jailbreak-rate"] == "indicator"
    assert kinds["mass-harm"] == "red line"
    assert {clause.owner for clause in listed if clause.kind in ("prong", "criterion")} == {
        "research-1",
        "strong-guard",
    }
