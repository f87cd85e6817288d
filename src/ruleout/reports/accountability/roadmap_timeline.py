# SPDX-License-Identifier: Apache-2.0
"""The timeline of a roadmap as inline SVG: a row for each date that is or was due, and the instant of the page.

A filled diamond is the day that counts, a hollow one the day first set, an arrow leads from one to the other; a dot is
something reported. Every sign has a word in the table below the picture. Places are whole pixels, so the same value gives
the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from ruleout.reports.accountability.roadmap_shown import TONES, DateShown, GoalShown, RoadmapShown, spelled
from ruleout.reports.page import visible

_LEFT, _RIGHT, _ROW, _TOP = 300, 900, 30, 44
_WIDTH = 940
_NAME = 38
#: At most this many marks of quarters fit without touching.
_MOST_TICKS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Axis:
    first: date
    last: date

    def x(self, day: date) -> int:
        whole = max((self.last - self.first).days, 1)
        return _LEFT + (day - self.first).days * (_RIGHT - _LEFT) // whole


def timeline(shown: RoadmapShown) -> str:
    """Return the picture as an `svg` element, "" where no goal has a date. Pure."""
    rows = [(goal, one) for goal in shown.goals for one in goal.dates if _is_drawn(one, goal)]
    if not rows:
        return ""
    today = shown.at.date()
    axis = _axis(rows, today)
    height = _TOP + _ROW * len(rows) + 16
    parts = [
        _opening(height, _said(rows, today)),
        *_ticks(axis, height),
        *_today(axis, today, height),
        *(text for at, (goal, one) in enumerate(rows) for text in _row(at, goal, one, axis)),
        "</svg>",
    ]
    return "\n".join(parts)


def _is_drawn(one: DateShown, goal: GoalShown) -> bool:
    """Whether a date has a row: a part that is due with its goal needs none."""
    own = goal.dates[0]
    return bool(one.first or one.now) and (one is own or (one.first, one.now) != (own.first, own.now))


def _said(rows: Sequence[tuple[GoalShown, DateShown]], today: date) -> str:
    return f"Timeline of {len(rows)} dates as of {spelled(today)}; the table below says the same in words."


def _axis(rows: Sequence[tuple[GoalShown, DateShown]], today: date) -> _Axis:
    days = [day for goal, one in rows for day in (one.first, one.now, *(event.on for event in goal.history)) if day]
    return _Axis(first=min(*days, today) - timedelta(days=14), last=max(*days, today) + timedelta(days=14))


def _quarters(axis: _Axis) -> Iterator[date]:
    for year in range(axis.first.year, axis.last.year + 1):
        for month in (1, 4, 7, 10):
            if axis.first <= (day := date(year, month, 1)) <= axis.last:
                yield day


def _ticks(axis: _Axis, height: int) -> Iterator[str]:
    days = tuple(_quarters(axis))
    for day in days[:: len(days) // _MOST_TICKS + 1]:
        x = axis.x(day)
        yield f'<line class="tick" x1="{x}" y1="{_TOP - 12}" x2="{x}" y2="{height - 8}"/>'
        yield f'<text class="soft" x="{x}" y="{_TOP - 18}" text-anchor="middle">{day.isoformat()[:7]}</text>'


def _today(axis: _Axis, today: date, height: int) -> Iterator[str]:
    x = axis.x(today)
    yield f'<line class="today" x1="{x}" y1="16" x2="{x}" y2="{height - 8}"/>'
    yield f'<text x="{x + 4}" y="14">{today.isoformat()}</text>'


def _row(at: int, goal: GoalShown, one: DateShown, axis: _Axis) -> Iterator[str]:
    y = _TOP + _ROW * at + _ROW // 2
    tone = TONES.get(one.status or goal.status, "plain")
    is_own = one is goal.dates[0]
    yield f'<text x="{4 if is_own else 20}" y="{y + 5}">{escape(_cut(one.what))}</text>'
    if one.first and one.now and one.first != one.now:
        yield f'<line class="moved" x1="{axis.x(one.first)}" y1="{y}" x2="{axis.x(one.now)}" y2="{y}"/>'
    if one.first and one.first != one.now:
        yield _diamond(axis.x(one.first), y, "hollow")
    if one.now:
        yield _diamond(axis.x(one.now), y, tone)
    for event in goal.history if is_own else ():
        if event.what.startswith(("reported", "graded")):
            yield f'<circle class="{tone}" cx="{axis.x(event.on)}" cy="{y}" r="4"/>'


def _diamond(x: int, y: int, tone: str) -> str:
    return f'<path class="{tone}" d="M{x},{y - 7}L{x + 7},{y}L{x},{y + 7}L{x - 7},{y}Z"/>'


def _cut(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _NAME else f"{shown[: _NAME - 1]}…"


def _opening(height: int, said: str) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    return f'<svg {size} role="img" aria-label="{escape(said)}">'
