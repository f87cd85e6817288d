# SPDX-License-Identifier: Apache-2.0
"""What the record holds of frameworks' versions and of acts about them, as values (D-15, L-2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ruleout.accountability.publication.digest import publication_digest
from ruleout.accountability.publication.needs import Announced
from ruleout.accountability.publication.standing import ANNOUNCE, PUBLISH, History
from ruleout.app.evidence.receipt import Kept
from ruleout.app.ledger import Record
from ruleout.errors import BadInput, NotFound, VerificationFailed
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType, LedgerEntry, Ref
from ruleout.model.framework import Framework
from ruleout.model.publication import ChangeAct, Parts, Pinned, Signed

FRAMEWORK, CHANGE_LOG, MAPPING, DOCUMENT = "framework", "change-log", "mapping", "document"
_ACTS = {act.value: act for act in ChangeAct}
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def histories(record: Record) -> dict[str, History]:
    """Return the history of every framework in the record, by name. Effect: reads what framework entries name.

    An entry whose framework cannot be read pins nothing; the calendar shows it (A-3). No entry is dated before one that
    stands before it: whoever backdates gains nothing.
    """
    names = dict.fromkeys(str(entry.content.subject["framework"]) for entry in record.of_type(EntryType.FRAMEWORK))
    return {name: history for name in names if (history := history_of(name, record)).pins}


def history_of(name: str, record: Kept) -> History:
    """Return the history of one framework; an empty one if the record holds none. Effect: as `histories`."""
    history = History(name=name, pins=())
    for entry, at in _dated(record):
        if entry.content.type is EntryType.FRAMEWORK and entry.content.subject["framework"] == name:
            pin = _pin(entry, at, history, record)
            history = history if pin is None else History(name=name, pins=(*history.pins, pin))
    return history


def pinned_framework(pin: Pinned, record: Record) -> Framework:
    """Return the framework that a pin names, from the record's own bytes. Effect: reads the object."""
    return parse_framework(record.object(pin.parts.framework), file=pin.entry)


def governing_framework(history: History, version: str, record: Record, *, at: datetime) -> Framework | None:
    """Return the version whose procedure governs the change to a version; None for a first. Effect: reads the object."""
    pin = history.governing(version, at)
    return None if pin is None else pinned_framework(pin, record)


def announcement(pin: Pinned, name: str, record: Record) -> Announced:
    """Return what a pin announced, with the persons whose keys signed it as the keyring names them (L-7). Pure."""
    entry = next(entry for entry in record.entries if entry.content.id == pin.entry)
    return Announced(
        digest=publication_digest(name, pin.version, pin.parts),
        at=pin.at,
        by=frozenset(record.keyring[sig.key_id].person for sig in entry.content.sigs),
        effective=pin.effective,
    )


def about(name: str, version: str) -> str:
    """Return what acts about a version share as their name, in the header field `decision`. Pure."""
    return f"framework/{name}@{version}"


def acts_on(name: str, version: str, record: Record) -> tuple[Signed, ...]:
    """Return every act about a version, in the record's order; the person is whom the keyring names (L-7). Pure."""
    wanted = about(name, version)
    return tuple(
        signed
        for entry, at in _dated(record)
        if entry.content.type is EntryType.APPROVAL and entry.content.subject.get("decision") == wanted
        for signed in _signed(entry, at, record)
    )


def _signed(entry: LedgerEntry, at: datetime, record: Record) -> Iterator[Signed]:
    subject = entry.content.subject
    act, role = _ACTS.get(str(subject["act"])), str(subject["role"])
    if act is None:  # an act of others' making; what it says is none of ours
        return
    holder = next(h for sig in entry.content.sigs if role in (h := record.keyring[sig.key_id]).roles)
    digest = str(subject["input_digest"])
    yield Signed(entry=entry.content.id, role=role, person=holder.person, act=act, digest=digest, at=at)


def _dated(record: Kept) -> Iterator[tuple[LedgerEntry, datetime]]:
    at = _BEGINNING
    for entry in record.entries:
        at = max(at, datetime.fromisoformat(entry.content.ts))
        yield entry, at


def _pin(entry: LedgerEntry, at: datetime, history: History, record: Kept) -> Pinned | None:
    content = entry.content
    refs = {ref.name: ref for ref in content.refs}
    held = refs.get(FRAMEWORK)
    act = str(content.subject.get("act", ""))
    if held is None or act not in ("", ANNOUNCE, PUBLISH):
        return None
    try:
        framework = parse_framework(record.object(held.sha256), file=content.id)
    except (BadInput, NotFound, VerificationFailed):
        return None
    version = str(content.subject["version"])
    if (framework.id.name, framework.id.version) != (history.name, version):
        return None
    return Pinned(
        entry=content.id,
        act=act,
        at=at,
        version=version,
        effective=framework.effective,
        parts=Parts(
            framework=held.sha256,
            change_log=_digest(refs.get(CHANGE_LOG)),
            mapping=_digest(refs.get(MAPPING)),
            document=framework.document.sha256,
            previous=_previous(history, version),
        ),
        has_document=DOCUMENT in refs,
        size=held.size,
    )


def _digest(ref: Ref | None) -> str:
    return "" if ref is None else ref.sha256


def _previous(history: History, version: str) -> str:
    """The text in whose place a version of this label comes: the latest other one that counts."""
    latest = history.without(version).latest()
    return "" if latest is None else latest.parts.framework
