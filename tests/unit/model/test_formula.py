# SPDX-License-Identifier: Apache-2.0
"""Formulas: evaluation, polarity, quorums, words, and refusals of the constructors."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ruleout.model.formula import (
    AllOf,
    AnyOf,
    AtLeast,
    Atom,
    Formula,
    Kind,
    Not,
    Quorum,
    Ref,
    atoms_of,
    evaluate,
    quorums_of,
    text_of,
)
from ruleout.model.verdict import Verdict

A, B, C = (Ref(Atom(Kind.QUESTION, name)) for name in "abc")
CEO, BOARD = (Ref(Atom(Kind.ROLE, name)) for name in ("ceo", "board"))
APPROVED = Quorum(Kind.APPROVED, AllOf((CEO, BOARD)))
WHOLE = AllOf((A, AnyOf((Not(B), AtLeast(2, (A, B, C)))), APPROVED))


@pytest.mark.parametrize("make", [AllOf, AnyOf, lambda parts: AtLeast(1, parts)])
def test_empty_combination_is_refused(make: Callable[[tuple[Formula, ...]], Formula]) -> None:
    """Inside the core no formula is empty (D-1)."""
    with pytest.raises(ValueError, match="D-1"):
        make(())


@pytest.mark.parametrize("needed", [0, 3])
def test_count_out_of_range_is_refused(needed: int) -> None:
    """A count that always or never holds asks nothing."""
    with pytest.raises(ValueError, match="at-least"):
        AtLeast(needed, (A, B))


def test_every_operator_is_evaluated() -> None:
    """The tree is evaluated with the answers given, a quorum as one question."""
    answers = {"a": Verdict.YES, "b": Verdict.YES, "c": Verdict.UNKNOWN, "ceo and board": Verdict.YES}

    assert evaluate(WHOLE, lambda atom: answers[atom.name]) is Verdict.YES
    assert evaluate(WHOLE, lambda atom: (answers | {"ceo and board": Verdict.UNKNOWN})[atom.name]) is Verdict.UNKNOWN
    assert evaluate(WHOLE, lambda atom: (answers | {"a": Verdict.NO})[atom.name]) is Verdict.NO


def test_polarity_counts_negations() -> None:
    """Each atom has the sign under which it stands."""
    assert [(atom.name, sign) for atom, sign in atoms_of(Not(AllOf((A, Not(B)))))] == [("a", False), ("b", True)]
    assert ("ceo and board", True) in [(atom.name, sign) for atom, sign in atoms_of(WHOLE)]


def test_quorums_are_found_wherever_they_stand() -> None:
    """A quorum inside any operator is a demand for an act."""
    assert list(quorums_of(AnyOf((A, Not(AtLeast(1, (APPROVED,))))))) == [APPROVED]


def test_formula_reads_as_words() -> None:
    """Brackets stand only where they are needed."""
    assert text_of(WHOLE) == "a and (not b or at least 2 of (a, b, c)) and approved ceo and board"
    assert text_of(Not(AnyOf((A, B)))) == "not (a or b)"
    assert text_of(Ref(Atom(Kind.INTERIM, "guard"))) == "interim guard"


def test_atoms_have_one_order() -> None:
    """Kinds come in the order in which `Kind` lists them, names in alphabetical order."""
    atoms = [Atom(Kind.THRESHOLD, "b"), Atom(Kind.QUESTION, "z"), Atom(Kind.THRESHOLD, "a")]

    assert [a.name for a in sorted(atoms)] == ["a", "b", "z"]
