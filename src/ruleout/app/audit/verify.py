# SPDX-License-Identifier: Apache-2.0
"""Holding segments against the log: what was changed, and what is not established (G-8)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruleout.app.audit.folder import read_segments
from ruleout.app.ledger import Record
from ruleout.ledger.batches import batches_in
from ruleout.serving.audit.findings import Finding, beside_batches, between_segments, unpaired


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at and found: segments, records in them, how many of those the log seals, findings."""

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
        LedgerError: a segment cannot be read.
        VerificationFailed: the log's own batches do not follow each other.
    """
    batches = {name: tuple(batch for _, batch in of) for name, of in batches_in(record.entries).items()}
    every = read_segments(folder)
    found: list[Finding] = []
    for name in sorted({*every, *batches}):
        found += beside_batches(every.get(name), batches.get(name, ()))
    found += between_segments(every, batches)
    found += unpaired(every.values())
    return Verified(
        segments=len(every),
        records=sum(len(seen.parsed.records) for seen in every.values()),
        sealed=sum(of[-1].last + 1 for name, of in batches.items() if name in every),
        findings=tuple(found),
    )
