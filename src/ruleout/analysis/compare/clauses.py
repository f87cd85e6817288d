# SPDX-License-Identifier: Apache-2.0
"""What became of every clause from one version to the next: as people coded it, and as it can be computed (D-15).

Rules: equal id, words, force and data are retained by themselves; everything else needs a row of a mapping, or is
shown as not coded; a coding that what was computed contradicts is shown as contradicted. A row that names a clause
covers its parts (criteria, prongs, interim measures) that have no row of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ruleout.analysis.compare.fields import field_changes
from ruleout.analysis.compare.joint import Step
from ruleout.analysis.compare.result import ClauseChange, ClauseShown, Direction, FieldChange
from ruleout.model.framework import Framework
from ruleout.model.listed_clauses import Listed, clauses_of
from ruleout.model.mapping import Announced, ChangeKind, ClauseRow

Index = dict[str, Listed]


def compare_clauses(step: Step) -> tuple[ClauseChange, ...]:
    """Return what became of each clause from one version to the next; what was retained comes last. Pure."""
    old, new = _index(step.old), _index(step.new)
    rows = step.mapping.rows if step.mapping is not None else ()
    covered = _covered(old, (r.old for r in rows)), _covered(new, (r.new for r in rows))
    name = f"{step.old.id.version} → {step.new.id.version}"
    coded = [_coded(row, name, (old, new), covered, changelog=bool(step.new.changelog)) for row in rows]
    found = list(_uncoded(name, (old, new), covered))
    return tuple(sorted([*coded, *found], key=lambda change: change.change is ChangeKind.RETAINED))


def _index(framework: Framework) -> Index:
    return {listed.id: listed for listed in clauses_of(framework)}


def _covered(index: Index, named: Iterable[tuple[str, ...]]) -> dict[str, str]:
    """The clause in whose row each clause stands: its own, or that of what it is part of."""
    stated = {name for names in named for name in names}
    return {
        listed.id: listed.id if listed.id in stated else listed.owner
        for listed in index.values()
        if listed.id in stated or listed.owner in stated
    }


def _coded(
    row: ClauseRow, step: str, indexes: tuple[Index, Index], covered: tuple[dict[str, str], ...], *, changelog: bool
) -> ClauseChange:
    old, new = indexes
    fields = tuple(_row_fields(row, indexes, covered))
    return ClauseChange(
        step=step,
        change=row.change,
        coded=True,
        dimensions=row.dimensions,
        announced=row.announced,
        says=row.says,
        because=row.because,
        old=tuple(_shown(old[name]) for name in row.old),
        new=tuple(_shown(new[name]) for name in row.new),
        fields=fields,
        contradictions=tuple(_contradictions(row, fields, (old, new), changelog=changelog)),
    )


def _row_fields(
    row: ClauseRow, indexes: tuple[Index, Index], covered: tuple[dict[str, str], ...]
) -> Iterator[FieldChange]:
    """What differs between the clauses of a row that can be held against each other, and in their parts."""
    old, new = indexes
    pairs = [(row.old[0], row.new[0])] if len(row.old) == len(row.new) == 1 else []
    pairs = pairs or [(name, name) for name in row.old if name in row.new]
    for before, after in pairs:
        yield from field_changes(old[before], new[after])
        yield from _part_changes(before, after, indexes, covered)


def _part_changes(
    before: str, after: str, indexes: tuple[Index, Index], covered: tuple[dict[str, str], ...]
) -> Iterator[FieldChange]:
    """Parts that have no row of their own: gone, new, or different."""
    old, new = (
        {name.removeprefix(owner): listed for name, listed in index.items() if name != owner and stands[name] == owner}
        for owner, index, stands in (
            (before, _rowed(indexes[0], covered[0]), covered[0]),
            (after, _rowed(indexes[1], covered[1]), covered[1]),
        )
    )
    for part in (*old, *(name for name in new if name not in old)):
        one, other = old.get(part), new.get(part)
        if one is not None and other is not None:
            yield from _word_change(one, other)
            yield from field_changes(one, other)
        elif one is not None:
            yield _part(one.id, one, None)
        elif other is not None:
            yield _part(other.id, None, other)


def _rowed(index: Index, covered: dict[str, str]) -> Index:
    return {name: listed for name, listed in index.items() if name in covered}


def _word_change(one: Listed, other: Listed) -> Iterator[FieldChange]:
    if not _same_words(one, other):
        yield FieldChange(
            clause=other.id, field="says", was=one.clause.says, now=other.clause.says, direction=Direction.UNCLEAR
        )


def _part(name: str, one: Listed | None, other: Listed | None) -> FieldChange:
    """A criterion that is gone asks less, one that is new asks more; of other parts that cannot be said."""
    part = one or other
    is_criterion = part is not None and part.kind == "criterion"
    direction = (Direction.LOOSER if one is not None else Direction.STRICTER) if is_criterion else Direction.UNCLEAR
    was = "none" if one is None else one.clause.says
    now = "none" if other is None else other.clause.says
    return FieldChange(clause=name, field=part.kind if part is not None else "", was=was, now=now, direction=direction)


def _uncoded(step: str, indexes: tuple[Index, Index], covered: tuple[dict[str, str], ...]) -> Iterator[ClauseChange]:
    """Clauses in no row: retained by themselves, or different without having been coded."""
    old, new = indexes
    for name in (*old, *(n for n in new if n not in old)):
        one = old.get(name) if name not in covered[0] else None
        other = new.get(name) if name not in covered[1] else None
        if one is not None and other is not None:
            yield _by_id(step, one, other)
        elif (one is not None and _stands_alone(one, new)) or (other is not None and _stands_alone(other, old)):
            yield _one_sided(step, one, other)


def _stands_alone(listed: Listed, other: Index) -> bool:
    """Whether a clause is told by itself: a part of what came or went as a whole is not."""
    return listed.id == listed.owner or listed.owner in other


def _by_id(step: str, one: Listed, other: Listed) -> ClauseChange:
    fields = field_changes(one, other)
    same = not fields and _same_words(one, other)
    change = ChangeKind.RETAINED if same else None
    return ClauseChange(step=step, change=change, coded=False, old=(_shown(one),), new=(_shown(other),), fields=fields)


def _one_sided(step: str, one: Listed | None, other: Listed | None) -> ClauseChange:
    """A clause that no row covers on this side and that the other side lacks, or keeps for another row."""
    if one is not None:
        return ClauseChange(step=step, change=ChangeKind.REMOVED, coded=False, old=(_shown(one),))
    new = () if other is None else (_shown(other),)
    return ClauseChange(step=step, change=ChangeKind.ADDED, coded=False, new=new)


def _same_words(one: Listed, other: Listed) -> bool:
    return one.clause.says.split() == other.clause.says.split()


def _shown(listed: Listed) -> ClauseShown:
    clause = listed.clause
    return ClauseShown(id=listed.id, kind=listed.kind, says=clause.says, section=clause.section, force=clause.force)


def _contradictions(
    row: ClauseRow, fields: tuple[FieldChange, ...], indexes: tuple[Index, Index], *, changelog: bool
) -> Iterator[str]:
    directions = {field.direction for field in fields} - {Direction.UNCLEAR}
    against = {
        ChangeKind.STRENGTHENED: directions == {Direction.LOOSER},
        ChangeKind.WEAKENED: directions == {Direction.STRICTER},
        ChangeKind.RETAINED: bool(directions),
        ChangeKind.RELOCATED: bool(directions),
    }
    if against.get(row.change, False):
        told = (f"{f.clause} {f.field}: {f.was} → {f.now} is {f.direction.value}" for f in fields if _speaks(f))
        yield f"coded as {row.change.value}, but {'; '.join(told)}"
    if row.change is ChangeKind.REMOVED:
        yield from (f"coded as removed, but {name} is still there" for name in row.old if name in indexes[1])
    if row.change is ChangeKind.ADDED:
        yield from (f"coded as added, but {name} was there before" for name in row.new if name in indexes[0])
    if row.announced in (Announced.ANNOUNCED, Announced.PARTLY) and not changelog:
        yield f"coded as {row.announced.value}, but the newer version's file lists no changelog"


def _speaks(field: FieldChange) -> bool:
    return field.direction is not Direction.UNCLEAR
