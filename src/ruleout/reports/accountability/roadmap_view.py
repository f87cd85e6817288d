# SPDX-License-Identifier: Apache-2.0
"""How the goals of a roadmap stand -> what pages show of it: the terminal's, the HTML page and the prose (A-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from ruleout.model.plain import plain
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
from ruleout.model.roadmap_acts import GoalActKind, GoalHistory, GoalReport, GoalStanding
from ruleout.reports.accountability.roadmap_shown import TONES, DateShown, EventShown, GoalShown, RoadmapShown
from ruleout.reports.page import Line, bullets, labelled

DISCLAIMER = "A status says what dates, acts and rules give. It does not say that anything is safe."
_TONES = {"bad": "bad", "warn": "warn", "good": "good", "plain": "dim"}


def roadmap_shown(
    roadmap: Roadmap,
    standings: Iterable[tuple[str, GoalStanding]],
    histories: Iterable[tuple[str, GoalHistory]],
    *,
    at: datetime,
    says: tuple[str, ...] = (),
) -> RoadmapShown:
    """Return what pages show of a roadmap at an instant. Pure."""
    by_name = dict(histories)
    document = roadmap.document
    source = "" if document is None else f"Told from {document.url}, SHA-256 {document.sha256}."
    return RoadmapShown(
        title=roadmap.title,
        developer=roadmap.developer,
        at=at,
        goals=tuple(_goal(name, one, by_name[name], at) for name, one in standings),
        says=(*says, DISCLAIMER),
        source=source,
    )


def _goal(name: str, one: GoalStanding, history: GoalHistory, at: datetime) -> GoalShown:
    goal = one.goal
    return GoalShown(
        id=name,
        area=goal.area,
        title=goal.title,
        says=goal.says,
        status=one.status.value,
        because=(*one.because, *_owed(one)),
        dates=tuple(_dates(one)),
        confidence=goal.confidence,
        rule=tuple(_rule_words(goal)),
        reported=one.reported,
        differs=one.differs,
        history=tuple(_history(history, at)),
    )


def _dates(one: GoalStanding) -> Iterator[DateShown]:
    if one.first_target is not None or one.target is not None:
        yield DateShown(what="target", first=one.first_target, now=one.target)
    for part in one.parts:
        if part.target is not None or part.first_target is not None:
            yield DateShown(what=part.title, first=part.first_target, now=part.target)
    for owed in one.follow_ons:
        yield DateShown(what=owed.owed.says, first=None, now=owed.due)


def _owed(one: GoalStanding) -> Iterator[str]:
    for part in one.parts:
        yield f"part {part.id}: {part.status.value}"
    for owed in one.follow_ons:
        answer = f"answered on {owed.answered}" if owed.answered else "not answered yet"
        yield f"owed since, by {owed.due}: {owed.owed.says} ({answer})"


def _rule_words(goal: Goal) -> Iterator[str]:
    if goal.rule is not None:
        yield _words(goal.rule)
    for part in goal.parts:
        if part.rule is not None:
            yield f"{part.title}: {_words(part.rule)}"
    if goal.comment_days:
        yield f"Final after {goal.comment_days} days in which {goal.comment_by} may comment."


def _words(rule: Rule) -> str:
    match rule:
        case InvariantsRule():
            n = len(rule.invariants)
            return f"At least {rule.fully} % of {n} invariants fully and {rule.mostly} % at least mostly in place."
        case ReportRule():
            to = f", to {', '.join(rule.to)}" if rule.to else ""
            return f"A report is delivered{to}: {rule.report}"
        case ArtefactRule():
            count = f"at least {rule.least}" if rule.most is None else f"{rule.least} to {rule.most}"
            return f"There are {count}: {rule.artefact}"
        case IndicatorRule():
            side = f"at least {rule.at_least}" if rule.at_least is not None else f"at most {rule.at_most}"
            return f"{rule.indicator}: {side}."
        case JudgementRule():
            return f"{', '.join(rule.by)} judge: {rule.judgement}"


def _history(history: GoalHistory, at: datetime) -> list[EventShown]:
    events = [
        EventShown(on=act.at.date(), what=_what(act.kind), says=act.reason) for act in history.acts if act.at <= at
    ]
    events += [_said(one) for one in history.reports if one.on <= at.date()]
    events += [
        EventShown(on=one.at.date(), what=f"graded{f' {one.says}' if one.says else ''}", says=one.note)
        for one in history.grades
        if one.at <= at
    ]
    return sorted(events, key=lambda event: event.on)


def _what(kind: GoalActKind) -> str:
    return {GoalActKind.MOVE: "moved", GoalActKind.REVISE: "revised", GoalActKind.RETIRE: "retired"}.get(
        kind, {GoalActKind.CONTEST: "contested", GoalActKind.SETTLE: "settled"}.get(kind, "set")
    )


def _said(report: GoalReport) -> EventShown:
    return EventShown(on=report.on, what="reported done" if report.says_done else "reported", says=report.says)


def roadmap_lines(shown: RoadmapShown, standings: Iterable[tuple[str, GoalStanding]], *, width: int) -> list[Line]:
    """Return the terminal's page. Pure."""
    lines = [Line(f"{shown.title}, {shown.developer} · as of {shown.at.date()}", "title")]
    for goal, (_, one) in zip(shown.goals, standings, strict=True):
        tone = _TONES[TONES.get(goal.status, "plain")]
        lines.append(Line(""))
        lines.append(Line(f"{goal.id:<{max(20, width - 16)}}{goal.status.upper():>15}", tone))
        lines += labelled("  says", goal.says, width=width, tone="dim")
        lines += bullets("  because", goal.because, width=width)
        lines += bullets("  differs", goal.differs, width=width, tone="bad")
        flags = ", ".join(flag.value for flag in one.flags)
        lines += labelled("  stays", flags, width=width, tone="warn") if flags else []
    lines.append(Line(""))
    for text in shown.says:
        lines += labelled("Mind", text, width=width, tone="dim")
    return lines


def standing_value(name: str, one: GoalStanding) -> dict[str, object]:
    """Return how a goal stands as a JSON value. Pure."""
    return {
        "goal": name,
        "title": one.goal.title,
        "area": one.goal.area,
        "status": one.status.value,
        "flags": [flag.value for flag in one.flags],
        "because": list(one.because),
        "first_target": one.first_target,
        "target": one.target,
        "missed": one.missed,
        "done_on": one.done_on,
        "parts": [plain(part) for part in one.parts],
        "follow_ons": [{"says": o.owed.says, "due": o.due, "answered": o.answered} for o in one.follow_ons],
        "reported": one.reported,
        "differs": list(one.differs),
    }
