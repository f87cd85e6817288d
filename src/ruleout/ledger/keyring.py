# SPDX-License-Identifier: Apache-2.0
"""Holders of keys as one canonical list, so that the record can name by digest who was who (L-7).

Every `key` entry refers to the whole list as it stands from then on, under the name `keyring`. Whoever has the list can
check that no person or role was changed since; an entry itself names no person (L-1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ruleout.errors import VerificationFailed
from ruleout.ledger.note import parse_vkey
from ruleout.ledger.signing import Holder, Keyring
from ruleout.model.canonical import canonical, parse_canonical

#: Name of the reference by which a `key` entry names the list.
REF = "keyring"
MAX_KEYS = 1000
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


def keyring_value(holders: Iterable[Holder]) -> list[dict[str, Any]]:
    """Return the holders as a JSON list, ordered by key id. Pure."""
    return [
        {"vkey": str(holder.key), "person": holder.person, "roles": list(holder.roles), "from": holder.since}
        for holder in sorted(holders, key=lambda holder: holder.key.key_id)
    ]


def keyring_bytes(holders: Iterable[Holder]) -> bytes:
    """Return the canonical bytes of the list, which `key` entries name by digest. Pure."""
    return canonical(keyring_value(holders))


def keyring_from(data: bytes) -> Keyring:
    """Return the keyring of canonical bytes. Pure. Raises VerificationFailed if they are not a keyring."""
    return {holder.key.key_id: holder for holder in parse_holders(parse_canonical(data))}


def parse_holders(items: Any) -> tuple[Holder, ...]:
    """Return the holders of a parsed JSON list. Pure. Raises VerificationFailed (check "bundle", or "key")."""
    _require(type(items) is list and len(items) <= MAX_KEYS, f"a keyring of at most {MAX_KEYS} holders")
    holders = tuple(_parse_holder(item) for item in items)
    _require(len({holder.key.key_id for holder in holders}) == len(holders), "one holder per key id")
    return holders


def _parse_holder(item: Any) -> Holder:
    _require(type(item) is dict and item.keys() == {"vkey", "person", "roles", "from"}, "holders of four fields")
    texts = [item["vkey"], item["person"], item["from"]]
    _require(all(type(text) is str for text in texts), "vkey, person and from as strings")
    roles = item["roles"]
    _require(type(roles) is list and len(roles) <= MAX_KEYS and all(type(r) is str for r in roles), "roles as strings")
    _require(_INSTANT.fullmatch(item["from"]) is not None, "from as an instant in UTC")
    return Holder(key=parse_vkey(item["vkey"]), person=item["person"], roles=tuple(roles), since=item["from"])


def _require(holds: bool, expected: str) -> None:  # noqa: FBT001 - the condition itself, not a flag
    if not holds:
        raise VerificationFailed("bundle", f"expected {expected}, got something else", hint="Ask for it again.")
