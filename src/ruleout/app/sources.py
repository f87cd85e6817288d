# SPDX-License-Identifier: Apache-2.0
"""Finding and reading what a decision rests on: frameworks, cases, evaluation logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ruleout.adapters.files import MIB, read_bounded
from ruleout.adapters.logs.finding import find_one
from ruleout.adapters.logs.opening import open_log
from ruleout.app.shipped import shipped_folder
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound, RuleoutError, UnreadableLog
from ruleout.evidence import read_log
from ruleout.framework import parse_case, parse_framework
from ruleout.model.case import Case
from ruleout.model.evidence import EvidenceItem, Measurement
from ruleout.model.framework import Framework

MOST_DOCUMENT_BYTES = MIB
_ID = re.compile(r"^([a-z0-9]+(?:-[a-z0-9]+)*)@([0-9A-Za-z][0-9A-Za-z.-]*)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file's value and its own bytes, which go into the record."""

    path: Path
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkFile(Read):
    """A framework as read from its file."""

    framework: Framework


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile(Read):
    """A case as read from its file, its evidence read too.

    `measurements` maps an evidence id to what its log holds; `unreadable` an evidence id to why there is none.
    """

    case: Case
    measurements: Mapping[str, Measurement]
    unreadable: Mapping[str, str]


def framework_folders(workspace: Workspace | None) -> tuple[Path, ...]:
    """Where frameworks are looked for, the workspace's own first."""
    own = () if workspace is None else (workspace.frameworks,)
    return (*own, shipped_folder() / "frameworks")


def find_framework(name: str, workspace: Workspace | None) -> FrameworkFile:
    """Return a framework by `ID@VERSION` or by path. Effect: reads its file.

    Raises:
        NotFound: no such framework; the message lists those there are.
        BadInput: its file has problems.
    """
    match = _ID.match(name)
    for folder in framework_folders(workspace):
        path = folder / match[1] / f"{match[2]}.yaml" if match else Path(name)
        if path.is_file():
            return read_framework(path)
    if not match and name.endswith((".yaml", ".yml")):
        raise NotFound(
            f"{name}: no such framework file", hint="Check the path, or name a version, such as anthropic-rsp@3.4."
        )
    known = ", ".join(known_frameworks(workspace)) or "none"
    raise NotFound(f"no framework {name!r}; there are: {known}", hint="Name one of these, or give a path to a file.")


def known_frameworks(workspace: Workspace | None) -> tuple[str, ...]:
    """The ids of every framework that can be named, sorted. Effect: lists folders."""
    found = {
        f"{path.parent.name}@{path.stem}" for folder in framework_folders(workspace) for path in folder.glob("*/*.yaml")
    }
    return tuple(sorted(found))


def read_framework(path: Path) -> FrameworkFile:
    """Return the framework of a file. Effect: reads it. Raises BadInput with every problem of the file."""
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="framework file")
    return FrameworkFile(path=path, data=data, framework=parse_framework(data, file=str(path)))


def read_case(path: Path) -> CaseFile:
    """Return the case of a file, with the logs its evidence names. Effect: reads the files.

    A log that is missing, unreadable or not the declared one becomes an entry of `unreadable`, not an error: the
    decision then says that its evidence is missing.

    Raises:
        BadInput: the case file has problems.
    """
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="case file")
    case = parse_case(data, file=str(path))
    measurements: dict[str, Measurement] = {}
    unreadable: dict[str, str] = {}
    for item in case.evidence:
        if not item.log:
            continue
        try:
            measurement = read_measurement(path.parent / item.log, item)
        except (UnreadableLog, RuleoutError) as error:
            unreadable[item.id] = str(error)
            continue
        if item.digest and item.digest != measurement.digest:
            unreadable[item.id] = f"expected the log {item.digest[:12]}, got {measurement.digest[:12]}"
            continue
        measurements[item.id] = measurement
    return CaseFile(
        path=path, data=data, case=with_digests(case, measurements), measurements=measurements, unreadable=unreadable
    )


def with_digests(case: Case, measurements: Mapping[str, Measurement]) -> Case:
    """The case with each log's real digest on its evidence, which then is an input of the decision. Pure.

    A log that was not read has none: who approves without it has not approved what it holds.
    """
    digests = {name: measurement.digest for name, measurement in measurements.items()}
    evidence = tuple(replace(item, digest=digests.get(item.id, "")) if item.log else item for item in case.evidence)
    return replace(case, evidence=evidence)


def read_measurements(path: Path) -> tuple[Measurement, ...]:
    """Return what a log holds: one measurement per task and model. Effect: reads its files.

    Args:
        path: a file, or the folder of one run.

    Raises:
        UnreadableLog: it is not a log we can read, with the reason.
        RuleoutError: there is no such file, a folder does not hold exactly one log, or it is too large.
    """
    with open_log(find_one(str(path))) as log:
        return read_log(log)


def read_measurement(path: Path, item: EvidenceItem) -> Measurement:
    """Return what an evaluation log holds for a piece of evidence. Effect: reads its files.

    The path may be that of a log, of one of its files, or of the folder of a run.

    A log may hold several tasks and models; the measurement is that of the evidence's own. Where none is, the first is
    given, and the engine says that it is of another task or model.

    Raises:
        UnreadableLog: it is not a log we can read, with the reason.
        RuleoutError: there is no such file, a folder does not hold exactly one log, or it is too large.
    """
    measurements = read_measurements(path)
    wanted = (item.log_task or item.id, item.log_model)
    return next((m for m in measurements if (m.task, m.model) == wanted), measurements[0])
