# SPDX-License-Identifier: Apache-2.0
"""Everything that differs between two versions, by clause, and whether it asks less; no coding by people hides any of it.

What differs is found from the two files alone: ids that went or came, words, force, and every datum. A mapping file may
say which new id continues an old one, and so in which direction something changed; never that nothing did.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest

from ruleout.analysis.compare.fields import compared_data, field_changes, shown
from ruleout.analysis.compare.result import Comparison, Direction, FieldChange, Gated, Witness
from ruleout.model.clause import Clause
from ruleout.model.framework import Criterion, Framework, Interim, Lineage, PeerClause, PeerKind, Threshold
from ruleout.model.listed_clauses import Listed, clauses_of
from ruleout.model.outcome import BurdenOfProof

#: Kinds of clause that only say something: taking one away takes no commitment away.
_SPEAKING = frozenset({"recommendation", "left to judgement", "left out"})

#: The published document itself. That it differs is told by every clause that does; where none does, by this.
DOCUMENT = "@document"


class What(Enum):
    """What became of an id."""

    GONE = "gone"
    NEW = "new"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One id that does not stand for the same in both versions.

    Attributes:
        clause: the id; `@roles/…`, `@title`, `@developer` and `@document` are no clauses.
        what: what became of it.
        kinds: what kind of clause it was and is, "" where it is not there.
        was: what it said.
        now: what it says.
        fields: what differs, words included.
        less: why it asks less of the developer than before, in words; empty where that was not found.
        relocated: whether a commitment became a recommendation, was left to judgement or left out (A-1).
        more: whether something in it asks more.
        witness: a state in which the new version is less restrictive because of it.
        gated: states that show what it decides.
    """

    clause: str
    what: What
    kinds: tuple[str, str]
    was: str = ""
    now: str = ""
    fields: tuple[FieldChange, ...] = ()
    less: tuple[str, ...] = ()
    relocated: bool = False
    more: bool = False
    witness: Witness | None = None
    gated: tuple[Gated, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All that differs, in the order of the versions' clauses; `unexplained` are looser states that no clause shows."""

    found: tuple[Difference, ...]
    unexplained: tuple[Witness, ...]


def differences(old: Framework, new: Framework, comparison: Comparison) -> Differences:
    """Return everything that differs between two versions. Pure.

    Args:
        old, new: the versions; their own files, not what anybody says of them.
        comparison: of the same two; gives directions and states.

    Source: D-15, A-1.
    """
    before, after = ({one.id: one for one in clauses_of(framework)} for framework in (old, new))
    shows = _Shows(comparison)
    found = [*_clauses(before, after, shows), *_rest(old, new)]
    known = {one.clause for one in found if one.less}
    unexplained = tuple(w for w in shows.looser if not known & set(w.old.determined_by))
    return Differences(found=tuple(found), unexplained=unexplained)


class _Shows:
    """What a comparison shows of single ids."""

    def __init__(self, comparison: Comparison) -> None:
        self.looser = tuple(w for activity in comparison.activities for w in activity.looser)
        self._lapses = comparison.lapses
        self._changes = comparison.clauses

    def continues(self, old: str) -> str:
        """The new id that people coded as going on from an old one, one to one; "" for none."""
        for change in self._changes:
            if change.coded and [one.id for one in change.old] == [old] and len(change.new) == 1:
                return change.new[0].id
        return ""

    def witness(self, clause: str) -> Witness | None:
        """The smallest state that the old version shuts by this clause and the new one does not."""
        mine = [w for w in self.looser if clause in w.old.determined_by]
        mine += [lapse.witness for lapse in self._lapses if lapse.clause == clause and _is_looser(lapse.witness)]
        return min(mine, key=lambda w: (len(w.answers), w.text), default=None)

    def gated(self, clause: str) -> tuple[Gated, ...]:
        """States that show what the change that a clause stands in decides."""
        return tuple(
            gated
            for change in self._changes
            if any(one.id == clause for one in (*change.old, *change.new))
            for gated in change.gated
        )


def _is_looser(witness: Witness) -> bool:
    return witness.new.outcome < witness.old.outcome


def _clauses(before: Mapping[str, Listed], after: Mapping[str, Listed], shows: _Shows) -> Iterator[Difference]:
    for name in (*before, *(one for one in after if one not in before)):
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None:
            fields = tuple(_fields(one, other))
            if fields:
                yield _told(What.DIFFERS, one, other, fields, shows)
        elif one is not None:
            follower = after.get(shows.continues(name))
            if follower is not None and follower.id in before and shows.continues(follower.id) in ("", follower.id):
                follower = None  # it goes on for itself
            yield _told(What.GONE, one, follower, () if follower is None else tuple(_fields(one, follower)), shows)
        elif other is not None:
            yield _told(What.NEW, None, other, (), shows)


def _told(
    what: What, one: Listed | None, other: Listed | None, fields: tuple[FieldChange, ...], shows: _Shows
) -> Difference:
    kinds = "" if one is None else one.kind, "" if other is None else other.kind
    listed = other if what is What.NEW or one is None else one
    if listed is None:
        raise AssertionError("a difference has a side")
    witness = shows.witness(listed.id)
    moved = bool(kinds[0]) and kinds[0] not in _SPEAKING and kinds[1] in _SPEAKING
    return Difference(
        clause=listed.id,
        what=what,
        kinds=kinds,
        was="" if one is None else one.clause.says,
        now="" if other is None else other.clause.says,
        fields=fields,
        less=tuple(_less(one, other, fields, witness)),
        relocated=moved,
        more=what is What.NEW or any(field.direction is Direction.STRICTER for field in fields),
        witness=witness,
        gated=shows.gated(listed.id),
    )


def _less(
    one: Listed | None, other: Listed | None, fields: tuple[FieldChange, ...], witness: Witness | None
) -> Iterator[str]:
    """Why less is asked: it is gone, it permits something new, a datum says so, or a state shows it."""
    if other is None and one is not None and one.kind not in _SPEAKING:
        yield "it is gone"
    if one is None and other is not None and _permits(other):
        yield "it permits what nothing permitted before"
    yield from (f"{f.field}: {f.was} → {f.now}" for f in fields if f.direction is Direction.LOOSER)
    if witness is not None:
        yield "a state shows it"


def _permits(listed: Listed) -> bool:
    """Whether a new clause gives the developer a way out rather than a demand."""
    carrier = listed.carrier
    return isinstance(carrier, Interim) or (
        isinstance(carrier, PeerClause) and carrier.kind is PeerKind.PERMITS_LOWERING
    )


def _fields(one: Listed, other: Listed) -> Iterator[FieldChange]:
    if one.clause.says.split() != other.clause.says.split():
        yield _field(other.id, "says", (one.clause.says, other.clause.says))
    yield from field_changes(one, other)
    if type(one.carrier) is type(other.carrier):
        yield from _other_data(one, other)


def _other_data(one: Listed, other: Listed) -> Iterator[FieldChange]:
    """Data that a comparison passes over, title and lineage among them: what differs is told, whatever it means."""
    if isinstance(one.carrier, Clause):
        return
    compared = compared_data(type(one.carrier))
    for field in dataclasses.fields(one.carrier):
        values = getattr(one.carrier, field.name), getattr(other.carrier, field.name)
        if field.name not in compared and not _is_listed(values) and values[0] != values[1]:
            less = field.name == "lineage" and _carries_otherwise(*values, other)
            yield _field(other.id, field.name.replace("_", "-"), values, Direction.LOOSER if less else None)


def _carries_otherwise(was: tuple[Lineage, ...], now: tuple[Lineage, ...], listed: Listed) -> bool:
    """Whether a question may be answered that was open before, or a caution is lost that held (D-4).

    The first line that the case has findings for speaks beside what later ones carry: another order is another lineage.
    """
    pairs = list(zip_longest(was, now))
    if any(
        new and (old is None or _from(new) != _from(old) or set(new.carries) - set(old.carries)) for old, new in pairs
    ):
        return True
    lost = {finding for old, new in pairs for finding in set(old.carries) - set(new.carries if new else ())}
    if now:
        return bool(lost - {"ruled-out", "met"})
    # Without any line nothing is known: that opens a gate only where it counts as not reached.
    open_ = isinstance(listed.carrier, Threshold) and listed.carrier.when_unknown is BurdenOfProof.NOT_REACHED
    return open_ and "reached" in lost


def _from(line: Lineage) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return line.from_ids, line.versions


def _is_listed(values: tuple[object, object]) -> bool:
    """Whether a datum is clauses of their own, which are listed and held against each other by themselves."""
    parts = [item for value in values for item in (value if isinstance(value, tuple) else (value,))]
    return any(isinstance(part, Clause | Criterion | Interim) for part in parts)


def _field(clause: str, name: str, values: tuple[object, object], direction: Direction | None = None) -> FieldChange:
    was, now = (_words(value) for value in values)
    return FieldChange(clause=clause, field=name, was=was, now=now, direction=direction or Direction.UNCLEAR)


def _words(value: object) -> str:
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        return "; ".join(", ".join(shown(getattr(item, f.name)) for f in dataclasses.fields(item)) for item in value)
    return shown(value)


def _rest(old: Framework, new: Framework) -> Iterator[Difference]:
    """What a framework has besides clauses: its roles, its title, its developer, the document that it encodes."""
    for name, was, now in (
        ("@title", old.title, new.title),
        ("@developer", old.developer, new.developer),
        (DOCUMENT, old.document.sha256, new.document.sha256),
    ):
        if was != now:
            yield Difference(clause=name, what=What.DIFFERS, kinds=("", ""), was=was, now=now)
    before, after = dict(old.roles), dict(new.roles)
    for role in (*before, *(one for one in after if one not in before)):
        if before.get(role) != after.get(role):
            what = What.GONE if role not in after else What.NEW if role not in before else What.DIFFERS
            kinds = "role" if role in before else "", "role" if role in after else ""
            was, now = before.get(role, ""), after.get(role, "")
            yield Difference(clause=f"@roles/{role}", what=what, kinds=kinds, was=was, now=now)
