# SPDX-License-Identifier: Apache-2.0
"""Approve, refuse or note a notice: an act signed over a decision's input digest (D-11)."""

from __future__ import annotations

from ruleout.app.assess import Question, assess
from ruleout.app.ledger import Record, Recorder
from ruleout.errors import KeyUnavailable
from ruleout.ledger import EntryType, Signer, verifier_key
from ruleout.model.case import Act
from ruleout.model.decision import Decision
from ruleout.model.plain import instant_text


def record_act(
    question: Question, record: Record, recorder: Recorder, signer: Signer, *, role: str, act: Act
) -> Decision:
    """Draft a signed act about the decision as it stands, and return that decision.

    Effect: drafts one entry; the caller commits.

    Raises:
        KeyUnavailable: the key is not in the keyring, does not hold the role, or its person may not approve.
    """
    _require_role(question, record, signer, role=role, act=act)
    decision = assess(question, record)
    count = sum(1 for e in record.of_type(EntryType.APPROVAL) if e.content.subject.get("decision") == question.name)
    recorder.add(
        EntryType.APPROVAL,
        f"{question.name}/act-{count + 1}",
        {
            "role": role,
            "act": act.value,
            "input_digest": decision.input_digest,
            "case": decision.case,
            "decision": question.name,
            "at": instant_text(recorder.at),
        },
        signer=signer,
    )
    return decision


def _require_role(question: Question, record: Record, signer: Signer, *, role: str, act: Act) -> None:
    holder = record.keyring.get(verifier_key(signer.name, signer.public_key).key_id)
    if holder is None:
        hint = f"Add it with `ruleout key new {signer.name} --role {role}`."
        raise KeyUnavailable(f"key {signer.name!r} is not in this workspace's keyring", hint=hint)
    if role not in holder.roles:
        held = ", ".join(holder.roles)
        raise KeyUnavailable(f"key {signer.name!r} holds {held}, not {role}", hint="Use a key that holds the role.")
    case = question.case.case
    barred = {Act.APPROVE: (*case.prepared_by, *case.recused), Act.REFUSE: case.recused, Act.NOTIFIED: ()}[act]
    if holder.person in barred:
        raise KeyUnavailable(
            f"{holder.person} prepared this case or is recused and may not {act.value}", hint="Ask another person."
        )
