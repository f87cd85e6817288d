# SPDX-License-Identifier: Apache-2.0
"""The page of a decision says what the value holds, at any width, and never more."""

from dataclasses import replace

import pytest
from tests.builders import (
    AT,
    assessment,
    case,
    determination,
    framework,
    indicator,
    met,
    published,
    reached,
    red_line,
    ref,
    rule,
    safeguard,
    threshold,
)

from ruleout.engine.decide import decide
from ruleout.model.case import Departure, Finding
from ruleout.model.decision import DISCLAIMER
from ruleout.model.formula import Kind
from ruleout.model.outcome import Activity, Force, Outcome
from ruleout.reports.decision_text import decision_page
from ruleout.reports.page import as_text
from ruleout.reports.side_by_side import side_by_side

GUARDED = rule("guarded", condition=reached(), require=met(), met=Outcome.RESTRICT, conditions=("keep the guards",))


def decided(*rules, about=None, **parts):
    return decide(
        framework(*(rules or (GUARDED,)), **parts),
        about or case(),
        activity=Activity.DEPLOY_EXTERNAL,
        at=AT,
        measurements={},
    )


def page(decision, width=80):
    """The page as one line of words."""
    return " ".join(as_text(decision_page(decision, width=width)).split())


def test_a_held_decision_shows_blockers_and_what_would_open_it():
    """The outcome stands in the heading, the blocker with its reason, the remedy with its outcome."""
    shown = page(decided())

    assert "HOLD" in shown
    assert "cannot rule out → treated as reached (precaution)" in shown
    assert "- s: not assessed" in shown.partition("Blockers")[2]
    assert "s met [" in shown
    assert "→ restrict" in shown
    assert "Conditions" not in shown


def test_an_open_decision_shows_conditions_and_what_would_change_it():
    """Nothing is called a blocker."""
    shown = page(decided(about=case(safeguards=(assessment(),))))

    assert "RESTRICT" in shown
    assert "Conditions - keep the guards" in shown
    assert "Would change" in shown
    assert "Blockers" not in shown


def test_a_stop_that_nothing_can_open_says_so():
    """No remedy is invented."""
    shown = page(decided(GUARDED, red_lines=(red_line("line", ref(Kind.QUESTION, "q")),), about=case()))

    assert "STOP" in shown
    assert "nothing the developer can establish opens this gate as the text stands" in shown


def test_where_not_every_way_was_tried_nothing_is_denied():
    """No way found is not no way there is."""
    decision = decided(GUARDED, red_lines=(red_line("line", ref(Kind.QUESTION, "q")),), about=case())
    shown = page(replace(decision, remedies_complete=False))

    assert "no way to open it was found; not every way was tried" in shown
    assert "nothing the developer can establish" not in shown


@pytest.mark.parametrize(("force", "said"), [(Force.PLAN, True), (Force.BINDING, False)])
def test_a_plan_behind_an_outcome_is_called_one(force, said):
    """A reader learns when no binding rule stands behind the outcome."""
    weak = rule("weak", condition=reached(), require=met(), met=Outcome.RESTRICT, force=force)

    assert ("Only a plan stands behind this" in page(decided(weak))) is said


@pytest.mark.parametrize(("rationale", "shown"), [("argued at length", "argued at length"), ("", "NO RATIONALE GIVEN")])
def test_a_departure_is_shown_with_its_rationale_or_its_lack(rationale, shown):
    """Kept and shown for ever; an empty one voids, and is not hidden either."""
    about = case(
        determinations=(
            determination(finding=Finding.RULED_OUT, departures=(Departure(indicator="trial", rationale=rationale),)),
        ),
        evidence=(published("trial", "0.7", indicator("trial")),),
    )
    text = page(decided(about=about))

    assert "Departure t from trial" in text
    assert shown in text
    assert ("determination void" in text) is (not rationale)


def test_every_page_ends_with_what_it_does_not_say():
    """Whatever the outcome."""
    for about in (case(), case(safeguards=(assessment(),))):
        assert page(decided(about=about)).endswith(DISCLAIMER)


@pytest.mark.parametrize("width", [60, 80, 110])
def test_a_page_keeps_to_its_width(width):
    """At every width each line fits."""
    decision = decided(
        GUARDED,
        rule("another-rule-with-a-rather-long-name", require=met("s2"), otherwise=Outcome.STOP),
        thresholds=(threshold(),),
        safeguards=(safeguard(), safeguard("s2")),
    )
    lines = [*decision_page(decision, width=width), *side_by_side([decision, decision], width=width)]

    assert max(len(line.text) for line in lines) <= width


def test_a_comparison_shows_one_row_per_decision():
    """Each with its outcome and the rules that made it."""
    held, open_ = decided(), decided(about=case(safeguards=(assessment(),)))

    text = as_text(side_by_side([held, open_]))

    assert "HOLD     guarded" in text
    assert "RESTRICT guarded" in text
