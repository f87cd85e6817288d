# SPDX-License-Identifier: Apache-2.0
"""A comparison of two states of a roadmap as lines of a terminal (A-2). What was told of nowhere comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ruleout.accountability.roadmap.changes.compared import Asks, Difference, Mention, RoadmapComparison
from ruleout.reports.page import Line, bullets, labelled, title

_TONES = {Asks.LESS: "bad", Asks.MORE: "good", Asks.UNCLEAR: "warn", Asks.SAME: "dim"}
_HEADS = (
    (Mention.NOWHERE, "changed without an update telling of it"),
    (Mention.ELSEWHERE, "told of on another page only"),
    (Mention.LOG, "told of in the update log"),
)
_ABOUT = {
    Asks.LESS: "less is promised or stated",
    Asks.MORE: "more is promised or stated",
    Asks.UNCLEAR: "unclear",
    Asks.SAME: "the same",
}


def roadmap_comparison_page(comparison: RoadmapComparison, *, width: int) -> list[Line]:
    """Return the page. Pure."""
    count = len(comparison.differences)
    head = f"{comparison.old} → {comparison.new}"
    lines = title(head, f"{count} difference{'' if count == 1 else 's'}", width=width, tone="title")
    for mention, words in _HEADS:
        chosen = [one for one in comparison.differences if one.mention is mention]
        if chosen:
            shown = words if comparison.has_log else "differences (no update log was given)"
            lines += [Line(""), Line(f"{shown}: {len(chosen)}", "title")]
            lines += _by_goal(chosen, width)
    lines += _rest(comparison, width)
    return [*lines, Line(""), *labelled("", comparison.disclaimer, width=width, tone="dim")]


def _by_goal(chosen: Sequence[Difference], width: int) -> Iterable[Line]:
    for goal in dict.fromkeys(one.goal for one in chosen):
        yield Line(f"  {goal or 'the roadmap itself'}")
        for one in chosen:
            if one.goal == goal:
                yield from _difference(one, width)


def _difference(one: Difference, width: int) -> list[Line]:
    told = f" (told by {', '.join(one.told_by)})" if one.told_by else ""
    found = f"{_ABOUT[one.asks]}: {one.because}{told}"
    lines = labelled(f"    {one.field or 'the goal'}", _values(one), width=width)
    return [*lines, *labelled("", found, width=width, tone=_TONES[one.asks])]


def _values(one: Difference) -> str:
    return f"{one.was or 'nothing'} → {one.now or 'nothing'}"


def _rest(comparison: RoadmapComparison, width: int) -> list[Line]:
    lines = bullets("remark", comparison.remarks, width=width, tone="warn")
    shown = (f"{one.id}, {one.on.isoformat()}, {one.goal}: {one.kind.value}" for one in comparison.unmatched)
    lines += bullets("not seen here", shown, width=width, tone="dim")
    return [Line(""), *lines] if lines else []
