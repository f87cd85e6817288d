# SPDX-License-Identifier: Apache-2.0
"""every_eval_ever: records, their samples, and each held against the other (E-1 to E-3)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.evidence import other_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.readers import group_files
from ruleout.evidence.readers.every_eval_ever import NO_SAMPLES
from ruleout.model.evidence import Measurement, SampleState

ROWS = [logs.line("q1", 1.0), logs.line("q2", 0.0)]


def read(rows: list[Any] = ROWS, score: float = 0.5, **more: Any) -> Measurement:
    return logs.read_one(logs.every_eval_ever([logs.outcome(score, **more)], rows))


def test_a_record_with_its_samples_has_no_problems():
    """Score and truth value of each line are kept under their own names."""
    m = read()

    assert (m.problems, m.task, m.model, m.tool, m.tool_version) == ((), "quiz", "lab/model", "tool", "1.2")
    assert m.attempts[0].scores == (("accuracy", 1.0), ("is_correct", True))
    assert (str(m.evaluated), m.reported) == ("2026-03-01 10:00:00+00:00", (("accuracy", "score", 0.5),))


def test_a_record_without_samples_holds_figures_and_no_attempts():
    """Each evaluation's name is a measurement, none of which can carry a gate."""
    found = logs.read(logs.every_eval_ever([logs.outcome(0.5), logs.outcome(0.7, name="essay")]))

    assert [(m.task, m.attempts, m.problems) for m in found] == [
        ("quiz", (), (NO_SAMPLES,)),
        ("essay", (), (NO_SAMPLES,)),
    ]
    assert "figures only: the record holds no samples of this evaluation" in found[0].notes


def test_when_a_figure_was_copied_is_not_when_it_was_measured():
    """`retrieved_timestamp` is not read as a date."""
    m = logs.read_one(logs.every_eval_ever([logs.outcome(0.5, evaluation_timestamp=None)], ROWS))

    assert m.evaluated is None
    assert "the record does not say when the evaluation ran; when it was copied does not count" in m.notes


def test_two_metrics_of_one_evaluation_are_scores_of_one_attempt():
    """Lines are joined to their result by its id."""
    rows = [*ROWS, logs.line("q1", 0.2, result="quiz/f1"), logs.line("q2", 0.4, result="quiz/f1")]
    m = logs.read_one(logs.every_eval_ever([logs.outcome(0.5), logs.outcome(0.3, metric="f1")], rows))

    assert m.problems == ()
    assert [(a.sample, a.epoch, dict(a.scores)["f1"], dict(a.scores)["accuracy"]) for a in m.attempts] == [
        ("q1", 1, 0.2, 1.0),
        ("q2", 1, 0.4, 0.0),
    ]


def test_lines_of_one_sample_are_repeats_in_file_order():
    """The schema has no word for them."""
    m = read([*ROWS, logs.line("q1", 0.5)])

    assert [(a.sample, a.epoch) for a in m.attempts] == [("q1", 1), ("q1", 2), ("q2", 1)]
    assert (m.epochs, "samples that stand more than once are taken as repeats, in file order" in m.notes) == (2, True)


def test_refusals_and_errors_are_told_apart():
    """The word `refusal` alone is one; everything else is an error."""
    m = read([logs.line("q1", 1.0, error="Refusal "), logs.line("q2", 0.0, error="rate limit\x1b[31m")])

    assert [(a.state, a.detail) for a in m.attempts] == [
        (SampleState.REFUSED, "the record gives refusal as the error"),
        (SampleState.ERRORED, "error: rate limit [31m"),
    ]


@pytest.mark.parametrize(
    ("errors", "state", "detail"),
    [
        ((None, "timeout"), SampleState.ERRORED, "error: timeout"),
        (("timeout", None), SampleState.ERRORED, "error: timeout"),
        (("refusal", "timeout"), SampleState.ERRORED, "error: timeout"),
        (("timeout", "refusal"), SampleState.ERRORED, "error: timeout"),
        ((None, "refusal"), SampleState.REFUSED, "the record gives refusal as the error"),
        (("first", "second"), SampleState.ERRORED, "error: first"),
    ],
)
def test_an_attempt_is_in_the_worst_state_of_its_lines(errors: tuple[str | None, ...], state: SampleState, detail: str):
    """An error on the line of any metric ends the attempt, whatever the others say."""
    rows = [
        logs.line("q1", 0.0, result=f"quiz/{metric}", error=e)
        for metric, e in zip(("accuracy", "f1"), errors, strict=True)
    ]
    m = logs.read_one(logs.every_eval_ever([logs.outcome(0.0), logs.outcome(0.0, metric="f1")], rows))

    assert [(a.state, a.detail) for a in m.attempts] == [(state, detail)]


def test_is_correct_is_left_out_of_an_evaluation_whose_lines_differ_in_it():
    """HELM's converter judges it by the metric of the line; no line is believed before another."""
    graded = [
        logs.line(sample, 0.4, result="quiz/f1", evaluation={"score": 0.4, "is_correct": False})
        for sample in ("q1", "q2")
    ]
    m = logs.read_one(logs.every_eval_ever([logs.outcome(0.5), logs.outcome(0.4, metric="f1")], [*ROWS, *graded]))

    assert [a.scores for a in m.attempts] == [(("accuracy", 1.0), ("f1", 0.4)), (("accuracy", 0.0), ("f1", 0.4))]
    assert m.problems == ()
    assert "is_correct is left out: lines of one attempt differ in it, as those of 'q1'" in m.notes


@pytest.mark.parametrize(
    ("rows", "more", "said"),
    [
        (ROWS[:1], {}, "results claim 0.5 for accuracy, the samples give 1"),
        ([*ROWS, logs.line("q3", 0.5, evaluation_id="F")], {}, "1 sample line(s) that belong to another evaluation_id"),
        ([*ROWS, logs.line("q3", 0.5, model_id="other")], {}, "1 sample line(s) of another model than the record"),
        (
            [*ROWS, logs.line("q3", 0.5, result="x", evaluation_name="y")],
            {},
            "1 sample line(s) of no result in the record",
        ),
        (ROWS, {"evaluation_timestamp": "yesterday"}, "expected Unix seconds or an instant with an offset"),
        (ROWS, {"source_data": {"sample_ids": ["q1", "q9"]}}, "1 sample(s) that the record does not list: 'q2'"),
    ],
)
def test_samples_that_contradict_the_record_are_a_problem(rows: list[Any], more: dict[str, Any], said: str):
    """Scores, runs, models, results, dates and lists."""
    assert any(said in problem for problem in read(rows, **more).problems)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"checksum": "0" * 64}, "their SHA-256 differs"),
        ({"total_rows": 3}, "expected 3 lines of samples, as the record says, got 2"),
        ({"file_path": "data/other_samples.jsonl"}, "the record's samples are called"),
    ],
)
def test_a_samples_file_that_is_not_the_records_is_a_problem(change: dict[str, Any], said: str):
    """By digest, length and name."""
    files = logs.every_eval_ever([logs.outcome(0.5)], ROWS)
    record = json.loads(files["r.json"])
    record["detailed_evaluation_results"] |= change

    assert any(said in problem for problem in logs.read_one(files | {"r.json": logs.dumps(record)}).problems)


def test_samples_that_are_named_and_not_handed_in_are_a_problem():
    """Who has the record alone cannot use it."""
    files = logs.every_eval_ever([logs.outcome(0.5)], ROWS)
    del files["r_samples.jsonl"]

    assert any("are not beside it" in problem for problem in logs.read_one(files).problems)


def test_lines_that_do_not_say_which_of_two_results_they_are_of_are_a_problem():
    """Nothing is guessed."""
    rows = [logs.line(s, 1.0, evaluation_result_id=None) for s in ("q1", "q2")]
    m = logs.read_one(logs.every_eval_ever([logs.outcome(1.0), logs.outcome(0.3, metric="f1")], rows))

    assert any("2 sample line(s) that do not say of which of several results" in problem for problem in m.problems)


def test_samples_that_the_record_lists_and_the_file_lacks_are_missing():
    """By their ids, or as many as the record counted."""
    listed = read(source_data={"sample_ids": ["q1", "q2", "q3"], "samples_number": 10})
    counted = read(score_details={"score": 0.5, "uncertainty": {"num_samples": 4}})

    assert [(a.sample, a.state.value) for a in listed.attempts][2:] == [("q3", "missing")]
    assert (listed.partial, listed.dataset_samples, listed.expected) == ("3 of 10 samples", 10, 3)
    assert [a.sample for a in counted.attempts] == ["q1", "q2", "(not named 1)", "(not named 2)"]


def test_scores_that_are_no_means_are_not_compared_and_scores_in_percent_are():
    """A rating is not the mean of anything; 50 percent is the mean of 0 and 1."""
    rating = read([logs.line("q1", 1.0, result="quiz/elo")], 1200.0, metric="elo")
    percent = {"metric_config": {"metric_id": "accuracy", "metric_unit": "percent"}}

    assert rating.problems == ()
    assert any("scores that are not means" in note for note in rating.notes)
    assert read(score=50.0, **percent).problems == ()
    assert any("results claim 0.6" in problem for problem in read(score=60.0, **percent).problems)


def test_equal_questions_have_equal_content_whatever_hash_the_file_states():
    """A stated `sample_hash` is not taken on trust."""
    twin = logs.line("q9", 0.5, input=ROWS[0]["input"], sample_hash="f" * 64)
    content = {a.sample: a.content for a in read([*ROWS, twin]).attempts}

    assert content["q9"] == content["q1"] != content["q2"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"schema_version": "1.0.0"}, "wrong-shape"),
        ({"schema_version": 1}, "not-a-log"),
        ({"evaluation_results": []}, "wrong-shape"),
        ({"evaluation_results": [{"evaluation_name": "x"}]}, "wrong-shape"),
        ({"model_info": None}, "wrong-shape"),
    ],
)
def test_a_record_of_another_shape_is_refused_by_name(more: dict[str, Any], reason: str):
    """A later major version may mean other things by the same words."""
    with pytest.raises(UnreadableLog) as caught:
        logs.read(logs.every_eval_ever([logs.outcome(0.5)], ROWS, **more))
    assert caught.value.reason == reason


def test_a_broken_line_of_samples_is_refused_with_its_number():
    """A log is read wholly or not at all."""
    files = logs.every_eval_ever([logs.outcome(0.5)], ROWS)
    files["r_samples.jsonl"] += b'{"evaluation_id": "E"'
    with pytest.raises(UnreadableLog, match="line 3") as caught:
        logs.read(files)
    assert caught.value.reason == "bad-json"


def test_a_record_and_its_samples_are_one_log():
    """By the stem of their names."""
    assert group_files(["a.json", "a_samples.jsonl", "b_samples.jsonl"]) == [("a.json", "a_samples.jsonl")]


def test_a_line_may_name_the_data_set_instead_of_the_result_whose_id_it_states() -> None:
    """As the format's own converter of HELM runs has it; a name of another result of the record is a problem."""
    of = logs.outcome(0.5, name="exact_match test on mmlu", evaluation_result_id="exact_match:test")
    rows = [
        logs.line(sample, score, result="exact_match:test", evaluation_name="mmlu")
        for sample, score in (("id1", 1.0), ("id2", 0.0))
    ]
    assert logs.read_one(logs.every_eval_ever([of], rows)).problems == ()
