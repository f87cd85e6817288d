# SPDX-License-Identifier: Apache-2.0
"""Every metric that there is: one list, from which the Prometheus page, the dashboard and their tests are made (G-11).

Labels are names of permits, policies and closed lists, never content, never a secret, never what a client sent.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

#: Upper bounds of a histogram's buckets, in microseconds; what is slower is in the last one, without a bound.
BOUNDS_US = (50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 10_000_000)


class Kind(Enum):
    """What a metric is, in Prometheus's words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    """One metric; `labels` in the order in which values are given."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...]


REQUESTS = Metric("ruleout_requests_total", Kind.COUNTER, "Requests read.", ("tenant", "model", "endpoint"))
REFUSALS = Metric("ruleout_refusals_total", Kind.COUNTER, "Requests refused, by ground.", ("tenant", "model", "why"))
CUTS = Metric("ruleout_cuts_total", Kind.COUNTER, "Answers ended early, by ground.", ("tenant", "model", "why"))
LIMITS = Metric("ruleout_limits_total", Kind.COUNTER, "Refusals by a limit, by its kind.", ("tenant", "model", "limit"))
TOKENS = Metric("ruleout_tokens_total", Kind.COUNTER, "Tokens counted.", ("tenant", "model", "direction"))
TOOL_CALLS = Metric("ruleout_tool_calls_total", Kind.COUNTER, "Calls of tools judged.", ("tool", "judged"))
VERDICTS = Metric(
    "ruleout_hook_verdicts_total",
    Kind.COUNTER,
    "Verdicts of hooks: allow, near, deny, or why none.",
    ("hook", "verdict"),
)
REVIEWED = Metric(
    "ruleout_hook_reviewed_total", Kind.COUNTER, "Samples reviewed: miss, fine or caught.", ("hook", "found")
)
APPROVALS = Metric("ruleout_approvals_total", Kind.COUNTER, "Calls that a person was asked about.", ("tool", "ended"))
STREAMS = Metric("ruleout_streams_open", Kind.GAUGE, "Streams under way.", ())
REQUEST_SECONDS = Metric(
    "ruleout_request_seconds", Kind.HISTOGRAM, "From a request's bytes to the call upstream.", ("endpoint",)
)
HOOK_SECONDS = Metric("ruleout_hook_seconds", Kind.HISTOGRAM, "From a question to a hook's verdict.", ("hook",))
TRACES_DROPPED = Metric(
    "ruleout_traces_dropped_total", Kind.COUNTER, "Spans that no collector took: full, failed.", ("why",)
)
#: Made of what a worker reads on its host's page, counted by none of them.
DEGRADED = Metric(
    "ruleout_degraded", Kind.GAUGE, "1 while only plain chat goes on, by a degraded grant in place of a lease.", ()
)
RECHECKS = Metric(
    "ruleout_policy_rechecks_total",
    Kind.COUNTER,
    "Decisions asked again of Cedar itself: same, differs, dropped where too many waited, failed where it cannot say.",
    ("outcome",),
)
SHADOWS = Metric(
    "ruleout_shadow_total",
    Kind.COUNTER,
    "What a bundle in shadow would decide: same, deny, allow, or error.",
    ("tenant", "shadow", "would"),
)
#: Made where counters of workers are brought together, counted by none of them.
UNKNOWN_WORKERS = Metric(
    "ruleout_worker_unknown",
    Kind.GAUGE,
    "1 for a worker whose counters cannot be read: sums leave it out.",
    ("worker",),
)
#: Made of what the process says that watches, likewise.
WATCH_STATE = Metric(
    "ruleout_watch_state",
    Kind.GAUGE,
    "1 for how a watched rate stands: no-breach, breach or unknown.",
    ("watch", "state"),
)
WATCH_FAILING = Metric(
    "ruleout_watch_failing",
    Kind.GAUGE,
    "1 for what keeps rates from being watched, or a breach from being answered.",
    ("why",),
)

METRICS = (
    REQUESTS, REFUSALS, CUTS, LIMITS, TOKENS, TOOL_CALLS, VERDICTS, REVIEWED, APPROVALS, STREAMS, REQUEST_SECONDS,
    HOOK_SECONDS, TRACES_DROPPED, RECHECKS, SHADOWS, UNKNOWN_WORKERS, WATCH_STATE, WATCH_FAILING,
    DEGRADED,
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}
