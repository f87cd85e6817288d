# SPDX-License-Identifier: Apache-2.0
"""What an account says of decisions and documents that rest on evidence which has ended since (E-3, A-8).

They stand as they were; a word beside them says what became of their evidence. Why it ended is not told here: that may be redacted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from ruleout.app.evidence.listing import ended_evidence
from ruleout.app.ledger import Record
from ruleout.ledger import LedgerEntry


def ended_in(record: Record, at: datetime) -> Mapping[str, str]:
    """Return what became of evidence (withdrawn, expired, unusable), by its entries and by the decisions that rest on it.

    Effect: reads summaries. `at` is an aware instant.
    """
    every = ended_evidence(record, at)
    return {name: one.standing for one, entries in every for name in (*entries, *one.receipt.decisions)}


def ended_since(document: LedgerEntry, named: Iterable[str], record: Record, ended: Mapping[str, str]) -> str:
    """Return in words which entries that a document names rest on evidence that has ended since; "" for none.

    Effect: reads summaries.

    Args:
        named: ids of the entries that the document rests on.
        ended: what `ended_in` says now.
    """
    odd = sorted(set(named) & ended.keys())
    if not odd:
        return ""
    then = datetime.fromisoformat(str(document.content.subject.get("at", document.content.ts)))
    before = replace(record, entries=tuple(one for one in record.entries if one.index < document.index))
    known = ended_in(before, then)
    places = {one.content.id: one.index for one in record.entries}
    since = sorted((places[name], ended[name]) for name in odd if name not in known)
    told = ", ".join(f"entry {place} ({word})" for place, word in since)
    return f"Evidence that it rests on has ended since: {told}." if told else ""
