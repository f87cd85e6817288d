# SPDX-License-Identifier: Apache-2.0
"""The plan of a run as a page of text: how many tasks, at what power, and what every assumption does (S-1, S-2)."""

from __future__ import annotations

from ruleout.estimates.results import Plan, PlanCell, PlanRow
from ruleout.model.evidence import Stopping
from ruleout.model.plain import decimal_text
from ruleout.reports.estimate_pages.figures import percent
from ruleout.reports.page import Line, labelled

_WORKS = "Power is the probability that the run rules out if the true rate is the assumed one; nobody knows that rate."
_REPEATS = (
    "Repeats cost attempts and buy little here: this rule takes the task as the unit, whatever happens within it. The "
    "engine's bound for repeated tasks is never wider and often narrower, so a run of this size keeps at least this power."
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


def plan_page(plan: Plan, *, width: int = 80) -> list[Line]:
    """Return the page of a plan, wrapped to `width` columns. Pure."""
    wanted = f"rule out {percent(plan.bar)} at level {decimal_text(plan.alpha)} with power {percent(plan.power)}"
    lines = [Line(f"Plan: {wanted}", "title")]
    lines += labelled("Assumed", _assumed(plan), width=width)
    lines += labelled("Rule", f"{plan.rule}; {_STOPPING[plan.stopping]}", width=width)
    if plan.because:
        lines += labelled("Answer", f"no size suffices: {plan.because}", width=width, tone="bad")
    lines += _by_repeats(plan.by_repeats)
    lines += _by_rate(plan)
    lines += _cells(plan.cells)
    lines += [Line(""), *labelled("", _WORKS, width=width, tone="dim")]
    lines += labelled("", _JAGGED, width=width, tone="dim")
    return lines + (labelled("", _REPEATS, width=width, tone="dim") if len(plan.by_repeats) > 1 else [])


def _assumed(plan: Plan) -> str:
    return f"true rate {percent(plan.rate)}, correlation {decimal_text(plan.correlation)} between attempts at one task"


def _by_repeats(rows: tuple[PlanRow, ...]) -> list[Line]:
    head = f"{'repeats':>9}{_HEAD}"
    return [Line(""), Line("Tasks needed", "title"), Line(head, "dim"), *(_row(str(r.repeats), r) for r in rows)]


def _by_rate(plan: Plan) -> list[Line]:
    count = plan.by_repeats[0].repeats
    title = f"If the true rate is another, {count} attempt{'s' if count > 1 else ''} each"
    head = f"{'rate':>9}{_HEAD}"
    return [Line(""), Line(title, "title"), Line(head, "dim"), *(_row(percent(r.rate), r) for r in plan.by_rate)]


def _row(label: str, row: PlanRow) -> Line:
    if row.cell is None or row.first is None:
        return Line(f"{label:>9}  more than {row.searched} tasks", "warn")
    kept = "never" if row.steady is None else str(row.steady)
    cell = row.cell
    numbers = f"{row.first:>9}{kept:>10}{cell.attempts:>10}{cell.allowed or 0:>9}{percent(cell.power):>9}"
    return Line(f"{label:>9}{numbers}")


def _cells(cells: tuple[PlanCell, ...]) -> list[Line]:
    if not cells:
        return []
    head = f"{'tasks':>7}{'repeats':>9}{'attempts':>10}{'allowed':>9}{'power':>9}"
    lines = [Line(""), Line("Power of other sizes", "title"), Line(head, "dim")]
    for cell in cells:
        allowed = "none" if cell.allowed is None else str(cell.allowed)
        row = f"{cell.tasks:>7}{cell.repeats:>9}{cell.attempts:>10}{allowed:>9}{percent(cell.power):>9}"
        lines.append(Line(row))
    return lines
