# SPDX-License-Identifier: Apache-2.0
"""The landscape of peers: facts shipped and of the workspace, what is amiss with them, what they may change for a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ruleout.adapters.files import read_bounded
from ruleout.analysis.peer_effects import PeerEffects, peer_effects
from ruleout.app.assess import as_recorded, exceptions_for
from ruleout.app.ledger import Record
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES, CaseFile, FrameworkFile
from ruleout.app.workspace import Workspace
from ruleout.documents.field_names import closest
from ruleout.framework.landscape_document import parse_landscape
from ruleout.model.expiry import has_ended
from ruleout.model.framework import Framework
from ruleout.model.landscape import Landscape, LandscapeFact, conflicts_in

FOLDER = "landscape"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactNote:
    """Something about a fact that a reader should see: `kind` is a stable word."""

    fact: str
    kind: str
    says: str


def landscape_folders(workspace: Workspace | None) -> tuple[Path, ...]:
    """Where landscape files are looked for, the workspace's own first."""
    own = () if workspace is None else (workspace.root / FOLDER,)
    return (*own, shipped_folder() / FOLDER)


def read_landscapes(workspace: Workspace | None) -> tuple[Landscape, ...]:
    """Return every landscape at hand. Effect: reads files. A workspace's file replaces the shipped one of the same id.

    Raises:
        BadInput: a file has problems.
    """
    found: dict[str, Landscape] = {}
    for folder in landscape_folders(workspace):
        for path in sorted(folder.glob("*.yaml")):
            data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="landscape file")
            landscape = parse_landscape(data, file=str(path))
            found.setdefault(landscape.id, landscape)
    return tuple(found.values())


def facts_of(landscapes: Sequence[Landscape]) -> tuple[LandscapeFact, ...]:
    """Return all facts in the files' order. Pure."""
    return tuple(fact for landscape in landscapes for fact in landscape.facts)


def notes_on(facts: Sequence[LandscapeFact], frameworks: Sequence[Framework], *, on: date) -> tuple[FactNote, ...]:
    """Return what is stale, second-hand, contested, in conflict, misdated or answers an unknown question. Pure."""
    known = {question.clause.id for framework in frameworks for question in framework.peer_questions}
    notes = [note for fact in facts for note in _notes(fact, known, on=on)]
    for group in conflicts_in(facts, on=on):
        said = "; ".join(f"{fact.id} says {fact.holds.value} as of {fact.as_of}" for fact in group)
        notes += [FactNote(fact=fact.id, kind="conflict", says=said) for fact in group]
    ids = [fact.id for fact in facts]
    notes += [
        FactNote(fact=name, kind="duplicate", says="the id stands in two files")
        for name in sorted({name for name in ids if ids.count(name) > 1})
    ]
    return tuple(notes)


def _notes(fact: LandscapeFact, known: set[str], *, on: date) -> list[FactNote]:
    notes = []
    if has_ended(fact.valid_until, fact.as_of):
        says = f"it ends on {fact.valid_until}, before it begins on {fact.as_of}"
        notes.append(FactNote(fact=fact.id, kind="misdated", says=says))
    if fact.is_stale(on):
        notes.append(FactNote(fact=fact.id, kind="stale", says=f"of {fact.as_of}, counts until {fact.last_day}"))
    if fact.is_later(on):
        notes.append(FactNote(fact=fact.id, kind="later", says=f"became known on {fact.as_of}, after {on}"))
    if fact.second_hand:
        notes.append(FactNote(fact=fact.id, kind="second-hand", says=f"counts as {fact.counts_as.value}"))
    if fact.contested:
        notes.append(FactNote(fact=fact.id, kind="contested", says=fact.contested))
    for name in fact.answers:
        if known and name not in known:
            near = closest(name, known)
            says = f"no framework at hand asks {name}" + (f"; is {near} meant?" if near else "")
            notes.append(FactNote(fact=fact.id, kind="unknown-question", says=says))
    return notes


#: Notes that make `landscape check` fail: the file contradicts itself or names what does not exist.
DEFECTS = frozenset({"misdated", "duplicate", "unknown-question"})


def effects_on(
    case: CaseFile,
    frameworks: Sequence[FrameworkFile],
    facts: Sequence[LandscapeFact],
    *,
    at: datetime,
    record: Record | None = None,
) -> tuple[PeerEffects, ...]:
    """Return what peers may and may not change for a case under each framework, with what the record says of it.

    Effect: reads what the record's entries name.
    """
    return tuple(
        peer_effects(
            file.framework,
            case.case,
            facts,
            activity=case.case.subject.activity,
            at=at,
            measurements=as_recorded(case, file, record, at=at).measurements,
            exceptions=exceptions_for(case, record),
        )
        for file in frameworks
    )
