# SPDX-License-Identifier: Apache-2.0
"""Samples and summaries as nearly all are, made into attempts many at a time (E-1, E-2).

Usual is what has one score and nothing else to tell: no error, limit, retry, edit, reason or note. Where every row of some
is usual, their attempts are put together field by field, which asks each question once for all of them; where one is not,
all of these are made one by one by `rows`. A test holds both ways against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from itertools import chain, repeat
from operator import attrgetter, itemgetter, methodcaller
from typing import Any

import msgspec

from ruleout.evidence.json_text import NUMBERS, plain_value
from ruleout.evidence.readers.inspect_parts.rows import (
    CONTENT_DIGITS,
    FILTERED,
    Told,
    Values,
    attempt_of_sample,
    attempt_of_summary,
    content_of,
    scores_of_sample,
    told_by_sample,
    told_by_summary,
)
from ruleout.evidence.readers.inspect_parts.shape import SampleShape, ScoreShape, SummaryShape
from ruleout.model.evidence import Attempt, SampleState

Getters = Iterable[Callable[[Any], Any]]

_attempt = partial(tuple.__new__, Attempt)
_told = partial(tuple.__new__, Told)

_id, _epoch, _scores = attrgetter("id"), attrgetter("epoch"), attrgetter("scores")
# What is None, and what is None or empty, in a usual row or score.
_SAMPLE_NONE = [*map(attrgetter, ("error", "invalidation", "limit", "score"))]
_SAMPLE_EMPTY = [attrgetter("error_retries")]
_SUMMARY_NONE, _SUMMARY_EMPTY = [attrgetter("error")], [*map(attrgetter, ("limit", "retries"))]
_SCORE_NONE, _SCORE_EMPTY = [*map(attrgetter, ("reason", "metadata"))], [attrgetter("history")]
_value, _output, _choices, _stop = map(attrgetter, ("value", "output", "choices", "stop_reason"))
_input, _asked = attrgetter("input"), attrgetter("input", "choices", "target", "files", "setup", "sandbox")

_encode = msgspec.json.Encoder(order="sorted").encode
_hex, _shortened = methodcaller("hexdigest"), itemgetter(slice(0, CONTENT_DIGITS))


def of_samples(samples: Sequence[SampleShape], *, first_score: str) -> tuple[list[Attempt], list[Told]]:
    """Return the attempts samples tell of, and what each tells that its summary tells too. Pure. Source: E-1, E-2."""
    values = _usual_values(samples, _SAMPLE_NONE, _SAMPLE_EMPTY)
    if values is None or _is_one_filtered(samples):
        scores = [scores_of_sample(sample, first_score=first_score) for sample in samples]
        attempts = list(map(attempt_of_sample, samples, scores))
        return attempts, list(map(told_by_sample, samples, scores, attempts))
    names, epochs = list(map(str, map(_id, samples))), list(map(_epoch, samples))
    return _attempts(names, epochs, values, _contents(samples)), list(
        map(_told, zip(names, epochs, values, repeat(False)))
    )


def attempts_of_summaries(rows: Sequence[SummaryShape]) -> list[Attempt]:
    """Return the attempts summaries tell of; invalidation is unknown to summaries. Pure. Source: E-1, E-2."""
    values = _usual_values(rows, _SUMMARY_NONE, _SUMMARY_EMPTY)
    if values is None:
        return list(map(attempt_of_summary, rows))
    return _attempts(map(str, map(_id, rows)), map(_epoch, rows), values, repeat(""))


def told_by_summaries(rows: Sequence[SummaryShape]) -> list[Told]:
    """Return what summaries tell that their samples tell too. Pure. Source: E-1."""
    values = _usual_values(rows, _SUMMARY_NONE, ())
    if values is None:
        return list(map(told_by_summary, rows))
    return list(map(_told, zip(map(str, map(_id, rows)), map(_epoch, rows), values, repeat(False))))


def _attempts(
    names: Iterable[str], epochs: Iterable[int], values: Iterable[Values], contents: Iterable[str]
) -> list[Attempt]:
    fields = zip(names, epochs, repeat(SampleState.SCORED), values, repeat(""), contents, repeat(""))
    return list(map(_attempt, fields))


def _usual_values(
    rows: Sequence[SampleShape] | Sequence[SummaryShape], none: Getters, empty: Getters
) -> list[Values] | None:
    """The one score of each row; None if a row has other than one, or something else to tell."""
    scores: list[dict[str, ScoreShape]] = list(map(_scores, rows))
    if not all(scores) or set(map(len, scores)) != {1} or not _tell_nothing(rows, none, empty):
        return None
    shapes: list[ScoreShape] = list(chain.from_iterable(one.values() for one in scores))
    values: list[Any] = list(map(_value, shapes))
    kinds = set(map(type, values))
    if dict in kinds or not _tell_nothing(shapes, _SCORE_NONE, _SCORE_EMPTY):
        return None
    names = list(chain.from_iterable(scores))
    if kinds != {str} or not NUMBERS.keys().isdisjoint(values) or len(set(names)) != 1:
        return list(zip(zip(names, map(plain_value, values), strict=True), strict=True))
    # As nearly always: one scorer, and few different texts, so that many attempts share what one holds.
    shared = {value: ((names[0], value),) for value in set(values)}
    return list(map(shared.__getitem__, values))


def _tell_nothing(rows: Sequence[object], none: Getters, empty: Getters) -> bool:
    return all([*map(field, rows)].count(None) == len(rows) for field in none) and not any(
        any(map(field, rows)) for field in empty
    )


def _is_one_filtered(samples: Sequence[SampleShape]) -> bool:
    outputs = filter(None, map(_output, samples))
    return FILTERED in map(_stop, chain.from_iterable(map(_choices, outputs)))


def _contents(samples: Sequence[SampleShape]) -> Iterable[str]:
    if set(map(type, map(_input, samples))) != {str}:
        return map(content_of, samples)
    return map(_shortened, map(_hex, map(sha256, map(_encode, map(_asked, samples)))))
