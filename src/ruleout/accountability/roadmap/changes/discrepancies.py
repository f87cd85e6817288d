# SPDX-License-Identifier: Apache-2.0
"""Where a roadmap's author says different things of one goal on different pages (A-2). Found in the updates, not listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ruleout.model.roadmap_acts import FollowOnStanding
from ruleout.model.update_log import UpdateKind, UpdateLog

_DONE = (UpdateKind.COMPLETED, UpdateKind.CLOSED)


def said_otherwise(name: str, follow_ons: Sequence[FollowOnStanding], log: UpdateLog, *, by: date) -> tuple[str, ...]:
    """Return, one sentence each, where pages of the author give different days for one thing. Pure.

    Args:
        name: id of the goal.
        follow_ons: what is owed since it was done, with the days computed.
        by: entries after this day do not count.
    """
    told = [one for one in log.updates if one.goal == name and one.on <= by]
    done = {one.happened: one for one in told if one.happened is not None and one.kind in _DONE}
    said = []
    if len(done) > 1:
        days = " and ".join(f"{day.isoformat()} ({log.page_of(done[day]).title})" for day in sorted(done))
        said.append(f"its author gives different days on which it was done: {days}")
    for one in told:
        for owed in follow_ons:
            if one.owed_by is not None and one.owed_by != owed.due:
                page = log.page_of(one).title
                said.append(
                    f"{page} gives {one.owed_by.isoformat()} for {owed.owed.id}; counted, it is {owed.due.isoformat()}"
                )
    return tuple(said)
