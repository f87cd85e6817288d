# SPDX-License-Identifier: Apache-2.0
"""Whether a measurement may be used for an indicator, and how its attempts count (E-2, E-5).

Rules
- All reasons against are given at once; an empty tuple is the only acceptance.
- Every attempt of every task is in the tally: as success, failure or unscored. Nothing is coerced: a value that is
  not plainly one of the first two is unscored.
- Samples of equal content are one task, under whatever ids they stand: an easy question asked under a hundred names
  is one question. A cluster that the log names joins nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import isfinite, isnan

from ruleout.model.evidence import Attempt, Indicator, Measurement, SampleState, Tally, TaskTally, Unit

_SHOWN = 5
_LETTERS = {"C": True, "I": False, "N": False}
_HALF = Decimal("0.5")
_ENDED = frozenset({SampleState.ERRORED, SampleState.REFUSED})


def accept(measurement: Measurement, indicator: Indicator, *, elicitation: str = "") -> tuple[str, ...]:
    """Return every reason why a measurement cannot be used for an indicator; empty means that it can.

    Pure. Never raises.

    Args:
        elicitation: what the evidence states about elicitation, "" if nothing.

    Source: E-2, E-5, D-2.
    """
    return (
        *_status_reasons(measurement),
        *measurement.problems,
        *_version_reasons(measurement, indicator),
        *elicitation_reasons(indicator, elicitation),
        *_coverage_reasons(measurement, indicator),
        *_content_reasons(measurement),
        *_repeat_reasons(measurement, indicator),
        *_score_reasons(measurement, indicator),
    )


def tally(measurement: Measurement, indicator: Indicator) -> Tally:
    """Return how every attempt counts for an indicator, task by task in log order.

    Pure. Only attempts in the state SCORED can be successes or failures; all others are unscored. A task of several
    samples of equal content is named for the first of them and keeps each in `same`.

    Source: E-2.
    """
    counts: dict[str, list[int]] = {}
    succeeded_before = unread = 0
    for attempt in measurement.attempts:
        row = counts.setdefault(attempt.sample, [0, 0, 0])
        told = _told(attempt, indicator)
        success = told if attempt.state is SampleState.SCORED else None
        row[2 if success is None else 0 if success else 1] += 1
        succeeded_before += attempt.state in _ENDED and told is True
        unread += told is None and not _came_to_nothing(attempt, indicator)
    states = Counter(attempt.state for attempt in measurement.attempts)
    tasks = task_of_samples(measurement.attempts)
    members: dict[str, list[TaskTally]] = {}
    for sample, (s, f, u) in counts.items():
        members.setdefault(tasks[sample], []).append(TaskTally(task=sample, successes=s, failures=f, unscored=u))
    return Tally(
        tasks=tuple(_joined(rows) for rows in members.values()),
        states=tuple((state, states[state]) for state in SampleState),
        repeating=len(counts) - len(members),
        succeeded_before=succeeded_before,
        unread=unread,
    )


def task_of_samples(attempts: Iterable[Attempt]) -> dict[str, str]:
    """Return for every sample the first sample, in log order, that is the same task.

    Pure. Two samples are one task if they share content, or if both share it with a third. A sample that was asked
    with another content in another epoch stays one sample and joins both contents. "" is no content.

    Source: E-2.
    """
    leads: dict[str, str] = {}
    asked: dict[str, str] = {}
    order: dict[str, int] = {}
    for attempt in attempts:
        order.setdefault(attempt.sample, len(order))
        leads.setdefault(attempt.sample, attempt.sample)
        if attempt.content:
            one = _lead(leads, attempt.sample)
            other = _lead(leads, asked.setdefault(attempt.content, attempt.sample))
            first, second = sorted((one, other), key=order.__getitem__)
            leads[second] = first
    return {sample: _lead(leads, sample) for sample in order}


def elicitation_reasons(indicator: Indicator, elicitation: str) -> Iterator[str]:
    """Yield why the stated elicitation is not what the indicator requires; texts are compared as they stand.

    Pure. Source: D-2, E-4.
    """
    if indicator.elicitation and elicitation.strip() != indicator.elicitation.strip():
        stated = repr(elicitation) if elicitation else "none stated"
        yield f"expected elicitation {indicator.elicitation!r}, got {stated}"


def is_success(value: object, success_at: Decimal) -> bool | None:
    """Return whether one score value is a success; None when it is neither success nor failure.

    Pure. "C" succeeds, "I" and "N" fail, "P" is one half; a bool speaks for itself; a finite number succeeds at or
    above `success_at`. Floats are read as the log prints them, so 0.7 reaches a bar of 0.7. NaN, infinities, lists,
    dicts, null and other texts are None.

    Source: E-1, E-2.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return success_at <= _HALF if value == "P" else _LETTERS.get(value)
    if isinstance(value, int):
        return Decimal(value) >= success_at
    if isinstance(value, float) and isfinite(value):
        return Decimal(repr(value)) >= success_at
    return None


def _lead(leads: dict[str, str], sample: str) -> str:
    """Return the head of a chain of samples, shortening the chain on the way."""
    while leads[sample] != sample:
        leads[sample] = leads[leads[sample]]
        sample = leads[sample]
    return sample


def _joined(rows: list[TaskTally]) -> TaskTally:
    if len(rows) == 1:
        return rows[0]
    return TaskTally(
        task=rows[0].task,
        successes=sum(row.successes for row in rows),
        failures=sum(row.failures for row in rows),
        unscored=sum(row.unscored for row in rows),
        same=tuple(rows),
    )


def _told(attempt: Attempt, indicator: Indicator) -> bool | None:
    """What an attempt's score says by itself, whatever its state."""
    values = _values(attempt, indicator)
    # More than one value, as when "scorer/key" is also a scorer's own name, is no answer.
    return is_success(values[0], indicator.success_at) if len(values) == 1 else None


def _values(attempt: Attempt, indicator: Indicator) -> list[object]:
    return [value for name, value in attempt.scores if indicator.score in ("", name)]


def _came_to_nothing(attempt: Attempt, indicator: Indicator) -> bool:
    """Whether an attempt that says neither has no figure to read: a scorer that was silent says so only of one that ended."""
    values = _values(attempt, indicator)
    if attempt.state is SampleState.SCORED and len(values) != 1:
        return False
    return all(value is None or (isinstance(value, float) and isnan(value)) for value in values)


def _status_reasons(measurement: Measurement) -> Iterator[str]:
    match measurement.status:
        case "success":
            return
        case "started":
            yield "the run is unfinished"
        case status:
            yield f"the run did not succeed: its status is {status!r}"


def _version_reasons(measurement: Measurement, indicator: Indicator) -> Iterator[str]:
    if indicator.task_version and measurement.task_version != indicator.task_version:
        yield f"expected task version {indicator.task_version!r}, got {measurement.task_version!r}"


def _coverage_reasons(measurement: Measurement, indicator: Indicator) -> Iterator[str]:
    named = task_of_samples(measurement.attempts)
    tasks = len(set(named.values()))
    again = len(named) - tasks
    # Tasks are counted after joining: a shortened set filled up with repeated samples is still short.
    if indicator.expected_samples is not None and tasks != indicator.expected_samples:
        more = f"; {again} sample(s) repeat the content of others and count once" if again else ""
        yield f"expected {indicator.expected_samples} tasks, got {tasks}{more}"
    if indicator.unit is Unit.ATTEMPT and again:
        yield f"{again} sample(s) repeat the content of others, so attempts are not independent"
    # An indicator that says how many tasks a complete run holds has fixed the selection in advance.
    if measurement.partial and indicator.expected_samples is None:
        yield f"partial run: {measurement.partial}"
    keys = Counter((attempt.sample, attempt.epoch) for attempt in measurement.attempts)
    twice = [f"{sample!r} epoch {epoch}" for (sample, epoch), count in keys.items() if count > 1]
    if twice:
        yield f"{len(twice)} attempt(s) stand in the log more than once: {_some(twice)}"


def _content_reasons(measurement: Measurement) -> Iterator[str]:
    """Yield why it is in doubt which samples are one task.

    A sample that was asked with the content of two others would join those two, and successes of many tasks would
    become one success of one task.
    """
    tasks = task_of_samples(measurement.attempts)
    samples, contents = Counter(tasks.values()), {task: set[str]() for task in tasks.values()}
    for attempt in measurement.attempts:
        contents[tasks[attempt.sample]].update([attempt.content] if attempt.content else [])
    mixed = [repr(task) for task, count in samples.items() if count > 1 and len(contents[task]) > 1]
    if mixed:
        yield f"samples share some of their content and not all of it, as with {_some(mixed)}; which are one task?"


def _repeat_reasons(measurement: Measurement, indicator: Indicator) -> Iterator[str]:
    if indicator.repeats is None:
        return
    epochs: dict[str, set[int]] = {}
    for attempt in measurement.attempts:
        epochs.setdefault(attempt.sample, set()).add(attempt.epoch)
    short = [sample for sample, seen in epochs.items() if len(seen) < indicator.repeats]
    if short:
        fewest = min(len(epochs[sample]) for sample in short)
        named = _some([repr(sample) for sample in short])
        yield f"expected {indicator.repeats} epochs per task, got {fewest} of {len(short)} task(s): {named}"


def _score_reasons(measurement: Measurement, indicator: Indicator) -> Iterator[str]:
    names = list(dict.fromkeys(name for attempt in measurement.attempts for name, _ in attempt.scores))
    if not names:
        yield "no attempt has a score"
    elif indicator.score and indicator.score not in names:
        yield f"expected a score named {indicator.score!r}, got {_some(names)}"
    elif not indicator.score and len(names) > 1:
        yield f"the log has several scores and the indicator names none: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
