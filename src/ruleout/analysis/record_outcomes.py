# SPDX-License-Identifier: Apache-2.0
"""A published case as a case of ours, and what a framework's gates say of it with what the record holds (D-3, D-16).

A record of figures and determinations holds neither who determined (roles), nor how safeguards were assessed, nor who
approved. Each of these is UNKNOWN here, so most outcomes hold. That says how little was published in this form; it does
not say that the developer broke its rule.

Nothing is filled in: no roles are supposed, no approvals implied, and a threshold counts as told only where its own
words stand in the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from ruleout.analysis.record import Bearing, Determined, bearing_of, determined_of
from ruleout.engine.evaluate import atoms_asked, evaluate_activity
from ruleout.engine.exceptions import Excepted
from ruleout.engine.quorum import weigh_acts
from ruleout.engine.resolve import asked_and_unknown, resolve
from ruleout.evidence.figures import interval_of, units_of
from ruleout.model.case import Case, Determination, Finding, Record, Subject
from ruleout.model.evidence import Bar, Direction, EvidenceItem, Indicator, PublishedFigure, Weight
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.published import PrintedFigure, PublishedCase, StatedBar

_WORD = re.compile(r"[a-z]+|[0-9]+")
_SMALL = frozenset({"the", "a", "of", "and"})
_HEAD = re.compile(r"[:;(]")
_DIRECTIONS = {">": Direction.HIGH, ">=": Direction.HIGH, "<": Direction.LOW, "<=": Direction.LOW}
_FINDINGS = {
    Determined.REACHED: Finding.REACHED,
    Determined.TREATED_AS_REACHED: Finding.TREATED_AS_REACHED,
    Determined.NOT_REACHED: Finding.RULED_OUT,
    Determined.ALERT_ONLY: Finding.RULED_OUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """What one framework's gates say; `in_force` where the record names this version, or dates make it so."""

    framework: str
    outcome: Outcome
    in_force: bool
    because: str


def record_outcomes(case: PublishedCase, frameworks: Iterable[Framework]) -> tuple[RecordOutcome, ...]:
    """Return the outcomes under every framework of the case's developer, oldest first.

    Pure and total. None where the record has no whole date to decide at, or is about no release decision.

    Source: D-16.
    """
    released = case.released
    own = sorted(
        (f for f in frameworks if f.developer.casefold() == case.developer.casefold()),
        key=lambda f: (f.id.name, f.effective, f.id.version),
    )
    activity = activity_of(case)
    if released is None or activity is None:
        return ()
    current = in_force(case, own)
    return tuple(_outcome(case, f, activity, on=released, current=current) for f in own)


def activity_of(case: PublishedCase) -> Activity | None:
    """Return what the release decision was about; None where the record says that it was none. Pure."""
    words = case.release_decision.strip().lower()
    if words.startswith("not "):
        return None
    return Activity.RELEASE_WEIGHTS if "open weights" in words else Activity.DEPLOY_EXTERNAL


def in_force(case: PublishedCase, frameworks: Iterable[Framework]) -> str:
    """Return the id of the version in force, "" where it is not among the given ones.

    Pure. The version computed for the release date, else the one the source states, else the newest in effect.
    """
    versions = list(frameworks)
    stated = _plain_version(case.in_force or case.version)
    if stated:
        return next((str(f.id) for f in versions if _plain_version(f.id.version) == stated), "")
    effective = [f for f in versions if case.released is not None and f.effective <= case.released]
    return str(max(effective, key=lambda f: f.effective).id) if effective else ""


def told_threshold(case: PublishedCase, framework: Framework) -> str:
    """Return the id of the one threshold whose name stands in the tier under test; "" where none or several do. Pure.

    Only what stands before a colon, semicolon or bracket counts, and every word of an alias or title must be there.
    """
    said = _words(_HEAD.split(case.threshold_under_test)[0])
    named = [
        t.clause.id
        for t in framework.thresholds
        if any(words and words <= said for words in map(_words, (*t.aliases, t.title)))
    ]
    return named[0] if len(named) == 1 else ""


def as_case(case: PublishedCase, threshold: str, activity: Activity, *, released: date) -> Case:
    """Return a published case as a case of ours: figures with their bars, and a determination by nobody named. Pure."""
    finding = _finding(case)
    return Case(
        id=case.id,
        title=case.threshold_under_test,
        digest="",
        record=Record.PUBLIC,
        subject=Subject(
            developer=case.developer,
            model=case.model,
            model_digest="",
            activity=activity,
            scope=case.release_decision,
            effective_compute=None,
        ),
        at=datetime.combine(released, time(), UTC),
        evidence=tuple(_evidence(case, threshold)),
        determinations=()
        if finding is None or not threshold
        else (_determination(case, threshold, finding, released),),
        safeguards=(),
        interim=(),
        arguments=(),
        answers=(),
        peer_facts=(),
        approvals=(),
        invokes=(),
        prepared_by=(),
        recused=(),
        stricter=(),
        notes="",
    )


def _outcome(case: PublishedCase, framework: Framework, activity: Activity, *, on: date, current: str) -> RecordOutcome:
    threshold = told_threshold(case, framework)
    told = as_case(case, threshold, activity, released=on)
    acts = weigh_acts(told, (), input_digest="", at=told.at)
    resolved = resolve(framework, Excepted(case=told), {}, acts, at=told.at)
    evaluation = evaluate_activity(framework, activity, resolved.state)
    unknown = len(asked_and_unknown(framework, activity, resolved.state))
    found = next((f"{t.id} {t.shown_as}: {t.because}" for t in resolved.thresholds if t.id == threshold), "")
    parts = (
        f"{unknown} of {len(atoms_asked(framework, activity))} questions unknown",
        found or "the record names none of its thresholds",
        f"determined by {', '.join(evaluation.determining[:4])}",
        "" if framework.effective <= on else f"took effect later, on {framework.effective}",
    )
    return RecordOutcome(
        framework=str(framework.id),
        outcome=evaluation.outcome,
        in_force=str(framework.id) == current,
        because="; ".join(part for part in parts if part),
    )


def _plain_version(text: str) -> str:
    """The version's first word without a last `.0`: `2 (April 2025)` and `2.0` are both `2`."""
    first = text.strip().lower().split(" ")[0]
    return first.removesuffix(".0")


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower())) - _SMALL


def _finding(case: PublishedCase) -> Finding | None:
    if case.normalized.startswith("cannot_rule_out"):
        return Finding.CANNOT_RULE_OUT
    return _FINDINGS.get(determined_of(case))


def _determination(case: PublishedCase, threshold: str, finding: Finding, released: date) -> Determination:
    return Determination(
        threshold=threshold,
        prong="",
        finding=finding,
        grounds=case.statement,
        relies_on=(),
        departures=(),
        by=(),
        dated=released,
        valid_until=None,
        bounded_by="",
        effective_compute=None,
        source=None,
    )


def _evidence(case: PublishedCase, threshold: str) -> Iterator[EvidenceItem]:
    for index, figure in enumerate(case.figures):
        interval, units = interval_of(figure), units_of(figure)
        name = f"{index + 1}. {figure.name}"
        yield EvidenceItem(
            id=name,
            indicators=tuple(_indicators(figure, name, threshold)) if threshold else (),
            digest="",
            log="",
            figure=PublishedFigure(
                metric=figure.metric,
                value=figure.value if isinstance(figure.value, Decimal) else None,
                unit=figure.unit,
                n=units,
                successes=None,
                interval=None if interval is None else (interval.low, interval.high),
                confidence="second-hand",
            ),
            source=None,
            evaluated=None,
        )


def _indicators(figure: PrintedFigure, name: str, threshold: str) -> Iterator[Indicator]:
    """One indicator per direction of concern, from the first bar of each bearing that can be computed."""
    for direction in Direction:
        bars = [b for b in figure.bars if not b.compound and _DIRECTIONS.get(b.crossed_when.strip()) is direction]
        rule_out = _first(bars, Bearing.RULING_OUT, crossing=False)
        reached = _first(bars, Bearing.REACHING, crossing=True)
        if rule_out is not None or reached is not None:
            yield Indicator(
                id=f"{name} ({direction.value})",
                threshold=threshold,
                evaluation=name,
                weight=Weight.LOAD_BEARING,
                direction=direction,
                rule_out=rule_out,
                reached=reached,
            )


def _first(bars: Iterable[StatedBar], bearing: Bearing, *, crossing: bool) -> Bar | None:
    """The first bar of a bearing; at the bar itself either the crossing or its opposite holds."""
    for bar in bars:
        if bearing_of(bar.kind) is bearing and isinstance(bar.value, Decimal):
            return Bar(value=bar.value, inclusive=bar.crossed_when.strip().endswith("=") is crossing)
    return None
