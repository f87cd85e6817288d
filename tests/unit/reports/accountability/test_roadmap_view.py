# SPDX-License-Identifier: Apache-2.0
"""What pages show of goals comes from their standings, histories and rules, and from nothing else (A-2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ruleout.accountability.roadmap.parse import parse_roadmap
from ruleout.accountability.roadmap.status import standing
from ruleout.model.roadmap import (
    ArtefactRule,
    IndicatorRule,
    Invariant,
    InvariantsRule,
    JudgementRule,
    ReportRule,
)
from ruleout.model.roadmap_acts import GoalAct, GoalActKind, GoalHistory, GoalReport
from ruleout.reports.accountability.roadmap_page import roadmap_page
from ruleout.reports.accountability.roadmap_prose import roadmap_prose
from ruleout.reports.accountability.roadmap_shown import DateShown, GoalShown
from ruleout.reports.accountability.roadmap_view import roadmap_shown, rule_words

ROADMAP = parse_roadmap(
    b"""
roadmap: lab
title: Roadmap
developer: Lab
as-of: 2026-02-19
document: {url: "https://example.org/r", sha256: "%s", retrieved: 2026-03-01}
goals:
  report:
    area: safeguards
    title: A report
    says: A report is written.
    target: 2026-04-01
    confidence: High.
    rule: {report: On retention., to: [leadership]}
    then: {next: {says: A new goal., within: 6 weeks}}
    parts:
      draft: {title: A draft, says: It is drafted., target: 2026-03-01, confidence: Moderate., rule: {artefact: a draft}}
"""
    % (b"1" * 64),
    file="r.yaml",
)
GOAL = ROADMAP.goals[0]
HISTORY = GoalHistory(
    acts=(GoalAct(kind=GoalActKind.SET, at=datetime(2026, 2, 19, tzinfo=UTC), state=GOAL, reason=""),),
    reports=(GoalReport(on=date(2026, 4, 2), part="", says_done=True, happened=date(2026, 3, 29), says="It is done."),),
)


def shown(at: datetime, **more: object) -> GoalShown:
    """The goal at an instant, as pages show it."""
    (goal,) = roadmap_shown(
        ROADMAP, [("report", standing(HISTORY, at))], {"report": HISTORY}, at=at, **more  # type: ignore[arg-type]
    ).goals  # fmt: skip
    return goal


def test_a_goal_is_shown_with_its_dates_confidence_and_rule():
    """The goal's own day first, then the part's with its status; confidences and rules of both."""
    goal = shown(datetime(2026, 3, 15, tzinfo=UTC))

    assert goal.dates == (
        DateShown(what="A report", first=date(2026, 4, 1), now=date(2026, 4, 1)),
        DateShown(what="A draft", first=date(2026, 3, 1), now=date(2026, 3, 1), status="overdue"),
    )
    assert goal.confidence == "High. A draft: Moderate."
    assert goal.rule == (
        "A report is delivered. On retention. It goes to leadership.",
        "A draft: To be there, at least 1: a draft",
    )
    assert [(event.on, event.what) for event in goal.history] == [(date(2026, 2, 19), "set")]


def test_what_is_owed_since_it_was_done_is_shown():
    """Six weeks after 29 March, not answered."""
    goal = shown(datetime(2026, 4, 3, tzinfo=UTC))

    assert goal.because[-1] == "owed since: A new goal. By 2026-05-10, not answered"
    assert [(event.on, event.what) for event in goal.history][-1] == (date(2026, 4, 2), "reported")
    assert goal.reported == "It is done."


def test_a_statement_made_later_is_not_shown_yet():
    """On 1 April nobody had said anything."""
    goal = shown(datetime(2026, 4, 1, tzinfo=UTC))

    assert goal.reported == ""
    assert [event.what for event in goal.history] == ["set"]


def test_where_an_author_says_different_things_stands_with_what_differs():
    """What was found elsewhere is shown with the goal."""
    assert shown(datetime(2026, 4, 3, tzinfo=UTC), otherwise={"report": ("two days",)}).differs[-1] == "two days"


def test_what_is_shown_can_be_printed():
    """Page and prose take the view as it is, with the source and its digest."""
    at = datetime(2026, 4, 3, tzinfo=UTC)
    view = roadmap_shown(
        ROADMAP, [("report", standing(HISTORY, at))], {"report": HISTORY}, at=at, says=("As published.",)
    )

    assert view.source == f"Published at https://example.org/r, as retrieved on 2026-03-01; SHA-256 {'1' * 64}."
    for text in (roadmap_page(view), roadmap_prose(view)):
        assert "As published." in text
        assert "1 April 2026" in text


INVARIANTS = tuple(Invariant(id=f"i{n}", says="x", area="", anchor=None) for n in range(26))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            InvariantsRule(fully=60, mostly=80, invariants=INVARIANTS),
            "Of 26 invariants at least 16 fully in place (60 percent), and at least 21 at least mostly (80 percent).",
        ),
        (
            InvariantsRule(fully=60, mostly=80, invariants=INVARIANTS[:8]),
            "Of 8 invariants at least 5 fully in place (60 percent), and at least 7 at least mostly (80 percent).",
        ),
        (ReportRule(report="On sabotage.", to=()), "A report is delivered. On sabotage."),
        (ArtefactRule(artefact="a project", least=1, most=3), "To be there, at least 1 and at most 3: a project"),
        (IndicatorRule(indicator="Recall", at_least=Decimal("0.90"), at_most=None), "Recall is at least 0.9."),
        (IndicatorRule(indicator="Misses", at_least=None, at_most=Decimal(3)), "Misses is at most 3."),
        (JudgementRule(judgement="It is enough.", by=("rso", "ceo")), "rso, ceo judge: It is enough."),
    ],
)
def test_a_rule_is_told_with_the_counts_it_comes_to(rule, words):
    """Sixty percent of 26 are 16, of 8 are 5; eighty are 21 and 7."""
    assert rule_words(rule) == words
