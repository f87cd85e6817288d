# SPDX-License-Identifier: Apache-2.0
"""Compare two versions of a framework: find them, and the mappings that lead from one to the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ruleout.adapters.files import read_bounded
from ruleout.app.sources import MOST_DOCUMENT_BYTES, find_framework, framework_folders
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound, RuleoutError
from ruleout.framework.mapping import parse_mapping
from ruleout.model.framework import Framework
from ruleout.model.mapping import VersionMapping, turned_round
from ruleout.model.outcome import Activity

if TYPE_CHECKING:
    from ruleout.analysis.compare.result import Comparison

_BY_ID = (
    "no mapping relates {}: questions of equal id count as one, and every clause that differs is shown as not coded"
)
_BACKWARDS = "the mapping from {} is read backwards: its words speak of the other direction"


@dataclass(frozen=True, slots=True)
class MappingFile:
    """A mapping file and the versions its name says it relates, `FROM--TO.yaml`."""

    path: Path
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Leg:
    """From one version to the next: the file between them, if there is one, and whether it is read backwards."""

    old: str
    new: str
    file: Path | None
    backwards: bool = False


def compare_versions(
    old: str,
    new: str,
    workspace: Workspace | None,
    *,
    mapping: Path | None = None,
    activities: Iterable[Activity] = (),
    timeout_s: int = 10,
) -> Comparison:
    """Return how version `new` stands to version `old`. Effect: reads frameworks and mapping files.

    Args:
        old: `ID@VERSION` or a path.
        new: likewise.
        workspace: where frameworks are looked for besides those that ship.
        mapping: the mapping file between the two; None to look for one, or for a chain of neighbouring ones.
        activities: those to compare; empty for all.
        timeout_s: bound of each single question to the solver, seconds.

    Raises:
        NotFound: no such framework or mapping.
        BadInput: a file has problems.
        RuleoutError: the solver is not installed.

    Source: D-15.
    """
    try:
        # The solver is an optional part of the installation and costs a tenth of a second: only this verb loads it.
        from ruleout.analysis.compare.joint import Step  # noqa: PLC0415
        from ruleout.analysis.compare.versions import compare  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise RuleoutError("comparing needs the solver z3", hint="Install the package z3-solver.") from error
    first, last = find_framework(old, workspace).framework, find_framework(new, workspace).framework
    legs = _legs(first, last, mapping, workspace)
    related = list(_related(legs, (first, last), workspace))
    return compare(
        tuple(Step(*one) for one in related),
        activities=tuple(activities) or None,
        warnings=_warnings(legs, (first, last)),
        timeout_ms=timeout_s * 1000,
    )


def mapping_files(name: str, workspace: Workspace | None) -> tuple[MappingFile, ...]:
    """Return the mapping files of a framework, those of a workspace before those that ship. Effect: lists folders."""
    found: dict[tuple[str, str], MappingFile] = {}
    for folder in framework_folders(workspace):
        for path in sorted((folder / name / "mappings").glob("*--*.yaml")):
            old, _, new = path.stem.partition("--")
            found.setdefault((old, new), MappingFile(path, old, new))
    return tuple(found.values())


def _legs(first: Framework, last: Framework, mapping: Path | None, workspace: Workspace | None) -> tuple[_Leg, ...]:
    direct = _Leg(first.id.version, last.id.version, mapping)
    if mapping is not None or first.id == last.id or first.id.name != last.id.name:
        return (direct,)
    return _chain(first.id.version, last.id.version, mapping_files(first.id.name, workspace)) or (direct,)


def _chain(start: str, goal: str, files: tuple[MappingFile, ...]) -> tuple[_Leg, ...]:
    """The shortest way from one version to another over mapping files, read forwards where there is a choice."""
    ways: dict[str, tuple[_Leg, ...]] = {start: ()}
    waiting = deque([start])
    while waiting and goal not in ways:
        here = waiting.popleft()
        for leg in _leaving(here, files):
            if leg.new not in ways:
                ways[leg.new] = (*ways[here], leg)
                waiting.append(leg.new)
    return ways.get(goal, ())


def _leaving(here: str, files: tuple[MappingFile, ...]) -> Iterator[_Leg]:
    yield from (_Leg(here, file.new, file.path) for file in files if file.old == here)
    yield from (_Leg(here, file.old, file.path, backwards=True) for file in files if file.new == here)


def _related(
    legs: tuple[_Leg, ...], ends: tuple[Framework, Framework], workspace: Workspace | None
) -> Iterator[tuple[Framework, Framework, VersionMapping | None]]:
    here = ends[0]
    for index, leg in enumerate(legs):
        is_last = index == len(legs) - 1
        there = ends[1] if is_last else find_framework(f"{ends[0].id.name}@{leg.new}", workspace).framework
        yield here, there, None if leg.file is None else _read(leg, here, there)
        here = there


def _read(leg: _Leg, here: Framework, there: Framework) -> VersionMapping:
    if leg.file is None:
        raise AssertionError("a leg without a file has no mapping to read")
    data = read_bounded(leg.file, limit_bytes=MOST_DOCUMENT_BYTES, what="mapping file")
    if leg.backwards:
        return turned_round(parse_mapping(data, file=str(leg.file), old=there, new=here))
    return parse_mapping(data, file=str(leg.file), old=here, new=there)


def _warnings(legs: tuple[_Leg, ...], ends: tuple[Framework, Framework]) -> tuple[str, ...]:
    warnings = []
    if legs[0].file is None and ends[0].digest != ends[1].digest:
        warnings.append(_BY_ID.format(f"{ends[0].id} and {ends[1].id}"))
    if len(legs) > 1:
        way = " → ".join([legs[0].old, *(leg.new for leg in legs)])
        warnings.append(f"no mapping relates the two directly; they are compared over {way}")
    warnings += [_BACKWARDS.format(f"{leg.new} to {leg.old}") for leg in legs if leg.backwards]
    return tuple(warnings)


def versions_of(name: str, workspace: Workspace | None) -> tuple[str, ...]:
    """Return the ids of every version of a framework, in order of the date they took effect. Effect: reads them.

    Raises:
        NotFound: no version of it is known.
    """
    paths = {
        path.stem: path for folder in reversed(framework_folders(workspace)) for path in (folder / name).glob("*.yaml")
    }
    if not paths:
        raise NotFound(
            f"no framework {name!r}", hint="Name a framework, such as anthropic-rsp, or one of its versions."
        )
    read = [find_framework(f"{name}@{version}", workspace).framework for version in paths]
    return tuple(str(f.id) for f in sorted(read, key=lambda f: (f.effective, f.id.version)))
