# SPDX-License-Identifier: Apache-2.0
"""Which evaluations a framework requires of a case, and which of them are there (D-2, E-5).

Rules
- Required is every indicator that a framework names for a threshold or safeguard which the case's activity asks about,
  and every indicator that the case itself states.
- Whether evidence counts is the engine's word: its finding is shown, never made again. What is added here is the kind
  of lack, so that somebody can act on it.
- *Unchecked* is evidence that would count, had the checks that the indicator needs been passed; *stale* is evidence
  that would count, were it not for its age. To tell, it is measured once more without these conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from ruleout.engine.evaluate import atoms_asked
from ruleout.engine.indicator import compare_published, measure_indicator
from ruleout.engine.resolve import weigh_evidence
from ruleout.engine.statements import evidence_faults
from ruleout.model.case import Case
from ruleout.model.evidence import EvidenceItem, Indicator, IndicatorFinding, Measurement, Weight
from ruleout.model.expiry import has_ended, last_day_after
from ruleout.model.formula import Kind
from ruleout.model.framework import Framework
from ruleout.model.run import Demand


class Status(Enum):
    """Whether an evaluation is there."""

    USABLE = "usable"
    PUBLISHED_ONLY = "published only"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    STALE = "stale"
    NOT_ACCEPTED = "not accepted"
    UNCHECKED = "unchecked"

    @property
    def counts(self) -> bool:
        """Whether a decision may use the evidence, whatever it then says."""
        return self in (Status.USABLE, Status.PUBLISHED_ONLY)

    @property
    def asks_for_a_run(self) -> bool:
        """Whether a new run would help. Evidence that only lacks a check needs the check."""
        return not self.counts and self is not Status.UNCHECKED


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """One indicator with what the case has for it.

    Attributes:
        finding: the engine's own finding, with the level that it used.
        evidence: the piece of evidence; None where the case has none.
        because: the finding's reasons, or why there is nothing to find.
        last_day: the last day on which the evidence counts; None if it does not age or its date is not known.
        lacking: kinds of check that the indicator needs and the evidence does not state as passed (D-2).
    """

    finding: IndicatorFinding
    evidence: EvidenceItem | None
    status: Status
    because: str
    last_day: date | None
    lacking: tuple[str, ...]

    @property
    def indicator(self) -> Indicator:
        """The indicator."""
        return self.finding.indicator

    @property
    def is_outstanding(self) -> bool:
        """Whether it is load-bearing and not there."""
        return self.indicator.weight is Weight.LOAD_BEARING and not self.status.counts


def required_evaluations(
    framework: Framework,
    case: Case,
    measurements: Mapping[str, Measurement],
    unreadable: Mapping[str, str],
    *,
    at: datetime,
) -> tuple[Required, ...]:
    """Return every required evaluation with its status, in the order of the framework's thresholds.

    Pure and total.

    Args:
        measurements: evidence id to what its log holds.
        unreadable: evidence id to why its log, which is there, is not used. A log in neither is missing.
        at: aware UTC instant at which freshness is judged.

    Source: D-2, E-2 to E-5.
    """
    own = {indicator.id for indicator in framework.indicators}
    asked = _asked(framework, case)
    items = {item.id: item for item in case.evidence}
    findings = weigh_evidence(framework, case, measurements, at=at).findings
    rows = [
        _required(finding, items.get(finding.evidence), measurements, unreadable, at=at)
        for finding in findings
        if finding.indicator.id not in own or finding.indicator.threshold in asked
    ]
    order = {name: place for place, name in enumerate(asked)}
    return tuple(sorted(rows, key=lambda row: order.get(row.indicator.threshold, len(order))))


def without_indicator(framework: Framework, case: Case, required: Iterable[Required]) -> tuple[str, ...]:
    """Return the thresholds that the activity asks about and no required indicator bears on, in the framework's order.

    Pure. What settles these is people's word alone; nothing here says whether it was given.
    """
    borne_on = {row.indicator.threshold for row in required}
    thresholds = {threshold.clause.id for threshold in framework.thresholds}
    return tuple(name for name in _asked(framework, case) if name in thresholds and name not in borne_on)


def demands_of(required: Iterable[Required]) -> tuple[Demand, ...]:
    """Return what the indicators of each evaluation demand of its run, each evaluation once, in order. Pure."""
    named: dict[str, list[Indicator]] = {}
    for row in required:
        named.setdefault(row.indicator.evaluation, []).append(row.indicator)
    return tuple(
        Demand(
            evaluation=name,
            elicitations=tuple(dict.fromkeys(i.elicitation for i in indicators if i.elicitation)),
            repeats=max((i.repeats for i in indicators if i.repeats is not None), default=None),
        )
        for name, indicators in named.items()
    )


def _asked(framework: Framework, case: Case) -> tuple[str, ...]:
    """The thresholds and safeguards that the activity's rules ask about, in the framework's order."""
    atoms = atoms_asked(framework, case.subject.activity)
    names = {atom.name for atom in atoms if atom.kind in (Kind.THRESHOLD, Kind.SAFEGUARD)}
    told = [threshold.clause.id for threshold in framework.thresholds]
    told += [safeguard.clause.id for safeguard in framework.safeguards]
    return tuple(name for name in told if name in names)


def _required(
    finding: IndicatorFinding,
    item: EvidenceItem | None,
    measurements: Mapping[str, Measurement],
    unreadable: Mapping[str, str],
    *,
    at: datetime,
) -> Required:
    measurement = None if item is None else measurements.get(item.id)
    row = Required(
        finding=finding,
        evidence=item,
        status=Status.MISSING,
        because="the case has no evidence of this name",
        last_day=None if item is None else _last_day(finding.indicator, item, measurement),
        lacking=tuple(_lacking(finding.indicator, item, on=at.date())),
    )
    if item is None:
        return row
    if item.figure is not None or measurement is not None:
        return replace(row, status=_status(row, item, measurement, at=at), because=_because(row, at=at))
    if item.id in unreadable:
        return replace(row, status=Status.UNREADABLE, because=unreadable[item.id])
    return replace(row, because=f"there is no log {item.log}")


def _status(row: Required, item: EvidenceItem, measurement: Measurement | None, *, at: datetime) -> Status:
    """Return the status of evidence that can be read."""
    is_old = _is_old(row, at=at)
    if row.finding.estimate is not None and not is_old and not row.lacking:
        return Status.USABLE if item.figure is None else Status.PUBLISHED_ONLY
    unchecked = replace(row.indicator, needs=())
    if row.lacking and not is_old and _measured(unchecked, item, measurement, at=at):
        return Status.UNCHECKED
    ageless = replace(unchecked, fresh_days=None), replace(item, valid_until=None)
    return Status.STALE if is_old and _measured(*ageless, measurement, at=at) else Status.NOT_ACCEPTED


def _is_old(row: Required, *, at: datetime) -> bool:
    return has_ended(row.last_day, at)


def _because(row: Required, *, at: datetime) -> str:
    because = row.finding.because
    if row.finding.estimate is not None and _is_old(row, at=at):
        return f"the case lets it count until {row.last_day}; {because}"
    return because


def _measured(indicator: Indicator, item: EvidenceItem, measurement: Measurement | None, *, at: datetime) -> bool:
    """Whether the engine finds a figure to compare."""
    if measurement is None:
        return compare_published(indicator, item, at=at).estimate is not None
    return measure_indicator(indicator, item, measurement, at=at).estimate is not None


def _last_day(indicator: Indicator, item: EvidenceItem, measurement: Measurement | None) -> date | None:
    evaluated = item.evaluated
    if measurement is not None:
        evaluated = None if measurement.evaluated is None else measurement.evaluated.date()
    days = [] if item.valid_until is None else [item.valid_until]
    if evaluated is not None and indicator.fresh_days is not None:
        days.append(last_day_after(evaluated, indicator.fresh_days))
    return min(days, default=None)


def _lacking(indicator: Indicator, item: EvidenceItem | None, *, on: date) -> Iterator[str]:
    for kind in indicator.needs:
        if item is None or any(evidence_faults(replace(item, valid_until=None), (kind,), on=on)):
            yield kind
