# SPDX-License-Identifier: Apache-2.0
"""Formulas over named questions: conditions, requirements, quorums and prongs (D-4, D-7, D-11).

A formula is a tree of `Ref`, `Quorum`, `Not`, `AllOf`, `AnyOf`, `AtLeast`. Constructors refuse empty combinations, so
inside the core no formula is empty (D-1).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from ruleout.model.verdict import Verdict, all_of, any_of, at_least, negate


class Kind(Enum):
    """What a name in a formula refers to."""

    THRESHOLD = "threshold"
    SAFEGUARD = "safeguard"
    INTERIM = "interim"
    ARGUMENT = "argument"
    QUESTION = "question"
    PEER = "peer"
    APPROVED = "approved"
    NOTIFIED_BEFORE = "notified-before"
    ROLE = "role"
    INDICATOR = "indicator"
    PRONG = "prong"


_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Atom:
    """One question with an answer: a kind and a name, ordered as `Kind` lists them. `str` gives a readable label."""

    kind: Kind
    name: str

    def __lt__(self, other: Atom) -> bool:
        return (_KINDS.index(self.kind), self.name) < (_KINDS.index(other.kind), other.name)

    def __str__(self) -> str:
        plain = self.kind in (Kind.THRESHOLD, Kind.SAFEGUARD, Kind.ARGUMENT, Kind.QUESTION, Kind.PEER)
        return self.name if plain else f"{self.kind.value} {self.name}"


@dataclass(frozen=True, slots=True)
class Ref:
    """A question by name."""

    atom: Atom


@dataclass(frozen=True, slots=True)
class Quorum:
    """An act that a formula over roles must have done: approve, or be notified before (D-11).

    `who` ranges over `Kind.ROLE` atoms and holds no `Not`. A quorum is one question; its atom's name is its text.
    """

    kind: Kind
    who: Formula

    @property
    def atom(self) -> Atom:
        """The single question this quorum asks, named by the quorum's own text."""
        return Atom(self.kind, text_of(self.who))


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of `part`."""

    part: Formula


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part; never empty."""

    parts: tuple[Formula, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part; never empty."""

    parts: tuple[Formula, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `needed` of the parts; 1 <= needed <= len(parts)."""

    needed: int
    parts: tuple[Formula, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts)
        if not 1 <= self.needed <= len(self.parts):
            raise ValueError(f"at-least {self.needed} of {len(self.parts)} parts")


Formula = Ref | Quorum | Not | AllOf | AnyOf | AtLeast


def _refuse_empty(parts: tuple[Formula, ...]) -> None:
    if not parts:
        raise ValueError("an empty combination has no meaning (D-1)")


def evaluate(formula: Formula, answer: Callable[[Atom], Verdict]) -> Verdict:
    """Return the formula's verdict, given an answer for each of its atoms. Pure; Kleene's rules. Source: D-1."""
    match formula:
        case Ref(atom):
            return answer(atom)
        case Quorum():
            return answer(formula.atom)
        case Not(part):
            return negate(evaluate(part, answer))
        case AllOf(parts):
            return all_of([evaluate(p, answer) for p in parts])
        case AnyOf(parts):
            return any_of([evaluate(p, answer) for p in parts])
        case AtLeast(needed, parts):
            return at_least(needed, [evaluate(p, answer) for p in parts])


def atoms_of(formula: Formula) -> Iterator[tuple[Atom, bool]]:
    """Yield each atom with its polarity: True where it stands under an even number of negations."""
    match formula:
        case Ref(atom):
            yield atom, True
        case Quorum():
            yield formula.atom, True
        case Not(part):
            yield from ((atom, not positive) for atom, positive in atoms_of(part))
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from atoms_of(part)


def quorums_of(formula: Formula) -> Iterator[Quorum]:
    """Yield each quorum in a formula."""
    match formula:
        case Quorum():
            yield formula
        case Not(part):
            yield from quorums_of(part)
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            for part in parts:
                yield from quorums_of(part)
        case Ref():
            return


def text_of(formula: Formula) -> str:
    """Return the formula in words, as explanations show it: `asl-3-deployment and (asl-3-security or …)`."""
    match formula:
        case Ref(atom):
            return str(atom) if atom.kind is not Kind.ROLE else atom.name
        case Quorum():
            return str(formula.atom)
        case Not(part):
            return f"not {_wrapped(part)}"
        case AllOf(parts):
            return " and ".join(_wrapped(p) for p in parts)
        case AnyOf(parts):
            return " or ".join(_wrapped(p) for p in parts)
        case AtLeast(needed, parts):
            return f"at least {needed} of ({', '.join(text_of(p) for p in parts)})"


def _wrapped(formula: Formula) -> str:
    compound = isinstance(formula, AllOf | AnyOf) and len(formula.parts) > 1
    return f"({text_of(formula)})" if compound else text_of(formula)
