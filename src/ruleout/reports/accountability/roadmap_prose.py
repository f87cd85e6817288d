# SPDX-License-Identifier: Apache-2.0
"""A roadmap in prose (Markdown), made from data (A-2): no date can be mistyped, because none is typed.

Words that somebody wrote are quoted as they are, after a look for days in them: a goal whose words name a day that none of
its dates is, is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.accountability.roadmap.dates_in_words import stray_dates
from ruleout.errors import RuleoutError
from ruleout.model.plain import instant_text
from ruleout.reports.accountability.roadmap_shown import DateShown, EventShown, GoalShown, RoadmapShown, spelled
from ruleout.reports.page import visible

_ESCAPED = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|"})


def roadmap_prose(view: RoadmapShown) -> str:
    """Return the roadmap as Markdown. Pure; the same value gives the same text.

    Raises:
        RuleoutError: the words of a goal name a day that none of its dates is.
    """
    refuse_stray_dates(view)
    blocks = [f"# {_m(view.title)}", f"{_m(view.developer)}. Statuses as of {instant_text(view.at)}, computed."]
    blocks += [_m(text) for text in view.says]
    for area in dict.fromkeys(goal.area for goal in view.goals):
        blocks.append(f"## {_m(_begun(area.replace('-', ' ')))}")
        blocks += [text for goal in view.goals if goal.area == area for text in _goal(goal)]
    if view.source:
        blocks.append(_m(view.source))
    return "\n\n".join(blocks) + "\n"


def refuse_stray_dates(view: RoadmapShown) -> None:
    """Return if no goal's words name a day that it does not have. Pure.

    Raises:
        RuleoutError: one does; it names the goal and the words.
    """
    for goal in view.goals:
        texts = (goal.title, goal.says, goal.confidence, *goal.rule, *(one.what for one in goal.dates))
        stray = stray_dates(texts, goal.days)
        if stray:
            named = ", ".join(repr(words) for words in stray)
            hint = "Correct the words, or the goal's date by an act; prose takes its dates from data."
            raise RuleoutError(f"goal {goal.id}: expected only its own dates in its words, got {named}", hint=hint)


def due_words(one: DateShown) -> str:
    """Return when something is due and, of a part, how it stands, in words. Pure."""
    return _days(one) + (f" ({one.status})" if one.status else "")


def _days(one: DateShown) -> str:
    if one.now is None:
        return f"{one.what}: no date is set" + (f" any more; it was {spelled(one.first)}" if one.first else "")
    if one.first is None or one.first == one.now:
        return f"{one.what}: {spelled(one.now)}"
    days = (one.now - one.first).days
    return f"{one.what}: {spelled(one.now)}, first {spelled(one.first)}, moved by {abs(days)} days" + (
        " to an earlier day" if days < 0 else ""
    )


def _goal(goal: GoalShown) -> Iterator[str]:
    yield f"### {_m(goal.title)}"
    yield _m(goal.says)
    yield _items(due_words(one) for one in goal.dates) if goal.dates else "No date is set."
    yield f"**{_m(_begun(goal.status))}**:" + "".join(f" {_m(_ended(_begun(text)))}" for text in goal.because)
    if goal.differs:
        yield _items(goal.differs)
    yield f"Graded by: {_m(' '.join(goal.rule) or 'no rule is stated')}"
    yield f"Confidence: {_m(goal.confidence or 'none stated')}"
    if goal.history:
        yield _items(map(_event, goal.history))


def _event(event: EventShown) -> str:
    return f"{spelled(event.on)}, {event.what}" + (f": {event.says}" if event.says else "")


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _items(texts: Iterable[str]) -> str:
    return "\n".join(f"- {_m(text)}" for text in texts)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _m(text: str) -> str:
    """One line of somebody's words as Markdown shows them literally."""
    return visible(text).translate(_ESCAPED)
