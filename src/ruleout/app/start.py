# SPDX-License-Identifier: Apache-2.0
"""Making a workspace and the keys of its people."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from ruleout.adapters.log_writer import create_log
from ruleout.app.keyring import write_keyring
from ruleout.app.ledger import recording
from ruleout.app.unlock import Keys
from ruleout.app.workspace import Workspace, declare, lay_out, plan_workspace
from ruleout.documents.fields import ID_PATTERN
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import EntryType, Holder, verifier_key
from ruleout.ledger.key_life import LOG_ROLE
from ruleout.ledger.keyring import REF, keyring_bytes
from ruleout.model.plain import instant_text

_ID = re.compile(ID_PATTERN)


def start_workspace(root: Path, keys: Keys, *, origin: str, producer: str, post_quantum: bool = False) -> Workspace:
    """Make a workspace, its log key and its empty log. Effect: writes the folder, and the key outside it.

    Args:
        post_quantum: sign every checkpoint with ML-DSA-44 too (L-7).

    Raises:
        RuleoutError: there is a workspace or key already, or a name is not of its form; there is no workspace then.
    """
    _require_outside(keys.settings.keys_folder, root)
    workspace = plan_workspace(root, origin=origin, producer=producer)
    lay_out(workspace)
    # The key before the rest: a passphrase is what most often fails, and nothing is half made then.
    signer = keys.create(workspace.log_key, signs_as=origin)
    write_keyring(workspace.keyring, {})
    create_log(workspace.ledger, signer, post_quantum=post_quantum)
    declare(workspace)
    return workspace


def add_key(
    workspace: Workspace, keys: Keys, name: str, *, person: str, roles: tuple[str, ...], at: datetime
) -> Holder:
    """Make a person's key, put its public part into the keyring and a `key` entry into the record.

    Effect: writes the private key outside the workspace, the keyring, and one entry signed by the new key.

    Raises:
        RuleoutError: a name or role is not of its form, or the key exists.
    """
    _require_outside(keys.settings.keys_folder, workspace.root)
    for word in (name, person, *roles):
        if not _ID.match(word) or len(word) > 80:
            raise RuleoutError(f"expected an id such as 'ada' or 'ceo', got {word!r}", hint="Use a-z, 0-9 and '-'.")
    if LOG_ROLE in roles:  # an entry that replaced it would be read as a change of the log's own key
        raise RuleoutError(f"expected a person's role, got {LOG_ROLE!r}, the log's own", hint="Choose another word.")
    with recording(workspace, keys, at=at) as (record, recorder):
        signer = keys.create(name)
        key = verifier_key(name, signer.public_key)
        holder = Holder(key=key, person=person, roles=roles, since=instant_text(at))
        ring = {**record.keyring, key.key_id: holder}
        if f"key/{key.key_id.replace('+', '/')}" in record.ids:
            raise RuleoutError(f"key {name!r} is in the record already", hint="Choose another name.")
        # If we stop before the keyring file is written, the record names the ring that counts and the file is behind.
        kept = recorder.keep(REF, keyring_bytes(ring.values()), "application/json")
        recorder.add(
            EntryType.KEY,
            f"key/{key.key_id.replace('+', '/')}",
            {"vkey": str(key), "roles": roles, "from": instant_text(at)},
            refs=(kept,),
            signer=signer,
        )
        recorder.commit()
        write_keyring(workspace.keyring, ring)
    return holder


def _require_outside(keys_folder: Path, root: Path) -> None:
    if keys_folder.resolve().is_relative_to(root.resolve()):
        raise KeyUnavailable(
            f"private keys would stand inside the workspace, in {keys_folder}",
            hint="Set RULEOUT_KEYS to a folder outside it.",
        )
