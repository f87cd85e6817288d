# SPDX-License-Identifier: Apache-2.0
"""Samples and summaries of an Inspect log -> attempts (E-1, E-2).

State of an attempt, first that applies:

1. invalidated: the log says so;
2. missing: a person ended the sample, whatever was made of it afterwards: what the model would have done is not known;
3. errored: an error ended the sample, even if it was scored afterwards;
4. missing: no error and no score: there is nothing to count;
5. refused: the log gives "refusal" as the reason of a score, or "content_filter" as why the model's last output
   stopped; we never read refusals out of answers;
6. scored.

Scores keep the log's own values whatever the state; whether they count is decided in `accept`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import tee
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from ruleout.evidence.json_text import Value, plain_value
from ruleout.evidence.readers.inspect_parts.shape import Fault, SampleShape, ScoreShape, SummaryShape
from ruleout.evidence.readers.inspect_parts.usual_shape import UsualSample
from ruleout.evidence.readers.stated import printable
from ruleout.model.evidence import Attempt, SampleState

_UNNAMED_SCORE = "score"
_REFUSAL_NOTE = b'"refusal"'
FILTERED = "content_filter"
_BY_A_PERSON = "operator"
CONTENT_DIGITS = 16
_encode = msgspec.json.Encoder(order="sorted").encode

Scores = Mapping[str, ScoreShape]
Values = tuple[tuple[str, Value], ...]


class Told(NamedTuple):
    """What samples and summaries both tell of an attempt, to be compared: its scores, and whether an error ended it."""

    sample: str
    epoch: int
    scores: Values
    errored: bool


class AllTold(NamedTuple):
    """What many tell, a list for each field of `Told`."""

    samples: list[str]
    epochs: list[int]
    scores: list[Values]
    errored: list[bool]

    def each(self) -> Iterator[Told]:
        """Yield what each tells."""
        return map(Told, *self)


def all_told(told: Iterable[Told]) -> AllTold:
    """Return what each tells, field by field. Pure."""
    return AllTold(*(list(map(itemgetter(at), told)) for told, at in zip(tee(told, 4), range(4), strict=True)))


@dataclass(frozen=True, slots=True)
class _Facts:
    """What samples and summaries have in common, but for the scores."""

    error: str | None
    invalidated: bool
    limit: str
    retries: int
    filtered: bool


_NOTHING_SPECIAL = _Facts(error=None, invalidated=False, limit="", retries=0, filtered=False)


def attempt_of_sample(sample: SampleShape, scores: Scores) -> Attempt:
    """Return the attempt a sample tells of; `scores` are those of `scores_of_sample`. Pure. Source: E-1, E-2."""
    return _attempt(sample.id, sample.epoch, scores, _facts_of_sample(sample), content_of(sample))


def scores_of_sample(sample: SampleShape, *, first_score: str) -> Scores:
    """Return a sample's scores by name, under either spelling.

    Pure.

    Args:
        first_score: name of the log's first score, under which a nameless score of the oldest logs goes; "" if none.
    """
    if sample.score is None:
        return sample.scores or {}
    return {first_score or _UNNAMED_SCORE: sample.score}


def told_by_sample(sample: SampleShape, scores: Scores, attempt: Attempt) -> Told:
    """Return what a sample tells that its summary tells too; `scores` and `attempt` are its own. Pure. Source: E-1."""
    values: Any = attempt.scores if len(attempt.scores) == len(scores) else _values(scores)
    return Told(attempt.sample, attempt.epoch, values, sample.error is not None)


def told_by_summary(row: SummaryShape) -> Told:
    """Return what a summary tells that its sample tells too. Pure. Source: E-1."""
    return Told(str(row.id), row.epoch, _values(row.scores or {}), row.error is not None)


def attempt_of_summary(row: SummaryShape) -> Attempt:
    """Return the attempt a summary tells of; invalidation is unknown to summaries. Pure. Source: E-1, E-2."""
    facts = _NOTHING_SPECIAL
    if row.error is not None or row.limit or row.retries:
        facts = _Facts(row.error, invalidated=False, limit=row.limit or "", retries=row.retries or 0, filtered=False)
    return _attempt(row.id, row.epoch, row.scores or {}, facts, "")


def content_of(sample: SampleShape | UsualSample) -> str:
    """Return what identifies the question a sample asks: hex digest of its input, choices, target and set-up.

    Pure. Ids that the tool gives to messages are left out: they differ from run to run. "" where there is no input.

    Source: E-2, E-4.
    """
    question = sample.input
    if question is None:
        return ""
    if isinstance(question, list):
        question = [_without_id(message) for message in question]
    asked = [question, sample.choices, sample.target, sample.files, sample.setup, sample.sandbox]
    return sha256(_encode(asked)).hexdigest()[:CONTENT_DIGITS]


def _without_id(message: Any) -> Any:
    return {key: part for key, part in message.items() if key != "id"} if isinstance(message, dict) else message


def _facts_of_sample(sample: SampleShape) -> _Facts:
    filtered = False
    if sample.output is not None:
        for choice in sample.output.choices:
            filtered |= choice.stop_reason == FILTERED
    ordinary = sample.error is None and sample.invalidation is None and sample.limit is None
    if ordinary and not sample.error_retries and not filtered:
        return _NOTHING_SPECIAL
    return _Facts(
        sample.error.message if isinstance(sample.error, Fault) else sample.error,
        sample.invalidation is not None,
        sample.limit.type if sample.limit is not None else "",
        len(sample.error_retries or []),
        filtered,
    )


def _attempt(sample: int | str, epoch: int, scores: Scores, facts: _Facts, content: str) -> Attempt:
    return Attempt(
        sample=str(sample),
        epoch=epoch,
        state=_state(scores, facts),
        scores=tuple(_named_values(scores)),
        detail="; ".join(_details(scores, facts)),
        content=content,
    )


def _state(scores: Scores, facts: _Facts) -> SampleState:
    if facts.invalidated:
        return SampleState.INVALIDATED
    if facts.limit == _BY_A_PERSON:
        return SampleState.MISSING
    if facts.error is not None:
        return SampleState.ERRORED
    if not scores:
        return SampleState.MISSING
    if facts.filtered:
        return SampleState.REFUSED
    for score in scores.values():
        if (score.reason is not None or score.metadata is not None) and _is_refusal(score):
            return SampleState.REFUSED
    return SampleState.SCORED


def _is_refusal(score: ScoreShape) -> bool:
    noted = score.metadata is not None and bytes(score.metadata.unscored_reason) == _REFUSAL_NOTE
    return score.reason == "refusal" or (score.reason is None and noted)


def _values(scores: Scores) -> Values:
    return tuple((name, plain_value(score.value)) for name, score in scores.items())


def _named_values(scores: Scores) -> Iterator[tuple[str, Value]]:
    """The scores, each object also part by part."""
    for name, value in _values(scores):
        yield name, value
        if isinstance(value, dict):
            yield from ((f"{name}/{key}", part) for key, part in value.items())


def _details(scores: Scores, facts: _Facts) -> Iterator[str]:
    if facts.error is not None:
        yield f"error: {printable(facts.error)}"
    if facts.invalidated:
        yield "invalidated"
    if not scores and facts.error is None and not facts.invalidated:
        yield "no score"
    if facts.filtered:
        yield "the model's last output was stopped by a content filter"
    if facts.limit:
        yield f"limit: {printable(facts.limit)}"
    if facts.retries:
        yield f"retried {facts.retries} time(s) after errors"
    for name, score in scores.items():
        if score.history:
            yield f"score {printable(name)} edited after the run"
