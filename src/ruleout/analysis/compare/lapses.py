# SPDX-License-Identifier: Apache-2.0
"""Findings that lapse under one of two versions while the other goes on counting them, each with a state (D-3, D-6).

A period or a growth of effective compute that one version drops decides nothing by itself: it makes a finding unknown.
Where that changes an outcome, a state shows it. Every state is decided by the engine under both versions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import z3  # type: ignore[import-untyped]  # the package carries no types

from ruleout.analysis.compare.gating import parting, with_answer
from ruleout.analysis.compare.joint import Joint, Step, is_answer
from ruleout.analysis.compare.orders import ends_sooner
from ruleout.analysis.compare.result import Gated
from ruleout.analysis.compare.search import OutOfTimeError, Search
from ruleout.analysis.compare.witnesses import Pair, witness
from ruleout.engine.evaluate import State
from ruleout.engine.explain import wanted_word
from ruleout.model.clause import Period
from ruleout.model.formula import Atom, Kind
from ruleout.model.framework import Framework
from ruleout.model.mapping import Relation
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict

#: How long a finding counts: a length of time, and a growth of effective compute (times).
Life = tuple[Period | None, int | None]
_GOOD = {Kind.THRESHOLD: Verdict.NO, Kind.SAFEGUARD: Verdict.YES}


@dataclass(frozen=True, slots=True)
class _Ending:
    """A finding under its two ids of which one ends sooner: whose that is (0 old, 1 new), and how."""

    old: Atom
    new: Atom
    side: int
    why: str


class Lapses:
    """Looks for findings that lapse under one version only."""

    def __init__(self, steps: tuple[Step, ...], activities: tuple[Activity, ...], *, timeout_ms: int) -> None:
        """Take the versions and the activities to look at; `timeout_ms` bounds each question to the solver."""
        self._pair = Pair(steps[0].old, steps[-1].new)
        self._steps, self._activities, self._timeout_ms = steps, activities, timeout_ms
        self.not_proved: list[str] = []

    def found(self) -> tuple[Gated, ...]:
        """Return them in the order of the old version's thresholds and safeguards."""
        shown = (self._shown(ending) for ending in self._endings())
        return tuple(lapse for lapse in shown if lapse is not None)

    def _endings(self) -> Iterator[_Ending]:
        for kind, lives in ((Kind.THRESHOLD, _threshold_lives), (Kind.SAFEGUARD, _safeguard_lives)):
            of_old, of_new = lives(self._pair.old), lives(self._pair.new)
            pairs = (
                (old, new) for old in of_old for new in sorted(counterparts(self._steps, kind, old) & of_new.keys())
            )
            for old, new in pairs:
                yield from _endings(Atom(kind, old), Atom(kind, new), of_old[old], of_new[new])

    def _shown(self, ending: _Ending) -> Gated | None:
        joint = Joint(self._steps, apart=frozenset({ending.old}))
        searches = {a: Search(joint, a, timeout_ms=self._timeout_ms) for a in self._activities}
        goals = {activity: _goals(joint, ending, activity) for activity in searches}
        try:
            for index in range(2):
                for activity, search in searches.items():
                    states = search.smallest(*goals[activity][index])
                    if states is not None:
                        return self._told(ending, search, activity, states)
        except OutOfTimeError:
            self.not_proved.append(f"whether it matters that a finding on {ending.old.name} lapses")
        return None

    def _told(self, ending: _Ending, search: Search, activity: Activity, states: tuple[State, State]) -> Gated:
        shown = witness(self._pair, search, activity, states)
        outcomes = shown.old.outcome, shown.new.outcome
        if outcomes[ending.side] <= outcomes[1 - ending.side]:
            raise AssertionError(f"the solver and the engine disagree: {shown.text}")
        names, ids = self._pair.names, (ending.old.name, ending.new.name)
        mine, other = ending.side, 1 - ending.side
        found = wanted_word(ending.old, _GOOD[ending.old.kind])
        ends = f"{ids[mine]} {found}: lapses {ending.why} under {names[mine]}"
        return Gated(clause=ids[mine], says=f"{ends}; {ids[other]} goes on under {names[other]}", witness=shown)


def _endings(old: Atom, new: Atom, before: Life, after: Life) -> Iterator[_Ending]:
    if why := _ends_sooner(before, after):
        yield _Ending(old, new, 0, why)
    if why := _ends_sooner(after, before):
        yield _Ending(old, new, 1, why)


def counterparts(steps: tuple[Step, ...], kind: Kind, name: str) -> set[str]:
    """Return the ids that a question's place is taken by in the last version; what only overlaps does not. Pure."""
    names = {name}
    for step in steps:
        rows = [c for c in step.mapping.correspondences if c.kind is kind] if step.mapping is not None else []
        rowed = {old for row in rows for old in row.old}, {new for row in rows for new in row.new}
        carried = [row for row in rows if row.relation is not Relation.OVERLAPPING]
        names = {new for row in carried if names & set(row.old) for new in row.new} | (names - rowed[0] - rowed[1])
    return names


def _goals(joint: Joint, ending: _Ending, activity: Activity) -> tuple[tuple[z3.BoolRef, ...], ...]:
    """One finding lapsed, the other good; that decides the outcome, and the other version is less restrictive."""
    sides, atoms, mine = (0, joint.last), (ending.old, ending.new), ending.side
    truths = [joint.truth(side, atom) for side, atom in zip(sides, atoms, strict=True)]
    good = _GOOD[ending.old.kind]
    lapsed = z3.And(is_answer(truths[mine], Verdict.UNKNOWN), is_answer(truths[1 - mine], good))
    outcomes = [symbolic.outcome(activity, invoked=True) for symbolic in (joint.old, joint.new)]
    matters = outcomes[mine].exceeds(with_answer(outcomes[mine], truths[mine], good))
    return tuple((lapsed, matters, parted) for parted in parting(outcomes[mine], outcomes[1 - mine]))


def _threshold_lives(framework: Framework) -> dict[str, Life]:
    return {t.clause.id: (t.valid.elapsed, t.valid.compute_ratio) for t in framework.thresholds}


def _safeguard_lives(framework: Framework) -> dict[str, Life]:
    return {s.clause.id: (s.re_approve, None) for s in framework.safeguards if not s.undefined}


def _ends_sooner(mine: Life, other: Life) -> str:
    """By which event a finding ends that the other version does not end so soon; "" for none."""
    events = []
    if mine[0] is not None and (other[0] is None or ends_sooner(mine[0], other[0])):
        events.append(f"after {mine[0]}")
    if mine[1] is not None and (other[1] is None or mine[1] < other[1]):
        events.append(f"at {mine[1]} times the effective compute")
    return " or ".join(events)
