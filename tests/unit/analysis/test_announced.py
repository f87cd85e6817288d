# SPDX-License-Identifier: Apache-2.0
"""What differs between two versions: every datum of every clause is looked at, by somebody (D-15)."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import get_args

import pytest

from ruleout.analysis.announced.differences import Differences, differences
from ruleout.analysis.announced.judge import refusals
from ruleout.analysis.compare.fields import compared_data
from ruleout.analysis.compare.joint import Step
from ruleout.analysis.compare.versions import compare
from ruleout.framework import parse_framework
from ruleout.model.clause import Clause
from ruleout.model.framework import Framework, Lineage
from ruleout.model.listed_clauses import Carrier
from ruleout.model.mapping import ChangeKind, ClauseRow, VersionMapping
from ruleout.model.outcome import BurdenOfProof

TEXT = (Path(__file__).parents[3] / "examples" / "northlight/files/frameworks/northlight-fsf/1.1.yaml").read_text(
    "utf-8"
)
#: Data that a comparison passes over and `differences` tells of all the same, or that are clauses of their own.
TOLD_APART = {
    "clause", "criteria", "interim", "prong_clauses", "when_unknown_clause", "id", "title", "aliases", "lineage", "reason",
}  # fmt: skip
#: What a framework has besides clauses; what a new version states anew is no change of the promise.
REST = {
    "id", "digest", "title", "developer", "effective", "supersedes", "force", "document", "roles", "changelog",
}  # fmt: skip


def found(*edits):
    """What differs after an edit of Northlight's framework."""
    text = TEXT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    versions = [parse_framework(one.encode(), file="f") for one in (TEXT, text.replace('"1.1"', '"1.2"'))]
    return {one.clause: one for one in differences(*versions, compare((Step(*versions, None),))).found}


def test_every_datum_of_a_clause_is_compared_or_told():
    """A datum that joins the model joins one of the lists."""
    for carrier in get_args(Carrier):
        if carrier is not Clause:
            names = {field.name for field in dataclasses.fields(carrier)}
            assert names <= compared_data(carrier) | TOLD_APART, carrier


def test_every_part_of_a_framework_is_clauses_or_told():
    """A part that joins the model joins the clauses or this list."""
    clauses = {
        "thresholds", "indicators", "safeguards", "arguments", "questions", "peer_questions", "rules", "peer_clauses",
        "red_lines", "duties", "recommendations", "judgements", "left_out", "changes",
    }  # fmt: skip
    assert {field.name for field in dataclasses.fields(Framework)} == clauses | REST


@pytest.mark.parametrize(
    ("old", "new", "clause", "less"),
    [
        ("fresh-days: 270", "fresh-days: 365", "autonomy-suite", True),
        ("fresh-days: 270", "fresh-days: 270\n    weight: supporting", "autonomy-suite", True),
        ("fresh-days: 270", "fresh-days: 270\n    stopping: continuing", "autonomy-suite", False),
        ("fresh-days: 270", "fresh-days: 270\n    elicitation: full", "autonomy-suite", False),
        ("fresh-days: 270", "fresh-days: 200", "autonomy-suite", False),
        ("rule-out-below: 0.1", "rule-out-below: 0.2", "autonomy-suite", True),
        ("rule-out-below: 0.1", "rule-out-at-most: 0.1", "autonomy-suite", True),
        ("rule-out-below: 0.1, ", "", "autonomy-suite", False),
        ("reached-at: 0.4", "reached-above: 0.4", "autonomy-suite", True),
        (", reached-at: 0.4", "", "autonomy-suite", True),
        ("reached-at: 0.4", "reached-at: 0.4, alert-at: 0.2", "autonomy-suite", False),
        ("reached-at: 0.4", "reached-at: 0.5", "autonomy-suite", True),
        ("reached-at: 0.4", "reached-at: 0.3", "autonomy-suite", False),
        ("treat-as: reached", "treat-as: not-reached", "autonomy-1", True),
        ("to: 6 months", "to: 9 months", "risk-report", True),
        ('section: "5.2", by', 'section: "5.2", force: plan, by', "framework-review", True),
        ("title: Autonomous engineering", "title: Engineering", "autonomy-1", False),
        ("board: Board", "board: Committee", "@roles/board", False),
        ("title: Northlight Frontier", "title: A Northlight Frontier", "@title", False),
        ("prohibits: inside-the-country", "prohibits: {all-of: [inside-the-country, use-is-covered]}", "nobody-is-watched", True),
    ],
)  # fmt: skip
def test_what_asks_less(old, new, clause, less):
    """Each datum, in the direction it goes."""
    one = found((old, new))

    assert {name.partition("/")[0] for name in one} <= {clause.partition("/")[0]}
    assert bool(one[clause].less) is less


@pytest.mark.parametrize(
    ("bars", "level", "less"),
    [
        ("rule-out-below: 0.1, reached-at: 0.4", "0.1", True),
        ("rule-out-below: 0.1", "0.01", False),
        ("reached-at: 0.4", "0.01", True),
        ("reached-at: 0.4", "0.1", False),
    ],
)
def test_another_level_asks_less_where_it_is_easier_to_rule_out_or_only_harder_to_reach(bars, level, less):
    """An indicator without a rule-out bar can say nothing but that a threshold is reached."""
    before = TEXT.replace("rule-out-below: 0.1, reached-at: 0.4", bars)
    texts = before, before.replace("fresh-days: 270", f"fresh-days: 270\n    alpha: {level}")
    versions = [parse_framework(one.encode(), file="f") for one in texts]
    (one,) = differences(*versions, compare((Step(*versions, None),))).found

    assert (one.clause, bool(one.less), one.more) == ("autonomy-suite", less, not less)


@pytest.mark.parametrize("demand", ["stopping: continuing", "elicitation: full", "task-version: '2'"])
def test_a_demand_on_evidence_that_goes_asks_less(demand):
    """Who takes it away says so."""
    with_it = TEXT.replace("fresh-days: 270", f"fresh-days: 270\n    {demand}")
    versions = [parse_framework(one.encode(), file="f") for one in (with_it, TEXT)]
    (one,) = differences(*versions, compare((Step(*versions, None),))).found

    assert one.clause == "autonomy-suite"
    assert one.less


def test_a_red_line_that_goes_is_gone():
    """And a state shows what it shut."""
    start = TEXT.index("red-lines:")
    end = TEXT.index("duties:")
    one = found((TEXT[start:end], ""))["nobody-is-watched"]

    assert one.less[0] == "it is gone"
    assert one.witness is not None
    assert "stop" in one.witness.text


def test_a_new_way_out_asks_less():
    """Interim measures are an addition that is no demand."""
    interim = "    decides: rso\n    interim: {says: Something as good., section: '3.2', approve: {all-of: [ceo, rso]}, at-most: 90 days}\n"
    one = found(("    decides: rso\n", interim))

    assert one["agent-watch/interim"].less == ("it permits what nothing permitted before",)


def test_a_duty_that_becomes_a_question_asks_less():
    """Nobody owes what is only asked."""
    duty = TEXT[TEXT.index("  framework-review:") : TEXT.index("\nchangelog:")]
    question = "questions:\n  framework-review: {says: The framework is reviewed once a year., section: '5.2'}\n"
    one = found((duty, ""), ("questions:\n", question))

    assert one["framework-review"].less == ("kind: duty → question",)


@pytest.mark.parametrize("kept", ["judgement-required", "left-out"])
def test_a_standard_that_is_only_spoken_of_asks_less(kept):
    """It cannot be announced as a mere change."""
    standard = "  spare: {title: Spare, says: A spare standard., section: '3.4', decides: rso}\n"
    reason = ", reason: Somebody decides." if kept == "left-out" else ""
    texts = (
        TEXT.replace("\nquestions:\n", f"{standard}\nquestions:\n"),
        TEXT + f"{kept}:\n  spare: {{says: A spare standard., section: '3.4'{reason}}}\n",
    )
    versions = [parse_framework(one.encode(), file="f") for one in texts]
    (one,) = differences(*versions, compare((Step(*versions, None),))).found

    assert (one.clause, one.relocated, bool(one.less)) == ("spare", True, True)


def test_a_duty_is_gone_though_a_mapping_says_that_another_one_goes_on_for_it():
    """A duty that stood beside it before and stands there still takes nobody's place."""
    duty = TEXT[TEXT.index("  framework-review:") : TEXT.index("\nchangelog:")]
    old, new = (
        parse_framework(one.encode(), file="f") for one in (TEXT, TEXT.replace(duty, "").replace('"1.1"', '"1.2"'))
    )
    row = ClauseRow(
        old=("framework-review",), new=("risk-report",), change=ChangeKind.STRENGTHENED, dimensions=(),
        says="So.", announced=None, because="So.",
    )  # fmt: skip
    step = Step(old, new, VersionMapping(correspondences=(), rows=(row,)))
    one = {one.clause: one for one in differences(old, new, compare((step,))).found}["framework-review"]

    assert "it is gone" in one.less


LINEAGE = """    lineage:
      - {from: [autonomy], versions: ["1.0"], carries: [ruled-out], because: It is one line.}
    determined-by: indicators"""


def test_the_argument_of_a_lineage_in_other_words_asks_no_less():
    """The same findings carry over from the same ids."""
    with_it = TEXT.replace("    determined-by: indicators", LINEAGE)
    texts = (
        with_it,
        with_it.replace("It is one line.", "The line is one."),
        with_it.replace("[ruled-out]", "[ruled-out, reached]"),
    )
    versions = [parse_framework(one.encode(), file="f") for one in texts]

    (reworded,), (wider,) = (
        differences(versions[0], one, compare((Step(versions[0], one, None),))).found for one in versions[1:]
    )
    assert (reworded.clause, reworded.less) == ("autonomy-1", ())
    assert wider.less


def line(name, *carries):
    return Lineage(from_ids=(name,), versions=("1.0",), carries=carries, because="the same bar")


LINES = [
    ((line("a", "ruled-out", "reached"),), (line("a", "reached", "ruled-out"),), BurdenOfProof.NOT_REACHED, False),
    ((line("a", "ruled-out", "reached"),), (line("a", "reached"),), BurdenOfProof.HOLD, False),
    ((line("a", "reached"),), (), BurdenOfProof.NOT_REACHED, True),
    ((line("a", "reached"),), (), BurdenOfProof.HOLD, False),
    ((line("a", "ruled-out"),), (), BurdenOfProof.NOT_REACHED, False),
    ((line("a", "ruled-out"), line("b", "reached")), (line("a", "ruled-out"),), BurdenOfProof.HOLD, True),
    ((line("a", "ruled-out"), line("b", "ruled-out")), (line("a", "ruled-out"),), BurdenOfProof.HOLD, False),
    ((line("a", "reached"), line("b", "ruled-out")), (line("b", "ruled-out"),), BurdenOfProof.HOLD, True),
    (
        (line("a", "reached"), line("b", "ruled-out")),
        (line("b", "ruled-out"), line("a", "reached")),
        BurdenOfProof.HOLD,
        True,
    ),
]


@pytest.mark.parametrize(("before", "after", "burden", "less"), LINES)
def test_a_line_of_lineage_that_brought_caution_is_missed(before, after, burden, less):
    """What was found reached, or spoke first and carried nothing, held the threshold: without it less is asked (D-4, D-5)."""
    text = parse_framework(TEXT.encode(), file="f")
    one, two = (
        dataclasses.replace(
            text, thresholds=(dataclasses.replace(text.thresholds[0], lineage=lines, when_unknown=burden),)
        )
        for lines in (before, after)
    )

    told = {one.clause: one for one in differences(one, two, compare((Step(one, two, None),))).found}
    assert bool(told["autonomy-1"].less) is less


@pytest.mark.parametrize(("before", "after", "less"), [("1 year", "6 months", False), ("6 months", "1 year", True)])
def test_a_finding_that_lapses_sooner_asks_more_and_is_shown_by_no_looser_state(before, after, less):
    """The state in which a finding has lapsed under the new version alone shows that the new one is the stricter."""
    texts = [TEXT.replace("decides: rso", f"decides: rso\n    re-approve: {one}") for one in (before, after)]
    versions = [parse_framework(one.encode(), file="f") for one in texts]
    (one,) = differences(*versions, compare((Step(*versions, None),))).found

    assert (one.clause, bool(one.less), one.witness is not None, one.more) == ("agent-watch", less, less, not less)


def test_other_sections_and_numbers_are_no_difference():
    """Where a sentence stands is not what it says."""
    assert found(('section: "2.1"', 'section: "9.9"')) == {}


def test_another_document_under_equal_clauses_is_told():
    """Words that the file does not encode may have changed: somebody says what became of them."""
    sha = next(line.split()[1] for line in TEXT.splitlines() if "sha256:" in line)
    other = found((sha, "e" * 64))["@document"]
    known, roles = frozenset({"approved-first"}), frozenset({"rso"})

    alone = Differences(found=(other,), unexplained=())
    assert [one.id for one in refusals(alone, None, known=known, roles=roles)] == ["not-announced"]
    assert not other.less
    beside = Differences(found=(*found(("board: Board", "board: Committee")).values(), other), unexplained=())
    assert [one.clauses for one in refusals(beside, None, known=known, roles=roles)] == [("@roles/board",)]
