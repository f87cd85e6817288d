# SPDX-License-Identifier: Apache-2.0
"""Three-valued formulas as pairs of two-valued ones: one says when a formula is YES, one when it is NO (D-1).

What is neither is UNKNOWN. The pair of a formula is built from the pairs of its questions by Kleene's rules, so as
long as no question is both YES and NO, no formula is.
"""

from __future__ import annotations

from collections.abc import Callable

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Not, Quorum, Ref

#: When a formula is YES, and when it is NO.
Truth = tuple[z3.BoolRef, z3.BoolRef]


def truth_of(formula: Formula, answer: Callable[[Atom], Truth]) -> Truth:
    """Return when a formula is YES and when NO, given that of each of its questions. Pure. Source: D-1."""
    match formula:
        case Ref() | Quorum():
            return answer(formula.atom)
        case Not(part):
            yes, no = truth_of(part, answer)
            return no, yes
        case AllOf(parts):
            pairs = [truth_of(part, answer) for part in parts]
            return z3.And([yes for yes, _ in pairs]), z3.Or([no for _, no in pairs])
        case AnyOf(parts):
            pairs = [truth_of(part, answer) for part in parts]
            return z3.Or([yes for yes, _ in pairs]), z3.And([no for _, no in pairs])
        case AtLeast(needed, parts):
            pairs = [truth_of(part, answer) for part in parts]
            return _count([yes for yes, _ in pairs], needed), _count([no for _, no in pairs], len(parts) - needed + 1)


def _count(facts: list[z3.BoolRef], needed: int) -> z3.BoolRef:
    return z3.PbGe([(fact, 1) for fact in facts], needed)
