# SPDX-License-Identifier: Apache-2.0
"""Decisions as OSCAL assessment results: what is not known is never satisfied, and nothing is made up (A-10)."""

import json
from dataclasses import replace

import pytest
from tests.builders import (
    framework,
    indicator,
    met,
    published,
    question,
    reached,
    red_line,
    ref,
    rule,
    safeguard,
    threshold,
)
from tests.interop_builders import ABOUT, decision, evaluation, read_by_trestle
from trestle.common.err import TrestleError

from ruleout.model.formula import Kind
from ruleout.model.outcome import Outcome
from ruleout.reports.interop.decided import AnswerFound, RuleFound
from ruleout.reports.interop.oscal.results import answer_state, assessment_results, reviewed, rule_state

VERDICTS = ("yes", "no", "unknown")


def found(**changes):
    base = RuleFound(
        id="r",
        origin="rule",
        force="binding",
        section="1",
        says="Must.",
        applies="yes",
        required="yes",
        contributes="proceed",
        because="",
        determining=False,
    )
    return replace(base, **changes)


@pytest.mark.parametrize("applies", VERDICTS)
@pytest.mark.parametrize("required", ["", *VERDICTS])
def test_only_a_requirement_known_to_hold_is_satisfied(applies, required):
    """Of all twelve combinations one is satisfied; every UNKNOWN says so."""
    state, reason, words = rule_state(found(applies=applies, required=required))

    assert (state == "satisfied") == ((applies, required) == ("yes", "yes"))
    assert ("unknown" in (applies, required)) == (words == "unknown")
    assert (reason == "pass") == (state == "satisfied")


@pytest.mark.parametrize("applies", VERDICTS)
def test_only_a_red_line_known_not_to_be_crossed_is_satisfied(applies):
    """A red line applies where what it prohibits is there."""
    state, reason, _ = rule_state(found(origin="red-line", required="", applies=applies))

    assert (state, reason) == {"no": ("satisfied", "pass"), "yes": ("not-satisfied", "fail")}.get(
        applies, ("not-satisfied", "other")
    )


@pytest.mark.parametrize("verdict", VERDICTS)
def test_only_a_safeguard_known_to_be_met_is_satisfied(verdict):
    """And one not assessed has the reason *other*."""
    state, reason, _ = answer_state(AnswerFound(kind="safeguard", name="s", verdict=verdict))

    assert (state, reason) == {"yes": ("satisfied", "pass"), "no": ("not-satisfied", "fail")}.get(
        verdict, ("not-satisfied", "other")
    )


FRAMEWORK = framework(
    rule("guarded", condition=reached(), require=met()),
    rule("idle", condition=ref(Kind.QUESTION, "q"), otherwise=Outcome.STOP),
    thresholds=(threshold(),),
    safeguards=(safeguard(),),
    questions=(question(),),
    red_lines=(red_line("never", ref(Kind.QUESTION, "q")),),
    indicators=(indicator("item"),),
)


def result(shown):
    return assessment_results([shown], ABOUT)["assessment-results"]["results"][0]


def states(shown):
    return {f["title"]: f["target"]["status"]["state"] for f in result(shown).get("findings", ())}


def test_a_case_that_says_nothing_satisfies_nothing():
    """No determination, no assessment, no answer: every finding is not satisfied."""
    shown = decision(FRAMEWORK)

    assert shown.decided.outcome in ("hold", "stop")
    assert states(shown)
    assert set(states(shown).values()) == {"not-satisfied"}


def test_findings_aim_at_statements_of_reviewed_controls_and_name_existing_observations():
    """No reference of a result dangles."""
    one = result(decision(FRAMEWORK, evidence=(published("item", "0.05"),)))
    reviewed = {c["control-id"] for s in one["reviewed-controls"]["control-selections"] for c in s["include-controls"]}
    observed = {o["uuid"] for o in one["observations"]}
    named = {r["observation-uuid"] for f in one["findings"] for r in f.get("related-observations", ())}

    assert {f["target"]["target-id"].removesuffix("_smt") for f in one["findings"]} <= reviewed
    assert named
    assert named <= observed
    assert len(observed) == len(one["observations"])


def test_interim_measures_in_force_do_not_satisfy_the_standard_they_stand_in_for():
    """They are observed; a finding would say of the standard what is true of its stand-in."""
    shown = decision(FRAMEWORK)
    interim = AnswerFound(kind="interim", name="s", verdict="yes")
    shown = replace(shown, decided=replace(shown.decided, answers=(*shown.decided.answers, interim)))
    observed = [p["value"] for o in result(shown)["observations"] for p in o["props"] if p["name"] == "kind"]

    assert states(shown)["s"] == "not-satisfied"
    assert len([f for f in result(shown)["findings"] if f["title"] == "s"]) == 1
    assert "interim" in observed


def test_the_same_decision_gives_the_same_document_and_another_entry_another():
    """UUIDs name what they are of."""
    first, again = (assessment_results([decision(FRAMEWORK)], ABOUT) for _ in range(2))
    shown = decision(FRAMEWORK)
    other = assessment_results([replace(shown, entry=replace(shown.entry, sha256="f" * 64))], ABOUT)

    assert first == again
    assert first["assessment-results"]["uuid"] != other["assessment-results"]["uuid"]


def test_evidence_is_collected_when_its_log_says_else_not_later_than_the_decision():
    """A date that nobody stated is not made up."""
    item = published("item", "0.05")
    shown = decision(FRAMEWORK, evidence=(item,))
    logged = replace(shown, evaluations={"item": evaluation(expires="2026-12-31")})
    (measured,) = [o for o in result(logged)["observations"] if o["methods"] == ["TEST"]]
    (stated,) = [o for o in result(shown)["observations"] if o["methods"] == ["TEST"]]

    assert (measured["collected"], measured["expires"]) == ("2026-05-01T10:00:00Z", "2026-12-31T23:59:59Z")
    assert stated["collected"] == shown.decided.at
    assert "not stated" in stated["remarks"]


def without(value, *path):
    """A copy without what stands at a path."""
    if len(path) == 1:
        return {key: item for key, item in value.items() if key != path[0]}
    if isinstance(value, list):
        return [without(value[0], *path[1:]), *value[1:]]
    return {**value, path[0]: without(value[path[0]], *path[1:])}


ROOT = "assessment-results"


@pytest.mark.parametrize(
    "break_it",
    [
        lambda v: without(v, ROOT, "metadata"),
        lambda v: without(v, ROOT, "import-ap"),
        lambda v: without(v, ROOT, "results", 0, "reviewed-controls"),
        lambda v: {ROOT: {**v[ROOT], "uuid": "not-a-uuid"}},
        lambda v: {ROOT: {**v[ROOT], "safe": "yes"}},
        lambda v: {ROOT: {**v[ROOT], "results": []}},
        lambda v: {ROOT: {**v[ROOT], "metadata": {**v[ROOT]["metadata"], "last-modified": "soon"}}},
    ],
)
def test_trestle_refuses_a_broken_document(break_it, tmp_path):
    """A reader that takes anything proves nothing of what it takes."""
    made = assessment_results([decision(FRAMEWORK)], ABOUT)
    read_by_trestle(made, tmp_path)

    with pytest.raises(TrestleError):
        read_by_trestle(break_it(made), tmp_path)


def test_a_decision_that_looked_at_no_clause_is_known_as_one():
    """OSCAL takes no empty selection of controls, so whoever exports leaves it out and says so."""
    shown = decision(FRAMEWORK)

    assert reviewed(shown.decided)
    assert reviewed(replace(shown.decided, rules=(), thresholds=(), answers=())) == []


def test_evidence_that_is_not_told_is_not_called_stated_by_the_case():
    """Its digest stays, for the decision says it; and that nothing else of it is told."""
    shown = decision(FRAMEWORK, evidence=(published("item", "0.05"),))
    shown = replace(
        shown,
        unseen={"item": "hidden by r/1"},
        decided=replace(
            shown.decided,
            inputs=tuple(replace(i, sha256="5" * 64) if i.kind == "evidence" else i for i in shown.decided.inputs),
        ),
    )
    document = assessment_results([shown], ABOUT)["assessment-results"]
    (bare,) = [one for one in document["back-matter"]["resources"] if one["title"].startswith("item")]
    (measured,) = [o for o in document["results"][0]["observations"] if o["methods"] == ["TEST"]]

    assert bare["title"] == "item, not told"
    assert [p["value"] for p in bare["props"]] == ["hidden by r/1"]
    assert "not told to this audience" in measured["remarks"]


def test_trestle_reads_it_and_writes_the_same(tmp_path):
    """Every field comes back."""
    shown = decision(FRAMEWORK, evidence=(published("item", "0.05"),))
    made = assessment_results([shown], ABOUT)

    assert read_by_trestle(made, tmp_path) == json.loads(json.dumps(made))
