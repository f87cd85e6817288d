# SPDX-License-Identifier: Apache-2.0
"""Facts of an incident and a regime's terms -> a verdict per class, with the facts that decide it (A-4).

Nothing is assumed: a fact that the record does not state is unknown, and a class that hangs on it cannot be excluded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ruleout.accountability.incidents.formulas import deciding
from ruleout.model.formula import evaluate
from ruleout.model.incident_regime import IncidentClass, IncidentRegime
from ruleout.model.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAnswer:
    """Whether an incident is of a class: YES, NO, or UNKNOWN for "cannot be excluded"; and by which facts."""

    rule: IncidentClass
    verdict: Verdict
    because: tuple[tuple[str, Verdict], ...]


def classify(fact: Callable[[str], Verdict], regime: IncidentRegime) -> tuple[ClassAnswer, ...]:
    """Return the verdict of every class, in the regime's order. Pure. Source: A-4.

    Args:
        fact: the answer to each question of fact, UNKNOWN where there is none.
        regime: the terms.
    """
    return tuple(_answer(rule, fact) for rule in regime.classes)


def _answer(rule: IncidentClass, fact: Callable[[str], Verdict]) -> ClassAnswer:
    verdict = evaluate(rule.when, lambda atom: fact(atom.name))
    names = dict.fromkeys(atom.name for atom in deciding(rule.when, lambda atom: fact(atom.name)))
    return ClassAnswer(rule=rule, verdict=verdict, because=tuple((name, fact(name)) for name in names))
