# SPDX-License-Identifier: Apache-2.0
"""Seeded defects: each mutant of a sound framework is found by the property named for it, and the sound one passes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.builders import (
    all_,
    any_,
    argument,
    clause,
    framework,
    indicator,
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

from ruleout.analysis import bench
from ruleout.analysis.properties.result import Status
from ruleout.analysis.prove import PROPERTIES, prove_framework
from ruleout.model.evidence import Bar, Direction
from ruleout.model.formula import Kind, Not, Quorum
from ruleout.model.framework import PeerClause, PeerKind
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome

DEPLOY = (Activity.DEPLOY_EXTERNAL,)
OFFICERS = Quorum(Kind.APPROVED, all_(role("ceo"), role("rso")))
BOARD = Quorum(Kind.APPROVED, role("board"))
LEAD, RIVAL = ref(Kind.PEER, "lead"), ref(Kind.PEER, "rival")

DELAY = PeerClause(
    clause=clause("delay"),
    kind=PeerKind.OBLIGES_DELAY,
    when=all_(reached("t1"), LEAD),
    lowers=(),
    floor=Outcome.RESTRICT,
    requires=None,
    duties=(),
)
LOWER = permits_lowering("lower", when=RIVAL, lowers=("both-standards",), requires=BOARD)
RULES = (
    rule("approved-first", activities=tuple(Activity), require=OFFICERS),
    rule("both-standards", condition=reached("t0"), require=all_(met("s0"), met("s1"))),
    rule("one-standard", condition=reached("t0"), require=any_(met("s0"), met("s1")), otherwise=Outcome.STOP),
    rule("interim-will-do", condition=any_(reached("t1"), reached("t2")), require=met("s1"), met=Outcome.RESTRICT),
    rule(
        "delay-in-the-lead", condition=all_(reached("t1"), LEAD), require=ref(Kind.ARGUMENT, "a"), peer_clause="delay"
    ),
)


def sound(**more):
    """A small framework of every kind of clause in which nothing is wrong."""
    fields = {
        "roles": (("ceo", "Chief"), ("rso", "Officer"), ("board", "Board")),
        "thresholds": (threshold("t0"), *(threshold(t, burden=BurdenOfProof.UNSTATED) for t in ("t1", "t2"))),
        "indicators": (indicator("score", threshold="t0", rule_out="0.5", reached="0.8"),),
        "safeguards": (safeguard("s0"), safeguard("s1")),
        "arguments": (argument("a"),),
        "questions": (question("forbidden-use"),),
        "peer_questions": (peer_question("lead"), peer_question("rival")),
        "peer_clauses": (LOWER, DELAY),
        "red_lines": (red_line("line", ref(Kind.QUESTION, "forbidden-use")),),
    }
    rules = more.pop("rules", RULES)
    return framework(*rules, **{**fields, **more})


def with_rule(name, **changes):
    return sound(rules=tuple(replace(r, **changes) if r.clause.id == name else r for r in RULES))


def with_lower(**changes):
    return sound(peer_clauses=(replace(LOWER, **changes), DELAY))


def found(mutant, status=Status.FAILED, **more):
    """The results of a status, as a mapping from property to those results."""
    by_property = {}
    for result in prove_framework(mutant, **more).with_status(status):
        by_property.setdefault(result.property, []).append(result)
    return by_property


def test_a_sound_framework_passes_every_property():
    """Nothing fails or is left open, and every property was asked something.

    The one finding is D-9's: the duty to delay binds only while the lead is established.
    """
    proof = prove_framework(sound())
    others = [(r.status, r.property, r.clauses) for r in proof.results if r.status is not Status.PROVED]

    assert others == [(Status.FINDING, "caution", ("delay-in-the-lead",))]
    assert [t.id for t in proof.tried] == [p.id for p in PROPERTIES]
    assert all(t.results for t in proof.tried)


MUTANTS = {
    "branch dropped from a condition": ("thresholds", with_rule("interim-will-do", condition=reached("t1")), "t2"),
    "outcomes swapped": (
        "requirements",
        with_rule("interim-will-do", met=Outcome.HOLD, otherwise=Outcome.RESTRICT),
        "interim-will-do",
    ),
    "peer clause without floor": ("floors", with_lower(floor=Outcome.PROCEED), "lower"),
    "bars swapped": (
        "bars",
        sound(indicators=(indicator("score", threshold="t0", rule_out="0.8", reached="0.5"),)),
        "t0",
    ),
    "condition negated": ("direction", with_rule("both-standards", condition=Not(reached("t0"))), "both-standards"),
    "approval made optional": (
        "approvals",
        with_rule("approved-first", require=any_(OFFICERS, met("s0"))),
        "approved-first",
    ),
    "price of a peer clause dropped": ("price", with_lower(requires=None), "lower"),
    "any-of instead of all-of": (
        "shadowed",
        with_rule("both-standards", require=any_(met("s0"), met("s1"))),
        "both-standards",
    ),
    "rule shadowed by a stricter one": (
        "shadowed",
        sound(rules=(*RULES, rule("copy", condition=reached("t0"), require=met("s0"), otherwise=Outcome.STOP))),
        "one-standard",
    ),
    "rule stands twice": ("shadowed", sound(rules=(*RULES, RULES[3])), "interim-will-do"),
    "gate nothing can open": (
        "opens",
        sound(
            rules=(*RULES, rule("undefined-first", require=met("s2"))),
            safeguards=(safeguard("s0"), safeguard("s1"), safeguard("s2", undefined=True)),
        ),
        "undefined-first",
    ),
    "contradiction in a requirement": (
        "requirements",
        with_rule("interim-will-do", require=all_(met("s1"), Not(met("s1")))),
        "interim-will-do",
    ),
    "rule of a threshold demoted to a recommendation": (
        "thresholds",
        sound(
            thresholds=(*sound().thresholds, threshold("t3")),
            rules=(*RULES, rule("only-advice", condition=reached("t3"), force=Force.RECOMMENDATION)),
        ),
        "t3",
    ),
    "peer clause lowers an approval": ("approvals", with_lower(lowers=("both-standards", "approved-first")), "lower"),
    "peer clause lowers a rule with an approval in its condition": (
        "approvals",
        with_rule("both-standards", condition=any_(reached("t0"), Not(OFFICERS))),
        "both-standards",
    ),
    "peer clause names a red line": ("red-lines", with_lower(lowers=("both-standards", "line")), "lower"),
    "approval as an exception to a red line": (
        "red-lines",
        sound(red_lines=(red_line("line", all_(ref(Kind.QUESTION, "forbidden-use"), Not(BOARD))),)),
        "line",
    ),
    "obliging clause without its rule": ("peer-clauses", with_rule("delay-in-the-lead", peer_clause=""), "delay"),
    "obliging rule demoted": (
        "peer-clauses",
        with_rule("delay-in-the-lead", clause=clause("delay-in-the-lead", force=Force.PUBLIC_GOAL)),
        "delay",
    ),
    "permissive clause that can never be used": ("peer-clauses", with_lower(when=all_(RIVAL, Not(RIVAL))), "lower"),
    "a rival's conduct suffices as a requirement": (
        "peers",
        with_rule("delay-in-the-lead", require=any_(ref(Kind.ARGUMENT, "a"), RIVAL)),
        "delay-in-the-lead",
    ),
    "a fact about others that counts when it is false": ("peers", with_lower(when=Not(RIVAL)), "both-standards"),
    "name that nothing defines": ("totality", with_rule("both-standards", condition=reached("gone")), "both-standards"),
}


@pytest.mark.parametrize(("prop", "mutant", "at_fault"), MUTANTS.values(), ids=MUTANTS)
def test_each_seeded_defect_is_found_by_its_property(prop, mutant, at_fault):
    """The property named for the mutant fails and names the clause at fault."""
    failed = found(mutant)

    assert prop in failed
    assert at_fault in {name for result in failed[prop] for name in result.clauses}
    assert all(result.says for results in failed.values() for result in results)


def test_a_burden_turned_round_is_reported_with_the_state_in_which_it_opens():
    """D-14b allows what a burden says; that it relaxes is a finding, with the state and both outcomes."""
    mutant = sound(thresholds=(threshold("t0", burden=BurdenOfProof.NOT_REACHED), *sound().thresholds[1:]))

    (finding,) = (f for f in found(mutant, Status.FINDING)["caution"] if "t0" in f.clauses)

    assert set(finding.clauses) == {"t0", "both-standards", "one-standard"}
    assert finding.witness.outcome > finding.witness.then
    assert "caution" not in found(mutant)


@pytest.mark.parametrize(
    ("direction", "rule_out", "reached_at", "margin", "inclusive", "status"),
    [
        (Direction.HIGH, "0.5", "0.8", "0", False, Status.PROVED),
        (Direction.HIGH, "0.8", "0.5", "0", False, Status.FAILED),
        (Direction.HIGH, "0.8", "0.5", "0.3", False, Status.PROVED),
        (Direction.HIGH, "0.8", "0.5", "0.29", False, Status.FAILED),
        (Direction.HIGH, "0.5", "0.5", "0", False, Status.PROVED),
        (Direction.HIGH, "0.5", "0.5", "0", True, Status.FAILED),
        (Direction.LOW, "0.8", "0.5", "0", False, Status.PROVED),
        (Direction.LOW, "0.5", "0.8", "0", False, Status.FAILED),
        (Direction.LOW, "0.5", "0.8", "0.3", True, Status.FAILED),
        (Direction.LOW, "0.5", "0.8", "0.31", True, Status.PROVED),
    ],
)
def test_two_bars_exclude_each_other_or_a_figure_shows_that_they_do_not(
    direction, rule_out, reached_at, margin, inclusive, status
):
    """D-2: with direction, margin and whether the bar itself counts, written down by hand; `reached` includes its bar."""
    bars = (
        Bar(value=Decimal(rule_out), inclusive=inclusive),
        Bar(value=Decimal(reached_at), inclusive=True),
    )
    given = replace(
        indicator("score", threshold="t0"),
        direction=direction,
        rule_out=bars[0],
        reached=bars[1],
        margin=Decimal(margin),
    )

    (result,) = (r for r in prove_framework(sound(indicators=(given,))).results if r.property == "bars")

    assert result.status is status


def test_a_duty_that_hangs_on_others_is_a_finding_with_both_states():
    """D-9: a fact about others binds once established; the finding shows what opens while it is not."""
    (finding,) = found(sound(), Status.FINDING)["caution"]

    assert finding.says == "delay-in-the-lead falls away while it is not established: lead"
    assert finding.witness.outcome is Outcome.HOLD
    assert finding.witness.then.opens
    assert [(str(atom), verdict.value) for atom, verdict in finding.witness.changed] == [("lead", "unknown")]


def test_a_standard_that_is_named_and_not_defined_is_a_finding():
    """A requirement that nothing can meet because the document leaves it undefined names the standard."""
    mutant = sound(safeguards=(safeguard("s0"), safeguard("s1", undefined=True)))

    names = {name for finding in found(mutant, Status.FINDING)["requirements"] for name in finding.clauses}

    assert "s1" in names


def test_an_activity_without_rules_is_a_finding():
    """Where the document is silent the engine holds, and the proof says that it is silent."""
    mutant = sound(rules=(replace(RULES[0], activities=DEPLOY), *RULES[1:]))

    silent = {finding.subject for finding in found(mutant, Status.FINDING)["totality"]}

    assert silent == {a.value for a in Activity} - {"deploy-external"}


def test_a_clause_that_opens_without_anyones_approval_is_a_finding():
    """Duties are a price, so nothing fails; that nobody has to approve is still said, with the state."""
    rules = (replace(RULES[0], activities=(Activity.TRAIN,)), *RULES[1:])
    mutant = sound(rules=rules, peer_clauses=(replace(LOWER, requires=None, duties=("own-up",)), DELAY))

    (finding,) = found(mutant, Status.FINDING)["price"]

    assert finding.subject == "deploy-external"
    assert finding.witness.invoked == ("lower",)
    assert finding.witness.outcome is Outcome.RESTRICT


def test_a_witness_is_as_small_as_can_be():
    """The state of a negated condition says no more than is needed for two outcomes to differ."""
    (failure,) = found(with_rule("both-standards", condition=Not(reached("t0"))))["direction"]
    told = {str(atom): verdict.value for atom, verdict in failure.witness.answers}

    # One standard is met: enough once t0 is reached, and for t1 and t2; ruled out, the negated rule wants both.
    assert told == {"t0": "no", "forbidden-use": "no", "approved ceo and rso": "yes", "s1": "yes"}
    assert [str(atom) for atom, _ in failure.witness.changed] == ["t0"]


def test_words_are_made_only_of_states_that_are_shown(monkeypatch):
    """That something is possible is confirmed by the engine and told without its state, so nobody puts it into words."""
    told: list[Activity] = []
    real = bench.witness_of

    def counting(activity: Activity, *states, **more):
        told.append(activity)
        return real(activity, *states, **more)

    monkeypatch.setattr(bench, "witness_of", counting)
    proof = prove_framework(sound())

    assert told == [r.witness.activity for r in proof.results if r.witness is not None]
