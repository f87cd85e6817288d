# SPDX-License-Identifier: Apache-2.0
"""Approvals: from signed entries of the record to acts a decision weighs, and back (D-11, L-3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ruleout.ledger import EntryType, Keyring, LedgerEntry
from ruleout.ledger.key_life import key_life
from ruleout.model.case import Act, Approval, Assessment, Case, Determination, Finding, PeerFact
from ruleout.model.framework import Framework
from ruleout.model.outcome import Activity
from ruleout.model.verdict import Verdict

_ACTS = {act.value: act for act in Act}


def decision_name(case: Case, framework: Framework, activity: Activity) -> str:
    """Return what approvals and decisions of the same question share as their name. Pure."""
    return f"{case.id}/{framework.id}/{activity.value}"


def approvals_in(entries: Iterable[LedgerEntry], keyring: Keyring, *, decision: str) -> tuple[Approval, ...]:
    """Return the acts that the record holds about a decision, in order.

    Pure. The entries' signatures have been verified; the person is the one the keyring names, never the entry. An
    approval or notice by a compromised key that nobody saw in time does not count; a refusal by it does: what may be
    somebody else's word never opens a gate.

    Args:
        entries: the record's entries up to the instant asked about, `key` entries among them.

    Source: D-11, L-7.
    """
    found, read = [], tuple(entries)
    life = key_life(read)
    for entry in read:
        content = entry.content
        if content.type is not EntryType.APPROVAL or content.subject.get("decision") != decision:
            continue
        act = _ACTS.get(str(content.subject["act"]))
        if act is None:  # an entry of others' making; what it says is no act
            continue
        if life.is_void(entry) and act is not Act.REFUSE:
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


def case_as_signed(case: Case, entries: Iterable[LedgerEntry], *, new: frozenset[str] = frozenset()) -> Case:
    """Return the case without what only a compromised key vouches for: ruled out, a safeguard met, or a peer's fact (L-7).

    Pure. What restricts stays; without a peer's fact its question is open, which never opens a gate. A case that the record never held is as its file says: nobody has signed it yet.

    Args:
        entries: the record's entries up to the instant asked about, `key` entries among them.
        new: names (`statement_name`) of what a sound key is about to sign.
    """
    read = tuple(entries)
    life = key_life(read)
    if not life.counts_below:
        return case
    sound, void = set(new), set[str]()
    for entry in read:
        name = _statement_of(entry, case.id)
        if name:
            (void if life.is_void(entry) else sound).add(name)
    lost = void - sound
    return replace(
        case,
        determinations=tuple(d for d in case.determinations if not (_opens(d) and statement_name(d) in lost)),
        safeguards=tuple(a for a in case.safeguards if not (_opens(a) and statement_name(a) in lost)),
        peer_facts=tuple(fact for fact in case.peer_facts if statement_name(fact) not in lost),
    )


def statement_name(stated: Determination | Assessment | PeerFact) -> str:
    """Return what a determination, safeguard or peer's fact of a case and the entry that signed it share. Pure."""
    if isinstance(stated, PeerFact):
        said = f"{stated.holds.value}.{stated.covers.value}.{stated.grade.value}"
        return f"peer/{stated.answers}/{said}/{stated.as_of.isoformat()}"
    if isinstance(stated, Determination):
        part = within_an_id(f"{stated.threshold}.{stated.prong}") if stated.prong else stated.threshold
        return f"determination/{part}/{stated.finding.value}/{stated.dated.isoformat()}"
    return f"safeguard/{stated.subject}/{stated.met.value}/{stated.dated.isoformat()}"


def within_an_id(name: str) -> str:
    """Return a name that fits into an entry's id: a long one is cut, with a digest of the whole. Pure."""
    return name if len(name) <= 64 else f"{name[:48]}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _statement_of(entry: LedgerEntry, case: str) -> str:
    kinds = {EntryType.DETERMINATION: "finding", EntryType.SAFEGUARD: "met"}
    subject = entry.content.subject
    if entry.content.type is EntryType.PEER and subject.get("case") == case:
        about = f"{subject['holds']}.{subject['covers']}.{subject['grade']}"
        return f"peer/{subject['question']}/{about}/{subject['as_of']}"
    if entry.content.type not in kinds or subject["case"] != case:
        return ""
    kind, said = entry.content.type, subject[kinds[entry.content.type]]
    part = entry.content.id.rpartition("/")[2]
    return f"{kind.value}/{part}/{said}/{subject.get('dated', '')}"


def _opens(stated: Determination | Assessment) -> bool:
    return stated.finding is Finding.RULED_OUT if isinstance(stated, Determination) else stated.met is Verdict.YES
