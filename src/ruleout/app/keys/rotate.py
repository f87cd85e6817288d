# SPDX-License-Identifier: Apache-2.0
"""Replacing a key: a person's, or the log's own. Old and new sign the entry; from it on only the new one counts (L-7)."""

from __future__ import annotations

from datetime import datetime

from ruleout.adapters.keys import KeySigner
from ruleout.adapters.log_writer import keys_of, open_log
from ruleout.adapters.tile_store import MAX_GENERATIONS, LogKeys
from ruleout.app.keyring import write_keyring
from ruleout.app.ledger import Record, Recorder, read_record, recording, unlock_log_key
from ruleout.app.unlock import Keys
from ruleout.app.witnessing.watch import Leave, have_witnessed, require_newest
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import EntryType, Holder, verifier_key
from ruleout.ledger.key_life import LOG_ROLE, ROTATE, is_log_rotation, key_life, keys_named
from ruleout.ledger.keyring import REF, keyring_bytes
from ruleout.model.plain import instant_text


def rotate_key(workspace: Workspace, keys: Keys, name: str, *, to: str, at: datetime) -> Holder:
    """Make a new key for the holder of `name`, and end the old one. Return the new key's holder.

    Effect: writes the private key outside the workspace, one entry signed by both keys, and the keyring.

    Args:
        name: the private key to replace; it is needed once more. One that is lost or stolen is not replaced but ended
            by `compromise`.
        to: name of the new private key.

    Raises:
        KeyUnavailable: the old key is not in the keyring, has ended, or cannot be unlocked.
        RuleoutError: the new name exists.
    """
    with recording(workspace, keys, at=at) as (record, recorder):
        old = keys.unlock(name)
        before = holder_in_force(record, verifier_key(old.name, old.public_key).key_id)
        new = keys.create(to)
        holder = Holder(
            key=verifier_key(to, new.public_key), person=before.person, roles=before.roles, since=instant_text(at)
        )
        if holder.key.key_id in record.keyring or holder.key.public_key == before.key.public_key:
            raise RuleoutError(f"key {to!r} is in the record already", hint="Choose another name.")
        ring = {**record.keyring, holder.key.key_id: holder}
        subject: dict[str, str | tuple[str, ...]] = {
            "vkey": str(holder.key),
            "roles": holder.roles,
            "from": holder.since,
        }
        subject |= {"act": ROTATE, "replaces": before.key.key_id}
        kept = recorder.keep(REF, keyring_bytes(ring.values()), "application/json")
        recorder.add(EntryType.KEY, key_entry_id(holder.key.key_id), subject, refs=(kept,), signer=(old, new))
        recorder.commit()
        write_keyring(workspace.keyring, ring)
    return holder


def rotate_log_key(workspace: Workspace, keys: Keys, *, at: datetime) -> LogKeys:
    """Make a new key for the log under the same origin, and end the old one. Return all keys of the log.

    Whoever knows the old key accepts the new one by the entry that both signed. A change that was cut short is finished
    by calling this again. Witnesses must be told the new key, or they refuse its checkpoints.

    Effect: writes the private key outside the workspace, one entry, `log.json`, and the checkpoint by the new key.
    """
    old = unlock_log_key(workspace, keys)
    generation = len(read_record(workspace).view.log_keys.generations) + 1
    name = workspace.log_key_of(generation)
    if not _names_a_new_key(workspace):
        if generation > MAX_GENERATIONS:  # nobody would read the log with one more, and the entry cannot be taken back
            hint = "Begin another log; this one goes on with the key it has."
            raise RuleoutError(
                f"expected at most {MAX_GENERATIONS} keys of a log, one after the other, got one more", hint=hint
            )
        with recording(workspace, keys, at=at) as (record, recorder):
            new = _new_or_made(keys, name, workspace.origin)
            _draft_log_rotation(record, recorder, (old, new), at=at)
            # (1) The entry, in a checkpoint by the old key. If we crash after it, nothing is signed until (2) is done.
            recorder.commit()
    new = keys.unlock(name, signs_as=workspace.origin)
    require_newest(workspace.ledger, at=at, leave=Leave(count=True))
    with open_log(workspace.ledger, old) as writer:
        size = writer.size
        # (2) `log.json` names the new key, then the same checkpoint by it. If we crash between, the next one bears it.
        writer.hand_over(new)
        have_witnessed(writer, workspace.ledger, hint=size)
    return read_record(workspace).view.log_keys


def holder_in_force(record: Record, key_id: str) -> Holder:
    """Return who holds a key that has not ended. Raises KeyUnavailable if nobody does."""
    holder = record.keyring.get(key_id)
    if holder is None or key_id in key_life(record.entries).ended:
        state = "has ended" if holder else "is not in this workspace's keyring"
        raise KeyUnavailable(f"key {key_id} {state}", hint="See `ruleout key list`.")
    return holder


def key_entry_id(key_id: str, act: str = "") -> str:
    """Return the id of the entry about a key. Pure."""
    return f"key/{key_id.replace('+', '/')}" + (f"/{act}" if act else "")


def _names_a_new_key(workspace: Workspace) -> bool:
    """Whether the record names a new key of the log that does not sign yet: a change that was cut short."""
    record = read_record(workspace)
    named = [keys_named(e.content)[0] for e in record.entries if is_log_rotation(e.content)]
    return bool(named) and named[-1] != record.view.key


def _new_or_made(keys: Keys, name: str, origin: str) -> KeySigner:
    """The log's next key; one that an attempt before this left behind is taken."""
    try:
        return keys.unlock(name, signs_as=origin)
    except KeyUnavailable:
        return keys.create(name, signs_as=origin)


def _draft_log_rotation(record: Record, recorder: Recorder, both: tuple[KeySigner, KeySigner], *, at: datetime) -> None:
    old, new = both
    named = keys_of(new, post_quantum=len(record.view.log_keys.current) > 1)
    first = verifier_key(new.name, new.public_key)
    if first in record.view.keys:
        raise RuleoutError("the log's next key is one it had before", hint="Remove that key's file, or its seed.")
    vkeys = tuple(str(key) for key in named)
    subject: dict[str, str | tuple[str, ...]] = {
        "vkey": vkeys if len(vkeys) > 1 else vkeys[0],
        "roles": (LOG_ROLE,),
        "from": instant_text(at),
    }
    subject |= {"act": ROTATE, "replaces": verifier_key(old.name, old.public_key).key_id}
    kept = recorder.keep(REF, keyring_bytes(record.keyring.values()), "application/json")
    recorder.add(EntryType.KEY, f"key/log/{first.id}", subject, refs=(kept,), signer=both)
