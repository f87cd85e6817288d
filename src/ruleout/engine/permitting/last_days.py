# SPDX-License-Identifier: Apache-2.0
"""The last days of everything that a case states: what a decision rests on ends on these (A-12, D-2 to D-6).

One list for all who look ahead: what is due soon, and how long a permit may last. Whether something *has* ended is
`model.expiry`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from ruleout.model.case import Case
from ruleout.model.clause import Period
from ruleout.model.evidence import EvidenceItem, Measurement
from ruleout.model.expiry import has_ended, last_day_after
from ruleout.model.framework import Framework
from ruleout.model.permit import End
from ruleout.model.request import ExceptionGrant


def evidence_last_days(
    item: EvidenceItem, framework: Framework, measurement: Measurement | None, *, received_until: date | None
) -> Iterator[tuple[date, str]]:
    """Yield each last day of one piece of evidence, and what sets it. Pure.

    Args:
        measurement: what its log holds; None where there is none.
        received_until: the last day that its receipt gives the log.

    Source: A-12, D-2.
    """
    if item.valid_until is not None:
        yield item.valid_until, "valid until, by the case"
    if received_until is not None:
        yield received_until, "valid until, by its receipt"
    stated = measurement.evaluated.date() if measurement is not None and measurement.evaluated else item.evaluated
    own = [i for i in framework.indicators if i.evaluation == item.id] or item.indicators
    spans = {i.fresh_days for i in own if i.fresh_days is not None}
    if stated is not None:
        yield from ((last_day_after(stated, days), f"fresh for {days} days") for days in sorted(spans))


def ends_of(
    framework: Framework,
    case: Case,
    measurements: Mapping[str, Measurement],
    *,
    received_until: Mapping[str, date | None],
    grants: Iterable[ExceptionGrant],
    at: datetime,
) -> tuple[End, ...]:
    """Return the last day of everything a case states that still counts, earliest first.

    Pure. Cautious: what the case states and the activity's rules do not ask is listed too. What has ended by `at` is not:
    a decision at that instant does not rest on it.

    Args:
        received_until: the last day that the record gives a measurement, by the id of the evidence.
        grants: the exceptions in force that the case rests on.

    Source: G-1, A-12.
    """
    found = [
        End(what=f"evidence {item.id!r}, {why}", last_day=day)
        for item in case.evidence
        for day, why in evidence_last_days(
            item, framework, measurements.get(item.id), received_until=received_until.get(item.id)
        )
    ]
    found += [*_stated(case), *_by_age(framework, case)]
    found += [End(what=f"exception {one.request!r}", last_day=one.last_day) for one in grants]
    return tuple(sorted((e for e in found if not has_ended(e.last_day, at)), key=lambda e: (e.last_day, e.what)))


def _stated(case: Case) -> Iterator[End]:
    """What states its own last day."""
    stated: list[tuple[str, date | None]] = []
    stated += [(f"determination of {one.threshold!r}", one.valid_until) for one in case.determinations]
    stated += [(f"assessment of {one.subject!r}", one.valid_until) for one in (*case.safeguards, *case.arguments)]
    stated += [(f"interim measures for {one.safeguard!r}", one.until) for one in case.interim]
    stated += [(f"answer to {one.question!r}", one.valid_until) for one in case.answers]
    stated += [(f"fact about others for {one.answers!r}", one.valid_until) for one in case.peer_facts]
    stated += [
        (f"check {check.kind!r} of evidence {item.id!r}", check.valid_until)
        for item in case.evidence
        for check in item.checks
    ]
    yield from (End(what=what, last_day=day) for what, day in stated if day is not None)


def _by_age(framework: Framework, case: Case) -> Iterator[End]:
    """What the framework lets grow only so old."""
    aged: list[tuple[str, date, Period | None]] = []
    for threshold in framework.thresholds:
        names = {threshold.clause.id, *(name for line in threshold.lineage for name in line.from_ids)}
        aged += [
            (f"determination of {one.threshold!r}", one.dated, threshold.valid.elapsed)
            for one in case.determinations
            if one.threshold in names
        ]
    for safeguard in framework.safeguards:
        names = {safeguard.clause.id, *(name for line in safeguard.lineage for name in line.from_ids)}
        aged += [
            (f"re-approval of {one.subject!r}", one.dated, safeguard.re_approve)
            for one in case.safeguards
            if one.subject in names
        ]
        longest = safeguard.interim.at_most if safeguard.interim is not None else None
        aged += [
            (f"interim measures for {one.safeguard!r}", one.dated, longest)
            for one in case.interim
            if one.safeguard == safeguard.clause.id
        ]
    yield from (End(what=what, last_day=period.after(dated)) for what, dated, period in aged if period is not None)
