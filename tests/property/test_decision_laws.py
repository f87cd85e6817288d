# SPDX-License-Identifier: Apache-2.0
"""The laws of a decision (D-14), each as a property over random frameworks and states."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.random_frameworks import ACTIVITIES, EVERY_ATOM, random_framework, random_state

from ruleout.engine.evaluate import State, evaluate_activity, rules_of
from ruleout.engine.remedies import find_remedies
from ruleout.engine.what_if import WhatIf, single_changes
from ruleout.framework.polarity import caution_exceptions
from ruleout.model.decision import Origin
from ruleout.model.formula import AllOf, AnyOf, Formula, Kind
from ruleout.model.outcome import Outcome
from ruleout.model.verdict import Verdict

seeds = st.integers(min_value=0, max_value=2**40)
activities = st.sampled_from(ACTIVITIES)
LAWS = settings(max_examples=400, deadline=None)


def drawn(seed):
    rng = random.Random(seed)
    return random_framework(rng), random_state(rng)


@LAWS
@given(seeds, activities)
def test_every_activity_and_state_has_an_outcome(seed, activity):
    """(a) The engine is total, and the outcome is the most restrictive contribution."""
    framework, state = drawn(seed)
    evaluation = evaluate_activity(framework, activity, state)

    assert max(c.outcome for c in evaluation.contributions) is evaluation.outcome


@LAWS
@given(seeds, activities, st.sampled_from([a for a in EVERY_ATOM if a.kind is not Kind.PEER]))
def test_an_unknown_is_never_less_restrictive_than_an_answer(seed, activity, atom):
    """(b) Caution: replacing any answer of ours by UNKNOWN never relaxes, except where `check` names the threshold."""
    framework, state = drawn(seed)
    before = evaluate_activity(framework, activity, state).outcome
    after = evaluate_activity(framework, activity, state.with_answer(atom, Verdict.UNKNOWN)).outcome

    excused = {e.threshold for e in caution_exceptions(framework)} if atom.kind is Kind.THRESHOLD else set()
    assert after >= before or atom.name in excused


@LAWS
@given(seeds, activities, st.sampled_from([a for a in EVERY_ATOM if a.kind is Kind.PEER]))
def test_a_peer_fact_nobody_established_changes_nothing(seed, activity, atom):
    """(b, D-9) For a peer question UNKNOWN and NO are the same."""
    framework, state = drawn(seed)
    outcomes = {
        evaluate_activity(framework, activity, state.with_answer(atom, v)).outcome
        for v in (Verdict.UNKNOWN, Verdict.NO)
    }

    assert len(outcomes) == 1


@LAWS
@given(seeds, activities)
def test_no_peer_clause_crosses_a_red_line_its_floor_or_an_approval(seed, activity):
    """(c) Whatever is invoked: a red line stops, a lowered rule stays at its floor or above, approvals stay needed."""
    framework, state = drawn(seed)
    without = evaluate_activity(framework, activity, State(state.answers))
    with_ = evaluate_activity(framework, activity, State(state.answers, frozenset({"fn"})))
    floors = {c.clause.id: c.floor for c in framework.peer_clauses}

    for plain, used in zip(without.contributions, with_.contributions, strict=True):
        if used.origin is Origin.RED_LINE:
            assert plain == used
        if used.lowered_by:
            assert used.outcome is floors[used.lowered_by]
            assert plain.outcome > used.outcome
        else:
            assert plain == used
    stopped = any(c.origin is Origin.RED_LINE and c.outcome is Outcome.STOP for c in with_.contributions)
    assert not stopped or with_.outcome is Outcome.STOP


@LAWS
@given(seeds, activities)
def test_a_missing_approval_is_never_overcome_by_peers(seed, activity):
    """(c) A rule that demands an act and lacks it contributes its *otherwise*, with every peer fact established."""
    framework, state = drawn(seed)
    answers = {**state.answers, **{a: Verdict.YES for a in EVERY_ATOM if a.kind is Kind.PEER}}
    evaluation = evaluate_activity(framework, activity, State(answers, frozenset({"fn"})))
    acts = (Kind.APPROVED, Kind.NOTIFIED_BEFORE)
    demanding = {r.clause.id for r in rules_of(framework, activity) if r.require and _holds_any(r.require, acts)}

    assert all(not c.lowered_by for c in evaluation.contributions if c.id in demanding)


def _holds_any(formula: Formula, kinds) -> bool:
    from ruleout.model.formula import atoms_of

    return any(atom.kind in kinds for atom, _ in atoms_of(formula))


@LAWS
@given(seeds, activities, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(seed, activity, rng):
    """(d) Shuffled and repeated rules, parts and peer clauses give the same outcome."""
    framework, state = drawn(seed)
    rules = [_shuffled_rule(r, rng) for r in framework.rules] * 2
    rng.shuffle(rules)
    other = replace(framework, rules=tuple(rules), red_lines=framework.red_lines * 2)

    before = evaluate_activity(framework, activity, state).outcome
    assert before is evaluate_activity(other, activity, state).outcome


def _shuffled_rule(rule, rng):
    return replace(rule, condition=_shuffled(rule.condition, rng), require=_shuffled(rule.require, rng))


def _shuffled(formula, rng):
    if isinstance(formula, AllOf | AnyOf):
        parts = [_shuffled(p, rng) for p in formula.parts]
        parts += parts[:1]
        rng.shuffle(parts)
        return type(formula)(tuple(parts))
    return formula


@LAWS
@given(seeds, activities)
def test_explanations_are_faithful(seed, activity):
    """(e) Dropping every rule and red line that did not determine the outcome leaves the outcome."""
    framework, state = drawn(seed)
    evaluation = evaluate_activity(framework, activity, state)
    kept = set(evaluation.determining)
    burdens = {name.rpartition("/")[0] for name in kept if name.endswith("/when-unknown")}
    rules = tuple(r for r in framework.rules if r.clause.id in kept or _asks_any(r, burdens))
    lines = tuple(x for x in framework.red_lines if x.clause.id in kept)
    dropped = replace(framework, rules=rules, red_lines=lines)

    assert evaluate_activity(dropped, activity, state).outcome is evaluation.outcome


def _asks_any(rule, names) -> bool:
    from ruleout.model.formula import atoms_of

    formulas = [f for f in (rule.condition, rule.require) if f is not None]
    return any(atom.name in names for f in formulas for atom, _ in atoms_of(f))


@LAWS
@given(seeds, activities)
def test_same_inputs_give_the_same_evaluation(seed, activity):
    """(a) Deterministic: the same framework and state give the same contributions twice."""
    framework, state = drawn(seed)

    assert evaluate_activity(framework, activity, state) == evaluate_activity(framework, activity, state)


@LAWS
@given(seeds, activities)
def test_each_remedy_opens_the_gate_and_is_minimal(seed, activity):
    """D-13: every remedy opens a closed gate, and no part of it can be left out."""
    framework, state = drawn(seed)
    evaluation = evaluate_activity(framework, activity, state)
    remedies = find_remedies(framework, activity, state, evaluation, fixed=frozenset()).ways

    if evaluation.outcome.opens:
        assert remedies == ()
    for wish, outcome in remedies:
        answers = {**state.answers, **dict(wish)}
        assert evaluate_activity(framework, activity, State(answers, state.invoked)).outcome is outcome
        assert outcome.opens
        for atom, _ in wish:
            less = {a: v for a, v in wish if a != atom}
            partial = State({**state.answers, **less}, state.invoked)
            assert not evaluate_activity(framework, activity, partial).outcome.opens


@LAWS
@given(seeds, activities)
def test_single_changes_are_exactly_those_that_change_the_outcome(seed, activity):
    """D-12: what *would change* lists is what changing one answer does, no more and no less."""
    framework, state = drawn(seed)
    outcome = evaluate_activity(framework, activity, state).outcome
    listed = {(a, v): o for a, v, o in single_changes(framework, activity, state, EVERY_ATOM, outcome)}

    for atom in EVERY_ATOM:
        for verdict in Verdict:
            other = evaluate_activity(framework, activity, state.with_answer(atom, verdict)).outcome
            assert listed.get((atom, verdict), outcome) is other


@LAWS
@given(seeds, activities, st.sampled_from(EVERY_ATOM), st.sampled_from(tuple(Verdict)))
def test_one_other_answer_gives_what_the_whole_rule_gives(seed, activity, atom, verdict):
    """D-12: judging only what asks a question gives what judging everything gives, exceptions and clauses in use too."""
    framework, state = drawn(seed)
    rng = random.Random(seed)
    floors = {
        a: (f"x-{rng.randrange(2)}", rng.choice(tuple(Outcome))) for a in rng.sample(EVERY_ATOM, rng.randrange(4))
    }
    state = replace(state, floors=floors)

    found = WhatIf(framework, activity, state)

    assert found.now is evaluate_activity(framework, activity, state).outcome
    whole = evaluate_activity(framework, activity, state.with_answer(atom, verdict)).outcome
    assert found.outcome(atom, verdict) is whole
