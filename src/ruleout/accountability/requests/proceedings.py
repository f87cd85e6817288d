# SPDX-License-Identifier: Apache-2.0
"""What is known of a proceeding as of a day, from reports that may contradict each other (A-5).

A report counts from its day on. Later reports take the place of earlier ones, with one exception: what was decided
cannot become undecided. Where one report says *decided* and a later one says *pending*, or two say different results,
the better known kind prevails; among equals the status is unknown and both stand side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from ruleout.model.request import Favours, Known, Proceeding, Report, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumStatus:
    """How far one proceeding is known to be.

    Attributes:
        stage: None where nothing is known, or where reports contradict each other.
        as_of: day of the last report that was counted; None for no report. Nothing is known after it.
        conflict: the reports that contradict each other, in order of day; empty if none do.
    """

    proceeding: Proceeding
    stage: Stage | None
    favours: Favours | None
    as_of: date | None
    conflict: tuple[Report, ...]

    @property
    def words(self) -> str:
        """The status in words."""
        if self.stage is None:
            return "unknown: reports contradict each other" if self.conflict else "unknown"
        favours = f" for the {self.favours.value}" if self.favours not in (None, Favours.NEITHER) else ""
        return f"{self.stage.value}{favours}"


def status_of(proceeding: Proceeding, *, on: date) -> ForumStatus:
    """Return what is known of a proceeding on a day. Pure. Source: A-5."""
    told = sorted((report for report in proceeding.reports if report.as_of <= on), key=lambda report: report.as_of)
    counted = [report for report in told if report.attested.known is not Known.UNKNOWN]
    conflict = _conflict(counted)
    best = [report for report in conflict if report.attested.known is Known.PRIMARY]
    if conflict and len(best) in (0, len(conflict)):
        return ForumStatus(
            proceeding=proceeding, stage=None, favours=None, as_of=told[-1].as_of, conflict=tuple(conflict)
        )
    settled = [r for r in counted if r not in conflict or r in best]
    last = settled[-1] if settled else None
    return ForumStatus(
        proceeding=proceeding,
        stage=None if last is None else last.stage,
        favours=None if last is None else last.favours,
        as_of=told[-1].as_of if told else None,
        conflict=tuple(conflict),
    )


def _conflict(reports: Sequence[Report]) -> list[Report]:
    found = {r for pair in combinations(reports, 2) if _contradict(*pair) for r in pair}
    return [report for report in reports if report in found]


def _contradict(earlier: Report, later: Report) -> bool:
    """Whether the later report, by day, cannot be true beside the earlier one."""
    if earlier.stage.is_decided and not later.stage.is_decided:
        return True
    same_day = earlier.as_of == later.as_of
    if same_day and earlier.stage.is_decided != later.stage.is_decided:
        return True
    both_ruled = earlier.stage is later.stage and earlier.stage in (Stage.DECIDED, Stage.INTERIM)
    differ = earlier.favours is not later.favours
    return both_ruled and differ and (same_day or earlier.stage is Stage.DECIDED)
