# SPDX-License-Identifier: Apache-2.0
"""Which version of a framework is in force at an instant, by the record and by the files at hand (D-16)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from ruleout.app.change_control.in_force import caveat_of
from ruleout.app.ledger import Record
from ruleout.app.sources import find_framework, known_frameworks
from ruleout.app.workspace import Workspace
from ruleout.engine.permitting import Check
from ruleout.errors import RuleoutError
from ruleout.framework import parse_framework
from ruleout.ledger import EntryType
from ruleout.model.framework import Framework
from ruleout.model.verdict import Verdict

#: Every version at hand of a framework by its name without version; raises RuleoutError where one cannot be read.
VersionsOf = Callable[[str], tuple[Framework, ...]]


def versions_at_hand(workspace: Workspace | None) -> VersionsOf:
    """Return how the versions of a framework are found in a workspace and among those that ship."""

    def versions_of(name: str) -> tuple[Framework, ...]:
        named = [known for known in known_frameworks(workspace) if known.partition("@")[0] == name]
        return tuple(find_framework(one, workspace).framework for one in named)

    return versions_of


def version_in_force(mine: Framework, record: Record, versions_of: VersionsOf, *, at: datetime) -> Check:
    """Return whether no later version of a framework is effective at an instant, and change control agrees.

    Effect: reads frameworks.

    A version that cannot be read might be the one in force: then it is not known. Source: D-16.
    """
    name = f"{mine.id} to be the version in force"
    try:
        known = (*versions_of(mine.id.name), *_recorded(mine.id.name, record))
    except RuleoutError as error:
        return Check(name=name, holds=Verdict.UNKNOWN, why=f"a version that cannot be read: {error}")
    if caveat := caveat_of(mine, record, at=at):
        return Check(name=name, holds=Verdict.NO, why=caveat)
    newer = sorted({str(one.id) for one in known if mine.effective < one.effective <= at.date()})
    begun = mine.effective <= at.date()
    why = f"not effective before {mine.effective}" if not begun else f"{', '.join(newer)} in its place"
    holds = begun and not newer
    return Check(name=name, holds=Verdict.YES if holds else Verdict.NO, why="in force" if holds else why)


def _recorded(name: str, record: Record) -> Iterator[Framework]:
    for entry in record.of_type(EntryType.FRAMEWORK):
        if entry.content.subject["framework"] == name:
            ref = entry.content.refs[0]
            yield parse_framework(record.object(ref.sha256), file=entry.content.id)
