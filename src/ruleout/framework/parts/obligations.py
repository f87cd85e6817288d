# SPDX-License-Identifier: Apache-2.0
"""Duties, recommendations, clauses left to judgement or left out, and the version's own changelog."""

from __future__ import annotations

from ruleout.documents.places import Path
from ruleout.framework.framework_document import Cadence, DutyDoc, EveryDoc, FrameworkDoc
from ruleout.framework.parts.clauses import Context
from ruleout.framework.parts.thresholds import length_in_days
from ruleout.model.clause import Clause, Period
from ruleout.model.framework import Change, ChangeProcedure, Duty, Judgement, LeftOut, Recommendation


def build_duties(doc: FrameworkDoc, context: Context) -> tuple[Duty, ...]:
    """Return what is owed after an event, within a time, or at a cadence."""
    return tuple(_duty(duty, name, context) for name, duty in doc.duties.items())


def build_recommendations(doc: FrameworkDoc, context: Context) -> tuple[Recommendation, ...]:
    """Return what the document recommends to the industry; it never gates (A-1)."""
    for name, recommendation in doc.recommendations.items():
        threshold = recommendation.threshold
        if threshold is not None and threshold not in doc.thresholds:
            at = ("recommendations", name, "threshold")
            context.findings.note_unknown(at, expected="a threshold", name=threshold, known=doc.thresholds)
    return tuple(
        Recommendation(clause=context.clause(r, name), threshold=r.threshold or "")
        for name, r in doc.recommendations.items()
    )


def build_judgements(doc: FrameworkDoc, context: Context) -> tuple[Judgement, ...]:
    """Return the clauses that nobody can make executable: kept and shown."""
    return tuple(Judgement(clause=context.clause(j, name)) for name, j in doc.judgement_required.items())


def build_left_out(doc: FrameworkDoc) -> tuple[LeftOut, ...]:
    """Return the commitments that the file leaves out, each with its reason."""
    return tuple(
        LeftOut(
            clause=Clause(id=name, says=left.says, section=left.section, anchor=left.anchor, force=doc.force),
            reason=left.reason,
        )
        for name, left in doc.left_out.items()
    )


def build_changelog(doc: FrameworkDoc) -> tuple[Change, ...]:
    """Return the changes that the version itself announces."""
    return tuple(Change(clause=c.clause, kind=c.kind, says=c.says) for c in doc.changelog)


def build_changes(doc: FrameworkDoc, context: Context) -> ChangeProcedure | None:
    """Return how the framework says that it is changed; None where it says nothing."""
    changes = doc.changes
    if changes is None:
        return None
    formulas = context.formulas
    return ChangeProcedure(
        clause=context.clause(changes, changes.id),
        propose=None if changes.propose is None else formulas.quorum(changes.propose, ("changes", "propose")),
        approve=None if changes.approve is None else formulas.quorum(changes.approve, ("changes", "approve")),
        consult=formulas.roles(changes.consult, ("changes", "consult")),
        notify=formulas.roles(changes.notify, ("changes", "notify")),
        published=changes.published,
        notice=changes.notice,
    )


def _duty(doc: DutyDoc, name: str, context: Context) -> Duty:
    path: Path = ("duties", name)
    return Duty(
        clause=context.clause(doc, name),
        by=context.formulas.roles(doc.by, (*path, "by")),
        to=doc.to,
        on=doc.on,
        condition=None if doc.if_ is None else context.formulas.condition(doc.if_, (*path, "if"), peers=True),
        event=doc.event or "",
        within=doc.within,
        every=_cadence(doc.every, (*path, "every"), context),
    )


def _cadence(doc: Cadence | None, path: Path, context: Context) -> tuple[Period, Period] | None:
    if doc is None or isinstance(doc, Period):
        return None if doc is None else (doc, doc)
    return _range(doc, path, context)


def _range(doc: EveryDoc, path: Path, context: Context) -> tuple[Period, Period]:
    if length_in_days(doc.from_) > length_in_days(doc.to):
        got = f"{doc.from_} to {doc.to}"
        hint = "Swap the two."
        context.findings.note("F021", path, expected="from no longer than to", got=got, hint=hint)
    return doc.from_, doc.to
