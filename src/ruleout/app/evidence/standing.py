# SPDX-License-Identifier: Apache-2.0
"""What a record says of a case's evidence before it is weighed: withdrawn, expired, under bars that moved (A-12, D-2).

It is written into the measurements that a decision rests on and is kept with them, so a decision replays from its bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ruleout.app.evidence.bars import Asked, Cache, rulings_on
from ruleout.app.evidence.copies import Copies
from ruleout.app.evidence.receipt import Kept, end_in, log_digest_in
from ruleout.app.evidence.withdrawal import Withdrawal, withdrawals_in
from ruleout.app.ledger import MEASUREMENT, SUMMARY
from ruleout.errors import VerificationFailed
from ruleout.evidence.ending import as_read, end
from ruleout.evidence.stored import measurement_from
from ruleout.evidence.summary import Summary, summary_from, summary_of
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.evidence import Comparison, Measurement
from ruleout.model.expiry import has_ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What ends evidence in a record: withdrawals in force, and the last valid day of logs that were given one.

    `producers` maps a log's digest to who received it; filled only where a withdrawal asks for a producer. `copies` finds
    other bytes of the same run.
    """

    withdrawals: tuple[Withdrawal, ...]
    valid_until: Mapping[str, date]
    producers: Mapping[str, frozenset[str]]
    copies: Copies

    def end_of(self, measurement: Measurement, *, on: date) -> str:
        """Why a measurement counts no more on a day, "" if it does. A withdrawal holds on every day.

        What ends a log ends every copy of it. Effect: reads what the record received and has ended.
        """
        if why := self._end_of_log(measurement, on=on):
            return why
        for other in self.copies.of(measurement, lambda digest: self._may_have_ended(digest, on=on)):
            if why := self._end_of_log(other, on=on):
                return f"{why}; a copy of the log {other.digest[:12]}"
        return ""

    def _end_of_log(self, evidence: Measurement | Summary, *, on: date) -> str:
        received_from = self.producers.get(evidence.digest, frozenset())
        for withdrawal in self.withdrawals:
            if withdrawal.selector.covers(evidence, received_from):
                return withdrawal.because
        return f"valid until {last} by its receipt, expired" if (last := self._past_day(evidence.digest, on)) else ""

    def _past_day(self, digest: str, on: date) -> date | None:
        last = self.valid_until.get(digest)
        return last if has_ended(last, on) else None

    def _may_have_ended(self, digest: str, *, on: date) -> bool:
        """Whether a log may have ended, by its digest alone: else nothing of it needs to be read."""
        selectors = [withdrawal.selector for withdrawal in self.withdrawals]
        named = any(not selector.digests or digest in selector.digests for selector in selectors)
        return named or self._past_day(digest, on) is not None


def standing_in(record: Kept, *, also: tuple[Withdrawal, ...] = (), without: str = "") -> Standing:
    """Return what ends evidence in a record. Effect: reads reasons, and summaries where a producer is withdrawn.

    Args:
        also: withdrawals to take as if they were recorded; without: the id of one to take as if it were lifted.
    """
    recorded = (w for w in withdrawals_in(record.entries, record.object) if w.id != without)
    withdrawals = (*recorded, *also)
    asks = any(w.selector.producer for w in withdrawals)
    return Standing(
        withdrawals=withdrawals,
        valid_until=_last_days(record.entries),
        producers=_producers(record) if asks else {},
        copies=Copies(record),
    )


def _last_days(entries: Iterable[LedgerEntry]) -> dict[str, date]:
    """The last valid day of each log: as it was received with, or as the last signed renewal says."""
    found: dict[str, date] = {}
    for entry in entries:
        digest = log_digest_in(entry) if entry.content.type is EntryType.EVIDENCE else ""
        day = end_in(entry) if digest else None
        if day is not None and (digest not in found or entry.content.sigs):
            found[digest] = day
    return found


def _producers(record: Kept) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entry in record.entries:
        if entry.content.type is EntryType.EVIDENCE:
            digest = log_digest_in(entry) or _named_log(entry, record)
            found[digest] = found.get(digest, frozenset()) | {entry.content.producer}
    return found


def _named_log(entry: LedgerEntry, record: Kept) -> str:
    """The digest of the log behind an entry that names evidence as a case does."""
    for ref in entry.content.refs:
        if ref.media_type == SUMMARY:
            return summary_from(record.object(ref.sha256)).digest
        if ref.media_type == MEASUREMENT:
            return summary_of(measurement_from(record.object(ref.sha256))).digest
    return ""


def require_as_recorded(
    asked: Asked, measurements: Mapping[str, Measurement], *, before: Kept, earlier: Kept, cache: Cache
) -> None:
    """Refuse measurements that a decision used as if the record had said nothing of them.

    Effect: reads what the record's entries name; `cache` is used and filled.

    Args:
        before: the record up to the decision's entry; earlier: without what has the decision's own instant, for that may
            have been recorded together with it.

    Raises:
        VerificationFailed: check "evidence"; a withdrawal, a last day or a bar that moved was left out.

    Source: A-12, D-12.
    """
    standing = standing_in(before)
    rulings = rulings_on(asked, {name: as_read(m) for name, m in measurements.items()}, earlier, cache)
    for name, measurement in measurements.items():
        why = "" if measurement.ended else standing.end_of(measurement, on=asked.at.date())
        told = {r.indicator for r in measurement.rulings if r.at_least is not Comparison.CLEAR}
        untold = (r for r in rulings.get(name, ()) if r.at_least is not Comparison.CLEAR and r.indicator not in told)
        why = why or next((r.because for r in untold), "")
        if why:
            raise VerificationFailed("evidence", f"{name!r} was used as if it counted: {why}")


def measurements_under(
    asked: Asked, measurements: Mapping[str, Measurement], record: Kept, standing: Standing
) -> Mapping[str, Measurement]:
    """Return a case's measurements as the record has them count at the instant of the question.

    Effect: reads what the record's entries name. The same measurements under the same record give the same again.
    """
    if not measurements:
        return measurements
    read = {name: as_read(m) for name, m in measurements.items()}
    rulings = rulings_on(asked, read, record)
    return {
        name: end(replace(m, rulings=rulings.get(name, ())), standing.end_of(m, on=asked.at.date()))
        for name, m in read.items()
    }
