# SPDX-License-Identifier: Apache-2.0
"""The encoding's building blocks against the values they stand for, and which states it takes to be obtainable."""

from itertools import product

import pytest
import z3
from tests.builders import all_, any_, framework, met, permits_lowering, question, ref, role, rule, safeguard, threshold

from ruleout.analysis.levels import choose, fixed, gated, lowered, worst
from ruleout.analysis.symbolic import Symbolic, is_true
from ruleout.analysis.truth import truth_of
from ruleout.engine.evaluate import State
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Kind, Not, Quorum, Ref, evaluate
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

A, B, C = (Atom(Kind.QUESTION, name) for name in "abc")
FORMULAS = (
    Ref(A),
    Not(Ref(A)),
    AllOf((Ref(A), Ref(B), Ref(C))),
    AnyOf((Ref(A), Not(Ref(B)))),
    AtLeast(2, (Ref(A), Ref(B), Ref(C))),
    AtLeast(1, (Ref(A), Ref(B))),
    Not(AtLeast(3, (Ref(A), Ref(B), Not(Ref(C))))),
    AllOf((AnyOf((Ref(A), Ref(B))), Not(AllOf((Ref(B), Ref(C)))))),
)
BOTH = Quorum(Kind.APPROVED, all_(role("ceo"), role("rso")))
ONE = Quorum(Kind.APPROVED, role("ceo"))
EITHER = Quorum(Kind.APPROVED, any_(role("ceo"), role("board")))


def holds(fact):
    return z3.is_true(z3.simplify(fact))


def outcome_of(levels):
    return list(Outcome)[z3.simplify(levels.severity()).as_long()]


def can_be(encoding, *facts):
    solver = z3.Solver()
    solver.add(encoding.consistent(), *facts)
    return solver.check() == z3.sat


@pytest.mark.parametrize("formula", FORMULAS, ids=range(len(FORMULAS)))
def test_a_formulas_two_facts_say_what_its_verdict_says(formula):
    """For every way three questions can be answered, the facts and Kleene's rules agree."""
    for verdicts in product(Verdict, repeat=3):
        answers = dict(zip((A, B, C), verdicts, strict=True))

        def truth(atom, answers=answers):
            return z3.BoolVal(answers[atom] is Verdict.YES), z3.BoolVal(answers[atom] is Verdict.NO)

        yes, no = truth_of(formula, truth)
        verdict = evaluate(formula, answers.__getitem__)

        assert (holds(yes), holds(no)) == (verdict is Verdict.YES, verdict is Verdict.NO)


def test_outcomes_as_ladders_combine_like_outcomes():
    """The most restrictive, the comparison and the lowering of two outcomes are those of the outcomes themselves."""
    true = z3.BoolVal(True)
    for one, other in product(Outcome, repeat=2):
        left, right = fixed(one), fixed(other)

        assert outcome_of(worst([left, right])) is max(one, other)
        assert holds(left.exceeds(right)) is (one > other)
        assert outcome_of(lowered(left, other, when=true)) is min(one, other)
        assert outcome_of(lowered(left, other, when=z3.Not(true))) is one
        assert outcome_of(choose(true, one, other)) is one
        assert outcome_of(choose(z3.Not(true), one, other)) is other
        assert outcome_of(gated(left, z3.Not(true))) is Outcome.PROCEED


def test_no_contribution_is_proceed():
    """The most restrictive of nothing is proceed; that an uncovered activity holds is said elsewhere."""
    assert outcome_of(worst([])) is Outcome.PROCEED


def test_an_undefined_standard_is_never_met_and_interim_measures_are_never_refused():
    """D-6: no state says that a standard nobody defined is met, or that interim measures are answered with no."""
    interim = ref(Kind.INTERIM, "s")
    encoding = Symbolic(
        framework(
            rule(require=any_(met("u"), met("s"), interim)),
            safeguards=(safeguard("s"), safeguard("u", undefined=True)),
        )
    )

    assert not can_be(encoding, encoding.is_yes(met("u").atom))
    assert can_be(encoding, encoding.is_yes(met("s").atom))
    assert not can_be(encoding, encoding.is_no(interim.atom))


def test_quorums_over_the_same_roles_agree():
    """D-11: who approved as both has approved as one; a refusal that stops the one stops both, but not an either."""
    encoding = Symbolic(framework(rule(require=all_(BOTH, ONE, EITHER))))
    yes, no = encoding.is_yes, encoding.is_no

    assert not can_be(encoding, yes(BOTH.atom), z3.Not(yes(ONE.atom)))
    assert not can_be(encoding, yes(ONE.atom), z3.Not(yes(EITHER.atom)))
    assert can_be(encoding, yes(ONE.atom), z3.Not(yes(BOTH.atom)))
    assert not can_be(encoding, no(ONE.atom), z3.Not(no(BOTH.atom)))
    assert can_be(encoding, no(ONE.atom), yes(EITHER.atom))
    assert can_be(encoding, no(BOTH.atom), yes(ONE.atom))


def test_a_notice_is_given_or_missing_and_never_refused():
    """D-11: nobody refuses a notice."""
    told = Quorum(Kind.NOTIFIED_BEFORE, role("board"))
    encoding = Symbolic(framework(rule(require=told)))

    assert not can_be(encoding, encoding.is_no(told.atom))


def test_a_state_survives_the_way_through_the_solver():
    """The state read from a model in which a state's facts hold is that state, invoked clauses too."""
    encoding = Symbolic(
        framework(
            rule("r", condition=Ref(A), require=Ref(B)),
            questions=(question("a"), question("b")),
            peer_clauses=(permits_lowering("fn", when=Ref(C), lowers=("r",)),),
        )
    )
    solver = z3.Solver()
    solver.add(*encoding.facts_of(State({A: Verdict.YES, C: Verdict.NO})), encoding.is_invoked("fn"))
    solver.check()

    read = encoding.state_of(solver.model(), invoked=None)

    assert read == State({A: Verdict.YES, C: Verdict.NO}, frozenset({"fn"}))
    assert encoding.state_of(solver.model()).invoked == frozenset()
    assert encoding.state_of(solver.model(), invoked=True).invoked == {"fn"}


def test_an_activitys_questions_include_what_may_lower_its_rules():
    """What a permissive clause asks bears on the activities of the rules it lowers, and on no others."""
    encoding = Symbolic(
        framework(
            rule("r", condition=Ref(A)),
            rule("other", activities=(Activity.TRAIN,), condition=Ref(B)),
            peer_clauses=(permits_lowering("fn", when=Ref(C), lowers=("r",)),),
        )
    )

    assert encoding.atoms(Activity.DEPLOY_EXTERNAL) == (A, C)
    assert encoding.atoms(Activity.TRAIN) == (B,)


def test_two_prefixes_speak_of_two_states():
    """Encodings with different prefixes share no variable, so one question may be answered differently in each."""
    given = framework(rule(condition=Ref(A)), thresholds=(threshold(),))
    now, then = Symbolic(given), Symbolic(given, prefix="then ")

    assert can_be(now, then.consistent(), now.is_yes(A), then.is_no(A))


def test_a_model_is_read_as_evaluating_it_reads_it():
    """A variable that a model makes true is true; one it makes false or leaves open is not."""
    yes, no, left_open = z3.Bools("read-yes read-no read-open")
    solver = z3.Solver()
    solver.add(yes, z3.Not(no))
    assert solver.check() == z3.sat

    read = [is_true(solver.model(), variable) for variable in (yes, no, left_open)]

    assert read == [True, False, False]
    assert read == [z3.is_true(solver.model().eval(variable)) for variable in (yes, no, left_open)]
