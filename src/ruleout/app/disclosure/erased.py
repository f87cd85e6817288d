# SPDX-License-Identifier: Apache-2.0
"""Take away what entries say is removed: the second half of an erasure, and what an opening does after a crash (L-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ruleout.adapters.disclosure_store import get_disclosures, remove_disclosures, remove_leftovers
from ruleout.ledger import LedgerEntry
from ruleout.ledger.disclosure import named_in, parse_disclosure
from ruleout.ledger.redaction import erased_digests


def finish_erasures(ledger: Path, entries: Iterable[LedgerEntry]) -> int:
    """Remove every value that an entry says is removed, with its salt and all below; return how many there were.

    Effect: writes the files of disclosures that still hold something; durable on return. To do it again does nothing.
    """
    kept = tuple(entries)
    by_id = {entry.content.id: entry for entry in kept} if (named := erased_digests(kept)) else {}
    return sum(_remove(ledger, by_id[about], digests) for about, digests in named.items() if about in by_id)


def _remove(ledger: Path, entry: LedgerEntry, digests: frozenset[str]) -> int:
    texts = get_disclosures(ledger, entry.content.id)
    # What nothing that stays names any more goes as well: it was below what is gone.
    stays = frozenset(_reached(entry.content.salted, {d: t for d, t in texts.items() if d not in digests}))
    removed = remove_disclosures(ledger, entry.content.id, texts.keys() - stays)
    remove_leftovers(ledger, entry.content.id)
    return removed


def _reached(digests: Iterable[str], texts: Mapping[str, str]) -> Iterator[str]:
    for digest in digests:
        if digest in texts:
            yield digest
            yield from _reached(named_in(parse_disclosure(texts[digest])), texts)
