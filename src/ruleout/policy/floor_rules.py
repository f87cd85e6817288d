# SPDX-License-Identifier: Apache-2.0
"""The floor's rules in Cedar, made from the formulas of the red lines (G-2).

Every part of a formula is read in one of two ways: *possible*, not known to be NO, and *certain*, known to be YES. A
negation turns one into the other, so that what nothing shows counts against the call wherever it stands.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from ruleout.model.formula import AllOf, AnyOf, AtLeast, Formula, Not, Quorum, Ref
from ruleout.policy.floor import Floor, Line
from ruleout.policy.floor_document import SignsDoc

_Reading = Callable[[Formula, Line], str]


def policy_text(floor: Floor) -> str:
    """Return the floor's rules in Cedar: one forbid for each red line that calls can show. Pure."""
    rules = [
        f"@id({json.dumps(line.id)})\nforbid (principal, action, resource) when {{\n  {_possible(line.prohibits, line)}\n}};\n"
        for line in floor.enforced
    ]
    return "\n".join(rules)


def _possible(formula: Formula, line: Line) -> str:
    """Cedar for *not known to be NO*."""
    return _cedar(formula, line, unknown="true", opposite=_certain, own=_possible)


def _certain(formula: Formula, line: Line) -> str:
    """Cedar for *known to be YES*."""
    return _cedar(formula, line, unknown="false", opposite=_possible, own=_certain)


def _cedar(formula: Formula, line: Line, *, unknown: str, opposite: _Reading, own: _Reading) -> str:
    match formula:
        case Ref(atom):
            return _shown(line.signs[str(atom)]) if str(atom) in line.signs else unknown
        case Quorum():
            return unknown
        case Not(part):
            return f"!{opposite(part, line)}"
        case AllOf(parts):
            return "(" + " && ".join(own(part, line) for part in parts) + ")"
        case AnyOf(parts):
            return "(" + " || ".join(own(part, line) for part in parts) + ")"
        case AtLeast(needed, parts):
            counted = " + ".join(f"(if {own(part, line)} then 1 else 0)" for part in parts)
            return f"({counted} >= {needed})"


def _shown(doc: SignsDoc) -> str:
    """Cedar for a question: any of its signs. Ids have no quotes or escapes in them; they are quoted all the same."""
    parts = [f"context.{kind}.containsAny({json.dumps(list(names))})" for kind, names in _tags(doc) if names]
    parts += [f"principal == Tenant::{json.dumps(name)}" for name in doc.tenants]
    # `like` fails for what is no text, where `==` would say no; ids hold no wildcard.
    parts += [f"context.activity like {json.dumps(name)}" for name in doc.activities]
    return "(" + " || ".join(parts) + ")"


def _tags(doc: SignsDoc) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("uses", doc.uses), ("capabilities", doc.capabilities), ("tools", doc.tools)
