# SPDX-License-Identifier: Apache-2.0
"""Other bytes of a run that the record holds: a log repacked, edited, or written in another format (A-12, E-2).

What ends a log ends the run that it tells of. A withdrawal by digest, or a last day, that held for one archive alone
would be undone by packing the same members again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ruleout.app.evidence.receipt import Kept, log_digest_in
from ruleout.app.ledger import MEASUREMENT, SUMMARY
from ruleout.evidence.overlap import is_one_run, prints_of
from ruleout.evidence.stored import measurement_from
from ruleout.evidence.summary import Summary, summary_from, summary_of
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.model.evidence import Measurement

#: Whether a log may be of interest, by its digest, before anything is read.
Asked = Callable[[str], bool]


class Copies:
    """The measurements that a record received, to be looked into only where one of them has ended."""

    def __init__(self, record: Kept) -> None:
        self._record = record

    def of(self, measurement: Measurement, asked: Asked) -> Iterator[Summary]:
        """Yield each other log of the record that tells of the same run, in order of receipt.

        Effect: reads the summaries of the logs that are asked for, and the measurements of those of the same model.
        """
        mine = summary_of(measurement)
        for entry in self._record.entries:
            digest = log_digest_in(entry) if entry.content.type is EntryType.EVIDENCE else ""
            if not digest or digest == measurement.digest or not asked(digest):
                continue
            summary = self._summary(entry)
            if summary is not None and summary.model == mine.model and self._is_one_run(measurement, entry):
                yield summary

    def _summary(self, entry: LedgerEntry) -> Summary | None:
        kept = [ref.sha256 for ref in entry.content.refs if ref.media_type == SUMMARY]
        return summary_from(self._record.object(kept[0])) if kept else None

    def _is_one_run(self, measurement: Measurement, entry: LedgerEntry) -> bool:
        kept = (ref.sha256 for ref in entry.content.refs if ref.media_type == MEASUREMENT)
        others = (measurement_from(self._record.object(sha256)) for sha256 in kept)
        return any(is_one_run(prints_of(measurement), prints_of(other)) for other in others)
