# SPDX-License-Identifier: Apache-2.0
"""The reliability of repeats: a bar per task of what its attempts came to, and tasks by share against independence.

If attempts at a task were independent, most tasks would have a share near the mean. Where tasks are always solved or
never, repeats add little. Successes are filled, failures hollow, attempts without a usable score grey and named in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from ruleout.documents.counts import count_of
from ruleout.model.decision import DISCLAIMER
from ruleout.model.evidence import Measurement, TaskTally
from ruleout.model.plain import decimal_text, plain
from ruleout.reports.pictures.frame import Picture, Table
from ruleout.reports.pictures.lettering import told
from ruleout.reports.pictures.panels import Sign, Spec, columns_in, inline, key, row_at, stacked, text_at, words
from ruleout.reports.pictures.repeats_rows import Repeats, repeats_of
from ruleout.reports.pictures.style import BLUE, FAINT, GREY, INK, ORANGE, PAPER, SOFT

#: Up to so many tasks each has a row of its own; beyond, tasks of the same result share one.
_MOST_ROWS = 60
_STATES = ("success", "failure", "unscored")
_ROW, _CHART = 20, 170


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things stand, in pixels: the picture's width, where a row's bar begins and ends, and the key's columns."""

    width: int
    left: int
    right: int
    columns: int


WIDE = Layout(width=760, left=260, right=580, columns=3)
NARROW = Layout(width=340, left=110, right=206, columns=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    name: str
    task: TaskTally


def repeats_picture(measurement: Measurement, tasks: Sequence[TaskTally], *, score: str) -> Picture:
    """Return the picture of a run's repeats with its page's words and table.

    Pure. Source: S-2, E-2.

    Args:
        measurement: the run; its names stand in the title.
        tasks: every task's attempts as counted for the score.
        score: the score's name.
    """
    repeats = repeats_of(tasks)
    title = f"Repeats of {told(measurement.task, 60)} · {told(measurement.model, 60)} · {told(score, 40)}"
    said = (*sentences(repeats), *doubts(measurement))
    wide, narrow = (repeats_spec(repeats, title=title, said=said, layout=layout) for layout in (WIDE, NARROW))
    return Picture(
        title=title,
        wide=wide,
        narrow=narrow,
        says=f"{title}. {' '.join(said)}",
        above=said,
        table=_table(repeats),
        below=(DISCLAIMER,),
        data={"task": measurement.task, "model": measurement.model, "log": measurement.digest, **plain(repeats)},
    )


def sentences(repeats: Repeats) -> tuple[str, ...]:
    """Return in words what the picture shows: the denominator, the correlation, and what it leaves of the repeats. Pure."""
    scored = repeats.attempts - repeats.unscored
    of_what = f"{count_of(repeats.attempts, 'attempt')} at {count_of(len(repeats.tasks), 'task')}"
    first = f"{of_what}: {scored} scored, {repeats.unscored} unscored."
    if repeats.mean is not None:
        first += f" Of those scored a share of {decimal_text(repeats.mean)} succeeded."
    if repeats.correlation is None or repeats.independent is None:
        why = "fewer than two tasks, no repeats, or every attempt came to the same"
        return (first, f"The correlation within tasks cannot be estimated: {why}.")
    worth = decimal_text(repeats.independent.quantize(Decimal("0.1")))
    return (
        first,
        (
            f"Correlation within tasks {decimal_text(repeats.correlation)} (one-way analysis of variance): the {scored} "
            f"scored attempts are worth about {worth} independent ones."
        ),
    )


def doubts(measurement: Measurement) -> tuple[str, ...]:
    """Return in one sentence why no gate may rely on the run, nothing if it may. Pure. Source: E-5."""
    reasons = list(measurement.problems)
    if measurement.status != "success":
        reasons.insert(0, f"its status is {told(measurement.status, 20)}")
    more = f"; and {len(reasons) - 2} more" if len(reasons) > 2 else ""
    return (f"No gate relies on this log: {told('; '.join(reasons[:2]), 240)}{more}.",) if reasons else ()


def repeats_spec(repeats: Repeats, *, title: str, said: Sequence[str], layout: Layout) -> Spec:
    """Return the picture as a Vega-Lite specification without floating-point numbers. Pure."""
    rows, left_out = _rows(repeats.tasks)
    panels = [_signs(layout), _shares(repeats, layout)] if repeats.shares else []
    if rows:
        panels.append(_tasks(rows, layout))
    texts = [f"{left_out} more results are in the table only."] if left_out else []
    panels.append(words([*texts, DISCLAIMER], width=layout.width))
    return stacked(panels, title=title, subtitle=said, says=title, width=layout.width)


def _rows(tasks: Sequence[TaskTally]) -> tuple[list[_Row], int]:
    """A row per task, or per result where tasks are many; and how many rows were left out."""
    if len(tasks) <= _MOST_ROWS:
        return [_Row(name=task.task, task=task) for task in tasks], 0
    groups = [list(group) for _, group in groupby(tasks, key=lambda t: (t.successes, t.failures, t.unscored))]
    rows = [_Row(name=count_of(len(g), "task"), task=g[0]) for g in groups]
    return rows[:_MOST_ROWS], max(0, len(rows) - _MOST_ROWS)


def _signs(layout: Layout) -> Spec:
    signs = [
        Sign(shape="square", stroke=BLUE, fill=BLUE, means="succeeded"),
        Sign(shape="square", stroke=GREY, fill=PAPER, means="failed"),
        Sign(shape="square", stroke=GREY, fill=GREY, means="no usable score"),
        Sign(shape="square", stroke=GREY, fill=FAINT, means="tasks with that share"),
        Sign(shape="diamond", stroke=ORANGE, fill=ORANGE, means="expected if attempts were independent"),
    ]
    return key(signs, width=layout.width, columns=layout.columns)


def _shares(repeats: Repeats, layout: Layout) -> Spec:
    """Tasks per share as bars with their number, and the expectation under independence as diamonds."""
    labels = [share.label for share in repeats.shares]
    values = [
        {"share": share.label, "tasks": share.tasks, "expected": decimal_text(share.expected)}
        for share in repeats.shares
    ]
    x = {
        "field": "share",
        "type": "ordinal",
        "sort": labels,
        "scale": {"type": "band", "domain": labels, "paddingInner": {"expr": "0.2"}},
        "axis": {"title": None, "labelAngle": 0, "labelOverlap": True},
    }
    top = max(*(share.tasks for share in repeats.shares), *(int(share.expected) + 1 for share in repeats.shares))
    # The counts stand below their shares, so that no axis is needed and nothing hangs over the picture's edge.
    y = {"type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": None}
    diamond = {"type": "point", "shape": "diamond", "size": 80, "fill": ORANGE, "stroke": ORANGE, "opacity": 1}
    number = {"type": "text", "baseline": "top", "y": _CHART + 22, "fontWeight": "bold", "color": INK}
    tasks = {"x": x, "y": {"field": "tasks", **y}}
    return {
        "title": _heading("Tasks by share of successes, their number below"),
        "data": inline(values, "expected"),
        "width": layout.width,
        "height": _CHART,
        "layer": [
            {"mark": {"type": "bar", "fill": FAINT, "stroke": GREY, "strokeWidth": 1}, "encoding": tasks},
            {"mark": number, "encoding": {"x": x, "text": {"field": "tasks"}}},
            {"mark": diamond, "encoding": {"x": x, "y": {"field": "expected", **y}}},
        ],
    }


def _heading(text: str) -> Spec:
    return {"text": text, "anchor": "start", "frame": "group", "fontSize": 13, "color": INK, "offset": 8}


def _tasks(rows: Sequence[_Row], layout: Layout) -> Spec:
    """A bar per row, its parts in proportion to what became of the attempts."""
    place = row_at(len(rows))
    texts = [
        {"row": at, "name": told(row.name, columns_in(layout.left - 8)), "result": _result(row.task)}
        for at, row in enumerate(rows)
    ]
    fills = {"domain": list(_STATES), "range": [BLUE, PAPER, GREY]}
    strokes = {"domain": list(_STATES), "range": [BLUE, GREY, GREY]}
    most = max(row.task.successes + row.task.failures + row.task.unscored for row in rows)
    scale = {"domain": [0, max(most, 1)], "range": [layout.left, layout.right], "nice": False}
    bar = {
        "data": {"values": [part for at, row in enumerate(rows) for part in _parts(at, row.task)]},
        "mark": {"type": "bar", "height": 11, "strokeWidth": 1},
        "encoding": {
            "y": place,
            "x": {"field": "from", "type": "quantitative", "scale": scale, "axis": None},
            "x2": {"field": "to"},
            "fill": {"field": "state", "type": "nominal", "scale": fills, "legend": None},
            "stroke": {"field": "state", "type": "nominal", "scale": strokes, "legend": None},
        },
    }
    names = [
        {"mark": text_at(0), "encoding": {"y": place, "text": {"field": "name"}}},
        {
            "mark": text_at(layout.right + 10, color=SOFT, fontSize=11),
            "encoding": {"y": place, "text": {"field": "result"}},
        },
    ]
    return {
        "title": {**_heading("What each task's attempts came to"), "offset": 6},
        "width": layout.width,
        "height": _ROW * len(rows),
        "layer": [bar, {"data": {"values": texts}, "layer": names}],
    }


def _parts(at: int, task: TaskTally) -> list[Spec]:
    """Successes from the left, then failures, then what has no score; nothing of length 0."""
    counts = zip(_STATES, (task.successes, task.failures, task.unscored), strict=True)
    parts, start = [], 0
    for state, count in counts:
        if count:
            parts.append({"row": at, "state": state, "from": start, "to": start + count})
        start += count
    return parts


def _result(task: TaskTally) -> str:
    scored = task.successes + task.failures
    return f"{task.successes} of {scored}" + (f", {task.unscored} unscored" if task.unscored else "")


def _table(repeats: Repeats) -> Table:
    rows = tuple((t.task, str(t.successes), str(t.failures), str(t.unscored)) for t in repeats.tasks)
    return Table(heads=("Task", "Succeeded", "Failed", "No usable score"), rows=rows, figures=frozenset({1, 2, 3}))
