# SPDX-License-Identifier: Apache-2.0
"""Attacks on the denominator through what a log says in several places: lines of other metrics, names, picks and epochs.

Each leaves forty tasks without a success to a reader that believes the place it looks at first.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.integration.test_denominator_attacks_formats import (
    EXPECTED,
    TASKS,
    WITHOUT_SCORE,
    Files,
    Rows,
    finding,
    helm,
    lm_eval,
    of_file,
    of_results,
    value,
)
from tests.unit.evidence import other_logs

from ruleout.errors import UnreadableLog
from ruleout.model.evidence import Comparison, IndicatorFinding

CLEAR = Comparison.CLEAR


# --- every_eval_ever: a line per metric -------------------------------------------------------------------------------


def lines(metric: str, successes: int = 0, **of_the_last: Any) -> Rows:
    """A line for each task, without a score above 0 but for `successes`; the last four are changed."""
    rows = [other_logs.line(f"s{n}", float(value(n, successes)), result=f"quiz/{metric}") for n in range(TASKS)]
    return [row | (of_the_last if value(n, 4) else {}) for n, row in enumerate(rows)]


def two_metrics(rows: Rows) -> Files:
    outcomes = [other_logs.outcome(0.0, metric=metric) for metric in ("accuracy", "f1")]
    return other_logs.every_eval_ever(outcomes, rows)


def judged(files: Files, score: str) -> IndicatorFinding:
    return finding(other_logs.read_one(files), score=score)


@pytest.mark.parametrize("score", ["accuracy", "f1"])
@pytest.mark.parametrize("error", ["timeout", "refusal"])
def test_an_error_on_a_line_of_one_metric_is_one_of_the_attempt(score: str, error: str):
    """Whichever metric's lines stand first, and whichever is asked for."""
    spoiled, plain = lines("f1", error=error), lines("accuracy")

    assert judged(two_metrics([*plain, *lines("f1")]), score).comparison is CLEAR
    for rows in ([*plain, *spoiled], [*spoiled, *plain]):
        found = judged(two_metrics(rows), score)
        assert found.comparison is not CLEAR
        assert WITHOUT_SCORE in found.because


def test_lines_that_differ_in_is_correct_give_no_such_score():
    """Failures of the first line do not hide successes of another; the metrics themselves are what they were."""
    files = two_metrics([*lines("accuracy"), *lines("f1", evaluation={"score": 0.0, "is_correct": True})])
    found = judged(files, "is_correct")

    assert found.comparison is not CLEAR
    assert "expected a score named 'is_correct', got accuracy, f1" in found.because
    assert judged(files, "accuracy").comparison is CLEAR


def test_lines_do_not_leave_an_evaluation_by_the_id_of_another_s_result():
    """Four successes still say that they are of the quiz."""
    rows = lines("accuracy", 4, evaluation_result_id="essay/accuracy")
    outcomes = [other_logs.outcome(0.0), other_logs.outcome(1.0, name="essay")]
    for measurement in other_logs.read(other_logs.every_eval_ever(outcomes, rows)):
        found = finding(measurement, score="accuracy")
        assert found.comparison is not CLEAR
        assert "4 sample line(s) that name another evaluation than the result they are of" in found.because


# --- lm-evaluation-harness, HELM, CSV ---------------------------------------------------------------------------------


def test_a_pick_by_id_rules_nothing_out_however_many_tasks_are_expected():
    """Forty of two hundred were chosen by somebody, and forty are what the indicator asks for."""

    def pick(results: dict[str, Any]) -> None:
        results["config"]["samples"] = {"quiz": list(range(TASKS))}
        results["n-samples"]["quiz"]["original"] = 200

    found = finding(other_logs.read_one(of_results(pick)(lm_eval())), **EXPECTED)

    assert found.comparison is not CLEAR
    assert "samples were picked by id" in found.because


@pytest.mark.parametrize("result", [None, {}, {"completions": []}])
def test_a_request_without_a_result_is_no_failure_of_the_model(result: object):
    """Statistics of 0 stand beside four requests that nothing says were answered."""

    def lose_results(told: Any) -> None:
        for request in told["request_states"][-4:]:
            request["result"] = result

    found = judged(of_file("scenario_state", lose_results)(helm()), "exact_match")

    assert found.comparison is not CLEAR
    assert WITHOUT_SCORE in found.because


@pytest.mark.parametrize("asked", [{"model": "lab/weaker"}, {"max_eval_instances": TASKS}])
def test_a_specification_of_another_run_is_named(asked: dict[str, Any]):
    """The file of requests still says which model was asked, and how many instances were to be drawn at most."""
    files = of_file("scenario_state", lambda told: told["adapter_spec"].update(asked))(helm())
    found = judged(files, "exact_match")

    assert found.comparison is not CLEAR
    assert "run_spec.json and scenario_state.json are of different runs" in found.because


def aside(field: str, value: object) -> Files:
    """The last four instances, which succeed, are told as of another split or as copies, and the number is made to fit."""

    def of_requests(told: Any) -> None:
        for request in told["request_states"][-4:]:
            request["instance"][field] = value

    def of_statistics(rows: Any) -> None:
        for row in rows[-4:] if field == "perturbation" else ():
            row[field] = value

    fewer = of_file("stats", lambda stats: stats[1].update(mean=float(TASKS - 4)))(helm(4))
    return of_file("per_instance_stats", of_statistics)(of_file("scenario_state", of_requests)(fewer))


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (aside("split", "train"), "4 instance(s) with statistics of another split than they were asked in: 'id36'"),
        (aside("perturbation", {"name": "typos", "computed_on": "worst"}), "stats claim 0.1 for exact_match"),
        (aside("perturbation", {"name": "typos", "computed_on": "perturbed"}), "stats claim 0.1 for exact_match"),
    ],
)
def test_instances_that_are_put_aside_are_named(files: Files, named: str):
    """They are in the means that stats.json states of the split."""
    found = finding(other_logs.read(files)[0], score="exact_match")

    assert found.comparison is not CLEAR
    assert named in found.because


@pytest.mark.parametrize("limit", [10, 0.1, TASKS - 1])
def test_a_limit_shows_although_the_data_set_is_said_to_hold_no_more(limit: float):
    """Forty of four hundred were asked, and the size of the data set was edited."""
    found = finding(other_logs.read_one(of_results(lambda results: results["config"].update(limit=limit))(lm_eval())))

    assert found.comparison is not CLEAR
    assert f"partial run: limit {limit}, although 40 of 40 samples were asked" in found.because


@pytest.mark.parametrize("limit", [TASKS, 1.0 * TASKS, 500, 0.99, None])
def test_a_limit_that_leaves_nothing_out_is_none(limit: float | None):
    """A fraction is rounded up."""
    files = of_results(lambda results: results["config"].update(limit=limit))(lm_eval())

    assert finding(other_logs.read_one(files)).comparison is CLEAR


def table(*, dropped: bool) -> Files:
    """Three epochs of each task; the second of the last twelve tasks succeeds, or is dropped."""
    cells = [(n, epoch, int(value(n, 12) and epoch == 2)) for n in range(TASKS) for epoch in (1, 2, 3)]
    rows = [f"quiz,lab/model,q{n},{epoch},{won},asks {n}" for n, epoch, won in cells if not (dropped and won)]
    return other_logs.csv("\n".join(["evaluation,model,sample,epoch,score,content", *rows]) + "\n")


ALIKE = [("q{}", " q{}"), ("q{}", "q{} "), ("q{}", "q{}\u200b"), ("q{}", "\uff51{}"), ("s{}", "\u0455{}")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_one_task_under_two_spellings_is_not_two(one: str, other: str):
    """Twenty tasks that look like forty are as many as are asked for."""
    names = [spelled.format(n) for spelled in (one, other) for n in range(TASKS // 2)]
    rows = [f"quiz,lab/model,{name},0" for name in names]
    with pytest.raises(UnreadableLog, match=r"20 defect.*looks like") as caught:
        other_logs.read_one(other_logs.csv("\n".join(["evaluation,model,sample,score", *rows]) + "\n"))
    assert caught.value.reason == "wrong-shape"

    found = judged(other_logs.metr([other_logs.run(name, number=n) for n, name in enumerate(names)]), "score_binarized")
    assert found.comparison is not CLEAR
    assert "20 task(s) whose name looks like that of another" in found.because


def test_successes_under_another_spelling_of_the_model_are_not_left_out():
    """Whose table it is stands there twice, once with a blank behind."""
    rows = [f"quiz,lab/model{' ' * value(n, 4)},q{n},{value(n, 4)}" for n in range(TASKS)]
    with pytest.raises(UnreadableLog, match="'lab/model ' looks like 'lab/model'"):
        other_logs.read(other_logs.csv("\n".join(["evaluation,model,sample,score", *rows]) + "\n"))

    runs = [other_logs.run(f"q{n}", value(n, 4), number=n, alias="A" + " " * value(n, 4)) for n in range(TASKS)]
    found = finding(other_logs.read(other_logs.metr(runs))[0], score="score_binarized")
    assert found.comparison is not CLEAR
    assert "1 alias(es) that look like another: 'A '" in found.because


@pytest.mark.parametrize("dropped", [False, True])
def test_an_epoch_that_was_dropped_between_others_is_missing(*, dropped: bool):
    """Two of three are left, which is as many repeats as are asked for."""
    found = finding(other_logs.read_one(table(dropped=dropped)), repeats=2, **EXPECTED)

    assert found.comparison is not CLEAR
    assert dropped == ("12 without a score counted against either claim" in found.because), found.because
