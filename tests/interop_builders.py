# SPDX-License-Identifier: Apache-2.0
"""Builders for exports: decisions as the engine makes them, under an entry made from words; and what reads our documents."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.builders import case, framework

from ruleout.app.assess import decision_bytes
from ruleout.engine.decide import decide
from ruleout.evidence.summary import Summary
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity
from ruleout.reports.interop.asked import asked_by
from ruleout.reports.interop.decided import decided_from
from ruleout.reports.interop.oscal.parts import About
from ruleout.reports.interop.shown import DecisionShown, EntryShown, EvaluationShown

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from trestle.oscal.assessment_results import AssessmentResults
    from trestle.oscal.catalog import Catalog
    from trestle.oscal.component import ComponentDefinition
    from trestle.oscal.mapping import MappingCollection
    from trestle.oscal.poam import PlanOfActionAndMilestones

ORIGIN = "lab.example/record"
ABOUT = About(origin=ORIGIN, size=9, at="2026-11-20T12:00:00Z")
OSCAL = {
    "assessment-results": AssessmentResults,
    "catalog": Catalog,
    "component-definition": ComponentDefinition,
    "mapping-collection": MappingCollection,
    "plan-of-action-and-milestones": PlanOfActionAndMilestones,
}


def entry(name: str = "case-1/demo@1.0/deploy-external/1", index: int = 3) -> EntryShown:
    return EntryShown(
        origin=ORIGIN, index=index, id=name, ts="2026-05-02T12:00:00Z", sha256="e" * 64, keys=("recorder+08fa8a28",)
    )


def header_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """The header that an entry of a decision has."""
    name, _, version = raw["framework"].partition("@")
    told = {key: raw[key] for key in ("case", "activity", "outcome", "input_digest")}
    return {**told, "framework": name, "version": version}


def decision(
    made: Framework | None = None, *, activity: Activity = Activity.DEPLOY_EXTERNAL, **more: Any
) -> DecisionShown:
    """A decision of the engine on a case; `more` goes to the case, or changes what is shown."""
    made = made or framework()
    shown = {key: more.pop(key) for key in ("evaluations", "superseded", "still_proceeds") if key in more}
    told = case(**more)
    data = decision_bytes(decide(made, told, activity=activity, at=told.at))
    return shown_from(data, made, **shown)


def shown_from(data: bytes, made: Framework, **changes: Any) -> DecisionShown:
    """What is shown of a decision's bytes."""
    decided = decided_from(data, header_of(json.loads(data)), entry="case-1/demo@1.0/deploy-external/1")
    one = DecisionShown(
        entry=entry(),
        decided=decided,
        case="c" * 64,
        decision="d" * 64,
        evaluations={},
        asked=asked_by(made),
        superseded="",
        still_proceeds=decided.outcome == "proceed",
    )
    return replace(one, **changes)


def evaluation(**changes: Any) -> EvaluationShown:
    """An evaluation of sixty attempts."""
    summary = Summary(
        digest="a" * 64,
        status="success",
        task="autonomy",
        task_version="2",
        model="lab/model-1",
        model_digest="",
        evaluated="2026-05-01T10:00:00Z",
        tool="inspect",
        tool_version="0.3.9",
        revision="",
        partial="",
        states=(("scored", 60), ("errored", 0), ("refused", 0), ("invalidated", 0), ("missing", 0)),
        problems=0,
    )
    given = {key: changes.pop(key) for key in ("model_digest", "evaluated", "model") if key in changes}
    one = EvaluationShown(
        entry=entry("case-1/evidence/1", 2),
        summary=replace(summary, **given),
        measurement="b" * 64,
        case="c" * 64,
        counts=True,
        expires="",
    )
    return replace(one, **changes)


def read_by_trestle(value: Mapping[str, Any], folder: Path) -> Any:
    """Have compliance-trestle read a document, and give back what it writes; instants in our spelling."""
    ((kind, _),) = value.items()
    path = folder / f"{kind}.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    read = OSCAL[kind].oscal_read(path)
    assert read is not None, kind
    return with_z(json.loads(read.oscal_serialize_json()))


def with_z(value: Any) -> Any:
    """A value with instants that end in Z, as we write them."""
    if isinstance(value, dict):
        return {key: with_z(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_z(item) for item in value]
    if isinstance(value, str) and value.endswith("+00:00"):
        return value.removesuffix("+00:00") + "Z"
    return value
