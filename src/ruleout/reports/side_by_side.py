# SPDX-License-Identifier: Apache-2.0
"""The same case under several frameworks: a row each, and why they differ (D-16)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ruleout.model.decision import Decision, RuleResult
from ruleout.model.outcome import Outcome
from ruleout.model.verdict import Verdict
from ruleout.reports.decision_text import TONES
from ruleout.reports.page import Line, labelled


def side_by_side(decisions: Sequence[Decision], *, width: int = 80) -> list[Line]:
    """Return one row per decision: framework, outcome, and what determined it. Pure."""
    first = decisions[0]
    heading = f"{first.case_title} · {first.activity.value} · as of {first.at.date()}"
    lines = [Line(part, "title") for part in textwrap.wrap(heading, width)]
    for decision in decisions:
        text = f"{decision.outcome.value.upper():<9}{_why(decision)}"
        lines += labelled(
            f"  {decision.framework.replace('anthropic-', '')}", text, width=width, tone=TONES[decision.outcome]
        )
    return [*lines, Line("")]


def _why(decision: Decision) -> str:
    """What stood behind the outcome: the rules that bit, or the thresholds that were ruled out."""
    plan = " (a plan, not a binding rule)" if decision.stands_behind.value == "plan" else ""
    if decision.outcome is Outcome.PROCEED:
        out = [t.id for t in decision.thresholds if t.verdict is Verdict.NO]
        return f"no rule stands in the way; ruled out: {', '.join(out) or 'nothing'}{plan}"
    if decision.outcome is Outcome.RESTRICT:
        return f"{', '.join(decision.determined_by)}{plan}"
    return "; ".join(_lacking(rule) for rule in decision.rules if rule.determining) + plan


def _lacking(rule: RuleResult) -> str:
    """A rule that stands in the way, with what it lacks."""
    lacks = rule.because.partition("lacks: ")[2]
    return f"{rule.id}: {lacks}" if lacks else f"{rule.id}: {rule.because}"
