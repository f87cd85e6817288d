# SPDX-License-Identifier: Apache-2.0
"""The combination rule: a framework, an activity and a state give an outcome (D-5, D-7 to D-10).

Invariants:
* total: every activity and state has an outcome, and nothing is raised on data (D-14a);
* the outcome is the most restrictive contribution; an activity that no rule covers holds;
* a red line contributes *stop* unless what it prohibits is known to be absent, and nothing lowers it;
* a peer question counts only when it is YES; a peer clause lowers only the rules it names, never below its floor;
* an answer that rests on an exception contributes the floor of what it is an exception to (A-5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ruleout.model.decision import Origin
from ruleout.model.formula import Atom, Formula, Kind, atoms_of, evaluate
from ruleout.model.framework import Framework, PeerClause, PeerKind, RedLine, Rule, Threshold
from ruleout.model.outcome import Activity, BurdenOfProof, Outcome
from ruleout.model.verdict import Verdict

#: Peer clauses that lower rules now, each with the least that comes out of a rule it lowers, those with the least first.
Lowering = list[tuple[Outcome, PeerClause]]


@dataclass(frozen=True, slots=True)
class State:
    """What is known: a verdict per question (an absent one is UNKNOWN) and the permissive peer clauses invoked.

    `floors` gives, by question, the request and the floor where an answer rests on an exception.
    """

    answers: Mapping[Atom, Verdict]
    invoked: frozenset[str] = frozenset()
    floors: Mapping[Atom, tuple[str, Outcome]] = field(default_factory=dict)

    def known(self, atom: Atom) -> Verdict:
        """What is known of the question, before the framework says what UNKNOWN means."""
        return self.answers.get(atom, Verdict.UNKNOWN)

    def with_answer(self, atom: Atom, verdict: Verdict) -> State:
        """A copy in which one question has another answer."""
        return State({**self.answers, atom: verdict}, self.invoked, self.floors)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one rule, red line or burden of proof contributes."""

    id: str
    origin: Origin
    applies: Verdict
    required: Verdict | None
    outcome: Outcome
    lowered_by: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome and every contribution to it, in the framework's order."""

    outcome: Outcome
    contributions: tuple[Contribution, ...]

    @property
    def determining(self) -> tuple[str, ...]:
        """Ids of the contributions that equal the outcome; without all others it stays the same (D-14e)."""
        return tuple(c.id for c in self.contributions if c.outcome is self.outcome)


def counts_as(known: Verdict, burden: BurdenOfProof) -> Verdict:
    """Return what the rules use for a threshold: an UNKNOWN becomes what the framework says of it. Source: D-5."""
    if known is not Verdict.UNKNOWN:
        return known
    if burden is BurdenOfProof.REACHED:
        return Verdict.YES
    return Verdict.NO if burden is BurdenOfProof.NOT_REACHED else Verdict.UNKNOWN


class Reading:
    """A framework's reading of a state: how each question of a formula is answered (D-5, D-9)."""

    def __init__(self, framework: Framework, state: State) -> None:
        self._burden = {t.clause.id: t.when_unknown for t in framework.thresholds}
        self._state = state

    def answer(self, atom: Atom) -> Verdict:
        """The verdict that formulas use for one question."""
        known = self._state.known(atom)
        if atom.kind is Kind.THRESHOLD:
            return counts_as(known, self._burden[atom.name])
        if atom.kind is Kind.PEER:
            return Verdict.YES if known is Verdict.YES else Verdict.NO
        return known

    def known(self, atom: Atom) -> Verdict:
        """What is known of one question, before any burden of proof."""
        return self._state.known(atom)

    def of(self, formula: Formula) -> Verdict:
        """The formula's verdict."""
        return evaluate(formula, self.answer)

    def is_established(self, formula: Formula) -> bool:
        """Whether a formula is YES by what is known alone: no burden of proof helps a clause that relaxes (D-9)."""
        return evaluate(formula, self._state.known) is Verdict.YES


def evaluate_activity(framework: Framework, activity: Activity, state: State) -> Evaluation:
    """Return the outcome of one activity in one state, with every contribution to it.

    Pure and total. Source: D-5, D-7, D-8, D-9, D-10.
    """
    reading = Reading(framework, state)
    parts = parts_of(framework, activity)
    lowering = lowering_now(framework, reading, state)
    contributions = [contribution_of(part, reading, lowering) for part in parts]
    used = {c.lowered_by for c in contributions}
    in_use = [clause for _, clause in lowering if clause.clause.id in used]
    contributions += exception_contributions(framework, activity, state, in_use)
    if not any(isinstance(part, Rule) for part in parts):
        contributions.append(Contribution("no-rule", Origin.NO_RULE, Verdict.YES, None, Outcome.HOLD))
    return Evaluation(max(c.outcome for c in contributions), tuple(contributions))


def parts_of(framework: Framework, activity: Activity) -> tuple[RedLine | Rule | Threshold, ...]:
    """What contributes to an activity's outcome, in the framework's order. Pure."""
    rules = rules_of(framework, activity)
    return (*framework.red_lines, *rules, *burdens_of(framework, rules))


def lowering_now(framework: Framework, reading: Reading, state: State) -> Lowering:
    """The peer clauses that lower rules now, those first under which the least can come out. Pure."""
    found = [(least_by(c, state), c) for c in framework.peer_clauses if lowers_now(c, reading, state)]
    return sorted(found, key=lambda pair: pair[0])


def contribution_of(part: RedLine | Rule | Threshold, reading: Reading, lowering: Lowering) -> Contribution:
    """What a part contributes. Pure."""
    match part:
        case RedLine():
            return red_line_contribution(part, reading)
        case Rule():
            return rule_contribution(part, reading, lowering)
        case Threshold():
            return burden_contribution(part, reading)


def rules_of(framework: Framework, activity: Activity) -> tuple[Rule, ...]:
    """The gating rules that cover an activity, in the framework's order; public goals and recommendations never do."""
    return tuple(r for r in framework.rules if activity in r.activities and r.clause.force.gates)


def rule_contribution(rule: Rule, reading: Reading, lowering: Lowering) -> Contribution:
    """What one rule contributes; UNKNOWN in either part takes the more restrictive branch. Source: D-7, D-8.

    Of the clauses that lower it the one counts under which the least can come out, whichever stands first.
    """
    applies = Verdict.YES if rule.condition is None else reading.of(rule.condition)
    required = None if rule.require is None else reading.of(rule.require)
    branch = rule.met if required is Verdict.YES else max(rule.met, rule.otherwise)
    outcome = Outcome.PROCEED if applies is Verdict.NO else branch
    lowered_by = ""
    for least, clause in lowering:
        if rule.clause.id in clause.lowers and clause.floor < outcome >= least and not demands_act(rule):
            outcome, lowered_by = clause.floor, clause.clause.id
            break
    return Contribution(rule.clause.id, Origin.RULE, applies, required, outcome, lowered_by)


def demands_act(rule: Rule) -> bool:
    """Whether a rule asks for an approval or a notification anywhere: no peer clause may lower such a rule (D-9)."""
    return any(atom.kind in (Kind.APPROVED, Kind.NOTIFIED_BEFORE) for atom in asked_in(rule))


def red_line_contribution(line: RedLine, reading: Reading) -> Contribution:
    """Stop unless what the line prohibits is known to be absent, whatever UNKNOWN counts as. Source: D-10, D-8."""
    present = evaluate(line.prohibits, reading.known)
    outcome = Outcome.PROCEED if present is Verdict.NO else Outcome.STOP
    return Contribution(line.clause.id, Origin.RED_LINE, present, None, outcome)


def burdens_of(framework: Framework, rules: tuple[Rule, ...]) -> tuple[Threshold, ...]:
    """The thresholds whose UNKNOWN holds (D-5) and which the given rules ask about."""
    asked = {atom.name for rule in rules for atom in asked_in(rule) if atom.kind is Kind.THRESHOLD}
    return tuple(t for t in framework.thresholds if t.when_unknown is BurdenOfProof.HOLD and t.clause.id in asked)


def burden_contribution(threshold: Threshold, reading: Reading) -> Contribution:
    """Hold while a threshold with the burden *hold* is UNKNOWN. Source: D-5."""
    known = reading.known(Atom(Kind.THRESHOLD, threshold.clause.id))
    unknown = known is Verdict.UNKNOWN
    outcome = Outcome.HOLD if unknown else Outcome.PROCEED
    applies = Verdict.YES if unknown else Verdict.NO
    return Contribution(f"{threshold.clause.id}/when-unknown", Origin.BURDEN_OF_PROOF, applies, None, outcome)


def exception_contributions(
    framework: Framework, activity: Activity, state: State, in_use: list[PeerClause]
) -> list[Contribution]:
    """The floor of each exception that an activity's questions, or a clause in use, rest on: it never opens. Source: A-5."""
    costs = sorted({atom for clause in in_use for atom in asked_by(clause.when, clause.requires)})
    asked = (*atoms_asked(framework, activity), *costs) if state.floors else ()
    used = dict.fromkeys(state.floors[atom] for atom in asked if atom in state.floors)
    return [Contribution(f"exception/{name}", Origin.EXCEPTION, Verdict.YES, None, floor) for name, floor in used]


def lowers_now(clause: PeerClause, reading: Reading, state: State) -> bool:
    """Whether a permissive peer clause is in use: invoked, its condition YES, and what it costs paid. Source: D-9."""
    if clause.kind is not PeerKind.PERMITS_LOWERING or clause.clause.id not in state.invoked or clause.when is None:
        return False
    paid = clause.requires is None or reading.is_established(clause.requires)
    return paid and reading.is_established(clause.when)


def least_by(clause: PeerClause, state: State) -> Outcome:
    """The least that comes out of a rule that a clause lowers: its floor, and that of each exception that pays for it (A-5)."""
    costs = asked_by(clause.when, clause.requires)
    return max([clause.floor, *(state.floors[atom][1] for atom in costs if atom in state.floors)])


def asked_in(part: RedLine | Rule | Threshold) -> list[Atom]:
    """The questions that a part asks, some perhaps several times. Pure."""
    match part:
        case RedLine():
            return asked_by(part.prohibits)
        case Rule():
            return asked_by(part.condition, part.require)
        case Threshold():
            return [Atom(Kind.THRESHOLD, part.clause.id)]


def asked_by(*formulas: Formula | None) -> list[Atom]:
    """The questions that formulas ask, some perhaps several times. Pure."""
    return [atom for formula in formulas if formula is not None for atom, _ in atoms_of(formula)]


def atoms_asked(framework: Framework, activity: Activity) -> tuple[Atom, ...]:
    """Every question that an activity's rules and the red lines ask, sorted, each once."""
    asked = {atom for rule in rules_of(framework, activity) for atom in asked_in(rule)}
    asked |= {atom for line in framework.red_lines for atom in asked_in(line)}
    return tuple(sorted(asked))
