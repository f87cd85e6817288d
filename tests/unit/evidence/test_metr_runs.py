# SPDX-License-Identifier: Apache-2.0
"""METR's runs files: subjects, epochs, limits and faults (E-1, E-2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.evidence import other_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.readers import group_files
from ruleout.model.evidence import SampleState


def test_each_alias_is_a_measurement_and_runs_of_a_task_are_its_epochs():
    """Numbered in file order, in clusters by family; scores under the names the file gives them."""
    rows = [
        logs.run("maze/a", 1, number=1),
        logs.run("maze/b", number=2),
        logs.run("maze/a", number=3),
        logs.run("x", alias="B"),
    ]
    first, second = logs.read(logs.metr(rows))

    assert (first.model, second.model, first.task, first.problems) == ("Model A", "B", "metr-runs", ())
    assert [(a.sample, a.epoch, a.cluster) for a in first.attempts] == [
        ("maze/a", 1, "maze"),
        ("maze/b", 1, "maze"),
        ("maze/a", 2, "maze"),
    ]
    assert first.attempts[0].scores == (("score_binarized", 1), ("score", 1.0))
    assert (first.epochs, first.expected, str(first.evaluated)) == (2, None, "2026-03-01 10:00:00.001000+00:00")


@pytest.mark.parametrize(
    ("ended", "state", "detail"),
    [
        (None, SampleState.SCORED, ""),
        ("usageLimits", SampleState.SCORED, "limit: usageLimits"),
        ("server", SampleState.ERRORED, "error: ended by a fault of server"),
        ("agent", SampleState.ERRORED, "error: ended by a fault of agent"),
        ("", SampleState.ERRORED, "error: ended by a fault of "),
    ],
)
def test_a_limit_is_scored_as_it_stood_and_a_fault_is_an_error(ended: str | None, state: SampleState, detail: str):
    """Neither is dropped, and both say what ended them."""
    (attempt,) = logs.read_one(logs.metr([logs.run("x", 1, fatal_error_from=ended)])).attempts

    assert (attempt.state, attempt.detail) == (state, detail)


def test_a_run_without_any_score_is_missing():
    """It was made and nobody says what came of it."""
    (attempt,) = logs.read_one(logs.metr([logs.run("x", None)])).attempts

    assert (attempt.state, attempt.scores) == (SampleState.MISSING, ())


def test_scaffolds_are_told():
    """What a model was given to work with belongs to what was measured."""
    rows = [logs.run("x", 1, number=n, scaffold=s) for n, s in enumerate(["react", "react", "flock"])]

    assert "scaffold: 'react', 'flock'" in logs.read_one(logs.metr(rows)).notes


def test_people_have_no_date():
    """Their runs hold 0, which is no instant."""
    m = logs.read_one(logs.metr([logs.run("x", 1, alias="human", started_at=0)]))

    assert (m.evaluated, m.problems, "1 run(s) without a date" in m.notes) == (None, (), True)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (logs.run("x", 1, number=1), "1 run(s) stand more than once: 'run_1'"),
        (logs.run("x", 0.5, number=2), "1 run(s) whose score_binarized is neither 0 nor 1: 'x'"),
        (logs.run("x", 0, number=2, started_at=-1), "1 run(s) whose started_at is no instant"),
    ],
)
def test_runs_that_cannot_be_right_are_a_problem(row: Any, said: str):
    """A run counted twice, a binary score that is none, a start that is none."""
    assert any(said in problem for problem in logs.read_one(logs.metr([logs.run("x", 1, number=1), row])).problems)


@pytest.mark.parametrize(
    ("tail", "reason"),
    [(b'{"task_id": 1, "alias": "a"}', "wrong-shape"), (b"{", "bad-json"), (b'{"task_id": "x"}', "wrong-shape")],
)
def test_a_broken_line_is_refused_with_its_number(tail: bytes, reason: str):
    """A log is read wholly or not at all."""
    with pytest.raises(UnreadableLog, match="line 2") as caught:
        logs.read({"all_runs.jsonl": logs.metr([logs.run("x")])["all_runs.jsonl"] + tail})
    assert caught.value.reason == reason


def test_a_runs_file_is_known_by_its_name_in_a_folder():
    """Other lines of JSON are not claimed."""
    assert group_files(["2025_all_runs.jsonl", "aggregate.jsonl"]) == [("2025_all_runs.jsonl",)]
