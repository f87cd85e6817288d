# SPDX-License-Identifier: Apache-2.0
"""What evidence ends soon or has ended, whose it is, and which gates that closes (A-12).

Evidence ends on the last day that its receipt or a case gives it, and by growing older than an indicator lets it. What
ends is shown for the last decision of each question; of what no decision rests on, only what has a last day of its own and
no newer run of the same task and model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ruleout.app.evidence.again import Archive, Decided, Effect
from ruleout.app.evidence.receipt import Receipt, identity_of, receipts_of
from ruleout.app.evidence.standing import Standing, standing_in
from ruleout.app.ledger import Record
from ruleout.engine.permitting.last_days import evidence_last_days
from ruleout.errors import RuleoutError
from ruleout.model.expiry import ends_by, first_instant_after, has_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One piece of evidence that ends.

    Attributes:
        evidence: its name in the case, or its task where no case names it.
        digest: of the log or the published figure.
        owner: who keeps it current, "" if nobody is named.
        last_day: the last day on which it counts.
        why: what ends it.
        has_expired: the last day has passed at the instant asked about.
        effects: each gate it bears on: its outcome at the instant asked about, and on the first day without it.
    """

    evidence: str
    digest: str
    owner: str
    last_day: date
    why: str
    has_expired: bool
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What ends, by last day, then owner; and decisions that cannot be read, with the reason: of these nothing is known."""

    due: tuple[Due, ...]
    unread: tuple[tuple[str, str], ...]

    @property
    def is_fine(self) -> bool:
        """Whether nothing has expired, as far as everything could be read."""
        return not self.unread and not any(one.has_expired for one in self.due)


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    """A last day with what ends on it."""

    evidence: str
    digest: str
    owner: str
    last_day: date
    why: str


def due_in(record: Record, *, at: datetime, within: timedelta) -> Outlook:
    """Return what has ended by an instant or ends within a span after it.

    Effect: reads the record's objects and decides the last decision of each question again.

    Args:
        at: aware UTC instant from which to look.
        within: how far ahead to look.

    Source: A-12.
    """
    receipts = receipts_of(record)
    standing = standing_in(record)
    archive = Archive(record, standing)
    withdrawn = {
        r.identity for r in receipts if any(w.selector.covers(r.summary, r.producers) for w in standing.withdrawals)
    }
    until = (at + within).date()
    ends: dict[_End, list[Decided]] = {}
    used = set()
    decisions, unread = _latest(archive)
    for decided in decisions:
        used |= {identity_of(m) for m in decided.measurements.values()}
        for end in _ends_of(decided, receipts, standing):
            if ends_by(end.last_day, until) and not _is_withdrawn(end, withdrawn):
                ends.setdefault(end, []).append(decided)
    for end in _ends_unused(receipts, used | withdrawn):
        if ends_by(end.last_day, until):
            ends.setdefault(end, [])
    found = (_due(end, on, archive, at=at) for end, on in ends.items())
    return Outlook(due=tuple(sorted(found, key=lambda d: (d.last_day, d.owner, d.evidence))), unread=tuple(unread))


def _latest(archive: Archive) -> tuple[list[Decided], list[tuple[str, str]]]:
    """The last decision of each question; and those that cannot be read, with the reason."""
    decisions: list[Decided] = []
    unread: list[tuple[str, str]] = []
    for entry in archive.latest():
        try:
            decisions.append(archive.read(entry))
        except RuleoutError as error:
            unread.append((entry.content.id, str(error)))
    return decisions, unread


def _ends_of(decided: Decided, receipts: Iterable[Receipt], standing: Standing) -> Iterator[_End]:
    by_identity = {receipt.identity: receipt for receipt in receipts}
    for item in decided.case.evidence:
        measurement = decided.measurements.get(item.id)
        receipt = None if measurement is None else by_identity.get(identity_of(measurement))
        owner = item.owner or (receipt.owner if receipt else "")
        until = None if measurement is None else standing.last_day_of(measurement)
        for last_day, why in evidence_last_days(item, decided.framework, measurement, received_until=until):
            yield _End(evidence=item.id, digest=item.digest, owner=owner, last_day=last_day, why=why)


def _ends_unused(receipts: tuple[Receipt, ...], used: set[tuple[str, str, str]]) -> Iterator[_End]:
    """Evidence that no decision rests on by now, and that no newer run of its task and model stands in for."""
    newest = {
        (r.summary.task, r.summary.model): r for r in sorted(receipts, key=lambda r: (r.summary.evaluated, r.received))
    }
    for r in receipts:
        if r.valid_until is None or r.identity in used or newest[r.summary.task, r.summary.model] is not r:
            continue
        why = "valid until, by its receipt"
        yield _End(evidence=r.summary.task, digest=r.summary.digest, owner=r.owner, last_day=r.valid_until, why=why)


def _is_withdrawn(end: _End, withdrawn: set[tuple[str, str, str]]) -> bool:
    return any(end.digest == digest for digest, _, _ in withdrawn)


def _due(end: _End, on: list[Decided], archive: Archive, *, at: datetime) -> Due:
    has_expired = has_ended(end.last_day, at)
    return Due(
        evidence=end.evidence,
        digest=end.digest,
        owner=end.owner,
        last_day=end.last_day,
        why=end.why,
        has_expired=has_expired,
        effects=tuple(_effect(decided, end, archive, at=at, has_expired=has_expired) for decided in on),
    )


def _effect(decided: Decided, end: _End, archive: Archive, *, at: datetime, has_expired: bool) -> Effect:
    """What was recorded and what is now where it has expired; else what is now and what will be without it."""
    first_day_without = first_instant_after(end.last_day)
    now = archive.decide(decided, at=at).outcome.value
    then = now if has_expired else archive.decide(decided, at=max(at, first_day_without)).outcome.value
    return Effect(
        decision=decided.entry.content.id,
        decided=str(decided.entry.content.subject.get("at", decided.entry.content.ts)),
        was=decided.outcome if has_expired else now,
        would_be=then,
    )
