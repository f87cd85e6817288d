# SPDX-License-Identifier: Apache-2.0
"""Safeguard standards with their criteria and interim measures (D-6), arguments and questions."""

from __future__ import annotations

from ruleout.documents.places import Path
from ruleout.framework.framework_document import CriterionDoc, FrameworkDoc, InterimMeasuresDoc, SafeguardDoc
from ruleout.framework.parts.clauses import Context
from ruleout.framework.parts.thresholds import build_lineage
from ruleout.model.framework import Argument, Criterion, Interim, PeerQuestion, Question, Safeguard

_MET = frozenset({"met"})


def build_safeguards(doc: FrameworkDoc, context: Context) -> tuple[Safeguard, ...]:
    """Return the framework's safeguard standards, in the file's order."""
    return tuple(_safeguard(s, name, context) for name, s in doc.safeguards.items())


def build_arguments(doc: FrameworkDoc, context: Context) -> tuple[Argument, ...]:
    """Return the arguments and reports that rules may require."""
    return tuple(
        Argument(
            clause=context.clause(a, name),
            title=a.title,
            decides=None if a.decides is None else context.formulas.quorum(a.decides, ("arguments", name, "decides")),
            contents=a.contents,
        )
        for name, a in doc.arguments.items()
    )


def build_questions(doc: FrameworkDoc, context: Context) -> tuple[Question, ...]:
    """Return the questions that a case answers."""
    return tuple(Question(clause=context.clause(q, name)) for name, q in doc.questions.items())


def build_peer_questions(doc: FrameworkDoc, context: Context) -> tuple[PeerQuestion, ...]:
    """Return the questions about other developers (D-9)."""
    return tuple(
        PeerQuestion(clause=context.clause(q, name), quantifier=q.quantifier, grade=q.grade)
        for name, q in doc.peer_questions.items()
    )


def _safeguard(doc: SafeguardDoc, name: str, context: Context) -> Safeguard:
    path: Path = ("safeguards", name)
    if doc.undefined and (doc.criteria or doc.interim):
        context.findings.note(
            "F025",
            (*path, "undefined"),
            expected="no criteria and no interim measures for a standard that is not defined",
            got="some",
            hint="Delete `undefined: true`, or move them to judgement-required.",
        )
    actors = doc.threat_actors
    return Safeguard(
        clause=context.clause(doc, name),
        title=doc.title,
        criteria=tuple(_criterion(c, name, key, context) for key, c in doc.criteria.items()),
        threat_actors_in=actors.in_ if actors is not None else (),
        threat_actors_out=actors.out if actors is not None else (),
        decides=None if doc.decides is None else context.formulas.quorum(doc.decides, (*path, "decides")),
        re_approve=doc.re_approve,
        interim=None if doc.interim is None else _interim(doc.interim, name, context),
        undefined=doc.undefined,
        lineage=build_lineage(doc.lineage, (*path, "lineage"), context, allowed=_MET),
    )


def _criterion(doc: CriterionDoc, safeguard: str, key: str, context: Context) -> Criterion:
    path: Path = ("safeguards", safeguard, "criteria", key)
    if (doc.judged_by == "report") != (doc.indicators is None):
        has = "indicators" if doc.indicators is not None else "no indicators"
        context.findings.note(
            "F024",
            path,
            expected=f"{'no indicators' if doc.judged_by == 'report' else '`indicators`'} for judged-by: {doc.judged_by}",
            got=has,
            hint="Make judged-by and indicators agree.",
            key=True,
        )
    formula = None
    if doc.indicators is not None:
        formula = context.formulas.indicators(doc.indicators, (*path, "indicators"), about=safeguard)
    return Criterion(clause=context.clause(doc, f"{safeguard}/{key}"), indicators=formula)


def _interim(doc: InterimMeasuresDoc, safeguard: str, context: Context) -> Interim:
    path: Path = ("safeguards", safeguard, "interim")
    return Interim(
        clause=context.clause(doc, f"{safeguard}/interim"),
        approve=context.formulas.quorum(doc.approve, (*path, "approve")),
        notify=context.formulas.roles(doc.notify, (*path, "notify")),
        at_most=doc.at_most,
    )
