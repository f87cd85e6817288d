# SPDX-License-Identifier: Apache-2.0
"""A framework as a page of text: its document, and every clause under its kind."""

from __future__ import annotations

from ruleout.framework.summary import KINDS, clauses_by_kind, summary_of
from ruleout.model.clause import Clause
from ruleout.model.formula import text_of
from ruleout.model.framework import Framework, Rule
from ruleout.reports.page import Line, labelled, title

_HEADINGS = {
    "threshold": "Thresholds", "burden-of-proof": "What an unknown means", "prong": "Prongs",
    "safeguard": "Safeguards", "criterion": "Criteria", "interim": "Interim measures", "argument": "Arguments",
    "question": "Questions", "peer-question": "Questions about peers", "rule": "Gates",
    "peer-clause": "Clauses about peers", "red-line": "Red lines", "duty": "Duties", "changes": "How it is changed",
    "recommendation": "Recommended to others, never gating", "judgement": "Left to judgement",
    "left-out": "Left out, and why",
}  # fmt: skip


def framework_page(framework: Framework, *, width: int = 80) -> list[Line]:
    """Return the page of a framework, wrapped to `width` columns. Pure."""
    lines = title(f"{framework.id} · {framework.title}", framework.developer, width=width, tone="title")
    summary = summary_of(framework)
    lines += labelled(
        "In force", f"{framework.effective}, in place of {framework.supersedes or 'nothing'}", width=width
    )
    lines += labelled("Document", f"{framework.document.url} ({framework.document.sha256[:12]})", width=width)
    lines += labelled("Clauses", f"{summary['clauses_total']}, anchored {summary['anchored']}", width=width)
    by_kind: dict[str, list[Clause]] = {kind: [] for kind in KINDS}
    for kind, clause in clauses_by_kind(framework):
        by_kind[kind].append(clause)
    rules = {rule.clause.id: rule for rule in framework.rules}
    reasons = {left.clause.id: left.reason for left in framework.left_out}
    for kind, clauses in by_kind.items():
        lines += [Line(""), Line(f"{_HEADINGS[kind]} ({len(clauses)})", "title")] if clauses else []
        for clause in clauses:
            lines += _clause(clause, rules.get(clause.id), reasons.get(clause.id, ""), width=width)
    return lines


def _clause(clause: Clause, rule: Rule | None, reason: str, *, width: int) -> list[Line]:
    section = f"s. {clause.section}, " if clause.section else ""
    lines = [Line(f"  {clause.id}  ({section}{clause.force.value})")]
    lines += _indented(clause.says, width=width)
    if rule is not None:
        lines += _indented(_rule(rule), width=width, tone="dim")
    return lines + (_indented(f"Left out: {reason}", width=width, tone="dim") if reason else [])


def _rule(rule: Rule) -> str:
    condition = "always" if rule.condition is None else f"if {text_of(rule.condition)}"
    require = "" if rule.require is None else f", require {text_of(rule.require)}, with {rule.met.value}"
    activities = ", ".join(activity.value for activity in rule.activities)
    return f"{activities}: {condition}{require}, otherwise {rule.otherwise.value}"


def _indented(text: str, *, width: int, tone: str = "") -> list[Line]:
    return [Line(f"    {line.text.strip()}", tone) for line in labelled("", text, width=width)]
