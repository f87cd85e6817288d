# SPDX-License-Identifier: Apache-2.0
"""Decide one case under many versions of a framework (D-16): which versions those are, and which was in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ruleout.app.assess import Question, assess, at_its_own_instant
from ruleout.app.compare import versions_of
from ruleout.app.ledger import read_record
from ruleout.app.sources import FrameworkFile, find_framework, known_frameworks, read_case
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound
from ruleout.model.decision import Decision
from ruleout.model.outcome import Activity


@dataclass(frozen=True, slots=True)
class Row:
    """One decision, when its version took effect, and whether that was the newest one in effect at the instant."""

    decision: Decision
    effective: date
    in_force: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A case's id, its decisions in the order of the versions, and evidence that could not be read with the reason."""

    case: str
    rows: tuple[Row, ...]
    unreadable: Mapping[str, str]


def decide_under(
    case: Path,
    frameworks: Iterable[str],
    workspace: Workspace | None,
    *,
    activities: Callable[[Activity], tuple[Activity, ...]],
    at: datetime | None = None,
) -> Decided:
    """Return the decisions of a case under many versions. Effect: reads case, logs, frameworks and record.

    Args:
        case: the case file.
        frameworks: `ID@VERSION`, a path, or an id alone for all its versions; none for all of the case's developer.
        workspace: where frameworks and approvals are looked for besides what ships.
        activities: from the case's own activity to those to decide.
        at: aware UTC instant of every decision; None for the case's own, or the last act on record after it.

    Raises:
        NotFound: no such framework, or none of the developer's.
        BadInput: a file has problems.

    Source: D-16.
    """
    read = read_case(case)
    names = tuple(frameworks)
    found = _named(names, workspace) if names else _of_developer(read.case.subject.developer, workspace)
    record = read_record(workspace) if workspace is not None else None
    rows = []
    for activity in activities(read.case.subject.activity):
        for file in found:
            question = Question(framework=file, case=read, activity=activity, at=at or read.case.at)
            asked = question if at is not None else at_its_own_instant(question, record)
            effective = file.framework.effective
            rows.append(Row(assess(asked, record), effective, _in_force(file, found, on=asked.at.date())))
    return Decided(read.case.id, tuple(rows), read.unreadable)


def _named(names: tuple[str, ...], workspace: Workspace | None) -> tuple[FrameworkFile, ...]:
    families = {known.partition("@")[0] for known in known_frameworks(workspace)}
    ids = [version for name in names for version in (versions_of(name, workspace) if name in families else (name,))]
    return tuple(find_framework(name, workspace) for name in dict.fromkeys(ids))


def _of_developer(developer: str, workspace: Workspace | None) -> tuple[FrameworkFile, ...]:
    known = [find_framework(name, workspace) for name in known_frameworks(workspace)]
    found = [file for file in known if file.framework.developer.casefold() == developer.casefold()]
    if not found:
        hint = "Name the frameworks with --framework."
        raise NotFound(f"no framework of the developer {developer!r} is known", hint=hint)
    return tuple(sorted(found, key=lambda f: (f.framework.id.name, f.framework.effective, f.framework.id.version)))


def _in_force(file: FrameworkFile, among: tuple[FrameworkFile, ...], *, on: date) -> bool:
    """Whether a version is the newest of its framework, among those decided under, that was in effect on a day."""
    mine = file.framework
    family = [f.framework for f in among if f.framework.id.name == mine.id.name and f.framework.effective <= on]
    return mine.effective <= on and all(mine.effective >= other.effective for other in family)
