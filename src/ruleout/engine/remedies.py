# SPDX-License-Identifier: Apache-2.0
"""What would have to be true for a gate to open (D-13).

Peer facts are nobody's to remedy, so no remedy proposes one; nor does any propose that a threshold be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations, islice
from math import comb

from ruleout.engine.evaluate import Contribution, Evaluation, Reading, State, atoms_asked, rules_of
from ruleout.engine.what_if import WhatIf
from ruleout.model.decision import Origin
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Atom, Formula, Kind, Not, Quorum, Ref
from ruleout.model.framework import Framework, Rule
from ruleout.model.outcome import Activity, Outcome
from ruleout.model.verdict import Verdict

#: A set of answers that would have to hold.
Wish = frozenset[tuple[Atom, Verdict]]

#: Sets kept while combining; beyond it the shortest win. Remedies shown are checked one by one either way.
_MOST_WISHES = 256
_MOST_PAIRED = 64
_MOST_SHOWN = 16


@dataclass(frozen=True, slots=True)
class Remedies:
    """The minimal sets with the outcome each gives; `complete` says whether they are all there are."""

    ways: tuple[tuple[Wish, Outcome], ...]
    complete: bool


def find_remedies(
    framework: Framework, activity: Activity, state: State, evaluation: Evaluation, *, fixed: frozenset[Atom]
) -> Remedies:
    """Return the minimal sets of answers that would open the gate, fewest first, with the outcome each gives.

    Pure. Empty when the gate is open, or when nothing the developer does can open it (a red line, no rule, or a
    requirement that nothing can meet).

    Args:
        fixed: questions that no one can change, such as standards the document never defines.

    Source: D-13.
    """
    if evaluation.outcome.opens:
        return Remedies((), complete=True)
    search = _Search(atoms_asked(framework, activity), Reading(framework, state).answer, fixed)
    rules = {rule.clause.id: rule for rule in rules_of(framework, activity)}
    shut = [c for c in evaluation.contributions if not c.outcome.opens]
    wishes = reduce(search.both, (search.openings(c, rules.get(c.id)) for c in shut), [0])

    def wished(bits: int) -> WhatIf:
        return WhatIf(framework, activity, replace(state, answers={**state.answers, **dict(search.wish(bits))}))

    def reduced(bits: int) -> int:
        """Without changes that turn out not to be needed: one that pays for a peer clause may do for others."""
        rest = wished(bits)
        for change in sorted(search.wish(bits), key=lambda pair: pair[0]):
            if rest.outcome(change[0], state.known(change[0])).opens:
                return reduced(bits ^ search.bit[change])
        return bits

    tried = [bits for bits in wishes[: 2 * _MOST_SHOWN] if wished(bits).now.opens]
    checked = _minimal(reduced(bits) for bits in tried)
    # Not searched is what an invoked clause costs, nor what is wanted beside a wish that shuts what was open.
    complete = len(checked) <= _MOST_SHOWN and len(tried) == len(wishes) and not (search.cut or state.invoked)
    complete |= any(c.origin in (Origin.RED_LINE, Origin.NO_RULE) for c in shut)
    return Remedies(tuple((search.wish(bits), wished(bits).now) for bits in checked[:_MOST_SHOWN]), complete=complete)


class _Search:
    """Wishes as numbers, a bit for each change: the first by its label is the highest, each atom has two neighbours."""

    def __init__(self, asked: Iterable[Atom], answer: Callable[[Atom], Verdict], fixed: frozenset[Atom]) -> None:
        self._answer, self._fixed = answer, fixed
        atoms = sorted(asked, key=str, reverse=True)
        self._changes = [(atom, verdict) for atom in atoms for verdict in (Verdict.YES, Verdict.NO)]
        self.bit = {change: 1 << index for index, change in enumerate(self._changes)}
        self._firsts = sum(1 << 2 * index for index in range(len(atoms)))
        #: Whether ways were left out for their number.
        self.cut = False

    def wish(self, bits: int) -> Wish:
        return frozenset(change for index, change in enumerate(self._changes) if bits >> index & 1)

    def openings(self, contribution: Contribution, rule: Rule | None) -> list[int]:
        """The ways to open one blocking contribution: its condition made NO, or its requirement made YES."""
        if contribution.origin is Origin.BURDEN_OF_PROOF:
            return [self.bit[Atom(Kind.THRESHOLD, contribution.id.rpartition("/")[0]), Verdict.NO]]
        if rule is None:
            return []
        wanted = ((rule.condition, Verdict.NO), (rule.require if rule.met.opens else None, Verdict.YES))
        return self._kept(way for formula, want in wanted if formula is not None for way in self._ways(formula, want))

    def both(self, some: list[int], others: list[int]) -> list[int]:
        """The minimal wishes that fulfil one of each, without those that want one question answered in two ways."""
        # Of too many pairs only those of the shortest are tried.
        most = _MOST_PAIRED if len(some) * len(others) > _MOST_PAIRED**2 else _MOST_WISHES
        self.cut |= max(len(some), len(others)) > most
        wishes = (a | b for a in some[:most] for b in others[:most])
        return self._kept(wish for wish in wishes if not wish & wish >> 1 & self._firsts)

    def _kept(self, wishes: Iterable[int]) -> list[int]:
        kept = _minimal(wishes)
        self.cut |= len(kept) >= _MOST_WISHES
        return kept

    def _ways(self, formula: Formula, want: Verdict) -> list[int]:
        """Minimal sets of changed answers that give a formula the wanted verdict; `[0]` if it has it."""
        match formula:
            case Ref() | Quorum():
                atom, reached = formula.atom, formula.atom.kind is Kind.THRESHOLD and want is Verdict.YES
                if self._answer(atom) is want:
                    return [0]
                return [] if atom in self._fixed or atom.kind is Kind.PEER or reached else [self.bit[atom, want]]
            case Not(part):
                return self._ways(part, Verdict.NO if want is Verdict.YES else Verdict.YES)
        options = [self._ways(part, want) for part in formula.parts]
        # What needs no change is counted, what nothing changes is not tried: each choice that is left gives a way.
        changing = [ways for ways in options if ways not in ([], [0])]
        needed = max(0, _parts_needed(formula, want) - options.count([0]))
        changing.sort(key=lambda ways: ways[0].bit_count())
        self.cut |= comb(len(changing), needed) > 4 * _MOST_WISHES
        joined: list[int] = []
        for chosen in islice(combinations(changing, needed), 4 * _MOST_WISHES):
            one: list[int] = reduce(self.both, chosen, [0])
            joined += one
            if len(joined) > 4 * _MOST_WISHES:
                joined = _minimal(joined)
                if len(joined) >= _MOST_WISHES:
                    break
        return self._kept(joined)


def _parts_needed(formula: AllOf | AnyOf | AtLeast, want: Verdict) -> int:
    total = len(formula.parts)
    least = total if isinstance(formula, AllOf) else 1 if isinstance(formula, AnyOf) else formula.needed
    return least if want is Verdict.YES else total - least + 1


def _minimal(wishes: Iterable[int]) -> list[int]:
    """The wishes that contain no other, fewest changes first, in the order of their labels."""
    kept: list[int] = []
    shorter: list[int] = []
    for wish in sorted(set(wishes), key=lambda w: (w.bit_count(), -w)):
        if kept and wish.bit_count() > kept[-1].bit_count():
            shorter = kept.copy()
        if not any(other & wish == other for other in shorter):
            kept.append(wish)
        if len(kept) >= _MOST_WISHES:
            break
    return kept
