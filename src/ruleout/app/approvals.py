# SPDX-License-Identifier: Apache-2.0
"""Approvals: from signed entries of the record to acts a decision weighs, and back (D-11, L-3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ruleout.ledger import EntryType, Keyring, LedgerEntry
from ruleout.model.case import Act, Approval, Case
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity

_ACTS = {act.value: act for act in Act}


def decision_name(case: Case, framework: Framework, activity: Activity) -> str:
    """Return what approvals and decisions of the same question share as their name. Pure."""
    return f"{case.id}/{framework.id}/{activity.value}"


def approvals_in(entries: Iterable[LedgerEntry], keyring: Keyring, *, decision: str) -> tuple[Approval, ...]:
    """Return the acts that the record holds about a decision, in order.

    Pure. The entries' signatures have been verified; the person is the one the keyring names, never the entry.

    Source: D-11.
    """
    found = []
    for entry in entries:
        content = entry.content
        if content.type is not EntryType.APPROVAL or content.subject.get("decision") != decision:
            continue
        act = _ACTS.get(str(content.subject["act"]))
        if act is None:  # an entry of others' making; what it says is no act
            continue
        role = str(content.subject["role"])
        holders = [keyring[sig.key_id] for sig in content.sigs]
        holder = next(h for h in holders if role in h.roles)
        found.append(
            Approval(
                role=role,
                person=holder.person,
                act=act,
                input_digest=str(content.subject["input_digest"]),
                at=datetime.fromisoformat(content.ts),
                signed=True,
                source=None,
            )
        )
    return tuple(found)
