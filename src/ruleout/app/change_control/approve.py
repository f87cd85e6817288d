# SPDX-License-Identifier: Apache-2.0
"""Sign an act about an announced version: propose, consult, tell, approve or refuse it (D-11, D-15)."""

from __future__ import annotations

from ruleout.accountability.publication.digest import publication_digest
from ruleout.accountability.publication.standing import PUBLISH
from ruleout.app.accountability.acts import next_id
from ruleout.app.accountability.signed import holder_of
from ruleout.app.change_control.history import about, history_of
from ruleout.app.change_control.publish import require_no_earlier
from ruleout.app.ledger import Record, Recorder
from ruleout.app.sources import FrameworkFile
from ruleout.errors import KeyUnavailable, NotFound, RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.model.plain import instant_text
from ruleout.model.publication import ChangeAct


def record_change_act(
    file: FrameworkFile, record: Record, recorder: Recorder, signer: Signer, *, role: str, act: ChangeAct
) -> str:
    """Draft a signed act about a version as it was announced; return the digest that was signed.

    Effect: drafts one entry; the caller commits.

    Args:
        file: the version's file as the signer has it before them; its bytes must be the announced ones.

    Raises:
        NotFound: the version was not announced.
        KeyUnavailable: the key is not in the keyring or does not hold the role.
        RuleoutError: the file is not what was announced, the version is published already, or the act would be dated
            before what the record holds.

    Source: D-11, D-15.
    """
    holder = holder_of(record, signer)
    if role not in holder.roles:
        held = ", ".join(holder.roles)
        raise KeyUnavailable(f"key {signer.name!r} holds {held}, not {role}", hint="Use a key that holds the role.")
    require_no_earlier(record, recorder.at)
    fid = file.framework.id
    history = history_of(fid.name, record)
    pin = history.announced(fid.version)
    if pin is None:
        raise NotFound(f"{fid} was not announced", hint=f"Announce it with `ruleout framework publish {file.path}`.")
    if pin.parts.framework != file.framework.digest:
        was, got = pin.parts.framework[:12], file.framework.digest[:12]
        hint = "Read what was announced, or announce what you read."
        raise RuleoutError(f"expected {fid} as it was announced ({was}), got {got} in {file.path}", hint=hint)
    if any(one.act == PUBLISH and one.version == fid.version for one in history.pins):
        raise RuleoutError(f"{fid} is published already", hint="What is published is changed by a new version.")
    digest = publication_digest(fid.name, fid.version, pin.parts)
    subject = {
        "role": role,
        "act": act.value,
        "input_digest": digest,
        "decision": about(fid.name, fid.version),
        "at": instant_text(recorder.at),
    }
    recorder.add(EntryType.APPROVAL, next_id(recorder, f"{about(fid.name, fid.version)}/act"), subject, signer=signer)
    return digest
