# SPDX-License-Identifier: Apache-2.0
"""Comparing outcomes of two versions: verdicts, smallest states, relations between questions, force (D-15)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from tests.builders import (
    all_,
    any_,
    argument,
    clause,
    framework,
    met,
    peer_question,
    permits_lowering,
    question,
    reached,
    red_line,
    ref,
    role,
    rule,
    safeguard,
    threshold,
)
from tests.random_frameworks import ACTIVITIES, random_framework, random_state

pytest.importorskip("z3", reason="the solver is not installed")

from ruleout.analysis.compare.joint import Joint, Step
from ruleout.analysis.compare.result import Comparison, Standing, Witness
from ruleout.analysis.compare.search import OutOfTimeError, Search
from ruleout.analysis.compare.states import compare_activity
from ruleout.analysis.compare.versions import compare
from ruleout.analysis.compare.witnesses import Pair
from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.model.clause import Period
from ruleout.model.formula import Kind, Not, Quorum
from ruleout.model.framework import Framework, FrameworkId, Grade, Quantifier, Validity
from ruleout.model.mapping import Correspondence, Relation, VersionMapping
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome
from ruleout.model.verdict import Verdict

HERE = Activity.DEPLOY_EXTERNAL
GUARDED = rule("guarded", condition=reached(), require=met(), met=Outcome.RESTRICT)


def version(number: str, *rules, **more) -> Framework:
    return replace(framework(*rules, **more), id=FrameworkId(name="demo", version=number))


def mapping(*correspondences: Correspondence) -> VersionMapping:
    return VersionMapping(correspondences=correspondences, rows=())


def related(kind: Kind, old: str, new: str, relation: Relation) -> Correspondence:
    return Correspondence(kind=kind, old=(old,), new=(new,), relation=relation, because="so")


def compared(old: Framework, new: Framework, how: VersionMapping | None = None) -> Comparison:
    return compare((Step(old, new, how),))


def texts(witnesses: tuple[Witness, ...]) -> list[str]:
    return [w.text for w in witnesses]


def test_a_version_is_equivalent_to_itself():
    """Nothing differs, so nothing is found: no state, no lapse, no clause that changed."""
    same = version("1", GUARDED, rule("asked", require=Quorum(Kind.APPROVED, role("ceo"))))

    found = compared(same, same)

    assert [a.verdict for a in found.activities] == [Standing.EQUIVALENT]
    assert (found.lapses, found.not_coded, found.contradicted) == ((), (), ())
    assert all(a.weaker_in_force is None and a.stronger_in_force is None for a in found.activities)


def test_a_rule_that_is_gone_makes_the_newer_version_looser():
    """The state names what is not in order and what each version makes of it."""
    found = compared(
        version("1", GUARDED, rule("free", otherwise=Outcome.PROCEED)),
        version("2", rule("free", otherwise=Outcome.PROCEED)),
    )

    (one,) = found.activities
    assert one.verdict is Standing.LOOSER
    assert texts(one.looser) == ["t reached, s not met: 1 holds (guarded), 2 lets it proceed"]


def test_a_rule_that_is_new_makes_the_newer_version_stricter():
    """The other direction is found by the same search."""
    found = compared(version("1", rule("free", otherwise=Outcome.PROCEED)), version("2", GUARDED))

    (one,) = found.activities
    assert one.verdict is Standing.STRICTER
    assert texts(one.stricter) == ["t reached, s not met: 1 lets it proceed, 2 holds (guarded)"]


def test_stricter_here_and_looser_there_is_incomparable():
    """A version that drops one rule and adds another is neither stricter nor looser."""
    questions = (question("p"), question("q"))
    old = version("1", rule("on-p", condition=ref(Kind.QUESTION, "p")), questions=questions)
    new = version("2", rule("on-q", condition=ref(Kind.QUESTION, "q")), questions=questions)

    (one,) = compared(old, new).activities

    assert one.verdict is Standing.INCOMPARABLE
    assert (texts(one.looser), texts(one.stricter)) == (
        ["p yes: 1 holds (on-p), 2 lets it proceed"],
        ["q yes: 1 lets it proceed, 2 holds (on-q)"],
    )


def test_a_rule_written_differently_is_equivalent():
    """What is compared is what rules make of states, not how they are written."""
    split = (rule("one", condition=reached(), require=met()), rule("two", condition=Not(Not(reached())), require=met()))

    (one,) = compared(
        version("1", *split), version("2", rule("both", condition=any_(reached(), reached()), require=met()))
    ).activities

    assert one.verdict is Standing.EQUIVALENT


def test_restrict_against_proceed_counts_where_both_go_ahead():
    """Both versions let it go ahead; only one of them imposes conditions."""
    (one,) = compared(version("1", GUARDED), version("2", replace(GUARDED, met=Outcome.PROCEED))).activities

    assert one.verdict is Standing.LOOSER
    assert texts(one.looser) == ["t reached: 1 restricts (guarded), 2 lets it proceed"]


def test_what_one_version_lets_go_ahead_comes_before_lesser_differences():
    """A reader sees first what is permitted now and was not."""
    old = version(
        "1",
        GUARDED,
        rule("light", condition=ref(Kind.QUESTION, "q"), otherwise=Outcome.RESTRICT),
        questions=(question("q"),),
    )
    new = version("2", rule("free", otherwise=Outcome.PROCEED), questions=(question("q"),))

    (one,) = compared(old, new).activities

    assert [w.old.outcome for w in one.looser] == [Outcome.HOLD, Outcome.RESTRICT]


# --- relations --------------------------------------------------------------------------------------------------------


def narrowed(relation: Relation) -> tuple[bool, bool]:
    """Whether the newer version can be looser and stricter when its threshold u takes the place of t."""
    old = version("1", rule("r", condition=reached("t")), thresholds=(threshold("t"),))
    new = version("2", rule("r", condition=reached("u")), thresholds=(threshold("u"),))
    (one,) = compared(old, new, mapping(related(Kind.THRESHOLD, "t", "u", relation))).activities
    return bool(one.looser), bool(one.stricter)


@pytest.mark.parametrize(
    ("relation", "looser", "stricter"),
    [
        (Relation.SAME, False, False),
        (Relation.NARROWER, True, False),
        (Relation.WIDER, False, True),
        (Relation.OVERLAPPING, True, True),
    ],
)
def test_a_relation_decides_in_which_direction_answers_can_part(relation, looser, stricter):
    """A narrower threshold is reached in fewer cases, so its version can only be looser; wider the other way round."""
    assert narrowed(relation) == (looser, stricter)


def test_several_standards_are_one_when_all_of_them_are_met():
    """Two old standards that a new one takes the place of are met together, or the new one is not met."""
    pair = Correspondence(kind=Kind.SAFEGUARD, old=("a", "b"), new=("c",), relation=Relation.SAME, because="so")
    old = version("1", rule("r", require=all_(met("a"), met("b"))), safeguards=(safeguard("a"), safeguard("b")))
    new = version("2", rule("r", require=met("c")), safeguards=(safeguard("c"),))

    (one,) = compared(old, new, mapping(pair)).activities

    assert one.verdict is Standing.EQUIVALENT


def test_questions_of_one_id_that_a_mapping_sets_apart_are_told_apart():
    """A state then says which version's question it means."""
    old = version("1", rule("r", require=met()))
    new = version("2", rule("r", require=met()))

    (one,) = compared(old, new, mapping(related(Kind.SAFEGUARD, "s", "s", Relation.WIDER))).activities

    assert one.verdict is Standing.LOOSER
    assert texts(one.looser) == ["s not met (as 1 has it): 1 holds (r), 2 lets it proceed"]


def test_relations_chain_over_a_version_between():
    """Narrower and then the same is narrower; the version between lends its question and no rule."""
    versions = [
        version(number, rule("r", condition=reached(name)), thresholds=(threshold(name),))
        for number, name in (("1", "t"), ("2", "u"), ("3", "v"))
    ]
    steps = (
        Step(versions[0], versions[1], mapping(related(Kind.THRESHOLD, "t", "u", Relation.NARROWER))),
        Step(versions[1], versions[2], mapping(related(Kind.THRESHOLD, "u", "v", Relation.SAME))),
    )

    found = compare(steps)

    assert found.steps == ("demo@1", "demo@2", "demo@3")
    assert [a.verdict for a in found.activities] == [Standing.LOOSER]


def test_a_larger_quorum_holds_a_smaller_one_across_versions():
    """Whoever has all approvals the older version asks for has those of the newer one, which asks for fewer."""
    whole = Quorum(Kind.APPROVED, all_(role("ceo"), role("rso")))
    old, new = (
        version("1", rule("r", require=whole)),
        version("2", rule("r", require=Quorum(Kind.APPROVED, role("ceo")))),
    )

    assert [compared(*pair).activities[0].verdict for pair in ((old, new), (new, old))] == [
        Standing.LOOSER,
        Standing.STRICTER,
    ]


def test_a_standard_that_one_version_never_defines_is_not_shared():
    """That the older version could not have it met says nothing of the newer one, which defines it."""
    old = version("1", rule("r", require=met()), safeguards=(safeguard(undefined=True, interim=False),))
    new = version("2", rule("r", require=met()))

    (one,) = compared(old, new).activities

    assert texts(one.looser) == ["everything in order: 1 holds (r), 2 lets it proceed"]


def test_a_question_that_the_solver_did_not_settle_in_time_leaves_nothing_behind(monkeypatch):
    """The next one is asked of the versions alone, not of what was looked for before."""
    search = Search(Joint((Step(version("1", GUARDED), version("2", GUARDED), None),)), HERE, timeout_ms=20_000)
    yes, no = search.joint.truth(0, reached().atom)
    first = iter([True])

    def satisfiable() -> bool:
        if next(first, False):
            return True
        raise OutOfTimeError

    monkeypatch.setattr(search, "_satisfiable", satisfiable)
    with pytest.raises(OutOfTimeError):
        search.smallest(yes)
    monkeypatch.undo()

    assert search.smallest(no) is not None


# --- what else bears on an outcome ------------------------------------------------------------------------------------


def test_a_permissive_clause_counts_as_invoked_only_where_a_state_says_so():
    """The newer version lowers under a peer clause that the older one has not; the state names the use of it."""
    asked = {"peer_questions": (peer_question(),)}
    lowering = permits_lowering("fn", when=ref(Kind.PEER, "p"), lowers=("guarded",))

    (one,) = compared(
        version("1", GUARDED, **asked), version("2", GUARDED, peer_clauses=(lowering,), **asked)
    ).activities

    assert one.verdict is Standing.LOOSER
    assert [w.answers for w in one.looser] == [("t reached", "s not met", "p established", "fn invoked")]
    assert one.looser[0].new.outcome is Outcome.RESTRICT


@pytest.mark.parametrize("weaker", [{"grade": Grade.UNVERIFIED}, {"quantifier": Quantifier.ALL}])
def test_a_peer_question_that_asks_another_proof_is_another_question(weaker):
    """A fact that establishes it under one version need not do so under the other."""
    lowering = {"peer_clauses": (permits_lowering("fn", when=ref(Kind.PEER, "p"), lowers=("guarded",)),)}
    old = version("1", GUARDED, peer_questions=(peer_question(grade=Grade.STRONG),), **lowering)
    new = version("2", GUARDED, peer_questions=(replace(peer_question(grade=Grade.STRONG), **weaker),), **lowering)

    (one,) = compared(old, new).activities

    assert "p established (as 2 has it)" in one.looser[0].answers
    assert one.looser[0].new.outcome is Outcome.RESTRICT


def test_equal_outcomes_behind_which_a_plan_took_the_place_of_a_rule_are_weaker_in_force():
    """A pause that became a plan: the outcome stays hold, the force falls from binding to plan."""
    planned = replace(GUARDED, clause=clause("guarded", force=Force.PLAN))

    (one,) = compared(version("1", GUARDED), version("2", planned)).activities

    assert one.verdict is Standing.EQUIVALENT
    assert one.weaker_in_force is not None
    assert (one.weaker_in_force.old.force, one.weaker_in_force.new.force) == (Force.BINDING, Force.PLAN)
    assert one.weaker_in_force.old.outcome is one.weaker_in_force.new.outcome is Outcome.HOLD
    assert one.stronger_in_force is None


def test_a_burden_of_proof_that_fell_away_makes_unknown_looser():
    """Under *not reached* an unknown threshold opens what under *reached* it shuts."""
    old = version("1", GUARDED)
    new = version("2", GUARDED, thresholds=(threshold(burden=BurdenOfProof.NOT_REACHED),))

    (one,) = compared(old, new).activities

    assert texts(one.looser) == ["t cannot be ruled out, s not met: 1 holds (guarded), 2 lets it proceed"]


def test_a_red_line_that_is_gone_is_found():
    """Red lines bear on every activity that some rule covers."""
    line = red_line("line", ref(Kind.QUESTION, "q"))
    old = version("1", GUARDED, red_lines=(line,), questions=(question("q"),))

    (one,) = compared(old, version("2", GUARDED, questions=(question("q"),))).activities

    assert texts(one.looser) == ["q yes: 1 stops (line), 2 lets it proceed"]


def test_an_activity_that_one_version_does_not_cover_is_said_to_hold_for_that():
    """What no rule covers holds; the comparison says that this is why."""
    found = compared(version("1", GUARDED), version("2", replace(GUARDED, activities=(Activity.TRAIN,))))

    by_activity = {a.activity: a for a in found.activities}
    assert by_activity[HERE].uncovered == ("2",)
    assert by_activity[Activity.TRAIN].uncovered == ("1",)
    assert by_activity[HERE].verdict is Standing.STRICTER


def test_a_finding_that_lapses_under_one_version_only_is_shown_with_a_state():
    """A period that the newer version dropped keeps an old finding alive, and the gate open."""
    old = version("1", GUARDED, thresholds=(threshold(valid=Validity(elapsed=Period(months=6), compute_ratio=4)),))
    new = version("2", GUARDED)

    (lapse,) = compared(old, new).lapses

    assert lapse.says == (
        "t ruled out: lapses after 6 months or at 4 times the effective compute under 1; t goes on under 2"
    )
    assert lapse.witness.text == "t cannot be ruled out (as 1 has it), s not met: 1 holds (guarded), 2 lets it proceed"


def test_an_argument_that_only_one_version_asks_for_is_shown_to_decide():
    """The clause of the argument comes with a state and with what the argument would change there."""
    asked = rule("argued", condition=reached(), require=ref(Kind.ARGUMENT, "a"))
    old = version("1", asked, arguments=(argument("a"),))

    found = compared(old, version("2", rule("free", otherwise=Outcome.PROCEED)))

    (change,) = [c for c in found.clauses if [shown.id for shown in c.old] == ["a"]]
    assert [g.says for g in change.gated] == ["a accepted would give proceed under 1"]
    assert change.gated[0].witness.text == "t reached, a not given: 1 holds (argued), 2 lets it proceed"


# --- against the engine -----------------------------------------------------------------------------------------------


def obtainable(state: State) -> State:
    """The state with what nobody can refuse left open instead."""
    open_kinds = (Kind.INTERIM, Kind.NOTIFIED_BEFORE)
    return State(
        {a: Verdict.UNKNOWN if a.kind in open_kinds and v is Verdict.NO else v for a, v in state.answers.items()},
        state.invoked,
    )


@pytest.mark.parametrize("seed", range(25))
def test_no_state_that_the_engine_decides_escapes_a_verdict(seed):
    """What the solver calls not looser or not stricter, random states do not refute; and swapping the versions swaps it."""
    rng = random.Random(seed)
    old, new = (replace(random_framework(rng), id=FrameworkId(name="demo", version=v)) for v in "12")
    pair, steps = Pair(old, new), (Step(old, new, None),)
    for activity in ACTIVITIES:
        one = compare_activity(pair, steps, activity, timeout_ms=20_000)
        back = compare_activity(Pair(new, old), (Step(new, old, None),), activity, timeout_ms=20_000)
        assert (bool(one.looser), bool(one.stricter)) == (bool(back.stricter), bool(back.looser))
        for _ in range(150):
            state = obtainable(random_state(rng))
            outcomes = [evaluate_activity(f, activity, state).outcome for f in (old, new)]
            assert outcomes[0] <= outcomes[1] or one.looser
            assert outcomes[1] <= outcomes[0] or one.stricter
