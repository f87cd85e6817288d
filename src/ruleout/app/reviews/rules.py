# SPDX-License-Identifier: Apache-2.0
"""The rules for reviews at hand: one file for each version of a framework that has some."""

from __future__ import annotations

from pathlib import Path

from ruleout.accountability.reviews.parse import parse_review_rules
from ruleout.adapters.files import read_bounded
from ruleout.adapters.zones import zone_of
from ruleout.app.sources import MOST_DOCUMENT_BYTES, framework_folders
from ruleout.app.workspace import Workspace
from ruleout.errors import NotFound
from ruleout.model.clock import Calendar
from ruleout.model.review import ReviewRules

_FOLDER = "reviews"


def review_rules(framework: str, workspace: Workspace | None) -> ReviewRules:
    """Return the rules of a framework's version, the workspace's own before shipped ones. Effect: reads the file.

    Raises:
        NotFound: the version has no rules for reviews; the message lists those that have.
        BadInput: the file has problems.
    """
    path, data = rules_file(framework, workspace)
    return parse_review_rules(data, file=str(path))


def rules_file(framework: str, workspace: Workspace | None) -> tuple[Path, bytes]:
    """Return the file of the same, and its bytes. Effect: reads it. Raises NotFound, as `review_rules`."""
    known: dict[str, Path] = {}
    for folder in framework_folders(workspace):
        for path in sorted(folder.glob(f"*/{_FOLDER}/*.yaml")):
            known.setdefault(f"{path.parent.parent.name}@{path.stem}", path)
    if framework not in known:
        hint = f"Name one of these, or write frameworks/NAME/{_FOLDER}/VERSION.yaml."
        raise NotFound(f"no rules for reviews of {framework!r}; there are: {', '.join(known) or 'none'}", hint=hint)
    return known[framework], read_bounded(known[framework], limit_bytes=MOST_DOCUMENT_BYTES, what="file of rules")


def calendar_of(rules: ReviewRules) -> Calendar:
    """Return the calendar in which the rules count. Effect: reads rules of time zones."""
    return Calendar(name=rules.zone, zone=zone_of(rules.zone))
