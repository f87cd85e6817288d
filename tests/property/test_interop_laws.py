# SPDX-License-Identifier: Apache-2.0
"""Whatever the framework and the case: no export turns what is not known into a pass, and other tools read it (A-10)."""

import json
import random

from tests.builders import assessment, case, determination
from tests.interop_builders import ABOUT, decision, entry, read_by_trestle
from tests.random_frameworks import ACTIVITIES, random_framework

from ruleout.model.case import Answer, Finding
from ruleout.model.verdict import Verdict
from ruleout.reports.interop.in_toto.projections import verification_result
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.oscal.catalog import framework_catalog
from ruleout.reports.interop.oscal.components import component_definition
from ruleout.reports.interop.oscal.results import assessment_results
from ruleout.reports.interop.shown import FrameworkShown

SEEDS = 50


def random_statements(rng):
    """Statements about some of the questions, in any sense."""
    verdicts = tuple(Verdict)
    day = case().at.date()
    return {
        "safeguards": tuple(assessment(f"s{i}", rng.choice(verdicts)) for i in range(3) if rng.random() < 0.6),
        "determinations": tuple(
            determination(rng.choice(tuple(Finding)), threshold=f"t{i}") for i in range(3) if rng.random() < 0.6
        ),
        "answers": tuple(
            Answer(
                question=f"q{i}",
                holds=rng.choice(verdicts),
                grounds="g",
                by=("rso",),
                dated=day,
                valid_until=None,
                source=None,
            )
            for i in range(2)
            if rng.random() < 0.6
        ),
    }


def test_no_unknown_is_satisfied_and_every_document_is_read_by_trestle(tmp_path):
    """Over random frameworks and cases; each finding's state is held against the verdicts beside it."""
    seen = {"satisfied": 0, "not-satisfied": 0, "unknown": 0}
    for seed in range(SEEDS):
        rng = random.Random(seed)
        framework = random_framework(rng)
        shown = decision(framework, activity=rng.choice(ACTIVITIES), **random_statements(rng))
        made = assessment_results([shown], ABOUT)
        assert read_by_trestle(made, tmp_path) == json.loads(json.dumps(made))
        for finding in made["assessment-results"]["results"][0].get("findings", ()):
            props = {p["name"]: p["value"] for p in finding["props"]}
            verdicts = {props.get(name) for name in ("applies", "requirement", "verdict")}
            state = finding["target"]["status"]["state"]
            seen[state] += 1
            seen["unknown"] += "unknown" in verdicts
            assert state == "not-satisfied" or "unknown" not in verdicts, (seed, finding)

    assert all(count > 20 for count in seen.values()), seen


def test_every_clause_that_is_aimed_at_stands_in_the_catalog(tmp_path):
    """Findings, reviewed controls and components name controls that there are."""
    for seed in range(SEEDS):
        rng = random.Random(seed)
        framework = random_framework(rng)
        about = FrameworkShown(entry=entry(), framework=framework, sha256="9" * 64)
        catalog = framework_catalog(about, ABOUT)
        if not catalog["catalog"]["groups"]:
            continue
        ids = {c["id"] for g in catalog["catalog"]["groups"] for c in g["controls"]}
        parts = {p["id"] for g in catalog["catalog"]["groups"] for c in g["controls"] for p in c["parts"]}
        shown = decision(framework, activity=rng.choice(ACTIVITIES), **random_statements(rng))
        result = assessment_results([shown], ABOUT)["assessment-results"]["results"][0]
        (selection,) = result["reviewed-controls"]["control-selections"]
        assert {c["control-id"] for c in selection.get("include-controls", ())} <= ids, seed
        assert {f["target"]["target-id"] for f in result.get("findings", ())} <= parts, seed
        if framework.safeguards:
            made = component_definition(about, ABOUT)
            components = made["component-definition"]["components"]
            implemented = [i for c in components for i in c["control-implementations"]]
            assert {r["control-id"] for i in implemented for r in i["implemented-requirements"]} <= ids, seed
            read_by_trestle(made, tmp_path)
        read_by_trestle(catalog, tmp_path)


def test_no_svr_without_proceed():
    """Whatever else is said of the decision."""
    outcomes = set()
    for seed in range(SEEDS):
        rng = random.Random(seed)
        shown = decision(
            random_framework(rng), still_proceeds=True, activity=rng.choice(ACTIVITIES), **random_statements(rng)
        )
        outcomes.add(shown.decided.outcome)
        assert isinstance(verification_result(shown), LeftOut) == (shown.decided.outcome != "proceed")

    assert len(outcomes) > 2
