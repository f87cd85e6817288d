# SPDX-License-Identifier: Apache-2.0
"""Whole decisions on small frameworks: what they say, what they digest, what would open them (D-5 to D-13)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.builders import (
    AT,
    all_,
    any_,
    approval,
    assessment,
    case,
    clause,
    determination,
    framework,
    indicator,
    met,
    peer_question,
    permits_lowering,
    published,
    question,
    reached,
    red_line,
    ref,
    role,
    rule,
    safeguard,
    threshold,
)

from ruleout.engine.decide import decide, input_digest_of, inputs_of
from ruleout.model.canonical import canonical
from ruleout.model.case import Act, Answer, Departure, Finding, PeerFact
from ruleout.model.clause import Period
from ruleout.model.evidence import Comparison, Source, Weight
from ruleout.model.formula import AtLeast, Kind, Quorum
from ruleout.model.framework import (
    Criterion,
    DeterminedBy,
    Duty,
    Grade,
    Judgement,
    PeerClause,
    PeerKind,
    Quantifier,
    Recommendation,
)
from ruleout.model.outcome import Activity, BurdenOfProof, Force, Outcome
from ruleout.model.plain import plain
from ruleout.model.verdict import Verdict

EXTERNAL = Activity.DEPLOY_EXTERNAL
GUARDED = rule(condition=reached(), require=met(), met=Outcome.RESTRICT, conditions=("keep the guards",))
APPROVED = Quorum(Kind.APPROVED, all_(role("ceo"), role("rso")))


def decided(rules=(GUARDED,), *, activity=EXTERNAL, at=AT, approvals=(), about=None, **parts):
    return decide(
        framework(*rules, **parts), about or case(), activity=activity, at=at, approvals=approvals, measurements={}
    )


def test_cannot_rule_out_is_treated_as_reached_and_restricted_once_safeguards_are_met():
    """The precaution is named, the safeguards become conditions."""
    decision = decided(about=case(safeguards=(assessment(),)))

    assert Outcome.RESTRICT is decision.outcome
    assert ("t",) == decision.precautions
    assert ("keep the guards",) == decision.conditions
    assert "cannot be ruled out, treated as reached" in decision.rules[0].because


def test_it_holds_with_named_blockers_when_safeguards_are_not_known_to_be_met():
    """Without an assessment the gate holds, says which question is open, and what would open it."""
    decision = decided()

    assert Outcome.HOLD is decision.outcome
    assert {"s", "t"} == {u.question for u in decision.unknown}
    shown = [{(c.question, c.to) for c in r.changes} for r in decision.remedies]
    assert [{("s", "met")}, {("t", "ruled out")}] == shown
    assert [("ceo",), ("ceo",)] == [r.changes[0].owners for r in decision.remedies]


def test_ruled_out_proceeds():
    """A valid determination that rules the threshold out contributes proceed."""
    decision = decided(about=case(determinations=(determination(),)))

    assert Outcome.PROCEED is decision.outcome
    assert () == decision.remedies


def test_a_departure_is_named_and_without_its_rationale_the_gate_holds():
    """Remove the rationale and the determination is void: the same case holds."""
    item = published("suite", "0.604", indicator("suite", rule_out="0.6", reached=None))
    argued = determination(departures=(Departure(indicator="suite", rationale="survey and red team"),))
    bare = determination(departures=(Departure(indicator="suite", rationale=""),))
    open_ = decided(about=case(evidence=(item,), determinations=(argued,)))
    closed = decided(about=case(evidence=(item,), determinations=(bare,)))

    assert Outcome.PROCEED is open_.outcome
    assert [("suite", "survey and red team")] == [(d.indicator, d.rationale) for d in open_.departures]
    assert Outcome.HOLD is closed.outcome
    assert "without a rationale" in closed.thresholds[0].because


def test_an_activity_without_a_rule_holds():
    """What no rule covers is not allowed by silence."""
    decision = decided(activity=Activity.RELEASE_WEIGHTS)

    assert Outcome.HOLD is decision.outcome
    assert ("no-rule",) == decision.determined_by
    assert () == decision.remedies


@pytest.mark.parametrize(
    ("burden", "outcome", "stands"),
    [
        (BurdenOfProof.REACHED, Outcome.HOLD, "r"),
        (BurdenOfProof.NOT_REACHED, Outcome.PROCEED, "r"),
        (BurdenOfProof.HOLD, Outcome.HOLD, "t/when-unknown"),
        (BurdenOfProof.UNSTATED, Outcome.HOLD, "r"),
    ],
)
def test_the_burden_of_proof_decides_what_unknown_means(burden, outcome, stands):
    """D-5: treat as reached, as not reached, hold; where the text is silent the rule takes its stricter branch."""
    decision = decided(thresholds=(threshold(burden=burden),))

    assert outcome is decision.outcome
    assert stands in decision.determined_by


def test_a_silent_text_is_said_to_be_silent():
    """The note names the thresholds for which the text does not say what cannot-rule-out means."""
    decision = decided(thresholds=(threshold(burden=BurdenOfProof.UNSTATED),))

    assert any("does not say what *cannot rule out* means for t" in note for note in decision.notes)


@pytest.mark.parametrize(
    ("holds", "outcome"), [(Verdict.YES, Outcome.STOP), (Verdict.UNKNOWN, Outcome.STOP), (Verdict.NO, Outcome.PROCEED)]
)
def test_a_red_line_stops_unless_what_it_prohibits_is_known_to_be_absent(holds, outcome):
    """Nothing waives it, and not knowing is not enough."""
    told = Answer(
        question="q", holds=holds, grounds="stated", by=("ceo",), dated=AT.date(), valid_until=None, source=None
    )
    about = case(determinations=(determination(),), answers=(told,))
    decision = decided(about=about, questions=(question(),), red_lines=(red_line("line", ref(Kind.QUESTION, "q")),))

    assert outcome is decision.outcome
    if outcome is Outcome.STOP:
        assert ("line",) == decision.determined_by
        assert () == decision.remedies


def signed(decision, role_, person, **more):
    return approval(role_, person, digest=decision.input_digest, **more)


def test_approvals_open_a_gate_and_any_changed_input_voids_them():
    """Signed over the inputs: another case, framework or activity, and they count no more."""
    rules = (rule("approve", require=APPROVED),)
    first = decided(rules)
    given = (signed(first, "ceo", "ada"), signed(first, "rso", "bea"))
    changed = case(digest="cd" * 32)

    assert Outcome.HOLD is first.outcome
    assert Outcome.PROCEED is decided(rules, approvals=given).outcome
    assert Outcome.HOLD is decided(rules, approvals=given, about=changed).outcome
    assert Outcome.HOLD is decided(rules, approvals=given, digest="ef" * 32).outcome
    voided = decided(rules, approvals=given, about=changed)
    assert any("something has changed since" in note for note in voided.notes)


def test_a_refusal_is_shown_and_holds():
    """A refused approval is not missing: it is refused."""
    rules = (rule("approve", require=APPROVED),)
    first = decided(rules)
    decision = decided(rules, approvals=(signed(first, "ceo", "ada", act=Act.REFUSE),))

    assert (Verdict.NO, ("ceo",)) == (decision.quorums[0].verdict, decision.quorums[0].refused)


def test_the_input_digest_does_not_depend_on_the_instant_or_the_approvals():
    """An approval does not expire by the clock ticking; its dates are judged at `at` anyway."""
    rules = (rule("approve", require=APPROVED),)
    first = decided(rules)
    later = decided(rules, at=AT + timedelta(days=1), approvals=(signed(first, "ceo", "ada"),))

    assert first.input_digest == later.input_digest


def test_the_input_digest_depends_on_the_activity():
    """Approval to deploy inside is no approval to deploy outside."""
    inputs = inputs_of(framework(GUARDED), case())

    assert input_digest_of(inputs, EXTERNAL) != input_digest_of(inputs, Activity.DEPLOY_INTERNAL)


def fact(**more):
    fields = {
        "answers": "p",
        "peers": ("Rival",),
        "says": "deployed without safeguards",
        "holds": Verdict.YES,
        "covers": Quantifier.ANOTHER,
        "grade": Grade.CLEAR,
        "as_of": AT.date(),
        "valid_until": None,
        "source": Source(title="a page"),
    }
    return PeerFact(**{**fields, **more})


def lowering(**more):
    return {
        "peer_questions": (peer_question(),),
        "peer_clauses": (
            permits_lowering("fn", when=ref(Kind.PEER, "p"), lowers=("r",), duties=("acknowledge",), **more),
        ),
        "duties": (
            Duty(
                clause=clause("acknowledge"),
                by=("ceo",),
                to=("public",),
                on=(),
                condition=None,
                event="use of the clause",
                within=Period(days=30),
                every=None,
            ),
        ),
    }


def test_a_permissive_peer_clause_lowers_only_when_invoked_and_established_and_it_costs():
    """Invoked and proved, the outcome falls to the floor and the duty is due; else nothing changes."""
    proved, rumour = (
        case(peer_facts=(fact(),), invokes=("fn",)),
        case(peer_facts=(fact(grade=Grade.REPORTED),), invokes=("fn",)),
    )
    used = decided(about=proved, **lowering())

    assert (Outcome.RESTRICT, "fn") == (used.outcome, used.rules[0].lowered_by)
    assert [("acknowledge", AT.date() + timedelta(days=30))] == [(d.id, d.due) for d in used.duties]
    assert Outcome.HOLD is decided(about=rumour, **lowering()).outcome
    assert Outcome.HOLD is decided(about=case(peer_facts=(fact(),)), **lowering()).outcome


def test_what_a_peer_clause_costs_must_be_paid_first():
    """Where using it needs an approval, it lowers nothing without."""
    decision = decided(about=case(peer_facts=(fact(),), invokes=("fn",)), **lowering(requires=APPROVED))

    assert Outcome.HOLD is decision.outcome


def test_a_burden_of_proof_never_helps_a_clause_that_relaxes():
    """A threshold merely treated as reached does not establish a condition for lowering."""
    parts = lowering()
    parts["peer_clauses"] = (permits_lowering("fn", when=all_(ref(Kind.PEER, "p"), reached()), lowers=("r",)),)
    about = case(peer_facts=(fact(),), invokes=("fn",))

    assert Outcome.HOLD is decided(about=about, **parts).outcome


def test_an_obliging_clause_delays_only_while_established():
    """In the lead: strong argument or delay. The lead gone or unproved: the rule does not apply."""
    delay = rule(
        "lead",
        condition=ref(Kind.PEER, "p"),
        require=ref(Kind.SAFEGUARD, "s"),
        otherwise=Outcome.HOLD,
        peer_clause="app-a",
    )
    parts = {
        "peer_questions": (peer_question(quantifier=Quantifier.NONE),),
        "peer_clauses": (
            PeerClause(
                clause=clause("app-a"),
                kind=PeerKind.OBLIGES_DELAY,
                when=ref(Kind.PEER, "p"),
                lowers=(),
                floor=Outcome.HOLD,
                requires=None,
                duties=(),
            ),
        ),
    }
    leading = decided((delay,), about=case(peer_facts=(fact(covers=Quantifier.NONE, peers=()),)), **parts)
    unproved = decided((delay,), **parts)

    assert (Outcome.HOLD, "obliges: lead") == (leading.outcome, leading.peer_clauses[0].effect)
    assert Outcome.PROCEED is unproved.outcome
    assert all("p" != c.question for r in leading.remedies for c in r.changes)
    assert ("p", Outcome.PROCEED) in {(w.question, w.outcome) for w in leading.would_change}


def test_only_a_plan_stands_behind_is_said():
    """The force of the determining rules is shown: a plan is not a binding rule."""
    plan = replace(GUARDED, clause=replace(GUARDED.clause, force=Force.PLAN))

    assert Force.PLAN is decided((plan,)).stands_behind


def test_recommendations_and_judgements_are_shown_and_never_decide():
    """A recommendation to the industry holds nothing; a clause for judgement is listed."""
    recommended = Recommendation(clause=clause("rand-sl4", force=Force.RECOMMENDATION), threshold="t")
    advisory = rule("advice", otherwise=Outcome.STOP, force=Force.RECOMMENDATION)
    decision = decided(
        (GUARDED, advisory),
        about=case(determinations=(determination(),)),
        recommendations=(recommended,),
        judgements=(Judgement(clause=clause("culture")),),
    )

    assert Outcome.PROCEED is decision.outcome
    assert ["rand-sl4"] == [r.id for r in decision.recommendations]
    assert ("culture",) == decision.judgement_required


def test_duties_are_triggered_by_going_ahead_only():
    """A duty on deployment is due when the gate opens, not while it holds; an unknown condition triggers it."""
    duty = Duty(
        clause=clause("report"),
        by=("rso",),
        to=(),
        on=(EXTERNAL,),
        condition=reached(),
        event="",
        within=Period(days=30),
        every=None,
    )
    opened = decided(about=case(safeguards=(assessment(),)), duties=(duty,))
    not_applicable = decided(about=case(determinations=(determination(),)), duties=(duty,))

    assert ["report"] == [d.id for d in opened.duties]
    assert [] == [d.id for d in decided(duties=(duty,)).duties]
    assert [] == [d.id for d in not_applicable.duties]


@pytest.mark.parametrize(("answered", "ways"), [(0, 16), (31, 16), (32, 0)])
def test_half_of_many_questions_are_not_tried_in_every_choice(answered, ways):
    """There are 1.8e18 ways to answer 32 of 64 with yes: some are shown, and what is answered already is counted."""
    names = [f"q{n:02}" for n in range(64)]
    half = rule(condition=None, require=AtLeast(32, tuple(ref(Kind.QUESTION, name) for name in names)))
    yes = tuple(
        Answer(question=n, holds=Verdict.YES, grounds="g", by=("ceo",), dated=AT.date(), valid_until=None, source=None)
        for n in names[:answered]
    )

    decision = decided([half], questions=tuple(question(n) for n in names), about=case(answers=yes))

    assert len(decision.remedies) == ways
    assert all(len(remedy.changes) == 32 - answered for remedy in decision.remedies)
    assert decision.remedies_complete is (ways == 0)


def test_ways_that_have_many_ways_each_are_not_paired_in_every_choice():
    """One of ten, five times of twenty: each of 15504 choices had 100 000 ways of its own."""
    groups = [[f"q{n:02}-{m}" for m in range(10)] for n in range(20)]
    some = AtLeast(5, tuple(any_(*(ref(Kind.QUESTION, name) for name in names)) for names in groups))
    asked = tuple(question(name) for names in groups for name in names)

    decision = decided([rule(condition=None, require=some)], questions=asked)

    assert len(decision.remedies) == 16
    assert all(len(remedy.changes) == 5 for remedy in decision.remedies)
    assert not decision.remedies_complete


def test_an_undefined_standard_is_in_no_remedy():
    """Nothing can meet a standard the document never defines, so nobody is told to meet it."""
    rules = (rule(condition=reached(), require=any_(met("s4"), met("s"))),)
    decision = decided(rules, safeguards=(safeguard("s4", undefined=True), safeguard("s")))
    questions = {c.question for r in decision.remedies for c in r.changes}

    assert {"s", "t"} == questions


def test_a_decision_has_canonical_bytes():
    """Every decision renders to canonical JSON, the same twice."""
    item = published("suite", "0.604", indicator("suite", rule_out="0.6", reached=None))
    about = case(evidence=(item,), determinations=(determination(Finding.CANNOT_RULE_OUT),))

    assert canonical(plain(decided(about=about))) == canonical(plain(decided(about=about)))


def test_what_the_case_states_and_the_framework_does_not_ask_is_shown():
    """A statement under a name the framework does not have, perhaps a typing error, is named and never just dropped."""
    about = case(
        determinations=(determination(threshold="tt"),), safeguards=(assessment("s"), assessment("zz")), invokes=("x",)
    )
    decision = decided(about=about)

    assert any(note.endswith("not asked by demo@1.0: tt, x, zz") for note in decision.notes)


def test_bars_of_the_case_never_replace_those_of_the_framework():
    """Where the framework fixes an evaluation's bars, a case that states its own gets an inconclusive indicator."""
    lax = published("suite", "0.7", indicator("suite", rule_out="0.9", reached=None))
    strict = indicator("fixed", rule_out="0.5", reached=None)
    about = case(evidence=(lax,), determinations=(determination(),))
    decision = decided(about=about, indicators=(replace(strict, evaluation="suite"),))

    assert Outcome.HOLD is decision.outcome
    assert "bars of its own" in decision.thresholds[0].indicators[0].because


@pytest.mark.parametrize("strict", [published("suite", "0.7"), published("elsewhere", "0.7")])
@pytest.mark.parametrize("order", [1, -1])
def test_evidence_of_the_case_never_answers_for_the_indicator_of_the_framework_that_is_called_so(strict, order):
    """Crossed by its own evaluation, or not measured at all: another evaluation under the indicator's name is no answer."""
    own = indicator("fixed", rule_out="0.1", reached="0.5", evaluation="suite")
    lax = published("fixed", "0.01", indicator("fixed", rule_out="0.9", reached=None, evaluation="fixed"))
    by_it = threshold(by=DeterminedBy.INDICATORS, indicators=ref(Kind.INDICATOR, "fixed"))
    asks = safeguard(criteria=(Criterion(clause=clause("s/one"), indicators=ref(Kind.INDICATOR, "fixed")),))
    about = case(evidence=(strict, lax)[::order], safeguards=(assessment("s"),))
    fixed = {"thresholds": (by_it,), "safeguards": (asks,), "indicators": (own,)}
    decision = decided((rule(condition=reached(), require=met()),), about=about, **fixed)

    assert decision.thresholds[0].verdict is (Verdict.YES if strict.id == "suite" else Verdict.UNKNOWN)
    assert decision.outcome is Outcome.HOLD
    assert ("case/fixed", Comparison.CLEAR) in [
        (f.indicator.id, f.comparison) for f in decision.thresholds[0].indicators
    ]


@pytest.mark.parametrize(
    ("figure", "weight", "verdict"),
    [
        ("0.1", Weight.SUPPORTING, Verdict.NO),
        ("0.1", Weight.SATURATED, Verdict.UNKNOWN),
        ("0.9", Weight.SATURATED, Verdict.YES),
    ],
)
def test_a_saturated_indicator_of_the_framework_rules_nothing_out(figure, weight, verdict):
    """It has lost that power, and no other: what it crosses is crossed, and clear it meets no criterion either."""
    fixed = indicator("fixed", rule_out="0.5", reached="0.8", weight=weight)
    by_it = threshold(by=DeterminedBy.INDICATORS, indicators=ref(Kind.INDICATOR, "fixed"))
    asks = safeguard(criteria=(Criterion(clause=clause("s/one"), indicators=ref(Kind.INDICATOR, "fixed")),))
    about = case(evidence=(published("fixed", figure),), safeguards=(assessment("s"),))
    decision = decided(about=about, thresholds=(by_it,), safeguards=(asks,), indicators=(fixed,))
    met_by_it = next(a.verdict for a in decision.answers if a.atom.kind is Kind.SAFEGUARD)

    assert decision.thresholds[0].verdict is verdict
    assert met_by_it is {Verdict.NO: Verdict.YES, Verdict.YES: Verdict.NO}.get(verdict, Verdict.UNKNOWN)


@pytest.mark.parametrize("burden", list(BurdenOfProof))
def test_no_burden_of_proof_reaches_a_red_line(burden):
    """A threshold that the text treats as not reached while unknown is still not known to be absent."""
    decision = decided(thresholds=(threshold(burden=burden),), red_lines=(red_line("line", reached()),))

    assert Outcome.STOP is decision.outcome


def test_a_peer_clause_lowers_no_rule_with_an_approval_in_its_condition():
    """An act anywhere in a rule keeps it out of reach, past the builder too."""
    gate = rule("r", condition=any_(reached(), Quorum(Kind.APPROVED, role("ceo"))), require=met())

    assert Outcome.HOLD is decided((gate,), about=case(peer_facts=(fact(),), invokes=("fn",)), **lowering()).outcome
