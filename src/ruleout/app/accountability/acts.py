# SPDX-License-Identifier: Apache-2.0
"""Acts of a register in the record: signed entries that hold what was stated, whole, by digest (ADR 0017).

The header of an entry finds an act; what it says stands in its reference `statement`, as the file that was handed in.
The state of a register follows from its acts in order and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ruleout.app.ledger import YAML, Record, Recorder, Subject
from ruleout.errors import VerificationFailed
from ruleout.ledger import EntryType, LedgerEntry, Signer

STATEMENT = "statement"
REASON = "reason"
TEXT = "text/plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAct:
    """One act as the record has it.

    Attributes:
        id: the entry's id.
        ts: when it was recorded, as its producer states it (RFC 3339, UTC).
        by: names of the keys that signed it.
        subject: header fields of its kind.
        statement: bytes of what was stated, b"" where the act needs none.
        reason: why, in the words of whoever signed it; "" where none was given.
    """

    id: str
    ts: str
    by: tuple[str, ...]
    subject: Subject
    statement: bytes
    reason: str


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
    refs = []
    if statement:
        refs.append(recorder.keep(STATEMENT, statement, YAML))
    if reason:
        refs.append(recorder.keep(REASON, reason.encode("utf-8"), TEXT))
    recorder.add(kind, entry_id, subject, refs=refs, signer=signer)
    return entry_id


def next_id(recorder: Recorder, stem: str) -> str:
    """Return the first id `stem/1`, `stem/2`, … that no entry has. Pure."""
    number = 1
    while recorder.has(f"{stem}/{number}"):
        number += 1
    return f"{stem}/{number}"


def _act(entry: LedgerEntry, record: Record) -> RecordedAct:
    content = entry.content
    kept: Mapping[str, bytes] = {ref.name: record.object(ref.sha256) for ref in content.refs}
    return RecordedAct(
        id=content.id,
        ts=content.ts,
        by=tuple(sig.key_id.partition("+")[0] for sig in content.sigs),
        subject=content.subject,
        statement=kept.get(STATEMENT, b""),
        reason=_text(kept.get(REASON, b""), content.id),
    )


def _text(data: bytes, entry_id: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise VerificationFailed("entry", f"the reason of {entry_id} is no text") from error
