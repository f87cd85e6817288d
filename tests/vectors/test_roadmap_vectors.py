# SPDX-License-Identifier: Apache-2.0
"""Runs vectors/roadmap/*.yaml: how goals stand, what shares are reached, and where a goal asks for less (A-2)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.roadmap_builders import grade

from ruleout.accountability.roadmap.ambition import lessened
from ruleout.accountability.roadmap.fold import GoalEntry, fold
from ruleout.accountability.roadmap.grade_file import parse_grade
from ruleout.accountability.roadmap.grading import ruling
from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.accountability.roadmap.status import standing
from ruleout.documents.yaml_text import read_yaml
from ruleout.model.roadmap import Invariant, InvariantsRule, Mark, Roadmap
from ruleout.model.roadmap_acts import GoalActKind, GoalFlag, GoalGrade, GoalHistory, GoalReport, GoalStatus

FOLDER = Path(__file__).parents[2] / "vectors" / "roadmap"
BASE = {"area": "security", "title": "A goal", "says": "Something is done."}
DUE = {"target": "2026-06-30", "rule": {"report": "A report."}}


def vectors(name: str) -> list[dict[str, Any]]:
    return list(read_yaml((FOLDER / name).read_bytes(), file=name).value["vectors"])


STATUSES, SHARES, LESS = (vectors(name) for name in ("statuses.yaml", "shares.yaml", "less.yaml"))


def flow(value: Any) -> str:
    """A plain value as YAML on one line; numbers as they are written, nothing for what is null."""
    match value:
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)}: {flow(v)}" for k, v in value.items() if v is not None) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return str(value)
    return json.dumps(value)


def roadmap_of(goal: dict[str, Any]) -> Roadmap:
    text = f"roadmap: r\ntitle: T\ndeveloper: D\ngoals:\n  g: {flow(goal)}\n"
    return parse_roadmap(text.encode(), file="vector.yaml")


def instant(text: str) -> datetime:
    """Noon, where only the day is given."""
    if "T" in text:
        return datetime.fromisoformat(text)
    return datetime.combine(date.fromisoformat(text), time(12), UTC)


def graded(step: dict[str, Any]) -> GoalGrade:
    text = flow({"grade": "g", **step["grade"]})
    shown = date.fromisoformat(step["shown-on"]) if "shown-on" in step else None
    read = parse_grade(text.encode(), file="vector.yaml")
    found = read.grade(at=instant(step["on"]), roles=tuple(step.get("by", ())), shown_on=shown)
    return replace(found, void=step.get("withdrawn", ""))


def reported(step: dict[str, Any]) -> GoalReport:
    happened = date.fromisoformat(step["happened"]) if "happened" in step else None
    on = date.fromisoformat(step["on"])
    return GoalReport(on=on, part="", says_done=step["done"], happened=happened, says=step["report"])


def history_of(vector: dict[str, Any]) -> GoalHistory:
    """What happened, folded from the entries that a record would have."""
    state = {**BASE, **DUE, **vector.get("goal", {})}
    entries = [GoalEntry(goal="g", at=instant("2026-01-01"), act=GoalActKind.SET, roadmap=roadmap_of(state))]
    reports = []
    for step in vector.get("then", ()):
        if "grade" in step:
            entries.append(GoalEntry(goal="g", at=instant(step["on"]), grade=graded(step)))
        elif "report" in step:
            reports.append(reported(step))
        else:
            kind = next(kind for kind in GoalActKind if kind.value in step)
            is_change = kind in (GoalActKind.MOVE, GoalActKind.REVISE)
            if is_change:
                state |= step[kind.value]
            entries.append(
                GoalEntry(
                    goal="g",
                    at=instant(step["on"]),
                    act=kind,
                    reason=step["reason"] if is_change else step[kind.value],
                    superseded_by=step.get("superseded-by", ""),
                    roadmap=roadmap_of(state) if is_change else None,
                )
            )
    register = fold(entries)
    assert register is not None
    acts, grades = register.histories["g"].acts, register.histories["g"].grades
    return GoalHistory(acts=acts, grades=grades, reports=tuple(reports))


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["name"]) for one in STATUSES])
def test_a_goal_stands_as_its_vector_says(vector: dict[str, Any]) -> None:
    """On each day that it names."""
    history = history_of(vector)
    for want in vector["want"]:
        found = standing(history, instant(want["at"]))

        assert (want["at"], found.status.value) == (want["at"], want["status"]), found.because
        assert [flag.value for flag in found.flags] == want.get("flags", [flag.value for flag in found.flags])
        assert str(found.done_on) == want.get("done", str(found.done_on))
        assert str(found.missed) == want.get("missed", str(found.missed))
        assert any(want.get("because", "") in text for text in (*found.because, ""))
        assert any(want.get("differs", "") in text for text in (*found.differs, ""))


def test_every_status_and_lasting_flag_has_a_vector() -> None:
    """So that none is without a reason; contested stands among the flags."""
    wants = [want for vector in STATUSES for want in vector["want"]]
    statuses = {want["status"] for want in wants}
    flags = {flag for want in wants for flag in want.get("flags", ())}

    assert statuses == {status.value for status in GoalStatus} - {"contested"}
    assert flags == {flag.value for flag in GoalFlag}


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["why"]) for one in SHARES])
def test_a_share_is_reached_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Exactly, without rounding."""
    listed = tuple(Invariant(id=f"i{n}", says="In place.", area="", anchor=None) for n in range(vector["of"]))
    fully, mostly = vector["asked"]
    marks = [Mark.FULLY] * vector["fully"] + [Mark.MOSTLY] * vector["mostly"]
    given = grade("2026-06-01", marks=tuple((f"i{n}", mark) for n, mark in enumerate(marks)))

    found = ruling(InvariantsRule(fully=fully, mostly=mostly, invariants=listed), given)

    assert found.reach.value == vector["want"], found.because


@pytest.mark.parametrize("vector", [pytest.param(one, id=one["why"]) for one in LESS])
def test_less_is_found_as_its_vector_says(vector: dict[str, Any]) -> None:
    """Field by field, in the two states and nowhere else."""
    (was,), (now,) = (roadmap_of({**BASE, **vector[side]}).goals for side in ("was", "now"))

    found = [text.removeprefix("less: ") for text in lessened(was, now)]

    assert len(found) == len(vector["want"]), found
    assert all(any(text.startswith(f"{field} ") for text in found) for field in vector["want"]), found
