# SPDX-License-Identifier: Apache-2.0
"""On which day a goal, or a part of it, counts as done, and on whose word (A-2).

Rules
- A grade that its rule supports, under the goal as it stood when the grade was recorded, makes it done: on the day that
  something recorded earlier shows, else on the day of the grade. A day that only the grade itself names is not
  counted: whoever is late could write any.
  Nor is an earlier day under a rule that was weakened since, or from before the goal was set.
- With a comment period, not before the last day of the period has ended, and not if its grader said otherwise by then.
- A grade by somebody who does not hold the grader's role is no grade, nor is one that rests on evidence that was withdrawn.
- Without a grade, its author's public word counts, on the day it names, else on the day of the statement. Not for rules over
  invariants and figures: there a word without marks or figures supports nothing.
- The earliest day counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ruleout.accountability.roadmap.grading import Reach, Ruling, final_from, ruling
from ruleout.model.roadmap import Goal, IndicatorRule, InvariantsRule, Rule
from ruleout.model.roadmap_acts import GoalGrade, GoalHistory, GoalReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """The day something counts as done, whether only its author's word says so, and why that day."""

    on: date
    is_own_word: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is known of a goal or part by an instant: its completion, its last grade with the ruling, open comments.

    `no_grades` are grades by somebody else than the grader, and those on evidence that was withdrawn.
    """

    completion: Completion | None
    last: Ruling | None
    last_grade: GoalGrade | None
    in_comment: bool
    no_grades: tuple[GoalGrade, ...] = ()


def judged(history: GoalHistory, part: str, at: datetime) -> Judged:
    """Return what grades and statements up to an instant make of a goal, or of a part of it. Pure."""
    told = [one for one in history.grades if one.part == part and one.at <= at]
    grades = [one for one in told if not one.void and _is_by_grader(history, one)]
    reports = [one for one in history.reports if one.part == part and one.on <= at.date()]
    done = [
        found
        for number, grade in enumerate(grades)
        if (found := _by_grade(history, grade, at)) is not None
        and not _is_taken_back(history, grade, grades[number + 1 :], found.on)
    ]
    last = grades[-1] if grades else None
    said = None if last is None else _ruling_under(_goal_at(history, last.at), last)
    completion = min(
        [*done, *_by_word(history, part, reports, at)], key=lambda one: (one.on, one.is_own_word), default=None
    )
    return Judged(
        completion=completion,
        last=said,
        last_grade=last,
        in_comment=said is not None and said.reach is Reach.REACHED and completion is None,
        no_grades=tuple(one for one in told if one not in grades),
    )


def _goal_at(history: GoalHistory, at: datetime) -> Goal:
    """The goal as it stood at an instant; before it was set, as it was set."""
    states = [act.state for act in history.acts if act.at <= at]
    return states[-1] if states else history.acts[0].state


def _goals_of(history: GoalHistory, day: date) -> list[Goal]:
    """Every state in which the goal stood at some time of a day, so that a rule weakened that day proves nothing of it."""
    before = [act.state for act in history.acts if act.at.date() < day][-1:]
    return [*before, *(act.state for act in history.acts if act.at.date() == day)] or [history.acts[0].state]


def _is_by_grader(history: GoalHistory, grade: GoalGrade) -> bool:
    """Whether whoever signed may grade the goal as it stood: anybody, where it names nobody."""
    return _goal_at(history, grade.at).grader in ("", *grade.roles)


def _rule_of(goal: Goal, part: str) -> Rule | None:
    if not part:
        return goal.rule
    found = next((one for one in goal.parts if one.id == part), None)
    return None if found is None else found.rule


def _ruling_under(goal: Goal, grade: GoalGrade) -> Ruling | None:
    """What the rule of a state of the goal makes of a grade."""
    rule = _rule_of(goal, grade.part)
    return None if rule is None else ruling(rule, grade)


def _by_grade(history: GoalHistory, grade: GoalGrade, at: datetime) -> Completion | None:
    goal, recorded = _goal_at(history, grade.at), grade.at.date()
    said = _ruling_under(goal, grade)
    if said is None or said.reach is not Reach.REACHED:
        return None
    final = final_from(goal, grade, at.date())
    if final is None:
        return None
    if goal.comment_days:
        return Completion(on=final, is_own_word=False, because=f"{said.because}; comments had run by {final}")
    rests = f", on {', '.join(grade.evidence)}" if grade.evidence else ""
    return _shown_earlier(history, grade, said) or Completion(
        on=recorded, is_own_word=False, because=f"{said.because}; graded on {recorded}{rests}"
    )


def _is_taken_back(history: GoalHistory, grade: GoalGrade, later: Iterable[GoalGrade], final: date) -> bool:
    """Whether a later grade that does not reach the rule stands from before the comments on this one had run."""
    if not _goal_at(history, grade.at).comment_days:
        return False
    in_time = (one for one in later if one.at.date() <= final)
    rulings = (_ruling_under(_goal_at(history, one.at), one) for one in in_time)
    return any(one is None or one.reach is not Reach.REACHED for one in rulings)


def _shown_earlier(history: GoalHistory, grade: GoalGrade, said: Ruling) -> Completion | None:
    """The day that an earlier entry shows, if the rule of that day was reached too: one weakened since proves nothing."""
    day, recorded = grade.shown_on, grade.at.date()
    if day is None or day >= recorded:
        return None
    then = [_ruling_under(goal, grade) for goal in _goals_of(history, day)]
    if any(one is None or one.reach is not Reach.REACHED for one in then):
        return None
    # Nobody had promised anything before the goal was set.
    day = max(day, history.acts[0].at.date())
    shown = f"{grade.shown_by or 'an entry'} of {grade.shown_on} shows it"
    because = f"{said.because}; {shown}, graded on {recorded}"
    return Completion(on=day, is_own_word=False, because=because)


def _by_word(history: GoalHistory, part: str, reports: Iterable[GoalReport], at: datetime) -> Iterator[Completion]:
    rules = (_rule_of(act.state, part) for act in history.acts if act.at <= at)
    if any(isinstance(rule, InvariantsRule | IndicatorRule) for rule in rules):
        return
    for report in reports:
        if not report.says_done:
            continue
        if report.happened is not None and report.happened <= report.on:
            because = f"its author says on {report.on} that it was done on {report.happened}"
            yield Completion(on=report.happened, is_own_word=True, because=because)
        else:
            because = f"its author says on {report.on} that it is done and names no day, so that day counts"
            yield Completion(on=report.on, is_own_word=True, because=because)
