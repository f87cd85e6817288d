# SPDX-License-Identifier: Apache-2.0
"""Gates' rules and red lines (D-7, D-10): what they ask, and that they can decide what they say."""

from __future__ import annotations

from ruleout.documents.places import Path
from ruleout.framework.framework_document import FrameworkDoc, RuleDoc
from ruleout.framework.parts.clauses import Context
from ruleout.model.clause import Clause
from ruleout.model.formula import quorums_of
from ruleout.model.framework import RedLine, Rule
from ruleout.model.outcome import Activity, Outcome


def build_rules(doc: FrameworkDoc, context: Context) -> tuple[Rule, ...]:
    """Return every gate's rules, in the file's order."""
    return tuple(
        _rule(rule, activity, ("gates", activity.value, index), context)
        for activity, rules in doc.gates.items()
        for index, rule in enumerate(rules)
    )


def build_red_lines(doc: FrameworkDoc, context: Context) -> tuple[RedLine, ...]:
    """Return the prohibited uses and states; each needs the force to decide."""
    lines = []
    for name, red_line in doc.red_lines.items():
        path: Path = ("red-lines", name)
        clause = context.clause(red_line, name)
        check_force(clause, path, context)
        lines.append(
            RedLine(clause=clause, prohibits=context.formulas.prohibited(red_line.prohibits, (*path, "prohibits")))
        )
    return tuple(lines)


def check_force(clause: Clause, path: Path, context: Context) -> None:
    """Note a deciding clause that is only a public goal or a recommendation: those never gate (D-7)."""
    if not clause.force.gates:
        context.findings.note(
            "F007",
            (*path, "force"),
            expected="force law, binding or plan",
            got=clause.force.value,
            hint="Move it to recommendations or judgement-required: it cannot decide.",
        )


def demands_act(rule: Rule) -> bool:
    """Whether a rule asks for an approval or a notification. Pure. Source: D-9, D-11."""
    return any(next(quorums_of(f), None) is not None for f in (rule.condition, rule.require) if f is not None)


def _rule(doc: RuleDoc, activity: Activity, path: Path, context: Context) -> Rule:
    formulas, linked = context.formulas, doc.peer_clause is not None
    rule = Rule(
        clause=context.clause(doc, doc.id),
        activities=_activities(doc, activity, path, context),
        condition=None if doc.if_ is None else formulas.condition(doc.if_, (*path, "if"), peers=linked),
        require=None if doc.require is None else formulas.condition(doc.require, (*path, "require"), peers=linked),
        met=Outcome(doc.with_),
        otherwise=Outcome(doc.otherwise),
        conditions=doc.conditions,
        peer_clause=doc.peer_clause or "",
    )
    check_force(rule.clause, path, context)
    _check_outcomes(rule, path, context)
    return rule


def _activities(doc: RuleDoc, activity: Activity, path: Path, context: Context) -> tuple[Activity, ...]:
    covered = [activity]
    for index, other in enumerate(doc.also):
        if other in covered:
            hint = "Delete it from `also`."
            at = (*path, "also", index)
            context.findings.note("F026", at, expected="each activity once", got=repr(other.value), hint=hint)
        else:
            covered.append(other)
    return tuple(covered)


def _check_outcomes(rule: Rule, path: Path, context: Context) -> None:
    at = (*path, "otherwise")
    if rule.otherwise < rule.met:
        expected = f"{rule.met.value} or more restrictive, as `with` says"
        hint = "Make otherwise at least as restrictive as with."
        context.findings.note("F008", at, expected=expected, got=rule.otherwise.value, hint=hint)
    asked = rule.require is not None and next(quorums_of(rule.require), None) is not None
    if asked and rule.otherwise < Outcome.HOLD:
        hint = "Write otherwise: hold; without its approvals an activity holds."
        context.findings.note("F009", at, expected="hold or stop", got=rule.otherwise.value, hint=hint)
