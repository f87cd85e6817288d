# SPDX-License-Identifier: Apache-2.0
"""The published cases under the published policies: what was decided, and what each missing piece would change."""

import random
import re
from dataclasses import replace
from functools import cache

import pytest
from tests.integration.command_line import CASES, NEW, OLD, ROOT, run
from tests.reference_engine import leaves, reference_outcome

from ruleout.app.sources import find_framework, known_frameworks, read_case
from ruleout.engine.decide import decide
from ruleout.engine.evaluate import State, evaluate_activity
from ruleout.framework import caution_exceptions, parse_case
from ruleout.model.canonical import canonical, parse_canonical
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.plain import plain
from ruleout.model.verdict import Verdict

OPUS, SONNET = "claude-opus-4-biology", "claude-sonnet-4-biology"
OPUS_45, MYTHOS = "claude-opus-4-5-ai-rnd", "claude-mythos-5-risk-report"
EVERY_CASE = sorted(path.stem for path in CASES.glob("*.yaml"))
SHIPPED = known_frameworks(None)
STATES = 5_200
ACTIVITIES = tuple(Activity)


@cache
def framework(name):
    return find_framework(name, None).framework


@cache
def case(name):
    return read_case(CASES / f"{name}.yaml").case


def decided(told, under=OLD, activity=None):
    """The decision on a case as it ships, or as changed."""
    told = case(told) if isinstance(told, str) else told
    return decide(framework(under), told, activity=activity or told.subject.activity, at=told.at)


def without(told, *safeguards):
    """The case without these assessments."""
    return replace(told, safeguards=tuple(a for a in told.safeguards if a.subject not in safeguards))


def threshold(decision, name):
    return next(t for t in decision.thresholds if t.id == name)


def rule(decision, name):
    return next(r for r in decision.rules if r.id == name)


# --- Claude Opus 4 and Sonnet 4, May 2025, under 2.2 ------------------------------------------------------------------


def test_opus_4_restricts_as_it_was_released():
    """cbrn-3 could not be ruled out, counted as reached, and both ASL-3 standards were required and met."""
    decision = decided(OPUS)
    cbrn = threshold(decision, "cbrn-3")
    gate = rule(decision, "cbrn-3-deployment")

    assert decision.outcome is Outcome.RESTRICT
    assert (cbrn.verdict, cbrn.shown_as, cbrn.counts_as) == (Verdict.UNKNOWN, "cannot rule out", Verdict.YES)
    assert decision.precautions == ("cbrn-3",)
    assert decision.determined_by == ("cbrn-3-deployment",)
    assert gate.because == (
        "applies: cbrn-3 cannot be ruled out, treated as reached; "
        "requirement holds: asl-3-deployment met, asl-3-security met"
    )
    assert any("ASL-3 Deployment Standard" in c for c in decision.conditions)
    assert any("ASL-3 Security Standard" in c for c in decision.conditions)
    assert decision.stands_behind.value == "binding"


@pytest.mark.parametrize(
    "missing", [("asl-3-security",), ("asl-3-deployment",), ("asl-3-deployment", "asl-3-security")], ids="+".join
)
def test_opus_4_holds_and_names_what_is_not_assessed(missing):
    """Without the assessments it was released under it would have held, and the blockers are exactly those."""
    decision = decided(without(case(OPUS), *missing))
    unknown = {u.question for u in decision.unknown}
    wanted = {frozenset(f"{c.question} {c.to}" for c in r.changes) for r in decision.remedies}

    assert decision.outcome is Outcome.HOLD
    assert "cbrn-3-deployment" in decision.determined_by
    assert set(missing) <= unknown
    assert not {"asl-3-deployment", "asl-3-security"} - set(missing) & unknown
    assert frozenset(f"{name} met" for name in missing) in wanted
    shown = rule(decision, "cbrn-3-deployment").because
    assert all(f"{name} not known to be met" in shown for name in missing)


@pytest.mark.parametrize(
    "missing", [("asl-3-security",), ("asl-3-deployment",), ("asl-3-deployment", "asl-3-security")], ids="+".join
)
def test_the_page_of_the_held_case_names_its_blockers(tmp_path, missing):
    """What the value holds is what a person reads, from the file to the exit code."""
    text = (CASES / f"{OPUS}.yaml").read_text(encoding="utf-8")
    for name in missing:
        text, count = re.subn(rf"^  {name}:\n(?:    .*\n)+", "", text, flags=re.MULTILINE)
        assert count == 1
    if len(missing) == 2:
        text = text.replace("safeguards:\n", "", 1)
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")

    ran = run("assess", tmp_path / "case.yaml", "-f", OLD)

    assert ran.code == 3, ran.err
    page = " ".join(ran.text.split())
    assert "HOLD" in page.partition("cbrn-3")[0]
    assert all(f"- {name}: not assessed" in page for name in missing)
    assert "Would open it" in page


def test_opus_4_holds_where_a_standard_is_assessed_as_not_met():
    """An assessment that says no blocks as surely as a missing one."""
    told = case(OPUS)
    no = tuple(replace(a, met=Verdict.NO) if a.subject == "asl-3-security" else a for a in told.safeguards)

    assert decided(replace(told, safeguards=no)).outcome is Outcome.HOLD


def test_sonnet_4_was_ruled_out_and_proceeds():
    """The sibling of the same day: ruled out, with both departures named, under the ASL-2 standards."""
    decision = decided(SONNET)

    assert decision.outcome is Outcome.PROCEED
    assert threshold(decision, "cbrn-3").verdict is Verdict.NO
    assert rule(decision, "cbrn-3-deployment").applies is Verdict.NO
    assert decision.precautions == ()
    assert {d.indicator for d in decision.departures if d.threshold == "cbrn-3"} == {
        "Long-form virology task 1",
        "Long-form virology task 2",
    }


def test_the_minimal_pair_differs_in_its_finding():
    """With Opus 4's finding Sonnet 4 would have held: it was never assessed against the ASL-3 standards."""
    finding = next(d for d in case(OPUS).determinations if d.threshold == "cbrn-3")
    told = case(SONNET)
    others = tuple(d for d in told.determinations if d.threshold != "cbrn-3")
    named = replace(finding, departures=next(d for d in told.determinations if d.threshold == "cbrn-3").departures)
    named = replace(named, relies_on=())

    decision = decided(replace(told, determinations=(*others, named)))

    assert decision.outcome is Outcome.HOLD
    assert "cbrn-3-deployment" in decision.determined_by


# --- Claude Opus 4.5, November 2025 -----------------------------------------------------------------------------------


def test_opus_4_5_names_its_departure():
    """0.604 against 0.6, ruled out by argument: the argument stands in the decision."""
    decision = decided(OPUS_45)
    departure = next(d for d in decision.departures if d.indicator == "Internal AI Research Suite 2")

    assert decision.outcome is Outcome.RESTRICT
    assert (departure.threshold, threshold(decision, "ai-rnd-4").verdict) == ("ai-rnd-4", Verdict.NO)
    assert "0.604 > 0.6" in departure.indicator_says
    assert departure.rationale


def test_opus_4_5_without_its_rationale_is_void_and_holds():
    """The same finding without the argument counts for nothing: cannot rule out, treated as reached, hold."""
    told = case(OPUS_45)
    bare = tuple(
        replace(d, departures=tuple(replace(x, rationale=" ") for x in d.departures))
        if d.threshold == "ai-rnd-4"
        else d
        for d in told.determinations
    )
    decision = decided(replace(told, determinations=bare))
    found = threshold(decision, "ai-rnd-4")

    assert (found.determination, found.verdict, found.counts_as) == ("void", Verdict.UNKNOWN, Verdict.YES)
    assert found.shown_as == "cannot rule out"
    assert any("Internal AI Research Suite 2" in why and "without a rationale" in why for why in found.void_because)
    assert "ai-rnd-4" in decision.precautions
    assert decision.outcome is Outcome.HOLD
    assert decision.determined_by == ("ai-rnd-4-deployment",)


def test_opus_4_5_without_naming_the_departure_is_void_too():
    """Silence about an indicator is no better than an empty argument."""
    told = case(OPUS_45)
    silent = tuple(replace(d, departures=()) if d.threshold == "ai-rnd-4" else d for d in told.determinations)

    found = threshold(decided(replace(told, determinations=silent)), "ai-rnd-4")

    assert found.determination == "void"
    assert any("without naming it" in why for why in found.void_because)


def test_the_file_without_its_rationale_says_so_on_the_page(tmp_path):
    """From the file to the exit code."""
    text = (CASES / f"{OPUS_45}.yaml").read_text(encoding="utf-8")
    start = text.index("        rationale:")
    end = re.compile(r"^ {0,8}\S", re.MULTILINE).search(text, start + 20).start()
    (tmp_path / "case.yaml").write_text(text[:start] + text[end:], encoding="utf-8")

    ran = run("assess", tmp_path / "case.yaml", "-f", OLD)

    page = " ".join(ran.text.split())
    assert ran.code == 3, ran.err
    assert "ai-rnd-4 cannot rule out → treated as reached (precaution)" in page
    assert "without a rationale" in page
    assert "NO RATIONALE GIVEN" in page


# --- the same cases under the other text ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [OPUS, SONNET, OPUS_45])
def test_a_case_of_2025_differs_under_3_4_and_says_why(name):
    """Other thresholds, no burden of proof, rules about public analysis and marginal risk: each is named."""
    old, new = decided(name, OLD), decided(name, NEW)

    assert old.outcome.opens
    assert new.outcome is Outcome.HOLD
    assert {t.id for t in old.thresholds}.isdisjoint(t.id for t in new.thresholds)
    assert new.precautions == ()
    assert any("the text does not say what *cannot rule out* means" in note for note in new.notes)
    assert set(new.determined_by).isdisjoint(r.id for r in old.rules)
    assert {"analysed-in-public", "misalignment-disclosed"} <= set(new.determined_by)
    assert old.document_sha256 != new.document_sha256
    assert old.input_digest != new.input_digest
    for one in new.rules:
        assert one.because
        assert one.says


def test_what_was_ruled_out_carries_over_where_the_text_allows_it():
    """A ruled-out CBRN-3 rules out CB-1; one that could not be ruled out carries nothing."""
    sonnet, opus = decided(SONNET, NEW), decided(OPUS, NEW)

    assert threshold(sonnet, "cb-1").carried_from == "cbrn-3"
    assert threshold(sonnet, "cb-1").verdict is Verdict.NO
    assert threshold(opus, "cb-1").verdict is Verdict.UNKNOWN
    assert threshold(opus, "cb-1").carried_from == ""
    assert next(a for a in opus.answers if a.atom.name == "asl-3-protections").verdict is Verdict.YES


def test_the_page_that_compares_two_versions_names_the_rules():
    """One row per version, then each decision in full."""
    page = " ".join(run("assess", CASES / f"{OPUS}.yaml", "-f", OLD, "-f", NEW).text.split())

    assert "rsp@2.2 RESTRICT cbrn-3-deployment" in page
    assert "rsp@3.4 HOLD" in page
    assert "read with caution" in page
    assert "Nothing here says that the model is safe" in page


def test_the_case_of_2026_restricts_under_the_version_it_names():
    """CB-1 treated as reached by the developer's own finding; behind the outcome stands a plan, and that is said."""
    decision = decided(MYTHOS, NEW)

    assert decision.outcome is Outcome.RESTRICT
    assert decision.determined_by == ("cb-1-protections",)
    assert decision.stands_behind.value == "plan"
    assert threshold(decision, "cb-1").verdict is Verdict.YES
    assert threshold(decision, "cb-2").verdict is Verdict.NO
    assert threshold(decision, "automated-rnd").verdict is Verdict.NO
    assert len([d for d in decision.departures if d.threshold == "cb-2"]) >= 1 or decision.stricter


def test_the_case_of_2026_stops_under_2_2():
    """Nothing of what 2.2 asks is on record, so what cannot be ruled out counts as reached: de-deploy."""
    decision = decided(MYTHOS, OLD)

    assert decision.outcome is Outcome.STOP
    assert decision.stands_behind.value == "binding"
    assert "cbrn-3" in decision.precautions


@pytest.mark.parametrize("name", EVERY_CASE)
def test_attested_acts_are_called_attested(name):
    """No case of the public record claims a signature."""
    decision = decided(name)

    assert any("attested by their source, not signed" in note for note in decision.notes)
    assert all(a.basis.startswith("attested by ") for a in decision.acts)


# --- every shipped framework ------------------------------------------------------------------------------------------


def test_what_ships_is_what_the_tests_know():
    """A new framework or case joins these tests by being there."""
    assert {OLD, NEW} <= set(SHIPPED)
    assert {OPUS, SONNET, OPUS_45, MYTHOS} <= set(EVERY_CASE)
    assert len(list((ROOT / "frameworks").glob("*/*.yaml"))) == len(known_frameworks(None))


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_framework_is_cautious(name):
    """In none does a burden of proof make *unknown* less restrictive than an answer."""
    assert [str(e) for e in caution_exceptions(framework(name))] == []


@pytest.mark.parametrize("under", SHIPPED)
@pytest.mark.parametrize("name", EVERY_CASE)
def test_every_case_has_a_decision_under_every_framework_for_every_activity(name, under):
    """Each is canonical, explains itself, and never says that a model is safe."""
    for activity in Activity:
        decision = decided(name, under, activity)
        data = canonical(plain(decision))

        assert canonical(parse_canonical(data)) == data
        assert decision.rules
        assert all(r.because and r.says for r in decision.rules)
        assert decision.determined_by
        assert "Nothing here says that the model is safe" in decision.disclaimer
        assert decision.outcome.opens or decision.unknown or decision.determined_by


@pytest.mark.parametrize("under", SHIPPED)
def test_a_case_that_says_nothing_opens_no_gate(under):
    """An empty case, for every activity that a rule covers or not: hold or stop."""
    said = b"case: empty\ntitle: Nothing\nsubject:\n  developer: D\n  model: M\n  activity: train\n  scope: all\nat: 2026-08-14\n"
    empty = parse_case(said, file="empty.yaml")

    outcomes = {activity: decided(empty, under, activity).outcome for activity in Activity}

    assert not outcomes[Activity.DEPLOY_EXTERNAL].opens
    assert not outcomes[Activity.TRAIN].opens
    assert [a.value for a, outcome in outcomes.items() if outcome is Outcome.PROCEED] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_the_reference_engine_agrees_on_the_shipped_framework(name):
    """5,200 random states, two activities each: a second engine, written for plainness, gives the same outcome."""
    shipped = framework(name)
    formulas = [f for r in shipped.rules for f in (r.condition, r.require) if f is not None]
    formulas += [f for c in shipped.peer_clauses for f in (c.when, c.requires) if f is not None]
    formulas += [line.prohibits for line in shipped.red_lines]
    atoms = sorted(set().union(*(leaves(f) for f in formulas)))
    invocable = [c.clause.id for c in shipped.peer_clauses]
    rng = random.Random(f"shipped {name}")
    seen = set()
    for number in range(STATES):
        # Mostly open states as well as mixed ones: uniformly drawn answers nearly always block.
        weights = ((1, 1, 1), (6, 1, 1), (1, 6, 1))[number % 3]
        verdicts = rng.choices((Verdict.YES, Verdict.NO, Verdict.UNKNOWN), weights, k=len(atoms))
        state = State(dict(zip(atoms, verdicts, strict=True)), frozenset(x for x in invocable if rng.random() < 0.5))
        for activity in rng.sample(ACTIVITIES, 2):
            got = evaluate_activity(shipped, activity, state).outcome
            assert reference_outcome(shipped, activity, dict(state.answers), state.invoked) == got.value, (
                number,
                activity,
            )
            seen.add(got)

    assert len(seen) >= 3
