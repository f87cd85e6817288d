# SPDX-License-Identifier: Apache-2.0
"""Reading `.json` logs, the oldest spellings among them (E-1)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.evidence import inspect_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.model.evidence import Measurement, SampleState


def json_log(samples: list[dict[str, Any]] | None, head: dict[str, Any] | None = None) -> bytes:
    head = head or logs.header([s["id"] for s in samples or []])
    return logs.dumps({**head, "samples": samples})


def read(data: bytes) -> Measurement:
    return logs.read_one(data, name="log.json")


def test_a_json_log_gives_the_same_attempts_as_its_zip():
    """Format and digest differ, the rest is the same."""
    samples = [logs.sample(1, "C"), logs.sample(2, {"a": 1})]
    m, other = read(json_log(samples)), read(logs.log(samples))

    assert (m.format, other.format) == ("inspect-json", "inspect-eval")
    assert (m.attempts, m.expected, m.evaluated) == (other.attempts, other.expected, other.evaluated)
    assert m.problems == ()


def test_the_quick_way_is_the_only_way_for_json():
    """There is no second copy of the scores to prefer."""
    data = json_log([logs.sample(1, "C")])

    assert logs.read_one(data, name="x", summaries_only=True) == read(data)


def test_a_log_without_samples_misses_all_of_them():
    """Aggregates without samples are no evidence."""
    m = read(json_log(None, logs.header([1, 2])))

    assert [a.state for a in m.attempts] == [SampleState.MISSING, SampleState.MISSING]


@pytest.mark.parametrize(
    ("results", "name"),
    [
        ({"scorer": {"name": "includes"}, "metrics": {"accuracy": {"value": 1.0}}}, "includes"),
        ({"scores": [{"name": "match", "metrics": {"accuracy": {"value": 1.0}}}]}, "match"),
        (None, "score"),
    ],
)
def test_the_oldest_spelling_of_a_score_goes_under_the_first_scorer(results: Any, name: str):
    """`score` instead of `scores`, `scorer` and `metrics` instead of a list of results, an error as text."""
    old = logs.sample(1)
    del old["scores"]
    old["score"] = {"value": "C"}
    head = {**logs.header([1]), "results": results}

    m = read(json_log([old], head))

    assert dict(m.attempts[0].scores) == {name: "C"}
    assert m.problems == (() if results else ("results name no score that the samples hold",))
    if results and "scorer" in results:
        assert m.reported == (("includes", "accuracy", 1.0),)


def test_an_error_given_as_text_is_an_error():
    """Whatever its spelling, an error is seen."""
    m = read(json_log([logs.sample(1, error="boom")]))

    assert m.attempts[0].state is SampleState.ERRORED
    assert m.attempts[0].detail == "error: boom"


def test_the_aggregates_are_compared():
    """An accuracy the samples cannot give is a problem."""
    head = logs.header([1])
    head["results"] = {"scores": [{"name": "match", "metrics": {"accuracy": {"value": 0.1}}}]}

    assert read(json_log([logs.sample(1, "C")], head)).problems[0].startswith("results claim accuracy 0.1")


def test_an_aggregate_that_no_float_can_hold_is_a_problem():
    """JSON has integers of any length; they are compared, never converted."""
    head = logs.header([1])
    head["results"] = {"scores": [{"name": "match", "metrics": {"accuracy": {"value": 10**400}}}]}

    [problem] = read(json_log([logs.sample(1, "C")], head)).problems
    assert problem == "results claim accuracy a number over 15 digits for match, the samples give 1"


@pytest.mark.parametrize("cut", [5000, 1, 100])
def test_a_cut_log_is_refused(cut: int):
    """Any lost tail is noticed."""
    data = json_log([logs.sample(i, "C") for i in range(40)])

    with pytest.raises(UnreadableLog) as caught:
        read(data[:-cut])
    assert caught.value.reason == "truncated"


def test_a_log_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch):
    """The size is bounded before anything is parsed."""
    from ruleout.evidence import readers
    from ruleout.evidence.limits import Limits

    monkeypatch.setattr(readers, "DEFAULT_LIMITS", Limits(log_bytes=10))
    with pytest.raises(UnreadableLog) as caught:
        read(json_log([logs.sample(1)]))
    assert caught.value.reason == "too-large"
