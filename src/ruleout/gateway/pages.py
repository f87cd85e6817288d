# SPDX-License-Identifier: Apache-2.0
"""What a worker answers besides requests: whether it lives, whether it serves, and its host's counters (G-11)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from ruleout.adapters.audit import AuditWriter, WriterState
from ruleout.adapters.monitoring import keep_counters, read_counters
from ruleout.gateway.admission import Admission
from ruleout.serving.epoch import Scope
from ruleout.serving.monitoring.counters import Counters, merged
from ruleout.serving.monitoring.prometheus import prometheus_text

Page = tuple[int, str]


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
    counters: Counters,
    *,
    folder: Path,
    worker: str,
    operators: Collection[str],
) -> Callable[[str, str | None], Page | None]:
    """Return what answers a path and the digest of the key that came with it; None for a path that is no page.

    Health says only that the process answers; readiness says whether a request would be looked at, and why not.
    """

    def page(path: str, key: str | None) -> Page | None:
        if path == "/health":
            return 200, "ok\n"
        if path == "/ready":
            reason = why_not_ready(admission, audit)
            return (503, f"not ready: {reason}\n") if reason else (200, "ready\n")
        if path == "/metrics":
            if key is None or key not in operators:
                return 401, "expected an operator's key\n"
            keep_counters(folder, worker, counters.state)
            return 200, prometheus_text(merged(read_counters(folder)))
        return None

    return page
