# SPDX-License-Identifier: Apache-2.0
"""The last day on which each measurement of a record counts: as it was received with, or as the last signed renewal says (A-12).

A log may hold several measurements. A word on one of them is none on the others.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ruleout.app.evidence.receipt import Kept, end_in, identity_of, last_day_by, log_digest_in, summary_named
from ruleout.evidence.summary import Summary
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.key_life import key_life
from ruleout.model.evidence import Measurement
from ruleout.model.expiry import has_ended


class LastDays:
    """What the entries of a record say of last days; summaries are read only of logs that are asked about."""

    def __init__(self, record: Kept) -> None:
        self._record = record
        self._life = key_life(record.entries)
        self._said: dict[str, list[LedgerEntry]] = defaultdict(list)
        for entry in record.entries:
            if entry.content.type is EntryType.EVIDENCE and log_digest_in(entry) and end_in(entry) is not None:
                self._said[log_digest_in(entry)].append(entry)

    def __bool__(self) -> bool:
        """Whether any log was given one."""
        return bool(self._said)

    def of(self, evidence: Measurement | Summary) -> date | None:
        """Return the last day of a measurement, None if it was given none. Effect: reads summaries of its log."""
        last = None
        for entry in self._said.get(evidence.digest, ()):
            summary = summary_named(entry, self._record)
            if summary is not None and identity_of(summary) == identity_of(evidence):
                last = last_day_by(entry, last, self._life)
        return last

    def may_have_passed(self, digest: str, on: date) -> bool:
        """Whether any measurement of a log may have ended before a day, without reading anything."""
        return any(has_ended(end_in(entry), on) for entry in self._said.get(digest, ()))
