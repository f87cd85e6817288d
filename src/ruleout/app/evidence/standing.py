# SPDX-License-Identifier: Apache-2.0
"""What a record says of a case's evidence before it is weighed: withdrawn, expired, under bars that moved (A-12, D-2).

It is written into the measurements that a decision rests on and is kept with them, so a decision replays from its bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from ruleout.app.evidence.bars import Asked, Cache, rulings_on
from ruleout.app.evidence.copies import Copies
from ruleout.app.evidence.last_days import LastDays
from ruleout.app.evidence.receipt import Kept, log_digest_in
from ruleout.app.evidence.withdrawal import Withdrawal, withdrawals_in
from ruleout.app.ledger import MEASUREMENT, SUMMARY
from ruleout.errors import VerificationFailed
from ruleout.evidence.ending import as_read, end
from ruleout.evidence.stored import measurement_from
from ruleout.evidence.summary import Summary, summary_from, summary_of
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.evidence import Comparison, Measurement, Ruling
from ruleout.model.expiry import has_ended


class Standing:
    """What ends evidence in a record: withdrawals in force, and the last days that measurements were given.

    What ends a log ends every copy of it. Everything is read as it is asked for, and summaries once.
    """

    def __init__(self, record: Kept, withdrawals: tuple[Withdrawal, ...]) -> None:
        self.withdrawals = withdrawals
        self.last_days = LastDays(record)
        self._record = record
        # Whoever received a log, by its digest; needed only where a withdrawal asks.
        self._producers = _producers(record) if any(w.selector.producer for w in withdrawals) else {}
        self._withdrawn = Copies(record, self._may_be_withdrawn, self._covering)
        self._dated: dict[date, Copies[date]] = {}

    def end_of(self, measurement: Measurement, *, on: date) -> str:
        """Why a measurement counts no more on a day, "" if it does. A withdrawal holds on every day.

        Effect: reads what the record received and has ended.
        """
        mine = summary_of(measurement)
        if why := self.withdrawal_of(mine, lambda: measurement):
            return why
        if has_ended(last := self.last_days.of(mine), on):
            return f"valid until {last} by its receipt, expired"
        return self.expiry_of_copy(mine, lambda: measurement, on=on)

    def withdrawal_of(self, mine: Summary, read: Callable[[], Measurement]) -> str:
        """Why a measurement, or a copy of it, was withdrawn; "" if none was. Effect: as `end_of`.

        Args:
            read: gives the measurement that `mine` is of, where it has to be looked into.
        """
        if why := self._covering(mine):
            return why
        return next((_copied(why, other) for other, why in self._withdrawn.of(mine, read)), "")

    def expiry_of_copy(self, mine: Summary, read: Callable[[], Measurement], *, on: date) -> str:
        """Why a copy of a measurement counts no more on a day; "" if none has expired. Args and effect: as before."""
        found = self._days_of_copies(mine, read, on=on)
        passed = ((other, last) for other, last in found if has_ended(last, on))
        return next((_copied(f"valid until {last} by its receipt, expired", other) for other, last in passed), "")

    def last_day_of(self, measurement: Measurement) -> date | None:
        """The last day on which a measurement counts by what it or a copy of it was received with, None if without end.

        Effect: as `end_of`.
        """
        mine = summary_of(measurement)
        copies = self._days_of_copies(mine, lambda: measurement, on=date.max)
        days = (self.last_days.of(mine), *(last for _, last in copies))
        return min((day for day in days if day is not None), default=None)

    def _days_of_copies(
        self, mine: Summary, read: Callable[[], Measurement], *, on: date
    ) -> Iterator[tuple[Summary, date]]:
        if on not in self._dated:
            asked = partial(self.last_days.may_have_passed, on=on)
            self._dated[on] = Copies(self._record, asked, self.last_days.of)
        return self._dated[on].of(mine, read)

    def _covering(self, evidence: Summary) -> str | None:
        received_from = self._producers.get(evidence.digest, frozenset())
        covering = (w.because for w in self.withdrawals if w.selector.covers(evidence, received_from))
        return next(covering, None)

    def _may_be_withdrawn(self, digest: str) -> bool:
        """By a log's digest alone; one that only a case named has to be looked at."""
        selectors = [withdrawal.selector for withdrawal in self.withdrawals]
        return any(not digest or not selector.digests or digest in selector.digests for selector in selectors)


def _copied(why: str, other: Summary) -> str:
    return f"{why}; a copy of the log {other.digest[:12]}"


def standing_in(record: Kept, *, also: tuple[Withdrawal, ...] = (), without: str = "") -> Standing:
    """Return what ends evidence in a record. Effect: reads reasons, and summaries where a producer is withdrawn.

    Args:
        also: withdrawals to take as if they were recorded; without: the id of one to take as if it were lifted.
    """
    recorded = (w for w in withdrawals_in(record.entries, record.object) if w.id != without)
    return Standing(record, (*recorded, *also))


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
        untold = (ruling for ruling in rulings.get(name, ()) if not _is_told(ruling, measurement))
        why = why or next((r.because for r in untold), "")
        if why:
            raise VerificationFailed("evidence", f"{name!r} was used as if it counted: {why}")


def _is_told(ruling: Ruling, measurement: Measurement) -> bool:
    """Whether a measurement tells of a ruling, or of a graver one; a mere note need not be told."""
    told = {one.at_least for one in measurement.rulings if one.indicator == ruling.indicator}
    return ruling.at_least is Comparison.CLEAR or bool(told & {ruling.at_least, Comparison.CROSSED})


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
