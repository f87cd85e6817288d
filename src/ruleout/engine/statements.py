# SPDX-License-Identifier: Apache-2.0
"""What makes a statement or a log count at an instant: its roles, date, expiry, whose it is (D-2 to D-6, E-3, E-4), and
the exception it rests on (A-5).

Invariants of exceptions:
* a statement counts only while an exception of that name is in force for the case's model and the customer named, and
  bears on what the statement answers; at the first moment after, it is as if nobody had stated it;
* nothing that a red line asks can rest on an exception;
* what rests on one is never less restrictive than the floor of the clause it is an exception to.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ruleout.model.case import Case, RestsOn
from ruleout.model.clause import Period
from ruleout.model.evidence import Check, EvidenceItem, Indicator, Measurement
from ruleout.model.expiry import has_ended, last_day_after
from ruleout.model.formula import Atom, Formula, Kind, atoms_of, evaluate, text_of
from ruleout.model.framework import Framework
from ruleout.model.outcome import Outcome
from ruleout.model.request import ExceptionGrant
from ruleout.model.verdict import Verdict

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict and why it is what it is."""

    verdict: Verdict
    because: str


def roles_in(formula: Formula | None) -> tuple[str, ...]:
    """The roles a quorum names, sorted; none for no quorum. Pure."""
    return () if formula is None else tuple(sorted({atom.name for atom, _ in atoms_of(formula)}))


def has_roles(quorum: Formula | None, roles: Collection[str]) -> bool:
    """Whether the given roles satisfy a quorum; no quorum asks for nothing. Pure. Source: D-3, D-11."""

    def stated(atom: Atom) -> Verdict:
        return Verdict.YES if atom.name in roles else Verdict.NO

    return quorum is None or evaluate(quorum, stated) is Verdict.YES


def role_faults(quorum: Formula | None, by: Collection[str]) -> list[str]:
    """Why a statement's roles are not those the framework names; empty if they are."""
    if has_roles(quorum, by) or quorum is None:
        return []
    return [f"stated by {', '.join(sorted(by)) or 'nobody'}, the framework asks for {text_of(quorum)}"]


def date_faults(dated: date, valid_until: date | None, *, on: date) -> list[str]:
    """Why a statement does not count on a day: made later, or expired; its last valid day counts."""
    faults = []
    if dated > on:
        faults.append(f"dated {dated}, after {on}")
    if has_ended(valid_until, on):
        faults.append(f"valid until {valid_until}, expired on {on}")
    return faults


def age_faults(dated: date, longest: Period | None, *, on: date, what: str) -> list[str]:
    """Why a statement is too old on a day: `longest` after it was made has passed."""
    if longest is None or not has_ended(longest.after(dated), on):
        return []
    return [f"{what} {longest} after {dated}, passed on {longest.after(dated)}"]


def evidence_faults(item: EvidenceItem, needs: Collection[str], *, on: date) -> Iterator[str]:
    """Yield why the evidence has expired, or lacks a check that an indicator needs; its last valid day counts.

    Pure. Several checks of one kind must all have passed: a later one does not silence an earlier failure.

    Source: D-2, A-12.
    """
    if has_ended(item.valid_until, on):
        yield f"the evidence counts until {item.valid_until}, expired on {on}"
    for kind in dict.fromkeys(needs):
        stated = [check for check in item.checks if check.kind == kind]
        if not stated:
            yield f"expected a passed check for {kind}, got none stated"
        for check in stated:
            yield from (f"expected a passed check for {kind}, got {fault}" for fault in _check_faults(check, on=on))


def identity_reasons(item: EvidenceItem, measurement: Measurement, *, model_digest: str = "") -> Iterator[str]:
    """Yield why this is not the log of this evidence: other bytes, another task, model or elicitation.

    Pure.

    Args:
        model_digest: SHA-256 of the model that the case is about, "" where it does not say.

    Source: E-4.
    """
    if item.digest and item.digest != measurement.digest:
        yield f"expected the log with digest {item.digest[:12]}, got {measurement.digest[:12]}"
    if measurement.task != (item.log_task or item.id):
        yield f"expected a log of task {item.log_task or item.id!r}, got {measurement.task!r}"
    if not item.log_model:
        yield f"the case does not say that the model is called {measurement.model!r} in the log (log-model)"
    elif measurement.model != item.log_model:
        yield f"expected a log of model {item.log_model!r}, got {measurement.model!r}"
    stated, logged = item.elicitation.strip(), measurement.elicitation.strip()
    if stated and logged and stated != logged:
        yield f"the case says elicitation {item.elicitation!r}, the log says {measurement.elicitation!r}"
    # A revision or a name tells nothing beside a SHA-256.
    told = measurement.model_digest.strip().lower().removeprefix("sha256:")
    if model_digest and _SHA256.fullmatch(told) and told != model_digest.lower():
        yield f"the case is about the model {model_digest[:12]}, the log about {told[:12]}"


def date_reasons(indicator: Indicator, evaluated: date | None, stated: date | None, *, at: datetime) -> Iterator[str]:
    """Yield why the evaluation's date speaks against it.

    Pure.

    Args:
        evaluated: the day on which it ran, None where nothing says so.
        stated: what the case says beside a log.
        at: aware UTC instant at which it is judged.

    Source: E-3.
    """
    if evaluated is None:
        if indicator.fresh_days is not None:
            yield "the date of the evaluation is not known"
        return
    if stated is not None and stated != evaluated:
        yield f"the case says it was evaluated on {stated}, the log says {evaluated}"
    age_days = (at.date() - evaluated).days
    if age_days < 0:
        yield f"evaluated on {evaluated}, after {at.date()}"
    elif has_ended(_last_fresh_day(indicator, evaluated), at):
        yield f"too old: evaluated on {evaluated}, {age_days} days before, at most {indicator.fresh_days} allowed"


def _last_fresh_day(indicator: Indicator, evaluated: date) -> date | None:
    return None if indicator.fresh_days is None else last_day_after(evaluated, indicator.fresh_days)


def _check_faults(check: Check, *, on: date) -> Iterator[str]:
    if check.passed is not Verdict.YES:
        yield "one that did not pass" if check.passed is Verdict.NO else "one whose result is unknown"
    for fault in date_faults(check.dated, check.valid_until, on=on):
        yield f"one {fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Excepted:
    """A case without the statements whose exception is not in force.

    Attributes:
        case: what still counts; its digest is that of the whole case.
        void: why a statement does not count, by the question it answered.
        floors: the request and the floor of its clause, by the question it answers.
        notes: what decides on an exception, in words.
    """

    case: Case
    void: Mapping[Atom, str] = field(default_factory=dict)
    floors: Mapping[Atom, tuple[str, Outcome]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def judge_exceptions(framework: Framework, case: Case, grants: Iterable[ExceptionGrant], *, at: datetime) -> Excepted:
    """Return which statements count that rest on exceptions.

    Pure and total. Without grants, such as without a record, none of them counts.

    Args:
        grants: every exception that the record says was granted, ended ones too.
        at: aware UTC instant.

    Source: A-5.
    """
    if not case.exceptions:
        return Excepted(case=case)
    granted, asked, forbidden = tuple(grants), _asked_by_id(framework), _asked_by_red_lines(framework)
    void: dict[Atom, str] = {}
    floors: dict[Atom, tuple[str, Outcome]] = {}
    notes = []
    for one in case.exceptions:
        atom = Atom(one.kind, one.subject)
        grant = next((g for g in granted if g.request == one.request and not _fault(g, one, case, at)), None)
        if atom not in asked:
            void[atom] = f"{framework.id} does not ask it by this id, so no exception bears on it ({one.request})"
        elif atom in forbidden:
            void[atom] = f"a red line asks it, and no exception answers for a red line ({one.request})"
        elif grant is None:
            void[atom] = _why(one, case, granted, at)
        else:
            floors[atom] = (one.request, grant.floor)
            until = f"{one.subject} rests on the exception {one.request}, for {one.customer} only, until"
            notes.append(f"{until} {grant.last_day}")
    notes += [f"{atom.name} does not count: {why}" for atom, why in void.items()]
    return Excepted(case=_without(case, void), void=void, floors=floors, notes=tuple(notes))


def _fault(grant: ExceptionGrant, one: RestsOn, case: Case, at: datetime) -> str:
    """Why a grant does not carry a statement at an instant, "" if it does."""
    if why := grant.why_not(at):
        return why
    if case.subject.model not in grant.models:
        return f"it was granted for {', '.join(grant.models) or 'no model'}, not for {case.subject.model}"
    if one.customer != grant.customer:
        return f"it was granted to another customer than {one.customer!r}"
    if one.subject not in grant.bears_on:
        return f"it is an exception to {', '.join(grant.clauses)}, which does not bear on {one.subject}"
    return ""


def _why(one: RestsOn, case: Case, granted: Iterable[ExceptionGrant], at: datetime) -> str:
    mine = [grant for grant in granted if grant.request == one.request]
    if not mine:
        return f"rests on the exception {one.request}, which the record does not say was granted"
    return f"rests on the exception {one.request}: {_fault(mine[-1], one, case, at)}"


def _asked_by_id(framework: Framework) -> frozenset[Atom]:
    """What a framework asks by its own ids: what holds by lineage only would escape red lines and floors."""
    asked = [(Kind.SAFEGUARD, s.clause.id) for s in framework.safeguards]
    asked += [(Kind.ARGUMENT, a.clause.id) for a in framework.arguments]
    asked += [(Kind.QUESTION, q.clause.id) for q in framework.questions]
    return frozenset(Atom(kind, name) for kind, name in asked)


def _asked_by_red_lines(framework: Framework) -> frozenset[Atom]:
    return frozenset(atom for line in framework.red_lines for atom, _ in atoms_of(line.prohibits))


def _without(case: Case, void: Mapping[Atom, str]) -> Case:
    def counts(kind: Kind, name: str) -> bool:
        return Atom(kind, name) not in void

    return replace(
        case,
        answers=tuple(a for a in case.answers if counts(Kind.QUESTION, a.question)),
        arguments=tuple(a for a in case.arguments if counts(Kind.ARGUMENT, a.subject)),
        safeguards=tuple(a for a in case.safeguards if counts(Kind.SAFEGUARD, a.subject)),
    )
