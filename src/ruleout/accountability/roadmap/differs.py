# SPDX-License-Identifier: Apache-2.0
"""Where what a goal's author says of it differs from how it stands (A-2)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ruleout.accountability.roadmap.completion import Completion, Judged
from ruleout.accountability.roadmap.grading import Reach
from ruleout.model.roadmap_acts import GoalReport, GoalStatus

_DONE = frozenset({GoalStatus.MET, GoalStatus.MET_LATE})


def differences(
    status: GoalStatus,
    first_target: date | None,
    completion: Completion | None,
    found: Judged,
    reports: Sequence[GoalReport],
) -> tuple[str, ...]:
    """Return, one sentence each, where statements and grades say other than the status. Pure.

    Args:
        first_target: the day first set.
        completion, found: what grades and statements make of the goal.
        reports: its author's statements up to the instant.
    """
    said: list[str] = []
    claim = next((one for one in reports if one.says_done and not one.part), None)
    if claim is not None and status not in _DONE:
        said.append(f"reported done on {claim.on}; the rule does not support it")
    if claim is not None and status is GoalStatus.MET_LATE and completion is not None:
        due = f", due by {first_target}" if first_target else ""
        said.append(f"reported done on {claim.on}{due}; nothing says that it was done in time")
    for one in found.no_grades:
        why = f"rests on what was {one.void}" if one.void else "was not signed by the grader"
        said.append(f"the grade of {one.at.date()} does not count: it {why}")
    grade = found.last_grade
    if grade is not None and grade.says and _is_above(grade.says, found):
        because = found.last.because if found.last else "no rule is stated"
        said.append(f"graded {grade.says!r} by its author on {grade.at.date()}; {because}")
    return tuple(said)


def _is_above(says: str, found: Judged) -> bool:
    """Whether a grade's word is better than what its rule makes of it."""
    reach = found.last.reach if found.last else Reach.UNKNOWN
    if says == "met":
        return reach is not Reach.REACHED
    return says == "partly met" and reach not in (Reach.REACHED, Reach.PARTLY)
