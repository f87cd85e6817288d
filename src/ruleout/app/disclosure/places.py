# SPDX-License-Identifier: Apache-2.0
"""Where the values of an entry stand: paths such as `sections.2.text`, and the digests behind them (L-4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruleout.app.ledger import Record
from ruleout.errors import NotFound
from ruleout.ledger import LedgerEntry
from ruleout.ledger.disclosure import named_in, parse_disclosure

EVERYTHING = "*"
_MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class _Place:
    """One value: its digest, the digests of decoys beside it, and every digest below it."""

    digest: str
    decoys: tuple[str, ...]
    below: tuple[str, ...]


def named_places(entry: LedgerEntry, record: Record) -> tuple[str, ...]:
    """Return the paths of an entry's values that are still kept, at most forty. Effect: reads disclosures."""
    return tuple(_places(entry, record))[:_MOST_SHOWN]


def place_digests(entry: LedgerEntry, record: Record, paths: Iterable[str]) -> frozenset[str]:
    """Return the digests of values and of the decoys beside them; `*` for all that the entry names itself.

    Effect: reads disclosures.

    Raises:
        NotFound: nothing stands at a path; the message lists what does.
    """
    found: set[str] = set()
    for path, place in _chosen(entry, record, paths):
        found |= set(entry.content.salted) if path == EVERYTHING else {place.digest, *place.decoys}
    return frozenset(found)


def digests_below(entry: LedgerEntry, record: Record, paths: Iterable[str]) -> frozenset[str]:
    """Return the digests of everything within the values at these paths. Effect: reads disclosures."""
    return frozenset(digest for _, place in _chosen(entry, record, paths) for digest in place.below)


def _chosen(entry: LedgerEntry, record: Record, paths: Iterable[str]) -> Iterator[tuple[str, _Place]]:
    places = _places(entry, record)
    for path in paths:
        if path == EVERYTHING and places:
            yield from ((EVERYTHING, place) for name, place in places.items() if "." not in name)
        elif path in places:
            yield path, places[path]
        else:
            known = ", ".join(list(places)[:_MOST_SHOWN]) or "nothing"
            hint = (
                "Name one of these, or * for all."
                if places
                else "What it disclosed was erased, or it never disclosed any."
            )
            raise NotFound(f"nothing stands at {path[:80]!r} in {entry.content.id}; it has: {known}", hint=hint)


def _places(entry: LedgerEntry, record: Record) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    _look(entry.content.salted, record.disclosures(entry), "", found)
    return found


def _look(digests: Iterable[str], kept: Mapping[str, str], path: str, found: dict[str, _Place]) -> tuple[str, ...]:
    """Add the places of one object or array; return every digest that it names or holds."""
    named = tuple(digests)
    parsed = {digest: parse_disclosure(kept[digest]) for digest in named if digest in kept}
    decoys = tuple(digest for digest, disclosure in parsed.items() if disclosure.is_decoy)
    every = list(named)
    for nth, digest in enumerate(named):
        if digest not in parsed or parsed[digest].is_decoy:
            continue
        name = parsed[digest].name or str(nth)
        place = f"{path}.{name}" if path else name
        below = _look(named_in(parsed[digest]), kept, place, found)
        found[place] = _Place(digest, decoys, below)
        every += below
    return tuple(every)
