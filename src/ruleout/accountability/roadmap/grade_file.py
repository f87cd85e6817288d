# SPDX-License-Identifier: Apache-2.0
"""The shape of a grade file and its reading: how far a goal, or a part of it, is reached, and what shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from ruleout.documents.fields import Day, Doc, Flag, Id, Line, Number, Says, Sha256, Whole
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.roadmap import Goal, InvariantsRule, Mark
from ruleout.model.roadmap_acts import GoalGrade
from ruleout.model.verdict import Verdict


class CommentsDoc(Doc):
    """The first and the last day on which comments were taken."""

    from_: Day
    until: Day


class GradeDoc(Doc):
    """A grade file.

    `document` is the SHA-256 of the report or other thing that shows it; `shown-by` names an entry of the record that held
    this document before the grade. `evidence` names entries of the record that the grade rests on.
    """

    grade: Id
    part: Id | None = None
    says: Literal["met", "partly met", "missed", "on track"] | None = None
    marks: Annotated[dict[Id, Mark], Field(max_length=500, default_factory=dict)]
    delivered: Flag = False
    count: Annotated[Whole, Field(ge=0, le=100_000)] | None = None
    value: Number | None = None
    judged: Verdict | None = None
    comments: CommentsDoc | None = None
    document: Sha256 | None = None
    shown_by: Line | None = None
    evidence: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    note: Says | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeFile:
    """A grade file as read: the goal it is about, and what it says of it."""

    goal: str
    doc: GradeDoc

    @property
    def shown_by(self) -> str:
        """Id of the entry that shows it, "" if none is named."""
        return self.doc.shown_by or ""

    @property
    def document(self) -> str:
        """SHA-256 (hex) of what shows it, "" if none is given."""
        return self.doc.document or ""

    def grade(self, *, at: datetime, roles: tuple[str, ...], shown_on: date | None) -> GoalGrade:
        """Return the grade as recorded at an instant by somebody with roles. Pure."""
        doc = self.doc
        return GoalGrade(
            at=at,
            part=doc.part or "",
            says=doc.says or "",
            shown_on=shown_on,
            marks=tuple(doc.marks.items()),
            is_delivered=doc.delivered,
            count=doc.count,
            value=doc.value,
            judged=doc.judged or Verdict.UNKNOWN,
            roles=roles,
            comment_from=doc.comments.from_ if doc.comments else None,
            comment_until=doc.comments.until if doc.comments else None,
            note=doc.note or "",
            shown_by=self.shown_by if shown_on is not None else "",
            evidence=doc.evidence,
        )


def parse_grade(data: bytes, *, file: str, goals: Mapping[str, Goal] | None = None) -> GradeFile:
    """Return what a grade file says. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        goals: the goals it may be about; None does not look.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-2.
    """
    document = read_yaml(data, file=file)
    doc = validate(GradeDoc, document)
    findings = Findings(document)
    first, last = (doc.comments.from_, doc.comments.until) if doc.comments else (None, None)
    if first is not None and last is not None and last < first:
        findings.note(
            "G005", ("comments", "until"), expected="a day after from", got=str(last), hint="Turn them round."
        )
    if doc.shown_by is not None and doc.document is None:
        hint = "Add the SHA-256 of what the entry shows: an entry shows the document it holds and nothing else."
        findings.note("S001", ("shown-by",), expected="the field 'document'", got="nothing", hint=hint, key=True)
    if goals is not None:
        _check_names(doc, goals, findings)
    findings.raise_any()
    return GradeFile(goal=doc.grade, doc=doc)


def _check_names(doc: GradeDoc, goals: Mapping[str, Goal], findings: Findings) -> None:
    goal = goals.get(doc.grade)
    if goal is None:
        findings.note_unknown(("grade",), expected="a goal of the roadmap", name=doc.grade, known=goals, id_="G004")
        return
    parts = {part.id: part for part in goal.parts}
    if doc.part is not None and doc.part not in parts:
        findings.note_unknown(("part",), expected=f"a part of {goal.id}", name=doc.part, known=parts, id_="G004")
        return
    rule = parts[doc.part].rule if doc.part else goal.rule
    known = [one.id for one in rule.invariants] if isinstance(rule, InvariantsRule) else []
    for name in doc.marks:
        if name not in known:
            findings.note_unknown(
                ("marks", name), expected="an invariant of the rule", name=name, known=known, id_="G004"
            )
