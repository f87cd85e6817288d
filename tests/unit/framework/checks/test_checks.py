# SPDX-License-Identifier: Apache-2.0
"""Every lint rule is documented, and each documented example makes its rule speak where the plain file does not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ruleout.documents.places import Document
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.errors import BadInput
from ruleout.framework.build import build_framework
from ruleout.framework.case_build import build_case
from ruleout.framework.case_document import CaseDoc
from ruleout.framework.checks import (
    CHECKS,
    CaseFileView,
    CaseText,
    Finding,
    FrameworkFileView,
    FrameworkText,
    KeyView,
    Severity,
    Subject,
    WorkspaceView,
    lint,
)
from ruleout.framework.framework_document import FrameworkDoc
from ruleout.model.case import Case
from ruleout.model.framework import Framework, FrameworkId

ROOT = Path(__file__).parents[4]
MANUAL = (ROOT / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
VECTORS = ROOT / "vectors" / "framework"
SHA = "ab" * 32
EARLIER = "0.9"


def sections() -> dict[str, str]:
    parts = re.split(r"^### (L[0-9]{3}): ", MANUAL, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def example_of(id_: str) -> Any:
    """The example's value as our own reader gives it."""
    block = re.search(r"```yaml\n(.*?)```", sections()[id_], flags=re.DOTALL)
    assert block is not None, id_
    return plain(block[1].encode())


def plain(data: bytes) -> Any:
    return read_yaml(data, file="example.yaml").value


def laid_over(base: Any, patch: Any) -> Any:
    """`patch` over `base`: mappings merge, null removes, anything else replaces."""
    if not isinstance(patch, dict) or not isinstance(base, dict):
        return patch
    merged = {key: value for key, value in base.items() if patch.get(key, 0) is not None}
    return merged | {k: laid_over(merged.get(k), v) for k, v in patch.items() if v is not None}


def framework_of(patch: Any) -> tuple[Framework, Document]:
    value = laid_over(plain((VECTORS / "base-framework.yaml").read_bytes()), patch)
    document = Document(file="framework.yaml", value=value, spots={})
    return build_framework(validate(FrameworkDoc, document), document, digest=SHA), document


def case_of(patch: Any) -> tuple[Case, Document]:
    value = laid_over(plain((VECTORS / "base-case.yaml").read_bytes()), patch)
    document = Document(file="case.yaml", value=value, spots={})
    return build_case(validate(CaseDoc, document), document), document


def earlier_version() -> Framework:
    """The version before, with the ids that lineage of the base file names."""
    framework, _ = framework_of({})
    threshold, guard = framework.thresholds[0], framework.safeguards[0]
    return replace(
        framework,
        id=FrameworkId(name="northlight", version=EARLIER),
        thresholds=(replace(threshold, clause=replace(threshold.clause, id="bio-a")),),
        safeguards=(replace(guard, clause=replace(guard.clause, id="guard")),),
    )


def workspace_of(patch: Any) -> WorkspaceView:
    """A workspace with the base framework and the base case, and what the example adds."""
    framework, _ = framework_of({})
    files = patch.get("frameworks", [{"file": "northlight/1.0.yaml", "named": "northlight@1.0"}])
    cases = [{"file": "cases/aurora.yaml"}, *patch.get("cases", ())]
    return WorkspaceView(
        file="ruleout.toml",
        frameworks=tuple(
            FrameworkFileView(
                file=f["file"], named=f["named"], framework=framework, shipped_digest=f.get("shipped-digest", "")
            )
            for f in files
        ),
        cases=tuple(
            CaseFileView(
                file=c["file"], case=case_of(c.get("over", {}))[0], missing_logs=tuple(c.get("missing-logs", ()))
            )
            for c in cases
        ),
        keyring="keyring.yaml",
        keys=tuple(KeyView(key=k["key"], person=k["person"], roles=tuple(k["roles"])) for k in patch.get("keys", ())),
        has_log=patch.get("has-log", True),
    )


def found(subject: Subject, patch: Any) -> tuple[Finding, ...]:
    """What the rules find in the base file with `patch` laid over it."""
    if subject is Subject.WORKSPACE:
        return lint(workspace_of(patch))
    if subject is Subject.CASE:
        case, document = case_of(patch)
        return lint(CaseText(case=case, document=document, frameworks=(framework_of({})[0],)))
    framework, document = framework_of(patch)
    return lint(FrameworkText(framework=framework, document=document, siblings=(earlier_version(), framework)))


def test_every_rule_has_a_section_and_every_section_a_rule() -> None:
    """The manual lists exactly the rules that exist, in order, with severity and remedy."""
    assert [check.id for check in CHECKS] == list(sections())
    for check in CHECKS:
        text = sections()[check.id]

        assert text.startswith(f"{check.title}\n\n{check.severity.value.capitalize()}. "), check.id
        assert f"Do: {check.hint}\n" in text, check.id


def test_there_are_many_rules_and_no_id_twice() -> None:
    """At least thirty rules, each with an id of its own."""
    ids = [check.id for check in CHECKS]

    assert len(ids) >= 30
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.id)
def test_the_documented_example_makes_its_rule_speak(check: Any) -> None:
    """The example gives a finding of the rule that the plain file does not."""
    before = {(f.id, f.says) for f in found(check.subject, {})}
    after = [f for f in found(check.subject, example_of(check.id)) if (f.id, f.says) not in before]

    assert check.id in {f.id for f in after}


def test_the_rules_are_applied_only_to_their_subject() -> None:
    """A framework is not judged by rules about cases."""
    ids = {check.id for check in CHECKS if check.subject is Subject.FRAMEWORK}

    assert {f.id for f in found(Subject.FRAMEWORK, {})} <= ids


def test_a_finding_points_into_the_file() -> None:
    """File, line, column and path stand in a finding as in a problem."""
    data = (VECTORS / "base-framework.yaml").read_bytes()
    document = read_yaml(data, file="base.yaml")
    framework = build_framework(validate(FrameworkDoc, document), document, digest=SHA)
    unmeetable = next(f for f in lint(FrameworkText(framework=framework, document=document)) if f.id == "L022")
    line = data.decode().splitlines()[unmeetable.where.line - 1]

    assert "id: research-needs-next" in line
    assert unmeetable.where.path == "$.gates.deploy-external[2].id"
    assert unmeetable.severity is Severity.WARNING
    assert str(unmeetable).startswith(f"base.yaml:{unmeetable.where.line}:")


def test_the_shipped_examples_of_the_manual_are_otherwise_sound() -> None:
    """No example is refused by the parser: the lint looks at sound files only."""
    for check in CHECKS:
        try:
            found(check.subject, example_of(check.id))
        except BadInput as error:
            pytest.fail(f"{check.id}: {[str(problem) for problem in error.problems]}")


def test_a_role_that_has_a_part_in_changes_is_used():
    """Who proposes, approves, is asked and is told of a change has something to do (L041)."""
    roles = {"a": "A", "b": "B", "c": "C", "d": "D", "idle": "Nobody"}
    changes = {
        "id": "changing", "says": "A proposes, B approves.", "section": "9", "propose": "a", "approve": "b",
        "consult": ["c"], "notify": ["d"], "published": "before",
    }  # fmt: skip
    idle = [one.says for one in found(Subject.FRAMEWORK, {"roles": roles, "changes": changes}) if one.id == "L041"]

    assert idle == ["idle has nothing to do in this framework"]
