# SPDX-License-Identifier: Apache-2.0
"""Permits as a record holds them: what was issued, by whom, and what ended it (G-1, ADR 0027)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ruleout.app.accountability.acts import REASON
from ruleout.app.ledger import Record
from ruleout.errors import NotFound, RuleoutError
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.disclosure import parse_disclosure
from ruleout.ledger.permits import ISSUE, PERMIT, permit_behind
from ruleout.model.permit import Permit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An act that ended a permit: its entry, aware UTC instant, reason and the keys' names."""

    entry: str
    at: datetime
    reason: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One permit of a record.

    Attributes:
        entry: the entry that issued it.
        permit: what was issued; None where its text is not kept or not as it was, for the reason in `fault`.
        role: role in which it was signed; `by` names of the keys.
        ended: what ended it; None if nothing did.
    """

    id: str
    entry: LedgerEntry
    permit: Permit | None
    fault: str
    role: str
    by: tuple[str, ...]
    ended: Ended | None = None


def permits_in(record: Record, *, seen_at: datetime | None = None) -> Mapping[str, Issued]:
    """Return every permit of a record by id, as of an aware instant. Effect: reads what its entries name.

    The first entry about an id issues it. Any later one ends it, whatever its act says, and nothing brings it back.
    """
    found: dict[str, Issued] = {}
    for entry in record.of_type(EntryType.PERMIT):
        if seen_at is not None and datetime.fromisoformat(entry.content.ts) > seen_at:
            continue
        name = str(entry.content.subject["permit"])
        if name not in found:
            found[name] = _issued(name, entry, record)
        elif found[name].ended is None:
            found[name] = replace(found[name], ended=_ended(entry, record))
    return found


def permit_named(name: str, record: Record, *, seen_at: datetime | None = None) -> Issued:
    """Return one permit. Effect: as `permits_in`. Raises NotFound, with those there are."""
    found = permits_in(record, seen_at=seen_at)
    if name not in found:
        known = ", ".join(sorted(found)) or "none"
        raise NotFound(f"no permit {name!r} in the record; there are: {known}", hint="Name one of these.")
    return found[name]


def _issued(name: str, entry: LedgerEntry, record: Record) -> Issued:
    content = entry.content
    permit, fault = None, ""
    try:
        permit = _permit(entry, record)
    except RuleoutError as error:
        fault = str(error)
    by = tuple(sig.key_id.partition("+")[0] for sig in content.sigs)
    role = str(content.subject["role"])
    return Issued(id=name, entry=entry, permit=permit, fault=fault, role=role, by=by)


def _permit(entry: LedgerEntry, record: Record) -> Permit:
    content = entry.content
    if content.subject["act"] != ISSUE:
        raise NotFound(f"{content.id} does not issue the permit that it names")
    return permit_behind(content, permit_text(entry, record))


def permit_text(entry: LedgerEntry, record: Record) -> str:
    """Return the disclosure that is the permit of an entry. Effect: reads it.

    Raises:
        NotFound: it is not here; LedgerError, VerificationFailed: what is kept is damaged.
    """
    texts = record.disclosures(entry).values()
    text = next((text for text in texts if parse_disclosure(text).name == PERMIT), None)
    if text is None:
        raise NotFound(f"the permit of {entry.content.id} is not here", hint="`ruleout verify` says why.")
    return text


def _ended(entry: LedgerEntry, record: Record) -> Ended:
    content = entry.content
    try:
        said = record.disclosed(entry).get(REASON)
    except RuleoutError:
        said = None
    return Ended(
        entry=content.id,
        at=datetime.fromisoformat(content.ts),
        reason=said if isinstance(said, str) else "the reason is not kept here",
        by=tuple(sig.key_id.partition("+")[0] for sig in content.sigs),
    )
