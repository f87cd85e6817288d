# SPDX-License-Identifier: Apache-2.0
"""Statements of a case that rest on an exception: whether the exception is in force, and what it can never do (A-5).

Invariants:
* a statement counts only while an exception of that name is in force for the case's model and the customer named, and
  bears on what the statement answers; at the first moment after, it is as if nobody had stated it;
* nothing that a red line asks can rest on an exception;
* what rests on one is never less restrictive than the floor of the clause it is an exception to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ruleout.model.case import Case, RestsOn
from ruleout.model.formula import Atom, Kind, atoms_of
from ruleout.model.framework import Framework
from ruleout.model.outcome import Outcome
from ruleout.model.request import ExceptionGrant


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
    granted, forbidden = tuple(grants), _asked_by_red_lines(framework)
    void: dict[Atom, str] = {}
    floors: dict[Atom, tuple[str, Outcome]] = {}
    notes = []
    for one in case.exceptions:
        atom = Atom(one.kind, one.subject)
        grant = next((g for g in granted if g.request == one.request and not _fault(g, one, case, at)), None)
        if atom in forbidden:
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
