# SPDX-License-Identifier: Apache-2.0
"""Acts of an operator about witnesses: state the policy, state an outage, ask again (L-8, ADR 0021)."""

from __future__ import annotations

from datetime import datetime

from ruleout.adapters.log_writer import open_log
from ruleout.adapters.tile_store import LogView
from ruleout.app.ledger import Record, Recorder, read_record, require_rotation_done, unlock_log_key
from ruleout.app.unlock import Keys
from ruleout.app.witnessing.asking import Told
from ruleout.app.witnessing.policy import SOURCE, PolicyFile, asked_policy, read_policy_file, recorded_policy
from ruleout.app.witnessing.watch import Leave, have_witnessed, require_newest
from ruleout.app.workspace import Workspace
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, Ref, Signer, verifier_key
from ruleout.ledger.verify_witnesses import POLICY

_TEXT, _YAML = "text/plain", "application/yaml"
_MOST_REASON = 4000


def record_policy(record: Record, recorder: Recorder, signer: Signer) -> PolicyFile:
    """Draft the entry by which the workspace's file of witnesses counts, and return what it says.

    Effect: reads `witnesses.yaml`, keeps it and its policy, drafts one entry; the caller commits.

    Raises:
        NotFound, BadInput: there is no such file, or it has problems.
        KeyUnavailable: the key is not in the keyring.
        RuleoutError: the record holds this policy already.
    """
    require_known(record, signer)
    own = {key.public_key for key in record.view.keys} | {h.key.public_key for h in record.keyring.values()}
    told = read_policy_file(recorder.workspace.witnesses, own)
    known = recorded_policy(record.view)
    if known is not None and known[0] == told.text:
        raise RuleoutError("the record holds this policy already", hint="Change witnesses.yaml first.")
    subject: dict[str, str | int | tuple[str, ...]] = {
        "act": "policy",
        "quorum": told.needed,
        "name": tuple(w.name for w in told.witnesses),
    }
    refs = (
        recorder.keep(POLICY, told.text.encode("utf-8"), _TEXT),
        recorder.keep(SOURCE, told.data, _YAML),
    )
    recorder.add(EntryType.WITNESS, _next_id(record, "policy"), subject, refs=refs, signer=signer)
    return told


def record_outage(record: Record, recorder: Recorder, signer: Signer, *, reason: str) -> None:
    """Draft the entry that lets writing go on for a day although too few witnesses can be asked.

    Effect: keeps the reason and drafts one entry; the caller commits.

    Raises:
        KeyUnavailable: the key is not in the keyring.
        RuleoutError: there is no policy, or no reason of at most 4000 characters.
    """
    require_known(record, signer)
    if asked_policy(record.view) is None:
        raise RuleoutError("the record names no witnesses, so none can be missing", hint="Go on as usual.")
    kept = keep_reason(recorder, reason)
    recorder.add(EntryType.WITNESS, _next_id(record, "outage"), {"act": "outage"}, refs=(kept,), signer=signer)


def ask_again(workspace: Workspace, keys: Keys, *, at: datetime) -> tuple[LogView, tuple[Told, ...]]:
    """Put the last checkpoint to the witnesses again, and keep what they sign.

    Effect: unlocks the log's key, locks the log, asks every witness, writes their lines into the checkpoint.

    Raises:
        NotFound: the record names no witnesses.
        LedgerError: a witness saw a later or another record.
    """
    record = read_record(workspace)
    if asked_policy(record.view) is None:
        hint = "Write witnesses.yaml and record it with `ruleout witness policy`."
        raise NotFound("the record names no witnesses", hint=hint)
    signer = unlock_log_key(workspace, keys)
    require_newest(workspace.ledger, at=at, leave=Leave(count=True))
    require_rotation_done(record.view, record.entries)
    with open_log(workspace.ledger, signer) as writer:
        writer.publish()
        told = have_witnessed(writer, workspace.ledger, hint=record.view.size)
    return read_record(workspace).view, told


def require_known(record: Record, signer: Signer) -> None:
    """Refuse a key that the record's keyring does not hold. Raises KeyUnavailable."""
    if verifier_key(signer.name, signer.public_key).key_id not in record.keyring:
        hint = f"Add it with `ruleout key new {signer.name} --role ROLE`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)


def keep_reason(recorder: Recorder, reason: str) -> Ref:
    """Keep a reason beside the log and return its reference. Raises RuleoutError if there is none, or too much of it."""
    text = " ".join(reason.split())
    if not 0 < len(text) <= _MOST_REASON:
        raise RuleoutError(f"expected a reason of 1 to {_MOST_REASON} characters, got {len(text)}", hint="Say why.")
    return recorder.keep("reason", text.encode("utf-8"), _TEXT)


def _next_id(record: Record, act: str) -> str:
    number = sum(e.content.subject["act"] == act for e in record.of_type(EntryType.WITNESS)) + 1
    return f"witness/{act}/{number}"
