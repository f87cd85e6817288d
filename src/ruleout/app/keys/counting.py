# SPDX-License-Identifier: Apache-2.0
"""Whose signature a record takes now: asked of every entry before it is written, because one that no reader takes spoils
the log for good (L-3, L-7).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ruleout.adapters.tile_store import LogView, get_object
from ruleout.errors import KeyUnavailable, VerificationFailed
from ruleout.ledger import DraftEntry, EntryType, Keyring, LedgerEntry
from ruleout.ledger.key_life import KeyLife, is_log_rotation, with_log_keys
from ruleout.ledger.keyring import REF, keyring_from
from ruleout.ledger.signing import verify_authors


@dataclass(slots=True, kw_only=True)
class Counting:
    """The keys that count behind a record's last entry, and behind what was drafted since."""

    view: LogView
    keyring: Keyring
    life: KeyLife

    def require(self, draft: DraftEntry) -> None:
        """Refuse an entry that its readers would refuse for its authors. Effect: reads the keyring that a `key` entry names.

        Raises:
            KeyUnavailable: a key has ended, is not in the keyring, does not count yet, or holds another role.
        """
        ended = [sig.key_id for sig in draft.sigs if sig.key_id in self.life.ended]
        if ended:
            raise KeyUnavailable(f"key {ended[0]} has ended", hint=_HINT)
        if draft.type is EntryType.KEY:
            self.keyring = _named(self.view.path, draft, self.keyring)
        entry = LedgerEntry(index=self.view.size, data=b"", content=draft)
        ring = with_log_keys(self.keyring, self.view.keys, (entry,)) if is_log_rotation(draft) else self.keyring
        try:
            verify_authors(draft, ring)
        except VerificationFailed as error:
            raise KeyUnavailable(f"no reader would take this entry: {error}", hint=_HINT) from error


_HINT = "Nothing was written. `ruleout key list` shows which keys count, from when, and in which roles."


def _named(path: Path, draft: DraftEntry, before: Keyring) -> Keyring:
    """The keyring as a `key` entry says it is from then on."""
    named = [ref.sha256 for ref in draft.refs if ref.name == REF]
    return keyring_from(get_object(path, named[-1])) if named else before
