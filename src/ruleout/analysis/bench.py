# SPDX-License-Identifier: Apache-2.0
"""The bench on which properties are tried: two states of one framework, a solver, and the engine that has the last word.

Rules: a state the solver finds is put to the engine before anything is said about it; where the two differ that is a
mistake of ours and is raised as one. What the solver cannot settle in its time is said to be unsettled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.symbolic import Invoked, Symbolic, is_true
from ruleout.analysis.witness import Example, Witness, witness_of
from ruleout.engine.evaluate import Evaluation, State, evaluate_activity
from ruleout.engine.resolve import unmeetable
from ruleout.model.formula import Atom
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity

Engine = Callable[[Framework, Activity, State], Evaluation]


class Disagreement(RuntimeError):
    """The solver's encoding and the engine differ about a state: a mistake in one of them, not in a framework."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search found: an example, or none; `settled` is False where time ran out before either was certain."""

    example: Example | None
    settled: bool = True


class Bench:
    """A framework on the bench.

    Attributes:
        framework: the framework.
        now: its encoding in one state, which a case can bring about.
        then: its encoding in a second state.
        timeout_ms: milliseconds the solver may spend on one question.
    """

    def __init__(
        self,
        framework: Framework,
        *,
        timeout_ms: int,
        encode: type[Symbolic] = Symbolic,
        engine: Engine = evaluate_activity,
    ) -> None:
        self.framework = framework
        self.timeout_ms = timeout_ms
        self.now = encode(framework)
        self.then = encode(framework, prefix="then ")
        self._engine = engine
        self._solver = z3.Solver()
        self._solver.set("timeout", timeout_ms)
        self._solver.add(self.now.consistent())

    def search(
        self, facts: Iterable[z3.BoolRef], *, pair: bool = False, invoked: Invoked = None, smallest: bool = True
    ) -> Searched:
        """Return a state (with `pair`, two) in which all facts hold, with as few answers as possible, or none.

        Args:
            pair: whether the facts speak about the second state too.
            invoked: which peer clauses are invoked; None reads it from the solver's answer.
            smallest: False takes the first state found, for which no one cares how long it is.
        """
        self._solver.push()
        try:
            self._solver.add(*facts)
            return self._searched(pair=pair, invoked=invoked, smallest=smallest)
        finally:
            self._solver.pop()

    def same_but(self, atoms: Sequence[Atom]) -> list[z3.BoolRef]:
        """The facts that both states answer every question alike, except the given ones, and invoke the same.

        In the atoms' own order: of several smallest states, the solver finds one by the order in which it was told things.
        """
        kept = [atom for atom in self.now.questions if atom not in atoms]
        same = [self.now.is_yes(a) == self.then.is_yes(a) for a in kept]
        same += [self.now.is_no(a) == self.then.is_no(a) for a in kept]
        same += [z3.Not(z3.And(self.then.is_yes(a), self.then.is_no(a))) for a in atoms]
        return same + [self.now.is_invoked(name) == self.then.is_invoked(name) for name in self.now.permits]

    def evaluate(self, activity: Activity, state: State) -> Evaluation:
        """What the engine makes of an activity in a state."""
        return self._engine(self.framework, activity, state)

    def witness(
        self, activity: Activity, example: Example, holds: Callable[[Evaluation, Evaluation | None], bool]
    ) -> Witness:
        """Return the example as a witness, after the engine has confirmed that it shows what it should.

        Raises:
            Disagreement: the engine does not see it so.
        """
        now, then = self.confirm(activity, example, holds)
        return self._witness(activity, example, now, then)

    def confirm(
        self, activity: Activity, example: Example, holds: Callable[[Evaluation, Evaluation | None], bool]
    ) -> tuple[Evaluation, Evaluation | None]:
        """Return what the engine makes of an example, which must be what it should show.

        Raises:
            Disagreement: the engine does not see it so.
        """
        now = self.evaluate(activity, example.now)
        then = None if example.then is None else self.evaluate(activity, example.then)
        if not holds(now, then):
            words = self._witness(activity, example, now, then).words
            raise Disagreement(f"{self.framework.id}: solver and engine differ about: {words}")
        return now, then

    def _witness(self, activity: Activity, example: Example, now: Evaluation, then: Evaluation | None) -> Witness:
        return witness_of(activity, example, now, then, understood=unmeetable(self.framework))

    def _searched(self, *, pair: bool, invoked: Invoked, smallest: bool) -> Searched:
        found = self._solver.check()
        if found != z3.sat:
            return Searched(example=None, settled=found == z3.unsat)
        model = self._solver.model()
        while smallest and self._has_smaller(model, pair=pair):
            model = self._solver.model()
        then = self.then.state_of(model, invoked=invoked) if pair else None
        return Searched(example=Example(now=self.now.state_of(model, invoked=invoked), then=then))

    def _has_smaller(self, model: z3.ModelRef, *, pair: bool) -> bool:
        """Whether there is a state with fewer answers and changes; asking for it leaves it as the solver's model."""
        said = self._said(pair=pair)
        alone = 2 * len(self.now.questions) + len(self.now.permits)
        count = sum(is_true(model, variable) for variable in said[:alone])
        count += sum(z3.is_true(model.eval(change, model_completion=True)) for change in said[alone:])
        if not count:
            return False
        self._solver.add(z3.PbLe([(fact, 1) for fact in said], count - 1))
        return bool(self._solver.check() == z3.sat)

    def _said(self, *, pair: bool) -> list[z3.BoolRef]:
        now, then = self.now, self.then
        said = [fact for atom in now.questions for fact in (now.is_yes(atom), now.is_no(atom))]
        said += [now.is_invoked(name) for name in now.permits]
        if pair:
            said += [z3.Xor(now.is_yes(atom), then.is_yes(atom)) for atom in now.questions]
            said += [z3.Xor(now.is_no(atom), then.is_no(atom)) for atom in now.questions]
        return said
