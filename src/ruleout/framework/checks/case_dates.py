# SPDX-License-Identifier: Apache-2.0
"""Lint rules about when things were said and measured: expiry, order of dates, terms, staleness.

"Then" is the case's own instant: a rule has no clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ruleout.documents.places import Path
from ruleout.framework.checks.finding import At, Check, Severity, Subject
from ruleout.framework.checks.subjects import CaseText
from ruleout.model.case import Finding
from ruleout.model.clause import Period
from ruleout.model.expiry import has_ended

#: A peer fact without a last valid day is worth a second look after this long.
_PEER_FACT_AGES = Period(months=12)


def expired(text: CaseText) -> Iterator[At]:
    """A statement whose last valid day lies before the case's instant (D-3, D-6)."""
    then = text.case.at.date()
    for path, what, _, until in _statements(text):
        if has_ended(until, then):
            yield At(path, f"{what} was valid until {until}; the case is decided on {then}")


def made_later(text: CaseText) -> Iterator[At]:
    """A statement dated after the case's instant: it does not count (D-3)."""
    then = text.case.at.date()
    for path, what, dated, _ in _statements(text):
        if dated > then:
            yield At(path, f"{what} is dated {dated}; the case is decided on {then}")


def evidence_after_finding(text: CaseText) -> Iterator[At]:
    """Evidence evaluated after the determination that relies on it."""
    measured = {item.id: item.evaluated for item in text.case.evidence}
    for index, one in enumerate(text.case.determinations):
        for name, _ in one.relies_on:
            day = measured.get(name)
            if day is not None and day > one.dated:
                says = f"{name!r} was evaluated on {day}, after the determination of {one.dated} that relies on it"
                yield At((*text.determination_path(index), "relies-on"), says)


def evidence_before_trigger(text: CaseText) -> Iterator[At]:
    """Evidence that was older, when it was relied on, than the framework lets a finding grow (D-3)."""
    measured = {item.id: item.evaluated for item in text.case.evidence}
    for index, one in enumerate(text.case.determinations):
        terms = [t.valid.elapsed for t in text.thresholds(one.threshold)]
        if not terms or None in terms:
            continue
        for name, _ in one.relies_on:
            day = measured.get(name)
            if day is not None and all(term is not None and has_ended(term.after(day), one.dated) for term in terms):
                says = f"{name!r} of {day} was older than {min(map(str, terms))} when {one.threshold} was determined"
                yield At((*text.determination_path(index), "relies-on"), says)


def undated_but_fresh(text: CaseText) -> Iterator[At]:
    """A printed figure without a date where an indicator asks how old it is (E-3)."""
    for index, item in enumerate(text.case.evidence):
        if (
            item.figure is not None
            and item.evaluated is None
            and any(i.fresh_days is not None for i in item.indicators)
        ):
            yield At(("evidence", index), f"{item.id!r} has no date, and its bars ask for freshness")


def stale_peer_fact(text: CaseText) -> Iterator[At]:
    """A fact about others that had expired, or that nobody looked at for a year (D-9)."""
    then = text.case.at.date()
    for index, fact in enumerate(text.case.peer_facts):
        last = fact.valid_until or _PEER_FACT_AGES.after(fact.as_of)
        if has_ended(last, then):
            yield At(("peer-facts", index), f"the fact is of {fact.as_of} and counted until {last}, before {then}")


def precaution_unlimited(text: CaseText) -> Iterator[At]:
    """A threshold treated as reached with no day on which anybody looks again: a precaution without expiry (D-3)."""
    for index, one in enumerate(text.case.determinations):
        if one.finding is not Finding.TREATED_AS_REACHED or one.valid_until is not None:
            continue
        ends = [t.valid.elapsed or t.valid.compute_ratio for t in text.thresholds(one.threshold)]
        if not all(ends) or not ends:
            yield At(text.determination_path(index), f"{one.threshold} is treated as reached and nothing ends that")


def interim_too_long(text: CaseText) -> Iterator[At]:
    """Interim measures claimed for longer than every framework at hand allows (D-6)."""
    for claim in text.case.interim:
        terms = [s.interim.at_most for s in text.safeguards(claim.safeguard) if s.interim is not None]
        if terms and all(term is not None and has_ended(term.after(claim.dated), claim.until) for term in terms):
            path: Path = ("interim", claim.safeguard, "until")
            yield At(path, f"claimed until {claim.until}, at most {terms[0]} after {claim.dated} is allowed")


def _statements(text: CaseText) -> Iterator[tuple[Path, str, date, date | None]]:
    """Every dated statement: its place, what it is, when it was made and its last valid day."""
    case = text.case
    for index, one in enumerate(case.determinations):
        part = f"{one.threshold}/{one.prong}" if one.prong else one.threshold
        yield text.determination_path(index), f"the determination on {part}", one.dated, one.valid_until
    for section, made in (("safeguards", case.safeguards), ("arguments", case.arguments)):
        for assessed in made:
            yield (
                (section, assessed.subject),
                f"the assessment of {assessed.subject}",
                assessed.dated,
                assessed.valid_until,
            )
    for claim in case.interim:
        yield ("interim", claim.safeguard), f"the interim claim for {claim.safeguard}", claim.dated, claim.until
    for answer in case.answers:
        yield ("answers", answer.question), f"the answer to {answer.question}", answer.dated, answer.valid_until


_C, _W, _E = Subject.CASE, Severity.WARNING, Severity.ERROR

CHECKS = (
    Check(
        id="L060", subject=_C, severity=_W, look=expired,
        title="a statement that had expired",
        hint="Have it made anew, or decide as of a day on which it counted.",
    ),
    Check(
        id="L061", subject=_C, severity=_W, look=made_later,
        title="a statement made after the case's instant",
        hint="Correct the date, or move at: to a later instant.",
    ),
    Check(
        id="L062", subject=_C, severity=_E, look=evidence_after_finding,
        title="evidence later than the determination that relies on it",
        hint="Correct the dates, or have the determination made again with this evidence.",
    ),
    Check(
        id="L063", subject=_C, severity=_W, look=evidence_before_trigger,
        title="evidence older than what triggers a new assessment",
        hint="Evaluate again, or say in the grounds why the old figures still hold.",
    ),
    Check(
        id="L064", subject=_C, severity=_W, look=undated_but_fresh,
        title="a figure without a date where freshness is asked for",
        hint="Add evaluated: with the day of the evaluation.",
    ),
    Check(
        id="L065", subject=_C, severity=_W, look=stale_peer_fact,
        title="a stale peer fact",
        hint="Look the fact up again and give it a new as-of and valid-until.",
    ),
    Check(
        id="L066", subject=_C, severity=_W, look=precaution_unlimited,
        title="a precaution without expiry",
        hint="Add valid-until: with the day on which it is looked at again.",
    ),
    Check(
        id="L067", subject=_C, severity=_W, look=interim_too_long,
        title="interim measures for longer than allowed",
        hint="Shorten until:, or put the standard itself in place.",
    ),
)  # fmt: skip
