# SPDX-License-Identifier: Apache-2.0
"""What a policy lets be granted: red lines first, then eligibility, then the terms and the signatures (A-5).

Invariants:
* a red line is asked first and alone: who signs, under which conditions and for how long changes nothing;
* what the policy does not name helps nobody: an unknown use, clause, model or kind of customer is not eligible;
* only giving way needs all this. Anybody who may answer may refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ruleout.model.expiry import has_ended
from ruleout.model.framework import Framework
from ruleout.model.request import AnswerKind, Request, RequestAnswer
from ruleout.model.request_policy import PolicyClause, PolicyLine, RequestPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """Somebody who signed: the person and the roles their key holds."""

    person: str
    roles: frozenset[str]


def lines_of(framework: Framework) -> tuple[PolicyLine, ...]:
    """Return a framework's own red lines: a request that names one, or what it prohibits, crosses it. Pure."""
    return tuple(PolicyLine(id=line.clause.id, says=line.clause.says) for line in framework.red_lines)


def crossed_lines(request: Request, lines: Iterable[PolicyLine]) -> tuple[PolicyLine, ...]:
    """Return the red lines a request crosses: by a use, by a clause, or by the line's own name. Pure. Source: A-5."""
    touched, uses = frozenset(request.clauses), frozenset(request.uses)
    return tuple(line for line in lines if line.uses & uses or line.clauses & touched or line.id in touched)


def eligibility_faults(request: Request, policy: RequestPolicy) -> tuple[str, ...]:
    """Return why a request cannot be granted under a policy, whatever the terms; empty if it can. Pure. Source: A-5."""
    faults = [f"the policy does not know the use {use!r}" for use in request.uses if use not in dict(policy.uses)]
    if policy.approval(request.kind) is None:
        faults.append(f"the policy does not say who approves a request of kind {request.kind.value}")
    if not request.kind.makes_exception:
        return tuple(faults)
    if not request.models:
        faults.append("it names no model, and eligibility is per model")
    for name in request.clauses:
        clause = policy.clause(name)
        if clause is None:
            faults.append(f"the policy has no clause {name!r}")
        else:
            faults += _clause_faults(request, clause, policy)
    return tuple(faults)


def _clause_faults(request: Request, clause: PolicyClause, policy: RequestPolicy) -> Iterator[str]:
    if not clause.exceptable:
        yield f"there are no exceptions to {clause.id}"
        return
    for model in request.models:
        level = policy.level_of(model)
        if not level:
            yield f"the policy does not know the model {model!r}"
        elif model not in clause.models and level not in clause.levels:
            yield f"{model} ({level}) is not eligible for an exception to {clause.id}"
    if request.customer_kind not in clause.customers:
        yield f"a customer of kind {request.customer_kind.value} is not eligible for an exception to {clause.id}"


def term_faults(request: Request, answer: RequestAnswer, policy: RequestPolicy, *, on: date) -> tuple[str, ...]:
    """Return what an answer that gives way lacks in its terms, on the day it is given; empty if nothing. Pure."""
    rule = policy.approval(request.kind)
    if rule is None or not answer.kind.yields:
        return ()
    faults = [f"approvers lacks the role {role}" for role in rule.roles if role not in answer.approvers]
    needed = set(rule.requires)
    for name in request.clauses:
        clause = policy.clause(name)
        needed |= clause.requires if clause is not None else set()
    stated = dict(answer.conditions)
    faults += [f"the condition {name!r} is required" for name in sorted(needed) if name not in stated]
    if answer.kind is AnswerKind.COMPLY:
        dodges = request.kind.makes_exception
        says = "an exception is granted, with a last day, or refused; only an order is complied with"
        return (*faults, says) if dodges else tuple(faults)
    if answer.expires is None:
        return (*faults, "a grant needs a last day")
    if has_ended(answer.expires, on):
        faults.append(f"its last day {answer.expires} has passed on {on}")
    last = rule.longest.after(on)
    if has_ended(last, answer.expires):
        faults.append(f"it may last until {last} at most ({rule.longest}), got {answer.expires}")
    return tuple(faults)


def barred(request: Request, opened_by: Iterable[str]) -> frozenset[str]:
    """Return the persons who may not approve: whoever asked, prepared or opened the request. Pure. Source: A-13."""
    return frozenset((request.requester, request.customer, *request.prepared_by, *opened_by))


def signature_faults(
    roles: Sequence[str], signed: Sequence[Signed], *, not_by: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the roles still missing, and who signed in vain because they asked or prepared it. Pure.

    Each role needs a person of its own: one person with two roles has signed once.
    """
    may = [one for one in signed if one.person not in not_by]
    vain = tuple(sorted({one.person for one in signed} & not_by))
    persons = {one.person: frozenset[str]() for one in may}
    for one in may:
        persons[one.person] |= one.roles
    return _unfilled(tuple(dict.fromkeys(roles)), persons), vain


def _unfilled(roles: tuple[str, ...], persons: dict[str, frozenset[str]]) -> tuple[str, ...]:
    """A smallest set of roles that stay without a person of their own, earlier roles first."""
    taken: dict[str, str] = {}

    def place(role: str, tried: set[str]) -> bool:
        for person, held in persons.items():
            if role not in held or person in tried:
                continue
            tried.add(person)
            if person not in taken or place(taken[person], tried):
                taken[person] = role
                return True
        return False

    return tuple(role for role in roles if not place(role, set()))
