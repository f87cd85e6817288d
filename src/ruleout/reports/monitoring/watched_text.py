# SPDX-License-Identifier: Apache-2.0
"""Watched rates as a page and as values: how many of how many, the bar, and whether it is passed (G-11)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ruleout.reports.page import Line, labelled, title
from ruleout.serving.monitoring import Looked


def watched_page(looks: Iterable[Looked], *, width: int) -> list[Line]:
    """Return each watched rate in a few lines. Pure."""
    lines: list[Line] = []
    for one in looks:
        word, tone = _state(one)
        lines += title(one.watch.id, word, width=width, tone=tone)
        told = (
            f"{one.hits} of {one.trials} {one.watch.counted.value} of {one.watch.hook}, assumed at most {one.watch.bar}"
        )
        lines += labelled("  counted", told, width=width)
        lines += labelled("  evidence", f"{one.log_evidence:.2f} of {one.needed:.2f} (logarithms)", width=width)
        if one.unknown:
            lines += labelled(
                "  not counted", f"workers {', '.join(one.unknown)}: unreadable", width=width, tone="warn"
            )
    return lines


def watched_value(one: Looked) -> dict[str, Any]:
    """Return the same as a JSON value. Pure."""
    told = {"watch": one.watch.id, "state": _state(one)[0], "hits": one.hits, "trials": one.trials}
    figures = {"bar": str(one.watch.bar), "log_evidence": f"{one.log_evidence:.6f}", "needed": f"{one.needed:.6f}"}
    return {**told, **figures, "unknown_workers": list(one.unknown)}


def _state(one: Looked) -> tuple[str, str]:
    if one.is_breach:
        return "BREACH", "bad"
    if one.unknown or not one.trials:
        return "not known", "warn"
    return "no breach", "good"
