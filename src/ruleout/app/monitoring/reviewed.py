# SPDX-License-Identifier: Apache-2.0
"""Filing reviews: held against the audit record and what was filed before, then written once and for good (G-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ruleout.adapters.monitoring.filings import filing_alone, keep_filing, read_filings
from ruleout.app.audit.query import Faults, hooks_on
from ruleout.errors import BadInput, NotFound
from ruleout.model.plain import instant_text
from ruleout.serving.monitoring.filings import Totals, filing_bytes, parse_filing
from ruleout.serving.monitoring.reviewed import Recorded, Review, Stated, new_reviews, read_reviewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What one filing did: how many reviews are new, how many were filed before, and the sums by hook and finding."""

    new: int
    before: int
    totals: Totals


def file_reviews(data: bytes, *, file: str, counters: Path, audit: Path, at: datetime) -> Filed:
    """File the reviews of a file; a watch counts them from its next look on.

    Effect: reads the audit record and what was filed before; writes one file, durably, or nothing.

    Args:
        counters: the folder into which the gateway's workers count.
        audit: the gateway's folder of audit segments.

    Raises:
        BadInput: with every problem of the file; nothing is filed.
        NotFound: there is no audit folder.
        RuleoutError: a filing is damaged, a segment cannot be read, or the disk failed.
    """
    stated = read_reviewed(data, file=file)
    if not audit.is_dir():
        raise NotFound(
            f"{audit}: expected a folder of audit segments, got none", hint="Name the gateway's with --audit."
        )
    recorded, faults = hooks_on(audit, stated.requests)
    with filing_alone(counters):
        filings = read_filings(counters)
        before = {one.counts_for: one for filing in filings for one in filing.reviews}
        new = _new(stated, recorded, before, faults)
        head = filings[-1].head if filings else None
        if new:
            made = filing_bytes(head, new, at=instant_text(at))
            keep_filing(counters, len(filings) + 1, made)
            filing = parse_filing(made)
            head = filing.head if filing else head
    return Filed(new=len(new), before=len(stated.reviews) - len(new), totals=head.totals if head else {})


def _new(
    stated: Stated, recorded: Recorded, before: dict[tuple[str, str], Review], faults: Faults
) -> tuple[Review, ...]:
    try:
        return new_reviews(stated, recorded, before)
    except BadInput as error:
        if not faults:
            raise
        names = ", ".join(name for name, _ in faults)
        raise BadInput(error.problems, hint=f"Segments that cannot be read to their end: {names}.") from error
