# SPDX-License-Identifier: Apache-2.0
"""Decide again what a record has decided, as its evidence counts by now: with what is in the record alone (D-12, A-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ruleout.app.accountability.request_register import grants_in
from ruleout.app.approvals import approvals_in, case_as_signed
from ruleout.app.evidence.bars import Asked
from ruleout.app.evidence.standing import Standing, measurements_under
from ruleout.app.ledger import Record
from ruleout.app.sources import with_digests
from ruleout.engine.decide import decide
from ruleout.errors import NotFound, RuleoutError
from ruleout.evidence.stored import measurement_from
from ruleout.framework import parse_case, parse_framework
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.case import Case
from ruleout.model.decision import Decision
from ruleout.model.evidence import Measurement
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity
from ruleout.model.request import ExceptionGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision of the record, with everything it rested on as read from the record."""

    entry: LedgerEntry
    framework: Framework
    case: Case
    activity: Activity
    measurements: Mapping[str, Measurement]

    @property
    def name(self) -> str:
        """What decisions and approvals of this question share."""
        return self.entry.content.id.rpartition("/")[0]

    @property
    def outcome(self) -> str:
        """The outcome that was recorded."""
        return str(self.entry.content.subject["outcome"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a decision said, and what it would say on other terms; "unknown" and why where it cannot be decided again."""

    decision: str
    decided: str
    was: str
    would_be: str
    why: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether the outcome differs."""
        return self.was != self.would_be


@dataclass(slots=True)
class Archive:
    """A record's decisions, read once each, and what is taken to end evidence: the record's, or what it would be."""

    record: Record
    standing: Standing
    _frameworks: dict[str, Framework] = field(default_factory=dict)
    _cases: dict[str, Case] = field(default_factory=dict)
    _granted: tuple[ExceptionGrant, ...] | None = None

    def decisions(self) -> tuple[LedgerEntry, ...]:
        """Every decision entry, in order."""
        return self.record.of_type(EntryType.DECISION)

    def latest(self) -> tuple[LedgerEntry, ...]:
        """The last decision of each question, in order."""
        last = {e.content.id.rpartition("/")[0]: e for e in self.decisions()}
        return tuple(sorted(last.values(), key=lambda e: e.index))

    def read(self, entry: LedgerEntry) -> Decided:
        """Return what a decision rested on. Effect: reads the objects.

        Raises:
            RuleoutError: an object is missing, or cannot be read any more.
        """
        refs = {ref.name: ref.sha256 for ref in entry.content.refs}
        if not {"framework", "case"} <= refs.keys():
            raise NotFound(f"{entry.content.id} names no framework or no case")
        case = self._case(refs["case"])
        measured = {
            item.id: measurement_from(self.record.object(refs[f"measurement-{index}"]))
            for index, item in enumerate(case.evidence)
            if f"measurement-{index}" in refs
        }
        return Decided(
            entry=entry,
            framework=self._framework(refs["framework"]),
            case=with_digests(case, measured),
            activity=_activity(entry),
            measurements=measured,
        )

    def _framework(self, digest: str) -> Framework:
        if digest not in self._frameworks:
            self._frameworks[digest] = parse_framework(self.record.object(digest), file="the framework of the record")
        return self._frameworks[digest]

    def _case(self, digest: str) -> Case:
        if digest not in self._cases:
            self._cases[digest] = parse_case(self.record.object(digest), file="the case of the record")
        return self._cases[digest]

    def decide(self, decided: Decided, *, at: datetime) -> Decision:
        """Return the decision as of an instant, under what the record says now, with its approvals by now.

        Effect: reads what entries name.
        """
        asked = Asked(framework=decided.framework, case=decided.case, at=at)
        return decide(
            decided.framework,
            case_as_signed(decided.case, self.record.entries),
            activity=decided.activity,
            at=at,
            measurements=measurements_under(asked, decided.measurements, self.record, self.standing),
            approvals=approvals_in(self.record.entries, self.record.keyring, decision=decided.name),
            exceptions=self._grants() if decided.case.exceptions else (),
        )

    def _grants(self) -> tuple[ExceptionGrant, ...]:
        if self._granted is None:
            self._granted = grants_in(self.record, self.record.keyring)
        return self._granted

    def effect(self, entry: LedgerEntry, *, at: datetime) -> Effect:
        """Return what a recorded decision said and what it would say as of an instant. Effect: reads objects."""
        content = entry.content
        was, when = str(content.subject["outcome"]), str(content.subject.get("at", content.ts))
        try:
            now = self.decide(self.read(entry), at=at).outcome.value
        except RuleoutError as error:
            return Effect(decision=content.id, decided=when, was=was, would_be="unknown", why=str(error))
        return Effect(decision=content.id, decided=when, was=was, would_be=now)


def _activity(entry: LedgerEntry) -> Activity:
    try:
        return Activity(entry.content.subject["activity"])
    except ValueError as error:
        raise NotFound(f"the decision names no activity we know: {error}") from error
