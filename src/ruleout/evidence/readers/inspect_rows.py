# SPDX-License-Identifier: Apache-2.0
"""Samples and summaries of an Inspect log -> attempts (E-1, E-2).

State of an attempt, first that applies:

1. invalidated: the log says so;
2. errored: an error ended the sample, even if it was scored afterwards;
3. missing: no error and no score: there is nothing to count;
4. refused: the log itself gives "refusal" as the reason of a score; we never read refusals out of answers;
5. scored.

Scores keep the log's own values whatever the state; whether they count is decided in `accept`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruleout.evidence.json_text import Value, plain_value
from ruleout.evidence.readers.inspect_shape import Fault, SampleShape, ScoreShape, SummaryShape
from ruleout.model.evidence import Attempt, SampleState

_UNNAMED_SCORE = "score"
_REFUSAL_NOTE = b'"refusal"'
_DETAIL_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What samples and summaries have in common."""

    error: str | None
    invalidated: bool
    limit: str
    retries: int


def attempt_of_sample(sample: SampleShape, *, first_score: str) -> Attempt:
    """Return the attempt a sample tells of.

    Pure.

    Args:
        first_score: name of the log's first score, under which a nameless score of the oldest logs goes; "" if none.

    Source: E-1, E-2.
    """
    scores = sample.scores or {}
    if sample.score is not None:
        scores = {first_score or _UNNAMED_SCORE: sample.score, **scores}
    error = sample.error.message if isinstance(sample.error, Fault) else sample.error
    facts = _Facts(
        error=error,
        invalidated=sample.invalidation is not None,
        limit=sample.limit.type if sample.limit is not None else "",
        retries=len(sample.error_retries or []),
    )
    return _attempt(sample.id, sample.epoch, scores, facts)


def attempt_of_summary(row: SummaryShape) -> Attempt:
    """Return the attempt a summary tells of; invalidation is unknown to summaries. Pure. Source: E-1, E-2."""
    facts = _Facts(error=row.error, invalidated=False, limit=row.limit or "", retries=row.retries or 0)
    return _attempt(row.id, row.epoch, row.scores or {}, facts)


def missing_attempt(sample: str, epoch: int) -> Attempt:
    """Return the attempt that the log's header promises and the log does not hold. Pure. Source: E-2."""
    return Attempt(sample=sample, epoch=epoch, state=SampleState.MISSING, detail="not in the log")


def _attempt(sample: int | str, epoch: int, scores: Mapping[str, ScoreShape], facts: _Facts) -> Attempt:
    return Attempt(
        sample=str(sample),
        epoch=epoch,
        state=_state(scores, facts),
        scores=tuple(_named_values(scores)),
        detail="; ".join(_details(scores, facts)),
    )


def _state(scores: Mapping[str, ScoreShape], facts: _Facts) -> SampleState:
    if facts.invalidated:
        return SampleState.INVALIDATED
    if facts.error is not None:
        return SampleState.ERRORED
    if not scores:
        return SampleState.MISSING
    if any(_is_refusal(score) for score in scores.values()):
        return SampleState.REFUSED
    return SampleState.SCORED


def _is_refusal(score: ScoreShape) -> bool:
    noted = score.metadata is not None and bytes(score.metadata.unscored_reason) == _REFUSAL_NOTE
    return score.reason == "refusal" or (score.reason is None and noted)


def _named_values(scores: Mapping[str, ScoreShape]) -> Iterator[tuple[str, Value]]:
    for name, score in scores.items():
        value = plain_value(score.value)
        yield name, value
        if isinstance(value, dict):
            yield from ((f"{name}/{key}", part) for key, part in value.items())


def _details(scores: Mapping[str, ScoreShape], facts: _Facts) -> Iterator[str]:
    if facts.error is not None:
        yield f"error: {printable(facts.error)}"
    if facts.invalidated:
        yield "invalidated"
    if not scores and facts.error is None and not facts.invalidated:
        yield "no score"
    if facts.limit:
        yield f"limit: {printable(facts.limit)}"
    if facts.retries:
        yield f"retried {facts.retries} time(s) after errors"
    for name, score in scores.items():
        if score.history:
            yield f"score {printable(name)} edited after the run"


def printable(text: str) -> str:
    """Return one line of at most 200 printable characters, for texts that come from a log. Pure."""
    clean = "".join(c if c.isprintable() else " " for c in text[:_DETAIL_LENGTH])
    return clean if len(text) <= _DETAIL_LENGTH else f"{clean}…"
