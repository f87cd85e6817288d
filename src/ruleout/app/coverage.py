# SPDX-License-Identifier: Apache-2.0
"""Coverage of a framework against outside criteria, from shipped data and the workspace's own."""

from __future__ import annotations

from pathlib import Path

from ruleout.adapters.files import read_bounded
from ruleout.app.shipped import public_record, shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES, FrameworkFile
from ruleout.app.workspace import Workspace
from ruleout.errors import BadInput, NotFound
from ruleout.framework import parse_case
from ruleout.framework.coverage import Coverage, coverage
from ruleout.framework.criteria_document import (
    Claim,
    CoverageRecord,
    Criteria,
    parse_claims,
    parse_coverage_record,
    parse_criteria,
)
from ruleout.model.case import Case

FOLDER = "criteria"
CLAIMS = "claims"
RECORDS = "coverage"


def criteria_folders(workspace: Workspace | None) -> tuple[Path, ...]:
    """Where criteria are looked for, the workspace's own first."""
    own = () if workspace is None else (workspace.root / FOLDER,)
    return (*own, shipped_folder() / FOLDER)


def known_criteria(workspace: Workspace | None) -> tuple[str, ...]:
    """The ids of every set of criteria that can be named, sorted. Effect: lists folders."""
    return tuple(sorted({path.stem for folder in criteria_folders(workspace) for path in folder.glob("*.yaml")}))


def find_criteria(name: str, workspace: Workspace | None) -> Criteria:
    """Return a set of criteria by name. Effect: reads its file.

    Raises:
        NotFound: there is none; the message lists those there are.
        BadInput: its file has problems.
    """
    for folder in criteria_folders(workspace):
        path = folder / f"{name}.yaml"
        if name in known_criteria(workspace) and path.is_file():
            return parse_criteria(_bytes(path), file=str(path))
    known = ", ".join(known_criteria(workspace)) or "none"
    raise NotFound(f"no criteria {name!r}; there are: {known}", hint="Name one of these.")


def claims_of(family: str, workspace: Workspace | None) -> tuple[Claim, ...]:
    """Return what a family of frameworks claims; a workspace's claims file replaces the shipped one. Effect: reads."""
    for folder in criteria_folders(workspace):
        path = folder / CLAIMS / f"{family}.yaml"
        if path.is_file():
            return parse_claims(_bytes(path), file=str(path))
    return ()


def coverage_of(framework: FrameworkFile, against: str, workspace: Workspace | None) -> Coverage:
    """Return how a framework covers a set of criteria. Effect: reads files.

    Seen in operation are what the workspace's records say, and what the cases of this developer state: the
    workspace's own and those of the public record.

    Raises:
        NotFound: there are no such criteria.
        BadInput: a file of criteria, claims or records has problems.
    """
    records = _records(workspace)
    return coverage(
        framework.framework,
        find_criteria(against, workspace),
        claims_of(framework.framework.id.name, workspace),
        confirmed=[seen for record in records for seen in record.confirmed],
        operated=[seen for record in records for seen in record.operated],
        cases=_cases(workspace, framework.framework.developer),
    )


def _records(workspace: Workspace | None) -> list[CoverageRecord]:
    if workspace is None:
        return []
    paths = sorted((workspace.root / RECORDS).glob("*.yaml"))
    return [parse_coverage_record(_bytes(path), file=str(path)) for path in paths]


def _cases(workspace: Workspace | None, developer: str) -> list[Case]:
    folders = [public_record() / "cases", *([] if workspace is None else [workspace.cases])]
    read = [_case(path) for folder in folders for path in sorted(folder.glob("**/*.yaml"))]
    return [case for case in read if case is not None and case.subject.developer == developer]


def _case(path: Path) -> Case | None:
    """The case, or None where it has problems, which `ruleout check` reports."""
    try:
        return parse_case(_bytes(path), file=str(path))
    except BadInput:
        return None


def _bytes(path: Path) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file")
