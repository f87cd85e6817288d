# SPDX-License-Identifier: Apache-2.0
"""The list of what is required as a page, and the lines that a case should say of a log."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests import builders

from ruleout.analysis.required import Required, Status, required_evaluations
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.evidence import Bar, Direction, EvidenceItem, Weight
from ruleout.model.run import Run
from ruleout.reports.evaluate_text import case_lines, required_page, required_value
from ruleout.reports.page import as_text

STRICT = replace(
    builders.indicator("i", weight=Weight.SUPPORTING),
    evaluation="Long range",
    elicitation="full scaffold",
    repeats=5,
    expected_samples=40,
    task_version="2",
    fresh_days=90,
    needs=("sandbagging",),
)


def row(**more: object) -> Required:
    rule = builders.rule(condition=builders.reached())
    framework = builders.framework(rule, indicators=(replace(STRICT, **more),))
    (found,) = required_evaluations(framework, builders.case(), {}, {}, at=builders.AT)
    return found


def test_the_page_says_what_is_required_what_is_there_and_how_it_is_run():
    """One block per indicator; what a run must be stands beside what is missing."""
    page = as_text(required_page("x under demo@1.0", [row()], [Run(evaluation="Long range", task="a.py@long")]))

    assert page == (
        "x under demo@1.0                                                    0 of 1 there\n"
        "missing        t · Long range · supporting\n"
        "  requires     ruled out below 0.5, reached at or above 0.8, alpha 0.05,\n"
        "               elicitation 'full scaffold', at least 5 epochs, 40 samples, task\n"
        "               version 2, at most 90 days old, a passed sandbagging check\n"
        "  now          the case has no evidence of this name\n"
        "  lacks checks sandbagging\n"
        "  run by       a.py@long\n"
    )


@pytest.mark.parametrize(
    ("direction", "rule_out", "reached", "words"),
    [
        (Direction.HIGH, (Decimal(2), True), (Decimal(5), False), "ruled out at most 2, reached above 5"),
        (Direction.LOW, (Decimal(5), False), (Decimal(2), True), "ruled out above 5, reached at most 2"),
        (Direction.LOW, (Decimal(5), True), (Decimal(2), False), "ruled out at or above 5, reached below 2"),
    ],
)
def test_a_bar_is_told_with_its_direction(direction, rule_out, reached, words):
    """Below or above, and whether the bar itself counts."""
    bars = [Bar(value=value, inclusive=inclusive) for value, inclusive in (rule_out, reached)]
    page = as_text(required_page("x", [row(direction=direction, rule_out=bars[0], reached=bars[1])], [], width=200))

    assert words in page
    assert "no entry in an evaluations file" in page


def test_what_is_usable_shows_how_long_and_asks_for_no_run():
    """The reader sees when it will have to be made anew."""
    usable = replace(row(), status=Status.USABLE, because="0 of 20 tasks", last_day=date(2026, 7, 1), lacking=())
    page = as_text(required_page("x", [usable], []))

    assert "1 of 1 there" in page
    assert "counts until\n               2026-07-01" in page or "counts until 2026-07-01" in page
    assert "run by" not in page


def test_a_framework_without_indicators_says_so():
    """An empty list is an answer and no oversight."""
    assert "names an indicator" in as_text(required_page("x", [], []))


def test_the_json_value_holds_every_requirement_and_no_float():
    """Numbers that decide are texts."""
    value = required_value(row(), None)

    assert value["required"] == {
        "direction": "high",
        "rule_out": {"value": "0.5", "inclusive": False},
        "reached": {"value": "0.8", "inclusive": True},
        "alert": None,
        "alpha": "0.05",
        "elicitation": "full scaffold",
        "repeats": 5,
        "expected_samples": 40,
        "task_version": "2",
        "fresh_days": 90,
    }
    assert (value["status"], value["outstanding"], value["lacking"]) == ("missing", False, ["sandbagging"])


@pytest.mark.parametrize("text", ["plain", 'a "b" \\ c', "- x: {y}", "# no comment", "zwölf – ½", "yes", "1", "a: b"])
def test_the_lines_for_a_case_read_back_as_they_were(text):
    """Whatever a log calls its task: it is quoted, and is no YAML of its own."""
    item = EvidenceItem(
        id=text, indicators=(), digest="ab" * 32, log="logs/a.eval", figure=None, source=None, evaluated=None,
        elicitation=text, log_task=text, log_model=text,
    )  # fmt: skip
    read = read_yaml(b"evidence:\n" + case_lines(item).encode(), file="case.yaml").value

    assert read == {
        "evidence": [
            {
                "evaluation": text,
                "log": "logs/a.eval",
                "digest": "ab" * 32,
                "log-task": text,
                "log-model": text,
                "stated-elicitation": text,
            }
        ]
    }


def test_lines_with_characters_that_do_not_print_have_them_escaped():
    """A name in a log may not forge a line of the case."""
    item = EvidenceItem(
        id="a\n    met: yes\x1b[2K", indicators=(), digest="", log="", figure=None, source=None, evaluated=None
    )

    assert case_lines(item) == '  - evaluation: "a\\n    met: yes\\u001b[2K"\n'


def test_a_case_with_bars_of_its_own_is_told_to_keep_them():
    """The lines replace what was there of the log and nothing else."""
    item = builders.published("x", "1", builders.indicator("x"))

    assert "# Keep bears-on:, bars:" in case_lines(item)
