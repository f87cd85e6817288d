# SPDX-License-Identifier: Apache-2.0
"""Whether a version may be decided under: as the record's change control has it (D-15, D-16).

Any case can be decided under any version (D-16), and a caveat says what that version is. A decision is recorded only under
the version in force at its instant. Frameworks that a record holds no publication of are as they always were.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ruleout.app.change_control.history import histories, history_of
from ruleout.app.evidence.receipt import Kept
from ruleout.app.ledger import Record, read_record
from ruleout.app.sources import read_framework
from ruleout.app.workspace import CONFIG, Workspace, open_workspace
from ruleout.errors import BadInput, RuleoutError
from ruleout.model.framework import Framework
from ruleout.model.publication import Pinned


def caveat_of(framework: Framework, record: Kept, *, at: datetime) -> str:
    """Return why a version is not the one in force at an instant; "" if it is, or is under no change control.

    Effect: reads what framework entries name.
    """
    fid = framework.id
    history = history_of(fid.name, record)
    if not history.is_controlled:
        return ""
    now = history.in_force(at)
    if now is not None and now.parts.framework == framework.digest:
        return ""
    current = "no version" if now is None else f"{fid.name}@{now.version}"
    return f"{fid} is {_what(framework, history.counting(), at)}; in force at that instant: {current}"


def _what(framework: Framework, counting: tuple[Pinned, ...], at: datetime) -> str:
    mine = next((pin for pin in counting if pin.version == framework.id.version), None)
    if mine is None:
        return "not published"
    if mine.parts.framework != framework.digest:
        return f"published with other bytes ({mine.parts.framework[:12]}, the file is {framework.digest[:12]})"
    if mine.at > at:
        return "published only later"
    return f"in force only from {mine.effective}" if mine.effective > at.date() else "superseded"


def require_in_force(framework: Framework, record: Kept, *, at: datetime) -> None:
    """Refuse a decision of the record under a version that is not in force at its instant: to record it, or to replay it.

    Raises:
        RuleoutError: it is not, and its framework is under change control.
    """
    caveat = caveat_of(framework, record, at=at)
    if caveat:
        hint = "Decide under the version in force, or publish this one: `ruleout framework status`."
        raise RuleoutError(caveat, hint=hint)


def other_than_published(record: Record, workspace: Workspace) -> Iterator[tuple[str, str, str]]:
    """Yield (file, pinned digest, digest of the file) of each framework file that has another text than was published.

    Effect: reads the workspace's framework files.
    """
    pinned = {
        (name, pin.version): pin.parts.framework
        for name, history in histories(record).items()
        if history.is_controlled
        for pin in history.counting()
    }
    for path in sorted(workspace.frameworks.glob("*/*.yaml")) if pinned else ():
        try:
            framework = read_framework(path).framework
        except BadInput:
            continue
        was = pinned.get((framework.id.name, framework.id.version))
        if was is not None and was != framework.digest:
            yield str(path), was, framework.digest


def frameworks_beside(path: Path) -> tuple[str, ...]:
    """Return which framework files of the workspace at a path have another text than was published; nothing for a bundle.

    Effect: reads the files, and the record where there are any.
    """
    if not any((path / "frameworks").glob("*/*.yaml")) or not (path / CONFIG).is_file():
        return ()
    place = open_workspace(path)
    found = other_than_published(read_record(place), place)
    return tuple(f"{file}: same label, other bytes: {got[:12]}, published as {was[:12]}" for file, was, got in found)
