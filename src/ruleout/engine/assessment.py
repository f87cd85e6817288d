# SPDX-License-Identifier: Apache-2.0
"""Verdicts on safeguards, interim measures, arguments and questions, from what the case states (D-6)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ruleout.engine.statements import Found, age_faults, date_faults, role_faults
from ruleout.model.case import Answer, Assessment, Case
from ruleout.model.evidence import Comparison, IndicatorFinding
from ruleout.model.formula import Atom, Formula, evaluate
from ruleout.model.framework import Argument, Criterion, Question, Safeguard
from ruleout.model.verdict import Verdict, all_of

_CLEAR_MEANS_MET = {
    Comparison.CLEAR: Verdict.YES,
    Comparison.CROSSED: Verdict.NO,
    Comparison.INCONCLUSIVE: Verdict.UNKNOWN,
}


def find_safeguard(safeguard: Safeguard, case: Case, findings: Iterable[IndicatorFinding], *, on: date) -> Found:
    """Return whether a standard is met: every criterion, by signed assessment and by indicators where it names them.

    Pure and total. A standard that the document names without defining it is never met. Source: D-6.
    """
    if safeguard.undefined:
        return Found(Verdict.NO, "the document names this standard without defining it, so nothing can meet it")
    for assessment in case.safeguards:
        if assessment.subject == safeguard.clause.id:
            return _assessed(safeguard, assessment, tuple(findings), on=on)
    return _inherited(safeguard, case, tuple(findings), on=on)


def _assessed(
    safeguard: Safeguard, assessment: Assessment, findings: tuple[IndicatorFinding, ...], *, on: date
) -> Found:
    faults = role_faults(safeguard.decides, assessment.by)
    faults += date_faults(assessment.dated, assessment.valid_until, on=on)
    faults += age_faults(assessment.dated, safeguard.re_approve, on=on, what="re-approval due")
    if faults:
        return Found(Verdict.UNKNOWN, "assessment does not count: " + "; ".join(faults))
    given = dict(assessment.criteria)
    known = {c.clause.id.rpartition("/")[2] for c in safeguard.criteria}
    strangers = sorted(set(given) - known)
    if strangers:
        return Found(Verdict.UNKNOWN, f"assesses criteria the framework does not have: {', '.join(strangers)}")
    parts = {c.clause.id.rpartition("/")[2]: _criterion(c, given, assessment.met, findings) for c in safeguard.criteria}
    verdict = all_of([assessment.met, *parts.values()])
    lacking = [f"{name} {v.value}" for name, v in parts.items() if v is not Verdict.YES and v is not assessment.met]
    how = "criterion by criterion" if given else "as a whole"
    detail = f"; {', '.join(lacking)}" if lacking else ""
    return Found(verdict, f"{assessment.report}, {assessment.dated}, {how}{detail}")


def _criterion(
    criterion: Criterion, given: dict[str, Verdict], blanket: Verdict, findings: tuple[IndicatorFinding, ...]
) -> Verdict:
    """The report's answer (a missing one is UNKNOWN if it answers any) and, where named, the indicators'."""
    stated = given.get(criterion.clause.id.rpartition("/")[2], Verdict.UNKNOWN) if given else blanket
    if criterion.indicators is None:
        return stated
    return all_of([stated, _measured(criterion.indicators, findings)])


def _measured(formula: Formula, findings: tuple[IndicatorFinding, ...]) -> Verdict:
    compared = {f.indicator.id: _CLEAR_MEANS_MET[f.comparison] for f in findings}

    def answer(atom: Atom) -> Verdict:
        return compared.get(atom.name, Verdict.UNKNOWN)

    return evaluate(formula, answer)


def _inherited(safeguard: Safeguard, case: Case, findings: tuple[IndicatorFinding, ...], *, on: date) -> Found:
    """A standard assessed under an earlier version's ids, where the framework argues that it counts here too.

    The argument is about the standard: what a report says of its criteria, what is measured here, and when re-approval falls
    due is asked as ever.
    """
    measured = [_measured(c.indicators, findings) for c in safeguard.criteria if c.indicators is not None]
    for line in safeguard.lineage:
        made = [a for a in case.safeguards if a.subject in line.from_ids]
        if {a.subject for a in made} != set(line.from_ids) or "met" not in line.carries:
            continue
        names = " and ".join(line.from_ids)
        faults = [f for a in made for f in role_faults(safeguard.decides, a.by)]
        faults += [f for a in made for f in date_faults(a.dated, a.valid_until, on=on)]
        faults += [f for a in made for f in age_faults(a.dated, safeguard.re_approve, on=on, what="re-approval due")]
        stated = [said for a in made for said in (a.met, *dict(a.criteria).values())]
        verdict = Verdict.UNKNOWN if faults else all_of([*stated, *measured])
        if verdict is Verdict.YES:
            return Found(verdict, f"carried from {names}: {line.because}")
        why = "; ".join(faults) or f"{names} not met"
        return Found(Verdict.UNKNOWN, f"not assessed here; {why}")
    return Found(Verdict.UNKNOWN, "not assessed")


def find_interim(safeguard: Safeguard, case: Case, *, on: date) -> Found:
    """Return whether approved, unexpired interim measures stand in for a standard. Pure and total. Source: D-6."""
    if safeguard.interim is None:
        return Found(Verdict.NO, "the framework provides no interim measures for this standard")
    for claim in case.interim:
        if claim.safeguard != safeguard.clause.id:
            continue
        faults = role_faults(safeguard.interim.approve, claim.by)
        faults += date_faults(claim.dated, claim.until, on=on)
        faults += age_faults(claim.dated, safeguard.interim.at_most, on=on, what="interim measures end")
        if faults:
            return Found(Verdict.UNKNOWN, "interim measures do not count: " + "; ".join(faults))
        return Found(Verdict.YES, f"interim measures {', '.join(claim.measures)}, until {claim.until}")
    return Found(Verdict.UNKNOWN, "no interim measures claimed")


def find_argument(argument: Argument, case: Case, *, on: date) -> Found:
    """Return whether a required argument or report was accepted by its roles. Pure and total. Source: D-7."""
    for assessment in case.arguments:
        if assessment.subject != argument.clause.id:
            continue
        faults = role_faults(argument.decides, assessment.by)
        faults += date_faults(assessment.dated, assessment.valid_until, on=on)
        if faults:
            return Found(Verdict.UNKNOWN, "does not count: " + "; ".join(faults))
        return Found(assessment.met, f"{assessment.report}, {assessment.dated}")
    return Found(Verdict.UNKNOWN, "not given")


def find_answer(question: Question, case: Case, *, on: date) -> Found:
    """Return the case's answer to a question, if it counts on that day. Pure and total. Source: D-7."""
    for answer in case.answers:
        if answer.question == question.clause.id:
            return _answer(answer, on=on)
    return Found(Verdict.UNKNOWN, "not answered")


def _answer(answer: Answer, *, on: date) -> Found:
    faults = date_faults(answer.dated, answer.valid_until, on=on)
    if faults:
        return Found(Verdict.UNKNOWN, "answer does not count: " + "; ".join(faults))
    return Found(answer.holds, answer.grounds)
