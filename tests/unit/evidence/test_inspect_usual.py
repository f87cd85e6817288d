# SPDX-License-Identifier: Apache-2.0
"""Attempts that are put together many at a time are those that are made one by one (E-1, E-2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evidence import inspect_logs as logs

from ruleout.errors import UnreadableLog
from ruleout.evidence.json_text import decode
from ruleout.evidence.readers.inspect_parts import shape, usual, usual_shape
from ruleout.evidence.readers.inspect_parts.rows import (
    AllTold,
    all_told,
    attempt_of_sample,
    attempt_of_summary,
    scores_of_sample,
    told_by_sample,
    told_by_summary,
)
from ruleout.evidence.readers.inspect_parts.shape import SampleShape, SummaryShape
from ruleout.evidence.readers.inspect_parts.usual import attempts_of_summaries, of_samples, told_by_summaries
from ruleout.model.evidence import Attempt

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
    "started_at": st.sampled_from([None, "2026-01-10T10:00:00+00:00"]),
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
            if row.get("score") is not None:
                row["scores"] = None  # one spelling or the other
        else:
            field, values = ("value", ODD) if kind == "value" else draw(st.sampled_from(sorted(SCORE.items())))
            for score in (row["scores"] or {}).values():
                score[field] = draw(values)
    return msgspec.json.encode(rows)


@given(text=some_rows(SAMPLE))
def test_samples_together_are_samples_one_by_one(text: bytes):
    """Whatever one of them has besides its score."""
    texts = msgspec.json.decode(text, type=list[msgspec.Raw])
    samples = msgspec.json.decode(text, type=list[SampleShape])
    scores = [scores_of_sample(sample, first_score="first") for sample in samples]
    attempts = list(map(attempt_of_sample, samples, scores))

    assert repr(together(list(map(bytes, texts)), "first")) == repr(
        (attempts, all_told(map(told_by_sample, samples, scores, attempts)), [sample.started_at for sample in samples])
    )


def together(texts: list[bytes], first: str) -> tuple[list[Attempt], AllTold, list[str | None]]:
    return of_samples(texts, first_score=first, log="x", parts=["y"] * len(texts))


@given(text=some_rows(SUMMARY))
def test_summaries_together_are_summaries_one_by_one(text: bytes):
    """As above."""
    rows = msgspec.json.decode(text, type=list[SummaryShape])

    assert repr(attempts_of_summaries(text, log="x", part="y")) == repr(list(map(attempt_of_summary, rows)))
    assert repr(told_by_summaries(text, log="x", part="y")) == repr(all_told(map(told_by_summary, rows)))


@pytest.mark.parametrize("name", ["Score", "Choice", "Output", "Sample", "Summary"])
def test_usual_shapes_have_the_fields_of_the_others(name: str):
    """One that lacked a field would take whatever stands there, also what the other refuses."""
    usual_one, other = getattr(usual_shape, f"Usual{name}"), getattr(shape, f"{name}Shape")

    assert set(usual_one.__struct_fields__) == set(other.__struct_fields__)


def refusal_of(text: bytes) -> str:
    """The words of the refusal of a text that is read as a sample."""
    with pytest.raises(UnreadableLog) as refusal:
        together([logs.dumps(logs.sample(1)), text], "")
    return str(refusal.value)


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (b'{"id": 1, "epoch": -1}', "wrong-shape"),
        (b'{"id": 1, "epoch": 1, "scores": {"a": {"history": 3}}}', "wrong-shape"),
        (b'{"id": 1, "epoch": 1, "output": {"choices": [{"stop_reason": 3}]}}', "wrong-shape"),
        (b'{"id": 1, "epoch": 1, "score": {"value": "C"}, "scores": {"a": {"value": "I"}}}', "wrong-shape"),
        (b'{"id": 1, "epoch": 1, "score": {"value": "C"}, "scores": {}}', "wrong-shape"),
        (b'{"id": 1, "epoch": 1', "bad-json"),
        (b'{"id": "\xff", "epoch": 1, "scores": {"a": {"value": "C"}}}', "bad-json"),
    ],
)
def test_what_is_no_sample_is_refused_by_the_shape_that_takes_all(broken: bytes, words: str):
    """In its words, which do not speak of what is usual."""
    assert words in refusal_of(broken)
    assert refusal_of(broken) == refusal_one_by_one(broken)


def refusal_one_by_one(text: bytes) -> str:
    with pytest.raises(UnreadableLog) as refusal:
        decode(text, msgspec.json.Decoder(SampleShape), log="x", part="y")
    return str(refusal.value)


def test_a_summary_that_holds_more_is_made_one_by_one():
    """A limit or a retry is told by the attempt, and not compared."""
    rows = [logs.summary(logs.sample(1)), logs.summary(logs.sample(2), limit="token", retries=2)]
    [plain, limited] = attempts_of_summaries(logs.dumps(rows), log="x", part="y")

    assert plain.detail == ""
    assert "limit: token" in limited.detail
    assert "retried 2" in limited.detail


def test_usual_rows_are_put_together(monkeypatch: pytest.MonkeyPatch):
    """Without this the laws above would hold for a quick way that is never gone."""

    def never(*_: object) -> None:
        raise AssertionError

    for name in ("attempt_of_sample", "attempt_of_summary", "told_by_sample", "told_by_summary"):
        monkeypatch.setattr(usual, name, never)
    samples = [logs.sample(number, "C" if number % 3 else "I") for number in range(9)]
    rows = list(map(logs.summary, samples))
    attempts, told, _ = together(list(map(logs.dumps, samples)), "match")

    assert [attempt.scores for attempt in attempts] == [(("match", "C" if n % 3 else "I"),) for n in range(9)]
    assert told_by_summaries(logs.dumps(rows), log="x", part="y") == told
    assert len(attempts_of_summaries(logs.dumps(rows), log="x", part="y")) == 9


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
