# SPDX-License-Identifier: Apache-2.0
"""Holding segments against the log: what was changed, and what is not established (G-8)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruleout.app.audit.folder import look_at_all
from ruleout.app.ledger import Record
from ruleout.ledger.batches import batches_in
from ruleout.serving.audit import Wrong
from ruleout.serving.audit.findings import Finding, beside_batches, between_segments, unpaired, unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at and found: segments that were read, records in them, how many of those the log seals, findings."""

    segments: int
    records: int
    sealed: int
    findings: tuple[Finding, ...]

    @property
    def is_changed(self) -> bool:
        """Whether the record is not what it was."""
        return any(one.is_change for one in self.findings)


def verify_folder(folder: Path, record: Record) -> Verified:
    """Return what a folder's segments and the log say of each other. Effect: reads every segment.

    Raises:
        VerificationFailed: the log's own batches do not follow each other.
    """
    batches = {name: tuple(batch for _, batch in of) for name, of in batches_in(record.entries).items()}
    whole = look_at_all(folder)
    found = list(unread(whole.values()))
    every = {name: seen for name, seen in whole.items() if seen.unread is None}
    # What is there and cannot be read may be as it was; in the place of what is no file, the log's segment is missing.
    hidden = {name for name, seen in whole.items() if seen.unread and seen.unread.wrong is Wrong.UNREADABLE}
    for name in sorted({*every, *batches} - hidden):
        found += beside_batches(every.get(name), batches.get(name, ()))
    found += between_segments(every, {*batches, *hidden})
    found += unpaired(every.values())
    return Verified(
        segments=len(every),
        records=sum(len(seen.parsed.records) for seen in every.values()),
        sealed=sum(of[-1].last + 1 for name, of in batches.items() if name in every),
        findings=tuple(found),
    )
