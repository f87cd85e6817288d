# SPDX-License-Identifier: Apache-2.0
"""Saying that a key may be in other hands, from an instant on (L-7).

What the key signed counts from now on only as far as a quorum of witnesses had cosigned the log before that instant: the
instants that entries state are the writer's own word, and whoever has the key can state any.
"""

from __future__ import annotations

from datetime import datetime

from ruleout.adapters.tile_store import read_log
from ruleout.app.keys.rotate import holder_in_force, key_entry_id
from ruleout.app.ledger import Record, Recorder
from ruleout.app.witnessing.acts import keep_reason, require_known
from ruleout.app.witnessing.watch import witnessed_before
from ruleout.errors import RuleoutError
from ruleout.ledger import EntryType, Signer, verifier_key
from ruleout.ledger.key_life import COMPROMISE, LOG_ROLE
from ruleout.ledger.keyring import REF, keyring_bytes
from ruleout.ledger.verify_witnesses import WITNESSED
from ruleout.model.plain import instant_text


def record_compromise(
    record: Record, recorder: Recorder, signer: Signer, *, key_id: str, since: datetime, reason: str
) -> int:
    """Draft the entry that ends a compromised key; return the index below which its signatures go on counting.

    Effect: keeps the reason and the cosigned checkpoint, drafts one entry; the caller commits.

    Args:
        signer: who says so: another key of the keyring.
        key_id: name of the compromised key, or `name+id`.
        since: instant from which others may have had it, not after now.
        reason: why, in words; kept beside the log, not in it.

    Raises:
        KeyUnavailable: a key is not in the keyring or has ended.
        RuleoutError: no such key, the key itself is to say so, or the instant lies ahead.
    """
    require_known(record, signer)
    holder = holder_in_force(record, _whole_id(record, key_id))
    own = verifier_key(signer.name, signer.public_key).key_id
    if own == holder.key.key_id:
        raise RuleoutError("a compromised key cannot say so itself", hint="Sign with another key of the keyring.")
    if since > recorder.at:
        raise RuleoutError(f"expected an instant that has passed, got {instant_text(since)}", hint="Correct --from.")
    view = read_log(recorder.workspace.ledger)
    seen = witnessed_before(recorder.workspace.ledger, view, since, but=holder.key.key_id)
    until = 0 if seen is None else seen[0]
    subject: dict[str, str | int | tuple[str, ...]] = {
        "vkey": str(holder.key),
        "roles": holder.roles,
        "from": holder.since,
        "act": COMPROMISE,
    }
    subject |= {"of": holder.key.key_id, "compromised_from": instant_text(since), "until": until}
    refs = [
        recorder.keep(REF, keyring_bytes(record.keyring.values()), "application/json"),
        keep_reason(recorder, reason),
    ]
    if seen is not None:
        refs.append(recorder.keep(WITNESSED, seen[1], "text/plain"))
    recorder.add(EntryType.KEY, key_entry_id(holder.key.key_id, COMPROMISE), subject, refs=refs, signer=signer)
    return until


def _whole_id(record: Record, name: str) -> str:
    """The id of a key named with or without it. A log's key is replaced, not ended: without one nothing is signed."""
    if name in (record.view.origin, LOG_ROLE):
        hint = "Replace it: `ruleout key rotate --log`. Forged checkpoints are what witnesses catch."
        raise RuleoutError("the log's own key is not ended", hint=hint)
    found = [key_id for key_id in record.keyring if name in (key_id, key_id.partition("+")[0])]
    if len(found) != 1:
        raise RuleoutError(f"expected one key named {name!r} in the keyring, got {len(found)}", hint="Give name+id.")
    return found[0]
