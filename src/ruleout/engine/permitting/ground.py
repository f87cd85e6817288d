# SPDX-License-Identifier: Apache-2.0
"""What a decision, as it comes out at an instant, allows to be served: the ground on which a permit stands (G-1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ruleout.engine.evaluate import rules_of
from ruleout.engine.statements import roles_in
from ruleout.model.decision import Decision
from ruleout.model.formula import Kind, atoms_of, quorums_of
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.permit import End
from ruleout.model.request import ExceptionGrant
from ruleout.model.served_name import NameTaken
from ruleout.model.verdict import Verdict

_SAFEGUARDS = (Kind.SAFEGUARD, Kind.INTERIM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that must be so of the decision itself, such as that it replays; `why` says what was found."""

    name: str
    holds: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything that bounds what may be served.

    Attributes:
        developer, model, model_digest, activity, scope: the subject; a digest of "" is one that nobody stated.
        outcome: as it comes out at the instant asked about.
        conditions: every text that must be carried, of a *restrict* and of exceptions.
        safeguards: ids of the safeguards that the outcome leans on.
        exceptions: grants in force that the decision leans on.
        ends: the last days of what it rests on.
        taken: names that permits of the record serve weights under, and when.
        checks: what must be so of the decision itself; anything but YES refuses.
    """

    developer: str
    model: str
    model_digest: str
    activity: Activity
    scope: str
    outcome: Outcome
    conditions: tuple[str, ...]
    safeguards: tuple[str, ...]
    exceptions: tuple[ExceptionGrant, ...]
    ends: tuple[End, ...]
    taken: tuple[NameTaken, ...]
    checks: tuple[Check, ...]


def ground_of(
    decision: Decision,
    framework: Framework,
    *,
    ends: Iterable[End],
    exceptions: Iterable[ExceptionGrant] = (),
    also_owed: Iterable[str] = (),
    taken: Iterable[NameTaken] = (),
    checks: Iterable[Check] = (),
) -> Ground:
    """Return what a decision allows. Pure.

    Args:
        decision: as it comes out at the instant asked about.
        framework: the version it was decided under.
        also_owed: texts of conditions that stand outside the framework, such as those of an exception.

    Source: G-1.
    """
    subject = decision.subject
    return Ground(
        developer=subject.developer,
        model=subject.model,
        model_digest=subject.model_digest,
        activity=decision.activity,
        scope=subject.scope,
        outcome=decision.outcome,
        conditions=tuple(dict.fromkeys((*decision.conditions, *also_owed))),
        safeguards=required_safeguards(framework, decision),
        exceptions=tuple(exceptions),
        ends=tuple(ends),
        taken=tuple(taken),
        checks=tuple(checks),
    )


def required_safeguards(framework: Framework, decision: Decision) -> tuple[str, ...]:
    """Return the safeguards that the outcome leans on, in the framework's order.

    Pure. Those that are met, of all that the outcome may hang on: what rules ask for which may apply, and what decides
    whether a rule applies, for some apply only where a safeguard is missing; red lines; and of a peer clause that lowered
    something its condition and its price. Where one of several would do, all that are met count.
    """
    met = {one.atom for one in decision.answers if one.verdict is Verdict.YES}
    may_apply = {rule.id for rule in decision.rules if rule.applies is not Verdict.NO}
    used = {clause.id for clause in decision.peer_clauses if clause.lowered}
    rules = rules_of(framework, decision.activity)
    formulas = [rule.condition for rule in rules]
    formulas += [rule.require for rule in rules if rule.clause.id in may_apply]
    formulas += [line.prohibits for line in framework.red_lines]
    formulas += [part for one in framework.peer_clauses if one.clause.id in used for part in (one.when, one.requires)]
    asked = {atom for formula in formulas if formula is not None for atom, _ in atoms_of(formula)}
    wanted = {atom.name for atom in asked & met if atom.kind in _SAFEGUARDS}
    return tuple(one.clause.id for one in framework.safeguards if one.clause.id in wanted)


def issuing_roles(framework: Framework, activity: Activity) -> tuple[str, ...]:
    """Return the roles that may issue a permit for an activity, sorted.

    Pure. Those whose approval the framework's rules ask for the activity; where they ask for none, every role it names.
    """
    formulas = [rule.require for rule in rules_of(framework, activity) if rule.require is not None]
    quorums = [q for formula in formulas for q in quorums_of(formula) if q.kind is Kind.APPROVED]
    named = {role for quorum in quorums for role in roles_in(quorum.who)}
    return tuple(sorted(named or (role for role, _ in framework.roles)))
