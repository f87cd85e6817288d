# SPDX-License-Identifier: Apache-2.0
"""The keys of a record and what became of each (L-7)."""

from __future__ import annotations

from dataclasses import dataclass

from ruleout.app.ledger import Record
from ruleout.ledger import Holder
from ruleout.ledger.key_life import key_life


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """A holder, the index of the entry that ended the key (None while it counts), and for a compromised key the index
    below which its signatures go on counting.
    """

    holder: Holder
    ended_by: int | None
    counts_below: int | None

    @property
    def words(self) -> str:
        """What became of it."""
        if self.ended_by is None:
            return "counts"
        if self.counts_below is None:
            return f"replaced by entry {self.ended_by}"
        return f"compromised: entry {self.ended_by}; what it signed counts below entry {self.counts_below}"


def key_states(record: Record) -> tuple[KeyState, ...]:
    """Return every key of the keyring with what became of it, in order of key id. Pure."""
    life = key_life(record.entries)
    return tuple(
        KeyState(holder=holder, ended_by=life.ended.get(key_id), counts_below=life.counts_below.get(key_id))
        for key_id, holder in sorted(record.keyring.items())
    )
