# SPDX-License-Identifier: Apache-2.0
"""The smallest state in which something holds, always the same one: fewest answers out of order, then fixed ranks.

The choice among equally small states follows from the questions' names alone, not from the solver's luck: the same two
files give the same witness on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.invocations import is_invocation
from ruleout.analysis.compare.joint import Joint, is_answer
from ruleout.engine.evaluate import State
from ruleout.model.formula import Atom, Kind
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict

Question = tuple[int, Atom]

#: In which kind of question a witness departs from order, most telling first.
_TELLING = (
    Kind.THRESHOLD,
    Kind.SAFEGUARD,
    Kind.ARGUMENT,
    Kind.QUESTION,
    Kind.INTERIM,
    Kind.APPROVED,
    Kind.NOTIFIED_BEFORE,
    Kind.PEER,
)
#: Which answer out of order is told where several would do.
_PREFERRED = {
    Kind.APPROVED: (Verdict.UNKNOWN, Verdict.NO, Verdict.YES),
    Kind.NOTIFIED_BEFORE: (Verdict.UNKNOWN, Verdict.NO, Verdict.YES),
    Kind.ARGUMENT: (Verdict.UNKNOWN, Verdict.NO, Verdict.YES),
    Kind.SAFEGUARD: (Verdict.NO, Verdict.UNKNOWN, Verdict.YES),
}
_OTHERWISE = (Verdict.YES, Verdict.NO, Verdict.UNKNOWN)


class OutOfTimeError(Exception):
    """The solver did not settle a question within its time."""


class Search:
    """Looks for states of two versions that bear on one activity."""

    def __init__(self, joint: Joint, activity: Activity, *, timeout_ms: int) -> None:
        """Take the versions; `timeout_ms` bounds each single question to the solver."""
        self.joint = joint
        self._solver = z3.SolverFor("QF_FD")
        self._solver.set("timeout", timeout_ms)
        self._solver.add(*joint.constraints)
        self.questions = _questions(joint, activity)

    def smallest(self, *goals: z3.BoolRef) -> tuple[State, State] | None:
        """Return the smallest state that meets every goal, as both versions know it; None if there is none.

        Raises:
            OutOfTimeError: the solver did not settle it.
        """
        self._solver.push()
        try:
            self._solver.add(*goals)
            model = self._smallest_model()
        finally:
            self._solver.pop()
        if model is None:
            return None
        return self.joint.state_of(0, model), self.joint.state_of(self.joint.last, model)

    def _smallest_model(self) -> z3.ModelRef | None:
        if not self._satisfiable():
            return None
        self._reduce()
        self._satisfiable()
        return self._solver.model()

    def out_of_order(self, states: tuple[State, State]) -> tuple[tuple[Question, Verdict], ...]:
        """The questions that are not in order in a state, most telling first, each with its answer."""
        found = []
        for side, atom in self.questions:
            state = states[0] if side == 0 else states[1]
            answer = (
                (Verdict.YES if atom.name.partition(" ")[2] in state.invoked else Verdict.NO)
                if is_invocation(atom)
                else state.known(atom)
            )
            if answer is not self.joint.in_order(side, atom):
                found.append(((side, atom), answer))
        return tuple(found)

    def _reduce(self) -> None:
        """Bind every question, the last first: in order where that is possible, else to the answer preferred."""
        departures = {question: self._departs(question) for question in self.questions}
        self._solver.add(z3.PbLe([(d, 1) for d in departures.values()], self._fewest(list(departures.values()))))
        for question in reversed(self.questions):
            if self._possible(z3.Not(departures[question])):
                self._solver.add(z3.Not(departures[question]))
                continue
            side, atom = question
            order = self.joint.in_order(side, atom)
            wanted = (v for v in _PREFERRED.get(atom.kind, _OTHERWISE) if v is not order)
            self._solver.add(next(fact for v in wanted if self._possible(fact := self._is(question, v))))

    def _fewest(self, departures: list[z3.BoolRef]) -> int:
        for count in range(len(departures) + 1):
            if self._possible(z3.PbLe([(d, 1) for d in departures], count)):
                return count
        raise AssertionError("a state departs from order in more questions than there are")

    def _possible(self, fact: z3.BoolRef) -> bool:
        self._solver.push()
        try:
            self._solver.add(fact)
            return self._satisfiable()
        finally:
            self._solver.pop()

    def _satisfiable(self) -> bool:
        found = self._solver.check()
        if found == z3.unknown:
            raise OutOfTimeError
        return bool(found == z3.sat)

    def _departs(self, question: Question) -> z3.BoolRef:
        return z3.Not(self._is(question, self.joint.in_order(*question)))

    def _is(self, question: Question, verdict: Verdict) -> z3.BoolRef:
        return is_answer(self.joint.truth(*question), verdict)


def _questions(joint: Joint, activity: Activity) -> tuple[Question, ...]:
    """Each question that bears on the activity under either version, those that are one only once, most telling first."""
    asked: Iterable[Question] = [
        (side, atom)
        for side, symbolic in ((0, joint.old), (joint.last, joint.new))
        for atom in symbolic.atoms(activity)
    ]
    shown: dict[Question, Question] = {}
    for side, atom in asked:
        shown.setdefault(joint.representative(side, atom), (side, atom))
    return tuple(sorted(shown.values(), key=_rank))


def _rank(question: Question) -> tuple[bool, int, int, str]:
    side, atom = question
    return is_invocation(atom), _TELLING.index(atom.kind), side, atom.name
