# SPDX-License-Identifier: Apache-2.0
"""Counters as the text that Prometheus reads, format 0.0.4 (G-11)."""

from __future__ import annotations

from collections.abc import Iterator

from ruleout.serving.monitoring.counters import Series, Snapshot
from ruleout.serving.monitoring.metrics import BOUNDS_US, METRICS, Kind, Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


def prometheus_text(state: Snapshot) -> str:
    """Return the page. Pure; series in order, so that the same counters give the same bytes."""
    return "".join(line + "\n" for metric in METRICS for line in _lines(metric, state))


def _lines(metric: Metric, state: Snapshot) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.help}"
    yield f"# TYPE {metric.name} {metric.kind.value}"
    if metric.kind is Kind.HISTOGRAM:
        for series in sorted(one for one in state.spans if one[0] == metric.name):
            yield from _histogram(metric, series, state.spans[series])
        return
    for series in sorted(one for one in state.numbers if one[0] == metric.name):
        yield f"{metric.name}{_labels(metric, series)} {state.numbers[series]}"


def _histogram(metric: Metric, series: Series, slots: list[int]) -> Iterator[str]:
    below = 0
    for bound, count in zip((*BOUNDS_US, None), slots[:-1], strict=True):
        below += count
        le = "+Inf" if bound is None else seconds(bound)
        yield f"{metric.name}_bucket{_labels(metric, series, le=le)} {below}"
    yield f"{metric.name}_sum{_labels(metric, series)} {seconds(slots[-1])}"
    yield f"{metric.name}_count{_labels(metric, series)} {below}"


def seconds(us: int) -> str:
    """Return microseconds as exact decimal seconds. Pure."""
    whole, part = divmod(us, 1_000_000)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def _labels(metric: Metric, series: Series, **more: str) -> str:
    pairs = [*zip(metric.labels, series[1], strict=True), *more.items()]
    told = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in pairs)
    return f"{{{told}}}" if told else ""
