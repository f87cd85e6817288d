# SPDX-License-Identifier: Apache-2.0
"""What facts about peers may and may not change for one case under one framework (D-9, D-10).

Told from the framework's own clauses, and tried: the case is decided as it stands, with the facts of a landscape, and
with every peer question answered yes and every permissive clause invoked. Nothing here decides anything by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ruleout.engine.decide import decide
from ruleout.engine.peers import find_peer, is_about_itself
from ruleout.model.case import Case, PeerFact
from ruleout.model.evidence import Measurement, Source
from ruleout.model.formula import Kind, atoms_of, text_of
from ruleout.model.framework import Framework, Grade, PeerClause, PeerKind, PeerQuestion, Rule
from ruleout.model.landscape import LandscapeFact, as_peer_facts, is_of_one_only
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.request import ExceptionGrant
from ruleout.model.verdict import Verdict

_ASSUMED = Source(title="assumed, to see what it could change")


@dataclass(frozen=True, slots=True, kw_only=True)
class FactUse:
    """One landscape fact that a question may be answered by: whether it counts, and why not."""

    fact: LandscapeFact
    counts: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionUse:
    """A peer question: what the case and the landscape together make of it."""

    id: str
    says: str
    grade: Grade
    verdict: Verdict
    because: str
    facts: tuple[FactUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseUse:
    """A peer clause in words: what using it may change, what it may not, what it costs."""

    id: str
    kind: PeerKind
    section: str
    says: str
    invoked: bool
    may: tuple[str, ...]
    may_not: tuple[str, ...]
    costs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerEffects:
    """What peers may and may not change for a case under a framework.

    Attributes:
        as_stated: outcome with the case's own peer facts.
        with_landscape: outcome with the landscape's facts added.
        at_most: outcome with every peer question answered yes and every permissive clause invoked; approvals bound to
            the case as it stands do not count there.
    """

    framework: str
    activity: Activity
    questions: tuple[QuestionUse, ...]
    clauses: tuple[ClauseUse, ...]
    never: tuple[str, ...]
    as_stated: Outcome
    with_landscape: Outcome
    at_most: Outcome


def peer_effects(
    framework: Framework,
    case: Case,
    facts: Sequence[LandscapeFact],
    *,
    activity: Activity,
    at: datetime,
    measurements: Mapping[str, Measurement] | None = None,
    exceptions: Iterable[ExceptionGrant] = (),
) -> PeerEffects:
    """Return what peers may and may not change. Pure and total. Source: D-9, D-10."""
    granted = tuple(exceptions)
    added = replace(case, peer_facts=(*case.peer_facts, *as_peer_facts(facts)))

    def outcome(of: Case) -> Outcome:
        decision = decide(framework, of, activity=activity, at=at, measurements=measurements, exceptions=granted)
        return decision.outcome

    return PeerEffects(
        framework=str(framework.id),
        activity=activity,
        questions=tuple(_question(q, added, facts, on=at.date()) for q in framework.peer_questions),
        clauses=tuple(_clause(c, framework, case) for c in framework.peer_clauses),
        never=_never(framework),
        as_stated=outcome(case),
        with_landscape=outcome(added),
        at_most=outcome(_everything(framework, case, at=at)),
    )


def _everything(framework: Framework, case: Case, *, at: datetime) -> Case:
    """The case with every peer question answered yes at the highest grade and every permissive clause invoked."""
    permissive = [c.clause.id for c in framework.peer_clauses if c.kind is PeerKind.PERMITS_LOWERING]
    assumed = tuple(
        PeerFact(
            answers=question.clause.id,
            peers=("another developer",),
            says=question.clause.says,
            holds=Verdict.YES,
            covers=question.quantifier,
            grade=Grade.RIGOROUSLY_CONFIRMED,
            as_of=at.date(),
            valid_until=None,
            source=_ASSUMED,
        )
        for question in framework.peer_questions
    )
    return replace(case, peer_facts=assumed, invokes=tuple(dict.fromkeys((*case.invokes, *permissive))))


def _question(question: PeerQuestion, case: Case, facts: Sequence[LandscapeFact], *, on: date) -> QuestionUse:
    found = find_peer(question, case, on=on)
    answering = [fact for fact in facts if question.clause.id in fact.answers]
    own = [fact for fact in answering if is_about_itself((fact.developer,), case.subject.developer)]
    used = tuple(
        _use(fact, question, on=on, only_one=is_of_one_only(fact, facts), is_own=fact in own) for fact in answering
    )
    return QuestionUse(
        id=question.clause.id,
        says=question.clause.says,
        grade=question.grade,
        verdict=found.verdict,
        because=found.because,
        facts=used,
    )


def _use(fact: LandscapeFact, question: PeerQuestion, *, on: date, only_one: bool, is_own: bool) -> FactUse:
    reasons = ["denies it of one developer only"] if only_one else []
    reasons += ["is about the developer whose case this is"] if is_own else []
    if fact.is_later(on):
        reasons.append(f"is of {fact.as_of}, after {on}")
    if fact.is_stale(on):
        reasons.append(f"stale: it is of {fact.as_of} and counts until {fact.last_day}")
    if fact.counts_as.rank < question.grade.rank:
        graded = f" (graded {fact.grade.value})" if fact.counts_as is not fact.grade else ""
        reasons.append(f"counts as {fact.counts_as.value}{graded}, {question.grade.value} is asked for")
    if fact.covers is not question.quantifier:
        reasons.append(f"is about {fact.covers.value}, {question.quantifier.value} is asked about")
    if fact.holds is Verdict.UNKNOWN:
        reasons.append("leaves open whether it holds")
    return FactUse(fact=fact, counts=not reasons, because="; ".join(reasons) or f"says {fact.holds.value}")


def _clause(clause: PeerClause, framework: Framework, case: Case) -> ClauseUse:
    may, may_not = _reach(clause, framework)
    costs = [f"needs {text_of(clause.requires)}"] if clause.requires is not None else []
    costs += [f"triggers {name}" for name in clause.duties]
    return ClauseUse(
        id=clause.clause.id,
        kind=clause.kind,
        section=clause.clause.section,
        says=clause.clause.says,
        invoked=clause.clause.id in case.invokes,
        may=may,
        may_not=may_not,
        costs=tuple(costs),
    )


def _reach(clause: PeerClause, framework: Framework) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a clause may change and what it may not, in words."""
    match clause.kind:
        case PeerKind.FORBIDS:
            return (), ("What peers do lowers nothing and excuses nothing.",)
        case PeerKind.PERMITS_LOWERING:
            may = f"Lower {', '.join(clause.lowers)}, none below {clause.floor.value}, if invoked and its condition is known."
            others = [rule.clause.id for rule in framework.rules if rule.clause.id not in clause.lowers]
            return (may,), (f"Lower anything else: {', '.join(others) or 'there is no other rule'}.",)
        case PeerKind.FACTOR:
            may = "Enter the argument as one factor among others; the rules that ask for approval or disclosure then apply."
            return (may,), ("Lower the outcome of any rule by itself.",)
        case PeerKind.OBLIGES_MATCHING | PeerKind.OBLIGES_DELAY:
            return (_obliges(clause, framework.rules),), ("Relax anything: the clause can only add.",)


def _obliges(clause: PeerClause, rules: tuple[Rule, ...]) -> str:
    through = [rule.clause.id for rule in rules if rule.peer_clause == clause.clause.id]
    what = "Delay" if clause.kind is PeerKind.OBLIGES_DELAY else "Call for matching what peers do"
    return f"{what}, through {', '.join(through)}." if through else f"{what}."


def _never(framework: Framework) -> tuple[str, ...]:
    """What no fact about peers reaches under any framework: red lines, and rules that ask for an act of people."""
    lines = [f"red line {line.clause.id}" for line in framework.red_lines]
    acts = (Kind.APPROVED, Kind.NOTIFIED_BEFORE)
    asked = [r.clause.id for r in framework.rules if r.require is not None and _asks(r, acts)]
    return (*lines, *(f"approvals and notices of {name}" for name in asked))


def _asks(rule: Rule, kinds: tuple[Kind, ...]) -> bool:
    return rule.require is not None and any(atom.kind in kinds for atom, _ in atoms_of(rule.require))
