# SPDX-License-Identifier: Apache-2.0
"""A copy of the record for an audience: what goes into it, and every hole with its reason (L-4, A-8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ruleout.app.ledger import LOG_FILE, Record
from ruleout.errors import NotFound
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.audience import Audience
from ruleout.ledger.holes import Hole, Standing, explanations_in, objects_for, seen_by
from ruleout.ledger.key_life import COMPROMISE, ROTATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What an audience gets of some entries.

    Attributes:
        entries: those chosen, the redactions and erasures that explain their holes, and the ends of keys, in order.
        disclosures: texts by digest, revealed decoys among them.
        objects: SHA-256 of the objects that go along.
        holes: what is absent, by digest.
        is_whole: whether the entries are all that the record has.
    """

    entries: tuple[LedgerEntry, ...]
    disclosures: Mapping[str, str]
    objects: tuple[str, ...]
    holes: Mapping[str, Hole]
    is_whole: bool

    def count(self, standing: Standing) -> int:
        """How many holes stand so."""
        return sum(hole.standing is standing for hole in self.holes.values())


def hole_notes(record: Record, audience: Audience | None) -> Mapping[str, Hole]:
    """Return every hole that an audience meets in the record, by digest, with the reason that the record gives.

    Effect: reads disclosures and reasons. A page that shows a value shows the hole in its place.

    Source: L-4, A-8.
    """
    return copy_for(record, audience).holes


def copy_for(
    record: Record, audience: Audience | None, *, chosen: Iterable[int] | None = None, with_logs: bool = True
) -> Copy:
    """Return what an audience gets of the record. Effect: reads disclosures and reasons.

    Args:
        audience: None for everything at hand, which stays in the house.
        chosen: indices of entries; None for all.
        with_logs: whether evaluation logs' own bytes are wanted.

    Raises:
        LedgerError, VerificationFailed: what is kept is damaged.

    Source: L-4, A-8, L-10.
    """
    explanations = explanations_in(record.entries, record.object)
    entries = record.entries if chosen is None else _with_reasons(record, set(chosen))
    shown: dict[str, str] = {}
    holes: dict[str, Hole] = {}
    for entry in entries:
        if entry.content.salted:
            seen = seen_by(entry.content, record.disclosures(entry), explanations, audience)
            shown |= seen.shown
            for digest in seen.absent:
                holes[digest] = explanations.hole(entry.content.id, digest, audience)
    # Whether an object is hidden is asked of the whole record: who names it elsewhere may have hidden it there.
    goes = _wanted(entries, with_logs=with_logs) & objects_for(record.entries, explanations, audience)
    objects = tuple(digest for digest in sorted(goes) if _is_kept(record, digest))
    gone_along = frozenset(objects)
    for entry in entries:
        for ref in entry.content.refs:
            if ref.sha256 not in gone_along:
                _add_object_hole(holes, explanations.hole(entry.content.id, ref.sha256, audience))
    return Copy(entries=entries, disclosures=shown, objects=objects, holes=holes, is_whole=chosen is None)


def _with_reasons(record: Record, chosen: set[int]) -> tuple[LedgerEntry, ...]:
    """The chosen entries, every act that hides or removes something of them, and those by which keys end.

    A hole goes with its reason; and without the acts of keys nobody sees that a signature counts no more (L-7).
    """
    ids = {record.entries[index].content.id for index in chosen}
    acts = [e for e in record.entries if e.content.type in (EntryType.REDACTION, EntryType.ERASURE)]
    about = [e for e in acts if e.content.subject.get("entry") in ids]
    named = {e.content.id for e in about}
    lifts = [e for e in acts if e.content.subject.get("lifts") in named]
    endings = [e for e in record.of_type(EntryType.KEY) if e.content.subject.get("act") in (ROTATE, COMPROMISE)]
    along = {e.index for e in (*about, *lifts, *endings)}
    return tuple(record.entries[index] for index in sorted(chosen | along))


def _wanted(entries: Iterable[LedgerEntry], *, with_logs: bool) -> frozenset[str]:
    refs = (ref for entry in entries for ref in entry.content.refs)
    return frozenset(ref.sha256 for ref in refs if with_logs or ref.media_type != LOG_FILE)


def _is_kept(record: Record, digest: str) -> bool:
    try:
        record.object(digest)
    except NotFound:
        return False
    return True


def _add_object_hole(holes: dict[str, Hole], hole: Hole) -> None:
    """One hole for each object: of several entries that name it, the one that gives a reason."""
    before = holes.get(hole.digest)
    if before is None or before.standing is Standing.WITHHELD:
        holes[hole.digest] = hole
