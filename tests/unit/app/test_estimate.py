# SPDX-License-Identifier: Apache-2.0
"""Files become sides of a comparison: tasks of one name and other content never meet (S-4, E-2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.evidence import inspect_logs

from ruleout.app import estimate
from ruleout.app.plan import default_rate
from ruleout.errors import RuleoutError


def test_tasks_whose_content_differs_are_set_apart(tmp_path):
    """Same id, other question: listed on both sides, compared on neither. Content that one log lacks changes nothing."""
    for name, asked in (("a", "this"), ("b", "that")):
        samples = [inspect_logs.sample("s0", "C", input=asked), inspect_logs.sample("s1", "C")]
        (tmp_path / f"{name}.eval").write_bytes(inspect_logs.log(samples))
    first, second, found = estimate.pairs(
        tmp_path / "a.eval",
        tmp_path / "b.eval",
        score="",
        success_at=Decimal(1),
        seed=0,
        confidence=Decimal("0.95"),
    )

    assert (first.name, second.name, found.tasks) == ("a.eval", "b.eval", 1)
    assert found.only_first[0].startswith("s0 (other content)")


def test_the_assumed_rate_is_a_fifth_of_the_bar():
    """Stated in the plan, and only where nobody gives one."""
    assert default_rate(Decimal("0.1")) == Decimal("0.02")


METR = """
results:
  gpt_4: {release_date: 2023-03-14, metrics: {is_sota: true, p50_horizon_length: {estimate: 4.0}}}
  old: {release_date: 2022-03-14, metrics: {is_sota: true, p50_horizon_length: {estimate: 1.0}}}
  weak: {release_date: 2023-06-14, metrics: {is_sota: false, p50_horizon_length: {estimate: 0.1}}}
  o1: {release_date: 2024-03-13, metrics: {is_sota: true, p50_horizon_length: {estimate: 8.0}}}
  o3: {release_date: 2025-03-13, metrics: {is_sota: true, p50_horizon_length: {estimate: 16.0}}}
"""


def test_metrs_own_file_is_a_table_whose_rows_can_be_chosen(tmp_path):
    """Since a day, and only what is marked; how many were left out is told."""
    path = tmp_path / "results.yaml"
    path.write_text(METR, encoding="utf-8")
    question = estimate.TrendQuestion(since=date(2023, 1, 1), frontier=True)
    answer = estimate.trend(path, question)

    assert (answer.trend.models, answer.left_out, answer.trend.doubling_days) == (3, 2, Decimal("365.000"))
    assert [row.model for row in answer.rows] == ["gpt_4", "o1", "o3"]


def test_yaml_that_is_too_large_or_none_is_refused(tmp_path):
    """With its size, or with the place of the defect."""
    path = tmp_path / "results.yaml"
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(RuleoutError, match="expected YAML of at most"):
        estimate.trend(path, estimate.TrendQuestion())
    path.write_text("results: [", encoding="utf-8")
    with pytest.raises(RuleoutError, match="problem"):
        estimate.trend(path, estimate.TrendQuestion())


def test_a_log_of_several_models_is_no_side(tmp_path):
    """The error lists what the log holds."""
    rows = "sample,score,model,task\n1,1,lab/a,suite\n1,0,lab/b,suite\n"
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "both.csv").write_text(rows, "utf-8")

    with pytest.raises(RuleoutError, match="got 2: suite of lab/a, suite of lab/b"):
        estimate.pairs(
            *(tmp_path / "runs", tmp_path / "b.eval"),
            score="", success_at=Decimal(1), seed=0, confidence=Decimal("0.9"),
        )  # fmt: skip


def test_scores_of_yes_and_no_are_counted(tmp_path):
    """A table of zeros and ones is two proportions; arms of one score each are too small for means."""
    path = tmp_path / "scores.csv"
    path.write_text("arm,score\ntreated,1\ntreated,0\ncontrol,0\n", encoding="utf-8")
    assert estimate.uplift_of_table(path, confidence=Decimal("0.95"))[1].ratio_method.startswith("Koopman")

    path.write_text("arm,score\ntreated,1\ncontrol,0.5\ncontrol,2\n", encoding="utf-8")
    with pytest.raises(RuleoutError, match="at least 2 scores in each arm, got 1 and 2"):
        estimate.uplift_of_table(path, confidence=Decimal("0.95"))


def test_a_rate_says_how_many_trials_it_would_take():
    """Only where a bar is given and the bound does not lie below it."""
    alpha = Decimal("0.05")

    assert estimate.rate(3, 1000, bar=Decimal("0.01"), alpha=alpha).needed is None
    assert estimate.rate(3, 1000, bar=None, alpha=alpha).is_below is False
    assert estimate.rate(0, 28, bar=Decimal("0.1"), alpha=alpha).needed == 29
