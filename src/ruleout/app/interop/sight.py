# SPDX-License-Identifier: Apache-2.0
"""A record as an audience may see it: what is not for it is not read, and each hole that is met is kept with its reason (L-4, A-8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ruleout.app.ledger import LOG_FILE, Record
from ruleout.errors import NotFound
from ruleout.ledger import LedgerEntry
from ruleout.ledger.audience import Audience
from ruleout.ledger.disclosure import Tree, reveal
from ruleout.ledger.holes import Explanations, Hole, Seen, Standing, explanations_in, objects_for, seen_by
from ruleout.reports.interop.absent import hole_words


@dataclass(frozen=True)
class Sight:
    """What an audience sees of a record; `met` collects what it does not see of the entries that were asked about.

    Reads like the record itself, so that what reads a record reads no more than the audience may have.
    """

    record: Record
    audience: Audience
    met: dict[tuple[str, str], Hole] = field(default_factory=dict)

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """Every entry: headers are in clear for everybody (L-1)."""
        return self.record.entries

    @cached_property
    def explanations(self) -> Explanations:
        """What the record says of what is hidden or gone."""
        return explanations_in(self.record.entries, self.record.object)

    def object(self, digest: str) -> bytes:
        """Return the bytes under a digest if this audience may have them. Effect: reads them; notes a hole.

        Raises:
            NotFound: they are not for this audience, or not kept; says why, as far as the record does.
            VerificationFailed: they are damaged.
        """
        if digest in self._objects:
            try:
                return self.record.object(digest)
            except NotFound:
                self._meet(Hole(digest=digest, entry=self._named_by[digest][0], standing=Standing.WITHHELD))
                raise
        hole = self._object_hole(digest)
        self._meet(hole)
        raise NotFound(f"{digest[:12]} is not shown to {self.audience.value}: {hole_words(hole)}")

    def disclosed(self, entry: LedgerEntry) -> Mapping[str, Tree]:
        """Return the values that an entry discloses to this audience, `Hidden` for the rest. Effect: reads; notes holes.

        Raises:
            VerificationFailed: a disclosure is malformed or not the one that is named.
        """
        return reveal(entry.content.salted, self._seen(entry).shown) if entry.content.salted else {}

    def holes_of(self, entry: LedgerEntry) -> tuple[Hole, ...]:
        """Return what this audience does not see of an entry, in order of digest. Effect: reads; notes them.

        An evaluation log's own bytes are told in no format, and count only where a redaction names them.
        """
        absent = self._seen(entry).absent if entry.content.salted else []
        found = [self.explanations.hole(entry.content.id, digest, self.audience) for digest in absent]
        for ref in entry.content.refs:
            if ref.sha256 not in self._objects:
                hole = self._object_hole(ref.sha256)
                if ref.media_type != LOG_FILE or hole.standing is not Standing.WITHHELD:
                    found.append(hole)
        for hole in found:
            self._meet(hole)
        return tuple(sorted(found, key=lambda hole: hole.digest))

    def _seen(self, entry: LedgerEntry) -> Seen:
        seen = seen_by(entry.content, self.record.disclosures(entry), self.explanations, self.audience)
        for digest in seen.absent:
            self._meet(self.explanations.hole(entry.content.id, digest, self.audience))
        return seen

    def _object_hole(self, digest: str) -> Hole:
        """One that gives a reason, if any entry that names the object was redacted."""
        names = self._named_by.get(digest, [""])
        holes = [self.explanations.hole(name, digest, self.audience) for name in names]
        return next((hole for hole in holes if hole.standing is not Standing.WITHHELD), holes[0])

    def _meet(self, hole: Hole) -> None:
        self.met[hole.entry, hole.digest] = hole

    @cached_property
    def _objects(self) -> frozenset[str]:
        return objects_for(self.record.entries, self.explanations, self.audience)

    @cached_property
    def _named_by(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for entry in self.record.entries:
            for ref in entry.content.refs:
                found.setdefault(ref.sha256, []).append(entry.content.id)
        return found
