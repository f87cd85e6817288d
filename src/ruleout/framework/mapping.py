# SPDX-License-Identifier: Apache-2.0
"""A mapping file -> how two versions correspond, every name resolved in its own version (D-15). Pure.

All problems of a file are raised at once. A mapping says which questions share their answers and what became of which
clause; whether that is so is for `ruleout.analysis` to compute.
"""

from __future__ import annotations

from collections.abc import Iterable

from ruleout.documents.findings import Findings
from ruleout.documents.places import Path
from ruleout.documents.validate import validate
from ruleout.documents.yaml_text import read_yaml
from ruleout.framework.mapping_document import ClauseRowDoc, CorrespondenceDoc, MappingDoc
from ruleout.model.formula import Kind
from ruleout.model.framework import Framework
from ruleout.model.listed_clauses import clauses_of
from ruleout.model.mapping import ChangeKind, ClauseRow, Correspondence, VersionMapping

_KINDS = (
    ("thresholds", Kind.THRESHOLD),
    ("safeguards", Kind.SAFEGUARD),
    ("arguments", Kind.ARGUMENT),
    ("questions", Kind.QUESTION),
)
_JUDGED = (ChangeKind.STRENGTHENED, ChangeKind.WEAKENED)


def parse_mapping(data: bytes, *, file: str, old: Framework, new: Framework) -> VersionMapping:
    """Return the mapping that a file describes, from `old` to `new`. Pure.

    Args:
        data: the file's bytes; anything at all.
        file: name used in problems.
        old: the version it must say it is from.
        new: the version it must say it leads to.

    Raises:
        BadInput: the file is refused; holds its problems in file order. Nothing else is raised, whatever the bytes.

    Source: D-15; ADR 0003.
    """
    document = read_yaml(data, file=file)
    doc = validate(MappingDoc, document)
    findings = Findings(document)
    _check_versions(doc, old, new, findings)
    correspondences = _correspondences(doc, old, new, findings)
    rows = _rows(doc, old, new, findings)
    findings.raise_any()
    return VersionMapping(correspondences=correspondences, rows=rows)


def _check_versions(doc: MappingDoc, old: Framework, new: Framework, findings: Findings) -> None:
    stated = (
        ("mapping", doc.mapping, old.id.name),
        ("mapping", doc.mapping, new.id.name),
        ("from", doc.from_, old.id.version),
        ("to", doc.to, new.id.version),
    )
    for field, got, wanted in dict.fromkeys(stated):
        if got != wanted:
            hint = f"This file is read as the mapping from {old.id} to {new.id}."
            findings.note("M001", (field,), expected=repr(wanted), got=repr(got), hint=hint)


def _correspondences(doc: MappingDoc, old: Framework, new: Framework, findings: Findings) -> tuple[Correspondence, ...]:
    built = []
    for section, kind in _KINDS:
        names = {"old": _asked(old, section), "new": _asked(new, section)}
        docs: tuple[CorrespondenceDoc, ...] = getattr(doc, section)
        pairs: dict[tuple[str, str], int] = {}
        for index, row in enumerate(docs):
            path: Path = (section, index)
            _check_names(row.old, (*path, "old"), names["old"], findings, noun=f"one of the {section} of {old.id}")
            _check_names(row.new, (*path, "new"), names["new"], findings, noun=f"one of the {section} of {new.id}")
            for pair in ((a, b) for a in row.old for b in row.new):
                if pairs.setdefault(pair, index) != index:
                    got = f"{pair[0]} and {pair[1]} again, as in entry {pairs[pair]}"
                    hint = "Delete one of the two."
                    findings.note("M005", path, expected="two questions related once", got=got, hint=hint)
            built.append(
                Correspondence(kind=kind, old=row.old, new=row.new, relation=row.relation, because=row.because)
            )
    return tuple(built)


def _asked(framework: Framework, section: str) -> frozenset[str]:
    return frozenset(part.clause.id for part in getattr(framework, section))


def _check_names(names: Iterable[str], path: Path, known: frozenset[str], findings: Findings, *, noun: str) -> None:
    for index, name in enumerate(names):
        if name not in known:
            findings.note_unknown((*path, index), expected=noun, name=name, known=known, id_="M002")


def _rows(doc: MappingDoc, old: Framework, new: Framework, findings: Findings) -> tuple[ClauseRow, ...]:
    known = {"old": _clause_ids(old), "new": _clause_ids(new)}
    seen: dict[tuple[str, str], int] = {}
    for index, row in enumerate(doc.clauses):
        path: Path = ("clauses", index)
        for side, version in (("old", old), ("new", new)):
            ids: tuple[str, ...] = getattr(row, side)
            _check_names(ids, (*path, side), known[side], findings, noun=f"a clause of {version.id}")
            for at, name in enumerate(ids):
                if (side, name) in seen:
                    got = f"{name!r}, which is also in entry {seen[side, name]}"
                    hint = "Name it in one row; id/part names a part of a clause."
                    findings.note("M003", (*path, side, at), expected="a clause in one row", got=got, hint=hint)
                seen.setdefault((side, name), index)
        _check_sides(row, path, findings)
        _check_dimensions(row, path, findings)
    return tuple(
        ClauseRow(
            old=row.old,
            new=row.new,
            change=row.change,
            dimensions=row.dimensions,
            says=row.says,
            announced=row.announced,
            because=row.because,
        )
        for row in doc.clauses
    )


def _clause_ids(framework: Framework) -> frozenset[str]:
    return frozenset(listed.id for listed in clauses_of(framework))


def _check_sides(row: ClauseRowDoc, path: Path, findings: Findings) -> None:
    """What was removed has an older side only, what was added a newer one only, everything else has both."""
    wanted = (row.change is not ChangeKind.ADDED, row.change is not ChangeKind.REMOVED)
    for side, needed, ids in (("old", wanted[0], row.old), ("new", wanted[1], row.new)):
        if bool(ids) != needed:
            expected = f"{'some clause' if needed else 'no clause'} under `{side}` for {row.change.value}"
            got = "none" if needed else ", ".join(ids)
            findings.note("M004", path, expected=expected, got=got, hint="Correct the sides or the change.")


def _check_dimensions(row: ClauseRowDoc, path: Path, findings: Findings) -> None:
    at = (*path, "dimensions")
    if row.change in _JUDGED and not row.dimensions:
        hint = "Say in which respect it changed, such as scope."
        findings.note("M006", at, expected=f"a dimension for {row.change.value}", got="none", hint=hint)
    if len(set(row.dimensions)) < len(row.dimensions):
        got = ", ".join(dimension.value for dimension in row.dimensions)
        findings.note("M006", at, expected="each dimension once", got=got, hint="Delete the repetition.")
