# SPDX-License-Identifier: Apache-2.0
"""What was filed of reviewed requests, as a page and as values: new ones, known ones, and the sums of each hook (G-11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruleout.reports.page import Line, labelled, title
from ruleout.serving.monitoring.filings import Totals
from ruleout.serving.monitoring.reviewed import Found


def reviewed_page(new: int, before: int, totals: Totals, *, width: int) -> list[Line]:
    """Return how many reviews were filed now and before, and what was found of each hook so far. Pure."""
    lines = title("reviewed", f"{new} filed", width=width, tone="good")
    if before:
        lines += labelled("  passed over", f"{before} that were filed before", width=width)
    for hook, counts in _by_hook(totals).items():
        told = ", ".join(f"{count} {found}" for found, count in counts.items())
        lines += labelled(f"  {hook}", f"{told} so far", width=width)
    return lines


def reviewed_value(new: int, before: int, totals: Totals) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    return {"filed": new, "filed_before": before, "so_far": _by_hook(totals)}


def _by_hook(totals: Totals) -> Mapping[str, Mapping[str, int]]:
    hooks = sorted({hook for hook, _ in totals})
    return {hook: {one.value: totals.get((hook, one.value), 0) for one in Found} for hook in hooks}
