# SPDX-License-Identifier: Apache-2.0
"""What the log says of compromised keys, as far as permits lean on them: from where on a signature does not count (L-7, G-1).

A signature by a compromised key counts only on entries below the index `until`, which another key of the ring has signed:
the size of the log that a quorum of witnesses had cosigned before the stated instant. Without it nothing by the key counts.
The instants that entries state decide nothing, for whoever has the key can state any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruleout.errors import VerificationFailed
from ruleout.ledger.entry import EntryType, LedgerEntry
from ruleout.ledger.signing import Keyring, verify_authors
from ruleout.model.permit import SignedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Compromise:
    """From where on a key does not count: its signatures on entries of index `below` and larger are void; `by` says so."""

    below: int
    by: str


def compromises(entries: Iterable[LedgerEntry], keyring: Keyring) -> Mapping[str, Compromise]:
    """Return by key id what is said of compromised keys; of several statements about a key the strictest counts.

    Pure. A statement that nobody else's key has signed is believed in that the key is compromised, and in nothing more.

    Source: L-7.
    """
    return strictest(
        {key: Compromise(below=_below(entry, key, keyring), by=entry.content.id)}
        for entry in entries
        if entry.content.type is EntryType.KEY and "compromised_from" in entry.content.subject
        for key in _named(entry.content.subject.get("of"), entry.content.subject["vkey"])
    )


def strictest(told: Iterable[Mapping[str, Compromise]]) -> Mapping[str, Compromise]:
    """Return of all that is told of each key the strictest. Pure."""
    found: dict[str, Compromise] = {}
    for key, one in (item for some in told for item in some.items()):
        if key not in found or one.below < found[key].below:
            found[key] = one
    return found


def void_signatures(signed: Iterable[SignedBy], known: Mapping[str, Compromise]) -> Iterator[str]:
    """Yield what is to be said of each signature that does not count. Pure. Source: L-7."""
    for one in signed:
        told = known.get(one.key)
        if told is not None and one.index >= told.below:
            yield f"the key {one.key}, which signed {one.entry}, was compromised, by {told.by}"


def signatures_of(entry: LedgerEntry) -> tuple[SignedBy, ...]:
    """Return the signatures that stand on an entry. Pure."""
    return tuple(SignedBy(key=sig.key_id, entry=entry.content.id, index=entry.index) for sig in entry.content.sigs)


def _named(of: object, vkey: object) -> Iterator[str]:
    """The key that `of` names, else the one that the entry is about; an entry about a key and naming none is about it."""
    if isinstance(of, str) and of:
        yield of
        return
    yield from ("+".join(str(text).split("+", 2)[:2]) for text in (vkey if isinstance(vkey, tuple) else (vkey,)))


def _below(entry: LedgerEntry, key: str, keyring: Keyring) -> int:
    seen = entry.content.subject.get("until")
    if type(seen) is not int or not 0 <= seen <= entry.index or any(sig.key_id == key for sig in entry.content.sigs):
        return 0
    try:
        verify_authors(entry.content, keyring)
    except VerificationFailed:
        return 0
    return seen
