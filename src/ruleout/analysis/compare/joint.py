# SPDX-License-Identifier: Apache-2.0
"""Two versions of a framework in the same state at once: which of their questions share an answer (D-15).

Rules: what a mapping relates is related so; equal ids that no mapping names are one question; so are quorums of the
same roles and peer questions of the same id, quantifier and grade. Versions between the two lend their questions only,
so that relations chain. Nothing here searches.

A state is told by what is not *in order* in it. In order is: thresholds ruled out, standards met (those that are not
defined cannot be), arguments accepted, approvals and notices given, questions answered so that nothing follows from
them; no interim measures, no peer fact established, no peer clause invoked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.invocations import asking_invocation, invocation, is_invocation, without_invocations
from ruleout.analysis.obtainable import formulas_of
from ruleout.analysis.symbolic import Symbolic
from ruleout.analysis.truth import Truth, truth_of
from ruleout.engine.evaluate import State
from ruleout.engine.quorum import ways
from ruleout.model.formula import AllOf, AnyOf, Atom, Formula, Kind, Quorum, Ref, atoms_of, quorums_of
from ruleout.model.framework import Framework, PeerKind
from ruleout.model.mapping import Correspondence, Relation, VersionMapping
from ruleout.model.verdict import Verdict

_RELATED = (Kind.THRESHOLD, Kind.SAFEGUARD, Kind.ARGUMENT, Kind.QUESTION)
_COUNTED_TOGETHER = (Kind.SAFEGUARD, Kind.ARGUMENT)
#: Quorums with more ways than this are not held against each other; that only allows more states.
_MOST_WAYS = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One version to the next, with the mapping between them if there is one."""

    old: Framework
    new: Framework
    mapping: VersionMapping | None


class Joint:
    """The first and the last of several versions in every state of the world at once.

    Attributes:
        old: the first version; its peer clauses ask as one more question whether they are invoked.
        new: the last version, likewise.
    """

    def __init__(self, steps: tuple[Step, ...], *, apart: frozenset[Atom] = frozenset()) -> None:
        """Take the versions on the way; questions of the first version in `apart` share no answer."""
        self._steps = steps
        self._apart = apart
        frameworks = [steps[0].old, *(step.new for step in steps)]
        self._versions = [Symbolic(asking_invocation(f), prefix=f"{index} ") for index, f in enumerate(frameworks)]
        self.old, self.new = self._versions[0], self._versions[-1]
        self._real = frameworks[0], frameworks[-1]
        self._same: dict[tuple[int, Atom], tuple[int, Atom]] = {}
        self.constraints = tuple(self._constraints())

    def representative(self, side: int, atom: Atom) -> tuple[int, Atom]:
        """The question that stands for all that are one with this; `side` counts versions from 0."""
        key = (side, atom)
        while key in self._same:
            key = self._same[key]
        return key

    @property
    def last(self) -> int:
        """The index of the last version."""
        return len(self._versions) - 1

    def truth(self, side: int, atom: Atom) -> Truth:
        """When a version's question is YES and when NO."""
        return self._versions[side].is_yes(atom), self._versions[side].is_no(atom)

    def state_of(self, side: int, model: z3.ModelRef) -> State:
        """The engine's state of one version that a model describes."""
        return without_invocations(self._versions[side].state_of(model))

    def in_order(self, side: int, atom: Atom) -> Verdict:
        """The answer of a question when everything is in order, as the version that it belongs to reads it."""
        framework = self._versions[side].framework
        if atom.kind is Kind.THRESHOLD or is_invocation(atom):
            return Verdict.NO
        if atom.kind in (Kind.INTERIM, Kind.PEER):
            return Verdict.UNKNOWN
        if atom.kind is Kind.SAFEGUARD:
            return Verdict.NO if any(s.undefined and s.clause.id == atom.name for s in framework.safeguards) else _YES
        return _harmless(framework, atom) if atom.kind is Kind.QUESTION else _YES

    def _constraints(self) -> Iterator[z3.BoolRef]:
        yield self.old.consistent()
        yield self.new.consistent()
        for index, step in enumerate(self._steps):
            yield from self._linked(index, step)
        yield from self._acts()
        yield from self._peers()

    def _linked(self, index: int, step: Step) -> Iterator[z3.BoolRef]:
        correspondences = step.mapping.correspondences if step.mapping is not None else ()
        for kind in _RELATED:
            rows = [c for c in correspondences if c.kind is kind]
            rowed = {name for c in rows for name in c.old}, {name for c in rows for name in c.new}
            for name in sorted((_names(step.old, kind) - rowed[0]) & (_names(step.new, kind) - rowed[1])):
                yield from self._one(index, Atom(kind, name), Atom(kind, name))
            for row in rows:
                # A standard that a version never defines cannot be met there, which says nothing of the other version.
                if kind is not Kind.SAFEGUARD or not _undefined(step.old, row.old) | _undefined(step.new, row.new):
                    yield from self._related(index, row)

    def _one(self, index: int, old: Atom, new: Atom) -> Iterator[z3.BoolRef]:
        if index == 0 and old in self._apart:
            return
        yield from self._alike(index, index + 1, old, new)
        if old.kind is Kind.SAFEGUARD:
            interim = Atom(Kind.INTERIM, old.name), Atom(Kind.INTERIM, new.name)
            if _has_interim(self._steps[index].old, old.name) and _has_interim(self._steps[index].new, new.name):
                yield from self._alike(index, index + 1, *interim)

    def _alike(self, one: int, other: int, old: Atom, new: Atom) -> Iterator[z3.BoolRef]:
        first, second = self.representative(one, old), self.representative(other, new)
        if first != second:
            self._same[second] = first
        (yes, no), (yes_too, no_too) = self.truth(one, old), self.truth(other, new)
        yield z3.And(yes == yes_too, no == no_too, z3.Not(z3.And(yes, no)))

    def _related(self, index: int, row: Correspondence) -> Iterator[z3.BoolRef]:
        if index == 0 and any(Atom(row.kind, name) in self._apart for name in row.old):
            return
        if row.relation is Relation.SAME and len(row.old) == len(row.new) == 1:
            yield from self._one(index, Atom(row.kind, row.old[0]), Atom(row.kind, row.new[0]))
            return
        for side, names in ((index, row.old), (index + 1, row.new)):
            for name in names:
                yield z3.Not(z3.And(*self.truth(side, Atom(row.kind, name))))
        old, new = self._together(index, row.kind, row.old), self._together(index + 1, row.kind, row.new)
        yield from _implied(row.relation, old, new)
        step = self._steps[index]
        alone = row.kind is Kind.SAFEGUARD and len(row.old) == len(row.new) == 1
        if alone and _has_interim(step.old, row.old[0]) and _has_interim(step.new, row.new[0]):
            # Interim measures claim the same assurance as their standard, so they stand to each other as those do.
            interim = (
                self.truth(index, Atom(Kind.INTERIM, row.old[0])),
                self.truth(index + 1, Atom(Kind.INTERIM, row.new[0])),
            )
            yield from _implied(row.relation, *interim)

    def _together(self, side: int, kind: Kind, names: tuple[str, ...]) -> Truth:
        parts: tuple[Formula, ...] = tuple(Ref(Atom(kind, name)) for name in names)
        formula = AllOf(parts) if kind in _COUNTED_TOGETHER else AnyOf(parts)
        return truth_of(formula, lambda atom: self.truth(side, atom))

    def _acts(self) -> Iterator[z3.BoolRef]:
        """Who approved or was told did so under both versions; a larger quorum holds each that lies within it."""
        for role in {name for name, _ in self._real[0].roles} & {name for name, _ in self._real[1].roles}:
            yield z3.Bool(f"{self.old.prefix}{role} refuses") == z3.Bool(f"{self.new.prefix}{role} refuses")
        seats = [_seats(framework) for framework in self._real]
        for old, new in product(seats[0], seats[1]):
            if old.kind is not new.kind:
                continue
            if old == new:
                yield from self._alike(0, self.last, old, new)
                continue
            if _contains(seats[0][old], seats[1][new]):
                yield z3.Implies(self.truth(0, old)[0], self.truth(self.last, new)[0])
            if _contains(seats[1][new], seats[0][old]):
                yield z3.Implies(self.truth(self.last, new)[0], self.truth(0, old)[0])

    def _peers(self) -> Iterator[z3.BoolRef]:
        for name, *_ in sorted(_peer_questions(self._real[0]) & _peer_questions(self._real[1])):
            yield from self._alike(0, self.last, Atom(Kind.PEER, name), Atom(Kind.PEER, name))
        for name in sorted(_permits(self._real[0]) & _permits(self._real[1])):
            yield from self._alike(0, self.last, invocation(name), invocation(name))


_YES = Verdict.YES


def _implied(relation: Relation, old: Truth, new: Truth) -> Iterator[z3.BoolRef]:
    """What the answer under one version says of that under the other."""
    if relation in (Relation.NARROWER, Relation.SAME):
        yield z3.And(z3.Implies(old[1], new[1]), z3.Implies(new[0], old[0]))
    if relation in (Relation.WIDER, Relation.SAME):
        yield z3.And(z3.Implies(new[1], old[1]), z3.Implies(old[0], new[0]))


def is_answer(truth: Truth, verdict: Verdict) -> z3.BoolRef:
    """Return when a question has a given answer. Pure."""
    yes, no = truth
    if verdict is Verdict.UNKNOWN:
        return z3.Not(z3.Or(yes, no))
    return yes if verdict is Verdict.YES else no


def _harmless(framework: Framework, atom: Atom) -> Verdict:
    """The answer from which less follows: NO to what most conditions ask, YES to what most requirements ask."""
    votes: Counter[bool] = Counter()
    for rule in framework.rules:
        for formula, wanted in ((rule.condition, False), (rule.require, True)):
            for asked, positive in atoms_of(formula) if formula is not None else ():
                votes[wanted is positive] += asked == atom
    return Verdict.YES if votes[True] > votes[False] else Verdict.NO


def _names(framework: Framework, kind: Kind) -> set[str]:
    if kind is Kind.THRESHOLD:
        return {t.clause.id for t in framework.thresholds}
    if kind is Kind.SAFEGUARD:
        return {s.clause.id for s in framework.safeguards if not s.undefined}
    parts = framework.arguments if kind is Kind.ARGUMENT else framework.questions
    return {part.clause.id for part in parts}


def _undefined(framework: Framework, names: tuple[str, ...]) -> bool:
    return any(s.undefined for s in framework.safeguards if s.clause.id in names)


def _has_interim(framework: Framework, name: str) -> bool:
    return any(s.interim is not None for s in framework.safeguards if s.clause.id == name)


def _peer_questions(framework: Framework) -> set[tuple[str, str, str]]:
    """Each by its id and by what establishes it."""
    return {(p.clause.id, p.quantifier.value, p.grade.value) for p in framework.peer_questions}


def _permits(framework: Framework) -> set[str]:
    return {c.clause.id for c in framework.peer_clauses if c.kind is PeerKind.PERMITS_LOWERING}


def _seats(framework: Framework) -> dict[Atom, list[frozenset[str]]]:
    quorums: dict[Atom, Quorum] = {q.atom: q for formula in formulas_of(framework) for q in quorums_of(formula)}
    return {atom: list(ways(quorums[atom].who)) for atom in sorted(quorums)}


def _contains(larger: list[frozenset[str]], smaller: list[frozenset[str]]) -> bool:
    if max(len(larger), len(smaller)) > _MOST_WAYS:
        return False
    return all(any(part <= whole for part in smaller) for whole in larger)
