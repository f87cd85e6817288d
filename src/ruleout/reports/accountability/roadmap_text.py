# SPDX-License-Identifier: Apache-2.0
"""How the goals of a roadmap stand, on the terminal and as JSON values (A-2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.model.plain import plain
from ruleout.model.roadmap_acts import GoalStanding
from ruleout.reports.accountability.roadmap_shown import TONES, RoadmapShown
from ruleout.reports.page import Line, bullets, labelled

#: What stands under every page about goals.
DISCLAIMER = "A status says what dates, acts and rules give. It does not say that anything is safe."
_TONES = {"bad": "bad", "warn": "warn", "good": "good", "plain": "dim"}


def roadmap_lines(shown: RoadmapShown, standings: Iterable[tuple[str, GoalStanding]], *, width: int) -> list[Line]:
    """Return the terminal's page. Pure."""
    lines = [Line(f"{shown.title}, {shown.developer} · as of {shown.at.date()}", "title")]
    for goal, (_, one) in zip(shown.goals, standings, strict=True):
        tone = _TONES[TONES.get(goal.status, "plain")]
        lines.append(Line(""))
        lines.append(Line(f"{goal.id:<{max(20, width - 16)}}{goal.status.upper():>15}", tone))
        lines += labelled("  says", goal.says, width=width, tone="dim")
        lines += bullets("  because", (*goal.because, *_parts(one)), width=width)
        lines += bullets("  differs", goal.differs, width=width, tone="bad")
        flags = ", ".join(flag.value for flag in one.flags)
        lines += labelled("  stays", flags, width=width, tone="warn") if flags else []
    lines.append(Line(""))
    for text in shown.says:
        lines += labelled("Mind", text, width=width, tone="dim")
    return lines


def _parts(one: GoalStanding) -> Iterator[str]:
    for part in one.parts:
        due = f", due by {part.target}" if part.target else ""
        first = f" (first {part.first_target})" if part.first_target not in (None, part.target) else ""
        yield f"part {part.id}: {part.status.value}{due}{first}"


def standing_value(name: str, one: GoalStanding, shown: RoadmapShown) -> dict[str, object]:
    """Return how a goal stands as a JSON value, with all that pages say of it. Pure."""
    page = next(goal for goal in shown.goals if goal.id == name)
    return {
        "goal": name,
        "title": one.goal.title,
        "area": one.goal.area,
        "status": one.status.value,
        "flags": [flag.value for flag in one.flags],
        "because": list(page.because),
        "first_target": one.first_target,
        "target": one.target,
        "missed": one.missed,
        "done_on": one.done_on,
        "parts": [plain(part) for part in one.parts],
        "follow_ons": [{"says": o.owed.says, "due": o.due, "answered": o.answered} for o in one.follow_ons],
        "reported": one.reported,
        "differs": list(page.differs),
        "history": [{"on": event.on, "what": event.what, "says": event.says} for event in page.history],
    }
