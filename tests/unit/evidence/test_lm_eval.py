# SPDX-License-Identifier: Apache-2.0
"""lm-evaluation-harness: tasks, filters, denominators, and results held against their samples (E-1, E-2)."""

from __future__ import annotations

import tracemalloc
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.evidence import other_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.accept import accept
from ruleout.evidence.readers import group_files, read_log
from ruleout.evidence.readers.lm_eval import NO_SAMPLES, PICKED
from ruleout.evidence.source import Log, MemorySource, Part
from ruleout.model.evidence import Bar, Direction, Indicator, Measurement, SampleState, Weight

ROWS = [logs.document(n, float(n == 2)) for n in range(4)]
SAMPLES = f"samples_sums_{logs.STAMP}.jsonl"


def read(rows: list[Any] | None = None, *, beside: list[Any] | None = None, **more: Any) -> Measurement:
    """The measurement of one task; `beside` are samples other than those the results were made of."""
    files = logs.lm_eval({"sums": rows or ROWS}, **more)
    if beside is not None:
        files[SAMPLES] = logs.dump_lines(beside)
    return logs.read_one(files)


def results(**more: Any) -> dict[str, Any]:
    return logs.results({"sums": ROWS}, **more)


def test_an_honest_run_has_no_problems_and_says_who_made_it():
    """Model, tool, revision, date and sizes are those of the results."""
    m = read()

    assert (m.problems, m.partial, m.expected, m.dataset_samples) == ((), "", 4, 4)
    assert (m.model, m.model_digest, m.tool, m.tool_version, m.revision) == (
        "lab/model",
        "d1g3st",
        "lm_eval",
        "0.4.9",
        "abc1234",
    )
    assert (m.task, m.task_version, m.status, str(m.evaluated)) == (
        "sums",
        "1.0",
        "success",
        "2026-03-01 10:00:00.500000+00:00",
    )
    assert m.reported == (("exact_match,none", "value", 0.25), ("exact_match,none", "stderr", 0.25))
    assert [name for name, _ in m.parts] == [logs.RESULTS, SAMPLES]


def test_filters_of_one_document_are_scores_of_one_attempt():
    """Two filters do not make two samples."""
    m = read([logs.document(1, 0.0, of="strict"), logs.document(1, 1.0, of="loose")])

    (attempt,) = m.attempts
    assert attempt.scores == (("exact_match,strict", 0.0), ("exact_match,loose", 1.0))
    assert m.problems == ()


def test_a_task_without_samples_is_all_missing_and_says_why():
    """A figure alone never carries a gate; its denominator is shown all the same."""
    files = logs.lm_eval({"sums": ROWS})
    del files[SAMPLES]
    m = logs.read_one(files)

    assert m.problems == (NO_SAMPLES,)
    assert [(a.sample, a.state) for a in m.attempts] == [(str(n), SampleState.MISSING) for n in range(4)]


def test_each_task_is_a_measurement_and_groups_are_none():
    """The row of a group is a mean of tasks."""
    more = results()["results"]["sums"]
    m = logs.read(
        logs.lm_eval({"sums": ROWS, "angles": ROWS}, groups={"maths": {}}, group_subtasks={"maths": ["sums", "angles"]})
    )
    data = logs.results({"sums": ROWS}, group_subtasks={"maths": ["sums"], "sums": []})
    data["results"]["maths"] = more
    grouped = logs.read({logs.RESULTS: logs.dumps(data), SAMPLES: logs.dump_lines(ROWS)})

    assert [x.task for x in m] == ["sums", "angles"]
    assert [x.task for x in grouped] == ["sums"]


@pytest.mark.parametrize(
    ("beside", "said"),
    [
        (ROWS[:3], "expected 4 samples, as the results say, got 3"),
        ([*ROWS, ROWS[1]], "1 sample(s) stand more than once under one filter: '1'"),
        ([logs.document(n, 1.0) for n in range(4)], "results claim 0.25 for exact_match,none, the samples give 1"),
        ([logs.document(0, 0.5), logs.document(1, 0.5), *[logs.document(n) for n in (2, 3)]], "another standard error"),
        ([{**ROWS[0], "doc_hash": "0"}, *ROWS[1:]], "their hashes give another task hash"),
        ([{**ROWS[0], "target": "9"}, *ROWS[1:]], "1 sample(s) whose target is not that of their hash: '0'"),
        ([{**ROWS[0], "filter": "loose"}, *ROWS[1:]], "filters have different numbers of samples: 'loose 1', 'none 3'"),
        (
            [{k: v for k, v in ROWS[0].items() if k != "exact_match"}, *ROWS[1:]],
            "1 of 4 samples have no score exact_match,none",
        ),
    ],
)
def test_samples_that_are_not_those_of_the_results_are_a_problem(beside: list[Any], said: str):
    """Left out, doubled, edited, rehashed, moved to another filter."""
    assert any(said in problem for problem in read(beside=beside).problems)


def test_names_from_the_log_are_one_line_of_printable_text():
    """A filter's name, a metric's, a limit: whatever a log holds, a page shows it as text."""
    rows = [{**ROWS[0], "filter": "\u202e\n"}, *ROWS[1:]]

    assert all(problem.isprintable() for problem in read(beside=rows).problems)


def test_missing_documents_keep_their_place_in_the_denominator():
    """Four were asked and three are there."""
    states = {a.sample: a.state.value for a in read(beside=[ROWS[0], ROWS[2], ROWS[3]]).attempts}

    assert states == {"0": "scored", "2": "scored", "3": "scored", "1": "missing"}


def test_a_limit_makes_the_run_partial():
    """And so do samples picked by id, whose names are not known; they are a problem too."""
    sizes = {"sums": {"original": 100, "effective": 4}}
    config = results()["config"]
    picked = read(beside=ROWS[:3], config=config | {"samples": {"sums": [1, 2]}})

    assert read(**{"n-samples": sizes, "config": config | {"limit": 4.0}}).partial == "limit 4.0: 4 of 100 samples"
    assert (picked.partial, picked.attempts[-1].sample) == ("samples picked by id", "(not named 1)")
    assert PICKED in picked.problems
    assert PICKED not in read(config=config | {"samples": None}).problems


def test_rows_of_old_releases_are_read_by_the_names_the_results_know():
    """A line of an old release says neither its filter nor its metrics, and has no hashes."""
    new = ("filter", "metrics", "doc_hash", "prompt_hash", "target_hash")
    old = [{k: v for k, v in row.items() if k not in new} for row in ROWS]
    m = read(beside=old, date=None, lm_eval_version=None, model_name=None, task_hashes={}, **{"n-samples": {}})

    assert (m.problems, m.model, m.evaluated, m.expected) == ((), "lab/model", None, None)
    assert [a.scores for a in m.attempts] == [(("exact_match,none", float(n == 2)),) for n in range(4)]
    assert "the results do not say how many samples were asked" in m.notes


def test_rows_that_do_not_say_which_of_two_filters_they_are_of_are_a_problem():
    """Nothing is guessed."""
    both = [logs.document(1, 0.0, of="a"), logs.document(1, 0.0, of="b")]
    nameless = [{k: v for k, v in row.items() if k != "filter"} for row in both]

    assert any(
        "2 sample line(s) do not say which of several filters" in p for p in read(both, beside=nameless).problems
    )


def test_an_aggregate_that_is_no_mean_is_not_compared_and_a_note_says_so():
    """A median, or values that are lists, are the harness's to add up."""
    data = logs.results({"sums": ROWS})
    data["configs"]["sums"]["metric_list"][0]["aggregation"] = "median"
    m = logs.read_one(
        {logs.RESULTS: logs.dumps(data), SAMPLES: logs.dump_lines([logs.document(n, 1.0) for n in range(4)])}
    )

    assert not any("results claim" in problem for problem in m.problems)
    assert "aggregates that are not means of the samples were not compared: 'exact_match,none'" in m.notes


def test_answers_that_were_predicted_and_not_scored_are_missing():
    """`bypass` is 999 for every answer; counted as a score it would be a success."""
    m = read(beside=[{**row, "metrics": ["bypass"], "bypass": 999} for row in ROWS])

    assert {a.state for a in m.attempts} == {SampleState.MISSING}


def test_repeats_folded_by_a_filter_are_no_epochs():
    """One score stands for several answers, and a note says so."""
    data = results()
    data["configs"]["sums"]["repeats"] = 5
    m = logs.read_one({logs.RESULTS: logs.dumps(data), SAMPLES: logs.dump_lines(ROWS)})

    assert (m.epochs, "5 answers per sample, which a filter folded into one score" in m.notes) == (1, True)


def test_equal_questions_have_equal_content_under_other_ids():
    """So that an easy sample under many names is seen to be one."""
    twin = {
        **logs.document(7),
        "arguments": ROWS[1]["arguments"],
        "target": ROWS[1]["target"],
        "target_hash": ROWS[1]["target_hash"],
    }
    content = {a.sample: a.content for a in read([*ROWS, twin]).attempts}

    assert content["7"] == content["1"] != content["2"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"results": {}}, "wrong-shape"),
        ({"results": {"sums": 1}}, "wrong-shape"),
        ({"configs": None}, "wrong-shape"),
        ({"n-samples": {"sums": {"original": -1, "effective": 4}}}, "wrong-shape"),
        ({"n-samples": {"sums": {"original": 10**9, "effective": 10**9}}}, "too-large"),
        ({"date": "today"}, "wrong-shape"),
    ],
)
def test_results_of_another_shape_are_refused_by_name(change: dict[str, Any], reason: str):
    """A promise of a thousand million samples is refused before it is counted out."""
    with pytest.raises(UnreadableLog) as caught:
        read(**change)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("line", "reason"), [(b'{"doc_id"', "bad-json"), (b"[]", "wrong-shape"), (b'{"doc_id": 1.5}', "wrong-shape")]
)
def test_a_broken_line_is_refused_with_its_number(line: bytes, reason: str):
    """A log is read wholly or not at all."""
    files = logs.lm_eval({"sums": ROWS})
    files[SAMPLES] += line
    with pytest.raises(UnreadableLog, match="line 5") as caught:
        logs.read(files)
    assert caught.value.reason == reason


def test_a_date_that_is_none_and_samples_of_no_task_are_problems():
    """What stands beside the results and belongs to nothing may be what somebody left out of them."""
    files = logs.lm_eval({"sums": ROWS}, date=-5.0)
    files[f"samples_other_{logs.STAMP}.jsonl"] = b""

    problems = logs.read_one(files).problems
    assert "samples beside the results are of no task in them: 'other'" in problems
    assert "the date of the results is no instant" in problems


class RepeatedLine:
    """A source of many equal lines that is never whole in memory."""

    def __init__(self, line: bytes, count: int) -> None:
        self.line, self.size, self.sha256 = line, len(line) * count, "0" * 64

    def read(self, start: int, length: int) -> bytes:
        end = min(start + length, self.size)
        first, last = start // len(self.line), -(-end // len(self.line))
        return (self.line * (last - first))[start - first * len(self.line) :][: end - start]


def test_memory_is_that_of_the_largest_sample():
    """Sixty megabytes of samples are read in a few: pieces, one line, and what is kept of each."""
    line = logs.dump_lines([logs.document(1, resps=["word " * 20_000])])
    results_part = log_part(logs.RESULTS, MemorySource(logs.dumps(results())))
    log = Log(name="x", main=results_part, others=(log_part(SAMPLES, RepeatedLine(line, 600)),))

    tracemalloc.start()
    (m,) = read_log(log)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert log.size > 60_000_000
    assert peak < 12_000_000
    assert any(p.startswith("599 sample(s) stand more than once") for p in m.problems)


def log_part(name: str, source: Any) -> Part:
    return Part(name=name, source=source)


def test_files_of_one_stamp_are_one_log():
    """Samples of another run are not taken for this one's."""
    other = "2026-03-02T10-00-00.000001"
    names = [
        logs.RESULTS,
        SAMPLES,
        f"results_{other}.json",
        f"samples_sums_{other}.jsonl",
        "samples_sums_x.jsonl",
        "notes.txt",
    ]

    assert group_files(names) == [(logs.RESULTS, SAMPLES), (f"results_{other}.json", f"samples_sums_{other}.jsonl")]


def test_an_honest_run_is_accepted():
    """Where the indicator names the score; a task without samples is not."""
    bar = Bar(value=Decimal("0.9"), inclusive=False)
    held = Indicator(
        id="i", threshold="t", evaluation="e", weight=Weight.LOAD_BEARING, direction=Direction.HIGH, rule_out=bar,
        reached=None, score="exact_match,none",
    )  # fmt: skip
    files = logs.lm_eval({"sums": ROWS})
    alone = {logs.RESULTS: files[logs.RESULTS]}

    assert accept(logs.read_one(files), held) == ()
    assert NO_SAMPLES in accept(logs.read_one(alone), held)
