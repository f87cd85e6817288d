# SPDX-License-Identifier: Apache-2.0
"""Statements by named roles in a case file -> the model's: determinations, assessments, answers, facts, acts.

A date that lies ahead or a role that may not speak is not a defect of the file: the engine finds the statement void.
"""

from __future__ import annotations

from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.framework.case_document import ApprovalDoc, AssessmentDoc, CaseDoc, DeterminationDoc, RestsOnDoc
from ruleout.framework.parts.evidence import build_source, read_source
from ruleout.model.case import (
    Answer,
    Approval,
    Assessment,
    Departure,
    Determination,
    InterimClaim,
    PeerFact,
    RestsOn,
)
from ruleout.model.evidence import EvidenceItem
from ruleout.model.formula import Kind
from ruleout.model.framework import Quantifier


def build_determinations(
    doc: CaseDoc, evidence: tuple[EvidenceItem, ...], findings: Findings, *, indicators: frozenset[str]
) -> tuple[Determination, ...]:
    """Return the determinations; `indicators` are ids of frameworks' own indicators that departures may name."""
    digests = {item.id: item.digest for item in evidence}
    departable = set(indicators) | set(digests)
    built = []
    for threshold, path, one in _determinations(doc, findings):
        _check_names(one, path, set(digests), departable, findings)
        built.append(_determination(one, threshold, digests))
    return tuple(built)


def build_assessments(docs: dict[str, AssessmentDoc]) -> tuple[Assessment, ...]:
    """Return assessments of safeguards or arguments, keyed by what they assess."""
    return tuple(
        Assessment(
            subject=name,
            met=doc.met,
            criteria=tuple(doc.criteria.items()),
            report=doc.report,
            by=doc.by,
            dated=doc.dated,
            valid_until=doc.valid_until,
            source=build_source(doc.source),
            note=doc.note or "",
        )
        for name, doc in docs.items()
    )


def build_interim(doc: CaseDoc) -> tuple[InterimClaim, ...]:
    """Return the interim measures claimed."""
    return tuple(
        InterimClaim(
            safeguard=name,
            measures=claim.measures,
            grounds=claim.grounds,
            by=claim.by,
            dated=claim.dated,
            until=min(claim.until, claim.valid_until or claim.until),
            source=build_source(claim.source),
        )
        for name, claim in doc.interim.items()
    )


def build_answers(doc: CaseDoc) -> tuple[Answer, ...]:
    """Return the answers to the framework's questions."""
    return tuple(
        Answer(
            question=name,
            holds=answer.holds,
            grounds=answer.grounds,
            by=answer.by,
            dated=answer.dated,
            valid_until=answer.valid_until,
            source=build_source(answer.source),
        )
        for name, answer in doc.answers.items()
    )


def build_exceptions(doc: CaseDoc) -> tuple[RestsOn, ...]:
    """Return which statements rest on an exception of the register of requests (A-5)."""
    stated: list[tuple[Kind, str, RestsOnDoc | None]] = []
    stated += [(Kind.SAFEGUARD, name, one.exception) for name, one in doc.safeguards.items()]
    stated += [(Kind.ARGUMENT, name, one.exception) for name, one in doc.arguments.items()]
    stated += [(Kind.QUESTION, name, one.exception) for name, one in doc.answers.items()]
    return tuple(
        RestsOn(kind=kind, subject=name, request=one.request, customer=one.customer)
        for kind, name, one in stated
        if one is not None
    )


def build_peer_facts(doc: CaseDoc, findings: Findings) -> tuple[PeerFact, ...]:
    """Return the facts about other developers (D-9)."""
    facts = []
    for index, fact in enumerate(doc.peer_facts):
        if fact.covers is Quantifier.ANOTHER and not fact.peers:
            at = ("peer-facts", index)
            hint = "Name whom the fact is about in `peers:`."
            findings.note("C012", at, expected="peers for covers: another", got="none", hint=hint)
        facts.append(
            PeerFact(
                answers=fact.answers,
                peers=fact.peers,
                says=fact.says,
                holds=fact.holds,
                covers=fact.covers,
                grade=fact.grade,
                as_of=fact.as_of,
                valid_until=fact.valid_until,
                source=read_source(fact.source),
            )
        )
    return tuple(facts)


def build_approvals(docs: tuple[ApprovalDoc, ...]) -> tuple[Approval, ...]:
    """Return attested acts: never signed, bound to no digest, told by their source (D-11)."""
    return tuple(
        Approval(
            role=doc.role,
            person=doc.person or "",
            act=doc.act,
            input_digest="",
            at=doc.at,
            signed=False,
            source=build_source(doc.source),
        )
        for doc in docs
    )


def _determinations(doc: CaseDoc, findings: Findings) -> list[tuple[str, Path, DeterminationDoc]]:
    """Every determination with its threshold and path; two for one part are noted."""
    found: list[tuple[str, Path, DeterminationDoc]] = []
    for threshold, entry in doc.determinations.items():
        path: Path = ("determinations", threshold)
        if isinstance(entry, DeterminationDoc):
            found.append((threshold, path, entry))
            continue
        parts: set[str] = set()
        for index, one in enumerate(entry):
            part = one.prong or ""
            if part in parts:
                got = f"another for {part or 'the whole threshold'}"
                hint = "Keep the one in force; a later one replaces it."
                findings.note("C010", (*path, index), expected="one determination per part", got=got, hint=hint)
            parts.add(part)
            found.append((threshold, (*path, index), one))
    return found


def _check_names(
    doc: DeterminationDoc, path: Path, evidence: set[str], departable: set[str], findings: Findings
) -> None:
    for index, name in enumerate(doc.relies_on):
        if name not in evidence:
            at: Path = (*path, "relies-on", index)
            expected = "evidence of this case"
            findings.note_unknown(at, expected=expected, name=name[:60], known=evidence, id_="C007")
    for index, departure in enumerate(doc.departures):
        if departure.from_ not in departable:
            at = (*path, "departures", index, "from")
            expected = "evidence of this case or an indicator of the framework"
            findings.note_unknown(at, expected=expected, name=departure.from_[:60], known=departable, id_="C008")


def _determination(doc: DeterminationDoc, threshold: str, digests: dict[str, str]) -> Determination:
    return Determination(
        threshold=threshold,
        prong=doc.prong or "",
        finding=doc.finding,
        grounds=doc.grounds,
        relies_on=tuple((name, digests.get(name, "")) for name in doc.relies_on),
        departures=tuple(Departure(indicator=d.from_, rationale=d.rationale or "") for d in doc.departures),
        by=doc.by,
        dated=doc.dated,
        valid_until=doc.valid_until,
        bounded_by=doc.bounded_by or "",
        effective_compute=doc.effective_compute,
        source=build_source(doc.source),
    )
