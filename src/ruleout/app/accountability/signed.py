# SPDX-License-Identifier: Apache-2.0
"""What every signed act of a register needs: a key that the keyring knows, and a reason where one is owed."""

from __future__ import annotations

from ruleout.app.ledger import Record
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import Signer, verifier_key
from ruleout.ledger.signing import Holder

MOST_REASON = 2000


def holder_of(record: Record, signer: Signer) -> Holder:
    """Return who holds a key, as the record's keyring says. Raises KeyUnavailable if it says nothing."""
    holder = record.keyring.get(verifier_key(signer.name, signer.public_key).key_id)
    if holder is None:
        hint = f"Add it with `ruleout key new {signer.name} --role ROLE --person PERSON`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    return holder


def stated_reason(reason: str, *, option: str = "--reason") -> str:
    """Return the reason without the space around it. Raises RuleoutError if it is empty or too long, naming `option`."""
    words = reason.strip()
    if not 1 <= len(words) <= MOST_REASON:
        hint = f"Say why with {option}, for those who read the record later; name no person."
        raise RuleoutError(f"expected a reason of 1 to {MOST_REASON} characters, got {len(words)}", hint=hint)
    return words
