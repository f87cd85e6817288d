# SPDX-License-Identifier: Apache-2.0
"""Runs vectors/framework/*.yaml: each input gives exactly the problems it names, and every id is given by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ruleout.accountability.change_log.parse import parse_change_log
from ruleout.accountability.concerns.parse import parse_concern_rules
from ruleout.accountability.deviations.parse import parse_deviation
from ruleout.accountability.duties import parse_cadence, parse_duties
from ruleout.accountability.incidents.parse import parse_incident
from ruleout.accountability.incidents.regime_parse import parse_regime
from ruleout.accountability.permits.parse import parse_permit
from ruleout.accountability.reporting.draft import parse_draft
from ruleout.accountability.reporting.kind import parse_kind
from ruleout.accountability.requests.parse import parse_answer, parse_forum, parse_request
from ruleout.accountability.requests.policy_parse import parse_policy
from ruleout.accountability.reviews.answers import answers_from_words
from ruleout.accountability.reviews.manifest import Manifest
from ruleout.accountability.reviews.parse import parse_review, parse_review_rules
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.adapters.zones import zone_of
from ruleout.documents.problem_ids import PROBLEM_IDS
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput
from ruleout.framework import parse_case, parse_framework
from ruleout.framework.mapping import parse_mapping
from ruleout.framework.runs import parse_evaluations, unmet_demands
from ruleout.model.run import Demand
from ruleout.policy.bundle_document import parse_bundle_file
from ruleout.policy.floor import parse_floor
from ruleout.serving.monitoring.reviewed import Found, Review, new_reviews, read_reviewed
from ruleout.serving.monitoring.watches import parse_watches
from ruleout.serving.tools import parse_tool_rules

FOLDER = Path(__file__).parents[2] / "vectors" / "framework"
FILES = (
    "text.yaml",
    "shape.yaml",
    "meaning.yaml",
    "case.yaml",
    "mapping.yaml",
    "evaluations.yaml",
    "requests.yaml",
    "incidents.yaml",
    "duties.yaml",
    "changes.yaml",
    "roadmaps.yaml",
    "permits.yaml",
    "reviews.yaml",
    "publications.yaml",
    "policies.yaml",
    "tools.yaml",
)
FIELDS = {"name", "why", "base", "edits", "append", "text", "hex", "repeat", "want"}
BASE = (FOLDER / "base-framework.yaml").read_bytes()
#: The framework of the floor: its red lines show at run time, in part, and not at all.
LINED_FILE = FOLDER.parents[1] / "examples" / "policy" / "frameworks" / "northlight-fsf" / "1.0.yaml"
LINED = parse_framework(LINED_FILE.read_bytes(), file="lined.yaml")
OLD = parse_framework(BASE, file="base-framework.yaml")
NEW = parse_framework(BASE.replace(b'version: "1.0"', b'version: "2.0"'), file="base-framework.yaml")
DEMANDS = (
    Demand(evaluation="Cyber range", elicitations=("full scaffold",), repeats=3),
    Demand(evaluation="Quiz", elicitations=("one", "another")),
    Demand(evaluation="Not in the file", elicitations=("one",), repeats=9),
)


def parse_and_hold(data: bytes, *, file: str) -> None:
    """Read an evaluations file and hold it against what indicators demand."""
    if problems := unmet_demands(parse_evaluations(data, file=file), DEMANDS):
        raise BadInput(problems)


GOALS = {goal.id: goal for goal in parse_roadmap((FOLDER / "base-roadmap.yaml").read_bytes(), file="r").goals}
RULES = parse_review_rules((FOLDER / "base-review-rules.yaml").read_bytes(), file="r")
PACKAGE = Manifest(
    **dict.fromkeys(("report_digest", "bundle", "root", "verifier", "page"), "0" * 64),
    **dict.fromkeys(("reviewer", "report", "framework", "origin", "made"), "x"),
    review="spring-report",
    sections=("overall", "security"),
    questions=("rigour",),
    size=1,
)
SAID = {
    "req-0": {"bio": ("allow",)},
    "req-1": {"bio": ("allow",)},
    "req-2": {"bio": ("allow", "near")},
    "req-3": {"bio": ("allow", "deny")},
}
FILED = {("req-0", "bio"): Review(request="req-0", hook="bio", found=Found.MISS, by="safeguards-team")}
PARSERS = {
    "evaluations": parse_and_hold,
    "framework": parse_framework,
    "case": parse_case,
    "request": parse_request,
    "request-answer": parse_answer,
    "request-forum": parse_forum,
    "requests-policy": parse_policy,
    "change-log": parse_change_log,
    "concern-rules": parse_concern_rules,
    "deviation": parse_deviation,
    "incident": lambda data, *, file: parse_incident(data, file=file, facts=("weights-breached", "death")),
    "incident-regime": parse_regime,
    "review": lambda data, *, file: parse_review(data, file=file, rules=RULES),
    "review-rules": parse_review_rules,
    "review-words": lambda data, *, file: answers_from_words(data, PACKAGE, file=file),
    "cadence": parse_cadence,
    "duties": lambda data, *, file: parse_duties(data, file=file, zone_of=zone_of),
    "roadmap": parse_roadmap,
    "permit": parse_permit,
    "grade": lambda data, *, file: parse_grade(data, file=file, goals=GOALS),
    "updates": parse_updates,
    "publication-kind": lambda data, *, file: parse_kind(
        data, file=file, known_sources={"decisions": ("model", "outcome"), "goals": ("goal",)}
    ),
    "report": parse_draft,
    "floor": lambda data, *, file: parse_floor(data, LINED, file=file),
    "policy-bundle": lambda data, *, file: parse_bundle_file(data, "", file=file),
    "tool-rules": parse_tool_rules,
    "watches": parse_watches,
    "reviewed": lambda data, *, file: new_reviews(read_reviewed(data, file=file), SAID, FILED),
    "mapping": lambda data, *, file: parse_mapping(data, file=file, old=OLD, new=NEW),
}
VECTORS = [
    pytest.param(vector, id=f"{name}: {vector['name']}")
    for name in FILES
    for vector in read_yaml((FOLDER / name).read_bytes(), file=name).value["vectors"]
]


def made_from(vector: dict[str, Any]) -> bytes:
    """The input that a vector describes."""
    if "hex" in vector:
        return bytes.fromhex(vector["hex"])
    text = vector.get("text")
    data = (FOLDER / f"base-{vector['base']}.yaml").read_bytes() if text is None else text.encode()
    for edit in vector.get("edits", []):
        assert set(edit) in ({"old", "new"}, {"old", "new-hex"}), edit
        assert data.count(edit["old"].encode()) == 1, edit["old"]
        new = edit["new"].encode() if "new" in edit else bytes.fromhex(edit["new-hex"])
        data = data.replace(edit["old"].encode(), new)
    data += vector.get("append", "").encode()
    repeat = vector.get("repeat", {"unit": "", "times": 0})
    return data + repeat["unit"].encode() * repeat["times"]


def problems_of(vector: dict[str, Any]) -> list[str]:
    """What the parser says of the input, as `ID $.path`."""
    try:
        PARSERS[vector["base"]](made_from(vector), file="input.yaml")
    except BadInput as refusal:
        return [f"{problem.id} {problem.where.path}" for problem in refusal.problems]
    return []


@pytest.mark.parametrize("vector", VECTORS)
def test_input_gives_exactly_the_problems_named(vector: dict[str, Any]) -> None:
    """Each vector's problems are found, all of them, in file order, and no other."""
    assert set(vector) <= FIELDS, "an unknown field in a vector"

    assert vector["want"] == problems_of(vector)


def test_every_problem_id_is_given_by_a_vector() -> None:
    """No id is listed that nothing gives. Apart are tested Y020, the count of all others, and those that need a record or a witness, and a gateway's settings."""
    given = {want.split()[0] for parameter in VECTORS for want in parameter.values[0]["want"]}

    settings = {"N001", "N002", "N003", "N004", "N005", "N006", "N007"}  # tests/unit/serving/settings
    elsewhere = {"Y020", "G006", "K004", "W001", "W002", *settings, *(f"R{number}" for number in range(101, 112))}

    assert set(PROBLEM_IDS) - elsewhere == given
