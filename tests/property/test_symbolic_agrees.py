# SPDX-License-Identifier: Apache-2.0
"""The solver's encoding of the combination rule and the engine agree, on random frameworks and on the shipped ones."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import z3
from tests.random_frameworks import ACTIVITIES, random_framework, random_state

from ruleout.analysis.bench import Bench
from ruleout.analysis.levels import choose
from ruleout.analysis.properties.reach import opens
from ruleout.analysis.properties.result import Status
from ruleout.analysis.prove import prove_framework
from ruleout.analysis.symbolic import Symbolic
from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.framework import parse_framework
from ruleout.model.formula import Kind
from ruleout.model.framework import PeerKind
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

SHIPPED = sorted((Path(__file__).parents[2] / "frameworks").glob("*/*.yaml"))
SEEDS, STATES_EACH = 700, 3


def encoded_outcome(encoding, activity, state):
    """The outcome the encoding gives in one state, found by putting the state's facts into it."""
    facts = {}
    for fact in encoding.facts_of(state):
        plain = fact.arg(0) if z3.is_not(fact) else fact
        facts[plain] = z3.BoolVal(not z3.is_not(fact))
    number = z3.simplify(
        z3.substitute(encoding.severity(activity, invoked=state.invoked), *((f, v) for f, v in facts.items()))
    )
    return list(Outcome)[number.as_long()]


def test_encoding_agrees_with_the_engine_on_random_frameworks_and_states():
    """2,100 random framework and state pairs, three activities each, give the same outcome both ways."""
    seen = dict.fromkeys(Outcome, 0)
    lowered = 0
    for seed in range(SEEDS):
        rng = random.Random(seed)
        framework = random_framework(rng)
        encoding = Symbolic(framework)
        for _ in range(STATES_EACH):
            state = random_state(rng)
            for activity in ACTIVITIES:
                evaluation = evaluate_activity(framework, activity, state)

                assert evaluation.outcome is encoded_outcome(encoding, activity, state), f"seed {seed}, {activity}"
                seen[evaluation.outcome] += 1
                lowered += any(c.lowered_by for c in evaluation.contributions)

    assert all(count > 100 for count in seen.values()), seen
    assert lowered > 20


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: f"{p.parent.name}@{p.stem}")
def test_encoding_agrees_with_the_engine_on_shipped_frameworks(path):
    """For every activity of a shipped framework, random states with and without invoked clauses give one outcome."""
    framework = parse_framework(path.read_bytes(), file=str(path))
    encoding = Symbolic(framework)
    permits = [c.clause.id for c in framework.peer_clauses if c.kind is PeerKind.PERMITS_LOWERING]
    rng = random.Random(str(framework.id))
    for _ in range(6):
        known = rng.choice((0.5, 0.9, 1.0))
        # Mostly YES, so that open gates and paid clauses occur as well as closed ones.
        answers = {
            atom: rng.choice((Verdict.YES, Verdict.YES, Verdict.NO))
            for atom in encoding.questions
            if rng.random() < known
        }
        state = State(answers, frozenset(c for c in permits if rng.random() < 0.7))
        for activity in Activity:
            expected = evaluate_activity(framework, activity, state).outcome

            assert expected is encoded_outcome(encoding, activity, state), activity


class _Mild(Symbolic):
    """An encoding with a mistake: a requirement that is not known to fail counts as met."""

    def rule_levels(self, rule, *, invoked=False):
        levels = super().rule_levels(rule, invoked=invoked)
        if rule.require is None or rule.condition is not None:
            return levels
        return choose(z3.Not(self.counted(rule.require)[1]), rule.met, max(rule.met, rule.otherwise))


def test_a_mistaken_encoding_would_be_noticed():
    """The comparison can fail: an encoding that is mild about UNKNOWN disagrees with the engine on some pair."""
    disagreements = 0
    for seed in range(100):
        rng = random.Random(seed)
        framework, state = random_framework(rng), random_state(rng)
        expected = evaluate_activity(framework, ACTIVITIES[0], state).outcome
        disagreements += expected is not encoded_outcome(_Mild(framework), ACTIVITIES[0], state)

    assert disagreements > 0


def test_the_laws_are_proved_of_random_frameworks_and_no_state_is_disputed():
    """D-14: of 40 random frameworks the laws of the engine are proved, and the engine confirms every state found."""
    laws = {"totality", "caution", "red-lines", "peers", "floors", "bars"}
    failed = dict.fromkeys(Status, 0)
    for seed in range(40):
        framework = random_framework(random.Random(seed))
        framework = replace(framework, roles=(*framework.roles, ("board", "Board")))
        proof = prove_framework(framework)

        assert not [r for r in proof.results if r.property in laws and r.status is Status.FAILED], f"seed {seed}"
        for result in proof.results:
            failed[result.status] += 1

    # Random frameworks are full of rules that never decide, so the other properties fail often, and find states.
    assert failed[Status.FAILED] > 40
    assert failed[Status.FINDING] > 40
    assert failed[Status.NOT_PROVED] == 0


def test_a_gate_that_is_said_never_to_open_opens_in_no_random_state():
    """Where `opens` fails, thousands of random states that a case can bring about hold or stop, and some proof fails."""
    closed = 0
    for seed in range(40):
        rng = random.Random(seed)
        framework = random_framework(rng)
        framework = replace(framework, roles=(*framework.roles, ("board", "Board")))
        bench = Bench(framework, timeout_ms=10_000)
        shut = {r.subject for r in opens(bench) if r.status is Status.FAILED}
        closed += len(shut)
        for _ in range(200):
            state = State(random_state(rng).answers)
            for activity in ACTIVITIES:
                if activity.value in shut and _obtainable(state):
                    assert not evaluate_activity(framework, activity, state).outcome.opens, f"seed {seed}"

    assert closed > 0


def _obtainable(state):
    """Interim measures and notices are never answered with no; nothing else ties these questions together."""
    never_no = (Kind.INTERIM, Kind.NOTIFIED_BEFORE)
    return all(verdict is not Verdict.NO for atom, verdict in state.answers.items() if atom.kind in never_no)
