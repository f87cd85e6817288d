# SPDX-License-Identifier: Apache-2.0
"""Traces and metrics for OpenTelemetry, where its API is installed; nothing at all where it is not (G-11).

What leaves is chosen here: names of permits and closed words. No content, no key, no header, no address of a client can be
handed over, for there is no parameter that takes one.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ruleout.serving.monitoring.counters import OTHER
from ruleout.serving.monitoring.metrics import Metric

#: Attributes that may stand on a span.
ATTRIBUTES = frozenset(
    {"tenant", "tier", "model", "endpoint", "why", "hook", "verdict", "tool", "judged", "stage", "stream", "request"}
)
_LONGEST = 128


class Telemetry:
    """Spans and counters of one worker. Without the library every method does nothing."""

    def __init__(self, *, enabled: bool) -> None:
        """Begin. `enabled` False is as if the library were not there."""
        self._tracer: Any = None
        self._meter: Any = None
        trace, metrics = _library("opentelemetry.trace"), _library("opentelemetry.metrics")
        if enabled and trace is not None and metrics is not None:
            self._tracer, self._meter = trace.get_tracer("ruleout"), metrics.get_meter("ruleout")
        self._instruments: dict[str, Any] = {}

    @property
    def is_on(self) -> bool:
        """Whether anything is handed over."""
        return self._tracer is not None

    @contextmanager
    def span(self, name: str, attributes: Mapping[str, str]) -> Iterator[None]:
        """Trace a step. An exception in it is not told: its text may quote a request. Effect: the exporter's."""
        if self._tracer is None:
            yield
            return
        with self._tracer.start_as_current_span(
            name, attributes=allowed(attributes), record_exception=False, set_status_on_exception=False
        ):
            yield

    def count(self, metric: Metric, *labels: str, by: int = 1) -> None:
        """Count as the Prometheus page does. Effect: the exporter's."""
        if self._meter is None:
            return
        if metric.name not in self._instruments:
            self._instruments[metric.name] = self._meter.create_up_down_counter(metric.name, description=metric.help)
        values = labels if len(labels) == len(metric.labels) else (OTHER,) * len(metric.labels)
        self._instruments[metric.name].add(by, dict(zip(metric.labels, values, strict=True)))


def allowed(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return what may be handed over: known names, short texts. Pure."""
    return {name: str(value)[:_LONGEST] for name, value in attributes.items() if name in ATTRIBUTES}


def _library(name: str) -> Any:
    """A module of the optional library, None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
