# SPDX-License-Identifier: Apache-2.0
"""The rules for concerns at hand: of one framework, and of every law that has some."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ruleout.accountability.concerns.parse import parse_concern_rules
from ruleout.adapters.files import read_bounded
from ruleout.adapters.zones import zone_of
from ruleout.app.accountability.incident_regimes import JURISDICTIONS
from ruleout.app.shipped import shipped_folder
from ruleout.app.sources import MOST_DOCUMENT_BYTES, framework_folders
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound
from ruleout.model.clock import Calendar
from ruleout.model.concern import ConcernRules

_FILE = "concerns.yaml"
_FOLDER = "concerns"


def concern_rules(framework: str, workspace: Workspace | None) -> tuple[ConcernRules, ...]:
    """Return the rules of every law at hand, and of a framework where one is named. Effect: reads the files.

    Args:
        framework: `ID@VERSION`, or "" for the laws alone.
        workspace: whose own files count before shipped ones of the same name.

    Raises:
        NotFound: the framework has no rules for concerns; the message lists those that have.
        BadInput: a file has problems.
    """
    folders = [shipped_folder() / JURISDICTIONS]
    if workspace is not None:
        folders.append(workspace.root / JURISDICTIONS)
    found: dict[str, ConcernRules] = {}
    for path in (path for folder in folders for path in sorted(folder.glob(f"*/{_FILE}"))):
        rules = _read(path)
        found[rules.name] = rules
    laws = [found[name] for name in sorted(found)]
    return (_of_framework(framework, workspace), *laws) if framework else tuple(laws)


def calendars_of(rules: Iterable[ConcernRules]) -> dict[str, Calendar]:
    """Return the calendar of each, by name. Effect: reads rules of time zones."""
    return {one.name: Calendar(name=one.zone, zone=zone_of(one.zone)) for one in rules}


def _of_framework(name: str, workspace: Workspace | None) -> ConcernRules:
    known: dict[str, Path] = {}
    for folder in framework_folders(workspace):
        for path in sorted(folder.glob(f"*/{_FOLDER}/*.yaml")):
            known.setdefault(f"{path.parent.parent.name}@{path.stem}", path)
    if name not in known:
        hint = f"Name one of these, or write frameworks/NAME/{_FOLDER}/VERSION.yaml."
        raise NotFound(f"no rules for concerns of {name!r}; there are: {', '.join(known) or 'none'}", hint=hint)
    return _read(known[name])


def _read(path: Path) -> ConcernRules:
    data = read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what="file of rules")
    return parse_concern_rules(data, file=str(path))
