# SPDX-License-Identifier: Apache-2.0
"""What a record holds of each measurement: when it was received, from whom, whose it is, until when it counts (E-3)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from ruleout.app.ledger import MEASUREMENT, SUMMARY
from ruleout.errors import NotFound, RuleoutError
from ruleout.evidence.stored import measurement_from
from ruleout.evidence.summary import Summary, summary_bytes, summary_from, summary_of
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.key_life import KeyLife, key_life
from ruleout.model.evidence import Measurement

_SHA256 = re.compile(r"[0-9a-f]{64}")
_OWNER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

#: What tells one measurement from another: the log's digest, the task and the model.
Identity = tuple[str, str, str]

#: So many characters of a digest name a log at least.
FEWEST_OF_DIGEST = 4


class Kept(Protocol):
    """A record that can be read: its entries in order, and what they name by digest."""

    @property
    def entries(self) -> tuple[LedgerEntry, ...]:
        """Every entry, in order."""

    def object(self, digest: str) -> bytes:
        """The bytes kept under a digest. Raises NotFound where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One measurement of a record.

    Attributes:
        summary: its header and how its attempts are spread.
        received: the instant its first entry states, RFC 3339; entries are never changed (E-3).
        producers: who wrote the entries by which it was received.
        owner, valid_until: as received with, or as the last signed renewal says; "" and None if none does (A-12).
            What a stolen key signed is no such word, but that it ends earlier.
        objects: SHA-256 of each form in which it is kept: as received, and as decisions used it.
        decisions: ids of the decisions that rest on it, in order.
        entry: id of its first entry.
    """

    summary: Summary
    received: str
    producers: frozenset[str]
    owner: str
    valid_until: date | None
    objects: tuple[str, ...]
    decisions: tuple[str, ...]
    entry: str

    @property
    def identity(self) -> Identity:
        """What tells it from other measurements."""
        return identity_of(self.summary)


def identity_of(evidence: Measurement | Summary) -> Identity:
    """Return what tells a measurement from others. Pure."""
    return evidence.digest, evidence.task, evidence.model


def receipts_of(record: Kept) -> tuple[Receipt, ...]:
    """Return every measurement of a record, in order of receipt. Effect: reads summaries, not measurements.

    Raises:
        NotFound, VerificationFailed: an object is missing or damaged.
    """
    found: dict[Identity, Receipt] = {}
    holder: dict[str, Identity] = {}
    life = key_life(record.entries)
    for entry in record.entries:
        if entry.content.type is not EntryType.EVIDENCE:
            continue
        summary = summary_named(entry, record)
        if summary is not None:
            key = identity_of(summary)
            found[key] = _received(entry, summary, found.get(key), life)
            holder |= {ref.sha256: key for ref in entry.content.refs if ref.media_type == MEASUREMENT}
    for decision, keys in _relied_on(record.entries, holder):
        for key in keys:
            found[key] = replace(found[key], decisions=(*found[key].decisions, decision))
    return tuple(found.values())


def summary_named(entry: LedgerEntry, record: Kept) -> Summary | None:
    """The summary that an entry names; made from the measurement where it names none; None where it names neither.

    Effect: reads the object. Raises NotFound, VerificationFailed: it is not kept or damaged.
    """
    refs = {ref.media_type: ref.sha256 for ref in entry.content.refs}
    if SUMMARY in refs:
        return summary_from(record.object(refs[SUMMARY]))
    return summary_of(measurement_from(record.object(refs[MEASUREMENT]))) if MEASUREMENT in refs else None


def _received(entry: LedgerEntry, summary: Summary, before: Receipt | None, life: KeyLife) -> Receipt:
    content = entry.content
    objects = tuple(ref.sha256 for ref in content.refs if ref.media_type == MEASUREMENT)
    if before is None:
        return Receipt(
            summary=summary,
            received=content.ts,
            producers=frozenset({content.producer}),
            owner=owner_in(entry),
            valid_until=last_day_by(entry, None, life),
            objects=objects,
            decisions=(),
            entry=content.id,
        )
    # Whose it is may be said once by whoever received it; a later word needs an author.
    owner = owner_in(entry) if log_digest_in(entry) else ""
    signed = bool(content.sigs) and not life.is_void(entry)
    return replace(
        before,
        producers=before.producers | {content.producer},
        owner=owner if owner and (signed or not before.owner) else before.owner,
        valid_until=last_day_by(entry, before.valid_until, life),
        objects=tuple(dict.fromkeys((*before.objects, *objects))),
    )


def last_day_by(entry: LedgerEntry, before: date | None, life: KeyLife) -> date | None:
    """Return the last day of a measurement after an entry about it. Pure.

    It may be said once by whoever received it; a later word needs an author. A word that is void, for a stolen key signed it,
    may end evidence earlier and never later.

    Args:
        before: the last day until then, None if there was none.
    """
    said = end_in(entry) if log_digest_in(entry) else None
    if said is None or before is None:
        return said or before
    if life.is_void(entry):
        return min(said, before)
    return said if entry.content.sigs else before


def _relied_on(entries: Iterable[LedgerEntry], holder: Mapping[str, Identity]) -> list[tuple[str, list[Identity]]]:
    """Each decision's id with the measurements it names."""
    rows = []
    for entry in entries:
        if entry.content.type is EntryType.DECISION:
            refs = (ref.sha256 for ref in entry.content.refs if ref.media_type == MEASUREMENT)
            rows.append((entry.content.id, list(dict.fromkeys(holder[sha] for sha in refs if sha in holder))))
    return rows


def life_fields(*, owner: str, valid_until: date | None) -> dict[str, str]:
    """Return the fields of an evidence entry that say whose it is and until when it counts; none for neither. Pure.

    Raises:
        RuleoutError: the owner is no id. Header fields stay for good: a role or a team stands there, no person (L-1).
    """
    if owner and not _OWNER.fullmatch(owner):
        hint = "Name the role or team that keeps it current, such as evals-team; persons change."
        raise RuleoutError(f"expected an owner of a-z, 0-9 and '-', got {owner[:80]!r}", hint=hint)
    fields = {"owner": owner, "valid_until": "" if valid_until is None else valid_until.isoformat()}
    return {name: value for name, value in fields.items() if value}


def owner_in(entry: LedgerEntry) -> str:
    """The owner an evidence entry states, "" if none. Pure."""
    owner = entry.content.subject.get("owner", "")
    return owner if isinstance(owner, str) else ""


def end_in(entry: LedgerEntry) -> date | None:
    """The last day on which the evidence of an entry counts, None if it states none. Pure.

    An entry of others' making may say anything: a text that is no day ends the evidence before any day.
    """
    stated = entry.content.subject.get("valid_until")
    if stated is None or stated == "":
        return None
    try:
        return date.fromisoformat(str(stated))
    except ValueError:
        return date.min


def log_digest_in(entry: LedgerEntry) -> str:
    """The digest of the log that an entry was received by, "" for evidence that only a case names. Pure."""
    subject = entry.content.subject
    name = "" if subject.get("case") else subject.get("evidence", "")  # a case may call its evidence by any 64 letters
    return name if isinstance(name, str) and _SHA256.fullmatch(name) else ""


def received_on(measurement: Measurement, entries: Iterable[LedgerEntry]) -> date | None:
    """The day of the first entry about a measurement: its log's own, or one by which a decision took it in; None if none is.

    Pure. Source: E-3.
    """
    summary = hashlib.sha256(summary_bytes(measurement)).hexdigest()
    found = (e for e in entries if e.content.type is EntryType.EVIDENCE and _is_about(e, measurement.digest, summary))
    return next((datetime.fromisoformat(entry.content.ts).date() for entry in found), None)


def _is_about(entry: LedgerEntry, log: str, summary: str) -> bool:
    return log_digest_in(entry) == log or any(ref.sha256 == summary for ref in entry.content.refs)


def find_receipt(name: str, receipts: Iterable[Receipt]) -> Receipt:
    """Return the measurement of this digest, the beginning of one, or entry id. Pure.

    Raises:
        NotFound: none, or several; the message says which.
    """
    known = list(receipts)
    digests = [
        r for r in known if name == r.entry or (len(name) >= FEWEST_OF_DIGEST and r.summary.digest.startswith(name))
    ]
    if len(digests) == 1:
        return digests[0]
    if not digests:
        hint = f"Give {FEWEST_OF_DIGEST} or more characters of the digest, or an entry's id: `ruleout evidence list`."
        raise NotFound(f"no evidence {name[:80]!r} in the record", hint=hint)
    shown = ", ".join(f"{r.summary.digest[:16]} ({r.summary.task}, {r.summary.model})" for r in digests[:4])
    raise NotFound(
        f"{len(digests)} pieces of evidence begin with {name!r}: {shown}",
        hint="Give more of the digest, or its entry's id.",
    )
