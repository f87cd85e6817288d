# SPDX-License-Identifier: Apache-2.0
"""What makes a finding more concerning than its figure: the record's rulings, and samples that count once (D-2, E-4).

Nothing here ever makes a finding less concerning. A framework may say that a few of several evaluations suffice to rule
a threshold out. Then two logs that rest on the same tasks would suffice where one does not, so the later one counts no
more; everywhere else, every evaluation must hold and a second look at the same tasks cannot help: it is remarked on.
All evidence of a case is about its one subject, so what the logs call the model does not matter here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ruleout.evidence.overlap import Overlap, prints_of, shared_by
from ruleout.model.evidence import Comparison, IndicatorFinding, Measurement, Ruling
from ruleout.model.formula import AllOf, AnyOf, AtLeast, Formula, Not, Ref, atoms_of
from ruleout.model.framework import DeterminedBy, Framework

#: Rising concern. A ruling moves a finding up this scale, never down.
_CONCERN = (Comparison.CLEAR, Comparison.INCONCLUSIVE, Comparison.CROSSED)


def ruled(finding: IndicatorFinding, rulings: Iterable[Ruling]) -> IndicatorFinding:
    """Return the finding at least as concerning as the rulings on its indicator say, with their reasons. Pure."""
    for ruling in rulings:
        if ruling.indicator != finding.indicator.id:
            continue
        if _CONCERN.index(ruling.at_least) > _CONCERN.index(finding.comparison):
            finding = replace(finding, comparison=ruling.at_least, because=ruling.because)
    return finding


@dataclass(slots=True)
class CountedOnce:
    """Remembers which logs have cleared which threshold, so that the same tasks do so once. One per decision."""

    framework: Framework
    notes: list[str] = field(default_factory=list)
    _cleared: list[tuple[IndicatorFinding, Measurement]] = field(default_factory=list)

    def weigh(self, finding: IndicatorFinding, measurement: Measurement | None) -> IndicatorFinding:
        """Return the finding, inconclusive where it would clear by tasks that have cleared the threshold already."""
        if measurement is None or finding.comparison is not Comparison.CLEAR:
            return finding
        for other, earlier in self._cleared:
            overlap = _overlap(other, earlier, finding, measurement)
            if overlap is None:
                continue
            if {other.indicator.id, finding.indicator.id} <= _alternatives(self.framework):
                because = f"{_words(overlap)}, and tasks count once where not every evaluation is needed"
                return replace(finding, comparison=Comparison.INCONCLUSIVE, because=because)
            self.notes.append(f"{finding.indicator.id}: {_words(overlap)}")
        self._cleared.append((finding, measurement))
        return finding


def _overlap(one: IndicatorFinding, first: Measurement, other: IndicatorFinding, second: Measurement) -> Overlap | None:
    """What two pieces of evidence about one threshold share. Logs are only looked into where there are two."""
    if one.evidence == other.evidence or one.indicator.threshold != other.indicator.threshold:
        return None
    return shared_by(prints_of(first, name=one.evidence), prints_of(second, name=other.evidence))


def _words(overlap: Overlap) -> str:
    count = max(overlap.tasks, overlap.attempts)
    return f"rests on {count} task(s) that {overlap.first.name!r} rests on too ({overlap.relation.value})"


def _alternatives(framework: Framework) -> frozenset[str]:
    """Indicators of which not all are needed to rule their threshold out, or to meet their criterion."""
    deciding = (
        t.indicators for t in framework.thresholds if t.determined_by is DeterminedBy.INDICATORS and t.indicators
    )
    meeting = (c.indicators for s in framework.safeguards for c in s.criteria if c.indicators is not None)
    found = [name for formula in deciding for name in _spared(formula, yes_helps=False)]
    found += [name for formula in meeting for name in _spared(formula, yes_helps=True)]
    return frozenset(found)


def _spared(formula: Formula, *, yes_helps: bool) -> Iterator[str]:
    """The indicators below a part of which not every member is needed for the helpful answer.

    A threshold's formula says when it is reached, so *no* helps: `all of` is *no* as soon as one is. A criterion's says
    when it is met, so *yes* helps: `any of` is *yes* as soon as one is. Below a `not` it is the other way round.
    """
    match formula:
        case Ref():
            return
        case Not(part):
            yield from _spared(part, yes_helps=not yes_helps)
        case AllOf(parts) | AnyOf(parts) | AtLeast(_, parts):
            if _needs_not_all(formula, yes_helps=yes_helps):
                yield from (atom.name for atom, _ in atoms_of(formula))
            for part in parts:
                yield from _spared(part, yes_helps=yes_helps)


def _needs_not_all(formula: AllOf | AnyOf | AtLeast, *, yes_helps: bool) -> bool:
    count = len(formula.parts)
    match formula:
        case AllOf():
            needed = count
        case AnyOf():
            needed = 1
        case AtLeast():
            needed = formula.needed
    return needed < count if yes_helps else needed > 1
