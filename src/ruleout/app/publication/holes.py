# SPDX-License-Identifier: Apache-2.0
"""What of a recorded document an audience does not see, and what the record publicly says of each hole (A-8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ruleout.accountability.reporting.publication import Hole
from ruleout.app.ledger import Record
from ruleout.ledger import LedgerEntry
from ruleout.ledger import holes as ledger_holes
from ruleout.ledger.audience import Audience, readers_of
from ruleout.ledger.disclosure import parse_disclosure
from ruleout.ledger.holes import Explanations, explanations_in, seen_by


def holes_of(entry: LedgerEntry, record: Record, audience: Audience) -> Mapping[str, Hole]:
    """Return the holes that an audience meets in a document, by digest. Effect: reads disclosures and reasons.

    The record may be one as of an instant, from which later entries are gone.
    """
    explanations = explanations_in(record.entries, record.object)
    seen = seen_by(entry.content, record.disclosures(entry), explanations, audience)
    return {digest: _shown(explanations.hole(entry.content.id, digest, audience)) for digest in seen.absent}


def reasons_for(record: Record, audience: Audience) -> Mapping[str, Hole]:
    """Return what the record says of everything that redactions in force hide from an audience, by digest.

    Effect: reads reasons. A document may hold holes of other entries, and a reason may come later than the document.
    """
    explanations = explanations_in(record.entries, record.object)
    found = [
        (one.entry, digest) for one in explanations.redactions if audience in one.audiences for digest in one.digests
    ]
    return {digest: _shown(explanations.hole(entry, digest, audience)) for entry, digest in found}


def hole_in(
    entry: LedgerEntry,
    name: str,
    record: Record,
    explanations: Explanations,
    audiences: Collection[Audience],
    *,
    by_default: bool,
) -> Hole | None:
    """Return the hole that readers of a document meet in place of what an entry discloses under a name.

    Effect: reads disclosures. What one of the audiences may not read is hidden from all: the document is one.

    Args:
        explanations: what the record says of what is hidden.
        audiences: for whom the document is made.
        by_default: whether what no redaction hides, and the kind of the entry keeps from an audience, is hidden too.

    Returns:
        None where all of them may read it.

    Source: A-8.
    """
    digest = _digest_of(entry, name, record)
    kept_from = [one for one in Audience if by_default and one not in readers_of(entry.content)]
    # An object is hidden behind every entry that names it.
    named_by = (entry.content.id, *(one.entry for one in explanations.redactions if digest in one.digests))
    told = [
        explanations.hole(about, digest, one)
        for one in Audience
        for about in named_by
        if one in audiences and (one in kept_from or explanations.redaction(about, digest, one) is not None)
    ]
    return next((_shown(one) for one in sorted(told, key=lambda hole: not hole.by)), None)


def place_in_words(location: str) -> str:
    """Return where a redaction stands, for readers: the pattern that takes everything is said as that. Pure."""
    return "everything" if "*" in location.split(", ") else location


def _digest_of(entry: LedgerEntry, name: str, record: Record) -> str:
    """Of the disclosure of that name, or, of an older act, of the object that it names so."""
    for digest, text in record.disclosures(entry).items():
        if digest in entry.content.salted and parse_disclosure(text).name == name:
            return digest
    return next((ref.sha256 for ref in entry.content.refs if ref.name == name), "")


def _shown(hole: ledger_holes.Hole) -> Hole:
    return Hole(
        digest=hole.digest,
        standing=hole.standing.value,
        redaction_class=hole.class_,
        justification=" ".join(hole.justification.split()),
        review_by="" if hole.review_by is None else hole.review_by.isoformat(),
        material="" if hole.material is None else "yes" if hole.material else "no",
    )
