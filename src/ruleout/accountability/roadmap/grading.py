# SPDX-License-Identifier: Apache-2.0
"""A grade under a rule: reached, partly, not reached, or not known, with the reason (A-2).

Rules
- Invariants: at least `fully` percent fully, and at least `mostly` percent at least mostly in place; compared exactly. One
  that a grade does not mark counts as not in place. Partly: one of the two shares is reached.
- What a grade leaves out is not known, and not known is not reached.
- Where a comment period is asked for, a grade is final once it has run for its whole length and its last day has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from ruleout.model.roadmap import (
    ArtefactRule,
    Goal,
    IndicatorRule,
    InvariantsRule,
    JudgementRule,
    Mark,
    ReportRule,
    Rule,
)
from ruleout.model.roadmap_acts import GoalGrade
from ruleout.model.verdict import Verdict


class Reach(Enum):
    """Whether a rule is reached."""

    REACHED = "reached"
    PARTLY = "partly"
    NOT_REACHED = "not reached"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a rule says of a grade, and why."""

    reach: Reach
    because: str


def ruling(rule: Rule, grade: GoalGrade) -> Ruling:
    """Return what a rule makes of a grade. Pure. Source: A-2."""
    match rule:
        case InvariantsRule():
            return _invariants(rule, grade)
        case ReportRule():
            reach = Reach.REACHED if grade.is_delivered else Reach.NOT_REACHED
            return Ruling(reach=reach, because=f"the report was {'' if grade.is_delivered else 'not '}delivered")
        case ArtefactRule():
            return _artefacts(rule, grade.count)
        case IndicatorRule():
            return _indicator(rule, grade)
        case JudgementRule():
            return _judgement(rule, grade)


def final_from(goal: Goal, grade: GoalGrade, on: date) -> date | None:
    """Return the day from which a grade is final, None if on a day it is not: comments not stated, too short or running.

    Pure.
    """
    if not goal.comment_days:
        return grade.at.date()
    first, last = grade.comment_from, grade.comment_until
    # Both days count: seven days from Monday to Sunday. Whoever comments on Sunday evening is heard.
    if first is None or last is None or (last - first).days + 1 < goal.comment_days or last >= on:
        return None
    return max(last, grade.at.date())


def _invariants(rule: InvariantsRule, grade: GoalGrade) -> Ruling:
    marks = dict(grade.marks)
    found = [marks.get(one.id, Mark.NOT) for one in rule.invariants]
    n, fully = len(found), found.count(Mark.FULLY)
    mostly = n - found.count(Mark.NOT)
    has_fully, has_mostly = fully * 100 >= rule.fully * n, mostly * 100 >= rule.mostly * n
    reach = (
        Reach.REACHED if has_fully and has_mostly else Reach.PARTLY if has_fully or has_mostly else Reach.NOT_REACHED
    )
    unmarked = n - sum(1 for one in rule.invariants if one.id in marks)
    left_out = f"; {unmarked} not marked count as not in place" if unmarked else ""
    because = (
        f"{fully} of {n} fully in place (asked: {rule.fully} %), {mostly} of {n} at least mostly "
        f"(asked: {rule.mostly} %){left_out}"
    )
    return Ruling(reach=reach, because=because)


def _artefacts(rule: ArtefactRule, count: int | None) -> Ruling:
    asked = f"at least {rule.least}" if rule.most is None else f"{rule.least} to {rule.most}"
    if count is None:
        return Ruling(reach=Reach.UNKNOWN, because=f"nobody states how many there are (asked: {asked})")
    if rule.most is not None and count > rule.most:
        return Ruling(reach=Reach.NOT_REACHED, because=f"{count} are more than the rule says (asked: {asked})")
    if count >= rule.least:
        return Ruling(reach=Reach.REACHED, because=f"{count} are there (asked: {asked})")
    reach = Reach.PARTLY if count else Reach.NOT_REACHED
    return Ruling(reach=reach, because=f"{count} are there (asked: {asked})")


def _indicator(rule: IndicatorRule, grade: GoalGrade) -> Ruling:
    asked = f"at least {rule.at_least}" if rule.at_least is not None else f"at most {rule.at_most}"
    if grade.value is None or not grade.value.is_finite():
        return Ruling(reach=Reach.UNKNOWN, because=f"no figure is stated (asked: {asked})")
    is_above = rule.at_least is not None and grade.value >= rule.at_least
    is_below = rule.at_most is not None and grade.value <= rule.at_most
    reach = Reach.REACHED if is_above or is_below else Reach.NOT_REACHED
    return Ruling(reach=reach, because=f"{rule.indicator}: {grade.value} (asked: {asked})")


def _judgement(rule: JudgementRule, grade: GoalGrade) -> Ruling:
    lacking = [role for role in rule.by if role not in grade.roles]
    if lacking:
        return Ruling(reach=Reach.UNKNOWN, because=f"it is for {', '.join(lacking)} to judge, who did not sign")
    if grade.judged is Verdict.UNKNOWN:
        return Ruling(reach=Reach.UNKNOWN, because="no judgement is stated")
    reach = Reach.REACHED if grade.judged is Verdict.YES else Reach.NOT_REACHED
    return Ruling(reach=reach, because=f"{', '.join(rule.by)} judged {grade.judged.value}")
