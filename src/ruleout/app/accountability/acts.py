# SPDX-License-Identifier: Apache-2.0
"""Acts of a register in the record: signed entries that hold what was stated, whole, by digest (ADR 0017, ADR 0020).

The header of an entry finds an act; what it says is its `statement`, as the file that was handed in: a disclosure where
the kind is one in confidence, so that it can be held back or removed alone, and else a reference. The state of a register
follows from its acts in order and from nothing else. An act whose statement is not here any more says nothing: it is
shown as such, and it opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from ruleout.app.evidence.receipt import Kept
from ruleout.app.ledger import YAML, Record, Recorder, Subject
from ruleout.errors import NotFound, RuleoutError, VerificationFailed
from ruleout.ledger import EntryType, LedgerEntry, Signer
from ruleout.ledger.audience import EVERYBODY, audiences_of
from ruleout.ledger.disclosure import Hidden, Tree
from ruleout.ledger.holes import Standing, explanations_in

STATEMENT = "statement"
REASON = "reason"
TEXT = "text/plain"


class Told(Kept, Protocol):
    """A record that can be read with what its entries disclose: a workspace's, or that of a bundle."""

    def disclosed(self, entry: LedgerEntry) -> Mapping[str, Tree]:
        """The values that an entry holds as disclosures; `Hidden` where one is not here."""


@dataclass(frozen=True, slots=True)
class Unread:
    """An act whose statement or reason is not here: its entry, and why, in the record's words."""

    entry: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAct:
    """One act as the record has it.

    Attributes:
        id: the entry's id.
        ts: when it was recorded, as its producer states it (RFC 3339, UTC).
        by: names of the keys that signed it.
        subject: header fields of its kind.
        statement: bytes of what was stated, b"" where the act needs none or it is not here.
        reason: why, in the words of whoever signed it; "" where none was given or it is not here.
        holes: digests of what it disclosed and is not here: which of them was the statement, nobody can tell.
    """

    id: str
    ts: str
    by: tuple[str, ...]
    subject: Subject
    statement: bytes
    reason: str
    holes: tuple[str, ...] = ()

    @property
    def is_unread(self) -> bool:
        """Whether what it stated may be among what is not here."""
        return bool(self.holes) and not self.statement


def acts_in(record: Record, kind: EntryType) -> Iterator[RecordedAct]:
    """Yield the acts of one kind in the record's order. Effect: reads what they name.

    Raises:
        NotFound, VerificationFailed: what an act names is not kept, or not as it was.
    """
    for entry in record.of_type(kind):
        yield _act(entry, record)


def record_act(
    recorder: Recorder,
    kind: EntryType,
    entry_id: str,
    subject: Subject,
    *,
    signer: Signer,
    statement: bytes = b"",
    reason: str = "",
) -> str:
    """Draft the signed entry of an act; return its id.

    Effect: keeps statement and reason beside the log and drafts one entry; the caller commits.

    Raises:
        LedgerError: the id is taken.
    """
    said = {STATEMENT: _as_text(statement), REASON: reason}
    if audiences_of(kind) != EVERYBODY:
        disclosed = {name: text for name, text in said.items() if text}
        recorder.add(kind, entry_id, subject, disclosed=disclosed, signer=signer)
        return entry_id
    refs = []
    if statement:
        refs.append(recorder.keep(STATEMENT, statement, YAML))
    if reason:
        refs.append(recorder.keep(REASON, reason.encode("utf-8"), TEXT))
    recorder.add(kind, entry_id, subject, refs=refs, signer=signer)
    return entry_id


def statement_of(entry: LedgerEntry, record: Told) -> bytes:
    """Return what an act states, from its disclosures or, of an older act, from what it names. Effect: reads it.

    Raises:
        NotFound: it is not here.
        VerificationFailed: it is not as it was.
    """
    value = record.disclosed(entry).get(STATEMENT) if entry.content.salted else None
    if type(value) is str:
        return value.encode("utf-8")
    if entry.content.salted:
        raise NotFound(f"the statement of {entry.content.id} is not here", hint="`ruleout verify` says why.")
    return record.object(next((ref.sha256 for ref in entry.content.refs if ref.name == STATEMENT), ""))


def unread_acts(record: Record, kind: EntryType) -> tuple[Unread, ...]:
    """Return the acts of one kind of which something is not here, in order. Effect: reads what is kept, and reasons."""
    told = (
        (entry.content.id, _holes(record.disclosed(entry))) for entry in record.of_type(kind) if entry.content.salted
    )
    silent = [(entry, holes) for entry, holes in told if holes]
    explanations = explanations_in(record.entries, record.object) if silent else None
    found = []
    for entry, holes in silent:
        hole = explanations.hole(entry, holes[0], None) if explanations else None
        is_known = hole is not None and hole.standing is not Standing.WITHHELD
        why = (
            f"{hole.standing.value} by {hole.by} ({hole.class_})"
            if hole and is_known
            else "not kept, and no entry says why"
        )
        found.append(Unread(entry, why))
    return tuple(found)


def next_id(recorder: Recorder, stem: str) -> str:
    """Return the first id `stem/1`, `stem/2`, … that no entry has. Pure."""
    number = 1
    while recorder.has(f"{stem}/{number}"):
        number += 1
    return f"{stem}/{number}"


def _act(entry: LedgerEntry, record: Record) -> RecordedAct:
    content = entry.content
    said = record.disclosed(entry) if content.salted else {}
    kept: Mapping[str, bytes] = {ref.name: record.object(ref.sha256) for ref in content.refs}
    return RecordedAct(
        id=content.id,
        ts=content.ts,
        by=tuple(sig.key_id.partition("+")[0] for sig in content.sigs),
        subject=content.subject,
        statement=_disclosed(said, STATEMENT) or kept.get(STATEMENT, b""),
        reason=_text(_disclosed(said, REASON) or kept.get(REASON, b""), content.id),
        holes=_holes(said),
    )


def _holes(said: Mapping[str, Tree]) -> tuple[str, ...]:
    return tuple(value.digest for value in said.values() if isinstance(value, Hidden))


def _disclosed(said: Mapping[str, Tree], name: str) -> bytes:
    value = said.get(name)
    return value.encode("utf-8") if type(value) is str else b""


def _as_text(statement: bytes) -> str:
    try:
        return statement.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RuleoutError(
            "expected a statement in UTF-8, got another encoding", hint="Save the file as UTF-8."
        ) from error


def _text(data: bytes, entry_id: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise VerificationFailed("entry", f"the reason of {entry_id} is no text") from error
