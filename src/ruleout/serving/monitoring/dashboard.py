# SPDX-License-Identifier: Apache-2.0
"""A Grafana dashboard, made from the same list of metrics that the gateway counts (G-11)."""

from __future__ import annotations

from typing import Any

from ruleout.serving.monitoring.metrics import METRICS, Kind, Metric

_WIDTH, _HEIGHT = 12, 8


def dashboard() -> dict[str, Any]:
    """Return the dashboard as JSON values: one panel per metric, two in a row. Pure."""
    return {
        "uid": "ruleout-gateway",
        "title": "Ruleout gateway",
        "tags": ["ruleout"],
        "schemaVersion": 39,
        "version": 1,
        "editable": True,
        "refresh": "10s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(index, metric) for index, metric in enumerate(METRICS)],
    }


def _panel(index: int, metric: Metric) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${source}"}
    place = {"x": index % 2 * _WIDTH, "y": index // 2 * _HEIGHT, "w": _WIDTH, "h": _HEIGHT}
    legend = " ".join(f"{{{{{label}}}}}" for label in metric.labels)
    target = {"refId": "A", "datasource": source, "expr": _expression(metric), "legendFormat": legend or metric.name}
    unit = "s" if metric.kind is Kind.HISTOGRAM else "reqps" if metric.kind is Kind.COUNTER else "short"
    return {
        "id": index + 1,
        "type": "timeseries",
        "title": metric.help.rstrip("."),
        "datasource": source,
        "gridPos": place,
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [target],
    }


def _expression(metric: Metric) -> str:
    by = ", ".join(metric.labels)
    if metric.kind is Kind.HISTOGRAM:
        return f"histogram_quantile(0.99, sum by (le, {by}) (rate({metric.name}_bucket[5m])))"
    if metric.kind is Kind.COUNTER:
        return f"sum by ({by}) (rate({metric.name}[5m]))"
    return f"sum by ({by}) ({metric.name})" if by else f"sum({metric.name})"
