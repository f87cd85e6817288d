# SPDX-License-Identifier: Apache-2.0
"""How goals stand -> what pages and prose show of it (A-2). Nothing is judged here; each word comes from a standing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ruleout.model.plain import decimal_text
from ruleout.model.roadmap import (
    ArtefactRule,
    Goal,
    IndicatorRule,
    InvariantsRule,
    JudgementRule,
    ReportRule,
    Roadmap,
    Rule,
)
from ruleout.model.roadmap_acts import GoalActKind, GoalHistory, GoalStanding
from ruleout.reports.accountability.roadmap_shown import DateShown, EventShown, GoalShown, RoadmapShown

_WORDS = {
    GoalActKind.SET: "set",
    GoalActKind.MOVE: "moved",
    GoalActKind.REVISE: "revised",
    GoalActKind.RETIRE: "retired",
    GoalActKind.CONTEST: "contested",
    GoalActKind.SETTLE: "settled",
}


def roadmap_shown(
    roadmap: Roadmap,
    standings: Sequence[tuple[str, GoalStanding]],
    histories: Mapping[str, GoalHistory],
    *,
    at: datetime,
    says: Sequence[str] = (),
    otherwise: Mapping[str, Sequence[str]] | None = None,
) -> RoadmapShown:
    """Return what is shown of a roadmap at an instant. Pure.

    Args:
        roadmap: its newest state, for title and source.
        standings: how its goals stand at the instant, under the names they are shown by.
        histories: acts, grades and statements by the same names.
        at: the instant; what is later is not shown.
        says: sentences that a reader must know about how the history was made.
        otherwise: by name, where its author says different things of a goal.
    """
    differing = otherwise or {}
    return RoadmapShown(
        title=roadmap.title,
        developer=roadmap.developer,
        at=at,
        goals=tuple(_goal(name, one, histories[name], at, differing.get(name, ())) for name, one in standings),
        says=tuple(says),
        source=_source(roadmap),
    )


def _source(roadmap: Roadmap) -> str:
    if roadmap.document is None:
        return ""
    taken = f", as retrieved on {roadmap.document.retrieved.isoformat()}" if roadmap.document.retrieved else ""
    return f"Published at {roadmap.document.url}{taken}; SHA-256 {roadmap.document.sha256}."


def _goal(name: str, one: GoalStanding, history: GoalHistory, at: datetime, otherwise: Sequence[str]) -> GoalShown:
    goal = one.goal
    return GoalShown(
        id=name,
        area=goal.area,
        title=goal.title,
        says=goal.says,
        status=one.status.value,
        because=(*one.because, *_follow_ons(one)),
        dates=tuple(_dates(one)),
        confidence=" ".join(_confidences(goal)),
        rule=tuple(_rules(goal)),
        reported=one.reported,
        differs=(*one.differs, *otherwise),
        history=tuple(sorted(_events(history, at), key=lambda event: event.on)),
    )


def _follow_ons(one: GoalStanding) -> Iterator[str]:
    for owed in one.follow_ons:
        answered = f"answered on {owed.answered.isoformat()}" if owed.answered else "not answered"
        yield f"owed since: {owed.owed.says} By {owed.due.isoformat()}, {answered}"


def _dates(one: GoalStanding) -> Iterator[DateShown]:
    if one.first_target is not None or one.target is not None:
        yield DateShown(what=one.goal.title, first=one.first_target, now=one.target)
    for part in one.parts:
        if part.first_target is not None or part.target is not None:
            yield DateShown(what=part.title, first=part.first_target, now=part.target, status=part.status.value)


def _confidences(goal: Goal) -> Iterator[str]:
    if goal.confidence:
        yield goal.confidence
    yield from (f"{part.title}: {part.confidence}" for part in goal.parts if part.confidence)


def _rules(goal: Goal) -> Iterator[str]:
    if goal.rule is not None:
        yield rule_words(goal.rule)
    yield from (f"{part.title}: {rule_words(part.rule)}" for part in goal.parts if part.rule is not None)
    if goal.comment_days:
        yield f"Final after {goal.comment_days} days in which {goal.comment_by} may comment."


def rule_words(rule: Rule) -> str:
    """Return a rule of grading in one sentence, with the counts that its shares come to. Pure."""
    match rule:
        case InvariantsRule():
            n = len(rule.invariants)
            fully, mostly = (-(-share * n // 100) for share in (rule.fully, rule.mostly))
            return (
                f"Of {n} invariants at least {fully} fully in place ({rule.fully} percent), and at least {mostly} at "
                f"least mostly ({rule.mostly} percent)."
            )
        case ReportRule():
            readers = f" It goes to {', '.join(rule.to)}." if rule.to else ""
            return f"A report is delivered. {rule.report}{readers}"
        case ArtefactRule():
            most = f" and at most {rule.most}" if rule.most is not None else ""
            return f"To be there, at least {rule.least}{most}: {rule.artefact}"
        case IndicatorRule():
            least = rule.at_least is not None
            value = rule.at_least if rule.at_least is not None else rule.at_most
            shown = decimal_text(value) if value is not None else "unknown"
            return f"{rule.indicator} is at {'least' if least else 'most'} {shown}."
        case JudgementRule():
            return f"{', '.join(rule.by)} judge: {rule.judgement}"


def _events(history: GoalHistory, at: datetime) -> Iterator[EventShown]:
    for act in history.acts:
        if act.at <= at:
            taken = f" {act.superseded_by} takes its place." if act.superseded_by else ""
            yield EventShown(on=act.at.date(), what=_WORDS[act.kind], says=f"{act.reason}{taken}".strip())
    for grade in history.grades:
        if grade.at <= at:
            yield EventShown(on=grade.at.date(), what="graded", says=grade.note or grade.says)
    # A published change is dated by the statement that tells of it: said once is enough.
    told = {(act.at.date(), act.reason) for act in history.acts}
    for report in history.reports:
        if report.on <= at.date() and (report.on, report.says) not in told:
            yield EventShown(on=report.on, what="reported", says=report.says)
