# SPDX-License-Identifier: Apache-2.0
"""The register of requests as a record holds it: entries -> acts -> what stands (A-5, ADR 0017).

What an outsider folds is what we fold: nothing here looks at the workspace's files. Where an act's text is not kept or
cannot be read, nothing is granted by it, and an answer that might have ended a grant has ended it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ruleout.accountability.requests.fold import PolicyStated, Register, RequestAct, fold
from ruleout.accountability.requests.parse import parse_answer, parse_forum, parse_request
from ruleout.accountability.requests.policy_parse import parse_policy
from ruleout.accountability.requests.rules import Signed, lines_of
from ruleout.app.accountability.acts import Told, statement_of
from ruleout.app.ledger import Record
from ruleout.errors import BadInput, NotFound
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType, Keyring, LedgerEntry
from ruleout.ledger.key_life import key_life
from ruleout.model.request import AnswerKind, Attested, ExceptionGrant, Proceeding, Request, RequestAnswer

#: The name under which acts about the policy stand; no request may have it.
POLICY = "policy"
#: Beginning of the names of references to frameworks whose red lines a policy takes over.
FRAMEWORK = "framework-"

#: What an answer counts as whose text is not at hand: it ends what was granted and grants nothing.
_UNREAD = RequestAnswer(
    kind=AnswerKind.REFUSE,
    on=None,
    ground="its text is not kept here",
    approvers=(),
    conditions=(),
    expires=None,
    transition_offer="",
    public_statement="",
    sanction="",
    attested=Attested(),
)


def register_in(record: Record) -> Register:
    """Return the register as a workspace's record leaves it. Effect: reads what its entries name. Source: A-5."""
    return register_of(record, record.keyring)


def register_of(kept: Told, keyring: Keyring) -> Register:
    """Return the register that a record's entries leave, such as those of a bundle. Effect: reads what they name.

    Args:
        kept: entries whose signatures have been verified.
        keyring: who holds which key; an entry names no person.
    """
    return fold(_acts(kept, keyring))


def grants_in(kept: Told, keyring: Keyring) -> tuple[ExceptionGrant, ...]:
    """Return every exception that a record says was granted, ended ones too, in order of their requests.

    Effect: reads what entries name.
    """
    if not any(entry.content.type is EntryType.REQUEST for entry in kept.entries):
        return ()
    states = register_of(kept, keyring).states.values()
    return tuple(grant for state in states for grant in state.grants())


def exceptions_in_force(record: Record, at: datetime) -> tuple[ExceptionGrant, ...]:
    """Return the exceptions in force at an aware instant: what permits and the gateway ask.

    Effect: reads what entries name. An exception is in force to the last moment of its last day and not at the first
    moment after, here as in decisions, pages and counts.

    Source: A-5.
    """
    return tuple(grant for grant in grants_in(record, record.keyring) if grant.is_in_force(at))


def _acts(kept: Told, keyring: Keyring) -> Iterator[RequestAct]:
    """The acts in order; one by a compromised key that nobody saw in time is signed by nobody: it grants nothing (L-7)."""
    life = key_life(kept.entries)
    for entry in kept.entries:
        if entry.content.type is EntryType.REQUEST:
            act = _act(entry, kept, keyring)
            yield replace(act, signed=()) if life.is_void(entry) else act


def _act(entry: LedgerEntry, kept: Told, keyring: Keyring) -> RequestAct:
    content = entry.content
    holders = [keyring[sig.key_id] for sig in content.sigs if sig.key_id in keyring]
    return RequestAct(
        id=content.id,
        ts=datetime.fromisoformat(content.ts),
        request=str(content.subject["request"]),
        states=_states(entry, kept),
        signed=tuple(Signed(person=holder.person, roles=frozenset(holder.roles)) for holder in holders),
    )


def _states(entry: LedgerEntry, kept: Told) -> Request | RequestAnswer | Proceeding | PolicyStated | None:
    subject = entry.content.subject
    try:
        return _read(entry, statement_of(entry, kept), kept)
    except (NotFound, BadInput):
        # A policy that cannot be read may have been a stricter one: until the next, nothing can be granted.
        if subject["act"] == "policy":
            return PolicyStated(policy=None, lines=())
        return _UNREAD if subject["act"] == "answer" else None


def _read(entry: LedgerEntry, data: bytes, kept: Told) -> Request | RequestAnswer | Proceeding | PolicyStated | None:
    subject, file = entry.content.subject, entry.content.id
    match subject["act"]:
        case "open":
            request = parse_request(data, file=file)
            return request if request.id == subject["request"] and request.id != POLICY else None
        case "answer" | "sign":
            answer = parse_answer(data, file=file)
            return answer if answer.kind.value == subject.get("answer") else _UNREAD
        case "forum":
            return parse_forum(data, file=file)
        case "policy":
            return _policy(entry, data, kept)
    return None


def _policy(entry: LedgerEntry, data: bytes, kept: Told) -> PolicyStated:
    named = [ref for ref in entry.content.refs if ref.name.startswith(FRAMEWORK)]
    frameworks = [parse_framework(kept.object(ref.sha256), file=ref.name) for ref in named]
    lines = tuple(line for framework in frameworks for line in lines_of(framework))
    return PolicyStated(policy=parse_policy(data, file=entry.content.id), lines=lines)
