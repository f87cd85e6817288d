# SPDX-License-Identifier: Apache-2.0
"""What of a recorded document an audience does not see, and what the record publicly says of each hole (A-8)."""

from __future__ import annotations

from collections.abc import Mapping

from ruleout.accountability.reporting.publication import Hole
from ruleout.app.ledger import Record
from ruleout.ledger import LedgerEntry
from ruleout.ledger import holes as ledger_holes
from ruleout.ledger.audience import Audience
from ruleout.ledger.holes import explanations_in, seen_by


def holes_of(entry: LedgerEntry, record: Record, audience: Audience) -> Mapping[str, Hole]:
    """Return the holes that an audience meets in a document, by digest. Effect: reads disclosures and reasons.

    The record may be one as of an instant, from which later entries are gone.
    """
    explanations = explanations_in(record.entries, record.object)
    seen = seen_by(entry.content, record.disclosures(entry), explanations, audience)
    return {digest: _shown(explanations.hole(entry.content.id, digest, audience)) for digest in seen.absent}


def _shown(hole: ledger_holes.Hole) -> Hole:
    return Hole(
        digest=hole.digest,
        standing=hole.standing.value,
        redaction_class=hole.class_,
        justification=" ".join(hole.justification.split()),
        review_by="" if hole.review_by is None else hole.review_by.isoformat(),
        material="" if hole.material is None else "yes" if hole.material else "no",
    )
