# SPDX-License-Identifier: Apache-2.0
"""The roadmap that a command is about: published states from files, or the record of a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ruleout.accountability.roadmap.changes.discrepancies import said_otherwise
from ruleout.app.accountability.roadmap import published, register_in, roadmaps_in, workspace_differences
from ruleout.app.ledger import read_record
from ruleout.cli.options import workspace_needed
from ruleout.errors import NotFound
from ruleout.model.roadmap import Roadmap
from ruleout.model.roadmap_acts import GoalHistory, GoalStanding
from ruleout.model.update_log import UpdateLog
from ruleout.reports.accountability.roadmap_shown import RoadmapShown
from ruleout.reports.accountability.roadmap_text import DISCLAIMER
from ruleout.reports.accountability.roadmap_view import roadmap_shown

Stood = tuple[tuple[str, GoalStanding], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A roadmap, each goal's history, what was said, and where the workspace's files say other than the record."""

    roadmap: Roadmap
    histories: tuple[tuple[str, GoalHistory], ...]
    log: UpdateLog | None = None
    untold: tuple[str, ...] = ()

    def shown(self, stood: Stood, at: datetime) -> RoadmapShown:
        """What pages show of it."""
        otherwise = {} if self.log is None else dict(_otherwise(stood, self.log, at))
        says = (*_known_until(self.roadmap, at), DISCLAIMER)
        return roadmap_shown(self.roadmap, stood, dict(self.histories), at=at, says=says, otherwise=otherwise)


def _otherwise(stood: Stood, log: UpdateLog, at: datetime) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where its author's pages differ about a goal, for the last edition of each."""
    for name, one in stood:
        if "@" not in name:
            yield name, said_otherwise(name, one.follow_ons, log, by=at.date())


def found_roadmap(files: list[Path] | None, updates: Path | None, roadmap: str | None, workspace: Path | None) -> Found:
    """Return what files of published states, or the record of a workspace, have. Effect: reads them.

    Raises:
        NotFound: there is no such roadmap; or as the reading of what is named.
    """
    if files:
        newest, histories, log = published(files, updates)
        return Found(roadmap=newest, histories=histories, log=log)
    place = workspace_needed(workspace)
    record = read_record(place)
    name = roadmap or only(roadmaps_in(record))
    register = register_in(record, name)
    if register is None:
        raise NotFound(f"no roadmap {name!r} in the record", hint="Record it: `ruleout roadmap set FILE`.")
    untold = (f"{path.name}: {text}" for path, said in workspace_differences(place, record) for text in said)
    return Found(roadmap=register.roadmap, histories=tuple(register.histories.items()), untold=tuple(untold))


def only(names: tuple[str, ...]) -> str:
    """Return the only roadmap of a record. Raises NotFound if it has none, or several."""
    if len(names) != 1:
        known = ", ".join(names) or "none"
        raise NotFound(f"expected one roadmap in the record, it has {known}", hint="Name it: --roadmap, or set one.")
    return names[0]


def _known_until(roadmap: Roadmap, at: datetime) -> tuple[str, ...]:
    known = roadmap.document.retrieved if roadmap.document is not None else None
    last = known or roadmap.published
    if roadmap.document is None or last is None or at.date() <= last:
        return ()
    return (f"Known up to {last}: what was published or done since is not told here.",)
