# SPDX-License-Identifier: Apache-2.0
"""Goals, acts and grades with everything filled in that a test does not ask about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from ruleout.model.roadmap import ArtefactRule, FollowOn, Goal, Invariant, InvariantsRule, Part, ReportRule
from ruleout.model.roadmap_acts import GoalAct, GoalActKind, GoalGrade, GoalHistory, GoalReport
from ruleout.model.verdict import Verdict

DUE = date(2026, 6, 30)


def day(text: str) -> date:
    return date.fromisoformat(text)


def noon(on: date | str) -> datetime:
    return datetime.combine(day(on) if isinstance(on, str) else on, time(12), UTC)


def goal(**more: Any) -> Goal:
    fields: dict[str, Any] = {
        "id": "g", "area": "security", "title": "A goal", "says": "Something is done.", "section": "", "anchor": None,
        "target": DUE, "confidence": "", "owner": "", "grader": "", "invalidator": "", "rule": ReportRule(report="r", to=()),
        "comment_days": 0, "comment_by": "", "report_to": (), "candidates": (), "answer_within": None, "parts": (),
        "then": (), "redactions": (), "was": (), "note": "",
    }  # fmt: skip
    return Goal(**{**fields, **more})


def part(name: str, **more: Any) -> Part:
    fields: dict[str, Any] = {
        "id": name, "title": name, "says": "A part.", "target": None, "rule": ReportRule(report="r", to=()),
        "confidence": "", "anchor": None, "note": "",
    }  # fmt: skip
    return Part(**{**fields, **more})


def invariants(count: int, *, fully: int = 60, mostly: int = 80) -> InvariantsRule:
    listed = (Invariant(id=f"i{n}", says="In place.", area="", anchor=None) for n in range(count))
    return InvariantsRule(fully=fully, mostly=mostly, invariants=tuple(listed))


def artefacts(least: int, most: int | None = None) -> ArtefactRule:
    return ArtefactRule(artefact="projects", least=least, most=most)


def follow_on(within: Any) -> FollowOn:
    return FollowOn(id="next", says="A decision.", within=within, anchor=None)


def act(on: date | str, state: Goal, kind: GoalActKind = GoalActKind.SET, **more: Any) -> GoalAct:
    return GoalAct(kind=kind, at=noon(on), state=state, reason=more.pop("reason", ""), **more)


def grade(on: date | str, **more: Any) -> GoalGrade:
    fields: dict[str, Any] = {
        "at": noon(on), "part": "", "says": "", "shown_on": None, "marks": (), "is_delivered": False, "count": None,
        "value": None, "judged": Verdict.UNKNOWN, "roles": (), "comment_from": None, "comment_until": None, "note": "",
    }  # fmt: skip
    return GoalGrade(**{**fields, **more})


def report(on: str, **more: Any) -> GoalReport:
    fields: dict[str, Any] = {"on": day(on), "part": "", "says_done": True, "happened": None, "says": "Completed."}
    return GoalReport(**{**fields, **more})


def history(*acts: GoalAct, grades: tuple[GoalGrade, ...] = (), reports: tuple[GoalReport, ...] = ()) -> GoalHistory:
    return GoalHistory(acts=acts or (act("2026-01-01", goal()),), grades=grades, reports=reports)
