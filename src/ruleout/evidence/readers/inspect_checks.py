# SPDX-License-Identifier: Apache-2.0
"""An Inspect log compared with itself: samples, summaries, start record and aggregates must tell one story (E-1).

Each function yields one line per disagreement. None decides anything: any line keeps the log from being accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ruleout.evidence.json_text import Scalar, plain_value
from ruleout.evidence.readers.inspect_header import Key, result_list
from ruleout.evidence.readers.inspect_rows import Scores
from ruleout.evidence.readers.inspect_shape import HeaderShape, SummaryShape
from ruleout.evidence.readers.stated import float_text, printable
from ruleout.model.evidence import Attempt, SampleState

_SHOWN = 5
_LETTERS: Mapping[object, float] = {"C": 1.0, "I": 0.0, "N": 0.0}
_CLOSE = 1e-9


class Kept(NamedTuple):
    """What is kept of a sample to compare its summary with: its scores, and whether an error ended it."""

    scores: Scores
    errored: bool


def start_problems(header: HeaderShape, start: HeaderShape) -> Iterator[str]:
    """Yield the fields in which the header and the record written at the run's start name different runs.

    Pure. Source: E-1.
    """
    one, other = header.eval, start.eval
    for field in ("eval_id", "run_id", "task_id", "task", "task_version", "model"):
        expected, got = getattr(other, field), getattr(one, field)
        if expected != got:
            yield (
                f"header and start record name different runs: {field} {printable(str(got))!r} "
                f"and {printable(str(expected))!r}"
            )
    if one.dataset.sample_ids != other.dataset.sample_ids or one.config.epochs != other.config.epochs:
        yield "header and start record promise different samples or epochs"


def disagreements(samples: Mapping[Key, Kept], summaries: Iterable[SummaryShape]) -> Iterator[str]:
    """Yield where the summaries are not a copy of the samples: other attempts, scores or errors.

    Pure. Invalidation is not compared, since summaries do not hold it. Source: E-1.
    """
    rows = {(str(row.id), row.epoch): row for row in summaries}
    alone, other_scores, other_error = [], [], []
    for key, kept in samples.items():
        row = rows.pop(key, None)
        if row is None:
            alone.append(key)
            continue
        if not _same_scores(kept.scores, row.scores or {}):
            other_scores.append(key)
        if kept.errored != (row.error is not None):
            other_error.append(key)
    yield from _named("sample(s) without a summary", alone)
    yield from _named("summary row(s) without a sample", list(rows))
    yield from _named("sample(s) whose summary holds other scores", other_scores)
    yield from _named("sample(s) whose summary disagrees about an error", other_error)


def result_problems(header: HeaderShape, attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield where the header's statements about the samples cannot come from the samples beside it.

    Pure. Compared are the mark of invalidation and the plain `accuracy` of a score, the latter where its meaning is beyond
    doubt: whatever is scored is scored C, I or N, and epochs are averaged. Attempts without a score are left out of it, as
    the tool does; whether those that an error ended are, depends on the tool's settings, so either figure will do.

    Source: E-1.
    """
    if header.invalidated and all(a.state is not SampleState.INVALIDATED for a in attempts):
        yield "header says that samples were invalidated, none is"
    if header.eval.config.epochs_reducer not in (None, ["mean"]):
        return
    for result in result_list(header.results):
        name = printable(result.name)
        if not result.metrics and any(score == result.name for a in attempts for score, _ in a.scores):
            yield f"results state no figure for {name}, whose scores the samples hold"
        if "accuracy" in result.metrics:
            yield from _accuracy_problems(name, result.metrics["accuracy"].value, _accuracies(result.name, attempts))


def _accuracy_problems(name: str, claimed: Scalar, found: Sequence[float]) -> Iterator[str]:
    if not found:
        return
    if isinstance(claimed, bool) or not isinstance(claimed, int | float):
        yield f"results claim accuracy {printable(str(plain_value(claimed)))!r} for {name}, the samples give {found[0]:.6g}"
    # Compared, not subtracted: a log may state an integer that no float can hold.
    elif not any(_near(claimed, one) for one in found):
        yield f"results claim accuracy {float_text(claimed)} for {name}, the samples give {found[0]:.6g}"


def _accuracies(name: str, attempts: Sequence[Attempt]) -> tuple[float, ...]:
    """The accuracy over what is scored, and over all that has a score; nothing if a score is no C, I or N."""
    counted: dict[str, list[float]] = {}
    scored: dict[str, list[float]] = {}
    for attempt in attempts:
        value = next((value for score, value in attempt.scores if score == name), None)
        if value is None:
            continue
        points = _LETTERS.get(value) if isinstance(value, str) else None
        if points is None:
            return ()
        scored.setdefault(attempt.sample, []).append(points)
        if attempt.state is SampleState.SCORED:
            counted.setdefault(attempt.sample, []).append(points)
    return tuple(dict.fromkeys(_mean_of_means(one) for one in (counted, scored) if one))


def _mean_of_means(totals: Mapping[str, Sequence[float]]) -> float:
    means = [math.fsum(points) / len(points) for points in totals.values()]
    return math.fsum(means) / len(means)


def _near(stated: float, found: float) -> bool:
    return found - _CLOSE <= stated <= found + _CLOSE


def _same_scores(one: Scores, other: Scores) -> bool:
    if one.keys() != other.keys():
        return False
    for name, score in one.items():
        left, right = score.value, other[name].value
        # Letters are by far the most frequent; equal texts need no closer look.
        if not (isinstance(left, str) and left == right) and not _same(plain_value(left), plain_value(right)):
            return False
    return True


def _same(one: object, other: object) -> bool:
    """Compare two values of a log; NaN equals NaN, a bool never equals a number."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def _named(what: str, keys: Sequence[Key]) -> Iterator[str]:
    if keys:
        some = ", ".join(f"{printable(sample)!r} epoch {epoch}" for sample, epoch in keys[:_SHOWN])
        yield f"{len(keys)} {what}: {some}{', …' if len(keys) > _SHOWN else ''}"
