# SPDX-License-Identifier: Apache-2.0
"""Bytes of a roadmap file -> a roadmap, or every problem with its place."""

from __future__ import annotations

from ruleout.accountability.roadmap.document import GoalDoc, PartDoc, RoadmapDoc
from ruleout.accountability.roadmap.parse_rule import check_rule, rule_of
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.roadmap import Candidate, Expectation, FollowOn, Goal, Part, Roadmap, RoadmapDocument


def parse_roadmap(data: bytes, *, file: str) -> Roadmap:
    """Return the roadmap that a file describes. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-2.
    """
    document = read_yaml(data, file=file)
    doc = validate(RoadmapDoc, document)
    findings = Findings(document)
    for name, goal in doc.goals.items():
        _check_goal(goal, ("goals", name), findings)
    findings.raise_any()
    published = doc.document
    return Roadmap(
        id=doc.roadmap,
        title=doc.title,
        developer=doc.developer,
        as_of=doc.as_of,
        published=doc.published,
        document=None
        if published is None
        else RoadmapDocument(url=published.url, sha256=published.sha256, retrieved=published.retrieved),
        goals=tuple(_goal(name, goal) for name, goal in doc.goals.items()),
        note=doc.note or "",
        expectations=tuple(
            Expectation(id=name, when=one.when, says=one.says, anchor=one.anchor)
            for name, one in doc.expectations.items()
        ),
    )


def _check_goal(doc: GoalDoc, path: Path, findings: Findings) -> None:
    if doc.rule is not None:
        check_rule(doc.rule, (*path, "rule"), findings)
    for name, part in doc.parts.items():
        if part.rule is not None:
            check_rule(part.rule, (*path, "parts", name, "rule"), findings)


def _goal(name: str, doc: GoalDoc) -> Goal:
    return Goal(
        id=name,
        area=doc.area,
        title=doc.title,
        says=doc.says,
        section=doc.section or "",
        anchor=doc.anchor,
        target=doc.target,
        confidence=doc.confidence or "",
        owner=doc.owner or "",
        grader=doc.grader or "",
        invalidator=doc.invalidator or "",
        rule=None if doc.rule is None else rule_of(doc.rule),
        comment_days=doc.comment.days if doc.comment else 0,
        comment_by=doc.comment.by if doc.comment else "",
        report_to=doc.report_to,
        candidates=tuple(Candidate(id=key, says=one.says, anchor=one.anchor) for key, one in doc.candidates.items()),
        answer_within=doc.answer_within,
        parts=tuple(_part(key, part) for key, part in doc.parts.items()),
        then=tuple(
            FollowOn(id=key, says=one.says, within=one.within, anchor=one.anchor) for key, one in doc.then.items()
        ),
        redactions=doc.redactions,
        was=doc.was,
        note=doc.note or "",
    )


def _part(name: str, doc: PartDoc) -> Part:
    return Part(
        id=name,
        title=doc.title,
        says=doc.says,
        target=doc.target,
        rule=None if doc.rule is None else rule_of(doc.rule),
        confidence=doc.confidence or "",
        anchor=doc.anchor,
        note=doc.note or "",
    )
