# SPDX-License-Identifier: Apache-2.0
"""What a worker answers besides requests: whether it lives, whether it serves, and its host's counters (G-11)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from ruleout.adapters.audit import AuditWriter, WriterState
from ruleout.adapters.monitoring import keep_counters, read_counters
from ruleout.adapters.monitoring.watching import WatchedView
from ruleout.gateway.admission import Admission
from ruleout.serving.epoch import Scope
from ruleout.serving.monitoring.counters import Counters, merged
from ruleout.serving.monitoring.prometheus import prometheus_text

Page = tuple[int, str]


class Counted(NamedTuple):
    """A worker's counters, the folder where they are kept under its name, and what it knows of the watching, if there is any."""

    counters: Counters
    folder: Path
    worker: str
    watched: WatchedView | None

    def metrics(self) -> str:
        """Return the host's counters and how watched rates stand, as Prometheus reads them. Effect: keeps and reads counters."""
        keep_counters(self.folder, self.worker, self.counters.state)
        total = merged(read_counters(self.folder))
        if self.watched is not None:
            total.numbers.update(self.watched.gauges().numbers)
        return prometheus_text(total)

    def failing(self) -> str:
        """Return what keeps rates from being watched, a line each. Effect: reads."""
        failing = {} if self.watched is None else self.watched.failing()
        return "".join(f"watch: {one.value}: {says}\n" for one, says in failing.items())


def why_not_ready(admission: Admission, audit: AuditWriter) -> str:
    """Return why nothing is served now, "" if it is. Effect: reads the page."""
    if admission.standing is None:
        return admission.closed
    if audit.state is not WriterState.RUNNING:
        return "the audit record cannot be written"
    refusal = admission.view.standing(Scope())
    return "" if refusal is None else refusal.says


def pages_of(
    admission: Admission,
    audit: AuditWriter,
    counted: Counted,
    *,
    operators: Collection[str],
) -> Callable[[str, str | None], Page | None]:
    """Return what answers a path and the digest of the key that came with it; None for a path that is no page.

    Health says only that the process answers; readiness says whether a request would be looked at, and why not, and what
    keeps rates from being watched.
    """

    def page(path: str, key: str | None) -> Page | None:
        if path == "/health":
            return 200, "ok\n"
        if path == "/ready":
            reason = why_not_ready(admission, audit)
            return (503, f"not ready: {reason}\n") if reason else (200, f"ready\n{counted.failing()}")
        if path == "/metrics":
            if key is None or key not in operators:
                return 401, "expected an operator's key\n"
            return 200, counted.metrics()
        return None

    return page
