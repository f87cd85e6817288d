# SPDX-License-Identifier: Apache-2.0
"""A worker's counters, kept as small bytes, and those of several workers brought together (G-11).

A worker that starts again goes on from its last bytes, so that sums do not fall. Bytes that are damaged are unknown, and
said to be: they are not zero.
"""

from __future__ import annotations

import bisect
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from ruleout.serving.monitoring.metrics import BOUNDS_US, BY_NAME, UNKNOWN_WORKERS, Kind, Metric

#: Series of one worker; those beyond are counted together under the label values OTHER.
MOST_SERIES = 20_000
OTHER = "_other"
MOST_BYTES = 16 * 1024 * 1024
_SLOTS = len(BOUNDS_US) + 2  # buckets, the one without a bound, and the sum in microseconds

Series = tuple[str, tuple[str, ...]]


class _Told(msgspec.Struct, forbid_unknown_fields=True):
    """The JSON of a worker's counters."""

    format: str
    numbers: list[tuple[str, list[str], int]]
    spans: list[tuple[str, list[str], list[int]]]


_FORMAT = "ruleout-counters/1"
_DECODER = msgspec.json.Decoder(_Told)


@dataclass(slots=True)
class Snapshot:
    """Numbers and histograms by series; workers of which nothing is known."""

    numbers: dict[Series, int] = field(default_factory=dict)
    spans: dict[Series, list[int]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


class Counters:
    """The counters of one worker; not for several threads."""

    __slots__ = ("_state",)

    def __init__(self, start: Snapshot | None = None) -> None:
        """Begin at nothing, or where the worker's last bytes left off. Streams under way are none at a start."""
        self._state = start or Snapshot()
        for series in list(self._state.numbers):
            if BY_NAME[series[0]].kind is Kind.GAUGE:
                del self._state.numbers[series]

    @property
    def state(self) -> Snapshot:
        """Return the counters as they stand. They go on changing."""
        return self._state

    def add(self, metric: Metric, *labels: str, by: int = 1) -> None:
        """Count one, or `by`; a gauge may go down."""
        numbers, series = self._state.numbers, (metric.name, labels)
        try:
            numbers[series] += by
        except KeyError:
            if len(numbers) >= MOST_SERIES:
                series = (metric.name, (OTHER,) * len(labels))
            numbers[series] = numbers.get(series, 0) + by

    def observe(self, metric: Metric, *labels: str, us: int) -> None:
        """Count one span of `us` microseconds."""
        spans, series = self._state.spans, (metric.name, labels)
        slots = spans.get(series)
        if slots is None:
            if len(spans) >= MOST_SERIES:
                series = (metric.name, (OTHER,) * len(labels))
            slots = spans.setdefault(series, [0] * _SLOTS)
        slots[bisect.bisect_left(BOUNDS_US, us)] += 1
        slots[-1] += max(0, us)


def snapshot_bytes(state: Snapshot) -> bytes:
    """Return a worker's counters as bytes that show damage. Pure."""
    numbers = [(name, list(labels), count) for (name, labels), count in state.numbers.items()]
    spans = [(name, list(labels), slots) for (name, labels), slots in state.spans.items()]
    body = msgspec.json.encode(_Told(_FORMAT, numbers, spans))
    return hashlib.sha256(body).hexdigest().encode("ascii") + b"\n" + body


def parse_snapshot(data: bytes) -> Snapshot | None:
    """Return the counters of a worker's bytes, None where they are damaged. Pure; never raises."""
    digest, _, body = data.partition(b"\n")
    if len(data) > MOST_BYTES or hashlib.sha256(body).hexdigest().encode("ascii") != digest:
        return None
    try:
        told = _DECODER.decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        return None
    numbers = {(name, tuple(labels)): count for name, labels, count in told.numbers}
    spans = {(name, tuple(labels)): slots for name, labels, slots in told.spans}
    sound = told.format == _FORMAT and all(map(_is_known, (*numbers, *spans)))
    sound = sound and all(len(slots) == _SLOTS and min(slots) >= 0 for slots in spans.values())
    return Snapshot(numbers, spans) if sound else None


def merged(workers: Mapping[str, Snapshot | None]) -> Snapshot:
    """Return the sum of workers' counters; those that cannot be read are named, and left out of the sums. Pure."""
    total = Snapshot(unknown=tuple(sorted(name for name, one in workers.items() if one is None)))
    for one in workers.values():
        if one is not None:
            _add(total, one)
    for name in total.unknown:
        total.numbers[UNKNOWN_WORKERS.name, (name,)] = 1
    return total


def total_of(state: Snapshot, metric: Metric, **labels: str) -> int:
    """Return the sum of a counter's series that have these labels. Pure."""
    places = [(metric.labels.index(name), value) for name, value in labels.items()]
    found: Iterable[int] = (
        count
        for (name, values), count in state.numbers.items()
        if name == metric.name and all(values[place] == value for place, value in places)
    )
    return sum(found)


def _add(total: Snapshot, one: Snapshot) -> None:
    for series, count in one.numbers.items():
        total.numbers[series] = total.numbers.get(series, 0) + count
    for series, slots in one.spans.items():
        before = total.spans.get(series, [0] * _SLOTS)
        total.spans[series] = [a + b for a, b in zip(before, slots, strict=True)]


def _is_known(series: Series) -> bool:
    metric = BY_NAME.get(series[0])
    return metric is not None and len(series[1]) == len(metric.labels)
