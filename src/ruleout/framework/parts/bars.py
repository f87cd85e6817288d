# SPDX-License-Identifier: Apache-2.0
"""Bars and comparison settings of a file -> an indicator (D-2); for a framework's own and a case's own bars alike.

The wording of a bar carries its direction and whether the bar itself counts: `rule-out-below: 2.8` is HIGH and
exclusive. All bars of one indicator point the same way, and no figure can be ruled out and reached at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ruleout.documents.fields import kebab
from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.framework.framework_document import BarsDoc, ComparisonDoc
from ruleout.model.evidence import Bar, Direction, Indicator

_WORDS = {
    "rule_out_below": ("rule-out", Direction.HIGH, False),
    "rule_out_at_most": ("rule-out", Direction.HIGH, True),
    "reached_at": ("reached", Direction.HIGH, True),
    "reached_above": ("reached", Direction.HIGH, False),
    "alert_at": ("alert", Direction.HIGH, True),
    "rule_out_above": ("rule-out", Direction.LOW, False),
    "rule_out_at_least": ("rule-out", Direction.LOW, True),
    "reached_at_most": ("reached", Direction.LOW, True),
    "reached_below": ("reached", Direction.LOW, False),
    "alert_at_most": ("alert", Direction.LOW, True),
}


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one indicator, all in one direction."""

    direction: Direction
    rule_out: Bar | None
    reached: Bar | None
    alert: Bar | None


def build_indicator(
    doc: ComparisonDoc, bars: BarsDoc, path: Path, findings: Findings, *, names: tuple[str, str, str], published: bool
) -> Indicator:
    """Return the indicator that `doc` describes. Pure but for findings.

    Args:
        doc: the comparison's settings.
        bars: its bars, at `path` under `bars`.
        path: where the settings stand.
        findings: where problems go.
        names: the indicator's id, the threshold it bears on, and its evaluation.
        published: the figure is a printed one: an interval is then required only where `interval` says so (E-6).
    """
    found = read_bars(bars, (*path, "bars"), findings)
    _check_levels(doc, path, findings)
    required = doc.interval == "required" if doc.interval is not None else not published
    return Indicator(
        id=names[0],
        threshold=names[1],
        evaluation=names[2],
        weight=doc.weight,
        direction=found.direction,
        rule_out=found.rule_out,
        reached=found.reached,
        alert=found.alert,
        alpha=doc.alpha if doc.alpha is not None else Decimal("0.05"),
        margin=doc.margin if doc.margin is not None else Decimal(0),
        needs_interval=required,
        unit=doc.unit,
        unscored=doc.unscored,
        score=doc.score or "",
        success_at=doc.success_at if doc.success_at is not None else Decimal(1),
        expected_samples=doc.expected_samples,
        task_version=doc.task_version or "",
        elicitation=doc.elicitation or "",
        fresh_days=doc.fresh_days,
        repeats=doc.repeats,
        stopping=doc.stopping,
        needs=doc.needs,
    )


def read_bars(doc: BarsDoc, path: Path, findings: Findings) -> Bars:
    """Return the bars, noting none, several for one statement, both directions, or bars that overlap."""
    given = {word: getattr(doc, word) for word in _WORDS if getattr(doc, word) is not None}
    if not any(_WORDS[word][0] != "alert" for word in given):
        hint = "Write rule-out-below or reached-at with a number."
        findings.note("F011", path, expected="a rule-out or reached bar", got="none", hint=hint)
    directions = {_WORDS[word][1] for word in given}
    if len(directions) > 1:
        shown = ", ".join(kebab(word) for word in given)
        hint = "Use words of one direction: below with at, or above with at-most."
        findings.note("F012", path, expected="bars that point one way", got=shown, hint=hint)
    chosen: dict[str, Bar] = {}
    for word, value in given.items():
        statement, _, inclusive = _WORDS[word]
        if statement in chosen and len(directions) == 1:
            hint = "Delete one of the two."
            findings.note("F013", (*path, kebab(word)), expected=f"one {statement} bar", got="two", hint=hint, key=True)
        chosen.setdefault(statement, Bar(value=value, inclusive=inclusive))
    low = directions == {Direction.LOW}
    bars = Bars(
        Direction.LOW if low else Direction.HIGH, chosen.get("rule-out"), chosen.get("reached"), chosen.get("alert")
    )
    if len(directions) == 1 and _overlap(bars):
        hint = "Put the rule-out bar on the harmless side of the reached bar."
        findings.note("F014", path, expected="no figure both ruled out and reached", got=_sides(bars), hint=hint)
    return bars


def _overlap(bars: Bars) -> bool:
    if bars.rule_out is None or bars.reached is None:
        return False
    sign = 1 if bars.direction is Direction.HIGH else -1
    gap = sign * (bars.reached.value - bars.rule_out.value)
    return gap < 0 or (gap == 0 and bars.rule_out.inclusive and bars.reached.inclusive)


def _sides(bars: Bars) -> str:
    shown = (bar.value for bar in (bars.rule_out, bars.reached) if bar is not None)
    return "rule-out {}, reached {}".format(*shown)


def _check_levels(doc: ComparisonDoc, path: Path, findings: Findings) -> None:
    if doc.alpha is not None and not 0 < doc.alpha <= Decimal("0.5"):
        hint = "Write a probability such as 0.05."
        findings.note("F015", (*path, "alpha"), expected="a probability in (0, 0.5]", got=str(doc.alpha), hint=hint)
    if doc.margin is not None and doc.margin < 0:
        hint = "Write the distance without a sign."
        findings.note("F015", (*path, "margin"), expected="a margin of at least 0", got=str(doc.margin), hint=hint)
