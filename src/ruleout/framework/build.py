# SPDX-License-Identifier: Apache-2.0
"""A framework file's checked shape -> the framework, names resolved and every rule's meaning checked.

All problems of a file are raised at once. What is built here is not checked again: the core trusts the model.
"""

from __future__ import annotations

from ruleout.documents.findings import Findings
from ruleout.documents.places import Document
from ruleout.framework.framework_document import FrameworkDoc, PublishedDocument
from ruleout.framework.parts.clauses import Context
from ruleout.framework.parts.formulas import Resolver
from ruleout.framework.parts.gates import build_red_lines, build_rules
from ruleout.framework.parts.names import collect_names
from ruleout.framework.parts.obligations import (
    build_changelog,
    build_changes,
    build_duties,
    build_judgements,
    build_left_out,
    build_recommendations,
)
from ruleout.framework.parts.peers import build_peer_clauses
from ruleout.framework.parts.safeguards import (
    build_arguments,
    build_peer_questions,
    build_questions,
    build_safeguards,
)
from ruleout.framework.parts.thresholds import build_indicators, build_thresholds
from ruleout.model.framework import Document as SourceDocument
from ruleout.model.framework import Framework, FrameworkId


def build_framework(doc: FrameworkDoc, document: Document, *, digest: str) -> Framework:
    """Return the framework that `doc` describes. Pure.

    Args:
        doc: the file's checked shape.
        document: the file's plain value with the places of its parts.
        digest: SHA-256 of the file's bytes, 64 hex digits.

    Raises:
        BadInput: the file has the right shape but not a sound meaning; holds every problem.

    Source: D-1, D-4 to D-11.
    """
    findings = Findings(document)
    names = collect_names(doc, findings)
    context = Context(names, Resolver(names, findings), doc.force, findings)
    rules = build_rules(doc, context)
    framework = Framework(
        id=FrameworkId(name=doc.framework, version=doc.version),
        digest=digest,
        title=doc.title,
        developer=doc.developer,
        effective=doc.effective,
        supersedes=doc.supersedes or "",
        force=doc.force,
        document=_source(doc.document),
        roles=tuple(doc.roles.items()),
        thresholds=build_thresholds(doc, context),
        indicators=build_indicators(doc, context),
        safeguards=build_safeguards(doc, context),
        arguments=build_arguments(doc, context),
        questions=build_questions(doc, context),
        peer_questions=build_peer_questions(doc, context),
        rules=rules,
        peer_clauses=build_peer_clauses(doc, rules, context),
        red_lines=build_red_lines(doc, context),
        duties=build_duties(doc, context),
        recommendations=build_recommendations(doc, context),
        judgements=build_judgements(doc, context),
        changelog=build_changelog(doc),
        left_out=build_left_out(doc),
        changes=build_changes(doc, context),
    )
    findings.raise_any()
    return framework


def _source(doc: PublishedDocument) -> SourceDocument:
    return SourceDocument(sha256=doc.sha256, url=doc.url, pages=doc.pages, published=doc.published)
