# SPDX-License-Identifier: Apache-2.0
"""What a worker answers besides requests: whether it lives, whether it serves, and its host's counters (G-11)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ruleout.adapters.audit import AuditWriter, WriterState
from ruleout.adapters.monitoring import read_counters
from ruleout.adapters.monitoring.watching import WatchedView
from ruleout.gateway.admission import Admission
from ruleout.serving.epoch import Degraded, Scope
from ruleout.serving.monitoring.counters import Counters, merged
from ruleout.serving.monitoring.metrics import DEGRADED
from ruleout.serving.monitoring.prometheus import prometheus_text
from ruleout.serving.refusal import without_folders

Page = tuple[int, str]
_NOT_TRUSTED = "not trusted, and nothing is served by it: Cedar decided otherwise than its compiled rules"


class Counted(NamedTuple):
    """A worker's counters, the folder where they are kept under its name, and what it knows of the watching, if there is any."""

    counters: Counters
    folder: Path
    worker: str
    watched: WatchedView | None

    def metrics(self, degraded: Degraded | None) -> str:
        """Return the host's counters, how watched rates stand and whether it is degraded, as Prometheus reads them.

        Effect: reads those of other workers.
        """
        total = merged({**read_counters(self.folder), self.worker: self.counters.state})
        if self.watched is not None:
            total.numbers.update(self.watched.gauges().numbers)
        total.numbers[DEGRADED.name, ()] = 0 if degraded is None else 1
        return prometheus_text(total)

    def failing(self) -> str:
        """Return what keeps rates from being watched, a line each. Effect: reads."""
        failing = {} if self.watched is None else self.watched.failing()
        return "".join(f"watch: {one.value}: {says}\n" for one, says in failing.items())


#: In place of words that name a file.
_SHADOWS = {"does-not-hold": "does not hold, and is not asked"}


def why_not_ready(admission: Admission, audit: AuditWriter) -> str:
    """Return why a request would be refused now, by this worker or by one beside it, "" if by none. Effect: reads the page.

    Workers share a socket, so who asks cannot choose which of them takes the next request.
    """
    if admission.standing is None:
        return admission.closed
    if audit.state is not WriterState.RUNNING:
        return "the audit record cannot be written"
    refusal = admission.view.standing(Scope())
    if refusal is not None and admission.view.degraded is None:
        return refusal.says
    closed = admission.view.closed_beside()
    return f"{closed} other worker{'s' * (closed > 1)} of this host cannot serve" if closed else ""


def said_beside(admission: Admission) -> str:
    """Return what people should know of policies while it serves, a line each: what is not trusted, not compared, in shadow.

    Whose a shadow is is not said: anybody may read this. Effect: reads the clock.
    """
    standing, rechecks = admission.standing, admission.rechecks
    if standing is None:
        return ""
    at = datetime.fromtimestamp(admission.clock.now_ns() // 1_000_000_000, UTC)
    lines = [f"policy: {one}: {_NOT_TRUSTED}\n" for one in sorted(standing.untrusted)]
    lines += sorted(
        {f"shadow: {one.name}: {_SHADOWS.get(one.state(at)) or one.says(at)}\n" for one in standing.named_shadows}
    )
    if rechecks is not None and rechecks.is_behind:
        lines.append("recheck: behind: decisions are not compared with Cedar's, for too many wait\n")
    return "".join(lines)


def pages_of(
    admission: Admission,
    audit: AuditWriter,
    counted: Counted,
    *,
    operators: Collection[str],
) -> Callable[[str, str | None], Page | None]:
    """Return what answers a path and the digest of the key that came with it; None for a path that is no page.

    Health says only that the process answers; readiness says whether a request would be looked at, and why not, until when only
    plain chat is, and what keeps rates from being watched; anybody may ask, so files are named without their folders.
    """

    def page(path: str, key: str | None) -> Page | None:
        if path == "/health":
            return 200, "ok\n"
        if path == "/ready":
            reason = why_not_ready(admission, audit)
            beside = f"{_told(admission)}{counted.failing()}{said_beside(admission)}"
            said = (503, f"not ready: {reason}\n") if reason else (200, f"ready\n{beside}")
            return said[0], without_folders(said[1])
        if path == "/metrics":
            if key is None or key not in operators:
                return 401, "expected an operator's key\n"
            return 200, counted.metrics(admission.view.degraded)
        return None

    return page


def _told(admission: Admission) -> str:
    """Until when plain chat goes on without a lease, as a line; "" under a lease."""
    grant = admission.view.degraded
    return "" if grant is None else f"degraded until {grant.until}: plain chat only\n"
