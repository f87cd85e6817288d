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
    audiences may not see is not there for it, also where a later version states the same words anew. Nor is a sheet of
    which nobody is told what it is about.
    """
    wanted = frozenset(audiences)
    versions: dict[str, list[LedgerEntry]] = {}
    for entry in sheet_entries(record):
        versions.setdefault(str(entry.content.subject["report"]), []).append(entry)
    for sheet, entries in versions.items():
        last = entries[-1]
        if wanted <= readers_of(last.content):
            hidden = {words for entry in entries for words in _hidden(entry, record, wanted, explanations)}
            tree = reveal(last.content.salted, record.disclosures(last))
            named = _models(tree)
            models = tuple(one for one in named or () if ("", one) not in hidden)
            says = {topic: text for topic, text in _says(tree).items() if (topic, text) not in hidden}
            if models or named == ():
                yield Stated(entry=last.content.id, sheet=sheet, models=models, says=says)


def _hidden(
    entry: LedgerEntry, record: Record, audiences: frozenset[Audience], explanations: Explanations
) -> set[tuple[str, str]]:
    """What redactions hide of a version from one of the audiences: topics with their texts, and models under ""."""
    kept = record.disclosures(entry)
    seen = [seen_by(entry.content, kept, explanations, one) for one in audiences & readers_of(entry.content)]
    shown = {digest: text for digest, text in kept.items() if not any(digest in one.absent for one in seen)}
    return _words(reveal(entry.content.salted, kept)) - _words(reveal(entry.content.salted, shown))


def _words(tree: Mapping[str, object]) -> set[tuple[str, str]]:
    return {*(("", model) for model in _models(tree) or ()), *_says(tree).items()}


def _models(tree: Mapping[str, object]) -> tuple[str, ...] | None:
    """The models that a version names, none of the developer; None where that is not here."""
    every = tree.get("models")
    names = tuple(one for one in every if isinstance(one, str)) if isinstance(every, tuple) else ()
    return names if names or every == () else None


def _says(tree: Mapping[str, object]) -> Mapping[str, str]:
    says = tree.get("says")
    return {name: text for name, text in says.items() if isinstance(text, str)} if isinstance(says, Mapping) else {}
