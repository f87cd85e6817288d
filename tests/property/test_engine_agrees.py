# SPDX-License-Identifier: Apache-2.0
"""The engine and a second, plainly written one agree on random frameworks and states (D-14f)."""

import random
from dataclasses import replace

from tests.builders import clause
from tests.random_frameworks import ACTIVITIES, EVERY_ATOM, OWN, random_formula, random_framework, random_state
from tests.reference_engine import reference_outcome

from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.model.formula import Kind
from ruleout.model.outcome import Outcome

FRAMEWORKS = 4_000
STATES_EACH = 3
EXCEPTABLE = [atom for atom in EVERY_ATOM if atom.kind in (Kind.QUESTION, Kind.ARGUMENT, Kind.SAFEGUARD)]
FLOORS = (Outcome.RESTRICT, Outcome.HOLD, Outcome.STOP)


def test_reference_engine_agrees_on_random_frameworks_and_states():
    """12,000 random framework and state pairs, three activities each, give the same outcome in both engines."""
    seen = {outcome.value: 0 for outcome in Outcome}
    lowered = 0
    for seed in range(FRAMEWORKS):
        rng = random.Random(seed)
        framework = random_framework(rng)
        for _ in range(STATES_EACH):
            state = random_state(rng)
            for activity in ACTIVITIES:
                evaluation = evaluate_activity(framework, activity, state)
                expected = reference_outcome(framework, activity, dict(state.answers), state.invoked)
                assert expected == evaluation.outcome.value, f"seed {seed}, {activity}"
                seen[expected] += 1
                lowered += any(c.lowered_by for c in evaluation.contributions)

    assert all(count > 500 for count in seen.values()), seen
    assert lowered > 100


def test_reference_engine_agrees_where_answers_rest_on_exceptions():
    """Floors of exceptions, two clauses that lower, in either order: the same outcome in both engines (A-5, D-14d)."""
    held = 0
    for seed in range(1_500):
        rng = random.Random(seed)
        framework, state = random_framework(rng), random_state(rng)
        also = [replace(c, clause=clause("fn-2"), requires=None) for c in framework.peer_clauses]
        also = [replace(c, when=random_formula(rng, 1, leaves=OWN), floor=rng.choice(FLOORS)) for c in also]
        floors = {atom: rng.choice(FLOORS) for atom in EXCEPTABLE if rng.random() < 0.3}
        state = State(state.answers, frozenset({"fn", "fn-2"}), {atom: ("r", floor) for atom, floor in floors.items()})
        for activity in ACTIVITIES:
            expected = reference_outcome(
                replace(framework, peer_clauses=(*framework.peer_clauses, *also)),
                activity,
                dict(state.answers),
                state.invoked,
                floors,
            )
            for clauses in ((*framework.peer_clauses, *also), (*also, *framework.peer_clauses)):
                evaluation = evaluate_activity(replace(framework, peer_clauses=clauses), activity, state)
                assert expected == evaluation.outcome.value, f"seed {seed}, {activity}"
                held += "exception/r" in evaluation.determining

    assert held > 500


def test_a_broken_engine_would_be_noticed():
    """The comparison can fail: an engine that takes the milder branch on UNKNOWN disagrees on these states."""
    disagreements = 0
    for seed in range(200):
        rng = random.Random(seed)
        framework, state = random_framework(rng), random_state(rng)
        relaxed = type(state)({a: v for a, v in state.answers.items() if v.value != "unknown"}, frozenset())
        mild = {a: (v if v.value != "unknown" else type(v).NO) for a, v in state.answers.items()}
        expected = reference_outcome(framework, ACTIVITIES[0], mild, frozenset())
        disagreements += expected != evaluate_activity(framework, ACTIVITIES[0], relaxed).outcome.value

    assert disagreements > 0
