# SPDX-License-Identifier: Apache-2.0
"""Bytes -> a review's file or a framework's rules for reviews."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from ruleout.accountability.reviews.document import (
    QuestionDoc,
    ReviewClauseDoc,
    ReviewDoc,
    ReviewerDoc,
    ReviewRulesDoc,
)
from ruleout.documents.fields import SourceDoc
from ruleout.documents.findings import Findings
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.review import Declared, Question, Review, ReviewClause, Reviewer, ReviewRules


def parse_review(data: bytes, *, file: str, rules: ReviewRules | None = None) -> Review:
    """Return the review of a file. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        rules: of the framework that it names; None to leave the questions of the declarations unchecked.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: A-9.
    """
    document = read_yaml(data, file=file)
    doc = validate(ReviewDoc, document)
    findings = Findings(document)
    known = None if rules is None else [question.id for question in rules.independence]
    seen: set[str] = set()
    for nth, reviewer in enumerate(doc.reviewers):
        if reviewer.reviewer in seen:
            hint = "State each reviewer once."
            findings.note("V002", ("reviewers", nth, "reviewer"), expected="another id", got="the same", hint=hint)
        seen.add(reviewer.reviewer)
        for name in reviewer.independence if known is not None else ():
            if name not in (known or ()):
                at = ("reviewers", nth, "independence", name)
                findings.note_unknown(at, expected="a question of the rules", name=name, known=known or (), id_="V001")
    findings.raise_any()
    return Review(
        id=doc.review,
        report=doc.report,
        framework=doc.framework,
        ground=doc.ground,
        submitted=doc.submitted if isinstance(doc.submitted, datetime) else None,
        reviewers=tuple(map(_reviewer, doc.reviewers)),
    )


def _reviewer(doc: ReviewerDoc) -> Reviewer:
    declared = (Declared(question=name, tie=one.tie, says=one.says or "") for name, one in doc.independence.items())
    return Reviewer(id=doc.reviewer, name=doc.name, expertise=doc.expertise, declared=tuple(declared))


def parse_review_rules(data: bytes, *, file: str) -> ReviewRules:
    """Return a framework's rules for reviews. Pure. Raises BadInput with every problem; nothing else."""
    document = read_yaml(data, file=file)
    doc = validate(ReviewRulesDoc, document)
    findings = Findings(document)
    single = {"approval": doc.approval, "share": doc.share, "comment": doc.comment, "withheld": doc.withheld}
    for name, clause in single.items():
        if clause is not None:
            _check_source(findings, (name,), clause.source, doc.sources)
    lists = {"independence": doc.independence, "substance": doc.substance, "redactions": doc.redactions}
    for name, questions in lists.items():
        for id_, question in questions.items():
            _check_source(findings, (name, id_), question.source, doc.sources)
    for id_ in doc.substance.keys() & doc.redactions.keys():
        hint = "Give one of the two another id: an answer would not say which is meant."
        findings.note("V002", ("redactions", id_), expected="another id", got=repr(id_), hint=hint, key=True)
    findings.raise_any()
    return ReviewRules(
        name=doc.reviews_of,
        digest=hashlib.sha256(data).hexdigest(),
        title=doc.title,
        zone=doc.zone,
        approvers=doc.approval.by,
        approval=_clause(doc.approval, doc.sources),
        share=_clause(doc.share, doc.sources),
        share_within=doc.share.within,
        comment=_clause(doc.comment, doc.sources),
        comment_within=doc.comment.within,
        withheld=None if doc.withheld is None else _clause(doc.withheld, doc.sources),
        withheld_for=None if doc.withheld is None else frozenset(doc.withheld.only),
        independence=_questions(doc.independence, doc.sources),
        substance=_questions(doc.substance, doc.sources),
        redactions=_questions(doc.redactions, doc.sources),
    )


def _check_source(findings: Findings, at: tuple[str, ...], name: str, sources: Mapping[str, SourceDoc]) -> None:
    if name not in sources:
        path = (*at, "source")
        findings.note_unknown(path, expected="one of the sources", name=name, known=sources, id_="V001")


def _clause(doc: ReviewClauseDoc, sources: Mapping[str, SourceDoc]) -> ReviewClause:
    source = sources[doc.source].title
    return ReviewClause(says=doc.says, section=doc.section, source=source, grade=doc.grade, clause=doc.clause or "")


def _questions(docs: Mapping[str, QuestionDoc], sources: Mapping[str, SourceDoc]) -> tuple[Question, ...]:
    return tuple(
        Question(
            id=id_,
            asks=doc.asks,
            clause=ReviewClause(
                says=doc.asks,
                section=doc.section,
                source=sources[doc.source].title,
                grade=doc.grade,
                clause=doc.clause or "",
            ),
        )
        for id_, doc in docs.items()
    )
