# SPDX-License-Identifier: Apache-2.0
"""A case file's checked shape -> the case. Names of the framework are the engine's business: a case may be decided
under any version (D-16), so only what the case itself holds is checked here.
"""

from __future__ import annotations

from dataclasses import fields, replace

from ruleout.documents.findings import Findings
from ruleout.documents.places import Document
from ruleout.framework.case_document import CaseDoc, SubjectDoc
from ruleout.framework.parts.evidence import build_evidence
from ruleout.framework.parts.statements import (
    build_answers,
    build_approvals,
    build_assessments,
    build_determinations,
    build_exceptions,
    build_interim,
    build_peer_facts,
)
from ruleout.model.canonical import digest_of
from ruleout.model.case import Case, Record, Subject
from ruleout.model.plain import plain

#: What the digest of a case leaves out: itself, the acts that are bound to it, and the instant of the decision.
_NOT_DIGESTED = frozenset({"digest", "approvals", "at"})


def build_case(doc: CaseDoc, document: Document, *, indicators: frozenset[str] = frozenset()) -> Case:
    """Return the case that `doc` describes. Pure.

    Args:
        doc: the file's checked shape.
        document: the file's plain value with the places of its parts.
        indicators: ids of the frameworks' own indicators, which departures may name besides the case's evidence.

    Raises:
        BadInput: the file has the right shape but not a sound meaning; holds every problem.

    Source: D-2, D-3, D-11, E-6.
    """
    findings = Findings(document)
    _check_approvals(doc, findings)
    evidence = build_evidence(doc, findings)
    case = Case(
        id=doc.case,
        title=doc.title,
        digest="",
        record=doc.record,
        subject=_subject(doc.subject),
        at=doc.at,
        evidence=evidence,
        determinations=build_determinations(doc, evidence, findings, indicators=indicators),
        safeguards=build_assessments(doc.safeguards),
        interim=build_interim(doc),
        arguments=build_assessments(doc.arguments),
        answers=build_answers(doc),
        peer_facts=build_peer_facts(doc, findings),
        approvals=build_approvals(doc.approvals),
        invokes=doc.invokes,
        prepared_by=doc.prepared_by,
        recused=doc.recused,
        stricter=doc.stricter,
        notes=doc.notes or "",
        exceptions=build_exceptions(doc),
    )
    findings.raise_any()
    return replace(case, digest=case_digest(case))


def case_digest(case: Case) -> str:
    """Return the SHA-256 (hex) over a case's content without its approvals and the instant of the decision.

    Pure. To be taken anew when the digest of a log is filled in. A case without exceptions has the digest it had before
    cases could name any: approvals of that time go on counting.

    Source: D-11, D-12.
    """
    left_out = _NOT_DIGESTED if case.exceptions else _NOT_DIGESTED | {"exceptions"}
    return digest_of({f.name: plain(getattr(case, f.name)) for f in fields(case) if f.name not in left_out})


def _check_approvals(doc: CaseDoc, findings: Findings) -> None:
    if doc.record is Record.OWN and doc.approvals:
        findings.note(
            "C009",
            ("approvals",),
            expected="no attested approvals in the developer's own record",
            got=f"{len(doc.approvals)}",
            hint="Have them signed and recorded, or write record: public.",
            key=True,
        )


def _subject(doc: SubjectDoc) -> Subject:
    return Subject(
        developer=doc.developer,
        model=doc.model,
        model_digest=doc.model_digest or "",
        activity=doc.activity,
        scope=doc.scope,
        effective_compute=doc.effective_compute,
    )
