# SPDX-License-Identifier: Apache-2.0
"""A framework's own duties as a regime, so that they stand in the same calendar as the law's (A-3, D-12).

Its versions follow each other: a duty that stands unchanged in several is one duty that began with the first of them;
one that changed or went ends with the version that had it. Days are counted in UTC, as a framework names no place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, timedelta

from ruleout.model.clause import Period
from ruleout.model.clock import Calendar, Limit, TimeUnit
from ruleout.model.duty import LegalDuty, Regime, Sourcing, Term
from ruleout.model.framework import Duty, Framework
from ruleout.model.outcome import Force

_UTC = Calendar(name="UTC", zone=UTC)
_ONE_DAY = timedelta(days=1)


def event_name(words: str) -> str:
    """Return the name of an event that a framework tells in words: `A report is approved` -> `a-report-is-approved`. Pure."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:64].strip("-")


def decision_event(framework: str, duty: str) -> str:
    """Return the name of the event that a recorded decision triggered a framework's duty. Pure."""
    return f"{framework}-decision-triggers-{duty}"


def in_force_event(framework: str) -> str:
    """Return the name of the event that a framework is in force, which starts its cadences. Pure."""
    return f"{framework}-in-force"


def regime_of(versions: Iterable[Framework]) -> Regime:
    """Return the regime that the versions of one framework make.

    Pure.

    Args:
        versions: at least one, all of one name, in any order.
    """
    ordered = sorted(versions, key=lambda f: (f.effective, f.id.version))
    last = ordered[-1]
    spans: dict[str, list[LegalDuty]] = {}
    for version, following in zip(ordered, (*ordered[1:], None), strict=True):
        to_day = None if following is None else following.effective - _ONE_DAY
        for duty in version.duties:
            read = _read(duty, version, to_day)
            if read is not None:
                _join(spans.setdefault(read.id, []), read)
    duties = tuple(duty for found in spans.values() for duty in found)
    events = {event: duty.says for duty in duties for event in duty.after}
    events |= {event_name(d.event): d.event for version in ordered for d in version.duties if d.event}
    return Regime(
        id=last.id.name,
        title=last.title,
        law=f"{last.developer}, {', '.join(str(f.id) for f in ordered)}",
        calendar=_UTC,
        from_day=ordered[0].effective,
        to_day=None,
        events=tuple(events.items()),
        duties=duties,
    )


def _read(duty: Duty, framework: Framework, to_day: date | None) -> LegalDuty | None:
    """A duty with its clock; None for one that nothing starts, which no calendar can hold."""
    clause = duty.clause
    name = framework.id.name
    # Using a clause about peers may cost duties that no activity triggers by itself (D-9).
    costs = {one for peer in framework.peer_clauses for one in peer.duties}
    named = (
        event_name(duty.event),
        decision_event(name, clause.id) if duty.on or clause.id in costs else "",
        in_force_event(name) if duty.every is not None else "",
    )
    after = tuple(event for event in named if event)
    if not after:
        return None
    term, limit, shortest = _time(duty)
    return LegalDuty(
        id=clause.id,
        says=clause.says,
        section=clause.section,
        source=f"{framework.id}",
        grade=Sourcing.PRIMARY,
        owed_by=", ".join(duty.by),
        to=duty.to,
        after=after,
        term=term,
        limit=limit,
        shortest=shortest,
        from_day=framework.effective,
        to_day=to_day,
        is_voluntary=clause.force is Force.RECOMMENDATION,
        note=clause.note,
    )


def _time(duty: Duty) -> tuple[Term, Limit | None, Limit | None]:
    if duty.every is not None:
        shortest, longest = duty.every
        return Term.EVERY, _limit(longest), None if shortest == longest else _limit(shortest)
    if duty.within is not None:
        return Term.WITHIN, _limit(duty.within), None
    return Term.OPEN, None, None


def _limit(period: Period) -> Limit:
    """A period of one unit, as files write them; years and months together are months, anything with days is days."""
    if period.days:
        return Limit(count=period.days + 28 * (period.months + 12 * period.years), unit=TimeUnit.DAYS)
    if period.months:
        return Limit(count=period.months + 12 * period.years, unit=TimeUnit.MONTHS)
    return Limit(count=period.years, unit=TimeUnit.YEARS)


def _join(found: list[LegalDuty], read: LegalDuty) -> None:
    """Add a version's duty: as the same one where the version before it had the same clock, else as another."""
    before = found[-1] if found else None
    if before is not None and before.to_day is not None and before.to_day + _ONE_DAY == read.from_day:
        same = (before.term, before.limit, before.shortest, before.after)
        if same == (read.term, read.limit, read.shortest, read.after):
            found[-1] = replace(read, from_day=before.from_day)
            return
    found.append(read)
