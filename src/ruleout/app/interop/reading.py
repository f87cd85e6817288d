# SPDX-License-Identifier: Apache-2.0
"""Evidence and decisions of a proved record as they may be told to an audience; acts and frameworks are in `acts`.

Header fields are in clear for good (L-1). Whatever else is told is read through the audience's sight, so nothing that a redaction or the
table of audiences keeps from it can be. What an audience may not see still counts: whether evidence ended, whether a later
decision stands, is asked of the whole record. The words of people in a decision are read by nothing here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from ruleout.app.evidence.again import Archive
from ruleout.app.evidence.receipt import summary_named
from ruleout.app.evidence.standing import Standing, standing_in
from ruleout.app.interop.sight import Sight
from ruleout.app.ledger import MEASUREMENT, Record
from ruleout.errors import NotFound, RuleoutError
from ruleout.evidence.stored import measurement_from
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.audience import Audience
from ruleout.reports.interop.asked import Asked, asked_by
from ruleout.reports.interop.decided import decided_from
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.shown import DecisionShown, EntryShown, EvaluationShown


@dataclass(frozen=True)
class Reading:
    """A record as it may be told. `chosen` limits entries to these indices; None for all. What could not be read is listed.

    Raises:
        RuleoutError: an entry is chosen that there is not.
    """

    record: Record
    chosen: frozenset[int] | None = None
    audience: Audience = Audience.PUBLIC
    unread: list[LeftOut] = field(default_factory=list)
    _asked_by: dict[str, Asked] = field(default_factory=dict)
    _evaluated: dict[int, EvaluationShown | str] = field(default_factory=dict)
    _decided: dict[int, DecisionShown | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = len(self.record.entries)
        unknown = sorted(index for index in self.chosen or () if not 0 <= index < size)
        if unknown:
            raise RuleoutError(f"no entry {unknown[0]} in a record of {size}", hint="See `ruleout log`.")

    @cached_property
    def sight(self) -> Sight:
        """The record as the audience sees it; it knows the holes that were met."""
        return Sight(self.record, self.audience)

    @property
    def at(self) -> datetime:
        """The instant of the record's last entry: as of then everything is told."""
        return datetime.fromisoformat(self.record.entries[-1].content.ts)

    @cached_property
    def standing(self) -> Standing:
        """What ends evidence by the record."""
        return standing_in(self.record)

    @cached_property
    def archive(self) -> Archive:
        """The record's decisions, to be decided again."""
        return Archive(self.record, self.standing)

    def of_type(self, kind: EntryType) -> Iterator[LedgerEntry]:
        """Yield the chosen entries of a kind, in order."""
        yield from (e for e in self.record.of_type(kind) if self.chosen is None or e.index in self.chosen)

    def entry(self, entry: LedgerEntry) -> EntryShown:
        """Return what is told of any entry."""
        return EntryShown(
            origin=self.record.view.origin,
            index=entry.index,
            id=entry.content.id,
            ts=entry.content.ts,
            sha256=hashlib.sha256(entry.data).hexdigest(),
            keys=tuple(signature.key_id for signature in entry.content.sigs),
            audience=self.audience,
            holes=self.sight.holes_of(entry),
        )

    def note(self, entry: LedgerEntry, error: RuleoutError) -> None:
        """Keep it that an entry could not be told, and why."""
        left = LeftOut(what=f"entry {entry.index}", why=str(error))
        if left not in self.unread:
            self.unread.append(left)

    # --- evidence ---

    def evaluations(self) -> list[EvaluationShown]:
        """Return the chosen evidence entries that name a measurement. Effect: reads summaries."""
        found = (self._evaluation(entry) for entry in self.of_type(EntryType.EVIDENCE))
        return [one for one in found if isinstance(one, EvaluationShown)]

    def unmeasured(self) -> int:
        """Return how many chosen entries of evidence name no measurement. Effect: reads summaries."""
        return sum(self._evaluation(entry) == "" for entry in self.of_type(EntryType.EVIDENCE))

    def _evaluation(self, entry: LedgerEntry) -> EvaluationShown | str:
        """What an evidence entry names, or why it is not told; "" for one that names no measurement."""
        if entry.index not in self._evaluated:
            self._evaluated[entry.index] = self._evaluation_read(entry)
        return self._evaluated[entry.index]

    def _evaluation_read(self, entry: LedgerEntry) -> EvaluationShown | str:
        try:
            summary = summary_named(entry, self.sight)
        except NotFound as error:
            self.note(entry, error)
            return str(error)
        if summary is None:
            return ""
        measured = next((ref.sha256 for ref in entry.content.refs if ref.media_type == MEASUREMENT), "")
        return EvaluationShown(
            entry=self.entry(entry),
            summary=summary,
            measurement=measured,
            case=self._cases.get(measured, ""),
            counts=self._counts(measured),
            expires="" if (last := self.standing.last_days.of(summary)) is None else last.isoformat(),
        )

    @cached_property
    def _cases(self) -> dict[str, str]:
        """The case that first rested on each measurement, both by digest."""
        found: dict[str, str] = {}
        for entry in self.record.of_type(EntryType.DECISION):
            refs = {ref.name: ref.sha256 for ref in entry.content.refs}
            for name, digest in refs.items():
                if name.startswith("measurement-") and "case" in refs:
                    found.setdefault(digest, refs["case"])
        return found

    def _counts(self, measurement: str) -> bool:
        """Whether a measurement counts as of the record's last instant; what is not kept does not."""
        if not self.standing.withdrawals and not self.standing.last_days:
            return True
        try:
            read = measurement_from(self.record.object(measurement)) if measurement else None
        except NotFound:
            read = None
        return read is not None and not self.standing.end_of(read, on=self.at.date())

    # --- decisions and acts ---

    def decisions(self) -> list[DecisionShown]:
        """Return the chosen decisions. Effect: reads objects.

        Raises:
            VerificationFailed: a decision is not what its entry's header says.
        """
        found = (self.decision(entry) for entry in self.of_type(EntryType.DECISION))
        return [one for one in found if one is not None]

    def decision(self, entry: LedgerEntry) -> DecisionShown | None:
        """Return what is told of a decision, None where its bytes are not there to see. Effect, errors: as for all."""
        if entry.index not in self._decided:
            self._decided[entry.index] = self._decision_read(entry)
        return self._decided[entry.index]

    def _decision_read(self, entry: LedgerEntry) -> DecisionShown | None:
        refs = {ref.name: ref.sha256 for ref in entry.content.refs}
        try:
            if not {"decision", "case"} <= refs.keys():
                raise NotFound(f"{entry.content.id} names no decision or no case")
            data = self.sight.object(refs["decision"])
        except NotFound as error:
            self.note(entry, error)
            return None
        decided = decided_from(data, entry.content.subject, entry=entry.content.id)
        last = self._last[question_of(entry)]
        evaluations, unseen = self._evaluations_of(entry)
        return DecisionShown(
            entry=self.entry(entry),
            decided=decided,
            case=refs["case"],
            decision=refs["decision"],
            evaluations=evaluations,
            unseen=unseen,
            asked=self._asked(refs.get("framework", "")),
            superseded="" if last.index == entry.index else last.content.id,
            still_proceeds=last.index == entry.index and decided.outcome == "proceed" and self._proceeds(entry),
        )

    @cached_property
    def _last(self) -> dict[str, LedgerEntry]:
        return {question_of(e): e for e in self.record.of_type(EntryType.DECISION)}

    def _asked(self, encoding: str) -> Asked:
        if encoding not in self._asked_by:
            try:
                self._asked_by[encoding] = asked_by(parse_framework(self.sight.object(encoding), file="framework"))
            except RuleoutError:
                # Not to be seen, not kept, or of a form that is not read any more: findings then stand without their ground.
                self._asked_by[encoding] = {}
        return self._asked_by[encoding]

    def _proceeds(self, entry: LedgerEntry) -> bool:
        return self.archive.effect(entry, at=self.at).would_be == "proceed"

    def _evaluations_of(self, decision: LedgerEntry) -> tuple[dict[str, EvaluationShown], dict[str, str]]:
        """The measurements that a decision names, by the evidence's name, and why others are not told.

        The entries of its own case say which is which.
        """
        found: dict[str, EvaluationShown] = {}
        unseen: dict[str, str] = {}
        named = [ref.sha256 for ref in decision.content.refs if ref.media_type == MEASUREMENT]
        for entry in (entry for digest in named for entry in self._measured.get(digest, ())):
            subject = entry.content.subject
            if subject["case"] == decision.content.subject["case"]:
                one, name = self._evaluation(entry), str(subject["evidence"])
                if isinstance(one, EvaluationShown):
                    found[name] = one
                elif one:
                    unseen[name] = one
        return found, {name: why for name, why in unseen.items() if name not in found}

    @cached_property
    def _measured(self) -> dict[str, list[LedgerEntry]]:
        """The evidence entries that name each measurement."""
        found: dict[str, list[LedgerEntry]] = {}
        for entry in self.record.of_type(EntryType.EVIDENCE):
            for ref in entry.content.refs:
                if ref.media_type == MEASUREMENT:
                    found.setdefault(ref.sha256, []).append(entry)
        return found


def question_of(decision: LedgerEntry) -> str:
    """Return what decisions of the same question share as their name. Pure."""
    return decision.content.id.rpartition("/")[0]
