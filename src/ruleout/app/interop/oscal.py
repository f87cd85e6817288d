# SPDX-License-Identifier: Apache-2.0
"""OSCAL documents of a record: which there are, and in which files; each refers to the others by file name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ruleout.adapters.files import read_bounded
from ruleout.app.coverage import CLAIMS, criteria_folders, known_criteria
from ruleout.app.interop.acts import deviations_told, frameworks_told
from ruleout.app.interop.limits import Documents, require_bounded
from ruleout.app.interop.reading import Reading
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.app.workspace import Workspace
from ruleout.errors import RuleoutError
from ruleout.framework.coverage import coverage
from ruleout.framework.criteria_document import Criteria, parse_claims, parse_criteria
from ruleout.ledger import EntryType, Signer
from ruleout.reports.interop.losses import LeftOut
from ruleout.reports.interop.oscal.catalog import catalog_name, criteria_catalog, criteria_name, framework_catalog
from ruleout.reports.interop.oscal.components import component_definition
from ruleout.reports.interop.oscal.mapping import Mapped, claimed_items, mapping_collection
from ruleout.reports.interop.oscal.parts import About
from ruleout.reports.interop.oscal.plan import plan_of_action
from ruleout.reports.interop.oscal.results import assessment_results, reviewed
from ruleout.reports.interop.shown import DecisionShown, FrameworkShown
from ruleout.reports.interop.written import Written, json_bytes


def oscal_documents(reading: Reading, workspace: Workspace, _signer: Signer | None) -> Documents:
    """Return catalogs, component definitions, assessment results, mapping and plan of action. Effect: reads.

    OSCAL has no place for a signature, so none is made.

    Raises:
        RuleoutError: the record holds nothing that OSCAL can tell.
    """
    frameworks = frameworks_told(reading)
    about = _about(reading, frameworks)
    files, left = _promise(frameworks)
    files += _results(reading, frameworks, about, left)
    files += _mapping(frameworks, workspace, about, left)
    deviations = deviations_told(reading)
    if deviations:
        files.append(_json("poam.json", plan_of_action(deviations, about), "plan of action of deviations"))
    else:
        left.append(LeftOut(what="plan of action", why="the record holds no deviation"))
    if not files:
        raise RuleoutError("the record holds nothing that OSCAL can tell", hint="Record a decision first.")
    return files, left


def _about(reading: Reading, frameworks: Sequence[FrameworkShown]) -> About:
    view = reading.record.view
    return About(
        origin=view.origin,
        size=view.size,
        at=reading.record.entries[-1].content.ts,
        audience=reading.audience,
        catalogs=frozenset(str(shown.framework.id) for shown in frameworks),
    )


def _promise(frameworks: Sequence[FrameworkShown]) -> Documents:
    files: list[Written] = []
    left: list[LeftOut] = []
    for shown in frameworks:
        name = str(shown.framework.id)
        index = shown.entry.index
        # As of the entry that records it: a catalog stays the same while the record grows.
        about = About(origin=shown.entry.origin, size=index + 1, at=shown.entry.ts, audience=shown.entry.audience)
        files.append(_json(catalog_name(name), framework_catalog(shown, about), f"catalog of {name}", index))
        if shown.framework.safeguards:
            file = f"components-{name}.json"
            files.append(_json(file, component_definition(shown, about), f"safeguards of {name}", index))
        else:
            left.append(LeftOut(what=f"components of {name}", why="it names no safeguard"))
    return files, left


def _results(
    reading: Reading, frameworks: Sequence[FrameworkShown], about: About, left: list[LeftOut]
) -> Iterator[Written]:
    every = reading.decisions()
    require_bounded(len(every))
    decisions = [one for one in every if reviewed(one.decided)]
    left += [_looked_at_nothing(one) for one in every if not reviewed(one.decided)]
    encodings = {shown.sha256 for shown in frameworks}
    left += [_no_catalog(one, about) for one in decisions if one.decided.framework_digest not in encodings]
    if unused := _unused(reading, decisions):
        left.append(LeftOut(what=f"{unused} entries of evidence", why="no decision that is told rests on them"))
    if decisions:
        yield _json("assessment-results.json", assessment_results(decisions, about), "decisions")
    else:
        left.append(LeftOut(what="assessment results", why="no decision was chosen, or none is recorded"))


def _looked_at_nothing(one: DecisionShown) -> LeftOut:
    return LeftOut(
        what=f"result of entry {one.entry.index}", why="the decision looked at no clause, and OSCAL asks for one"
    )


def _unused(reading: Reading, decisions: Sequence[DecisionShown]) -> int:
    """How many chosen entries of evidence are told by no decision."""
    used = {found.entry.index for one in decisions for found in one.evaluations.values()}
    return sum(entry.index not in used for entry in reading.of_type(EntryType.EVIDENCE))


def _no_catalog(one: DecisionShown, about: About) -> LeftOut:
    name = one.decided.framework
    why = f"the encoding of {name} that it was decided under is not in the record, or not for this audience"
    if name in about.catalogs:
        why = f"it was decided under another encoding of {name} than the record's last, which the catalog tells"
    return LeftOut(what=f"catalog for entry {one.entry.index}", why=why)


def _mapping(
    frameworks: Sequence[FrameworkShown], workspace: Workspace, about: About, left: list[LeftOut]
) -> Iterator[Written]:
    mapped: list[Mapped] = []
    for shown in frameworks:
        found = list(_claimed(shown, workspace))
        mapped += found
        if not found:
            left.append(LeftOut(what=f"mapping of {shown.framework.id}", why="no file of claims names a clause of it"))
    used = {one.coverage.criteria.id for one in mapped}
    for criteria, digest in _all_criteria(workspace):
        if criteria.id in used:
            catalog = criteria_catalog(criteria, digest, about)
            yield _json(criteria_name(criteria.id), catalog, f"catalog of {criteria.title}")
    if mapped:
        yield _json("mapping-collection.json", mapping_collection(mapped, about), "clauses and outside criteria")


def _claimed(shown: FrameworkShown, workspace: Workspace) -> Iterator[Mapped]:
    """What is claimed by a framework of the record; claims and criteria are files beside the record, as for `coverage`."""
    path = _first(workspace, Path(CLAIMS) / f"{shown.framework.id.name}.yaml")
    if path is None:
        return
    data = _bytes(path)
    claims = parse_claims(data, file=str(path))
    for criteria, _ in _all_criteria(workspace):
        held = coverage(shown.framework, criteria, claims)
        if claimed_items(held):
            yield Mapped(coverage=held, claims=hashlib.sha256(data).hexdigest())


def _all_criteria(workspace: Workspace) -> Iterator[tuple[Criteria, str]]:
    """Every set of criteria, with the SHA-256 of its file; a workspace's own replaces the shipped one."""
    for name in known_criteria(workspace):
        path = _first(workspace, Path(f"{name}.yaml"))
        if path is not None:
            data = _bytes(path)
            yield parse_criteria(data, file=str(path)), hashlib.sha256(data).hexdigest()


def _first(workspace: Workspace, below: Path) -> Path | None:
    places = (folder / below for folder in criteria_folders(workspace))
    return next((path for path in places if path.is_file()), None)


def _bytes(path: Path) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file")


def _json(name: str, value: Any, what: str, entry: int | None = None) -> Written:
    return Written(name=name, data=json_bytes(value), what=what, entry=entry)
