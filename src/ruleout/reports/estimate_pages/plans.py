# SPDX-License-Identifier: Apache-2.0
"""The plan of a run as a page of text: how many tasks, at what power, and what every assumption does (S-1, S-2)."""

from __future__ import annotations

from ruleout.estimates.results import Plan, PlanCell, PlanRow
from ruleout.model.evidence import Stopping
from ruleout.model.plain import decimal_text
from ruleout.reports.estimate_pages.figures import percent
from ruleout.reports.page import Line, labelled

_MEANS = (
    "To rule out a bar is to show, at that level, that the true rate of success at tasks like these lies below it. A plan "
    "is about the size of a run; it says nothing of a model."
)
_WORKS = "Power is the probability that the run rules out if the true rate is the assumed one; nobody knows that rate."
_REPEATS = (
    "Repeats cost attempts and buy little here: with so few tasks the engine takes the task as the unit, whatever happens "
    "within it."
)
_BY_SPREAD = (
    "`by spread`: the engine bounds enough repeated tasks by the spread between them. So many tasks then suffice, or such "
    "is the power: simulated, and stated low. If one attempt gets no score, the task is the unit and `keeps` holds."
)
_JAGGED = (
    "Power falls a little with each task until one more success is allowed. So `reaches` is the first number of tasks with "
    "the power, and `keeps` the first from which it is never lost again, up to the largest number searched; attempts, "
    "successes allowed and power are those of `keeps`."
)
_STOPPING = {
    Stopping.FIXED: "size fixed in advance",
    Stopping.CONTINUING: "looked at as it goes on, so it may be over sooner",
}
_HEAD = f"{'reaches':>9}{'keeps':>10}{'attempts':>10}{'allowed':>9}{'power':>9}"
_SPREAD = f"{'by spread':>11}"


def plan_page(plan: Plan, *, width: int = 80) -> list[Line]:
    """Return the page of a plan, wrapped to `width` columns. Pure."""
    wanted = f"rule out {percent(plan.bar)} at level {decimal_text(plan.alpha)} with power {percent(plan.power)}"
    lines = [Line(f"Plan: {wanted}", "title")]
    lines += labelled("Assumed", _assumed(plan), width=width)
    lines += labelled("Rule", f"{plan.rule}; {_STOPPING[plan.stopping]}", width=width)
    if plan.because:
        lines += labelled("Answer", f"no size suffices: {plan.because}", width=width, tone="bad")
    if plan.rate < plan.bar:
        lines += _by_repeats(plan.by_repeats)
    lines += _by_rate(plan)
    lines += _cells(plan.cells)
    lines += [Line(""), *labelled("", _MEANS, width=width, tone="dim")]
    lines += labelled("", _WORKS, width=width, tone="dim")
    lines += labelled("", _JAGGED, width=width, tone="dim")
    return lines + [line for note in _on_repeats(plan) for line in labelled("", note, width=width, tone="dim")]


def _on_repeats(plan: Plan) -> list[str]:
    if any(cell.by_spread is not None for cell in plan.cells) or any(row.by_spread for row in plan.by_repeats):
        return [_BY_SPREAD]
    return [_REPEATS] if len(plan.by_repeats) > 1 and plan.cells else []


def _assumed(plan: Plan) -> str:
    return f"true rate {percent(plan.rate)}, correlation {decimal_text(plan.correlation)} between attempts at one task"


def _by_repeats(rows: tuple[PlanRow, ...]) -> list[Line]:
    return [Line(""), Line("Tasks needed", "title"), *_rows("repeats", [(str(row.repeats), row) for row in rows])]


def _by_rate(plan: Plan) -> list[Line]:
    count = plan.by_repeats[0].repeats
    title = f"If the true rate is another, {count} attempt{'s' if count > 1 else ''} each"
    return [Line(""), Line(title, "title"), *_rows("rate", [(percent(row.rate), row) for row in plan.by_rate])]


def _rows(label: str, rows: list[tuple[str, PlanRow]]) -> list[Line]:
    spread = any(row.by_spread is not None for _, row in rows)
    head = f"{label:>9}{_HEAD}{_SPREAD if spread else ''}"
    return [Line(head, "dim"), *(_row(name, row, spread=spread) for name, row in rows)]


def _row(label: str, row: PlanRow, *, spread: bool) -> Line:
    fewer = f"{row.by_spread.tasks if row.by_spread else '':>11}" if spread else ""
    if row.cell is None or row.first is None:
        text = f"{label:>9}  more than {row.searched} tasks"
        return Line(f"{text:<{9 + len(_HEAD)}}{fewer}".rstrip(), "warn")
    kept = "never" if row.steady is None else str(row.steady)
    cell = row.cell
    numbers = f"{row.first:>9}{kept:>10}{cell.attempts:>10}{cell.allowed or 0:>9}{percent(cell.power):>9}"
    return Line(f"{label:>9}{numbers}{fewer}".rstrip())


def _cells(cells: tuple[PlanCell, ...]) -> list[Line]:
    if not cells:
        return []
    spread = any(cell.by_spread is not None for cell in cells)
    head = f"{'tasks':>7}{'repeats':>9}{'attempts':>10}{'allowed':>9}{'power':>9}{_SPREAD if spread else ''}"
    lines = [Line(""), Line("Power of other sizes", "title"), Line(head, "dim")]
    for cell in cells:
        allowed = "none" if cell.allowed is None else str(cell.allowed)
        row = f"{cell.tasks:>7}{cell.repeats:>9}{cell.attempts:>10}{allowed:>9}{percent(cell.power):>9}"
        more = "" if cell.by_spread is None else f"{percent(cell.by_spread):>11}"
        lines.append(Line(row + more))
    return lines
