# SPDX-License-Identifier: Apache-2.0
"""Issue a permit from a decision of the record, or revoke one: signed acts (G-1, ADR 0027).

Issuing needs a role whose approval the framework asks for, held by somebody who did not prepare the case. Revoking needs any
key of the keyring, for closing must be easy; nothing undoes it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.accountability.permits.parse import parse_permit
from ruleout.app.accountability.acts import STATEMENT, next_id, record_act
from ruleout.app.accountability.signed import holder_of, stated_reason
from ruleout.app.evidence.again import Archive
from ruleout.app.keys.rotate import holder_in_force
from ruleout.app.ledger import Record, Recorder
from ruleout.app.permits.demands import Asked, demands
from ruleout.app.permits.grounds import (
    Judged,
    archive_of,
    decision_entry,
    judge,
    resting_on,
)
from ruleout.app.permits.register import permit_named, permits_in
from ruleout.app.permits.versions import VersionsOf
from ruleout.engine.permitting import Refusal, refusals
from ruleout.errors import KeyUnavailable, RuleoutError
from ruleout.ledger import EntryType, Signer
from ruleout.ledger.permits import PERMIT, REVOKE, header_of
from ruleout.model.canonical import canonical
from ruleout.model.permit import ExceptionUsed, Permit, PermitRequest
from ruleout.model.plain import plain
from ruleout.model.served_name import names_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a request for a permit: the permit, or every reason why there is none."""

    request: PermitRequest
    permit: Permit | None
    refusals: tuple[Refusal, ...]
    entry: str = ""


def issue_permit(
    data: bytes,
    record: Record,
    recorder: Recorder,
    signer: Signer,
    *,
    versions_of: VersionsOf,
    file: str = "permit",
) -> Answered:
    """Draft the entry of a permit if the decision it names allows every bit of it; else say what it does not.

    Effect: keeps permit and file beside the log and drafts one entry, or nothing; the caller commits.

    Args:
        data: the file that asks for it.
        versions_of: the versions of a framework that are at hand besides the record's.

    Raises:
        BadInput: the file has problems.
        NotFound: the record holds no such decision, or not what it rests on.
        KeyUnavailable: the key may not issue it.
        RuleoutError: the id is taken.
    """
    request, at = parse_permit(data, file=file), recorder.at
    if request.id in permits_in(record):
        hint = "Give it another id: what was issued stays as it was issued."
        raise RuleoutError(f"permit {request.id!r} is in the record already", hint=hint)
    archive = archive_of(record)
    judged = judge(decision_entry(record, request.decision), archive, at=at)
    role = _issuing_role(judged, record, signer)
    others = tuple(one for one in permits_in(record).values() if one.ended is None)
    asked = Asked(request=request, judged=judged, archive=archive, others=others, at=at)
    checks = tuple(demands(asked, versions_of))
    ground = replace(
        judged.ground,
        taken=tuple(name for one in others if one.permit is not None for name in names_taken(one.permit)),
        checks=(*judged.ground.checks, *checks),
    )
    refused = refusals(request.terms, ground, at=at)
    if refused:
        return Answered(request=request, permit=None, refusals=refused)
    permit = _permit(request, judged, data, archive, at=at)
    entry = next_id(recorder, f"permit/{permit.id}")
    disclosed = {PERMIT: canonical(plain(permit)).decode("utf-8"), STATEMENT: data.decode("utf-8")}
    subject = {**header_of(permit), "role": role}
    recorder.add(EntryType.PERMIT, entry, subject, disclosed=disclosed, signer=signer)
    return Answered(request=request, permit=permit, refusals=(), entry=entry)


def revoke_permit(name: str, reason: str, record: Record, recorder: Recorder, signer: Signer) -> str:
    """Draft the act that ends a permit for good; return its entry's id.

    Effect: keeps the reason and drafts one entry; the caller commits.

    Raises:
        NotFound: no such permit.
        KeyUnavailable: the key is not in the keyring.
        RuleoutError: it is revoked already, or no reason is given.
    """
    holder = holder_in_force(record, holder_of(record, signer).key.key_id)
    issued = permit_named(name, record)
    if issued.ended is not None:
        raise RuleoutError(f"permit {name!r} is revoked already, by {issued.ended.entry}", hint="Nothing was added.")
    subject = {"permit": name, "act": REVOKE, "role": holder.roles[0]}
    entry = next_id(recorder, f"permit/{name}")
    words = stated_reason(reason)
    return record_act(recorder, EntryType.PERMIT, entry, subject, signer=signer, reason=words)


def _issuing_role(judged: Judged, record: Record, signer: Signer) -> str:
    holder = holder_in_force(record, holder_of(record, signer).key.key_id)
    role = next((role for role in holder.roles if role in judged.issuers), "")
    if not role:
        hint = f"Use a key of {' or '.join(judged.issuers)}: whose approval the framework asks for."
        raise KeyUnavailable(f"key {signer.name!r} holds {', '.join(holder.roles)} and may not issue it", hint=hint)
    if holder.person in judged.barred:
        raise KeyUnavailable(
            f"{holder.person} prepared this case or is recused and may not issue it", hint="Ask another person."
        )
    return role


def _permit(request: PermitRequest, judged: Judged, data: bytes, archive: Archive, *, at: datetime) -> Permit:
    ground = judged.ground
    return Permit(
        id=request.id,
        title=request.title,
        developer=ground.developer,
        request_sha256=hashlib.sha256(data).hexdigest(),
        rests_on=resting_on(judged, archive.record),
        terms=request.terms,
        safeguards=ground.safeguards,
        exceptions=tuple(
            ExceptionUsed(request=one.request, customer=one.customer, last_day=one.last_day)
            for one in ground.exceptions
        ),
        earliest_end=ground.ends[0] if ground.ends else None,
        issued=at,
    )
