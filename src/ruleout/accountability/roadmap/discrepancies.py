# SPDX-License-Identifier: Apache-2.0
"""Where a roadmap's author gives different days for one thing, on one page or on two (A-2). Found in what it said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ruleout.model.roadmap_acts import FollowOnStanding, GoalReport


def said_otherwise(reports: Sequence[GoalReport], follow_ons: Sequence[FollowOnStanding]) -> tuple[str, ...]:
    """Return, one sentence each, where an author's statements give different days for one thing. Pure.

    Args:
        reports: statements about one goal, up to the instant looked from.
        follow_ons: what is owed since it was done, with the days computed.
    """
    return (*_done(reports), *_owed(reports, follow_ons))


def _done(reports: Sequence[GoalReport]) -> Iterator[str]:
    said = {one.happened: one for one in reports if one.happened is not None and one.says_done and not one.part}
    if len(said) > 1:
        days = " and ".join(f"{day.isoformat()}{_on_page(said[day])}" for day in sorted(said))
        yield f"its author gives different days on which it was done: {days}"


def _owed(reports: Sequence[GoalReport], follow_ons: Sequence[FollowOnStanding]) -> Iterator[str]:
    for report in reports:
        for owed in follow_ons:
            if report.owed_by is not None and report.owed_by != owed.due:
                counted = f"counted, it is {owed.due.isoformat()}"
                yield f"its author gives {report.owed_by.isoformat()}{_on_page(report)} for {owed.owed.id}; {counted}"


def _on_page(report: GoalReport) -> str:
    return f" ({report.page})" if report.page else ""
