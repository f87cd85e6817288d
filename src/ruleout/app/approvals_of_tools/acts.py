# SPDX-License-Identifier: Apache-2.0
"""Answering a call that waits: the key counts, holds the role, and the deadline has not passed (G-4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from ruleout.adapters.approvals import ApprovalFolder
from ruleout.app.policy.acts import counting_keys
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger.note import verifier_key
from ruleout.serving.approvals import Asking, Said, answer_bytes

#: The role in which calls of tools are approved, where a gateway's configuration names no other.
ROLE = "tool-approver"


def answer(
    place: Workspace,
    keys: Keys,
    folder: Path,
    id_: str,
    *,
    said: Said,
    key: str,
    at: datetime,
    roles: Collection[str] = (ROLE,),
) -> Asking:
    """Sign an answer to one call that waits and put it where the gateway looks; return the question.

    Effect: reads the record and the folder, unlocks the key, writes one file durably.

    Raises:
        NotFound: no such call waits; it was answered, ended or never asked.
        RuleoutError: its deadline has passed, or this key has answered already.
        KeyUnavailable: the key does not count or has none of the roles.
    """
    queue = ApprovalFolder(folder)
    asking = queue.question(id_)
    if at >= asking.deadline:
        raise RuleoutError(
            f"{id_} was to be answered before {asking.deadline:%Y-%m-%d %H:%M:%S} UTC", hint="It is denied."
        )
    signer = keys.unlock(key)
    key_id = verifier_key(signer.name, signer.public_key).key_id
    holder = counting_keys(place).get(key_id)
    if holder is None:
        raise KeyUnavailable(f"expected a key of the keyring that counts, got {key!r}", hint="See `ruleout key list`.")
    if not set(roles) & set(holder.roles):
        wanted = " or ".join(sorted(roles))
        raise KeyUnavailable(
            f"key {key!r} holds {', '.join(holder.roles)}, not {wanted}", hint="Use a key that holds the role."
        )
    queue.answer(id_, key_id, answer_bytes(asking, said, signer))
    return asking
