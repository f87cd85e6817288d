# SPDX-License-Identifier: Apache-2.0
"""Attacks on the denominators of logs that are not Inspect's: each is named, and none rules out (E-1, E-2).

Every honest log here fails to rule out, for 4 of its 40 answers are successes or errors. Every attack changes one file
and not the other that tells the same story; believed, its log would rule out. Where a format says everything only
once, a forgery cannot be told from a smaller run: there the indicator's own number of tasks catches it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import other_logs as logs

from ruleout.engine.indicator import measure_indicator
from ruleout.errors import UnreadableLog
from ruleout.model.evidence import Comparison, IndicatorFinding, Measurement

TASKS = 40
Files = dict[str, bytes]


def finding(m: Measurement, score: str, **indicator: Any) -> IndicatorFinding:
    item = replace(
        builders.published("e", "1"), figure=None, digest="", evaluated=None, log_task=m.task, log_model=m.model
    )
    asked = replace(builders.indicator(rule_out="0.1", **indicator), score=score)
    return measure_indicator(asked, item, m, at=builders.AT)


# --- honest logs: 36 failures, 4 successes ------------------------------------------------------------------------------


def lm_eval() -> Files:
    return logs.lm_eval({"sums": [logs.document(n, float(n >= TASKS - 4)) for n in range(TASKS)]})


def helm() -> Files:
    instances = [logs.instance(f"id{n}", float(n >= TASKS - 4)) for n in range(TASKS)]
    return logs.helm(instances, [logs.stat("exact_match", 0.1)])


def every_eval_ever() -> Files:
    rows = [logs.line(f"s{n}", float(n >= TASKS - 4)) for n in range(TASKS)]
    return logs.every_eval_ever([logs.outcome(0.1)], rows)


HONEST: Mapping[str, tuple[Callable[[], Files], str]] = {
    "lm-eval": (lm_eval, "exact_match,none"),
    "helm": (helm, "exact_match"),
    "every-eval-ever": (every_eval_ever, "accuracy"),
}
_SAMPLES = {"lm-eval": f"samples_sums_{logs.STAMP}.jsonl", "every-eval-ever": "r_samples.jsonl"}


# --- attacks ------------------------------------------------------------------------------------------------------------


def rows_of(files: Files, kind: str) -> list[Any]:
    if kind == "helm":
        found: list[Any] = json.loads(files["per_instance_stats.json"])
        return found
    return [json.loads(line) for line in files[_SAMPLES[kind]].splitlines()]


def with_rows(files: Files, kind: str, rows: list[Any]) -> Files:
    if kind == "helm":
        return {**files, "per_instance_stats.json": logs.dumps(rows)}
    return {**files, _SAMPLES[kind]: logs.dump_lines(rows)}


def successes_dropped(files: Files, kind: str) -> Files:
    return with_rows(files, kind, rows_of(files, kind)[:-4])


def successes_become_failures(files: Files, kind: str) -> Files:
    rows = rows_of(files, kind)
    for row in rows[-4:]:
        if kind == "helm":
            row["stats"][0] |= {"sum": 0.0, "mean": 0.0}
        elif kind == "lm-eval":
            row["exact_match"] = 0.0
        else:
            row["evaluation"] = {"score": 0.0, "is_correct": False}
    return with_rows(files, kind, rows)


def failures_stand_in_for_successes(files: Files, kind: str) -> Files:
    """Four failures once more, instead of the four successes."""
    rows = rows_of(files, kind)
    return with_rows(files, kind, rows[:-4] + copy.deepcopy(rows[:4]))


def successes_lose_their_scores(files: Files, kind: str) -> Files:
    rows = rows_of(files, kind)
    for row in rows[-4:]:
        if kind == "helm":
            row["stats"] = []
        elif kind == "lm-eval":
            del row["exact_match"]
        else:
            row["evaluation"] = {"score": None, "is_correct": False}
    return with_rows(files, kind, rows)


ATTACKS = (
    successes_dropped,
    successes_become_failures,
    failures_stand_in_for_successes,
    successes_lose_their_scores,
)


@pytest.mark.parametrize("kind", HONEST)
def test_the_honest_log_does_not_rule_out(kind):
    """It has no problem; it is inconclusive for what it shows."""
    make, score = HONEST[kind]
    measurement = logs.read_one(make())
    found = finding(measurement, score)

    assert measurement.problems == ()
    assert found.comparison is not Comparison.CLEAR
    assert found.estimate is not None, found.because


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("kind", HONEST)
def test_each_attack_is_named_and_rules_nothing_out(kind, attack):
    """By a problem of the log, or by counting what it lacks against the claim."""
    make, score = HONEST[kind]
    measurement = logs.read_one(attack(make(), kind))
    found = finding(measurement, score)

    assert found.comparison is not Comparison.CLEAR
    assert measurement.problems or "without a score" in found.because, found.because


@pytest.mark.parametrize("kind", HONEST)
def test_a_log_rewritten_in_every_file_is_caught_by_the_number_of_tasks_promised(kind):
    """A consistent forgery is a smaller data set; an indicator that says how many tasks there are does not take it."""
    smaller = {
        "lm-eval": lambda: logs.lm_eval({"sums": [logs.document(n) for n in range(TASKS - 4)]}),
        "helm": lambda: logs.helm([logs.instance(f"id{n}") for n in range(TASKS - 4)], [logs.stat("exact_match", 0.0)]),
        "every-eval-ever": lambda: logs.every_eval_ever(
            [logs.outcome(0.0)], [logs.line(f"s{n}") for n in range(TASKS - 4)]
        ),
    }[kind]()
    measurement, score = logs.read_one(smaller), HONEST[kind][1]

    assert finding(measurement, score).comparison is Comparison.CLEAR  # the attacks above are not refused for noise
    caught = finding(measurement, score, expected_samples=TASKS)
    assert caught.comparison is not Comparison.CLEAR
    assert "expected 40 tasks, got 36" in caught.because


@pytest.mark.parametrize("value", ["NaN", "1e400", "-1", "2", "true"])
def test_scores_that_are_no_share_of_one_never_help(value):
    """Not a number, beyond every float, below nothing: none of them makes a run rule out."""
    rows = [f"q{n},0" for n in range(36)] + [f"q{n},{value}" for n in range(36, TASKS)]
    try:
        measurement = logs.read_one(logs.csv("sample,score\n" + "\n".join(rows) + "\n"))
    except UnreadableLog:
        return
    assert finding(measurement, "score").comparison is not Comparison.CLEAR
