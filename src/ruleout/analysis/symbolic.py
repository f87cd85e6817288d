# SPDX-License-Identifier: Apache-2.0
"""The combination rule over all states at once, as facts that a solver can reason about (D-5, D-7 to D-10).

Rules: two facts stand for each question, *it is YES* and *it is NO*; neither is UNKNOWN. The encoding tells
`ruleout.engine.evaluate` again in another form; tests hold the two against each other, and every state that is
reported is put to the engine first. Nothing here searches: `prove` and `compare` do.
"""

from __future__ import annotations

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.levels import Levels, choose, fixed, gated, lowered, worst
from ruleout.analysis.obtainable import constraints, questions_of
from ruleout.analysis.truth import Truth, truth_of
from ruleout.engine.evaluate import State, atoms_asked, burdens_of, demands_act, rules_of
from ruleout.model.formula import Atom, Formula, Kind, atoms_of
from ruleout.model.framework import Framework, PeerClause, PeerKind, RedLine, Rule, Threshold
from ruleout.model.outcome import Activity, BurdenOfProof, Outcome
from ruleout.model.verdict import Verdict

#: Which permissive peer clauses the developer invokes: all, none, those named, or None to leave it open.
Invoked = bool | frozenset[str] | None


#: How the solver's own interface says *true*.
_TRUE = 1


def is_true(model: z3.ModelRef, variable: z3.BoolRef) -> bool:
    """Whether a model makes a variable true; one it leaves open is not. Pure.

    The same as evaluating it, at a fraction of the cost: a search asks this of every question.
    """
    context = model.ctx.ref()
    value = z3.Z3_model_get_const_interp(context, model.model, z3.Z3_get_app_decl(context, variable.as_ast()))
    return value.value is not None and z3.Z3_get_bool_value(context, value) == _TRUE


class Symbolic:
    """One framework in every state at once.

    Two of them with different prefixes speak about two states; with the same prefix, about the same one.

    Attributes:
        framework: what it encodes.
        prefix: put before the names of the solver's variables.
        questions: every question that decides something in the framework, and every threshold, sorted.
        permits: ids of the permissive peer clauses.
    """

    def __init__(self, framework: Framework, *, prefix: str = "") -> None:
        self.framework = framework
        self.prefix = prefix
        own = {Atom(Kind.THRESHOLD, t.clause.id) for t in framework.thresholds}
        self.questions = tuple(sorted(own | set(questions_of(framework))))
        self.permits = tuple(c.clause.id for c in framework.peer_clauses if c.kind is PeerKind.PERMITS_LOWERING)
        self._burden = {t.clause.id: t.when_unknown for t in framework.thresholds}

    def is_yes(self, atom: Atom) -> z3.BoolRef:
        """The fact that a question's known answer is YES."""
        return z3.Bool(f"{self.prefix}{atom.kind.value} {atom.name} yes")

    def is_no(self, atom: Atom) -> z3.BoolRef:
        """The fact that a question's known answer is NO."""
        return z3.Bool(f"{self.prefix}{atom.kind.value} {atom.name} no")

    def consistent(self) -> z3.BoolRef:
        """When the state is one that a case can bring about; see `ruleout.analysis.obtainable`."""
        answers = {atom: (self.is_yes(atom), self.is_no(atom)) for atom in self.questions}
        return z3.And(list(constraints(self.framework, answers, prefix=self.prefix)))

    def known(self, formula: Formula) -> Truth:
        """When a formula is YES and when NO by what is known alone, before any burden of proof (D-9)."""
        return truth_of(formula, self._known)

    def counted(self, formula: Formula) -> Truth:
        """When a formula is YES and when NO as rules use it: burdens of proof applied, peers two-valued (D-5, D-9)."""
        return truth_of(formula, self._counted)

    def severity(self, activity: Activity, *, invoked: Invoked = False) -> z3.ArithRef:
        """The outcome of an activity as a number, 0 (proceed) to 3 (stop)."""
        return self.outcome(activity, invoked=invoked).severity()

    def contribution(self, rule: Rule, *, invoked: Invoked = False) -> z3.ArithRef:
        """What one rule contributes as a number, 0 (proceed) to 3 (stop)."""
        return self.rule_levels(rule, invoked=invoked).severity()

    def outcome(self, activity: Activity, *, invoked: Invoked = False) -> Levels:
        """The outcome of an activity, the most restrictive of all contributions (D-7, D-10)."""
        return worst(levels for _, levels in self.contributions(activity, invoked=invoked))

    def contributions(self, activity: Activity, *, invoked: Invoked = False) -> tuple[tuple[str, Levels], ...]:
        """Each contribution to an activity's outcome with its id, as `evaluate_activity` lists them."""
        rules = rules_of(self.framework, activity)
        found = [(line.clause.id, self.red_line_levels(line)) for line in self.framework.red_lines]
        found += [(rule.clause.id, self.rule_levels(rule, invoked=invoked)) for rule in rules]
        found += [(f"{t.clause.id}/when-unknown", self.burden_levels(t)) for t in burdens_of(self.framework, rules)]
        return tuple(found) if rules else (*found, ("no-rule", fixed(Outcome.HOLD)))

    def rule_levels(self, rule: Rule, *, invoked: Invoked = False) -> Levels:
        """What one rule contributes (D-7, D-8), lowered by the peer clauses in use (D-9)."""
        failed = max(rule.met, rule.otherwise)
        levels = fixed(failed)
        if rule.require is not None:
            levels = choose(self.counted(rule.require)[0], rule.met, failed)
        if rule.condition is not None:
            levels = gated(levels, z3.Not(self.counted(rule.condition)[1]))
        for clause in self.framework.peer_clauses:
            if rule.clause.id in clause.lowers and not demands_act(rule):
                levels = lowered(levels, clause.floor, when=self.in_use(clause, invoked=invoked))
        return levels

    def red_line_levels(self, line: RedLine) -> Levels:
        """Stop unless what the line prohibits is known to be absent (D-10)."""
        return fixed(Outcome.STOP, when=z3.Not(self.known(line.prohibits)[1]))

    def burden_levels(self, threshold: Threshold) -> Levels:
        """Hold while a threshold with the burden *hold* is UNKNOWN (D-5)."""
        yes, no = self._known(Atom(Kind.THRESHOLD, threshold.clause.id))
        return fixed(Outcome.HOLD, when=z3.Not(z3.Or(yes, no)))

    def in_use(self, clause: PeerClause, *, invoked: Invoked = True) -> z3.BoolRef:
        """When a permissive peer clause is in use: invoked, its condition known to hold, its price paid (D-9)."""
        if clause.kind is not PeerKind.PERMITS_LOWERING or clause.when is None:
            return z3.BoolVal(False)
        established = z3.And(self.is_invoked(clause.clause.id, invoked), self.known(clause.when)[0])
        return established if clause.requires is None else z3.And(established, self.known(clause.requires)[0])

    def is_invoked(self, name: str, invoked: Invoked = None) -> z3.BoolRef:
        """The fact that the developer invokes a peer clause; a variable of its own where `invoked` leaves it open."""
        if invoked is None:
            return z3.Bool(f"{self.prefix}invokes {name}")
        return z3.BoolVal(invoked if isinstance(invoked, bool) else name in invoked)

    def atoms(self, activity: Activity) -> tuple[Atom, ...]:
        """The questions that can bear on an activity: of its rules, of red lines, and of what may lower its rules."""
        covered = {rule.clause.id for rule in rules_of(self.framework, activity)}
        lowering = [c for c in self.framework.peer_clauses if covered & set(c.lowers)]
        parts = [f for c in lowering for f in (c.when, c.requires) if f is not None]
        asked = {atom for formula in parts for atom, _ in atoms_of(formula)}
        return tuple(sorted(asked | set(atoms_asked(self.framework, activity))))

    def state_of(self, model: z3.ModelRef, *, invoked: Invoked = False) -> State:
        """The engine's state that a solver's model describes; questions the model leaves open stay UNKNOWN."""
        answers = {}
        for atom in self.questions:
            if is_true(model, self.is_yes(atom)):
                answers[atom] = Verdict.YES
            elif is_true(model, self.is_no(atom)):
                answers[atom] = Verdict.NO
        named = (c for c in self.permits if z3.is_true(model.eval(self.is_invoked(c, invoked))))
        return State(answers, frozenset(named))

    def facts_of(self, state: State) -> tuple[z3.BoolRef, ...]:
        """The facts that fix every question as a state answers it; `invoked` is not part of them."""
        facts = []
        for atom in self.questions:
            known = state.known(atom)
            for fact, verdict in ((self.is_yes(atom), Verdict.YES), (self.is_no(atom), Verdict.NO)):
                facts.append(fact if known is verdict else z3.Not(fact))
        return tuple(facts)

    def _known(self, atom: Atom) -> Truth:
        return self.is_yes(atom), self.is_no(atom)

    def _counted(self, atom: Atom) -> Truth:
        yes, no = self._known(atom)
        burden = self._burden.get(atom.name) if atom.kind is Kind.THRESHOLD else None
        if burden is BurdenOfProof.REACHED:
            return z3.Not(no), no
        if burden is BurdenOfProof.NOT_REACHED or atom.kind is Kind.PEER:
            return yes, z3.Not(yes)
        return yes, no
