# SPDX-License-Identifier: Apache-2.0
"""Attempts that are put together many at a time are those that are made one by one (E-1, E-2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence import inspect_logs as logs

from ruleout.evidence.readers.inspect_parts import usual
from ruleout.evidence.readers.inspect_parts.rows import (
    attempt_of_sample,
    attempt_of_summary,
    scores_of_sample,
    told_by_sample,
    told_by_summary,
)
from ruleout.evidence.readers.inspect_parts.shape import SampleShape, SummaryShape
from ruleout.evidence.readers.inspect_parts.usual import attempts_of_summaries, of_samples, told_by_summaries

USUAL = st.sampled_from(["C", "I"])
ODD = st.sampled_from(["ruleout:number:nan", "text", "", 1, True, 0.5, None, ["C"], {"a": 1}, {}])
SCORE: dict[str, Any] = {
    "reason": st.sampled_from([None, "refusal", "other"]),
    "metadata": st.sampled_from([None, {}, {"unscored_reason": "refusal"}]),
    "history": st.sampled_from([None, [], [{}]]),
}
SAMPLE: dict[str, Any] = {
    "error": st.sampled_from([None, "broken", {"message": "broken"}]),
    "invalidation": st.sampled_from([None, {}]),
    "limit": st.sampled_from([None, {"type": "token"}]),
    "error_retries": st.sampled_from([None, [], [{}]]),
    "output": st.sampled_from(
        [None, {"choices": []}, {"choices": [{"stop_reason": "stop"}, {"stop_reason": "content_filter"}]}]
    ),
    "score": st.sampled_from([None, {"value": "C"}]),
    "input": st.sampled_from([None, "q", [{"id": "x", "role": "user"}]]),
}
SUMMARY: dict[str, Any] = {
    "error": st.sampled_from([None, "broken"]),
    "limit": st.sampled_from([None, "", "token"]),
    "retries": st.sampled_from([None, 0, 2]),
}
NAMES = st.integers(0, 3) | st.sampled_from(["1", "é"])


@st.composite
def some_rows(draw: st.DrawFn, fields: dict[str, Any]) -> bytes:
    """A few rows that are usual, most of the time but for one or two fields."""
    rows = [
        {"id": draw(NAMES), "epoch": draw(st.integers(1, 2)), "scores": {"match": {"value": draw(USUAL)}}, "input": "q"}
        for _ in range(draw(st.integers(0, 4)))
    ]
    for _ in range(draw(st.integers(0, 2)) if rows else 0):
        row = draw(st.sampled_from(rows))
        kind = draw(st.sampled_from(["value", "scores", "score", "row"]))
        if kind == "scores":
            row["scores"] = draw(st.sampled_from([None, {}, {"b": {"value": "C"}}, {"a": {}, "match": {"value": "C"}}]))
        elif kind == "row":
            field = draw(st.sampled_from(sorted(fields)))
            row[field] = draw(fields[field])
        else:
            field, values = ("value", ODD) if kind == "value" else draw(st.sampled_from(sorted(SCORE.items())))
            for score in (row["scores"] or {}).values():
                score[field] = draw(values)
    return msgspec.json.encode(rows)


@given(text=some_rows(SAMPLE))
def test_samples_together_are_samples_one_by_one(text: bytes):
    """Whatever one of them has besides its score."""
    samples = msgspec.json.decode(text, type=list[SampleShape])
    scores = [scores_of_sample(sample, first_score="first") for sample in samples]
    attempts = list(map(attempt_of_sample, samples, scores))

    assert repr(of_samples(samples, first_score="first")) == repr(
        (attempts, list(map(told_by_sample, samples, scores, attempts)))
    )


@given(text=some_rows(SUMMARY))
def test_summaries_together_are_summaries_one_by_one(text: bytes):
    """As above."""
    rows = msgspec.json.decode(text, type=list[SummaryShape])

    assert repr(attempts_of_summaries(rows)) == repr(list(map(attempt_of_summary, rows)))
    assert repr(told_by_summaries(rows)) == repr(list(map(told_by_summary, rows)))


def test_usual_rows_are_put_together(monkeypatch: pytest.MonkeyPatch):
    """Without this the laws above would hold for a quick way that is never gone."""

    def never(*_: object) -> None:
        raise AssertionError

    for name in ("attempt_of_sample", "attempt_of_summary", "told_by_sample", "told_by_summary"):
        monkeypatch.setattr(usual, name, never)
    samples = [logs.sample(number, "C" if number % 3 else "I") for number in range(9)]
    rows = list(map(logs.summary, samples))
    attempts, told = of_samples(msgspec.convert(samples, list[SampleShape]), first_score="match")

    assert [attempt.scores for attempt in attempts] == [(("match", "C" if n % 3 else "I"),) for n in range(9)]
    assert told_by_summaries(msgspec.convert(rows, list[SummaryShape])) == told
    assert len(attempts_of_summaries(msgspec.convert(rows, list[SummaryShape]))) == 9


@pytest.mark.parametrize(("in_sample", "in_summary"), [(True, 1), (0, False), (1, 2), ("C", "I"), (["C"], "C")])
def test_a_summary_of_another_value_is_told(in_sample: object, in_summary: object):
    """Also where Python calls the two equal."""
    samples = [logs.sample(1, in_sample)]
    rows = [logs.summary(logs.sample(1, in_summary))]
    measurement = logs.read_one(logs.archive({**logs.parts(samples), "summaries.json": logs.dumps(rows)}))

    assert any("summary holds other scores" in problem for problem in measurement.problems)


def test_large_summaries_that_cannot_be_cut_are_read_as_a_whole():
    """Rows with rows in them: where one seems to end, none does."""
    inner = {"metadata": {"rows": [{"a": "x" * 300}, {"id": 7}]}}
    samples = [logs.sample(number) for number in range(1500)]
    rows = [logs.summary(sample, **inner) for sample in samples]
    parts = {**logs.parts(samples), "summaries.json": logs.dumps(rows).replace(b'}, {"id"', b'},{"id"')}
    measurement = logs.read_one(logs.archive(parts, method=logs.ZSTANDARD))

    assert len(parts["summaries.json"]) > 2**19
    assert not measurement.problems
    assert len(measurement.attempts) == 1500
