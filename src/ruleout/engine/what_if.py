# SPDX-License-Identifier: Apache-2.0
"""What the outcome would be with one other answer, found without judging what does not ask it (D-12, D-14b).

Not the rule itself: `evaluate` is, and a test holds every answer found here against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ruleout.engine.evaluate import (
    Reading,
    State,
    asked_by,
    asked_in,
    contribution_of,
    evaluate_activity,
    lowering_now,
    parts_of,
)
from ruleout.model.formula import Atom
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict


class WhatIf:
    """An activity in one state, and its outcome with one other answer: only what asks that question is judged anew."""

    def __init__(self, framework: Framework, activity: Activity, state: State) -> None:
        self._framework, self._activity, self._state = framework, activity, state
        self._parts = parts_of(framework, activity)
        self._asking: dict[Atom, set[int]] = defaultdict(set)
        for index, part in enumerate(self._parts):
            for atom in asked_in(part):
                self._asking[atom].add(index)
        evaluation = evaluate_activity(framework, activity, state)
        self.now = evaluation.outcome
        found = ((index, c.outcome) for index, c in enumerate(evaluation.contributions))
        self._worst_first = sorted(found, key=lambda each: -each[1].severity)
        self._lowering = lowering_now(framework, Reading(framework, state), state)
        invoked = [c for c in framework.peer_clauses if c.clause.id in state.invoked]
        self._paid = {atom for clause in invoked for atom in asked_by(clause.when, clause.requires)}

    def outcome(self, atom: Atom, verdict: Verdict) -> Outcome:
        """What `evaluate_activity` gives where one question has another answer."""
        state = self._state.with_answer(atom, verdict)
        # What lowers rules, and exceptions that rest on it, bear on parts that do not ask the question themselves.
        if atom in self._paid or (self._lowering and state.floors):
            return evaluate_activity(self._framework, self._activity, state).outcome
        asking, reading = self._asking.get(atom, set()), Reading(self._framework, state)
        changed = [contribution_of(self._parts[index], reading, self._lowering).outcome for index in asking]
        others = (outcome for index, outcome in self._worst_first if index not in asking)
        return max([next(others, Outcome.PROCEED), *changed])


def single_changes(
    framework: Framework, activity: Activity, state: State, asked: Iterable[Atom], outcome: Outcome
) -> tuple[tuple[Atom, Verdict, Outcome], ...]:
    """Return each single answer that, had it been different, would change the outcome. Pure. Source: D-12."""
    what_if = WhatIf(framework, activity, state)
    others = ((atom, verdict) for atom in asked for verdict in Verdict if verdict is not state.known(atom))
    found = ((atom, verdict, what_if.outcome(atom, verdict)) for atom, verdict in others)
    return tuple(change for change in found if change[2] is not outcome)
