# SPDX-License-Identifier: Apache-2.0
"""Sheets in the record: one signed entry for each version of a sheet, and what of it an audience may read (A-10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ruleout.accountability.reporting.sheet import parse_sheet
from ruleout.app.accountability.acts import next_id
from ruleout.app.accountability.signed import holder_of
from ruleout.app.ledger import Record, Recorder, Subject
from ruleout.ledger import EntryType, LedgerEntry, Signer
from ruleout.ledger.audience import Audience, readers_of
from ruleout.ledger.disclosure import reveal
from ruleout.ledger.holes import Explanations, seen_by

#: What a report entry's act and kind say of a sheet.
STATE, SHEET = "state", "sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The last version of a sheet: its entry, the models it is about (none: the developer), and its texts by topic."""

    entry: str
    sheet: str
    models: tuple[str, ...]
    says: Mapping[str, str]


def record_sheet(data: bytes, record: Record, recorder: Recorder, signer: Signer, *, file: str) -> str:
    """Draft the signed entry of a sheet's next version; return its id.

    Effect: keeps its texts as disclosures, each apart, and drafts one entry; the caller commits.

    Raises:
        BadInput: the file has problems.
        KeyUnavailable: the key is not in the keyring.

    Source: A-10, L-4.
    """
    holder_of(record, signer)
    doc = parse_sheet(data, file=file)
    entry_id = next_id(recorder, f"{SHEET}/{doc.sheet}")
    version = int(entry_id.rpartition("/")[2])
    subject: Subject = {
        "report": str(doc.sheet),
        "kind": SHEET,
        "act": STATE,
        "audience": doc.audience,
        "version": version,
    }
    if version > 1:
        subject = {**subject, "replaces": f"{SHEET}/{doc.sheet}/{version - 1}"}
    told = {"models": list(doc.models), "says": {topic: " ".join(text.split()) for topic, text in doc.says.items()}}
    recorder.add(EntryType.REPORT, entry_id, subject, disclosed=told, signer=signer)
    return entry_id


def sheet_entries(record: Record) -> tuple[LedgerEntry, ...]:
    """Return every version of every sheet, in the record's order. Pure."""
    return tuple(e for e in record.of_type(EntryType.REPORT) if e.content.subject["act"] == STATE)


def superseded(record: Record) -> Mapping[str, str]:
    """Return the versions of sheets after which another was recorded, each with the one in force. Pure."""
    last = {str(entry.content.subject["report"]): entry.content.id for entry in sheet_entries(record)}
    found = ((entry.content.id, last[str(entry.content.subject["report"])]) for entry in sheet_entries(record))
    return {entry: now for entry, now in found if entry != now}


def stated_in(record: Record, audiences: Iterable[Audience], explanations: Explanations) -> Iterator[Stated]:
    """Yield the last version of each sheet that all of the audiences may read, without what is hidden from any of them.

    Effect: reads disclosures. What a document for the public tells is read by everybody: a topic that one of its
    audiences may not see is not there for it.
    """
    wanted = frozenset(audiences)
    last = {str(entry.content.subject["report"]): entry for entry in sheet_entries(record)}
    for entry in last.values():
        if wanted <= readers_of(entry.content):
            kept = record.disclosures(entry)
            seen = [seen_by(entry.content, kept, explanations, audience) for audience in wanted]
            texts = {digest: text for digest, text in kept.items() if not any(digest in one.absent for one in seen)}
            yield _stated(entry, reveal(entry.content.salted, texts))


def _stated(entry: LedgerEntry, tree: Mapping[str, object]) -> Stated:
    models, says = tree.get("models"), tree.get("says")
    return Stated(
        entry=entry.content.id,
        sheet=str(entry.content.subject["report"]),
        models=tuple(one for one in models if isinstance(one, str)) if isinstance(models, tuple) else (),
        says={name: text for name, text in says.items() if isinstance(text, str)} if isinstance(says, Mapping) else {},
    )
