# SPDX-License-Identifier: Apache-2.0
"""The record as of an instant -> what a document may know of it: entries, quotable fields, facts, what counts no more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import islice

from ruleout.accountability.reporting.fact import Fact, Known, Linked, Previous
from ruleout.accountability.reporting.kind_document import DueDoc
from ruleout.app.evidence.listing import Listed, ended_evidence
from ruleout.app.ledger import Record
from ruleout.app.publication.context import Context
from ruleout.app.publication.sheets import superseded
from ruleout.app.publication.sources import SOURCES
from ruleout.app.publication.sources.calendar import due_of
from ruleout.app.publication.sources.said import field_text
from ruleout.documents.fields import parse_date
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.merkle import leaf_hash, root_hash
from ruleout.model.expiry import has_ended

#: What a report entry's act says when a document is published.
PUBLISH = "publish"


def as_of(record: Record, at: datetime, *, report: str) -> Record:
    """Return the record without entries that state a later instant, and without those of the document itself.

    Pure. So a document can be made again from the record that holds it, and a new version follows the one before it.
    """
    kept = (e for e in record.entries if datetime.fromisoformat(e.content.ts) <= at)
    return replace(record, entries=tuple(e for e in kept if not _is_of(e, report)))


def _is_of(entry: LedgerEntry, report: str) -> bool:
    subject = entry.content.subject
    return entry.content.type is EntryType.REPORT and (subject["report"], subject["act"]) == (report, PUBLISH)


def previous_of(record: Record, kind: str) -> Previous | None:
    """Return the last document of a kind that a record holds. Pure."""
    for entry in reversed(record.of_type(EntryType.REPORT)):
        subject = entry.content.subject
        if (subject["kind"], subject["act"]) == (kind, PUBLISH):
            at = datetime.fromisoformat(str(subject.get("at", entry.content.ts)))
            return Previous(entry=entry.content.id, at=at)
    return None


def known_of(ask: Context, previous: Previous | None, due: DueDoc | None = None) -> Known:
    """Return what a document may know. Effect: reads what the record's entries name, as far as it is asked for.

    Args:
        due: the duty that a document of the kind does; None for none.
    """
    entries = {entry.content.id: entry for entry in ask.record.entries}

    @cache
    def facts(name: str) -> tuple[Fact, ...]:
        return tuple(SOURCES[name].told(ask)) if name in SOURCES else ()

    @cache
    def quotable() -> Mapping[str, Mapping[str, str]]:
        return _quotable(fact for name in SOURCES for fact in facts(name))

    def fields(entry_id: str) -> Mapping[str, str]:
        entry = entries.get(entry_id)
        return {} if entry is None else {**quotable().get(entry_id, {}), **_header(entry)}

    read = ask.record.entries[-1].index + 1 if ask.record.entries else 0
    return Known(
        at=ask.at,
        linked=_linker(entries),
        fields=fields,
        facts=facts,
        columns=lambda name: SOURCES[name].columns if name in SOURCES else {},
        stale=dict(_stale(ask)),
        previous=previous,
        due=() if due is None else due_of(ask, due),
        origin=ask.record.view.origin,
        size=read,
        root=root_hash([leaf_hash(data) for data in islice(ask.record.view.entries(), read)]).hex(),
    )


def _linker(entries: Mapping[str, LedgerEntry]) -> Callable[[str], Linked | None]:
    def linked(entry_id: str) -> Linked | None:
        entry = entries.get(entry_id)
        if entry is None:
            return None
        content = entry.content
        leaf = leaf_hash(entry.data).hex()
        return Linked(index=entry.index, id=content.id, kind=content.type.value, ts=content.ts, leaf=leaf)

    return linked


def _header(entry: LedgerEntry) -> dict[str, str]:
    content = entry.content
    own = {name.replace("_", "-"): field_text(entry, name) for name in content.subject}
    return {**own, "kind-of-entry": content.type.value, "recorded": content.ts[:10]}


def _quotable(facts: Iterator[Fact]) -> dict[str, dict[str, str]]:
    """By entry, what facts say of it: under the column's name where all agree, and under `ABOUT.COLUMN`."""
    found: dict[str, dict[str, str]] = {}
    differing: set[tuple[str, str]] = set()
    for fact in facts:
        for entry in fact.entries:
            own = found.setdefault(entry, {})
            for name, value in fact.values.items():
                if name in fact.hidden:
                    continue
                if own.setdefault(name, value) != value:
                    differing.add((entry, name))
                for about in fact.about[:1]:
                    own.setdefault(f"{about}.{name}", value)
    for entry, name in differing:
        del found[entry][name]
    return found


def _stale(ask: Context) -> Iterator[tuple[str, str]]:
    """Why entries carry nothing any more: evidence that ended, decisions on it, statements whose last day has passed."""
    for one, entries in ended_evidence(ask.record, ask.at):
        yield from _stale_by(one, entries)
    for entry in ask.record.entries:
        last = entry.content.subject.get("valid_until")
        is_statement = entry.content.type in (EntryType.DETERMINATION, EntryType.SAFEGUARD, EntryType.PEER)
        if is_statement and last and has_ended(parse_date(last), ask.at):
            yield entry.content.id, f"valid until {last}, expired"
    for entry_id, now in superseded(ask.record).items():
        yield entry_id, f"stated anew in {now}"


def _stale_by(one: Listed, entries: Iterable[str]) -> Iterator[tuple[str, str]]:
    why = f"{one.standing}: {one.because}"
    for entry in entries:
        yield entry, why
    for decision in one.receipt.decisions:
        yield decision, f"it rests on {one.receipt.summary.task} of {one.receipt.summary.model}, {why}"
