# SPDX-License-Identifier: Apache-2.0
"""What keeps a measurement from being used, and how attempts count (E-2, E-5)."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests import builders
from tests.unit.evidence import inspect_logs as logs

from ruleout.evidence import accept, tally
from ruleout.evidence.accept import is_success
from ruleout.model.evidence import Attempt, Measurement, SampleState, TaskTally, Unit


def measurement(*values: Any) -> Measurement:
    return logs.read_one(logs.log([logs.sample(i, v) for i, v in enumerate(values or ("C", "I"), start=1)]), name="x")


def test_a_complete_honest_log_is_accepted():
    """No reason against is the only acceptance."""
    indicator = builders.indicator(expected_samples=2, task_version="0", elicitation="best of ten", score="match")

    assert accept(measurement(), indicator, elicitation=" best of ten ") == ()


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("started", "the run is unfinished"),
        ("error", "the run did not succeed: its status is 'error'"),
        ("cancelled", "the run did not succeed: its status is 'cancelled'"),
        ("anything", "the run did not succeed: its status is 'anything'"),
    ],
)
def test_only_a_successful_run_is_accepted(status: str, reason: str):
    """Unfinished, failed, cancelled and unknown are told apart and all refused."""
    assert accept(replace(measurement(), status=status), builders.indicator()) == (reason,)


def test_all_reasons_are_given_at_once():
    """Nobody has to fix one to see the next."""
    m = replace(
        measurement(), status="started", problems=("odd", "odder"), partial="limit 2: 2 of 9 samples", task_version="3"
    )
    m = replace(m, attempts=(*m.attempts, m.attempts[0]))
    indicator = builders.indicator(task_version="4", elicitation="max", score="other")

    assert accept(m, indicator) == (
        "the run is unfinished",
        "odd",
        "odder",
        "expected task version '4', got '3'",
        "expected elicitation 'max', got none stated",
        "partial run: limit 2: 2 of 9 samples",
        "1 attempt(s) stand in the log more than once: '1' epoch 1",
        "expected a score named 'other', got match",
    )


def test_another_elicitation_than_required_is_named():
    """What is stated is compared as it stands."""
    assert accept(measurement(), builders.indicator(elicitation="max"), elicitation="low") == (
        "expected elicitation 'max', got 'low'",
    )


def test_a_partial_run_is_accepted_only_where_the_indicator_fixed_its_size():
    """Then the number of tasks must be exactly that."""
    m = replace(measurement(), partial="limit 2: 2 of 9 samples")

    assert accept(m, builders.indicator()) == ("partial run: limit 2: 2 of 9 samples",)
    assert accept(m, builders.indicator(expected_samples=2)) == ()
    assert accept(m, builders.indicator(expected_samples=9)) == ("expected 9 tasks, got 2",)


def test_one_of_several_scores_must_be_named():
    """A dict score is several; its parts are addressed by scorer/key."""
    m = measurement({"a": "C", "b": "I"})

    assert accept(m, builders.indicator()) == (
        "the log has several scores and the indicator names none: match, match/a, match/b",
    )
    assert accept(m, builders.indicator(score="match/a")) == ()
    assert tally(m, builders.indicator(score="match/a")).tasks[0].successes == 1
    assert tally(m, builders.indicator(score="match/b")).tasks[0].failures == 1
    assert tally(m, builders.indicator(score="match")).tasks[0].unscored == 1


def test_a_log_without_scores_is_refused():
    """There is nothing to count."""
    m = logs.read_one(logs.log([logs.sample(1, scores={})]), name="x")

    assert accept(m, builders.indicator()) == ("no attempt has a score",)


def test_a_name_that_means_two_scores_counts_as_unscored():
    """A scorer called like another's part leaves it open which was meant."""
    both = {"match": {"value": {"a": "I"}}, "match/a": {"value": "I"}}
    m = logs.read_one(logs.log([logs.sample(1, scores=both)]), name="x")

    assert tally(m, builders.indicator(score="match/a")).tasks[0].unscored == 1


def test_every_attempt_is_in_the_tally():
    """Tasks in log order; only scored attempts succeed or fail; all states are counted, absent ones as zero."""
    samples = [
        logs.sample("b", "C"),
        logs.sample("b", "I", epoch=2),
        logs.sample("b", math.nan, epoch=3),
        logs.sample("a", "C", error={"message": "e"}),
        logs.sample("a", "C", epoch=2, invalidation={"author": "x"}),
    ]
    counts = tally(logs.read_one(logs.log(samples), name="x"), builders.indicator())

    assert counts.tasks == (
        TaskTally(task="b", successes=1, failures=1, unscored=1),
        TaskTally(task="a", successes=0, failures=0, unscored=3),
    )
    assert dict(counts.states) == {
        SampleState.SCORED: 3,
        SampleState.ERRORED: 1,
        SampleState.REFUSED: 0,
        SampleState.INVALIDATED: 1,
        SampleState.MISSING: 1,
    }


@pytest.mark.parametrize(
    ("value", "success_at", "expected"),
    [
        ("C", "1", True),
        ("I", "1", False),
        ("N", "1", False),
        ("P", "1", False),
        ("P", "0.5", True),
        ("C", "9", True),
        (True, "9", True),
        (False, "0", False),
        (1, "1", True),
        (0, "1", False),
        (10**400, "1", True),
        (0.7, "0.7", True),
        (0.1 + 0.2, "0.3", True),
        (0.7 - 1e-9, "0.7", False),
        (1e300, "1", True),
        (math.nan, "0", None),
        (math.inf, "0", None),
        (-math.inf, "0", None),
        (None, "0", None),
        ("c", "1", None),
        ("1", "1", None),
        ("yes", "1", None),
        ([1], "1", None),
        ({"a": 1}, "1", None),
    ],
)
def test_values_are_success_failure_or_neither(value: Any, success_at: str, expected: bool | None):
    """Nothing is coerced: a text that looks like a number is neither."""
    assert is_success(value, Decimal(success_at)) is expected


def asked(*rows: tuple[str, int, str, str]) -> Measurement:
    """A measurement of (sample, epoch, content, score value)."""
    attempts = tuple(
        Attempt(sample=sample, epoch=epoch, state=SampleState.SCORED, scores=(("match", value),), content=content)
        for sample, epoch, content, value in rows
    )
    return replace(measurement(), attempts=attempts, expected=len(attempts))


def test_samples_of_equal_content_are_one_task():
    """Under whatever ids; the first names it, each sample is kept, and a sample without content is itself."""
    counts = tally(
        asked(("a", 1, "x", "C"), ("b", 1, "y", "I"), ("c", 1, "x", "I"), ("d", 1, "", "I"), ("e", 1, "", "I")),
        builders.indicator(),
    )

    same = (
        TaskTally(task="a", successes=1, failures=0, unscored=0),
        TaskTally(task="c", successes=0, failures=1, unscored=0),
    )
    assert counts.tasks[0] == TaskTally(task="a", successes=1, failures=1, unscored=0, same=same)
    assert [task.task for task in counts.tasks] == ["a", "b", "d", "e"]
    assert counts.repeating == 1


def test_one_sample_asked_in_two_ways_stays_one_task():
    """Two epochs with different content are two attempts at one task."""
    m = asked(("a", 1, "x", "C"), ("a", 2, "y", "I"), ("b", 1, "z", "I"), ("b", 2, "", "I"))

    assert [task.task for task in tally(m, builders.indicator()).tasks] == ["a", "b"]
    assert accept(m, builders.indicator()) == ()


def test_a_sample_that_would_join_two_tasks_is_refused():
    """Else one more sample could turn two successes of two tasks into one of one."""
    m = asked(("a", 1, "x", "C"), ("b", 1, "y", "C"), ("bridge", 1, "y", "I"), ("bridge", 2, "x", "I"))

    assert [task.task for task in tally(m, builders.indicator()).tasks] == ["a"]
    assert accept(m, builders.indicator()) == (
        "samples share some of their content and not all of it, as with 'a'; which are one task?",
    )


def test_repeated_samples_do_not_fill_up_a_shortened_set():
    """Ten ids with the content of five are five tasks."""
    m = asked(*[(f"s{i}", 1, f"content {i % 5}", "I") for i in range(10)])

    assert accept(m, builders.indicator(expected_samples=5)) == ()
    assert accept(m, builders.indicator(expected_samples=10)) == (
        "expected 10 tasks, got 5; 5 sample(s) repeat the content of others and count once",
    )


def test_attempts_at_repeated_samples_are_not_independent():
    """Where attempts are counted one by one, a question asked under two ids is refused."""
    m = asked(("a", 1, "x", "I"), ("b", 1, "x", "I"))

    assert accept(m, builders.indicator(unit=Unit.ATTEMPT)) == (
        "1 sample(s) repeat the content of others, so attempts are not independent",
    )


def test_every_task_needs_the_repeats_that_are_asked_for():
    """The fewest, and the tasks that lack some, are named; one epoch twice is one."""
    m = asked(("a", 1, "", "I"), ("a", 2, "", "I"), ("b", 1, "", "I"), ("c", 1, "", "I"), ("c", 1, "", "I"))

    assert accept(replace(m, attempts=m.attempts[:2]), builders.indicator(repeats=2)) == ()
    assert accept(m, builders.indicator(repeats=2)) == (
        "1 attempt(s) stand in the log more than once: 'c' epoch 1",
        "expected 2 epochs per task, got 1 of 2 task(s): 'b', 'c'",
    )
    assert accept(replace(m, attempts=m.attempts[:2]), builders.indicator(repeats=3)) == (
        "expected 3 epochs per task, got 2 of 1 task(s): 'a'",
    )
