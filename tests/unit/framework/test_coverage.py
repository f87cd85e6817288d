# SPDX-License-Identifier: Apache-2.0
"""Coverage keeps its four columns apart, counts only what binds, and its shipped data hold together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests import builders as b

from ruleout.errors import BadInput
from ruleout.framework import parse_framework
from ruleout.framework.coverage import coverage, unknown_claims
from ruleout.framework.criteria_document import (
    Claim,
    Criteria,
    Provenance,
    Seen,
    parse_claims,
    parse_coverage_record,
    parse_criteria,
)
from ruleout.model.evidence import Source
from ruleout.model.framework import Recommendation
from ruleout.model.outcome import Force
from ruleout.reports.coverage_text import coverage_page
from ruleout.reports.page import as_text

ROOT = Path(__file__).parents[3]
CRITERIA = sorted((ROOT / "criteria").glob("*.yaml"))
CLAIMS = sorted((ROOT / "criteria" / "claims").glob("*.yaml"))
DEMO = b"""criteria: demo
title: Demo criteria
edition: first
url: https://grader.example
kind: grader
items:
  - {id: A, text: Thresholds, provenance: verified}
  - {id: A1, text: They are defined, parent: A, weight: 60, provenance: verified}
  - {id: A2, text: They are updated, parent: A, weight: 40, provenance: recalled}
scores:
  - {framework: demo, version: "1.0", item: A1, score: 70 %, as-of: 2026-01-01, source: {title: Page}}
  - {framework: demo, version: "0.9", item: A2, score: 10 %, as-of: 2026-01-01, source: {title: Page}}
"""


def criteria() -> Criteria:
    return parse_criteria(DEMO, file="demo.yaml")


def claim(item: str, *clauses: str, leaves_open: str = "") -> Claim:
    return Claim(against="demo", item=item, clauses=clauses, leaves_open=leaves_open)


def seen(item: str, *, agrees: str = "yes", version: str = "1.0") -> Seen:
    return Seen(
        framework="demo", version=version, against="demo", item=item, by="Reviewer", dated=date(2026, 2, 1),
        says="Looked at.", agrees=agrees, source=Source(title="Review"),
    )  # fmt: skip


def test_the_columns_are_never_merged() -> None:
    """A claim confirms nothing, a score claims nothing, and each is counted by itself over the leaves."""
    found = coverage(b.framework(b.rule()), criteria(), [claim("A1", "t")])

    assert found.count() == {
        "items": 2, "claimed": 1, "claimed_weakly": 0, "claimed_in_part": 0, "confirmed": 0, "in_operation": 0,
        "scored_by_grader": 1, "wording_unverified": 1,
    }  # fmt: skip
    assert [clause.id for clause in found.items[1].clauses] == ["t"]
    assert found.items[1].clauses[0].section == "1"


def test_a_version_claims_only_with_clauses_that_it_has() -> None:
    """A claims file is written once for a family; an id that this version lacks claims nothing here."""
    found = coverage(b.framework(b.rule()), criteria(), [claim("A1", "gone"), claim("A2", "gone", "t")])

    assert [one.is_claimed for one in found.items] == [False, False, True]


def test_what_is_only_recommended_is_not_claimed() -> None:
    """A recommendation, or a clause that is a goal, is shown and not counted (A-1)."""
    advice = Recommendation(clause=b.clause("advice", force=Force.RECOMMENDATION), threshold="")
    goal = b.rule("goal", force=Force.PUBLIC_GOAL)
    found = coverage(
        b.framework(goal, recommendations=(advice,)), criteria(), [claim("A1", "advice"), claim("A2", "goal")]
    )

    assert found.count()["claimed"] == 0
    assert found.count()["claimed_weakly"] == 2


def test_a_reviewer_who_disagrees_confirms_nothing() -> None:
    """One no beside a yes is no confirmation, and a finding on another version is none either."""
    framework, claims = b.framework(b.rule()), [claim("A1", "t")]

    agreed = coverage(framework, criteria(), claims, confirmed=[seen("A1")])
    split = coverage(framework, criteria(), claims, confirmed=[seen("A1"), seen("A1", agrees="no")])
    other = coverage(framework, criteria(), claims, confirmed=[seen("A1", version="0.9")])

    assert [one.count()["confirmed"] for one in (agreed, split, other)] == [1, 0, 0]


def test_statements_of_cases_are_seen_in_operation() -> None:
    """A case's determination on a claiming clause, or a record that says so; nothing else."""
    case = b.case(determinations=(b.determination(),))
    claims = [claim("A1", "t"), claim("A2", "s")]

    found = coverage(b.framework(b.rule()), criteria(), claims, cases=[case], operated=[seen("A2")])

    assert found.items[1].operated == ("t stated in demo-case",)
    assert found.items[2].operated == ("Looked at. (Reviewer, 2026-02-01; Review)",)
    assert found.count()["confirmed"] == 0


def test_several_claims_on_an_item_count_with_what_each_leaves_open() -> None:
    """What is left open is told only for clauses that this version has."""
    claims = [claim("A1", "t"), claim("A1", "gone", leaves_open="Old."), claim("A1", "s", leaves_open="In part.")]

    one = coverage(b.framework(b.rule()), criteria(), claims).items[1]

    assert [clause.id for clause in one.clauses] == ["t", "s"]
    assert one.leaves_open == "In part."


def test_a_framework_without_claims_claims_nothing() -> None:
    """And the page says that nobody mapped it, rather than that it fails."""
    found = coverage(b.framework(b.rule()), criteria(), [])
    text = " ".join(as_text(coverage_page(found)).split())

    assert not found.mapped
    assert "nothing is claimed yet" in text
    assert "[wording unverified]" in text
    assert "never added up" in text


def test_files_with_names_that_nothing_defines_are_refused() -> None:
    """A parent or a scored item that does not exist."""
    for old, new in ((b"parent: A,", b"parent: B,"), (b"item: A1, score", b"item: A9, score")):
        with pytest.raises(BadInput) as caught:
            parse_criteria(DEMO.replace(old, new), file="demo.yaml")
        assert caught.value.problems[0].id == "F002"


def test_a_coverage_record_is_read() -> None:
    """What a reviewer confirmed and what was seen, for one version."""
    record = parse_coverage_record(
        b"""coverage: demo
framework: demo
version: "1.0"
confirmed:
  - {against: demo, item: A1, by: R, dated: 2026-02-01, says: Agreed., agrees: partly, source: {title: Review}}
""",
        file="record.yaml",
    )

    assert record.confirmed[0].agrees == "partly"
    assert record.operated == ()


@pytest.mark.parametrize("path", CRITERIA, ids=lambda path: path.stem)
def test_shipped_criteria_are_sound(path: Path) -> None:
    """Each file reads, is named for what it holds, and says of every verified item nothing it cannot show."""
    found = parse_criteria(path.read_bytes(), file=str(path))

    assert found.id == path.stem
    assert len({item.id for item in found.items}) == len(found.items)
    assert found.leaves()


def test_the_seven_named_sets_ship() -> None:
    """Those that the command's help names."""
    assert {path.stem for path in CRITERIA} >= {"metr", "saferai", "seoul", "sb53", "raise", "illinois", "eu-code"}


def test_saferai_has_its_65_leaves_and_marks_what_was_recalled() -> None:
    """The grader counts 65 criteria; wording that was not compared is marked, not passed off as verified."""
    found = parse_criteria((ROOT / "criteria" / "saferai.yaml").read_bytes(), file="saferai.yaml")
    verified = [item for item in found.leaves() if item.provenance is Provenance.VERIFIED]

    assert len(found.leaves()) == 65
    assert any(item.provenance is Provenance.RECALLED for item in found.leaves())
    assert len(verified) >= 14


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_shipped_claims_name_only_what_exists(path: Path) -> None:
    """Every item is one of the criteria, every clause stands in a version of the family."""
    sets = [parse_criteria(p.read_bytes(), file=str(p)) for p in CRITERIA]
    versions = [
        parse_framework(p.read_bytes(), file=str(p)) for p in sorted((ROOT / "frameworks" / path.stem).glob("*.yaml"))
    ]

    assert unknown_claims(parse_claims(path.read_bytes(), file=str(path)), sets, versions) == []


def test_a_claim_on_nothing_is_found() -> None:
    """The check of the shipped claims can fail."""
    faults = unknown_claims([claim("A9", "t"), claim("A1", "gone")], [criteria()], [b.framework(b.rule())])

    assert faults == ["demo: no item A9", "demo A1: no version has gone"]


def test_a_later_version_that_drops_a_clause_drops_the_claim() -> None:
    """The same claims file, two versions: what only one of them has is claimed by that one only."""
    full = b.framework(b.rule(), safeguards=(b.safeguard("kept"), b.safeguard("dropped")))
    later = replace(full, safeguards=(b.safeguard("kept"),))
    claims = [claim("A1", "kept"), claim("A2", "dropped")]

    counts = [coverage(framework, criteria(), claims).count()["claimed"] for framework in (full, later)]

    assert counts == [2, 1]
