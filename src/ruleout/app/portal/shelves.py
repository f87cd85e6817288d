# SPDX-License-Identifier: Apache-2.0
"""What an account holds, shelf by shelf: each is one function from the record to documents and their files.

A further sort of document is one function and its place in `SHELVES`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from ruleout.accountability.reporting.publication import EntryLink, Hole, Publication
from ruleout.accountability.roadmap.fold import RoadmapRegister
from ruleout.accountability.roadmap.succession import standings
from ruleout.app.accountability.roadmap import register_in, roadmaps_in
from ruleout.app.ledger import Record
from ruleout.app.portal.changes import changes
from ruleout.app.portal.ended import ended_since
from ruleout.app.portal.filled import Filled, Shelve, Wanted, open_objects
from ruleout.app.portal.reviews import reviews
from ruleout.app.publication.holes import holes_of, reasons_for
from ruleout.app.publication.reports import copy_of, report_entries
from ruleout.ledger import EntryType, LedgerEntry
from ruleout.ledger.audience import readers_of
from ruleout.reports.accountability.roadmap_page import roadmap_page
from ruleout.reports.accountability.roadmap_text import DISCLAIMER
from ruleout.reports.accountability.roadmap_view import roadmap_shown
from ruleout.reports.portal.account import File, Item, Shelf
from ruleout.reports.publication.forms import every_form, holes_in


def documents(wanted: Wanted) -> Filled:
    """Each document of the record, in the last version that it has, as this audience may see it."""
    items, files = [], {}
    for entry in reversed(_last_versions(wanted.record)):
        if wanted.audience not in readers_of(entry.content):
            items.append(Item(title=str(entry.content.subject["report"]), says=_confidential(entry), files=()))
            continue
        holes = holes_of(entry, wanted.record, wanted.audience)
        notes = {**reasons_for(wanted.record, wanted.audience), **holes}
        copy = copy_of(entry, wanted.record, hidden=holes, notes=notes)
        made = every_form(copy, wanted.audience.value)
        files.update({f"documents/{name}": data for name, data in made.items()})
        named = () if isinstance(copy.entries, Hole) else (one.id for one in copy.entries if isinstance(one, EntryLink))
        ended = ended_since(entry, map(str, named), wanted.record, wanted.ended)
        items.append(Item(title=_words(copy.title), says=_told(copy), files=tuple(_forms(made)), ended=ended))
    return Filled(shelf=Shelf(id="documents", title="Documents", says=_DOCUMENTS, items=tuple(items)), files=files)


def _last_versions(record: Record) -> tuple[LedgerEntry, ...]:
    """The last entry of each document, in the order in which they were published."""
    return tuple({e.content.subject["report"]: e for e in report_entries(record)}.values())


def _confidential(entry: LedgerEntry) -> str:
    readers = ", ".join(sorted(one.value for one in readers_of(entry.content)))
    subject = entry.content.subject
    return f"{subject['kind']}, {subject['published']}. Not for this audience; it is for: {readers}. Its digest stands in the record."


def _told(copy: Publication) -> str:
    holes = len(holes_in(copy))
    redacted = f", with {holes} redaction{'' if holes == 1 else 's'}" if holes else ""
    return f"Published {_words(copy.published)}, covers up to {_words(copy.covers)}. {_words(copy.law)}{redacted}."


def _words(value: object) -> str:
    return "redacted" if isinstance(value, Hole) else str(value)


_LABELS = {".html": "page", ".pdf": "PDF", ".md": "text", ".json": "data"}


def _forms(names: Iterable[str]) -> Iterator[File]:
    order = list(_LABELS)
    for name in sorted(names, key=lambda one: order.index(PurePath(one).suffix)):
        yield File(label=_LABELS[PurePath(name).suffix], path=f"documents/{name}")


def roadmaps(wanted: Wanted) -> Filled:
    """The goals of each roadmap, as the record has them at the instant; none of one of which this audience may not read all."""
    may_read = open_objects(wanted)
    items, files = [], {}
    for name in roadmaps_in(wanted.record):
        register = register_in(wanted.record, name)
        if register is None:
            continue
        if not _told_by(name, register, wanted.record) <= may_read:
            items.append(Item(title=name, says=_NOT_ALL, files=()))
            continue
        stood = standings(register.histories.items(), wanted.at)
        shown = roadmap_shown(
            register.roadmap, stood, dict(register.histories), at=wanted.at, says=(DISCLAIMER,), otherwise={}
        )
        path = f"roadmaps/{name}.html"
        files[path] = roadmap_page(shown).encode("utf-8")
        counts = ", ".join(
            f"{count} {status}" for status, count in Counter(goal.status for goal in shown.goals).items()
        )
        items.append(Item(title=shown.title, says=counts, files=(File(label="page", path=path),)))
    return Filled(shelf=Shelf(id="goals", title="Goals", says=_GOALS, items=tuple(items)), files=files)


def _told_by(name: str, register: RoadmapRegister, record: Record) -> frozenset[str]:
    """The SHA-256 of every object that a roadmap's page tells of: of its acts, and why evidence of its grades was withdrawn."""
    kinds = [EntryType.GOAL, EntryType.GRADE]
    if any(grade.void for history in register.histories.values() for grade in history.grades):
        kinds.append(EntryType.WITHDRAWAL)
    entries = (entry for kind in kinds for entry in record.of_type(kind))
    own = (entry.content for entry in entries if entry.content.subject.get("roadmap", name) == name)
    return frozenset(ref.sha256 for content in own for ref in content.refs)


_NOT_ALL = "What its goals say, or why they changed, is in part not for this audience, or gone: see what is absent."
_DOCUMENTS = "Assembled from the record, the newest first: each sentence in them leads to the entries that it rests on."
_GOALS = (
    "Public goals and how each stands: dates that were moved keep the day first set, and a missed goal stays missed."
)

SHELVES: tuple[Shelve, ...] = (documents, roadmaps, reviews, changes)
