# SPDX-License-Identifier: Apache-2.0
"""An Inspect log compared with itself: samples, summaries, start record and aggregates must tell one story (E-1).

Each function yields one line per disagreement. None decides anything: any line keeps the log from being accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, compress
from operator import attrgetter, itemgetter
from typing import TypeGuard, cast

from ruleout.evidence.json_text import Scalar, plain_value
from ruleout.evidence.readers.inspect_parts.header import Key, result_list
from ruleout.evidence.readers.inspect_parts.rows import AllTold, Values
from ruleout.evidence.readers.inspect_parts.shape import ConfigShape, HeaderShape, ResultShape
from ruleout.evidence.readers.stated import float_text, printable
from ruleout.model.evidence import Attempt, SampleState

_SHOWN = 5
_LETTERS: Mapping[object, float] = {"C": 1.0, "I": 0.0, "N": 0.0}
_CLOSE = 1e-9
_LARGEST = 1e300  # of all attempts of a log, that adds up below the largest float; a larger one counts so
Range = tuple[float, float]
_SCORED = SampleState.SCORED
_scores, _sample, _state = map(attrgetter, ("scores", "sample", "state"))
_name, _value = itemgetter(0), itemgetter(1)


def start_problems(header: HeaderShape, start: HeaderShape) -> Iterator[str]:
    """Yield the fields in which the header and the record written at the run's start name different runs.

    Pure. Source: E-1.
    """
    one, other = header.eval, start.eval
    for field in ("eval_id", "run_id", "task_id", "created", "task", "task_version", "model"):
        expected, got = getattr(other, field), getattr(one, field)
        if expected != got and not (field == "created" and _is_one_instant(expected, got)):
            yield (
                f"header and start record name different runs: {field} {printable(str(got))!r} "
                f"and {printable(str(expected))!r}"
            )
    if one.dataset != other.dataset or _drawn(one.config) != _drawn(other.config):
        yield "header and start record promise different samples or epochs"


def _drawn(config: ConfigShape) -> tuple[object, ...]:
    """What says which samples are asked, and how often; the reducer may change when a log is scored again."""
    return config.limit, config.sample_id, config.epochs


def _is_one_instant(one: str, other: str) -> bool:
    """Whether two texts are one instant: the tool writes a header anew with its dates in UTC."""
    try:
        return datetime.fromisoformat(one) == datetime.fromisoformat(other)
    except ValueError:
        return False


def disagreements(samples: AllTold, summaries: AllTold) -> Iterator[str]:
    """Yield where the summaries are not a copy of the samples: other attempts, scores or errors.

    Pure. Of several samples or summaries of one attempt the last counts. Invalidation is not compared, since summaries do
    not hold it.

    Source: E-1.
    """
    # As in most logs: the same in the same order, and texts, of which equality says all; a truth value equals a number.
    if samples == summaries and _are_texts(samples.scores):
        return
    rows = {told[:2]: told for told in summaries.each()}
    alone, other_scores, other_error = [], [], []
    for key, told in {told[:2]: told for told in samples.each()}.items():
        row = rows.pop(key, None)
        if row is None:
            alone.append(key)
            continue
        if not _same_scores(told.scores, row.scores):
            other_scores.append(key)
        if told.errored != row.errored:
            other_error.append(key)
    yield from _named("sample(s) without a summary", alone)
    yield from _named("summary row(s) without a sample", list(rows))
    yield from _named("sample(s) whose summary holds other scores", other_scores)
    yield from _named("sample(s) whose summary disagrees about an error", other_error)


def result_problems(header: HeaderShape, attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield where the header's statements about the samples cannot come from the samples beside it.

    Pure. Compared are the mark of invalidation, the names of scores, and the plain `accuracy` of a score, the last where
    its meaning is beyond doubt: C, I, N and 0 count as they do everywhere, other scores between bounds, and epochs are averaged.
    Attempts without a score are left out of it, as the tool does; whether those that an error ended are, depends on the tool's
    settings, so either figure will do.

    Source: E-1.
    """
    if header.invalidated and all(a.state is not SampleState.INVALIDATED for a in attempts):
        yield "header says that samples were invalidated, none is"
    if header.status == "success":
        yield from _unheld(result_list(header.results), attempts)
    if header.eval.config.epochs_reducer not in (None, ["mean"]):
        return
    for result in result_list(header.results):
        name = printable(result.name)
        if not result.metrics and any(score == result.name for a in attempts for score, _ in a.scores):
            yield f"results state no figure for {name}, whose scores the samples hold"
        if "accuracy" in result.metrics:
            metric = result.metrics["accuracy"]
            found = _accuracies(result.name, attempts, as_usual=not metric.params)
            yield from _accuracy_problems(name, metric.value, found)


def _unheld(results: Sequence[ResultShape], attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield where the samples hold scores, and results name none of them, or state an accuracy of another."""
    if all(a.state is not _SCORED for a in attempts):
        return
    held = _held(results, attempts[:1])
    if not all(held):  # nearly always the first attempt holds every score
        held = _held(results, attempts)
    if not any(held):
        yield "results name no score that the samples hold"
    for result, is_held in zip(results, held, strict=True):
        if not is_held and "accuracy" in result.metrics and not _is_nan(result.metrics["accuracy"].value):
            yield f"results claim an accuracy for {printable(result.name)!r}, of which the samples hold no score"


def _held(results: Sequence[ResultShape], attempts: Sequence[Attempt]) -> list[bool]:
    """Which results are of scores that attempts hold; they name a part of an object by its key, beside the scorer."""
    names = set(map(_name, chain.from_iterable(map(_scores, attempts))))
    return [not names.isdisjoint((result.name, f"{result.scorer}/{result.name}")) for result in results]


def _is_nan(claimed: Scalar) -> bool:
    # What the tool states of a scorer that gave no score at all.
    figure = plain_value(claimed)
    return isinstance(figure, float) and math.isnan(figure)


def _accuracy_problems(name: str, claimed: Scalar, found: Sequence[Range]) -> Iterator[str]:
    if not found:
        return
    low, high = found[0]
    given = f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}"
    if isinstance(claimed, bool) or not isinstance(claimed, int | float):
        if low == high:
            yield f"results claim accuracy {printable(str(plain_value(claimed)))!r} for {name}, the samples give {given}"
    # Compared, not subtracted: a log may state an integer that no float can hold.
    elif not any(_near(claimed, one) for one in found):
        yield f"results claim accuracy {float_text(claimed)} for {name}, the samples give {given}"


def _accuracies(name: str, attempts: Sequence[Attempt], *, as_usual: bool) -> tuple[Range, ...]:
    """Where the accuracy lies over what is scored, and over all that has a score; nothing if no score says anything."""
    holders = list(filter(_scores, attempts))
    pairs = list(chain.from_iterable(map(_scores, holders)))
    if len(pairs) != len(holders) or set(map(_name, pairs)) != {name}:
        # Not the usual case of one score each: of those with this name the first.
        firsts = {
            number: pair for number, one in enumerate(holders) for pair in reversed(one.scores) if pair[0] == name
        }
        holders, pairs = [holders[number] for number in firsts], list(firsts.values())
    lows, highs = _points(list(map(_value, pairs)), as_usual=as_usual)
    samples, states = list(map(_sample, holders)), list(map(_state, holders))
    ways = [(samples, lows, highs)]
    if states.count(_SCORED) != len(states):
        counts = [state is _SCORED for state in states]
        ways.insert(0, (list(compress(samples, counts)), list(compress(lows, counts)), list(compress(highs, counts))))
    means = ((_mean_of_means(of, low), _mean_of_means(of, high)) for of, low, high in ways if low)
    return tuple(dict.fromkeys(means))


def _points(values: Sequence[object], *, as_usual: bool) -> tuple[list[float], list[float]]:
    """What values count at least and at most, in their order; nothing if none of them is a text or number."""
    if set(map(type, values)) <= {str}:  # a list cannot be looked up, and a number need not be
        found = list(map(_LETTERS.get, values))
        if None not in found:
            exact = cast("list[float]", found)
            return exact, exact
    if not any(isinstance(value, str) or _is_number(value) for value in values):
        return [], []
    ranges = [_range(value, as_usual=as_usual) for value in values]
    return [low for low, _ in ranges], [high for _, high in ranges]


def _range(value: object, *, as_usual: bool) -> Range:
    """What one value counts: a letter and 0 for sure, a number up to itself, anything else from 0 to 1."""
    if isinstance(value, str):
        letter = _LETTERS.get(value)
        if letter is not None:
            return letter, letter
        with suppress(ValueError):
            value = float(value)
    if not _is_number(value):
        return 0.0, 1.0
    if as_usual and not value:
        return 0.0, 0.0
    return min(0.0, max(-_LARGEST, value)), max(1.0, min(_LARGEST, value))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and value == value  # noqa: PLR0124 - NaN alone does not equal itself


def _mean_of_means(samples: Sequence[str], points: Sequence[float]) -> float:
    """The mean over samples of the mean over the epochs of each."""
    if len(set(samples)) == len(samples):
        return math.fsum(points) / len(points)
    epochs: dict[str, list[float]] = {}
    for sample, point in zip(samples, points, strict=True):
        epochs.setdefault(sample, []).append(point)
    return math.fsum(math.fsum(one) / len(one) for one in epochs.values()) / len(epochs)


def _near(stated: float, found: Range) -> bool:
    low, high = found
    return low - _CLOSE <= stated <= high + _CLOSE


def _are_texts(scores: Sequence[Values]) -> bool:
    # Attempts share what holds their scores, so few of these have to be looked at.
    held = dict(zip(map(id, scores), scores, strict=True))
    return all(isinstance(value, str) for one in held.values() for _, value in one)


def _same_scores(one: Values, other: Values) -> bool:
    # Names are those of a JSON object: each once, in any order.
    return _same(dict(one), dict(other))


def _same(one: object, other: object) -> bool:
    """Compare two values of a log; NaN equals NaN, a bool never equals a number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(part, other[key]) for key, part in one.items())
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def _named(what: str, keys: Sequence[Key]) -> Iterator[str]:
    if keys:
        some = ", ".join(f"{printable(sample)!r} epoch {epoch}" for sample, epoch in keys[:_SHOWN])
        yield f"{len(keys)} {what}: {some}{', …' if len(keys) > _SHOWN else ''}"
