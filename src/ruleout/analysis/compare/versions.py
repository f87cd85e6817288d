# SPDX-License-Identifier: Apache-2.0
"""The whole comparison of two versions, over the versions between them if there are any (D-15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ruleout.analysis.compare.clauses import compare_clauses
from ruleout.analysis.compare.gating import Gates
from ruleout.analysis.compare.joint import Step
from ruleout.analysis.compare.lapses import Lapses
from ruleout.analysis.compare.result import (
    ActivityComparison,
    Announcement,
    ClauseChange,
    Comparison,
    Gated,
    Witness,
)
from ruleout.analysis.compare.states import compare_activity, compared_activities
from ruleout.analysis.compare.witnesses import Pair
from ruleout.model.framework import Framework
from ruleout.model.listed_clauses import Listed, clauses_of
from ruleout.model.mapping import ChangeKind
from ruleout.model.outcome import Activity

_MOST_GATED = 4
_WEAKER = (ChangeKind.WEAKENED, ChangeKind.REMOVED, None)


def compare(
    steps: tuple[Step, ...],
    *,
    activities: Iterable[Activity] | None = None,
    warnings: Iterable[str] = (),
    timeout_ms: int = 10_000,
) -> Comparison:
    """Return how the last version of `steps` stands to the first one. Pure; the same input gives the same value.

    Args:
        steps: at least one; each begins with the version at which the one before ends.
        activities: those to compare; None for all that some rule of either version covers.
        warnings: what a reader must know about how the versions were related.
        timeout_ms: bound of each single question to the solver, milliseconds; what it does not settle in that time is
            reported as not proved.

    Source: D-15.
    """
    pair = Pair(steps[0].old, steps[-1].new)
    chosen = compared_activities(pair) if activities is None else tuple(activities)
    whole = _shown_by(steps, chosen, timeout_ms)
    each = [whole] if len(steps) == 1 else [_shown_by((step,), chosen, timeout_ms) for step in steps]
    changes = [
        _with_gated(change, step, shown)
        for step, shown in zip(steps, each, strict=True)
        for change in compare_clauses(step)
    ]
    return Comparison(
        old=str(pair.old.id),
        new=str(pair.new.id),
        steps=(str(steps[0].old.id), *(str(step.new.id) for step in steps)),
        activities=whole.compared,
        lapses=whole.lapses,
        clauses=tuple(sorted(changes, key=lambda change: change.change is ChangeKind.RETAINED)),
        announcements=tuple(a for step in steps for a in _announcements(step.new)),
        warnings=tuple(warnings),
        not_proved=tuple(dict.fromkeys(text for shown in (whole, *each) for text in shown.not_proved())),
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What states show of one version against another: per activity, by single clauses, by findings that lapse."""

    compared: tuple[ActivityComparison, ...]
    gates: Gates
    lapses: tuple[Gated, ...]
    unsettled: list[str]

    def not_proved(self) -> tuple[str, ...]:
        """What was not settled besides outcomes; complete once every clause has been looked at."""
        return (*self.gates.not_proved, *self.unsettled)


def _shown_by(steps: tuple[Step, ...], activities: tuple[Activity, ...], timeout_ms: int) -> _Shown:
    pair = Pair(steps[0].old, steps[-1].new)
    lapses = Lapses(steps, activities, timeout_ms=timeout_ms)
    return _Shown(
        tuple(compare_activity(pair, steps, activity, timeout_ms=timeout_ms) for activity in activities),
        Gates(steps, activities, timeout_ms=timeout_ms),
        lapses.found(),
        lapses.not_proved,
    )


def _announcements(framework: Framework) -> tuple[Announcement, ...]:
    return tuple(
        Announcement(version=framework.id.version, clause=c.clause, kind=c.kind, says=c.says)
        for c in framework.changelog
    )


def _with_gated(change: ClauseChange, step: Step, shown: _Shown) -> ClauseChange:
    """The change with states that show what it does, where the clause decides something."""
    if change.change is ChangeKind.RETAINED:
        return change
    listed = tuple({x.id: x for x in clauses_of(framework)} for framework in (step.old, step.new))
    gated: list[Gated] = []
    for side, clauses in enumerate((change.old, change.new)):
        for clause in clauses:
            gated += _gated(listed[side][clause.id], side, shown)
    once: dict[tuple[Activity, str], Gated] = {}
    for found in gated:
        once.setdefault((found.witness.activity, found.witness.text), found)
    fitting = sorted(once.values(), key=lambda g: not _speaks_for(change.change, g.witness))
    return replace(change, gated=tuple(fitting[:_MOST_GATED]))


def _speaks_for(change: ChangeKind | None, witness: Witness) -> bool:
    """Whether a state shows what a change is coded as: the newer version looser where it is weaker, or stricter."""
    looser = witness.old.outcome > witness.new.outcome
    return looser if change in _WEAKER else not looser


def _gated(listed: Listed, side: int, shown: _Shown) -> list[Gated]:
    lapsed = [lapse for lapse in shown.lapses if lapse.clause == listed.id]
    alone = _smallest(listed.id, side, shown.compared)
    if alone is not None:
        return [*lapsed, Gated(clause=listed.id, says="", witness=alone)]
    found = shown.gates.decided_by(listed, side)
    return lapsed if found is None else [*lapsed, found]


def _smallest(clause: str, side: int, compared: tuple[ActivityComparison, ...]) -> Witness | None:
    """The smallest state in which a clause makes its version the stricter one."""
    witnesses = [w for activity in compared for w in (activity.looser if side == 0 else activity.stricter)]
    mine = [w for w in witnesses if clause in (w.old if side == 0 else w.new).determined_by]
    return min(mine, key=lambda w: (len(w.answers), w.text), default=None)
