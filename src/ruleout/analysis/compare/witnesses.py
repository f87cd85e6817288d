# SPDX-License-Identifier: Apache-2.0
"""A state told in words, with what the engine decides in it under both versions and what force stands behind that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ruleout.analysis.compare.invocations import is_invocation
from ruleout.analysis.compare.result import Side, Witness
from ruleout.analysis.compare.search import Question, Search
from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.engine.explain import shown_question, wanted_word
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Force, Outcome
from ruleout.model.verdict import Verdict

_VERBS = {
    Outcome.PROCEED: "lets it proceed",
    Outcome.RESTRICT: "restricts",
    Outcome.HOLD: "holds",
    Outcome.STOP: "stops",
}


@dataclass(frozen=True, slots=True)
class Pair:
    """The two versions compared, with what they are called in sentences."""

    old: Framework
    new: Framework

    @property
    def names(self) -> tuple[str, str]:
        """The versions; whole ids for different frameworks, digests of the files for two files of one version."""
        both = self.old, self.new
        if self.old.id.name != self.new.id.name:
            return str(self.old.id), str(self.new.id)
        if self.old.id == self.new.id and self.old.digest != self.new.digest:
            return f"{both[0].id.version} ({both[0].digest[:12]})", f"{both[1].id.version} ({both[1].digest[:12]})"
        return both[0].id.version, both[1].id.version


def witness(pair: Pair, search: Search, activity: Activity, states: tuple[State, State]) -> Witness:
    """Return a state as a witness, decided by the engine under both versions. Pure."""
    sides = _side(pair.old, activity, states[0]), _side(pair.new, activity, states[1])
    answers = tuple(_in_words(q, v, pair, search.questions) for q, v in search.out_of_order(states))
    told = (
        f"{name} {_VERBS[side.outcome]}"
        + (f" ({', '.join(side.determined_by)})" if side.outcome > Outcome.PROCEED else "")
        for name, side in zip(pair.names, sides, strict=True)
    )
    text = f"{', '.join(answers) or 'everything in order'}: {', '.join(told)}"
    return Witness(activity=activity, answers=answers, old=sides[0], new=sides[1], text=text)


def force_by_contribution(framework: Framework) -> Callable[[str], Force]:
    """Return what force stands behind a contribution, by its id; the framework's own for what is no clause. Pure."""
    clauses = [rule.clause for rule in framework.rules] + [line.clause for line in framework.red_lines]
    clauses += [t.when_unknown_clause for t in framework.thresholds if t.when_unknown_clause is not None]
    forces = {clause.id: clause.force for clause in clauses}
    return lambda name: forces.get(name, framework.force)


def _side(framework: Framework, activity: Activity, state: State) -> Side:
    evaluation = evaluate_activity(framework, activity, state)
    force = force_by_contribution(framework)
    strongest = min((force(name) for name in evaluation.determining), key=list(Force).index)
    return Side(outcome=evaluation.outcome, determined_by=evaluation.determining, force=strongest)


def _in_words(question: Question, verdict: Verdict, pair: Pair, questions: tuple[Question, ...]) -> str:
    side, atom = question
    if is_invocation(atom):
        return f"{atom.name.partition(' ')[2]} invoked"
    twice = sum(asked == atom for _, asked in questions) > 1
    meant = f" (as {pair.names[min(side, 1)]} has it)" if twice else ""
    return f"{shown_question(atom)} {wanted_word(atom, verdict)}{meant}"
