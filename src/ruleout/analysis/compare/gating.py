# SPDX-License-Identifier: Apache-2.0
"""What single clauses decide, shown by a state: answers that one version asks for and the other does not.

An answer *decides* in a state if another answer, everything else alike, gives its own version another outcome and the
other version the same one. Every state, and what the other answer would give, is decided by the engine.
"""

from __future__ import annotations

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.invocations import invocation, is_invocation
from ruleout.analysis.compare.joint import Joint, Step, is_answer
from ruleout.analysis.compare.result import Gated
from ruleout.analysis.compare.search import OutOfTimeError, Search
from ruleout.analysis.compare.witnesses import Pair, witness
from ruleout.analysis.levels import Levels
from ruleout.analysis.truth import Truth
from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.engine.explain import shown_question, wanted_word
from ruleout.model.formula import Atom, Kind
from ruleout.model.framework import (
    Argument,
    Interim,
    PeerClause,
    PeerKind,
    PeerQuestion,
    Question,
    Safeguard,
    Threshold,
)
from ruleout.model.listed_clauses import Listed
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

#: How many things are looked for, one after the other; see `Gates`.
_GOALS = 3


class Gates:
    """Shows what clauses of two versions decide; versions on the way between them lend their questions."""

    def __init__(self, steps: tuple[Step, ...], activities: tuple[Activity, ...], *, timeout_ms: int) -> None:
        """Take the versions and the activities to look at; `timeout_ms` bounds each question to the solver."""
        self._pair = Pair(steps[0].old, steps[-1].new)
        self._joint = Joint(steps)
        self.not_proved: list[str] = []
        self._searches = {activity: Search(self._joint, activity, timeout_ms=timeout_ms) for activity in activities}

    def decided_by(self, listed: Listed, side: int) -> Gated | None:
        """Return a state in which the answer that a clause asks for decides under its version alone, if there is one.

        Args:
            listed: a clause of the old version (`side` 0) or of the new one (1).
            side: whose clause it is.
        """
        atom = question_of(listed)
        if atom is None or self._is_shared(atom, side):
            return None
        goals = {activity: goals for activity in self._searches if (goals := self._goals(atom, side, activity))}
        for index in range(_GOALS):
            for activity, chosen in goals.items():
                found = self._found(atom, activity, chosen[index])
                if found is not None:
                    return self._told(atom, side, activity, found)
        return None

    def _is_shared(self, atom: Atom, side: int) -> bool:
        asked = self._joint.new.questions if side == 0 else self._joint.old.questions
        own = self._joint.representative(self._joint.last if side else 0, atom)
        other = 0 if side else self._joint.last
        return any(self._joint.representative(other, question) == own for question in asked)

    def _goals(self, atom: Atom, side: int, activity: Activity) -> tuple[z3.BoolRef, ...]:
        """What is looked for, most telling first: the answer matters, and the other version lets it go ahead."""
        symbolic = self._joint.old if side == 0 else self._joint.new
        if atom not in symbolic.atoms(activity):
            return ()
        own = symbolic.outcome(activity, invoked=True)
        other = (self._joint.new if side == 0 else self._joint.old).outcome(activity, invoked=True)
        truth = symbolic.is_yes(atom), symbolic.is_no(atom)
        opening, shutting = self._answers(atom, side)
        shut = is_answer(truth, shutting)
        shuts, exceeds = parting(own, other)
        matters = z3.And(shut, own.exceeds(with_answer(own, truth, opening)))
        return z3.And(matters, shuts), z3.And(matters, exceeds), matters

    def _found(self, atom: Atom, activity: Activity, goal: z3.BoolRef) -> tuple[State, State] | None:
        try:
            return self._searches[activity].smallest(goal)
        except OutOfTimeError:
            self.not_proved.append(f"what {atom.name} decides for {activity.value}")
            return None

    def _answers(self, atom: Atom, side: int) -> tuple[Verdict, Verdict]:
        """The answer that opens and the one that shuts."""
        return _answers(self._joint, atom, self._joint.last if side else 0)

    def _told(self, atom: Atom, side: int, activity: Activity, states: tuple[State, State]) -> Gated:
        search, answer = self._searches[activity], self._answers(atom, side)[0]
        framework = (self._pair.old, self._pair.new)[side]
        changed = _answered(states[side], atom, answer)
        before = evaluate_activity(framework, activity, states[side]).outcome
        after = evaluate_activity(framework, activity, changed).outcome
        if after >= before:
            raise AssertionError(f"the solver and the engine disagree on what {atom} decides under {framework.id}")
        name = self._pair.names[side]
        if is_invocation(atom):
            says = f"invoked, it lowers {before.value} to {after.value} under {name}"
        else:
            says = f"{shown_question(atom)} {wanted_word(atom, answer)} would give {after.value} under {name}"
        shown = witness(self._pair, search, activity, states)
        return Gated(clause=atom.name.rpartition(" ")[2], says=says, witness=shown)


def question_of(listed: Listed) -> Atom | None:
    """Return the question that a clause has asked, if it has one asked; a permissive clause's is its use. Pure."""
    match listed.carrier:
        case Threshold():
            return Atom(Kind.THRESHOLD, listed.id)
        case Safeguard():
            return Atom(Kind.SAFEGUARD, listed.id)
        case Interim():
            return Atom(Kind.INTERIM, listed.owner)
        case Argument():
            return Atom(Kind.ARGUMENT, listed.id)
        case Question():
            return Atom(Kind.QUESTION, listed.id)
        case PeerQuestion():
            return Atom(Kind.PEER, listed.id)
        case PeerClause(kind=PeerKind.PERMITS_LOWERING):
            return invocation(listed.id)
    return None


def _answers(joint: Joint, atom: Atom, side: int) -> tuple[Verdict, Verdict]:
    """The answer that opens and the one that shuts."""
    if is_invocation(atom):
        return Verdict.YES, Verdict.NO
    if atom.kind in (Kind.THRESHOLD, Kind.QUESTION):
        good = joint.in_order(side, atom)
        return good, Verdict.YES if good is Verdict.NO else Verdict.NO
    if atom.kind is Kind.PEER:
        return Verdict.UNKNOWN, Verdict.YES
    return Verdict.YES, Verdict.UNKNOWN


def _answered(state: State, atom: Atom, verdict: Verdict) -> State:
    if is_invocation(atom):
        return State(state.answers, state.invoked | {atom.name.partition(" ")[2]})
    return state.with_answer(atom, verdict)


def with_answer(levels: Levels, truth: Truth, verdict: Verdict) -> Levels:
    """Return an outcome as it would be with one question answered otherwise, everything else alike. Pure."""
    yes, no = truth
    facts = (yes, z3.BoolVal(verdict is Verdict.YES)), (no, z3.BoolVal(verdict is Verdict.NO))
    restrict, hold, stop = (z3.substitute(rung, *facts) for rung in levels.rungs)
    return Levels((restrict, hold, stop))


def parting(own: Levels, other: Levels) -> tuple[z3.BoolRef, z3.BoolRef]:
    """Return when one outcome shuts what the other lets go ahead, and when it is more restrictive at all. Pure."""
    shuts = z3.And(own.at_least(Outcome.HOLD), z3.Not(other.at_least(Outcome.HOLD)))
    return shuts, own.exceeds(other)
