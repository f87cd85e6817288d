# SPDX-License-Identifier: Apache-2.0
"""The page of a proof: a property is shown as its worst result, and what was said of several places is said once."""

from ruleout.analysis.properties.result import Proof, Result, Status, Tried
from ruleout.analysis.witness import Example, state_words, witness_of
from ruleout.engine.evaluate import Contribution, Evaluation, State
from ruleout.model.decision import Origin
from ruleout.model.formula import Atom, Kind
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict
from ruleout.reports.page import as_text
from ruleout.reports.proof_text import proof_page

CBRN, GUARD = Atom(Kind.THRESHOLD, "cbrn"), Atom(Kind.SAFEGUARD, "guard")
HOLDS = Evaluation(Outcome.HOLD, (Contribution("rule", Origin.RULE, Verdict.YES, Verdict.NO, Outcome.HOLD),))
GOES = Evaluation(Outcome.PROCEED, (Contribution("rule", Origin.RULE, Verdict.NO, None, Outcome.PROCEED),))


def result(status, subject="train", **more):
    return Result(property="caution", subject=subject, status=status, **more)


def page(*results):
    tried = Tried(id="caution", says="Nothing unknown opens.", results=results)
    return as_text(proof_page(Proof(framework="demo@1", digest="", timeout_ms=5, tried=(tried,)), width=100))


def test_a_property_is_shown_as_its_worst_result():
    """A failure outweighs an open question, that a finding, and that a proof."""
    assert page(result(Status.PROVED)).splitlines()[1].startswith("proved         caution")
    assert page(result(Status.PROVED), result(Status.FINDING)).splitlines()[1].startswith("finding        caution")
    assert page(result(Status.NOT_PROVED), result(Status.FINDING)).splitlines()[1].startswith("not proved     caution")
    assert page(result(Status.FAILED), result(Status.NOT_PROVED)).splitlines()[1].startswith("FAILED         caution")


def test_a_property_without_anything_to_ask_is_not_said_to_be_proved():
    """Nothing asked is nothing proved."""
    shown = page()

    assert "nothing to prove" in shown
    assert "not asked      caution" in shown


def test_the_heading_counts_every_kind():
    """The counts stand beside the framework's name, the proved first."""
    counted = page(result(Status.PROVED), result(Status.PROVED), result(Status.FAILED)).splitlines()[0]

    assert counted.startswith("demo@1")
    assert counted.endswith("2 proved, 1 FAILED")


def test_what_is_said_of_several_activities_is_said_once():
    """Equal words and clauses share one line that names each activity."""
    said = {"says": "it opens", "clauses": ("rule",)}
    shown = page(result(Status.FAILED, "train", **said), result(Status.FAILED, "develop", **said))

    assert "- train, develop: it opens [rule]" in shown
    assert shown.count("it opens") == 1


def test_a_witness_tells_both_states_in_words():
    """What is known, what comes of it and why; then what changed, and what comes of that."""
    now, then = State({CBRN: Verdict.YES, GUARD: Verdict.NO}, frozenset({"fn"})), State({GUARD: Verdict.NO})
    witness = witness_of(Activity.TRAIN, Example(now=now, then=then), HOLDS, GOES)

    assert witness.words == (
        "cbrn reached, guard not met, fn invoked: train -> hold (rule); "
        "with cbrn cannot be ruled out, fn not invoked: -> proceed"
    )
    assert witness.changed == ((CBRN, Verdict.UNKNOWN),)
    assert (witness.outcome, witness.then) == (Outcome.HOLD, Outcome.PROCEED)


def test_a_state_in_which_nothing_is_known_has_words_too():
    """An empty state, and one whose only answer goes without saying, read the same."""
    assert state_words(State({})) == "nothing known"
    assert state_words(State({GUARD: Verdict.NO}), understood=frozenset({GUARD})) == "nothing known"
