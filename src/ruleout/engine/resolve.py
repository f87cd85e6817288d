# SPDX-License-Identifier: Apache-2.0
"""A case at an instant -> a verdict with a reason for every question a framework asks (D-2 to D-6, D-9, D-11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ruleout.engine.assessment import find_answer, find_argument, find_interim, find_safeguard
from ruleout.engine.evaluate import State, atoms_asked, counts_as
from ruleout.engine.indicator import compare_published, measure_indicator
from ruleout.engine.peers import find_peer
from ruleout.engine.quorum import Acts, find_quorum
from ruleout.engine.rulings import CountedOnce, ruled
from ruleout.engine.statements import Excepted, Found, roles_in
from ruleout.engine.threshold import Evidence, ThresholdFound, find_threshold, in_words
from ruleout.model.case import Case
from ruleout.model.decision import AnswerResult, QuorumResult, ThresholdResult
from ruleout.model.evidence import (
    Comparison,
    EvidenceItem,
    Indicator,
    IndicatorFinding,
    Measurement,
    Weight,
)
from ruleout.model.expiry import has_ended
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref, quorums_of
from ruleout.model.framework import DeterminedBy, Framework, Safeguard, Threshold
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Everything found, and the state that the combination rule reads."""

    state: State
    thresholds: tuple[ThresholdResult, ...]
    departures: tuple[ThresholdFound, ...]
    answers: tuple[AnswerResult, ...]
    quorums: tuple[QuorumResult, ...]
    notes: tuple[str, ...]


def resolve(
    framework: Framework, excepted: Excepted, measurements: Mapping[str, Measurement], acts: Acts, *, at: datetime
) -> Resolved:
    """Return a verdict and a reason for every question of a framework.

    Pure and total: what is missing, void, stale or unreadable is UNKNOWN with its reason.

    Args:
        excepted: the case, without statements whose exception is not in force (A-5).
        measurements: evidence id to what its log holds; an absent one makes its indicators inconclusive.
        acts: approvals and notifications, already weighed.
        at: aware UTC instant at which everything is judged.
    """
    case = excepted.case
    evidence = weigh_evidence(framework, case, measurements, at=at)
    found = [(t, find_threshold(t, case, evidence)) for t in framework.thresholds]
    answers = tuple(_unless_void(answer, excepted) for answer in _answers(framework, case, evidence))
    quorums = tuple(find_quorum(q, acts) for q in _quorums(framework))
    known = {Atom(Kind.THRESHOLD, t.clause.id): f.verdict for t, f in found}
    known |= {a.atom: a.verdict for a in answers}
    known |= {q.atom: q.verdict for q in quorums}
    return Resolved(
        state=State(known, frozenset(case.invokes), excepted.floors),
        thresholds=tuple(_shown(t, f) for t, f in found),
        departures=tuple(f for _, f in found),
        answers=answers,
        quorums=quorums,
        notes=(*evidence.notes, *excepted.notes),
    )


def weigh_evidence(
    framework: Framework, case: Case, measurements: Mapping[str, Measurement], *, at: datetime
) -> Evidence:
    """Compare every piece of evidence with its bars, the framework's own first (D-2).

    What the record rules of a comparison, and that samples count once, only ever make a finding more concerning.
    """
    own: dict[str, list[Indicator]] = {i.evaluation: [] for i in framework.indicators}
    for indicator in framework.indicators:
        own[indicator.evaluation].append(indicator)
    level = _levels(framework)
    findings: list[IndicatorFinding] = []
    usable: dict[str, str] = {}
    ended: dict[str, str] = {}
    once = CountedOnce(framework)
    for item in case.evidence:
        measurement = measurements.get(item.id)
        if item.figure is not None or measurement is not None:
            usable[item.id] = item.digest
        if why := _end_of(item, measurement, on=at.date()):
            ended[item.id] = why
        for indicator in own.get(item.id) or item.indicators:
            leveled = replace(indicator, alpha=indicator.alpha / level.get(indicator.id, 1))
            if item.id in own and item.indicators:
                findings.append(
                    _inconclusive(leveled, item.id, "the case states bars of its own beside the framework's")
                )
            else:
                found = _compare(leveled, item, measurement, case, at=at)
                # The stricter level is for ruling out: what is crossed at the indicator's own is crossed.
                whole = _compare(indicator, item, measurement, case, at=at) if leveled != indicator else found
                found = whole if whole.comparison is Comparison.CROSSED else found
                found = _unless_saturated(found) if item.id in own else _apart(found, framework)
                findings.append(once.weigh(found, measurement))
    stated = {item.id for item in case.evidence}
    findings += [_absent(i) for i in framework.indicators if i.evaluation not in stated]
    return Evidence(
        findings=tuple(findings), usable=usable, on=at.date(), ended=ended, notes=(*_remarks(measurements), *once.notes)
    )


def _unless_saturated(finding: IndicatorFinding) -> IndicatorFinding:
    """A framework's indicator that it calls saturated clears nothing any more: it has lost its power to rule out (D-2)."""
    if finding.indicator.weight is not Weight.SATURATED or finding.comparison is not Comparison.CLEAR:
        return finding
    because = f"{finding.because}; saturated, so it rules nothing out"
    return replace(finding, comparison=Comparison.INCONCLUSIVE, because=because)


def _apart(finding: IndicatorFinding, framework: Framework) -> IndicatorFinding:
    """A case's own finding under a name that no indicator of the framework has: it answers for none of them (D-2)."""
    name = finding.indicator.id
    if name not in {indicator.id for indicator in framework.indicators}:
        return finding
    return replace(finding, indicator=replace(finding.indicator, id=f"case/{name}"))


def _end_of(item: EvidenceItem, measurement: Measurement | None, *, on: date) -> str:
    """Why a piece of evidence counts no more on a day, "" if it does; its last valid day counts (A-12)."""
    if measurement is not None and measurement.ended:
        return measurement.ended
    return f"valid until {item.valid_until}, expired on {on}" if has_ended(item.valid_until, on) else ""


def _remarks(measurements: Mapping[str, Measurement]) -> list[str]:
    """What the record remarks on without weighing it, such as bars first recorded after an evaluation."""
    rulings = (ruling for name in sorted(measurements) for ruling in measurements[name].rulings)
    return [f"{r.indicator}: {r.because}" for r in rulings if r.at_least is Comparison.CLEAR]


def _levels(framework: Framework) -> dict[str, int]:
    """By how much each indicator's alpha is divided: the most that a formula which decides asks of it."""
    formulas = [(t.indicators, False) for t in framework.thresholds if t.determined_by is DeterminedBy.INDICATORS]
    formulas += [(criterion.indicators, True) for s in framework.safeguards for criterion in s.criteria]
    found = [divisors(formula, yes_helps=helps) for formula, helps in formulas if formula is not None]
    return {name: max(one.get(name, 1) for one in found) for name in {name for one in found for name in one}}


def divisors(formula: Formula, *, yes_helps: bool) -> dict[str, int]:
    """By how much a formula divides each indicator's alpha: where any one of k may rule out, each gets alpha / k (S-1).

    A threshold's formula says when it is reached, so there ruling out is *no*; a criterion's says when it is met: there it is *yes*.
    """
    found: dict[str, int] = {}

    def visit(formula: Formula, divisor: int, *, yes_helps: bool) -> None:
        match formula:
            case Ref(atom):
                found[atom.name] = max(found.get(atom.name, 1), divisor)
            case Not(part):
                visit(part, divisor, yes_helps=not yes_helps)
            case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
                needs_all = isinstance(formula, AllOf if yes_helps else AnyOf)
                for part in parts:
                    visit(part, divisor if needs_all else divisor * len(parts), yes_helps=yes_helps)

    visit(formula, 1, yes_helps=yes_helps)
    return found


def _compare(
    indicator: Indicator, item: EvidenceItem, measurement: Measurement | None, case: Case, *, at: datetime
) -> IndicatorFinding:
    if item.figure is not None:
        return compare_published(indicator, item, at=at)
    if measurement is None:
        return _inconclusive(indicator, item.id, "its log is missing, unreadable or not of the digest stated")
    found = measure_indicator(indicator, item, measurement, at=at, model_digest=case.subject.model_digest)
    return ruled(found, measurement.rulings)


def _absent(indicator: Indicator) -> IndicatorFinding:
    return _inconclusive(indicator, "", "no evidence given")


def _inconclusive(indicator: Indicator, evidence: str, because: str) -> IndicatorFinding:
    return IndicatorFinding(
        indicator=indicator,
        evidence=evidence,
        comparison=Comparison.INCONCLUSIVE,
        alert=False,
        estimate=None,
        because=because,
    )


def _shown(threshold: Threshold, found: ThresholdFound) -> ThresholdResult:
    return ThresholdResult(
        id=threshold.clause.id,
        title=threshold.title,
        standing=threshold.standing.value,
        verdict=found.verdict,
        shown_as=in_words(found.verdict),
        when_unknown=threshold.when_unknown,
        counts_as=counts_as(found.verdict, threshold.when_unknown),
        determination=found.determination,
        void_because=found.void_because,
        carried_from=found.carried_from,
        because=found.because,
        notes=found.notes,
        indicators=found.indicators,
    )


def _answers(framework: Framework, case: Case, evidence: Evidence) -> tuple[AnswerResult, ...]:
    results = []
    on = evidence.on
    for s in framework.safeguards:
        results.append(
            _answer(Kind.SAFEGUARD, s.clause.id, find_safeguard(s, case, evidence.findings, on=on), s.decides)
        )
        if s.interim is not None:
            results.append(_answer(Kind.INTERIM, s.clause.id, find_interim(s, case, on=on), s.interim.approve))
    for a in framework.arguments:
        results.append(_answer(Kind.ARGUMENT, a.clause.id, find_argument(a, case, on=on), a.decides))
    for q in framework.questions:
        results.append(_answer(Kind.QUESTION, q.clause.id, find_answer(q, case, on=on), None))
    for p in framework.peer_questions:
        results.append(_answer(Kind.PEER, p.clause.id, find_peer(p, case, on=on), None))
    return tuple(results)


def _unless_void(answer: AnswerResult, excepted: Excepted) -> AnswerResult:
    why = excepted.void.get(answer.atom)
    return answer if why is None else replace(answer, because=f"does not count: {why}")


def _answer(kind: Kind, name: str, found: Found, owners: Formula | None) -> AnswerResult:
    return AnswerResult(atom=Atom(kind, name), verdict=found.verdict, because=found.because, owners=roles_in(owners))


def _quorums(framework: Framework) -> tuple[Quorum, ...]:
    """Every quorum that a gate or a peer clause asks for, each once, by its text."""
    formulas = [f for r in framework.rules for f in (r.condition, r.require)]
    formulas += [f for c in framework.peer_clauses for f in (c.when, c.requires)]
    named = {q.atom: q for f in formulas if f is not None for q in quorums_of(f)}
    return tuple(named[atom] for atom in sorted(named))


def unmeetable(framework: Framework) -> frozenset[Atom]:
    """Questions that nothing can turn to YES: standards a document names without defining them."""
    return frozenset(Atom(Kind.SAFEGUARD, s.clause.id) for s in framework.safeguards if s.undefined)


def owners_of(framework: Framework) -> dict[Atom, tuple[str, ...]]:
    """Which roles can change the answer to each question (D-13)."""

    def owned(safeguard: Safeguard) -> tuple[str, ...]:
        return roles_in(safeguard.interim.approve) if safeguard.interim else ()

    owners = {Atom(Kind.THRESHOLD, t.clause.id): roles_in(t.decides) for t in framework.thresholds}
    owners |= {Atom(Kind.SAFEGUARD, s.clause.id): roles_in(s.decides) for s in framework.safeguards}
    owners |= {Atom(Kind.INTERIM, s.clause.id): owned(s) for s in framework.safeguards}
    owners |= {Atom(Kind.ARGUMENT, a.clause.id): roles_in(a.decides) for a in framework.arguments}
    owners |= {q.atom: roles_in(q.who) for q in _quorums(framework)}
    return owners


def asked_and_unknown(framework: Framework, activity: Activity, state: State) -> tuple[Atom, ...]:
    """The questions of an activity's rules that stayed UNKNOWN, sorted."""
    return tuple(a for a in atoms_asked(framework, activity) if state.known(a) is Verdict.UNKNOWN)


def unasked(framework: Framework, case: Case) -> tuple[str, ...]:
    """What a case states and a framework does not ask about, sorted: shown, so that no statement disappears unseen."""
    lineages = [line for t in framework.thresholds for line in t.lineage]
    lineages += [line for s in framework.safeguards for line in s.lineage]
    inherited = {name for line in lineages for name in line.from_ids}
    asked = {t.clause.id for t in framework.thresholds} | {s.clause.id for s in framework.safeguards} | inherited
    asked |= {
        x.clause.id for part in (framework.arguments, framework.questions, framework.peer_questions) for x in part
    }
    stated = {d.threshold for d in case.determinations} | {a.subject for a in (*case.safeguards, *case.arguments)}
    stated |= {c.safeguard for c in case.interim} | {a.question for a in case.answers}
    stated |= {f.answers for f in case.peer_facts}
    clauses = {c.clause.id for c in framework.peer_clauses}
    return tuple(sorted((stated - asked) | (set(case.invokes) - clauses)))
