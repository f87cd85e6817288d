# SPDX-License-Identifier: Apache-2.0
"""Header and attempts of an Inspect log -> a measurement with an honest denominator (E-2 to E-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import itemgetter

from ruleout.evidence.json_text import plain_value
from ruleout.evidence.limits import Limits
from ruleout.evidence.readers.inspect_parts.shape import EvalShape, HeaderShape, ResultShape, ResultsShape
from ruleout.evidence.readers.stated import check_absent, check_count, missing_attempt, printable
from ruleout.evidence.source import Log
from ruleout.model.evidence import Attempt, Measurement

_TOOL = "inspect_ai"
_SHOWN = 5
_OFFSET = itemgetter(slice(-6, None))  # of an instant, such as +00:00

Key = tuple[str, int]


def measurement(
    log: Log,
    header: HeaderShape,
    attempts: Sequence[Attempt],
    *,
    format_name: str,
    limits: Limits,
    problems: Sequence[str] = (),
    begun: Iterable[str | None] = (),
) -> Measurement:
    """Return the measurement a log makes, with an attempt for every (sample, epoch) its header promises.

    Args:
        attempts: those the log holds, in its order.
        problems: found by the reader itself; those of header and denominators are added.
        begun: when samples say that they began, where they do.

    Raises:
        UnreadableLog: too-large, when the header promises or the log holds more attempts than the limit.

    Source: E-2, E-3, E-4.
    """
    spec = header.eval
    epochs = spec.config.epochs if spec.config.epochs is not None else 1
    check_count(log.name, len(attempts), limits.attempts)
    evaluated, own, date_problems = _evaluated(header, begun)
    names = list(map(str, spec.dataset.sample_ids or []))
    check_absent(log.name, len(names) * epochs - len(attempts))
    absent, unasked = _held_and_promised(names, epochs, attempts)
    return Measurement(
        digest=log.digest,
        format=format_name,
        status=header.status,
        task=spec.task,
        task_version=str(spec.task_version),
        model=spec.model,
        evaluated=evaluated,
        dataset_samples=spec.dataset.samples,
        expected=_expected(spec, epochs),
        epochs=epochs,
        partial=_partial(spec),
        tool=_TOOL,
        tool_version=spec.packages.get(_TOOL, ""),
        revision=spec.revision.commit if spec.revision else "",
        dirty=spec.revision.dirty if spec.revision else None,
        attempts=(*attempts, *(missing_attempt(*key) for key in absent)),
        problems=(*problems, *date_problems, *_denominator_problems(spec, names, unasked, attempts)),
        reported=tuple(_reported(header.results)),
        parts=log.part_digests,
        elicitation=_stated(spec.metadata.elicitation if spec.metadata else None),
        model_digest=_stated(spec.metadata.model_digest if spec.metadata else None),
        begun=own,
    )


def _held_and_promised(names: Sequence[str], epochs: int, attempts: Sequence[Attempt]) -> tuple[list[Key], set[Key]]:
    """Return what is promised and not held, in the order of the data set, and what is held and not promised."""
    if epochs == 1 and names == [a.sample for a in attempts] and [a.epoch for a in attempts].count(1) == len(names):
        return [], set()  # as in most logs: what was promised, in its order
    # A dictionary serves as an ordered set.
    promised = {(name, epoch): None for epoch in range(1, epochs + 1) for name in names}
    held = {attempt[:2] for attempt in attempts}
    return [key for key in promised if key not in held], held - promised.keys()


def first_score(results: ResultsShape | None) -> str:
    """Return the name of the log's first score, "" if it has none. Pure."""
    return next((result.name for result in result_list(results)), "")


def result_list(results: ResultsShape | None) -> list[ResultShape]:
    """Return the aggregates under either spelling. Pure."""
    if results is None:
        return []
    if results.scorer is not None:
        return [ResultShape(name=results.scorer.name, metrics=results.metrics), *results.scores]
    return results.scores


def _stated(value: object) -> str:
    return value if isinstance(value, str) else ""


def _expected(spec: EvalShape, epochs: int) -> int | None:
    """Return how many attempts the run should hold; old logs do not list ids, then the limit tells."""
    if spec.dataset.sample_ids is not None:
        return len(spec.dataset.sample_ids) * epochs
    samples, limit = spec.dataset.samples, spec.config.limit
    if samples is None or spec.config.sample_id is not None or isinstance(limit, list):
        return None
    return (samples if limit is None else min(samples, limit)) * epochs


def _partial(spec: EvalShape) -> str:
    ids, samples = spec.dataset.sample_ids, spec.dataset.samples
    held = len(ids) if ids is not None else None
    covers_all = samples is not None and held is not None and held >= samples
    if spec.config.sample_id is not None:
        reason = "samples picked by id"
    elif spec.config.limit is not None and not covers_all:
        reason = f"limit {spec.config.limit}"
    elif samples is not None and held is not None and held < samples:
        reason = "fewer sample ids than samples"
    else:
        return ""
    return f"{reason}: {held if held is not None else 'unknown number'} of {samples or 'unknown'} samples"


def _denominator_problems(
    spec: EvalShape, names: Sequence[str], unasked: set[Key], attempts: Sequence[Attempt]
) -> Iterator[str]:
    if spec.config.sample_id is not None:
        yield "samples were picked by id, so the rest of the data set is left out by choice"
    if spec.dataset.sample_ids is not None:
        twice = len(names) - len(set(names))
        if twice:
            yield f"header: {twice} sample id(s) listed twice"
        if unasked:
            strangers = [a for a in attempts if a[:2] in unasked]
            yield f"{len(strangers)} attempt(s) the header does not promise: {_shown(strangers)}"
        return
    yield from _problems_without_ids(spec, attempts)


def _problems_without_ids(spec: EvalShape, attempts: Sequence[Attempt]) -> Iterator[str]:
    epochs = spec.config.epochs if spec.config.epochs is not None else 1
    beyond = [attempt for attempt in attempts if not 1 <= attempt.epoch <= epochs]
    if beyond:
        yield f"{len(beyond)} attempt(s) beyond the {epochs} epoch(s) the header promises: {_shown(beyond)}"
    expected = _expected(spec, epochs)
    if expected is None:
        return
    if len(attempts) != expected:
        yield f"expected {expected} attempts, as the header promises, got {len(attempts)}"
    held = len({attempt.sample for attempt in attempts})
    if held * epochs > expected:
        yield f"expected {expected // epochs} samples, as the header promises, got {held}"


def _shown(attempts: Sequence[Attempt]) -> str:
    some = ", ".join(f"{printable(a.sample)!r} epoch {a.epoch}" for a in attempts[:_SHOWN])
    return some + (", …" if len(attempts) > _SHOWN else "")


def _evaluated(
    header: HeaderShape, begun: Iterable[str | None]
) -> tuple[datetime | None, datetime | None, tuple[str, ...]]:
    """Return when the run was made or started or its first sample began, whichever is earliest; its own start, if later.

    So evidence never looks fresher than it is: a run that is tried again is made anew, and keeps the samples it had.
    """
    created = header.eval.created
    told = [_instant(text) for text in dict.fromkeys((header.stats.started_at or created, created))]
    samples = [_instant(text) for text in _earliest(list(filter(None, begun)))]
    wrong = [one for one in samples if isinstance(one, str)]
    problems = [f"header: {one}" for one in told if isinstance(one, str)]
    problems += [f"a sample began at no instant: {wrong[0]}"] if wrong else []
    if problems:
        return None, None, tuple(problems)
    own = min(one for one in told if isinstance(one, datetime))
    first = min((own, *(one for one in samples if isinstance(one, datetime))))
    return first, own if own > first else None, ()


def _earliest(texts: Sequence[str]) -> Iterable[str]:
    """Of instants those that may be the earliest: of one offset the first in order of text, which is that of time."""
    return [min(texts)] if len(set(map(_OFFSET, texts))) == 1 else dict.fromkeys(texts)


def _instant(text: str) -> datetime | str:
    """Return the instant in UTC, or what is wrong with it."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return f"expected an instant with an offset, got {printable(text)!r}"
    if instant.utcoffset() is None:
        return f"expected an offset in the instant {printable(text)!r}, got none"
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        return f"instant {printable(text)!r} is out of range"


def _reported(results: ResultsShape | None) -> Iterator[tuple[str, str, object]]:
    for result in result_list(results):
        for metric, shape in result.metrics.items():
            yield result.name, metric, plain_value(shape.value)
