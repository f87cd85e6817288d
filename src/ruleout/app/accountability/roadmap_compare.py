# SPDX-License-Identifier: Apache-2.0
"""Two files of goals and what was said of the change, read and compared (A-2)."""

from __future__ import annotations

from pathlib import Path

from ruleout.accountability.roadmap.changes.compare import compare_roadmaps
from ruleout.accountability.roadmap.changes.compared import RoadmapComparison
from ruleout.accountability.roadmap.changes.states import read_state
from ruleout.accountability.roadmap.changes.updates import parse_updates
from ruleout.adapters.files import read_bounded
from ruleout.app.sources import MOST_DOCUMENT_BYTES
from ruleout.errors import RuleoutError


def compare_goal_files(old: Path, new: Path, updates: Path | None = None) -> RoadmapComparison:
    """Return what differs between two files of goals. Effect: reads the files.

    Raises:
        BadInput: a file has problems.
        RuleoutError: a file cannot be read, the two are not states of one roadmap, or the updates are another's.
    """
    before, after = (read_state(_read(path, "roadmap"), file=str(path)) for path in (old, new))
    log = None if updates is None else parse_updates(_read(updates, "updates file"), file=str(updates))
    ids = {before.roadmap, after.roadmap} | ({log.roadmap} if log is not None else set())
    if len(ids) > 1:
        hint = "Give two states of one roadmap, older first, and the updates of that roadmap."
        raise RuleoutError(f"expected files of one roadmap, got {', '.join(sorted(ids))}", hint=hint)
    return compare_roadmaps(before, after, log)


def _read(path: Path, what: str) -> bytes:
    return read_bounded(path, limit_bytes=MOST_DOCUMENT_BYTES, what=what)
