# SPDX-License-Identifier: Apache-2.0
"""Samples and summaries as nearly all are, made into attempts many at a time (E-1, E-2).

Usual is what has one score and nothing else to tell: no error, limit, retry, edit, reason or note. Where every one of some
is usual, which the decoder finds out, their attempts are put together field by field; where one is not, all of these are
decoded again as what a log may hold, and made one by one by `rows`. A test holds both ways against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from itertools import chain, repeat
from operator import attrgetter, itemgetter, methodcaller
from typing import Any, TypeVar

import msgspec

from ruleout.evidence.json_text import NUMBERS, decode, decode_each, plain_value
from ruleout.evidence.readers.inspect_parts.rows import (
    CONTENT_DIGITS,
    AllTold,
    Values,
    all_told,
    attempt_of_sample,
    attempt_of_summary,
    content_of,
    scores_of_sample,
    told_by_sample,
    told_by_summary,
)
from ruleout.evidence.readers.inspect_parts.shape import SampleShape, SummaryShape
from ruleout.evidence.readers.inspect_parts.usual_shape import UsualSample, UsualScore, UsualSummary
from ruleout.model.evidence import Attempt, SampleState

T = TypeVar("T")

_SAMPLE, _SUMMARIES = msgspec.json.Decoder(SampleShape), msgspec.json.Decoder(list[SummaryShape])
_USUAL_SAMPLE, _USUAL_SUMMARIES = msgspec.json.Decoder(UsualSample), msgspec.json.Decoder(list[UsualSummary])
# What the decoder raises for what is not usual, or is no JSON.
_NOT_USUAL = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

_attempt = partial(tuple.__new__, Attempt)
_id, _epoch, _scores, _value, _input = map(attrgetter, ("id", "epoch", "scores", "value", "input"))
_started_at = attrgetter("started_at")
_asked = attrgetter("input", "choices", "target", "files", "setup", "sandbox")
_encode = msgspec.json.Encoder(order="sorted").encode
_hex, _shortened = methodcaller("hexdigest"), itemgetter(slice(0, CONTENT_DIGITS))


def of_samples(
    texts: Sequence[bytes], *, first_score: str, log: str, parts: Sequence[str]
) -> tuple[list[Attempt], AllTold, list[str | None]]:
    """Return the attempts samples tell of, what each tells that its summary tells too, and when each says it began.

    Pure. Args: as `scores_of_sample` and `decode_each`. Raises: as `decode_each`. Source: E-1, E-2.
    """
    try:
        samples = list(map(_USUAL_SAMPLE.decode, texts))
    except _NOT_USUAL:
        return _one_by_one(decode_each(texts, _SAMPLE, log=log, parts=parts), first_score)
    told = _told(samples)
    return _attempts(told, _contents(samples)), told, list(map(_started_at, samples))


def _one_by_one(samples: Sequence[SampleShape], first_score: str) -> tuple[list[Attempt], AllTold, list[str | None]]:
    scores = [scores_of_sample(sample, first_score=first_score) for sample in samples]
    attempts = list(map(attempt_of_sample, samples, scores))
    told = all_told(map(told_by_sample, samples, scores, attempts))
    return attempts, told, list(map(_started_at, samples))


def attempts_of_summaries(text: bytes, *, log: str, part: str) -> list[Attempt]:
    """Return the attempts summaries tell of; invalidation is unknown to summaries.

    Pure. Args and raises: as `decode`. Source: E-1, E-2.
    """
    return _of_summaries(
        text,
        lambda rows: _attempts(_told(rows), repeat("")),
        lambda rows: list(map(attempt_of_summary, rows)),
        log=log,
        part=part,
    )


def told_by_summaries(text: bytes, *, log: str, part: str) -> AllTold:
    """Return what summaries tell that their samples tell too. Pure. Args and raises: as `decode`. Source: E-1."""
    return _of_summaries(text, _told, lambda rows: all_told(map(told_by_summary, rows)), log=log, part=part)


def _of_summaries(
    text: bytes,
    usual: Callable[[list[UsualSummary]], T],
    otherwise: Callable[[list[SummaryShape]], T],
    *,
    log: str,
    part: str,
) -> T:
    try:
        rows = _USUAL_SUMMARIES.decode(text)
    except _NOT_USUAL:
        return otherwise(decode(text, _SUMMARIES, log=log, part=part))
    return usual(rows)


def _attempts(told: AllTold, contents: Iterable[str]) -> list[Attempt]:
    fields = zip(told.samples, told.epochs, repeat(SampleState.SCORED), told.scores, repeat(""), contents, repeat(""))
    return list(map(_attempt, fields))


def _told(rows: Sequence[UsualSample] | Sequence[UsualSummary]) -> AllTold:
    return AllTold(list(map(str, map(_id, rows))), list(map(_epoch, rows)), _values(rows), [False] * len(rows))


def _values(rows: Sequence[UsualSample] | Sequence[UsualSummary]) -> list[Values]:
    scores: list[dict[str, UsualScore]] = list(map(_scores, rows))
    names = list(chain.from_iterable(scores))
    values: list[Any] = list(map(_value, chain.from_iterable(map(dict.values, scores))))
    texts = set(values) if set(map(type, values)) == {str} else {*NUMBERS}
    if not NUMBERS.keys().isdisjoint(texts) or len(set(names)) != 1:
        return list(zip(zip(names, map(plain_value, values), strict=True), strict=True))
    # As nearly always: one scorer, and few different texts, so that many attempts share what one holds.
    shared = {value: ((names[0], value),) for value in texts}
    return list(map(shared.__getitem__, values))


def _contents(samples: Sequence[UsualSample]) -> Iterable[str]:
    if set(map(type, map(_input, samples))) != {str}:
        return map(content_of, samples)
    return map(_shortened, map(_hex, map(sha256, map(_encode, map(_asked, samples)))))
