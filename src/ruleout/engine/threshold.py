# SPDX-License-Identifier: Apache-2.0
"""Threshold verdicts: determinations constrained by indicators, prongs and lineage (D-3, D-4).

A determination is void, and the threshold UNKNOWN, when its roles are not those the framework names, it has expired,
its evidence is missing, changed, withdrawn or expired, or it is less cautious than a load-bearing indicator without naming that indicator
and giving a rationale. Void never means that a rule is skipped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ruleout.engine.statements import age_faults, date_faults, role_faults
from ruleout.model.case import Case, Determination, Finding
from ruleout.model.decision import DepartureShown
from ruleout.model.evidence import Comparison, IndicatorFinding, Weight
from ruleout.model.formula import Atom, Formula, evaluate
from ruleout.model.framework import DeterminedBy, Lineage, Threshold
from ruleout.model.verdict import Verdict

#: Rising concern: a determination departs from an indicator when it stands lower on this scale.
_CONCERN = {Comparison.CLEAR: 0, Comparison.INCONCLUSIVE: 1, Comparison.CROSSED: 2}
_CLAIM = {Finding.RULED_OUT: 0, Finding.CANNOT_RULE_OUT: 1, Finding.REACHED: 2, Finding.TREATED_AS_REACHED: 2}
_VERDICT = {
    Finding.RULED_OUT: Verdict.NO,
    Finding.CANNOT_RULE_OUT: Verdict.UNKNOWN,
    Finding.REACHED: Verdict.YES,
    Finding.TREATED_AS_REACHED: Verdict.YES,
}
_COMPARED = {
    Comparison.CLEAR: Verdict.NO,
    Comparison.CROSSED: Verdict.YES,
    Comparison.INCONCLUSIVE: Verdict.UNKNOWN,
}
#: Rising caution of what is said of a threshold.
_CAUTION = (Verdict.NO, Verdict.UNKNOWN, Verdict.YES)
_WORDS = {Verdict.YES: "reached", Verdict.NO: "ruled out", Verdict.UNKNOWN: "cannot rule out"}


def in_words(verdict: Verdict) -> str:
    """How a capability threshold's verdict is shown: ruled out, cannot rule out, reached. Source: D-1."""
    return _WORDS[verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the case's evidence amounts to at the instant of the decision.

    `findings` holds every comparison; `usable` maps an evidence id to its digest, and lacks what could not be read.
    `ended` maps an evidence id to why it counts no more: it was withdrawn, or its last day has passed (A-12). `notes`
    tell what was remarked without being weighed.
    """

    findings: tuple[IndicatorFinding, ...]
    usable: dict[str, str]
    on: date
    ended: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def about(self, threshold_ids: frozenset[str]) -> tuple[IndicatorFinding, ...]:
        """The findings that bear on any of the given thresholds."""
        return tuple(f for f in self.findings if f.indicator.threshold in threshold_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdFound:
    """A threshold's verdict before the burden of proof, with everything that explains it."""

    verdict: Verdict
    determination: str
    void_because: tuple[str, ...]
    carried_from: str
    because: str
    notes: tuple[str, ...]
    indicators: tuple[IndicatorFinding, ...]
    departures: tuple[DepartureShown, ...]


def find_threshold(threshold: Threshold, case: Case, evidence: Evidence) -> ThresholdFound:
    """Return what the case establishes of a threshold. Pure and total. Source: D-3, D-4."""
    about = evidence.about(frozenset({threshold.clause.id}))
    if threshold.determined_by is DeterminedBy.INDICATORS:
        return _by_indicators(threshold, about)
    own = [d for d in case.determinations if d.threshold == threshold.clause.id]
    whole = [d for d in own if not d.prong]
    if whole or any(d.prong for d in own):
        return _by_determination(threshold, whole, [d for d in own if d.prong], case, evidence)
    carried = _by_lineage(threshold, case, evidence)
    if carried is not None:
        return carried
    return _found(Verdict.UNKNOWN, "none", because="no determination", indicators=about)


def _found(
    verdict: Verdict,
    determination: str,
    *,
    because: str,
    void_because: tuple[str, ...] = (),
    carried_from: str = "",
    notes: tuple[str, ...] = (),
    indicators: tuple[IndicatorFinding, ...] = (),
    departures: tuple[DepartureShown, ...] = (),
) -> ThresholdFound:
    return ThresholdFound(
        verdict=verdict,
        determination=determination,
        because=because,
        void_because=void_because,
        carried_from=carried_from,
        notes=notes,
        indicators=indicators,
        departures=departures,
    )


def _by_indicators(threshold: Threshold, about: tuple[IndicatorFinding, ...]) -> ThresholdFound:
    compared = {f.indicator.id: _COMPARED[f.comparison] for f in about}

    def answer(atom: Atom) -> Verdict:
        return compared.get(atom.name, Verdict.UNKNOWN)

    verdict = Verdict.UNKNOWN if threshold.indicators is None else evaluate(threshold.indicators, answer)
    return _found(verdict, "not needed", because="by its indicators", indicators=about)


def _by_determination(
    threshold: Threshold, whole: list[Determination], prongs: list[Determination], case: Case, evidence: Evidence
) -> ThresholdFound:
    """One determination for the whole threshold, one per prong, or both; several for the same part void it."""
    about = evidence.about(frozenset({threshold.clause.id}))
    void = _faults_of_parts(threshold, whole, prongs, case, evidence)
    combined = _combine_prongs(threshold.prongs, prongs)
    verdict = _VERDICT[whole[0].finding] if whole else combined
    if whole and prongs and _less_cautious(verdict, combined):
        void.append(f"says {in_words(verdict)} while its prongs together are {in_words(combined)}")
    departures = tuple(shown for d in whole + prongs for shown in _departures(d, about))
    notes = tuple(note for d in whole + prongs for note in _notes(d, threshold, case))
    dated = ", ".join(sorted({d.dated.isoformat() for d in whole + prongs}))
    if void:
        because = "determination void: " + "; ".join(void)
        return _found(
            Verdict.UNKNOWN, "void", because=because, void_because=tuple(void), indicators=about, departures=departures
        )
    because = f"determination {dated}"
    return _found(verdict, "valid", because=because, notes=notes, indicators=about, departures=departures)


def _faults_of_parts(
    threshold: Threshold, whole: list[Determination], prongs: list[Determination], case: Case, evidence: Evidence
) -> list[str]:
    known = {c.id.rpartition("/")[2] for c in threshold.prong_clauses}
    void = [fault for d in whole + prongs for fault in void_faults(d, threshold, case, evidence)]
    void += [f"prong {d.prong} is not one of the framework's" for d in prongs if d.prong not in known]
    parts = [d.prong for d in whole + prongs]
    void += [
        f"{parts.count(p)} determinations for {p or 'the whole threshold'}"
        for p in sorted(set(parts))
        if parts.count(p) > 1
    ]
    return void


def _combine_prongs(formula: Formula | None, prongs: list[Determination]) -> Verdict:
    stated = {d.prong: _VERDICT[d.finding] for d in prongs}
    if formula is None:
        return Verdict.UNKNOWN
    return evaluate(formula, lambda atom: stated.get(atom.name, Verdict.UNKNOWN))


def _less_cautious(claim: Verdict, than: Verdict) -> bool:
    return _CAUTION.index(claim) < _CAUTION.index(than)


def void_faults(d: Determination, threshold: Threshold, case: Case, evidence: Evidence) -> list[str]:
    """Return every reason why a determination does not count; empty if it does. Pure. Source: D-3."""
    faults = role_faults(threshold.decides, d.by)
    faults += date_faults(d.dated, d.valid_until, on=evidence.on)
    faults += age_faults(d.dated, threshold.valid.elapsed, on=evidence.on, what="valid until")
    faults += _compute_faults(d, threshold, case)
    faults += _evidence_faults(d, evidence)
    if threshold.determined_by is DeterminedBy.BOTH:
        faults += _departure_faults(d, evidence.about(frozenset({d.threshold, threshold.clause.id})))
    return faults


def _compute_faults(d: Determination, threshold: Threshold, case: Case) -> list[str]:
    ratio, now, then = threshold.valid.compute_ratio, case.subject.effective_compute, d.effective_compute
    if ratio is None or now is None or then is None or now < ratio * then:
        return []
    return [f"effective compute is {ratio}x or more of that at the determination"]


def _evidence_faults(d: Determination, evidence: Evidence) -> list[str]:
    faults = []
    for name, digest in d.relies_on:
        if name not in evidence.usable:
            faults.append(f"evidence {name!r} is missing, unreadable or not of the digest stated")
        elif digest and evidence.usable[name] != digest:
            faults.append(f"evidence {name!r} has changed since")
        elif name in evidence.ended:
            faults.append(f"evidence {name!r} counts no more: {evidence.ended[name]}")
    return faults


def _departing(d: Determination, about: tuple[IndicatorFinding, ...]) -> list[IndicatorFinding]:
    load_bearing = [f for f in about if f.indicator.weight is Weight.LOAD_BEARING]
    return [f for f in load_bearing if _CLAIM[d.finding] < _CONCERN[f.comparison]]


def _departure_faults(d: Determination, about: tuple[IndicatorFinding, ...]) -> list[str]:
    faults = []
    for finding in _departing(d, about):
        rationale = _rationale(d, finding)
        if rationale is None:
            faults.append(f"departs from {finding.indicator.id!r} ({finding.because}) without naming it")
        elif not rationale:
            faults.append(f"departs from {finding.indicator.id!r} ({finding.because}) without a rationale")
    return faults


def _rationale(d: Determination, finding: IndicatorFinding) -> str | None:
    """What the determination says of an indicator it names, by its id or by its evaluation; None if it does not."""
    names = (finding.indicator.id, finding.indicator.evaluation)
    return next((x.rationale.strip() for x in d.departures if x.indicator in names), None)


def _departures(d: Determination, about: tuple[IndicatorFinding, ...]) -> list[DepartureShown]:
    return [
        DepartureShown(
            threshold=d.threshold,
            indicator=f.indicator.id,
            indicator_says=f"{f.comparison.value}: {f.because}",
            rationale=_rationale(d, f) or "",
        )
        for f in _departing(d, about)
    ]


def _notes(d: Determination, threshold: Threshold, case: Case) -> list[str]:
    notes = []
    if d.finding is Finding.TREATED_AS_REACHED:
        notes.append("treated as reached by the determination itself, as a precaution")
    if d.bounded_by:
        notes.append(f"bounded by {d.bounded_by}, argued in its grounds")
    ratio = threshold.valid.compute_ratio
    if ratio is not None and (case.subject.effective_compute is None or d.effective_compute is None):
        notes.append(f"effective compute is not stated: its {ratio}x trigger was not checked")
    return notes


def _by_lineage(threshold: Threshold, case: Case, evidence: Evidence) -> ThresholdFound | None:
    """Findings made under an earlier version's ids, where the framework argues that they hold here too.

    The first line that the case has findings for speaks, unless a later one carries something more cautious.
    """
    found = [_carried(line, threshold, case, evidence) for line in threshold.lineage]
    speaking = [one for one in found if one is not None]
    carried = [one for one in speaking if one.determination == "valid"]
    return max((*speaking[:1], *carried), key=lambda one: _CAUTION.index(one.verdict), default=None)


def _carried(line: Lineage, threshold: Threshold, case: Case, evidence: Evidence) -> ThresholdFound | None:
    own = frozenset({threshold.clause.id})
    made = [d for d in case.determinations if d.threshold in line.from_ids and not d.prong]
    if {d.threshold for d in made} != set(line.from_ids):
        return None
    about = evidence.about(own | frozenset(line.from_ids))
    names = " and ".join(line.from_ids)
    departures = tuple(x for d in made for x in _departures(d, evidence.about(own | {d.threshold})))
    void = [fault for d in made for fault in void_faults(d, threshold, case, evidence)]
    void += [fault for d in made for fault in _faults_by_prongs(d, threshold, case, evidence)]
    if void:
        return _found(
            Verdict.UNKNOWN,
            "void",
            because=f"determination about {names} void: " + "; ".join(void),
            void_because=tuple(void),
            indicators=about,
            departures=departures,
        )
    findings = {_as_carried(d.finding) for d in made}
    if len(findings) == 1 and next(iter(findings)).value in line.carries:
        return _found(
            _VERDICT[findings.pop()],
            "valid",
            because=f"carried from {names}: {line.because}",
            carried_from=names,
            notes=tuple(dict.fromkeys(note for d in made for note in _notes(d, threshold, case))),
            indicators=about,
            departures=departures,
        )
    said = ", ".join(sorted({d.finding.value for d in made}))
    return _found(
        Verdict.UNKNOWN,
        "none",
        because=f"{names} was found {said}, which says nothing certain of this threshold",
        indicators=about,
    )


def _faults_by_prongs(d: Determination, threshold: Threshold, case: Case, evidence: Evidence) -> list[str]:
    """Why prongs under an earlier version's id speak against the whole.

    They combine only where each is a prong here, is stated once and counts; else the most cautious of them speaks.
    """
    prongs = [part for part in case.determinations if part.threshold == d.threshold and part.prong]
    combined = max((_VERDICT[part.finding] for part in prongs), key=_CAUTION.index, default=Verdict.NO)
    if prongs and not _faults_of_parts(threshold, [], prongs, case, evidence):
        combined = _combine_prongs(threshold.prongs, prongs)
    verdict = _VERDICT[d.finding]
    if not _less_cautious(verdict, combined):
        return []
    return [f"says {in_words(verdict)} while its prongs together are {in_words(combined)}"]


def _as_carried(finding: Finding) -> Finding:
    """What is treated as reached goes where what is reached goes: a precaution does not end with the version it was taken under."""
    return Finding.REACHED if finding is Finding.TREATED_AS_REACHED else finding
