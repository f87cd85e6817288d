# SPDX-License-Identifier: Apache-2.0
"""What a framework's rules and red lines ask about: by it a finding is led back to the observations behind it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.model.formula import Formula, atoms_of
from ruleout.model.framework import Framework

#: For each clause, the kind and name of each question it asks (`model.formula.Kind`).
Asked = Mapping[str, tuple[tuple[str, str], ...]]


def asked_by(framework: Framework) -> Asked:
    """Return the questions of every rule and red line of a framework. Pure."""
    rules = {rule.clause.id: _questions(rule.condition, rule.require) for rule in framework.rules}
    return rules | {line.clause.id: _questions(line.prohibits) for line in framework.red_lines}


def _questions(*formulas: Formula | None) -> tuple[tuple[str, str], ...]:
    atoms = (atom for formula in formulas if formula is not None for atom, _ in atoms_of(formula))
    return tuple(dict.fromkeys((atom.kind.value, atom.name) for atom in atoms))
