# SPDX-License-Identifier: Apache-2.0
"""What a gateway counts while it serves, as Prometheus reads it, and when a rate has passed its bar (G-11, S-3). Pure."""

from ruleout.serving.monitoring.counters import Counters, Snapshot, merged, parse_snapshot, snapshot_bytes
from ruleout.serving.monitoring.drift import Looked, Watch, look
from ruleout.serving.monitoring.metrics import METRICS, Kind, Metric
from ruleout.serving.monitoring.prometheus import prometheus_text

__all__ = [
    "METRICS",
    "Counters",
    "Kind",
    "Looked",
    "Metric",
    "Snapshot",
    "Watch",
    "look",
    "merged",
    "parse_snapshot",
    "prometheus_text",
    "snapshot_bytes",
]
